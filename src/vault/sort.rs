//! Sorting more entries than memory holds: sorted runs in unnamed temporary files, merged.
//!
//! Blocks are filled in the order of keys. Runs are written in wrapped blocks, as the vault itself: no personal data
//! reaches a temporary file in clear.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::VaultFault;
use super::wrap::Wrapping;
use crate::embedded::Fault;
use crate::embedded::blocks::{Block, Entries, Visit};

/// Bytes of keys and values that are held before a run is written.
const RUN_BYTES: usize = 24 * 1024 * 1024;
/// Bytes of entries in a block of a run. Merging holds a block of each run.
const BLOCK_BYTES: usize = 64 * 1024;
/// Buffer for reading each run.
const READ_BYTES: usize = 16 * 1024;

/// Collects entries.
pub(super) struct Sorter {
    folder: PathBuf,
    wrapping: Wrapping,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    runs: Vec<File>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    key: usize,
    value: usize,
}

fn io_error(fault: Fault) -> io::Error {
    match fault {
        Fault::Io(error) => error,
        fault => io::Error::other(fault.to_string()),
    }
}

/// What the blocks of a run are wrapped with: their place.
fn place(run: usize, block: u64) -> [u8; 16] {
    ((run as u128) << 64 | u128::from(block)).to_be_bytes()
}

impl Sorter {
    /// A sorter whose runs lie in `folder`, their blocks wrapped.
    pub(super) fn new(folder: &Path, wrapping: Wrapping) -> Sorter {
        Sorter { folder: folder.to_owned(), wrapping, bytes: Vec::new(), entries: Vec::new(), runs: Vec::new() }
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), VaultFault> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.entries.push(Entry { start, key: key.len(), value: value.len() });
        if self.bytes.len() + self.entries.len() * size_of::<Entry>() < RUN_BYTES {
            return Ok(());
        }
        self.write_run().map_err(VaultFault::io(&self.folder))
    }

    fn write_run(&mut self) -> io::Result<()> {
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
        let bytes = &self.bytes;
        let part = |start: usize, length: usize| bytes.get(start..start + length).unwrap_or_default();
        // Stable: those of one key stay in the order in which they were added.
        self.entries.sort_by(|a, b| part(a.start, a.key).cmp(part(b.start, b.key)));
        let (run, mut written, mut block) = (self.runs.len(), 0, Block::default());
        let mut entries = self.entries.iter().peekable();
        while let Some(entry) = entries.next() {
            block.push(part(entry.start, entry.key), part(entry.start + entry.key, entry.value)).map_err(io_error)?;
            if block.octets.len() >= BLOCK_BYTES || entries.peek().is_none() {
                let octets = std::mem::replace(&mut block.octets, Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 8));
                let wrapped = self.wrapping.wrap(&place(run, written), octets).map_err(io_error)?;
                file.write_all(&u32::try_from(wrapped.len()).map_err(io::Error::other)?.to_be_bytes())?;
                file.write_all(&wrapped)?;
                written += 1;
            }
        }
        let mut file = file.into_inner().map_err(|error| error.into_error())?;
        file.rewind()?;
        self.runs.push(file);
        self.bytes.clear();
        self.entries.clear();
        Ok(())
    }

    /// The entries in the order of keys; those of one key in the order in which they were added.
    pub(super) fn finish(mut self) -> Result<Merge, VaultFault> {
        if !self.entries.is_empty() {
            self.write_run().map_err(VaultFault::io(&self.folder))?;
        }
        let Sorter { folder, wrapping, runs, .. } = self;
        let mut merge = Merge { folder, runs: Vec::with_capacity(runs.len()), heads: BinaryHeap::new(), wrapping };
        for (at, file) in runs.into_iter().enumerate() {
            let mut run = Run::of(at, file);
            if run.step(&merge.wrapping).map_err(VaultFault::io(&merge.folder))? {
                merge.heads.push(Reverse((run.key().to_vec(), at)));
            }
            merge.runs.push(run);
        }
        Ok(merge)
    }
}

/// A run that is read back.
struct Run {
    number: usize,
    file: BufReader<File>,
    blocks_read: u64,
    block: Vec<u8>,
    /// Where in the block the entry in hand has its key, its value, and its end.
    key: usize,
    value: usize,
    end: usize,
}

impl Run {
    fn of(number: usize, file: File) -> Run {
        let file = BufReader::with_capacity(READ_BYTES, file);
        Run { number, file, blocks_read: 0, block: Vec::new(), key: 0, value: 0, end: 0 }
    }

