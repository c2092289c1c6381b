//! Many entries in one entry: what is written once, in the order of keys, and read far more often than changed.
//!
//! sled keeps some ten entries in a node and copies a node for each one that is added: its cost is by the entry, not
//! by the octet. A block holds many entries and stands in sled under the key of its last one, so that the first block
//! at or after a key is the one that has the key, if any has.
//!
//! A block is its entries one after another: lengths of key and value (four octets each, big-endian), key, value.
//! Whoever uses blocks may wrap them on their way in and out: compress, seal.

use std::ops::Deref;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::{Fault, Scan, Stored, Tree};

/// Octets of the two lengths before an entry.
const LENGTHS_OCTETS: usize = 8;
/// Blocks that wait for a thread at most, on their way in and on their way out.
const BLOCKS_WAITING: usize = 8;
/// Blocks that are written together hold about so many octets.
const GROUP_OCTETS: usize = 1024 * 1024;

/// Entries that stand in sled as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The key of the last entry.
    pub last: Vec<u8>,
    /// The entries.
    pub octets: Vec<u8>,
}

impl Block {
    /// Adds an entry. Keys ascend; a length beyond `u32` is a fault.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        let length = |part: &[u8]| u32::try_from(part.len()).map_err(|_| damaged("an entry is too long for a block"));
        let (key_length, value_length) = (length(key)?, length(value)?);
        self.octets.extend_from_slice(&key_length.to_be_bytes());
        self.octets.extend_from_slice(&value_length.to_be_bytes());
        self.octets.extend_from_slice(key);
        self.octets.extend_from_slice(value);
        self.last.clear();
        self.last.extend_from_slice(key);
        Ok(())
    }
}

fn damaged(detail: &str) -> Fault {
    Fault::Damaged(detail.to_owned())
}

/// The entries of a block's octets, in order. After a fault there are no more.
#[derive(Clone, Debug)]
pub struct Entries<'b>(&'b [u8]);

impl<'b> Entries<'b> {
    /// Of octets that came from a [`Block`], or did not.
    pub fn of(octets: &'b [u8]) -> Entries<'b> {
        Entries(octets)
    }

    /// The octets of the entries that are left.
    pub fn rest(&self) -> &'b [u8] {
        self.0
    }

    fn split(&mut self) -> Option<(&'b [u8], &'b [u8])> {
        let (lengths, rest) = self.0.split_first_chunk::<LENGTHS_OCTETS>()?;
        let [a, b, c, d, e, f, g, h] = *lengths;
        let key = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
        let value = usize::try_from(u32::from_be_bytes([e, f, g, h])).ok()?;
        let (key, rest) = rest.split_at_checked(key)?;
        let (value, rest) = rest.split_at_checked(value)?;
        self.0 = rest;
        Some((key, value))
    }
}

impl<'b> Iterator for Entries<'b> {
    type Item = Result<(&'b [u8], &'b [u8]), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = self.split().ok_or_else(|| damaged("a block's entries do not fill it"));
        if entry.is_err() {
            self.0 = &[];
        }
        Some(entry)
    }
}

/// What is done to a block's octets before they are written, given the key of its last entry.
pub type Wrap = Box<dyn FnMut(&[u8], Vec<u8>) -> Result<Vec<u8>, Fault> + Send>;

/// Packs entries of ascending keys into blocks and writes them to a tree of which nobody else writes, on a thread of
/// its own. What was not [finished](BlockWriter::finish) may be missing.
pub struct BlockWriter {
    octets: usize,
    block: Block,
    blocks: Option<SyncSender<Block>>,
    thread: Option<JoinHandle<Result<(), Fault>>>,
}

impl BlockWriter {
    /// Into blocks that are closed when they have `octets` of entries. The thread keeps the handle on the tree until
    /// the writer is finished or dropped.
    pub fn new(tree: Tree, octets: usize, wrap: Wrap) -> BlockWriter {
        let (blocks, receiver) = sync_channel(BLOCKS_WAITING);
        let thread = std::thread::spawn(move || write_all(&tree, &receiver, wrap));
        BlockWriter { octets, block: Block::default(), blocks: Some(blocks), thread: Some(thread) }
    }

