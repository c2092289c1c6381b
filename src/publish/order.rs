//! Whether a deposit follows what was applied before (RFC 8909 §5.1, §5.2).

use crate::import::deposit::{DepositFrame, DepositType};
use crate::store::DepositMarks;
use crate::time::Timestamp;

/// What to do with a deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Apply it.
    Apply,
    /// It was applied: nothing to do.
    Already,
    /// It is the wrong one, and why.
    OutOfOrder(String),
    /// There is nothing that it could apply to.
    NoRegister,
}

/// Judges a deposit by its frame.
///
/// A full deposit applies whenever it is not older than the register; the last one may be applied again. A differential
/// one must name the last deposit and be younger. An incremental one must be younger than the last deposit, and build
/// on the last full one if it names any.
pub(super) fn judge(frame: &DepositFrame, marks: Option<&DepositMarks>) -> Verdict {
    let Some(marks) = marks else {
        return if frame.kind == DepositType::Full { Verdict::Apply } else { Verdict::NoRegister };
    };
    // What this program wrote reads back; if it did not, the oldest moment refuses nothing.
    let stored: Timestamp = marks.last.watermark.parse().unwrap_or(Timestamp::MIN);
    let same = frame.id == marks.last.id && frame.kind.word() == marks.last.kind && frame.watermark == stored;
    let older = || {
        let (mine, theirs) = (frame.watermark, &marks.last);
        Verdict::OutOfOrder(format!(
            "its watermark {mine} is not younger than {} of the last deposit, {} {}",
            theirs.watermark, theirs.kind, theirs.id
        ))
    };
    match frame.kind {
        DepositType::Full if same || frame.watermark > stored => Verdict::Apply,
        DepositType::Differential | DepositType::Incremental if same => Verdict::Already,
        DepositType::Full => older(),
        DepositType::Differential if frame.previous_id.as_deref() != Some(marks.last.id.as_str()) => {
            Verdict::OutOfOrder(format!(
                "it builds on deposit {}, but the last one here is {} {}",
                frame.previous_id.as_deref().unwrap_or("(none)"),
                marks.last.kind,
                marks.last.id
            ))
        }
        DepositType::Incremental if frame.previous_id.as_ref().is_some_and(|id| *id != marks.full.id) => {
            Verdict::OutOfOrder(format!(
                "it builds on deposit {}, but the last full one here is {}",
                frame.previous_id.as_deref().unwrap_or("(none)"),
                marks.full.id
            ))
        }
        DepositType::Differential | DepositType::Incremental if frame.watermark > stored => Verdict::Apply,
        DepositType::Differential | DepositType::Incremental => older(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DepositMark;

    fn frame(kind: DepositType, id: &str, previous: Option<&str>, day: u8) -> DepositFrame {
        DepositFrame {
            kind,
            id: id.to_owned(),
            previous_id: previous.map(str::to_owned),
            resend: 0,
            watermark: format!("2026-11-{day:02}T00:00:00Z").parse().unwrap(),
        }
    }

    fn marks() -> DepositMarks {
        let mark = |id: &str, kind: &str, day: u8| DepositMark {
            id: id.into(),
            kind: kind.into(),
            watermark: format!("2026-11-{day:02}T00:00:00Z"),
        };
        DepositMarks { last: mark("d2", "DIFF", 3), full: mark("f1", "FULL", 1) }
    }

    #[test]
    fn es_06_es_07_the_chain_of_deposits() {
        use DepositType::{Differential, Full, Incremental};
        let marks = marks();
        let judge = |frame: &DepositFrame| judge(frame, Some(&marks));
        let refused = |frame: &DepositFrame| matches!(judge(frame), Verdict::OutOfOrder(_));
        assert_eq!(judge(&frame(Differential, "d3", Some("d2"), 4)), Verdict::Apply);
        assert!(refused(&frame(Differential, "d4", Some("d3"), 5)), "a gap");
        assert!(refused(&frame(Differential, "d1", Some("f1"), 2)), "arrives late");
        assert!(refused(&frame(Differential, "d3", Some("d2"), 3)), "same watermark, other deposit");
        assert_eq!(judge(&frame(Differential, "d2", Some("d1"), 3)), Verdict::Already);
        assert_eq!(judge(&frame(Incremental, "i1", None, 4)), Verdict::Apply);
        assert_eq!(judge(&frame(Incremental, "i1", Some("f1"), 4)), Verdict::Apply);
        assert!(refused(&frame(Incremental, "i1", Some("f0"), 4)), "of another full deposit");
        assert!(refused(&frame(Incremental, "i1", None, 2)), "older");
        assert_eq!(judge(&frame(Full, "f2", None, 4)), Verdict::Apply);
        assert!(refused(&frame(Full, "f0", None, 1)));
    }

    #[test]
    fn without_a_register_only_a_full_deposit_applies() {
        assert_eq!(judge(&frame(DepositType::Full, "f", None, 1), None), Verdict::Apply);
        assert_eq!(judge(&frame(DepositType::Differential, "d", Some("f"), 2), None), Verdict::NoRegister);
        assert_eq!(judge(&frame(DepositType::Incremental, "i", None, 2), None), Verdict::NoRegister);
    }
}
