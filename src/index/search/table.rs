//! A table of names in the order of results, with what they are found by.
//!
//! An entry is the place of a name, and its number in the table its rank. Everything else names ranks: so whatever is
//! found by one term, or by the beginning of its text, comes in the order of results without a look at the names.
//! An entry costs four octets, four more in the order of texts, and eight for each term.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;

use super::order;
use crate::index::arena::RecordId;
use crate::index::together::together;

/// What stands in `new_ranks` for an entry that is not kept.
const DROPPED: u32 = u32::MAX;

/// That a name has a term: the number of its place in the upper half, the hash of the term in the lower.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted(u64);

impl Noted {
    /// Of the name at a place, and the hash of a term.
    pub(super) fn new(id: RecordId, term: u32) -> Noted {
        Noted(pair(id.number(), term))
    }
}

/// The name at a place.
pub(super) type NameOf<'f, 'a> = dyn Fn(RecordId) -> &'a str + Sync + 'f;

/// Names and what they are found by. None stands there twice.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By [`order::compare`].
    entries: Vec<RecordId>,
    /// Ranks by the text of their names.
    by_text: Vec<u32>,
    /// The hash of a term in the upper half, the rank of a name that has it in the lower; sorted.
    postings: Vec<u64>,
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn low(pair: u64) -> u32 {
    (pair & u64::from(u32::MAX)) as u32
}

fn high(pair: u64) -> u32 {
    (pair >> 32) as u32
}

impl Table {
    /// A table of entries, each given once, and of their terms. `name_of` gives the name at a place. It is quickest where
    /// places come in the order of their names, as those of a whole register do.
    pub(super) fn new<'a>(ids: Vec<RecordId>, terms: Vec<Noted>, name_of: &NameOf<'_, 'a>) -> Table {
        let entries = order::sorted(&ids, name_of);
        let mut ranks: Vec<u64> = (0u32..).zip(&entries).map(|(rank, id)| pair(id.number(), rank)).collect();
        ranks.sort_unstable();
        let by_text = || {
            let mut ranks = Ranks { by_place: &ranks, near: 0 };
            let in_order = order::sorted_by_text(ids, name_of);
            in_order.into_iter().filter_map(|id| ranks.of(id.number())).collect()
        };
        let (by_text, postings) = together(entries.len(), by_text, || postings(terms, &ranks));
        Table { entries, by_text, postings }
    }

    /// This table with the entries of a newer one, which stand in place of those of the same name. `is_kept` tells of
    /// each entry, and of whether it is from the newer one, whether it stays.
    pub(super) fn with<'a>(
        &self,
        newer: &Table,
        is_kept: &dyn Fn(RecordId, bool) -> bool,
        name_of: &dyn Fn(RecordId) -> &'a str,
    ) -> Table {
        let mut entries = Vec::with_capacity(self.entries.len() + newer.entries.len());
        let (mut old_ranks, mut new_ranks) = (Vec::with_capacity(self.entries.len()), Vec::new());
        let mut rest = self.entries.as_slice();
        let add = |entries: &mut Vec<RecordId>, ranks: &mut Vec<u32>, id: RecordId, is_newer: bool| {
            let rank = u32::try_from(entries.len()).ok().filter(|_| is_kept(id, is_newer));
            entries.extend(rank.map(|_| id));
            ranks.push(rank.unwrap_or(DROPPED));
        };
        for id in &newer.entries {
            let name = name_of(*id);
            let before = rest.partition_point(|old| order::compare(name_of(*old), name) == Ordering::Less);
            let (first, others) = rest.split_at_checked(before).unwrap_or((rest, &[]));
            first.iter().for_each(|old| add(&mut entries, &mut old_ranks, *old, false));
            rest = others;
            if let Some((_, others)) = rest.split_first().filter(|(old, _)| name_of(**old) == name) {
                old_ranks.push(DROPPED);
                rest = others;
            }
            add(&mut entries, &mut new_ranks, *id, true);
        }
        rest.iter().for_each(|old| add(&mut entries, &mut old_ranks, *old, false));

        let moved = |ranks: &[u32], rank: u32| ranks.get(rank as usize).copied().filter(|rank| *rank != DROPPED);
        let posted = |table: &Table, ranks: &[u32]| -> Vec<u64> {
            table.postings.iter().filter_map(|it| Some(pair(high(*it), moved(ranks, low(*it))?))).collect()
        };
        let postings = merged(&posted(self, &old_ranks), &posted(newer, &new_ranks), |a, b| a.cmp(b));
        let texts = |table: &Table, ranks: &[u32]| -> Vec<u32> {
            table.by_text.iter().filter_map(|rank| moved(ranks, *rank)).collect()
        };
        let text = |rank: &u32| entries.get(*rank as usize).map(|id| order::text(name_of(*id)));
        let by_text =
            merged(&texts(self, &old_ranks), &texts(newer, &new_ranks), |a, b| text(a).cmp(&text(b)).then(a.cmp(b)));
        Table { entries, by_text, postings }
    }

    /// The place of a name.
    pub(super) fn get(&self, rank: u32) -> Option<RecordId> {
        self.entries.get(rank as usize).copied()
    }

    /// The ranks of names that have one of some terms, in order, each once. The terms are given once each.
    pub(super) fn posted(&self, terms: &[u32]) -> Posted<'_> {
        let mut posted = Posted { lists: BinaryHeap::new(), last: None };
        for term in terms {
            let first = self.postings.partition_point(|posting| high(*posting) < *term);
            posted.follow(*term, self.postings.get(first..).unwrap_or_default());
        }
        posted
    }

    /// The ranks of names whose text begins so, out of order.
    pub(super) fn beginning<'a>(&self, beginning: &str, name_of: &dyn Fn(RecordId) -> &'a str) -> Vec<u32> {
        let is =
            |rank: &u32, test: &dyn Fn(&str) -> bool| self.get(*rank).is_some_and(|id| test(&order::text(name_of(id))));
        let first = self.by_text.partition_point(|rank| is(rank, &|text| text < beginning));
        let rest = self.by_text.get(first..).unwrap_or_default();
        let count = rest.partition_point(|rank| is(rank, &|text| text.starts_with(beginning)));
        rest.get(..count).unwrap_or_default().to_vec()
    }

    /// The first rank from `from` whose key is not less than `key`.
    pub(super) fn seek<'a>(&self, from: u32, key: &[u8], name_of: &dyn Fn(RecordId) -> &'a str) -> u32 {
        let rest = self.entries.get(from as usize..).unwrap_or_default();
        let is_less = |id: &RecordId| order::key(&order::text(name_of(*id))).as_slice() < key;
        // What is sought is often near.
        let mut near = 1;
        while rest.get(near).is_some_and(is_less) {
            near *= 2;
        }
        let Range { start, end } = near / 2..rest.len().min(near + 1);
        let found = start + rest.get(start..end).unwrap_or_default().partition_point(is_less);
        from.saturating_add(u32::try_from(found).unwrap_or(u32::MAX))
    }

    /// Octets that it takes.
    pub(super) fn octets(&self) -> usize {
        self.entries.capacity() * size_of::<RecordId>()
            + self.by_text.capacity() * size_of::<u32>()
            + self.postings.capacity() * size_of::<u64>()
    }
}

