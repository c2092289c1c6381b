//! Memory for answers that is used again while it is still in the processor's caches.
//!
//! An allocator hands the blocks of one size out in turn, so that each answer would be written to memory that was last
//! touched long ago, and sent from there. Here a thread takes the buffer that came back last: written, sent and given back
//! before the next question, it stays in the nearest cache.
//!
//! This is memory and no behaviour: a buffer is empty when it is handed out, so nothing of an earlier answer can be read from
//! it, and what an answer says does not depend on the buffer that it is written in.

use std::cell::RefCell;

use bytes::Bytes;

/// The least that a buffer is made to hold, in octets: more than nearly each answer about a domain. Buffers of nearly one
/// size fit nearly each question.
const OCTETS_MIN: usize = 16 * 1024;
/// The most that a kept buffer holds, in octets. Larger ones are let go.
const OCTETS_MAX: usize = 64 * 1024;
/// How many buffers a thread keeps: as many answers as connections of HTTP/2 have under way at a time.
const KEPT_MAX: usize = 32;

thread_local! {
    /// The buffers that this thread keeps, the one that came back last at the end.
    static KEPT: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer with room for so many octets or more.
pub(crate) fn blank(octets: usize) -> Vec<u8> {
    // While a thread ends there are no kept ones.
    let kept = KEPT.try_with(|kept| kept.borrow_mut().pop()).ok().flatten();
    match kept.filter(|kept| kept.capacity() >= octets) {
        Some(mut kept) => {
            kept.clear();
            kept
        }
        None => Vec::with_capacity(octets.max(OCTETS_MIN)),
    }
}

/// Keeps a buffer for a later answer of this thread, whatever it holds, unless it is of a size that is not kept or enough are.
pub(crate) fn give_back(mut sheet: Vec<u8>) {
    if (OCTETS_MIN..=OCTETS_MAX).contains(&sheet.capacity()) {
        sheet.clear();
        // While a thread ends nothing is kept any more.
        let _ended = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < KEPT_MAX {
                kept.push(sheet);
            }
        });
    }
}

/// What was written, to be sent. The buffer is given back when its last octet is gone, to the thread that sent it.
pub(crate) fn sent(sheet: Vec<u8>) -> Bytes {
    if sheet.capacity() < OCTETS_MIN { Bytes::from(sheet) } else { Bytes::from_owner(Sheet(sheet)) }
}

/// A buffer that is given back when it is dropped.
struct Sheet(Vec<u8>);

impl AsRef<[u8]> for Sheet {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept() -> Vec<usize> {
        KEPT.with(|kept| kept.borrow().iter().map(Vec::capacity).collect())
    }

    proptest! {
        #[test]
        fn an_answer_is_what_was_written_for_it_alone(
            steps in proptest::collection::vec((0..3 * OCTETS_MAX, any::<u8>(), 0..4_usize), 0..120),
        ) {
            let mut under_way: Vec<(Bytes, usize, u8)> = Vec::new();
            for (octets, letter, sent_before) in steps {
                let mut sheet = blank(octets);
                prop_assert!(sheet.is_empty() && sheet.capacity() >= octets);
                sheet.resize(octets, letter);
                under_way.push((sent(sheet), octets, letter));
                for _ in 0..sent_before.min(under_way.len()) {
                    let (body, octets, letter) = under_way.remove(0);
                    prop_assert_eq!(body.len(), octets);
                    prop_assert!(body.iter().all(|octet| *octet == letter));
                }
                let kept = kept();
                prop_assert!(kept.len() <= KEPT_MAX);
                prop_assert!(kept.iter().all(|octets| (OCTETS_MIN..=OCTETS_MAX).contains(octets)));
            }
        }
    }

    #[test]
    fn the_buffer_that_came_back_last_is_taken_first() {
        let sheets = [blank(1), blank(1)];
        let [first, last] = sheets.each_ref().map(|sheet| sheet.as_ptr());
        for sheet in sheets {
            drop(sent(sheet));
        }
        let (once, twice) = (blank(OCTETS_MIN), blank(1));
        assert_eq!((once.as_ptr(), twice.as_ptr()), (last, first));
        assert_eq!(blank(1).capacity(), OCTETS_MIN);
    }

    #[test]
    fn a_buffer_comes_back_to_the_thread_that_drops_it() {
        let body = sent(blank(1));
        std::thread::scope(|scope| {
            scope.spawn(move || {
                drop(body);
                assert_eq!(kept().len(), 1);
            });
        });
        assert!(kept().is_empty());
    }

    #[test]
    fn clones_share_a_buffer_until_the_last_is_gone() {
        let mut sheet = blank(1);
        sheet.extend_from_slice(b"answer");
        let body = sent(sheet);
        let part = body.slice(2..);
        drop(body);
        assert!(kept().is_empty());
        assert_eq!(&part[..], b"swer");
        drop(part);
        assert_eq!(kept().len(), 1);
    }
}
