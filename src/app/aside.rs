//! Work beside the answers: it takes what time they leave.

/// By how much the niceness of work beside the answers is greater than theirs. On a core that both want it gets a ninth
/// of the time (the scheduler's weights are 110 and 1024), so an import goes on under any load, and one who answers does
/// not wait for it to end its slice.
#[cfg(target_os = "linux")]
const STEP: i32 = 10;

/// The greatest niceness that there is.
#[cfg(target_os = "linux")]
const LAST: i32 = 19;

/// Lets the calling thread, and those that it begins, step back behind the threads that answer, for good: the way back
/// takes a right that a server does not have. Elsewhere than on Linux only whole processes can do that: nothing is done.
pub(super) fn step_back() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};
        let niceness = getpriority_process(None).map(|niceness| niceness.saturating_add(STEP).min(LAST));
        if let Err(error) = niceness.and_then(|niceness| setpriority_process(None, niceness)) {
            tracing::debug!(%error, "work beside the answers keeps its priority");
        }
    }
}

/// Gives way to whoever waits for this core. Niceness says how the time is shared; whoever answers would still wait for
/// the end of a slice, which is some milliseconds.
#[cfg(feature = "publisher")]
pub(super) fn let_others_go_first() {
    std::thread::yield_now();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_steps_back_alone() {
        let before = rustix::process::getpriority_process(None).unwrap();
        let after = std::thread::spawn(|| {
            step_back();
            let begun = std::thread::spawn(|| rustix::process::getpriority_process(None).unwrap());
            (rustix::process::getpriority_process(None).unwrap(), begun.join().unwrap())
        });
        assert_eq!(after.join().unwrap(), ((before + STEP).min(LAST), (before + STEP).min(LAST)));
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), before);
    }
}
