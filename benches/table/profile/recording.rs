//! `perf` beside a process.
//!
//! Stacks are unwound from copies of the stack by the tables that exist for panics (`--call-graph dwarf`): frame pointers
//! would need another program than the one that is released, and the cipher's assembly and nginx have none in any case.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::frame::stacks::{Sample, samples};
use crate::rows::is_installed;

/// Octets of each stack that are kept: rooms are told by its near end. What lies beyond is missing from flame graphs.
const STACK_OCTETS: usize = 8192;
/// perf that has not attached itself by then never will.
const PATIENCE: Duration = Duration::from_secs(10);
/// Times a second that it is looked for.
const LOOKS: u32 = 50;

/// A recording that goes on until it is stopped.
pub struct Recording {
    perf: Child,
    file: PathBuf,
}

impl Recording {
    /// Records processes and their threads, so many times in each second that they are on a core.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn start(folder: &Path, processes: &[u32], frequency: u32) -> Result<Recording, String> {
        if !is_installed("perf") {
            return Err("perf is not installed (Debian has it in linux-perf)".to_owned());
        }
        let file = folder.join(format!("{}.perf", processes.first().copied().unwrap_or_default()));
        let list: Vec<String> = processes.iter().map(u32::to_string).collect();
        let log = file.with_extension("log");
        let perf = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "perf", "record", "-q", "-e", "cpu-clock", "-F", &frequency.to_string()])
            .args([
                "--call-graph",
                &format!("dwarf,{STACK_OCTETS}"),
                "-m",
                "4096",
                "--no-buildid",
                "--no-buildid-cache",
            ])
            .arg("-o")
            .arg(&file)
            .args(["-p", &list.join(",")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).map_err(|error| error.to_string())?)
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut recording = Recording { perf, file };
        for _ in 0..PATIENCE.as_secs() as u32 * LOOKS {
            std::thread::sleep(Duration::from_secs(1) / LOOKS);
            let ended = recording.perf.try_wait().is_ok_and(|status| status.is_some());
            if ended {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("perf does not record: {}", said.split_whitespace().collect::<Vec<_>>().join(" ")));
            }
            if recording.is_attached() {
                // The last of several threads may still be ahead of it.
                std::thread::sleep(Duration::from_millis(200));
                return Ok(recording);
            }
        }
        Err("perf does not attach itself".to_owned())
    }

    fn is_attached(&self) -> bool {
        let open = fs::read_dir(format!("/proc/{}/fd", self.perf.id())).into_iter().flatten().filter_map(Result::ok);
        open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|to| to.to_string_lossy().contains("perf_event"))
    }

    /// Ends it and reads what it holds.
    ///
    /// # Errors
    ///
    /// Why nothing can be read.
    pub fn stop(mut self) -> Result<Vec<Sample>, String> {
        let _asked = Command::new("kill").args(["-INT", &self.perf.id().to_string()]).status();
        let _ended = self.perf.wait();
        let output = Command::new("perf")
            .args(["script", "--no-inline", "-F", "comm,pid,tid,period,ip,sym,dso", "-i"])
            .arg(&self.file)
            .stderr(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        let samples = samples(&String::from_utf8_lossy(&output.stdout));
        if samples.is_empty() { Err("perf recorded no sample".to_owned()) } else { Ok(samples) }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.perf.kill();
        let _gone = self.perf.wait();
        let _gone = fs::remove_file(&self.file);
    }
}
