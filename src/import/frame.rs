//! The frame of a deposit, believed (RFC 8909 §5), and problems at their place.

use std::sync::Arc;

use super::deposit::{DepositFrame, DepositType};
use super::draft::Notes;
use super::problem::{Place, Problem, ProblemKind, Report};
use crate::model::object::Class;
use crate::time::Timestamp;

/// Longest deposit identifier in octets. RFC 8909 §6 has 13 characters; registries use dates and serial numbers.
const ID_OCTETS_MAX: usize = 64;
/// The version of rdeMenu (RFC 8909 §5.1.2).
const MENU_VERSION: &str = "1.0";

/// A file about which problems are noted.
#[derive(Clone)]
pub(super) struct Sheet(pub Arc<str>);

impl Sheet {
    /// The same, with a name that no other thread counts the users of.
    pub fn of_its_own(&self) -> Sheet {
        Sheet(Arc::from(&*self.0))
    }

    /// A place in the file.
    pub fn at(&self, line: u64) -> Place {
        Place { file: self.0.clone(), line }
    }

    /// Notes a problem of the file itself.
    pub fn note(&self, report: &mut Report, kind: ProblemKind, line: u64, detail: impl Into<String>) {
        report.note(Problem { kind, place: self.at(line), class: None, object: None, detail: detail.into() });
    }

    /// Notes what was found while an object was read.
    pub fn note_object(&self, report: &mut Report, notes: Notes, line: u64, class: Class, object: Option<&str>) {
        for (kind, detail) in notes.into_found() {
            let object = object.map(str::to_owned);
            report.note(Problem { kind, place: self.at(line), class: Some(class), object, detail });
        }
    }
}

/// The frame as texts.
#[derive(Default)]
pub(super) struct FrameDraft {
    pub kind: String,
    pub id: String,
    pub previous_id: Option<String>,
    pub resend: Option<String>,
    pub watermark: Option<String>,
    /// Version and number of object URIs; `None` where the format has no menu.
    pub menu: Option<(String, usize)>,
    pub line: u64,
}

impl FrameDraft {
    /// The frame, or `None` after noting what is wrong with it. `now` is when the deposit is read.
    pub fn read(&self, now: Timestamp, sheet: &Sheet, report: &mut Report) -> Option<DepositFrame> {
        let mut faults: Vec<(ProblemKind, &str)> = Vec::new();
        let kind = DepositType::from_word(self.kind.trim());
        if kind.is_none() {
            faults.push((ProblemKind::BadFrame, "type is not FULL, DIFF or INCR"));
        }
        if !is_id(&self.id) {
            faults.push((ProblemKind::BadFrame, "id is missing or no identifier"));
        }
        let previous_id = self.previous_id.clone().filter(|_| kind != Some(DepositType::Full));
        match (&previous_id, kind) {
            (None, Some(DepositType::Differential)) => {
                faults.push((ProblemKind::BadFrame, "prevId is missing in a DIFF deposit"));
            }
            (Some(id), _) if !is_id(id) => faults.push((ProblemKind::BadFrame, "prevId is no identifier")),
            _ => {}
        }
        let resend = self.resend.as_deref().map_or(Some(0), |text| text.trim().parse().ok());
        if resend.is_none() {
            faults.push((ProblemKind::BadFrame, "resend is not a number"));
        }
        match &self.menu {
            Some((version, _)) if version.trim() != MENU_VERSION => {
                faults.push((ProblemKind::BadFrame, "rdeMenu version is not 1.0"));
            }
            Some((_, 0)) => faults.push((ProblemKind::BadFrame, "rdeMenu names no objURI")),
            _ => {}
        }
        let watermark = self.watermark.as_deref().map(|text| text.trim().parse::<Timestamp>());
        match &watermark {
            None => faults.push((ProblemKind::BadWatermark, "the watermark is missing")),
            Some(Err(_)) => {
                faults.push((ProblemKind::BadWatermark, "the watermark is no date and time with an offset"))
            }
            Some(Ok(moment)) if *moment > now => {
                faults.push((ProblemKind::BadWatermark, "the watermark lies in the future"));
            }
            Some(Ok(_)) => {}
        }
        if !faults.is_empty() {
            faults.into_iter().for_each(|(kind, detail)| sheet.note(report, kind, self.line, detail));
            return None;
        }
        Some(DepositFrame {
            kind: kind?,
            id: self.id.clone(),
            previous_id,
            resend: resend?,
            watermark: watermark?.ok()?,
        })
    }
}

fn is_id(text: &str) -> bool {
    (1..=ID_OCTETS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