    /// Adds an entry. Its key is greater than all before.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.block.push(key, value)?;
        if self.block.octets.len() >= self.octets { self.end_block() } else { Ok(()) }
    }

    /// Lets the next entry begin a block, and blocks be closed at `octets` from there on.
    pub fn begin_blocks_of(&mut self, octets: usize) -> Result<(), Fault> {
        self.end_block()?;
        self.octets = octets;
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), Fault> {
        if self.block.octets.is_empty() {
            return Ok(());
        }
        let room = self.block.octets.len();
        let next = Block { last: Vec::new(), octets: Vec::with_capacity(room) };
        let block = std::mem::replace(&mut self.block, next);
        match self.blocks.as_ref().map(|blocks| blocks.send(block)) {
            Some(Ok(())) => Ok(()),
            // The thread ends early only over a fault.
            _ => self.join().and(Err(damaged("its writer ended early"))),
        }
    }

    /// Writes what is left and lets go of the tree. Durable after [`super::Database::flush`].
    pub fn finish(mut self) -> Result<(), Fault> {
        self.end_block()?;
        self.join()
    }

    fn join(&mut self) -> Result<(), Fault> {
        self.blocks = None;
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Err(damaged("its writer panicked")),
        }
    }
}

impl Drop for BlockWriter {
    fn drop(&mut self) {
        // The folder can be removed or opened again only when the thread is gone; of its fault nobody wants to know.
        drop(self.join());
    }
}

fn write_all(tree: &Tree, blocks: &Receiver<Block>, mut wrap: Wrap) -> Result<(), Fault> {
    let (mut group, mut octets) = (Vec::new(), 0);
    for block in blocks {
        let wrapped = wrap(&block.last, block.octets)?;
        octets += wrapped.len();
        group.push((block.last, wrapped));
        if octets >= GROUP_OCTETS {
            write_group(tree, &group)?;
            group.clear();
            octets = 0;
        }
    }
    write_group(tree, &group)
}

/// Writes blocks of ascending keys: first all keys, then the values. A node that is split is written again with all
/// that it holds; so nodes are split while they hold next to nothing, and each value is written about once, not three
/// to four times.
fn write_group(tree: &Tree, group: &[(Vec<u8>, Vec<u8>)]) -> Result<(), Fault> {
    group.iter().try_for_each(|(key, _)| tree.set(key, b""))?;
    group.iter().try_for_each(|(key, value)| tree.set(key, value))
}

/// What is called with each key and value.
pub type Visit<'v, E> = dyn FnMut(&[u8], &[u8]) -> Result<(), E> + 'v;

/// Why reading ended before the end.
#[derive(Debug)]
pub enum Ended<E> {
    /// The visitor ended it.
    Visit(E),
    /// The database, or a block, is at fault.
    Read(Fault),
}