    fn key(&self) -> &[u8] {
        self.block.get(self.key..self.value).unwrap_or_default()
    }

    fn value(&self) -> &[u8] {
        self.block.get(self.value..self.end).unwrap_or_default()
    }

    /// Takes the next entry in hand; `false` at the end.
    fn step(&mut self, wrapping: &Wrapping) -> io::Result<bool> {
        if self.end >= self.block.len() && !self.next_block(wrapping)? {
            return Ok(false);
        }
        let mut entries = Entries::of(self.block.get(self.end..).unwrap_or_default());
        let Some(entry) = entries.next() else { return Ok(false) };
        let (key, value) = entry.map_err(io_error)?;
        self.end = self.block.len() - entries.rest().len();
        self.value = self.end - value.len();
        self.key = self.value - key.len();
        Ok(true)
    }

    fn next_block(&mut self, wrapping: &Wrapping) -> io::Result<bool> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            outcome => outcome?,
        }
        let mut wrapped = vec![0; usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?];
        self.file.read_exact(&mut wrapped)?;
        self.block = wrapping.unwrap(&place(self.number, self.blocks_read), &wrapped).map_err(io_error)?;
        self.blocks_read += 1;
        self.end = 0;
        Ok(true)
    }
}

/// What reads a value; `None` where it does not read.
pub(super) type Reading<'v> = dyn FnMut(&[u8]) -> Option<Result<(), VaultFault>> + 'v;

/// Sorted entries that are read back.
pub(super) struct Merge {
    folder: PathBuf,
    runs: Vec<Run>,
    /// The keys in hand of the runs that have one, with the number of the run.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    wrapping: Wrapping,
}

impl Merge {
    /// Calls `visit` with each entry that is left.
    pub(super) fn for_each(mut self, visit: &mut Visit<'_, VaultFault>) -> Result<(), VaultFault> {
        while let Some(run) = self.heads.peek().and_then(|Reverse((_, at))| self.runs.get(*at)) {
            visit(run.key(), run.value())?;
            self.step()?;
        }
        Ok(())
    }

    /// Calls `visit` with the value of each entry of `key`; it returns `None` for one that does not read. Entries of
    /// lesser keys are passed over.
    pub(super) fn values_of(&mut self, key: &[u8], visit: &mut Reading<'_>) -> Result<(), VaultFault> {
        while let Some(Reverse((found, at))) = self.heads.peek().filter(|Reverse((found, _))| found.as_slice() <= key) {
            if found == key
                && let Some(run) = self.runs.get(*at)
            {
                let altered = || VaultFault::damaged(&self.folder, "a temporary file was altered");
                visit(run.value()).ok_or_else(altered)??;
            }
            self.step()?;
        }
        Ok(())
    }

    /// Passes the least entry.
    fn step(&mut self) -> Result<(), VaultFault> {
        let Some(mut head) = self.heads.peek_mut() else { return Ok(()) };
        let Reverse((key, at)) = &mut *head;
        let Some(run) = self.runs.get_mut(*at) else { return Ok(()) };
        if run.step(&self.wrapping).map_err(VaultFault::io(&self.folder))? {
            key.clear();
            key.extend_from_slice(run.key());
        } else {
            PeekMut::pop(head);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;
    use crate::vault::seal::Sealer;

    #[test]
    fn runs_merge_in_order_and_equal_keys_keep_theirs() {
        let (sealer, _, _) = Sealer::create(&MasterKey([7; 32])).unwrap();
        let sealer = std::sync::Arc::new(sealer);
        for wrapping in [Wrapping::plain(), Wrapping::sealed(&sealer)] {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(folder.path(), wrapping);
            let mut expected = Vec::new();
            for turn in 0..2_000_u32 {
                let key = (turn.wrapping_mul(2_654_435_761) % 700).to_be_bytes();
                let value = turn.to_be_bytes().repeat(usize::try_from(turn % 90).unwrap());
                sorter.push(&key, &value).unwrap();
                expected.push((key.to_vec(), value));
                if turn % 300 == 299 {
                    sorter.write_run().unwrap();
                }
            }
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            let mut found = Vec::new();
            let mut visit = |key: &[u8], value: &[u8]| {
                found.push((key.to_vec(), value.to_vec()));
                Ok(())
            };
            sorter.finish().unwrap().for_each(&mut visit).unwrap();
            assert!(found == expected);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "temporary files have no name");
        }
    }
}
