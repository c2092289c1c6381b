//! The orders in which names stand: by their labels from the right, which is the order of results, and by their text.
//!
//! Both compare names as people write them, in U-labels.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::table::NameOf;
use crate::index::arena::RecordId;
use crate::index::together::together;
use crate::model::name::Name;

/// Between two labels of a key. Less than anything that a label holds.
pub(super) const SEPARATOR: u8 = 0;
/// Greater than the separator, and less than anything else: in front of it stands all that is below a label.
pub(super) const AFTER_SEPARATOR: u8 = 1;

/// What begins a label that stands for another in A-labels.
const A_LABEL: &[u8; 4] = b"xn--";

/// Low bits of a sorted item: where its key stands.
const PLACE_BITS: u32 = 40;
/// Octets of a key in an item, which are compared without looking at the key.
const LEADING_OCTETS: usize = 11;
/// Octets of an average key, with what stands in front of it.
const KEY_OCTETS_EXPECTED: usize = 28;

/// A name as people write it: in U-labels where all of it can be read, else as it is.
pub(super) fn text(name: &str) -> Cow<'_, str> {
    // Most names have none, and are not taken apart to see it.
    let may_have = name.as_bytes().windows(A_LABEL.len()).any(|octets| octets == A_LABEL);
    if !may_have || !name.split('.').any(|label| label.starts_with("xn--")) {
        return Cow::Borrowed(name);
    }
    Name::parse(name).ok().and_then(|name| name.unicode()).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// What results are ordered by: the labels from the right. Keys are ordered like their octets.
pub(super) fn key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len());
    push_key(&mut key, text);
    key
}

fn push_key(octets: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(dot) = rest.iter().rposition(|octet| *octet == b'.') {
        let (before, label) = rest.split_at_checked(dot).unwrap_or((&[], rest));
        octets.extend_from_slice(label.get(1..).unwrap_or_default());
        octets.push(SEPARATOR);
        rest = before;
    }
    octets.extend_from_slice(rest);
}

/// The order of two names by their keys.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a_text, b_text) = (text(a), text(b));
    let labels = a_text.rsplit('.').cmp(b_text.rsplit('.'));
    labels.then_with(|| a.cmp(b))
}

/// Places in the order of their names' keys, by [`compare`].
pub(super) fn sorted(ids: &[RecordId], name_of: &NameOf<'_, '_>) -> Vec<RecordId> {
    let (first, second) = ids.split_at_checked(ids.len() / 2).unwrap_or((ids, &[]));
    let (first, second) = together(ids.len(), || Keyed::new(first, name_of), || Keyed::new(second, name_of));
    let is_less = |a: &u128, b: &u128| {
        let id = |of: &Keyed<'_>, item| of.id(item).map(name_of).unwrap_or_default();
        let names = || compare(id(&first, *a), id(&second, *b));
        lead(*a).cmp(&lead(*b)).then_with(|| first.key(*a).cmp(second.key(*b))).then_with(names) == Ordering::Less
    };
    let mut sorted = Vec::with_capacity(ids.len());
    let mut rest = second.items.iter().peekable();
    for item in &first.items {
        while let Some(other) = rest.next_if(|other| !is_less(item, other)) {
            sorted.extend(second.id(*other));
        }
        sorted.extend(first.id(*item));
    }
    sorted.extend(rest.filter_map(|other| second.id(*other)));
    sorted
}

/// Places in the order of their names' texts; where two have the same, in that of the names.
pub(super) fn sorted_by_text(mut ids: Vec<RecordId>, name_of: &NameOf<'_, '_>) -> Vec<RecordId> {
    let mut others: Vec<(String, RecordId)> = Vec::new();
    ids.retain(|id| match text(name_of(*id)) {
        Cow::Borrowed(_) => true,
        Cow::Owned(text) => {
            others.push((text, *id));
            false
        }
    });
    // Whole registers come in the order of names. Of what is in order already, a stable sort sees that it is.
    ids.sort_by(|a, b| name_of(*a).cmp(name_of(*b)));
    others.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| name_of(a.1).cmp(name_of(b.1))));
    let mut sorted = Vec::with_capacity(ids.len().saturating_add(others.len()));
    let mut others = others.into_iter().peekable();
    for id in ids {
        // Without others there is nothing to compare with.
        if others.peek().is_some() {
            let name = name_of(id);
            let is_before = |(text, _): &(String, RecordId)| text.as_str() < name;
            while let Some((_, other)) = others.next_if(is_before) {
                sorted.push(other);
            }
        }
        sorted.push(id);
    }
    sorted.extend(others.map(|(_, other)| other));
    sorted
}

/// Places in the order of their names' keys, with the keys: one after another in the order in which they came, so that
/// sorting looks at what lies together.
struct Keyed<'i> {
    ids: &'i [RecordId],
    /// Of each place its number among the given ones (four octets), the length of its key (two), and its key.
    keys: Vec<u8>,
    /// In order: the first octets of a key, and where the whole stands.
    items: Vec<u128>,
}

impl<'i> Keyed<'i> {
    fn new(ids: &'i [RecordId], name_of: &NameOf<'_, '_>) -> Keyed<'i> {
        let mut keys = Vec::with_capacity(ids.len().saturating_mul(KEY_OCTETS_EXPECTED));
        let mut items = Vec::with_capacity(ids.len());
        let mut key = Vec::new();
        for (number, id) in (0u32..).zip(ids) {
            key.clear();
            push_key(&mut key, &text(name_of(*id)));
            items.push(leading(&key) | keys.len() as u128);
            keys.extend_from_slice(&number.to_be_bytes());
            keys.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_be_bytes());
            keys.extend_from_slice(&key);
        }
        let mut keyed = Keyed { ids, keys, items: Vec::new() };
        // Stable: of what is nearly in order, neighbours are looked at together.
        items.sort_by(|a, b| keyed.compare(*a, *b, name_of));
        keyed.items = items;
        keyed
    }

    fn compare(&self, a: u128, b: u128, name_of: &NameOf<'_, '_>) -> Ordering {
        let name = |item| self.id(item).map(name_of).unwrap_or_default();
        let keys = lead(a).cmp(&lead(b)).then_with(|| self.key(a).cmp(self.key(b)));
        keys.then_with(|| compare(name(a), name(b)))
    }

    fn id(&self, item: u128) -> Option<RecordId> {
        let (number, _) = self.entry(item).split_first_chunk()?;
        self.ids.get(u32::from_be_bytes(*number) as usize).copied()
    }

    fn key(&self, item: u128) -> &[u8] {
        let behind_number = self.entry(item).get(4..).unwrap_or_default();
        let Some((length, rest)) = behind_number.split_first_chunk() else { return &[] };
        rest.get(..usize::from(u16::from_be_bytes(*length))).unwrap_or_default()
    }

    fn entry(&self, item: u128) -> &[u8] {
        self.keys.get((item & ((1 << PLACE_BITS) - 1)) as usize..).unwrap_or_default()
    }
}

/// The first octets of a key in front of the place: where those of two items differ, the keys are ordered like them.
fn leading(key: &[u8]) -> u128 {
    let mut leading = [0; size_of::<u128>()];
    for (to, from) in leading.iter_mut().zip(key.iter().take(LEADING_OCTETS)) {
        *to = *from;
    }
    u128::from_be_bytes(leading)
}

fn lead(item: u128) -> u128 {
    item >> PLACE_BITS
}
