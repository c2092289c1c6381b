//! What `perf script` says, read: samples with their stacks.

/// A function on a stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// Where in its file it is, in octets; of the kernel, in memory.
    pub at: u64,
    /// Its name; `[unknown]` where the file does not tell.
    pub name: String,
    /// The file that it is in, or `[kernel.kallsyms]`.
    pub file: String,
}

impl Call {
    /// Whether it belongs to the kernel.
    pub fn is_kernel(&self) -> bool {
        self.file.starts_with("[kernel") || self.file.starts_with("[guest.kernel") || self.file.ends_with(".ko")
    }
}

/// A moment of a thread on a core.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The thread's name.
    pub thread: String,
    /// Its process, and its own number.
    pub ids: (u32, u32),
    /// The time on a core that it stands for, in nanoseconds.
    pub nanoseconds: u64,
    /// Who was at work, and by whom it was called, in this order.
    pub stack: Vec<Call>,
}

/// The samples of a text that `perf script -F comm,pid,tid,period,ip,sym,dso` wrote. What is no sample is left out.
pub fn samples(text: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) && samples.last().is_some() && is_call(line) {
            if let (Some(sample), Some(call)) = (samples.last_mut(), call(line)) {
                sample.stack.push(call);
            }
        } else if let Some(sample) = head(line) {
            samples.push(sample);
        }
    }
    samples
}

/// Whether a line that is set in is a call: those begin with a number and end with a file, heads do not.
fn is_call(line: &str) -> bool {
    line.trim_end().ends_with(')')
}

/// `loket  1233/1234   1001001 ` with spaces in the name, perhaps.
fn head(line: &str) -> Option<Sample> {
    let mut words = line.split_whitespace().rev();
    let nanoseconds = words.next()?.trim_end_matches(':').parse().ok()?;
    let (process, thread) = words.next()?.split_once('/')?;
    let ids = (process.parse().ok()?, thread.parse().ok()?);
    let mut name: Vec<&str> = words.collect();
    name.reverse();
    Some(Sample { thread: name.join(" "), ids, nanoseconds, stack: Vec::new() })
}

/// `  762d0 name of a function (/a/file)`.
fn call(line: &str) -> Option<Call> {
    let (at, rest) = line.trim().split_once(' ')?;
    // Of a file that is replaced by now it says so.
    let rest = rest.trim_end_matches(')').trim_end_matches(" (deleted");
    let (name, file) = rest.rsplit_once(" (").unwrap_or(("[unknown]", rest.trim_start_matches('(')));
    Some(Call { at: u64::from_str_radix(at, 16).ok()?, name: name.to_owned(), file: file.to_owned() })
}
