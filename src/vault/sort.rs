//! Sorting more entries than memory holds: sorted runs in unnamed temporary files, merged.
//!
//! sled is fast and compact when keys come in order, slow and wasteful when they do not. What is sorted is sealed
//! already, or consists of keys that say nothing: no personal data reaches a temporary file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Bytes of keys and values that are held before a run is written.
const RUN_BYTES: usize = 24 * 1024 * 1024;
/// Buffer for reading each run.
const READ_BYTES: usize = 64 * 1024;

/// A key and a value.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// Collects entries.
pub(super) struct Sorter {
    folder: PathBuf,
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

impl Sorter {
    /// A sorter whose runs lie in `folder`.
    pub(super) fn new(folder: &Path) -> Sorter {
        Sorter { folder: folder.to_owned(), bytes: Vec::new(), entries: Vec::new(), runs: Vec::new() }
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.entries.push(Entry { start, key: key.len(), value: value.len() });
        if self.bytes.len() + self.entries.len() * size_of::<Entry>() >= RUN_BYTES { self.write_run() } else { Ok(()) }
    }

    fn write_run(&mut self) -> io::Result<()> {
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
        for (key, value) in self.sorted() {
            for part in [key, value] {
                file.write_all(&u32::try_from(part.len()).map_err(io::Error::other)?.to_be_bytes())?;
            }
            file.write_all(key)?;
            file.write_all(value)?;
        }
        let mut file = file.into_inner().map_err(|error| error.into_error())?;
        file.rewind()?;
        self.runs.push(file);
        self.bytes.clear();
        self.entries.clear();
        Ok(())
    }

    fn sorted(&mut self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let bytes = &self.bytes;
        let part = |start: usize, length: usize| bytes.get(start..start + length).unwrap_or_default();
        self.entries.sort_by(|a, b| part(a.start, a.key).cmp(part(b.start, b.key)));
        self.entries.iter().map(move |entry| (part(entry.start, entry.key), part(entry.start + entry.key, entry.value)))
    }

    /// The entries in the order of keys; those of one key in the order in which they were added.
    pub(super) fn finish(mut self) -> io::Result<Merge> {
        if !self.entries.is_empty() {
            self.write_run()?;
        }
        let mut merge = Merge { runs: Vec::with_capacity(self.runs.len()), heads: BinaryHeap::new() };
        for (at, file) in self.runs.into_iter().enumerate() {
            let mut run = BufReader::with_capacity(READ_BYTES, file);
            if let Some((key, value)) = read_entry(&mut run)? {
                merge.heads.push(Reverse((key, at, value)));
            }
            merge.runs.push(run);
        }
        Ok(merge)
    }
}

/// The first entry of a run that is not taken yet: key, number of the run, value.
type Head = (Vec<u8>, usize, Vec<u8>);

/// Sorted entries that are read back.
pub(super) struct Merge {
    runs: Vec<BufReader<File>>,
    heads: BinaryHeap<Reverse<Head>>,
}

impl Merge {
    /// The next entry.
    pub(super) fn next(&mut self) -> io::Result<Option<Pair>> {
        let Some(Reverse((key, at, value))) = self.heads.pop() else { return Ok(None) };
        if let Some(run) = self.runs.get_mut(at)
            && let Some((key, value)) = read_entry(run)?
        {
            self.heads.push(Reverse((key, at, value)));
        }
        Ok(Some((key, value)))
    }
}

fn read_entry(run: &mut BufReader<File>) -> io::Result<Option<Pair>> {
    let mut lengths = [0; 8];
    match run.read_exact(&mut lengths) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let [a, b, c, d, e, f, g, h] = lengths;
    let length = |bytes: [u8; 4]| usize::try_from(u32::from_be_bytes(bytes)).map_err(io::Error::other);
    let (mut key, mut value) = (vec![0; length([a, b, c, d])?], vec![0; length([e, f, g, h])?]);
    run.read_exact(&mut key)?;
    run.read_exact(&mut value)?;
    Ok(Some((key, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_merge_in_order_and_equal_keys_keep_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path());
        let mut expected = Vec::new();
        for turn in 0..2_000_u32 {
            let key = (turn.wrapping_mul(2_654_435_761) % 700).to_be_bytes();
            sorter.push(&key, &turn.to_be_bytes()).unwrap();
            expected.push((key.to_vec(), turn.to_be_bytes().to_vec()));
            if turn % 300 == 299 {
                sorter.write_run().unwrap();
            }
        }
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        let mut merge = sorter.finish().unwrap();
        let mut found = Vec::new();
        while let Some(pair) = merge.next().unwrap() {
            found.push(pair);
        }
        assert_eq!(found, expected);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "temporary files have no name");
    }
}
