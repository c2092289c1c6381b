//! What a process costs: time of its threads on a core, from the scheduler's own books, and memory.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Time on a core of each thread of a process, user and system together, in nanoseconds.
pub struct Spent(BTreeMap<String, u64>);

impl Spent {
    /// What the threads of these processes have spent by now. Exact for those that sleep; up to a tick of the scheduler
    /// behind for those that run.
    pub fn by(processes: &[u32]) -> Spent {
        let threads = processes.iter().flat_map(|process| {
            fs::read_dir(format!("/proc/{process}/task")).expect("Linux, and a process that lives")
        });
        let spent = threads.filter_map(|thread| {
            let thread = thread.ok()?;
            // A thread that ended meanwhile has no books any more.
            let nanoseconds = on_a_core(&fs::read_to_string(thread.path().join("schedstat")).ok()?);
            Some((thread.file_name().to_string_lossy().into_owned(), nanoseconds))
        });
        Spent(spent.collect())
    }

    /// The difference. Threads that ended in between are left out: servers that answer keep theirs.
    pub fn since(&self, earlier: &Spent) -> Duration {
        let difference =
            |(thread, now): (&String, &u64)| now.saturating_sub(earlier.0.get(thread).copied().unwrap_or(0));
        Duration::from_nanos(self.0.iter().map(difference).sum())
    }
}

/// What the calling thread has spent.
pub fn of_this_thread() -> Duration {
    Duration::from_nanos(on_a_core(
        &fs::read_to_string("/proc/thread-self/schedstat").expect("a kernel with schedstat"),
    ))
}

/// The first number of a `schedstat`: nanoseconds on a core.
fn on_a_core(schedstat: &str) -> u64 {
    schedstat.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

/// Resident memory of a process now, and the most it ever had, in octets; `None` for one that has ended.
pub fn resident(process: u32) -> Option<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let octets = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0)
    };
    Some((octets("VmRSS:")?, octets("VmHWM:")?))
}

/// The processes that a process started, and itself.
pub fn family(process: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    std::iter::once(process).chain(children).collect()
}
