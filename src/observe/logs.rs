//! Where log lines go: to stderr, as text or JSON. Those about questions go the way of `questions`.

use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;

use super::Metrics;
use super::questions::QuestionLog;
use crate::config::{Log, LogFormat, LogLevel};
use crate::time::Clock;

/// Starts logging for the whole process. A second call changes nothing.
pub fn start(log: &Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    // Where a test has its own subscriber, that one stays.
    let _other = match log.format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// The log of questions, to stderr like all others. `None` where the settings want none, or only what is graver. Where the
/// system gives it no thread there is none either, which an error tells.
pub fn questions(log: &Log, clock: &Clock, metrics: &Metrics) -> Option<QuestionLog> {
    if !log.questions || matches!(log.level, LogLevel::Error | LogLevel::Warn) {
        return None;
    }
    let begun = QuestionLog::begin(log.format, Box::new(std::io::stderr()), clock.clone(), metrics.lines_dropped());
    begun.inspect_err(|error| tracing::error!(%error, "questions are not logged")).ok()
}

/// Logs a panic by its place alone: its text might hold anything.
pub fn watch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place =
            panic.location().map_or_else(|| "unknown".to_owned(), |place| format!("{}:{}", place.file(), place.line()));
        tracing::error!(place, "panic");
    }));
}

/// An error with all its sources, for one log line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
