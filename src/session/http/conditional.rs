//! Conditional requests (RFC 9110 §13): what a client knows already is not sent again, and what it takes for granted is
//! checked first.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;
use twox_hash::XxHash3_128;

use super::Request;
use super::headers::Draft;
use super::negotiate::Coding;
use crate::time::Timestamp;

/// Hexadecimal digits of the checksum in an entity tag.
const TAG_DIGITS: usize = 32;
/// The last second that a date of HTTP can name: the end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// What becomes of a request whose answer would be 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precondition {
    /// It is answered.
    Holds,
    /// The client has this answer: 304.
    NotModified,
    /// What it takes for granted is not so: 412.
    Failed,
}

/// What a conditional request is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validators<'a> {
    /// The strong entity tag of the answer, as it would be sent.
    pub(super) tag: &'a [u8],
    /// When it was last modified, to the second.
    pub(super) modified: SystemTime,
}

impl Validators<'_> {
    /// Judges GET or HEAD in the order of RFC 9110 §13.2.2. A date that cannot be read is no condition (§13.1.3, §13.1.4).
    pub(super) fn judge(&self, request: &Request<'_>) -> Precondition {
        let header = request.headers;
        if let Some(wanted) = header("if-match") {
            if !is_listed(&wanted, |candidate| candidate == self.tag) {
                return Precondition::Failed;
            }
        } else if let Some(since) = header("if-unmodified-since").and_then(|date| read_date(&date))
            && self.modified > since
        {
            return Precondition::Failed;
        }
        if let Some(known) = header("if-none-match") {
            // Weak comparison (§8.8.3.2).
            let opaque = |candidate: &[u8]| candidate.strip_prefix(b"W/").unwrap_or(candidate) == self.tag;
            if is_listed(&known, opaque) {
                return Precondition::NotModified;
            }
        } else if let Some(since) = header("if-modified-since").and_then(|date| read_date(&date))
            && self.modified <= since
        {
            return Precondition::NotModified;
        }
        Precondition::Holds
    }
}

/// Whether a list of entity tags is `*` or holds one that fits. Tags of ours hold no comma.
fn is_listed(list: &[u8], fits: impl Fn(&[u8]) -> bool) -> bool {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).any(|candidate| candidate == b"*" || fits(candidate))
}

/// A date in any of the three forms of RFC 9110 §5.6.7.
fn read_date(text: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(text).ok()?.trim()).ok()
}

/// A moment as HTTP knows it: whole seconds of the years 1970 to 9999.
pub(super) fn to_the_second(moment: Timestamp) -> SystemTime {
    let seconds = moment.as_second().clamp(0, LAST_SECOND);
    UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}

/// A moment of [`to_the_second`] in the preferred form, IMF-fixdate.
pub(super) fn date(moment: SystemTime) -> HeaderValue {
    Draft::default().text(&httpdate::fmt_http_date(moment)).value()
}

