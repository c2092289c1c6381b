//! The report about one deposit: what stands beside it in the folder, and what the admin door answers.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::watch::Stamp;
use crate::import::deposit::{DepositFrame, DepositType};
use crate::import::problem::{Problem, Report};
use crate::observe::logs::chain;
use crate::observe::metrics::{Delivery, Way};
use crate::publish::{Applied, ImportFailure};
use crate::time::Timestamp;

/// The format of the reports that this program writes.
pub(super) const FORMAT: u32 = 1;
/// Most problems that a report lists; all are counted.
const LISTED_MAX: usize = 200;
/// The same in the list of the last deposits.
const LISTED_MAX_IN_LIST: usize = 10;
/// Longest text in a report, in characters.
const TEXT_MAX: usize = 500;

/// What is said about one deposit. No personal data: problems name elements, domains and lines, never values.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Told {
    format: u32,
    file: String,
    octets: u64,
    modified: Option<String>,
    way: &'static str,
    #[serde(serialize_with = "word")]
    outcome: Delivery,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_try_in_seconds: Option<u64>,
    deposit: Option<Frame>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Publication>,
    errors: u64,
    warnings: u64,
    kinds: BTreeMap<&'static str, u64>,
    problems: Vec<Line>,
    problems_omitted: u64,
    began_at: String,
    ended_at: String,
    duration_ms: u64,
}

/// The frame of the deposit.
#[derive(Clone, Debug, Serialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_id: Option<String>,
    watermark: String,
}

/// What was published.
#[derive(Clone, Debug, Serialize)]
struct Publication {
    generation: u64,
    form: &'static str,
    records_written: u64,
    register: BTreeMap<String, u64>,
    phases_ms: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_for_the_next_import: Vec<String>,
}

/// One problem.
#[derive(Clone, Debug, Serialize)]
struct Line {
    severity: &'static str,
    kind: &'static str,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    detail: String,
}

/// What is read back of a report, to know what became of the deposit beside it.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    format: u32,
    octets: u64,
    modified: Option<String>,
    outcome: String,
    pub(super) waits_for: Option<String>,
}

impl Kept {
    /// True where the report is about this very file, and says what nobody needs to try again.
    pub(super) fn settles(&self, stamp: Stamp) -> bool {
        let is_final = Delivery::from_word(&self.outcome).is_some_and(|delivery| delivery != Delivery::Failed);
        let modified = self.modified.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
        self.format == FORMAT && is_final && self.octets == stamp.octets && modified == Some(stamp.modified)
    }
}

/// Which deposit it was, and when.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    /// The name that the report says.
    pub name: &'a str,
    /// The file that was imported; its folder is left out of the report.
    pub path: &'a Path,
    pub stamp: Option<Stamp>,
    pub way: Way,
    pub frame: Option<&'a DepositFrame>,
    pub began_at: Timestamp,
    pub ended_at: Timestamp,
    pub took: Duration,
}

impl Told {
    /// About a deposit that was applied, now or before.
    pub(super) fn applied(subject: &Subject<'_>, applied: &Applied) -> Told {
        let delivery = if applied.already { Delivery::Already } else { Delivery::Applied };
        let mut told = Told::new(subject, delivery).with_problems(subject, &applied.report, LISTED_MAX);
        told.published = Some(Publication {
            generation: applied.number,
            form: if applied.base { "base" } else { "delta" },
            records_written: applied.written,
            register: applied.register.clone(),
            phases_ms: applied.durations.iter().map(|(phase, span)| (phase.word(), milliseconds(*span))).collect(),
            left_for_the_next_import: applied.left_over.iter().map(|text| bounded(text)).collect(),
        });
        told
    }

    /// About one that was not. `waits_for` and `again`: what its report says of another try.
    pub(super) fn failed(
        subject: &Subject<'_>,
        delivery: Delivery,
        failure: &ImportFailure,
        waits_for: Option<String>,
        again: Option<Duration>,
    ) -> Told {
        let mut told = Told::new(subject, delivery);
        if let ImportFailure::Refused(report) = failure {
            told = told.with_problems(subject, report, LISTED_MAX);
        }
        told.reason = Some(bounded(&chain(failure)));
        told.waits_for = waits_for;
        told.next_try_in_seconds = again.map(|span| span.as_secs());
        told
    }

    fn new(subject: &Subject<'_>, delivery: Delivery) -> Told {
        let frame = |frame: &DepositFrame| Frame {
            kind: frame.kind.word(),
            id: frame.id.clone(),
            previous_id: frame.previous_id.clone().filter(|_| frame.kind != DepositType::Full),
            watermark: frame.watermark.to_string(),
        };
        Told {
            format: FORMAT,
            file: subject.name.to_owned(),
            octets: subject.stamp.map_or(0, |stamp| stamp.octets),
            modified: subject.stamp.map(|stamp| stamp.modified.to_string()),
            way: subject.way.word(),
            outcome: delivery,
            reason: None,
            waits_for: None,
            next_try_in_seconds: None,
            deposit: subject.frame.map(frame),
            published: None,
            errors: 0,
            warnings: 0,
            kinds: BTreeMap::new(),
            problems: Vec::new(),
            problems_omitted: 0,
            began_at: subject.began_at.to_string(),
            ended_at: subject.ended_at.to_string(),
            duration_ms: milliseconds(subject.took),
        }
    }

