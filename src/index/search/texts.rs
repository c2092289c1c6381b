//! Texts by which entities are found: folded, in order, each with the place of the handle that it belongs to.
//!
//! An entry costs the octets of its text and twelve more.

use std::cmp::Ordering;

use crate::index::arena::RecordId;

/// Folded texts in order, and whose they are.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    /// Where each text ends; it begins where the one before it ends.
    ends: Vec<usize>,
    owners: Vec<RecordId>,
}

impl Texts {
    /// Texts in order. `handle_of` gives the handle at a place; it orders equal texts.
    pub(super) fn new<'a>(mut items: Vec<(String, RecordId)>, handle_of: &dyn Fn(RecordId) -> &'a str) -> Texts {
        items.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| handle_of(a.1).cmp(handle_of(b.1))));
        let mut texts = Texts::default();
        items.iter().for_each(|(text, owner)| texts.push(text, *owner));
        texts.shrink();
        texts
    }

    /// These with newer ones. `is_kept` tells of each owner, and of whether it is from the newer ones, whether its
    /// texts stay.
    pub(super) fn with<'a>(
        &self,
        newer: &Texts,
        is_kept: &dyn Fn(RecordId, bool) -> bool,
        handle_of: &dyn Fn(RecordId) -> &'a str,
    ) -> Texts {
        let mut both = Texts::default();
        let mut old = self.from(0).filter(|(_, owner)| is_kept(*owner, false)).peekable();
        for (text, owner) in newer.from(0).filter(|(_, owner)| is_kept(*owner, true)) {
            let is_before = |(other, other_owner): &(&str, RecordId)| {
                let order = other.cmp(&text).then_with(|| handle_of(*other_owner).cmp(handle_of(owner)));
                order == Ordering::Less
            };
            while let Some((other, other_owner)) = old.next_if(is_before) {
                both.push(other, other_owner);
            }
            both.push(text, owner);
        }
        old.for_each(|(other, owner)| both.push(other, owner));
        both.shrink();
        both
    }

    /// The texts that begin so, in order, and whose they are.
    pub(super) fn beginning<'a>(&'a self, beginning: &str) -> impl Iterator<Item = (&'a str, RecordId)> + use<'a> {
        let (mut low, mut high) = (0, self.owners.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(|(text, _)| text < beginning) {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        let beginning = beginning.to_owned();
        self.from(low).take_while(move |(text, _)| text.starts_with(&beginning))
    }

    /// Octets that it takes.
    pub(super) fn octets(&self) -> usize {
        self.text.capacity()
            + self.ends.capacity() * size_of::<usize>()
            + self.owners.capacity() * size_of::<RecordId>()
    }

    fn push(&mut self, text: &str, owner: RecordId) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.owners.push(owner);
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.owners.shrink_to_fit();
    }

    fn from(&self, first: usize) -> impl Iterator<Item = (&str, RecordId)> {
        (first..self.owners.len()).map_while(|number| self.get(number))
    }

    fn get(&self, number: usize) -> Option<(&str, RecordId)> {
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        Some((self.text.get(start..*self.ends.get(number)?)?, *self.owners.get(number)?))
    }
}
