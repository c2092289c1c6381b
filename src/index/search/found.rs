//! The first results of several sources, in order and none twice.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Found, Reach};

/// How many entries may still be looked at.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<usize>,
    is_spent: Cell<bool>,
}

impl Budget {
    /// As many as a search may look at.
    pub(super) fn of(reach: Reach) -> Budget {
        Budget { left: Cell::new(reach.candidates), is_spent: Cell::new(false) }
    }

    /// Pays for one entry. False: it is not to be looked at, nor any other.
    pub(super) fn spend(&self) -> bool {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => self.is_spent.set(true),
        }
        !self.is_spent.get()
    }
}

/// Candidates with the keys that they are ordered by, in that order. It ends early when the budget is spent.
pub(super) type Candidates<'a, T> = Box<dyn Iterator<Item = (Vec<u8>, T)> + 'a>;

/// The first hits among all candidates. Where the budget ends the search, there are fewer than there could be, but
/// none is left out between them.
pub(super) fn first_in_order<T: Ord + Clone>(
    mut sources: Vec<Candidates<'_, T>>,
    budget: &Budget,
    matches: usize,
    mut is_hit: impl FnMut(&T) -> bool,
) -> Found<T> {
    let mut found = Found { items: Vec::new(), is_complete: false };
    let mut heads = BinaryHeap::with_capacity(sources.len());
    for (number, source) in sources.iter_mut().enumerate() {
        heads.extend(source.next().map(|(key, item)| Reverse((key, item, number))));
        if budget.is_spent.get() {
            return found;
        }
    }
    let mut last = None;
    while let Some(Reverse((_, item, number))) = heads.pop() {
        if last.as_ref() != Some(&item) {
            if is_hit(&item) {
                if found.items.len() >= matches {
                    return found;
                }
                found.items.push(item.clone());
            }
            last = Some(item);
        }
        let next = sources.get_mut(number).and_then(Iterator::next);
        if budget.is_spent.get() {
            return found;
        }
        heads.extend(next.map(|(key, item)| Reverse((key, item, number))));
    }
    found.is_complete = true;
    found
}

/// Numbers out of order, given out in order, and sorted only as far as somebody asks.
#[derive(Debug)]
pub(super) struct Ascending {
    numbers: Vec<u32>,
    at: usize,
    sorted: usize,
}

/// How many numbers are sorted at first; each time twice as many.
const SORTED_FIRST: usize = 1024;

impl Ascending {
    pub(super) fn new(numbers: Vec<u32>) -> Ascending {
        Ascending { numbers, at: 0, sorted: 0 }
    }
}

impl Iterator for Ascending {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.at == self.sorted {
            let rest = self.numbers.get_mut(self.sorted..)?;
            let wanted = self.sorted.max(SORTED_FIRST).min(rest.len());
            if wanted < rest.len() {
                rest.select_nth_unstable(wanted);
            }
            rest.get_mut(..wanted)?.sort_unstable();
            self.sorted += wanted;
        }
        let number = self.numbers.get(self.at).copied()?;
        self.at += 1;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_in_order(mut numbers in proptest::collection::vec(any::<u32>(), 0..5000)) {
            let given: Vec<u32> = Ascending::new(numbers.clone()).collect();
            numbers.sort_unstable();
            prop_assert_eq!(given, numbers);
        }

        #[test]
        fn sr_14_what_is_found_is_the_beginning_of_what_there_is(
            lists in proptest::collection::vec(proptest::collection::btree_set(0u8..40, 0..20), 0..4),
            matches in 0usize..20,
            candidates in 0usize..60,
        ) {
            let all: std::collections::BTreeSet<u8> = lists.iter().flatten().copied().filter(|n| n % 3 != 0).collect();
            let looked_at: usize = lists.iter().map(|list| list.len()).sum();
            let budget = Budget::of(Reach { matches, candidates });
            let sources = lists.into_iter().map(|list| -> Candidates<'_, u8> {
                Box::new(list.into_iter().take_while(|_| budget.spend()).map(|n| (vec![n], n)))
            });
            let found = first_in_order(sources.collect(), &budget, matches, |n| n % 3 != 0);
            prop_assert!(all.iter().copied().take(matches).collect::<Vec<_>>().starts_with(&found.items));
            prop_assert!(!found.is_complete || found.items.len() == all.len());
            if looked_at <= candidates {
                prop_assert_eq!(found.is_complete, all.len() <= matches);
                prop_assert_eq!(found.items.len(), all.len().min(matches));
            }
        }
    }
}
