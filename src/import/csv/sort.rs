//! Rows in the order of their keys, in bounded memory: sorted runs in unnamed temporary files, merged as they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// How many octets of rows are held in memory before they are written out as a run.
pub(super) const MEMORY_OCTETS: usize = 64 * 1024 * 1024;
/// Most runs that are merged at once; each has a buffer and an open file.
const RUNS_MAX: usize = 64;
/// Read and write buffer of a run, in octets.
const BUFFER_OCTETS: usize = 64 * 1024;
/// What a row takes in memory beyond its texts, in octets; a rough measure.
const ROW_OVERHEAD: usize = 96;

/// One row of a CSV file. Rows order by key, then by where they stand. No `Debug`: a row may hold personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// What the row is joined by.
    pub key: String,
    /// Index of its table in the set.
    pub table: u32,
    /// Index of its file in the table.
    pub file: u32,
    /// Line of the file at which it begins, from 1.
    pub line: u64,
    /// Its fields; those of columns that nobody reads are empty.
    pub values: Vec<String>,
}

impl Row {
    fn octets(&self) -> usize {
        let overhead = ROW_OVERHEAD + self.values.len() * size_of::<String>();
        overhead + self.key.len() + self.values.iter().map(String::len).sum::<usize>()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        write_text(out, &self.key)?;
        out.write_all(&self.table.to_le_bytes())?;
        out.write_all(&self.file.to_le_bytes())?;
        out.write_all(&self.line.to_le_bytes())?;
        out.write_all(&length(self.values.len())?)?;
        self.values.iter().try_for_each(|value| write_text(out, value))
    }

    /// Reads a row back; `None` at the end of the run.
    fn read(run: &mut impl Read) -> io::Result<Option<Row>> {
        let mut first = [0];
        if run.read(&mut first)? == 0 {
            return Ok(None);
        }
        let key = read_text(&mut first.chain(&mut *run))?;
        let (table, file) = (read_u32(run)?, read_u32(run)?);
        let mut line = [0; 8];
        run.read_exact(&mut line)?;
        let count = read_u32(run)?;
        let values = (0..count).map(|_| read_text(run)).collect::<io::Result<_>>()?;
        Ok(Some(Row { key, table, file, line: u64::from_le_bytes(line), values }))
    }
}

fn length(count: usize) -> io::Result<[u8; 4]> {
    u32::try_from(count).map(u32::to_le_bytes).map_err(io::Error::other)
}

fn write_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(&length(text.len())?)?;
    out.write_all(text.as_bytes())
}

fn read_u32(run: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    run.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn read_text(run: &mut impl Read) -> io::Result<String> {
    let octets = read_u32(run)?;
    let mut text = String::new();
    run.by_ref().take(u64::from(octets)).read_to_string(&mut text)?;
    if text.len() == octets as usize { Ok(text) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Takes rows in any order.
pub(super) struct Sorter {
    budget: usize,
    held: usize,
    rows: Vec<Row>,
    runs: Vec<File>,
}

impl Sorter {
    /// A sorter that holds about `budget` octets of rows in memory.
    pub fn new(budget: usize) -> Sorter {
        Sorter { budget, held: 0, rows: Vec::new(), runs: Vec::new() }
    }

    /// Takes a row.
    ///
    /// # Errors
    ///
    /// Those of the temporary file to which rows are written when they are too many.
    pub fn push(&mut self, row: Row) -> io::Result<()> {
        self.held += row.octets();
        self.rows.push(row);
        if self.held > self.budget { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.rows.sort_unstable();
        let mut run = BufWriter::with_capacity(BUFFER_OCTETS, tempfile::tempfile()?);
        self.rows.drain(..).try_for_each(|row| row.write(&mut run))?;
        self.runs.push(run.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.held = 0;
        if self.runs.len() >= RUNS_MAX { self.merge_runs() } else { Ok(()) }
    }

    fn merge_runs(&mut self) -> io::Result<()> {
        let mut merged = BufWriter::with_capacity(BUFFER_OCTETS, tempfile::tempfile()?);
        for row in Sorted::new(std::mem::take(&mut self.runs), Vec::new())? {
            row?.write(&mut merged)?;
        }
        self.runs.push(merged.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// The rows in order.
    ///
    /// # Errors
    ///
    /// Those of the temporary files.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.rows.sort_unstable();
        Sorted::new(self.runs, self.rows)
    }

    /// True while no row was taken.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.runs.is_empty()
    }

    #[cfg(test)]
    pub fn runs(&self) -> usize {
        self.runs.len()
    }
}

/// Rows in order.
pub(super) struct Sorted {
    runs: Vec<BufReader<File>>,
    memory: std::vec::IntoIter<Row>,
    heads: BinaryHeap<Reverse<(Row, usize)>>,
}

impl Sorted {
    fn new(runs: Vec<File>, memory: Vec<Row>) -> io::Result<Sorted> {
        let mut readers = Vec::with_capacity(runs.len());
        for mut run in runs {
            run.rewind()?;
            readers.push(BufReader::with_capacity(BUFFER_OCTETS, run));
        }
        let mut sorted = Sorted { runs: readers, memory: memory.into_iter(), heads: BinaryHeap::new() };
        for source in 0..=sorted.runs.len() {
            sorted.advance(source)?;
        }
        Ok(sorted)
    }

    /// Puts the next row of a source on the heap; the source beyond the last run is the memory.
    fn advance(&mut self, source: usize) -> io::Result<()> {
        let row = match self.runs.get_mut(source) {
            Some(run) => Row::read(run)?,
            None => self.memory.next(),
        };
        self.heads.extend(row.map(|row| Reverse((row, source))));
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        let Reverse((row, source)) = self.heads.pop()?;
        Some(self.advance(source).map(|()| row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(key: &str, line: u64) -> Row {
        Row { key: key.into(), table: 1, file: 2, line, values: vec![String::new(), "é\r\n".into()] }
    }

    fn sorted(rows: &[Row], budget: usize) -> (Vec<Row>, usize) {
        let mut sorter = Sorter::new(budget);
        rows.iter().for_each(|row| sorter.push(row.clone()).unwrap());
        let runs = sorter.runs();
        (sorter.finish().unwrap().map(Result::unwrap).collect(), runs)
    }

    proptest! {
        #[test]
        fn runs_in_files_give_the_same_order_as_memory(keys in proptest::collection::vec("[a-c]{0,3}", 0..200)) {
            let rows: Vec<Row> = keys.iter().zip(1..).map(|(key, line)| row(key, line)).collect();
            let (in_memory, none) = sorted(&rows, usize::MAX);
            let (spilled, _) = sorted(&rows, 300);
            prop_assert_eq!(none, 0);
            prop_assert!(in_memory.is_sorted());
            prop_assert_eq!(in_memory.len(), rows.len());
            prop_assert!(in_memory == spilled);
        }
    }

    #[test]
    fn a_tiny_budget_spills_and_runs_are_merged() {
        let rows: Vec<Row> = (0..500u64).map(|line| row(&(499 - line).to_string(), line)).collect();
        let (spilled, runs) = sorted(&rows, 1);
        assert!((1..RUNS_MAX).contains(&runs));
        assert!(spilled == sorted(&rows, usize::MAX).0);
    }
}
