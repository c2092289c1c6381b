//! What every deposit format is read as.

use super::problem::{Place, Report};
use crate::model::object::{Class, Object, ObjectKey};
use crate::model::vocabulary::words;
use crate::time::Timestamp;

/// Items that are given together where they come one by one.
const ITEMS_TOGETHER: usize = 128;

words! {
    /// The type of a deposit (RFC 8909 §5.1).
    DepositType {
        /// The whole register.
        Full = "FULL",
        /// Changes since the previous deposit of any type.
        Differential = "DIFF",
        /// Changes since the last full deposit.
        Incremental = "INCR",
    }
}

/// The frame of a deposit (RFC 8909 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositFrame {
    /// Its type.
    pub kind: DepositType,
    /// Its identifier.
    pub id: String,
    /// The identifier of the deposit that it builds on; always there for a DIFF.
    pub previous_id: Option<String>,
    /// How often it was sent again.
    pub resend: u32,
    /// The state of the register that it describes.
    pub watermark: Timestamp,
}

/// The header object (RFC 9022 §5.9): how many objects of each class the register has at the watermark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Class, where it is known to us, the namespace URI, and the number.
    pub counts: Vec<(Option<Class>, String, u64)>,
    /// The zones (`tld`) that the deposit covers; empty where it names none.
    pub zones: Vec<String>,
}

/// One thing that a deposit says. All deletes come before all contents, as in the deposit (RFC 8909 §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "most items are puts, the largest")]
pub enum Item {
    /// Delete an object.
    Delete(ObjectKey),
    /// Create or replace an object.
    Put(Object),
    /// The header object.
    Header(Header),
}

/// A deposit that is being read.
pub trait Deposit {
    /// The frame; known before the first item.
    fn frame(&self) -> &DepositFrame;

    /// The next item and where it begins; `None` at the end. Problems go to `report`: an object with an error is
    /// noted and passed over, and reading goes on where that is possible; where it is not, this is the end.
    fn next(&mut self, report: &mut Report) -> Option<(Item, Place)>;

    /// Some of the next items, as many as are at hand together; none at the end.
    fn next_many(&mut self, report: &mut Report) -> Vec<(Item, Place)> {
        let mut items = Vec::with_capacity(ITEMS_TOGETHER);
        while items.len() < ITEMS_TOGETHER {
            match self.next(report) {
                Some(item) => items.push(item),
                None => break,
            }
        }
        items
    }

    /// How many bytes of the source were read, and how many there are (0 where that is unknown).
    fn progress(&self) -> (u64, u64);
}
