//! JSON lines, version 1: one object a line. The format of registries without escrow. `data/schema/README.md` documents it.

mod reader;

pub use reader::LINE_OCTETS_MAX;
pub(super) use reader::open;

use super::draft::{Care, Draft, Notes};
use crate::model::object::Object;

/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// One object as one line, without the line's end. What [`decode`] reads back is equal to the object.
pub fn encode(object: &Object) -> Vec<u8> {
    // A draft has texts and numbers only, which JSON can always say.
    serde_json::to_vec(&Draft::from(object)).unwrap_or_default()
}

/// Reads back what [`encode`] wrote. Values are taken as they stand.
///
/// # Errors
///
/// What is wrong, by element; never a value.
pub fn decode(line: &[u8]) -> Result<Object, String> {
    let draft: Draft = serde_json::from_slice(line).map_err(|error| shape_fault(&error))?;
    let mut notes = Notes::new(Care::Exact);
    let object = draft.read(&mut notes);
    let faults = notes.into_found().into_iter().map(|(_, detail)| detail);
    object.ok_or_else(|| faults.collect::<Vec<_>>().join("; "))
}

/// What is wrong with a line's JSON. serde's own message may quote the value, so it is not used.
fn shape_fault(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Io | Category::Eof => "the line ends inside the JSON value".into(),
        Category::Syntax => format!("not JSON at column {}", error.column()),
        Category::Data => format!("a member that is unknown, missing or of another type, at column {}", error.column()),
    }
}

#[cfg(test)]
pub(super) mod arbitrary;
#[cfg(test)]
mod tests;
