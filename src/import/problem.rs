//! What is wrong with a deposit, and where.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::model::object::Class;
use crate::model::vocabulary::words;

/// How many problems of one kind are kept in full; more are only counted.
pub const PROBLEMS_KEPT_PER_KIND: usize = 20;

words! {
    /// Kinds of problems. Those for which [`ProblemKind::is_error`] holds refuse the deposit whole.
    ProblemKind {
        /// The file cannot be read, or ends early.
        Unreadable = "unreadable",
        /// The bytes are not well-formed XML, CSV, JSON or UTF-8.
        Malformed = "malformed",
        /// A DTD or an entity that XML does not define itself.
        ForbiddenMarkup = "forbidden-markup",
        /// Beyond a bound: depth, length of a value, number of children.
        TooLarge = "too-large",
        /// The deposit's frame is wrong: type, id, prevId, version, menu.
        BadFrame = "bad-frame",
        /// The watermark is missing, unreadable or in the future.
        BadWatermark = "bad-watermark",
        /// A required element or column is missing or empty.
        Missing = "missing",
        /// A value does not parse.
        BadValue = "bad-value",
        /// A checksum does not fit its file.
        BadChecksum = "bad-checksum",
        /// The header's count differs from the register's total at the watermark.
        WrongCount = "wrong-count",
        /// There is no header, or more than one.
        BadHeader = "bad-header",
        /// A link to a contact, registrar, host or IDN table that the register does not have.
        Dangling = "dangling",
        /// An object is given twice in one section.
        Duplicate = "duplicate",
        /// A name is a domain and an NNDN at once, or lies outside the registry's zones.
        Conflict = "conflict",
        /// The deposit does not follow the stored one: a gap in the chain, or an older watermark.
        OutOfOrder = "out-of-order",
        /// The deposit would shrink the register by more than the configured share.
        Shrinks = "shrinks",
        /// An element, column or namespace that is not known was passed over.
        Unknown = "unknown",
        /// A value was repaired: control characters dropped, spelling normalised.
        Repaired = "repaired",
        /// Something secret that does not belong in a deposit was dropped.
        SecretDropped = "secret-dropped",
        /// Deletes in a FULL deposit were ignored.
        DeletesIgnored = "deletes-ignored",
        /// Something that is to be deleted is not there.
        NothingToDelete = "nothing-to-delete",
        /// Statuses contradict one another.
        OddStatuses = "odd-statuses",
    }
}

impl ProblemKind {
    /// True where the deposit is refused; false for a warning.
    pub fn is_error(self) -> bool {
        match self {
            ProblemKind::Unreadable
            | ProblemKind::Malformed
            | ProblemKind::ForbiddenMarkup
            | ProblemKind::TooLarge
            | ProblemKind::BadFrame
            | ProblemKind::BadWatermark
            | ProblemKind::Missing
            | ProblemKind::BadValue
            | ProblemKind::BadChecksum
            | ProblemKind::WrongCount
            | ProblemKind::BadHeader
            | ProblemKind::Dangling
            | ProblemKind::Duplicate
            | ProblemKind::Conflict
            | ProblemKind::OutOfOrder
            | ProblemKind::Shrinks => true,
            ProblemKind::Unknown
            | ProblemKind::Repaired
            | ProblemKind::SecretDropped
            | ProblemKind::DeletesIgnored
            | ProblemKind::NothingToDelete
            | ProblemKind::OddStatuses => false,
        }
    }
}

/// Where something stands: the file as the operator named it, and the line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// File name.
    pub file: Arc<str>,
    /// Line, from 1; 0 where no line can be named.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// Where.
    pub place: Place,
    /// The class of the object in hand, where there was one.
    pub class: Option<Class>,
    /// The object in hand, named without personal data: a domain or host by name, a registrar by id, a contact as
    /// `contact at line N`.
    pub object: Option<String>,
    /// The element or column, and what is wrong with it. Never the value of a personal field.
    pub detail: String,
}

/// All problems of an import: some in full, all counted.
#[derive(Clone, Debug, Default)]
pub struct Report {
    kept: Vec<Problem>,
    counts: BTreeMap<ProblemKind, u64>,
}

impl Report {
    /// Notes a problem.
    pub fn note(&mut self, problem: Problem) {
        let count = self.counts.entry(problem.kind).or_default();
        *count += 1;
        if *count <= PROBLEMS_KEPT_PER_KIND as u64 {
            self.kept.push(problem);
        }
    }

    /// Adds what another report found. Problems beyond [`PROBLEMS_KEPT_PER_KIND`] of a kind are only counted.
    pub fn absorb(&mut self, other: Report) {
        for problem in other.kept {
            let kept = self.kept.iter().filter(|known| known.kind == problem.kind).count();
            if kept < PROBLEMS_KEPT_PER_KIND {
                self.kept.push(problem);
            }
        }
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
    }

    /// The problems kept in full, in the order in which they were found.
    pub fn problems(&self) -> &[Problem] {
        &self.kept
    }

    /// How often each kind occurred.
    pub fn counts(&self) -> &BTreeMap<ProblemKind, u64> {
        &self.counts
    }

    /// The number of errors; a deposit with any is refused whole.
    pub fn errors(&self) -> u64 {
        self.total(true)
    }

    /// The number of warnings.
    pub fn warnings(&self) -> u64 {
        self.total(false)
    }

    fn total(&self, errors: bool) -> u64 {
        self.counts.iter().filter(|(kind, _)| kind.is_error() == errors).map(|(_, count)| count).sum()
    }
}
