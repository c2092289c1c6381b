//! A line of the log of questions, in the forms of the other log lines. Pure: the moment comes in as a value.

use std::fmt::Write;
use std::net::IpAddr;

use crate::config::LogFormat;
use crate::session::Outcome;
use crate::time::Timestamp;

/// The moment of the last line to its second, so that the calendar is asked once a second.
#[derive(Debug, Default)]
pub(super) struct Stamp {
    /// Seconds since 1970.
    second: Option<i64>,
    /// Date and time without their end: `2026-11-20T01:00:00`.
    text: String,
}

impl Stamp {
    /// Writes a moment to the microsecond. One before 1970 is taken for its beginning.
    fn add(&mut self, out: &mut String, at: Timestamp) {
        let at = at.max(Timestamp::UNIX_EPOCH);
        if self.second != Some(at.as_second()) {
            self.second = Some(at.as_second());
            self.text = format!("{at:.0}");
            let _zulu = self.text.pop();
        }
        out.push_str(&self.text);
        // A seventh digit before them, which is left out, keeps the zeros at their head.
        let microseconds = at.subsec_nanosecond().unsigned_abs() / 1000;
        let mut digits = itoa::Buffer::new();
        out.push('.');
        out.push_str(digits.format(1_000_000 + microseconds).get(1..).unwrap_or_default());
        out.push('Z');
    }
}

/// Writes a line with its end. All words are ours and need no escape.
pub(super) fn add(
    out: &mut String,
    stamp: &mut Stamp,
    form: LogFormat,
    at: Timestamp,
    outcome: &Outcome,
    client: IpAddr,
) {
    let words = [outcome.door.word(), outcome.asked.word(), outcome.ending.word()];
    // What stands before the moment, before each word, before the client, and at the end.
    let (before, seams, end): (&str, [&str; 4], &str) = match form {
        LogFormat::Text => ("", ["  INFO loket::question: door=\"", "\" asked=\"", "\" ending=\"", "\" client="], "\n"),
        LogFormat::Json => (
            "{\"timestamp\":\"",
            ["\",\"level\":\"INFO\",\"door\":\"", "\",\"asked\":\"", "\",\"ending\":\"", "\",\"client\":\""],
            "\",\"target\":\"loket::question\"}\n",
        ),
    };
    let [before_door, before_asked, before_ending, before_client] = seams;
    out.push_str(before);
    stamp.add(out, at);
    for (seam, word) in [before_door, before_asked, before_ending].into_iter().zip(words) {
        out.push_str(seam);
        out.push_str(word);
    }
    out.push_str(before_client);
    add_client(out, client);
    out.push_str(end);
}

/// Writes what is told of a client: its network, /24 of IPv4 and /48 of IPv6.
pub(in crate::observe) fn add_client(out: &mut String, client: IpAddr) {
    match client.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            for part in [a, b, c] {
                out.push_str(itoa::Buffer::new().format(part));
                out.push('.');
            }
            out.push_str("0/24");
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            // Writing to memory does not fail.
            let _written = write!(out, "{a:x}:{b:x}:{c:x}::/48");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::session::{Asked, Door, Ending};
    use proptest::prelude::*;

    fn lines(form: LogFormat, said: &[(Timestamp, Outcome, IpAddr)]) -> String {
        let (mut out, mut stamp) = (String::new(), Stamp::default());
        for (at, outcome, client) in said {
            add(&mut out, &mut stamp, form, *at, outcome, *client);
        }
        out
    }

    /// A place for what another log writes.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Paper {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            std::io::Write::write(&mut *self.0.lock().unwrap(), octets)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The same line by the library that writes all other lines, without its moment.
    fn by_the_library(form: LogFormat, outcome: &Outcome, client: &str) -> String {
        let paper = Paper::default();
        let copy = paper.clone();
        let builder = tracing_subscriber::fmt().with_ansi(false).with_writer(move || copy.clone());
        let say = || {
            let (door, asked, ending) = (outcome.door.word(), outcome.asked.word(), outcome.ending.word());
            tracing::info!(target: "loket::question", door, asked, ending, %client);
        };
        match form {
            LogFormat::Text => tracing::subscriber::with_default(builder.without_time().finish(), say),
            LogFormat::Json => {
                tracing::subscriber::with_default(builder.json().flatten_event(true).without_time().finish(), say);
            }
        }
        let octets = paper.0.lock().unwrap().clone();
        String::from_utf8(octets).unwrap()
    }

    #[test]
    fn lines_look_like_those_of_the_library() {
        let at: Timestamp = "2026-11-20T01:00:00.012345678Z".parse().unwrap();
        let outcome = Outcome { door: Door::Rdap, asked: Asked::Domain, ending: Ending::NotFound };
        let said = [(at, outcome, "192.0.2.77".parse().unwrap())];
        let text = lines(LogFormat::Text, &said);
        let expected = by_the_library(LogFormat::Text, &outcome, "192.0.2.0/24");
        assert_eq!(text.strip_prefix("2026-11-20T01:00:00.012345Z "), Some(&*expected));
        let json = lines(LogFormat::Json, &said);
        let expected = by_the_library(LogFormat::Json, &outcome, "192.0.2.0/24");
        assert_eq!(json.replace("\"timestamp\":\"2026-11-20T01:00:00.012345Z\",", ""), expected);
    }

    proptest! {
        #[test]
        fn moments_are_those_of_the_library_and_each_line_is_one(
            moments in proptest::collection::vec((0..3_i64, 0..1_000_000_i64), 1..8),
            begin in 0..253_402_300_000_i64,
            ending in 0..Ending::ALL.len(),
        ) {
            let ending = Ending::ALL[ending];
            let outcome = Outcome { door: Door::Whois, asked: Asked::Other, ending };
            let said: Vec<_> = moments
                .iter()
                .map(|(second, micro)| Timestamp::from_microsecond((begin + second) * 1_000_000 + micro).unwrap())
                .map(|at| (at, outcome, IpAddr::from([192, 0, 2, 1])))
                .collect();
            for (line, (at, ..)) in lines(LogFormat::Json, &said).lines().zip(&said) {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                prop_assert_eq!(&line["timestamp"], &format!("{at:.6}"));
                prop_assert_eq!(&line["ending"], ending.word());
            }
            prop_assert_eq!(lines(LogFormat::Text, &said).lines().count(), said.len());
        }
    }
}