/// Ranks by the numbers of places.
struct Ranks<'r> {
    /// The number of a place in the upper half, its rank in the lower; sorted.
    by_place: &'r [u64],
    /// Where the last one stood.
    near: usize,
}

impl Ranks<'_> {
    /// The rank of a place. Where places are asked for in their order, it is mostly the last one found, or next.
    fn of(&mut self, place: u32) -> Option<u32> {
        let is_it = |at: &usize| self.by_place.get(*at).is_some_and(|pair| high(*pair) == place);
        let at = [self.near, self.near.saturating_add(1)].into_iter().find(is_it);
        self.near = at.or_else(|| self.by_place.binary_search_by_key(&place, |pair| high(*pair)).ok())?;
        self.by_place.get(self.near).copied().map(low)
    }
}

/// The postings of what was noted, in the room of it: there are several for each name.
fn postings(noted: Vec<Noted>, ranks: &[u64]) -> Vec<u64> {
    let mut ranks = Ranks { by_place: ranks, near: 0 };
    let ranked = noted.into_iter().filter_map(|Noted(noted)| ranks.of(high(noted)).map(|rank| pair(low(noted), rank)));
    let mut postings: Vec<u64> = ranked.collect();
    postings.sort_unstable();
    postings.dedup();
    postings.shrink_to_fit();
    postings
}

/// The ranks of several lists of postings, in order and each once.
pub(super) struct Posted<'a> {
    /// Of each list the next rank, its term, and what follows it.
    lists: BinaryHeap<Reverse<(u32, u32, &'a [u64])>>,
    last: Option<u32>,
}

impl<'a> Posted<'a> {
    /// Takes in a list that goes on, as long as it is of its term.
    fn follow(&mut self, term: u32, list: &'a [u64]) {
        if let Some((posting, rest)) = list.split_first().filter(|(posting, _)| high(**posting) == term) {
            self.lists.push(Reverse((low(*posting), term, rest)));
        }
    }
}

impl Iterator for Posted<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            let Reverse((rank, term, rest)) = self.lists.pop()?;
            self.follow(term, rest);
            if self.last.replace(rank) != Some(rank) {
                return Some(rank);
            }
        }
    }
}

/// Two sorted lists in one. The second is the shorter one: its places in the other are looked for.
fn merged<T: Copy>(long: &[T], short: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut merged = Vec::with_capacity(long.len() + short.len());
    let mut rest = long;
    for item in short {
        let before = rest.partition_point(|other| compare(other, item) == Ordering::Less);
        let (first, others) = rest.split_at_checked(before).unwrap_or((rest, &[]));
        merged.extend_from_slice(first);
        merged.push(*item);
        rest = others;
    }
    merged.extend_from_slice(rest);
    merged
}
