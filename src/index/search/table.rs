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

/// What stands in `new_ranks` for an entry that is not kept.
const DROPPED: u32 = u32::MAX;

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
    /// A table of entries, each given once, and of their terms. `name_of` gives the name at a place.
    pub(super) fn new<'a>(
        ids: Vec<RecordId>,
        terms: &[(RecordId, u32)],
        name_of: &dyn Fn(RecordId) -> &'a str,
    ) -> Table {
        let mut keyed: Vec<(u128, RecordId)> =
            ids.into_iter().map(|id| (order::leading(&order::text(name_of(id))), id)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| order::compare(name_of(a.1), name_of(b.1))));
        let entries: Vec<RecordId> = keyed.into_iter().map(|(_, id)| id).collect();

        let mut ranks: Vec<u64> = (0u32..).zip(&entries).map(|(rank, id)| pair(id.number(), rank)).collect();
        ranks.sort_unstable();
        // Terms come record by record, mostly in the order of places: the rank is mostly the last one found, or next.
        let mut near = 0;
        let mut rank_of = |id: RecordId| {
            let is_it = |at: &usize| ranks.get(*at).is_some_and(|pair| high(*pair) == id.number());
            let at = [near, near + 1].into_iter().find(is_it);
            near = at.or_else(|| ranks.binary_search_by_key(&id.number(), |pair| high(*pair)).ok())?;
            ranks.get(near).copied().map(low)
        };
        let mut postings: Vec<u64> =
            terms.iter().filter_map(|(id, term)| rank_of(*id).map(|rank| pair(*term, rank))).collect();
        postings.sort_unstable();
        postings.dedup();
        postings.shrink_to_fit();

        let mut by_text: Vec<(u64, u32)> =
            (0u32..).zip(&entries).map(|(rank, id)| (order::beginning(&order::text(name_of(*id))), rank)).collect();
        let text = |rank: u32| entries.get(rank as usize).map(|id| order::text(name_of(*id)));
        by_text.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(&text(b.1))).then(a.1.cmp(&b.1)));
        let by_text = by_text.into_iter().map(|(_, rank)| rank).collect();
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
