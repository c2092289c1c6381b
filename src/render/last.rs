//! What a thread made last, and from what: made again only where the key is another one. Nothing can be told from outside but
//! the time, and no thread waits for another.

use std::cell::Cell;
use std::thread::LocalKey;

/// A thread's place for the last thing that was made of a kind.
pub(crate) struct Last<K, V>(Cell<Option<(K, V)>>);

impl<K, V> Last<K, V> {
    /// Nothing was made yet.
    pub(crate) const fn none() -> Last<K, V> {
        Last(Cell::new(None))
    }

    /// What `make` gives for a key.
    pub(crate) fn of(&self, key: K, make: impl FnOnce(&K) -> V) -> V
    where
        K: PartialEq,
        V: Clone,
    {
        let kept = self.0.take().filter(|(made_from, _)| *made_from == key);
        let (key, value) = kept.unwrap_or_else(|| {
            let value = make(&key);
            (key, value)
        });
        let again = value.clone();
        self.0.set(Some((key, value)));
        again
    }
}

/// What `make` gives for a key, from the place of this thread.
pub(crate) fn last<K: PartialEq, V: Clone>(
    place: &'static LocalKey<Last<K, V>>,
    key: K,
    make: impl FnOnce(&K) -> V,
) -> V {
    place.with(|last| last.of(key, make))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_value_is_that_of_its_key_and_made_once_in_a_row(keys in proptest::collection::vec(0..3_u32, 0..20)) {
            let place = Last::none();
            let (mut made, mut changes, mut before) = (0, 0, None);
            for key in keys {
                let value = place.of(key, |key| {
                    made += 1;
                    key.to_string()
                });
                prop_assert_eq!(value, key.to_string());
                changes += usize::from(before.replace(key) != Some(key));
            }
            prop_assert_eq!(made, changes);
        }
    }
}