/// Calls `visit` with each entry of the blocks of a scan, in order. Blocks are read, and unwrapped by `unwrap`, on a
/// thread that is a few blocks ahead.
///
/// # Errors
/// The first one.
pub fn read_entries<O: Deref<Target = [u8]> + Send, E>(
    mut blocks: Scan,
    mut unwrap: impl FnMut(Stored, Stored) -> Result<O, Fault> + Send,
    visit: &mut Visit<'_, E>,
) -> Result<(), Ended<E>> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BLOCKS_WAITING);
        let reader = scope.spawn(move || {
            while let Some((last, octets)) = blocks.next()? {
                // Where nobody wants the rest, this is the end.
                if sender.send(unwrap(last, octets)?).is_err() {
                    break;
                }
            }
            Ok::<(), Fault>(())
        });
        let visited = receiver.iter().try_for_each(|octets| {
            Entries::of(&octets).try_for_each(|entry| {
                let (key, value) = entry.map_err(Ended::Read)?;
                visit(key, value).map_err(Ended::Visit)
            })
        });
        drop(receiver);
        let read = reader.join().unwrap_or_else(|_| Err(damaged("its reader panicked")));
        visited?;
        read.map_err(Ended::Read)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::{Database, Opening};
    use super::*;

    const OPENING: Opening = Opening { cache_bytes: 1024 * 1024, tries: 2, pause: Duration::from_millis(1) };

    fn key(number: usize) -> Vec<u8> {
        format!("k{number:05}").into_bytes()
    }

    fn all(tree: &Tree) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut found = Vec::new();
        let mut visit = |key: &[u8], value: &[u8]| {
            found.push((key.to_vec(), value.to_vec()));
            Ok::<(), ()>(())
        };
        read_entries(tree.scan(b"").unwrap(), |_, octets| Ok(octets), &mut visit).unwrap();
        found
    }

    #[test]
    fn what_is_packed_is_read_in_order_and_found_by_the_first_block_at_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let mut writer = BlockWriter::new(db.root(), 600, Box::new(|_, octets| Ok(octets)));
        let entries: Vec<_> = (0..5_000).map(|at| (key(at), vec![b'v'; at % 90])).collect();
        for (key, value) in &entries {
            writer.put(key, value).unwrap();
        }
        writer.finish().unwrap();
        let root = db.root();
        assert!(all(&root) == entries);
        for at in [0, 1, 77, 4_321, 4_999] {
            let (last, octets) = root.scan_from(&key(at)).unwrap().next().unwrap().unwrap();
            assert!(*last >= *key(at) && octets.len() < 900);
            assert!(Entries::of(&octets).any(|entry| entry.unwrap().0 == key(at)), "{at}");
        }
        assert!(root.scan_from(b"l").unwrap().next().unwrap().is_none());
        db.close(root).unwrap();
    }

    #[test]
    fn an_entry_begins_a_block_where_that_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let mut writer = BlockWriter::new(db.root(), 1_000, Box::new(|_, octets| Ok(octets)));
        writer.put(b"a", b"1").unwrap();
        writer.put(b"b", b"2").unwrap();
        writer.begin_blocks_of(1).unwrap();
        writer.put(b"c", b"3").unwrap();
        writer.put(b"d", b"4").unwrap();
        writer.finish().unwrap();
        let mut scan = db.root().scan(b"").unwrap();
        let lasts: Vec<_> = std::iter::from_fn(|| scan.next().unwrap()).map(|(last, _)| last.to_vec()).collect();
        assert_eq!(lasts, [b"b", b"c", b"d"]);
    }

    #[test]
    fn a_fault_on_the_way_in_or_out_is_told_and_the_folder_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let mut writer = BlockWriter::new(db.root(), 1, Box::new(|_, _| Err(damaged("on the way in"))));
        let failed = (0..100).find_map(|at| writer.put(&key(at), b"").err());
        assert!(matches!(failed, Some(Fault::Damaged(text)) if text == "on the way in"));
        drop(writer);
        let mut writer = BlockWriter::new(db.root(), 1, Box::new(|_, octets| Ok(octets)));
        (0..100).for_each(|at| writer.put(&key(at), b"").unwrap());
        writer.finish().unwrap();
        let unwrap = |_, _| Err::<Vec<u8>, _>(damaged("on the way out"));
        let read = read_entries(db.root().scan(b"").unwrap(), unwrap, &mut |_, _| Ok::<(), ()>(()));
        assert!(matches!(read, Err(Ended::Read(Fault::Damaged(text))) if text == "on the way out"));
        let mut seen = 0;
        let mut visit = |_: &[u8], _: &[u8]| {
            seen += 1;
            if seen == 3 { Err("enough") } else { Ok(()) }
        };
        let stopped = read_entries(db.root().scan(b"").unwrap(), |_, octets| Ok(octets), &mut visit);
        assert!(matches!(stopped, Err(Ended::Visit("enough"))));
        assert_eq!(seen, 3);
        drop(db);
        Database::open(folder.path(), OPENING).unwrap();
    }

    proptest! {
        #[test]
        fn a_block_gives_back_what_was_put_in(entries in proptest::collection::vec((".{0,9}", ".{0,40}"), 0..20)) {
            let mut block = Block::default();
            for (key, value) in &entries {
                block.push(key.as_bytes(), value.as_bytes()).unwrap();
            }
            let found: Vec<_> = Entries::of(&block.octets).map(Result::unwrap).collect();
            let expected: Vec<_> = entries.iter().map(|(key, value)| (key.as_bytes(), value.as_bytes())).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(block.last, entries.last().map(|(key, _)| key.clone().into_bytes()).unwrap_or_default());
        }

        #[test]
        fn any_octets_end(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let entries: Vec<_> = Entries::of(&octets).collect();
            prop_assert!(entries.iter().rev().skip(1).all(Result::is_ok));
        }
    }
}