/// A strong entity tag from the body as it is, and from nothing else (RD-33), with the coding in which it is sent: the same
/// body in another coding is another representation (RFC 9110 §8.8.3.3).
///
/// The body is told from others by 128 bits of XXH3. They keep nobody out and need not; they are the same in every process,
/// and take a small fraction of the time of a digest. The 64 bits of the same family would be no cheaper: they read the body in
/// the same steps.
///
/// A tag of what the body is made of (record, forms, URLs) would be cheaper, but not the same for each way in which the body
/// can be rendered, and would change where nothing of the body does.
pub(super) fn entity_tag(body: &[u8], coding: Option<Coding>) -> Draft {
    let mut digits = [b'0'; TAG_DIGITS];
    let mut rest = XxHash3_128::oneshot(body);
    for digit in digits.iter_mut().rev() {
        let value = (rest & 0xf) as u8;
        *digit = if value < 10 { b'0' + value } else { b'a' - 10 + value };
        rest >>= 4;
    }
    let tag = Draft::default().text("\"").text(std::str::from_utf8(&digits).unwrap_or_default());
    match coding {
        Some(coding) => tag.text("-").text(coding.word()).text("\""),
        None => tag.text("\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Precondition::{Failed, Holds, NotModified};

    const TAG: &str = "\"0a\"";
    const SAME: &str = "Fri, 20 Nov 2026 01:00:00 GMT";
    const BEFORE: &str = "Friday, 20-Nov-26 00:59:59 GMT";
    const AFTER: &str = "Fri Nov 20 01:00:01 2026";

    fn check(headers: &[(&str, &str)], expected: Precondition) {
        let header = |name: &str| {
            headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_bytes().to_vec().into())
        };
        let request = Request { method: "GET", path: "/", query: None, secure: true, host: None, headers: &header };
        let modified = to_the_second("2026-11-20T01:00:00.9Z".parse().unwrap());
        assert_eq!(Validators { tag: TAG.as_bytes(), modified }.judge(&request), expected, "{headers:?}");
    }

    #[test]
    fn rfc_9110_13_1_each_condition_alone() {
        check(&[], Holds);
        for (tags, matched, none_matched) in [
            (TAG, Holds, NotModified),
            ("\"x\", \"0a\"", Holds, NotModified),
            ("*", Holds, NotModified),
            ("W/\"0a\"", Failed, NotModified),
            ("\"0a-gzip\"", Failed, Holds),
            ("0a", Failed, Holds),
            ("", Failed, Holds),
        ] {
            check(&[("if-match", tags)], matched);
            check(&[("if-none-match", tags)], none_matched);
        }
        for (date, unmodified, modified) in
            [(SAME, Holds, NotModified), (AFTER, Holds, NotModified), (BEFORE, Failed, Holds)]
        {
            check(&[("if-unmodified-since", date)], unmodified);
            check(&[("if-modified-since", date)], modified);
        }
        for unread in ["", "yesterday", "Fri, 20 Nov 2026 01:00:00 CET", "Fri, 20 Nov 2026 01:00:00 GMT, x", "0"] {
            check(&[("if-unmodified-since", unread)], Holds);
            check(&[("if-modified-since", unread)], Holds);
        }
    }

    #[test]
    fn rfc_9110_13_2_2_conditions_are_judged_in_order() {
        check(&[("if-match", TAG), ("if-unmodified-since", BEFORE)], Holds);
        check(&[("if-match", "\"x\""), ("if-none-match", TAG)], Failed);
        check(&[("if-match", TAG), ("if-none-match", TAG)], NotModified);
        check(&[("if-none-match", "\"x\""), ("if-modified-since", AFTER)], Holds);
        check(&[("if-unmodified-since", SAME), ("if-modified-since", SAME)], NotModified);
        check(&[("if-unmodified-since", BEFORE), ("if-none-match", TAG)], Failed);
    }

    #[test]
    fn dates_have_whole_seconds_of_four_digit_years() {
        let said = |moment: Timestamp| date(to_the_second(moment)).to_str().unwrap().to_owned();
        assert_eq!(said("2026-11-20T01:00:00.999Z".parse().unwrap()), SAME);
        assert_eq!(said(Timestamp::MIN), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(said(Timestamp::MAX).contains(" Dec 9999 "));
    }

    #[test]
    fn rd_33_tags_come_from_the_body_and_its_coding() {
        let tags = [None, Some(Coding::Gzip), Some(Coding::Brotli), Some(Coding::Zstandard)].map(|coding| {
            let tag = entity_tag(b"{}", coding).value();
            tag.to_str().unwrap().to_owned()
        });
        let hash = XxHash3_128::oneshot(b"{}");
        assert_eq!(tags[0], format!("\"{hash:032x}\""));
        assert_eq!(tags[0].len(), 34);
        assert_eq!(tags[1], format!("{}-gzip\"", &tags[0][..33]));
        assert!(tags.iter().all(|tag| tags.iter().filter(|other| *other == tag).count() == 1));
    }
}