    /// Counts all problems and lists the first, errors before warnings.
    fn with_problems(mut self, subject: &Subject<'_>, report: &Report, most: usize) -> Told {
        self.errors = report.errors();
        self.warnings = report.warnings();
        self.kinds = report.counts().iter().map(|(kind, count)| (kind.word(), *count)).collect();
        let (errors, warnings): (Vec<&Problem>, Vec<&Problem>) =
            report.problems().iter().partition(|problem| problem.kind.is_error());
        self.problems = errors.into_iter().chain(warnings).take(most).map(|problem| line(problem, subject)).collect();
        self.problems_omitted = (self.errors + self.warnings).saturating_sub(self.problems.len() as u64);
        self
    }

    /// What became of it.
    pub(super) fn delivery(&self) -> Delivery {
        self.outcome
    }

    /// Why it was not applied.
    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The deposit's name.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// With a reason of the caller's own.
    pub(super) fn because(mut self, reason: &str) -> Told {
        self.reason = Some(reason.to_owned());
        self
    }

    /// The same with fewer problems, for the list of the last deposits.
    pub(super) fn in_short(mut self) -> Told {
        let cut = self.problems.len().saturating_sub(LISTED_MAX_IN_LIST);
        self.problems.truncate(LISTED_MAX_IN_LIST);
        self.problems_omitted = self.problems_omitted.saturating_add(cut as u64);
        self
    }

    /// As JSON, for people and programs.
    pub(super) fn json(&self) -> Vec<u8> {
        // Texts, numbers and lists: JSON can always say them.
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}

fn word<S: serde::Serializer>(delivery: &Delivery, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(delivery.word())
}

fn line(problem: &Problem, subject: &Subject<'_>) -> Line {
    let file = Path::new(&*problem.place.file);
    let is_deposit = file == subject.path;
    // A data file of a CSV deposit lies beside it.
    let beside = subject.path.parent().and_then(|folder| file.strip_prefix(folder).ok()).unwrap_or(file);
    Line {
        severity: if problem.kind.is_error() { "error" } else { "warning" },
        kind: problem.kind.word(),
        file: if is_deposit { subject.name.to_owned() } else { bounded(&beside.to_string_lossy()) },
        line: Some(problem.place.line).filter(|line| *line > 0),
        class: problem.class.map(|class| class.word()),
        object: problem.object.as_deref().map(bounded),
        detail: bounded(&problem.detail),
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::problem::{Place, ProblemKind};

    fn stamp(octets: u64) -> Stamp {
        Stamp { octets, modified: "2026-11-21T10:00:00.123456789Z".parse().unwrap() }
    }

    fn subject<'a>(name: &'a str, path: &'a Path) -> Subject<'a> {
        let (began_at, ended_at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let took = Duration::from_millis(7);
        Subject { name, path, stamp: Some(stamp(5)), way: Way::Folder, frame: None, began_at, ended_at, took }
    }

    fn refused(problems: usize) -> ImportFailure {
        let mut report = Report::default();
        for (kind, at) in ProblemKind::ALL.iter().cycle().zip(0..problems) {
            let place = Place { file: "/drop/a.xml".into(), line: at as u64 + 1 };
            report.note(Problem { kind: *kind, place, class: None, object: None, detail: "x".repeat(10_000) });
        }
        ImportFailure::Refused(Box::new(report))
    }

    #[test]
    fn a_report_is_bounded_names_the_deposit_as_it_came_and_lists_errors_first() {
        let told =
            Told::failed(&subject("a.xml", Path::new("/drop/a.xml")), Delivery::Refused, &refused(5000), None, None);
        let text = String::from_utf8(told.json()).unwrap();
        assert!(text.len() < 256 * 1024, "{}", text.len());
        assert!(!text.contains("/drop"), "no folder");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["problems"].as_array().unwrap().len(), LISTED_MAX);
        assert_eq!(json["problems_omitted"], 5000 - LISTED_MAX);
        assert_eq!(json["problems"][0]["severity"], "error");
        assert_eq!(json["problems"][0]["file"], "a.xml");
        let short: serde_json::Value = serde_json::from_slice(&told.in_short().json()).unwrap();
        assert_eq!(short["problems_omitted"], 5000 - LISTED_MAX_IN_LIST);
    }

    #[test]
    fn a_report_settles_the_file_that_it_is_about_and_no_other() {
        let path = Path::new("/drop/a.xml");
        let kept = |told: &Told| serde_json::from_slice::<Kept>(&told.json()).unwrap();
        let waits_for = Some("D2".to_owned());
        let told =
            kept(&Told::failed(&subject("a.xml", path), Delivery::Refused, &refused(1), waits_for.clone(), None));
        assert!(told.settles(stamp(5)));
        assert_eq!(told.waits_for, waits_for);
        assert!(!told.settles(stamp(6)));
        assert!(!told.settles(Stamp { octets: 5, modified: Timestamp::UNIX_EPOCH }));
        let failed = Told::failed(&subject("a.xml", path), Delivery::Failed, &ImportFailure::Panicked, None, None);
        assert!(!kept(&failed).settles(stamp(5)), "a new process tries again");
    }
}
