//! Forms: entities that are rendered already, with gaps for what differs from one contact to the next.
//!
//! A form is learned from the renderer of entities and knows nothing of what an entity looks like: see `learn`. It is
//! filled with the values of a contact, and with the URL that was asked and its base. A value that the renderer would
//! change in a way of which the form does not know does not fit.

pub(super) mod learn;
#[cfg(test)]
mod tests;

use super::{card, link, octets};
use crate::codec::packed::RawValue as Value;

/// The value does not fit: whoever fills the form renders the whole in the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfit;

/// What stands in a gap, and what is done to it. The number is that of a value in the order of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// The URL that was asked.
    Asked,
    /// The base of our URLs.
    Base,
    /// A text.
    Text(u8),
    /// A text as a segment of a path.
    Segment(u8),
    /// A text in upper case.
    Upper(u8),
    /// A telephone number in a URI.
    Number(u8),
    /// The extension of a telephone number in a URI.
    Extension(u8),
    /// A moment.
    Moment(u8),
}

/// A gap.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// Where it is among the octets that stand in every answer.
    at: u32,
    slot: Slot,
}

/// Octets with gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    octets: Box<[u8]>,
    gaps: Box<[Gap]>,
    /// In how many gaps a URL stands.
    urls: usize,
}

/// The two URLs of an answer. Both stand in JSON as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Urls<'a> {
    /// The URL that was asked.
    pub(super) asked: &'a str,
    /// The base of our URLs.
    pub(super) base: &'a str,
}

impl Form {
    /// Writes the form with its gaps filled.
    ///
    /// # Errors
    /// A value does not fit. Something may have been written.
    pub(super) fn fill(&self, out: &mut Vec<u8>, urls: &Urls<'_>, values: &[Value<'_>]) -> Result<(), Unfit> {
        let mut rest = &*self.octets;
        let mut at = 0;
        for gap in &self.gaps {
            let (before, after) = rest.split_at_checked((gap.at - at) as usize).ok_or(Unfit)?;
            out.extend_from_slice(before);
            (rest, at) = (after, gap.at);
            gap.slot.fill(out, urls, values)?;
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    /// Octets that the filled form takes beside its values.
    pub(super) fn octets(&self, urls: &Urls<'_>) -> usize {
        self.octets.len() + self.urls * urls.asked.len().max(urls.base.len())
    }

    /// Whether nothing is written in any case.
    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty() && self.gaps.is_empty()
    }

    /// Octets of memory.
    pub(super) fn memory(&self) -> usize {
        self.octets.len() + std::mem::size_of_val(&*self.gaps)
    }
}

impl Slot {
    fn fill(self, out: &mut Vec<u8>, urls: &Urls<'_>, values: &[Value<'_>]) -> Result<(), Unfit> {
        match self {
            Slot::Asked => out.extend_from_slice(urls.asked.as_bytes()),
            Slot::Base => out.extend_from_slice(urls.base.as_bytes()),
            Slot::Text(number) => octets::raw(out, text(values, number)?),
            Slot::Segment(number) => out.extend_from_slice(unchanged(text(values, number)?, link::is_segment)?),
            Slot::Upper(number) => {
                let text = unchanged(text(values, number)?, octets::is_plain)?;
                out.extend(text.iter().map(u8::to_ascii_uppercase));
            }
            Slot::Number(number) => out.extend_from_slice(unchanged(text(values, number)?, card::is_number)?),
            Slot::Extension(number) => out.extend_from_slice(unchanged(text(values, number)?, card::is_extension)?),
            Slot::Moment(number) => match values.get(usize::from(number)) {
                Some(Value::Moment(at)) => octets::moment(out, *at),
                Some(Value::Text(_)) | None => return Err(Unfit),
            },
        }
        Ok(())
    }
}

/// A text that says something: what says nothing may be left out with all that is around it.
fn text<'a>(values: &[Value<'a>], number: u8) -> Result<&'a [u8], Unfit> {
    match values.get(usize::from(number)) {
        Some(Value::Text(text)) if !text.is_empty() => Ok(text),
        Some(Value::Text(_) | Value::Moment(_)) | None => Err(Unfit),
    }
}

/// A text that stays as it is.
fn unchanged(text: &[u8], stays: impl Fn(&[u8]) -> bool) -> Result<&[u8], Unfit> {
    if stays(text) { Ok(text) } else { Err(Unfit) }
}
