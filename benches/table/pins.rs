//! Which cores servers and load run on: never the same, where there are several.

use std::fmt;
use std::fs;
use std::process::{Command, Stdio};

/// The cores of either side; `None` where they cannot be kept apart.
#[derive(Clone)]
pub struct Pins(Option<(usize, Vec<usize>)>);

/// At most so many threads make load.
const THREADS_MAX: usize = 4;

impl Pins {
    /// Gives the first core to servers and the others to this process, from now on.
    pub fn set() -> Pins {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let cores = allowed.map(|list| cores(list.trim())).unwrap_or_default();
        let Some((server, others)) = cores.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Pins(None);
        };
        let list: Vec<String> = others.iter().map(usize::to_string).collect();
        let is_pinned = Command::new("taskset")
            .args(["-a", "-p", "-c", &list.join(","), &std::process::id().to_string()])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        Pins(is_pinned.then(|| (*server, others.to_vec())))
    }

    /// A command that runs a server on its core, and ends it with the thread that starts it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Pins(Some((server, _))) = self {
            command.args(["taskset", "-c", &server.to_string()]);
        }
        command.arg(program);
        command
    }

    /// A command that may use every core, and ends with the thread that starts it.
    pub fn unpinned(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Pins(Some((server, others))) = self {
            let list: Vec<String> = std::iter::once(server).chain(others).map(usize::to_string).collect();
            command.args(["taskset", "-c", &list.join(",")]);
        }
        command.arg(program);
        command
    }

    /// How many threads make load.
    pub fn generator_threads(&self) -> usize {
        self.0.as_ref().map_or(1, |(_, others)| others.len()).min(THREADS_MAX)
    }
}

impl fmt::Display for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some((server, others)) => write!(f, "servers on core {server}, load on {others:?}"),
            None => f.write_str("servers and load on the same cores (there is one, or no taskset)"),
        }
    }
}

/// The numbers of a list such as `0-3,8`.
fn cores(list: &str) -> Vec<usize> {
    let piece = |piece: &str| {
        let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
        first.parse().ok().zip(last.parse().ok()).map(|(first, last)| first..=last)
    };
    list.split(',').filter_map(piece).flatten().collect()
}
