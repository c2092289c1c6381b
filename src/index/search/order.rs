//! The orders in which names stand: by their labels from the right, which is the order of results, and by their text.
//!
//! Both compare names as people write them, in U-labels.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::model::name::Name;

/// Between two labels of a key. Less than anything that a label holds.
pub(super) const SEPARATOR: u8 = 0;
/// Greater than the separator, and less than anything else: in front of it stands all that is below a label.
pub(super) const AFTER_SEPARATOR: u8 = 1;

/// Octets of a key that are compared without looking at the whole.
const LEADING_OCTETS: usize = 16;

/// A name as people write it: in U-labels where all of it can be read, else as it is.
pub(super) fn text(name: &str) -> Cow<'_, str> {
    if !name.split('.').any(|label| label.starts_with("xn--")) {
        return Cow::Borrowed(name);
    }
    Name::parse(name).ok().and_then(|name| name.unicode()).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// What results are ordered by: the labels from the right. Keys are ordered like their octets.
pub(super) fn key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len());
    for (number, label) in text.rsplit('.').enumerate() {
        if number > 0 {
            key.push(SEPARATOR);
        }
        key.extend_from_slice(label.as_bytes());
    }
    key
}

/// The order of two names by their keys.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a_text, b_text) = (text(a), text(b));
    let labels = a_text.rsplit('.').cmp(b_text.rsplit('.'));
    labels.then_with(|| a.cmp(b))
}

/// The first octets of a key as a number: where two differ, the keys are ordered like them.
pub(super) fn leading(text: &str) -> u128 {
    let mut leading = [0; LEADING_OCTETS];
    let octets = text.rsplit('.').enumerate().flat_map(|(number, label)| {
        let separator: &[u8] = if number > 0 { &[SEPARATOR] } else { &[] };
        separator.iter().chain(label.as_bytes())
    });
    for (to, from) in leading.iter_mut().zip(octets) {
        *to = *from;
    }
    u128::from_be_bytes(leading)
}

/// The first octets of a text as a number: where two differ, the texts are ordered like them.
pub(super) fn beginning(text: &str) -> u64 {
    let mut beginning = [0; 8];
    for (to, from) in beginning.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u64::from_be_bytes(beginning)
}
