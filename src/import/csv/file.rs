//! CSV files beside the deposit: where they may lie, whether they are whole, and their rows.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest;
use csv::{ByteRecord, ReaderBuilder};
use flate2::Crc;
use flate2::read::MultiGzDecoder;

use super::manifest::{Checksum, FileEntry, Table};
use super::watch::{Fault, Watch};
use crate::import::frame::Sheet;
use crate::import::problem::{ProblemKind, Report};
use crate::import::source::{self, Encoding, Meter};

/// Buffer for checksums, in octets.
const BLOCK_OCTETS: usize = 64 * 1024;
/// Longest name of a file in octets.
const NAME_OCTETS_MAX: usize = 1024;

/// Where a file lies, or what is wrong with its name. It must lie in the deposit's folder or below, links resolved.
fn locate(folder: &Path, name: &str) -> Result<PathBuf, (ProblemKind, &'static str)> {
    let escapes = (ProblemKind::BadValue, "the name of the file leads out of the deposit's folder");
    let relative = Path::new(name);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || name.len() > NAME_OCTETS_MAX || name.contains(['\\', '\0']) || !plain {
        return Err(escapes);
    }
    let missing = (ProblemKind::Unreadable, "the file is not there or cannot be read");
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = folder.canonicalize().map_err(|_| missing)?;
    let path = folder.join(relative).canonicalize().map_err(|_| missing)?;
    match (path.starts_with(&folder), path.is_file()) {
        (false, _) => Err(escapes),
        (true, false) => Err(missing),
        (true, true) => Ok(path),
    }
}

/// True where the file has the checksum: as it lies there or, for a compressed file, the CSV within. RFC 9022 §4.4
/// does not say which of the two is meant.
fn is_whole(path: &Path, entry: &FileEntry) -> io::Result<bool> {
    let Some(checksum) = &entry.checksum else { return Ok(true) };
    if has_checksum(File::open(path)?, checksum)? {
        return Ok(true);
    }
    Ok(entry.gzip && has_checksum(MultiGzDecoder::new(File::open(path)?), checksum)?)
}

fn has_checksum(mut bytes: impl Read, checksum: &Checksum) -> io::Result<bool> {
    let mut crc = Crc::new();
    let mut sha = digest::Context::new(&digest::SHA256);
    let mut block = vec![0; BLOCK_OCTETS];
    loop {
        let count = bytes.read(&mut block)?;
        let Some(part) = block.get(..count).filter(|part| !part.is_empty()) else { break };
        match checksum {
            Checksum::Crc32(_) => crc.update(part),
            Checksum::Sha256(_) => sha.update(part),
        }
    }
    Ok(match checksum {
        Checksum::Crc32(sum) => crc.sum() == *sum,
        Checksum::Sha256(sum) => sha.finish().as_ref() == sum.as_slice(),
    })
}

/// Takes the line and the fields of a row.
pub(super) type EachRow<'a> = dyn FnMut(u64, Vec<String>, &mut Report) -> io::Result<()> + 'a;

/// Reads the rows of one file, each with its line, after the file's checksum was verified. What is wrong is noted.
///
/// # Errors
///
/// Those of `each`, which end the reading.
pub(super) fn read_rows(
    folder: &Path,
    (table, entry): (&Table, &FileEntry),
    (manifest, meter): (&Sheet, &Meter),
    report: &mut Report,
    each: &mut EachRow<'_>,
) -> io::Result<()> {
    let path = match locate(folder, &entry.name) {
        Ok(path) => path,
        Err((kind, detail)) => {
            manifest.note(report, kind, entry.line, format!("csv {}: {detail}", table.name));
            return Ok(());
        }
    };
    let sheet = Sheet(Arc::from(entry.name.as_str()));
    match is_whole(&path, entry) {
        Ok(true) => {}
        Ok(false) => {
            sheet.note(
                report,
                ProblemKind::BadChecksum,
                0,
                "the file does not have the checksum that the deposit names",
            );
            return Ok(());
        }
        Err(error) => {
            sheet.note(report, ProblemKind::Unreadable, 0, error.to_string());
            return Ok(());
        }
    }
    match open(&path, entry, meter) {
        Ok(bytes) => records(bytes, table, &sheet, report, each),
        Err(error) => {
            sheet.note(report, ProblemKind::Unreadable, 0, error.to_string());
            Ok(())
        }
    }
}

/// The CSV itself: decompressed, in UTF-8, without a byte order mark.
fn open(path: &Path, entry: &FileEntry, meter: &Meter) -> io::Result<source::Bytes> {
    let bytes = source::open(path, meter)?;
    let bytes = if entry.gzip { source::gunzip(bytes, true)? } else { bytes };
    let (head, mut bytes) = source::peek(bytes)?;
    if entry.encoding == Encoding::Utf8 && head.starts_with(b"\xef\xbb\xbf") {
        bytes.consume(3);
    }
    Ok(source::in_utf8(bytes, entry.encoding))
}

fn records(
    bytes: source::Bytes,
    table: &Table,
    sheet: &Sheet,
    report: &mut Report,
    each: &mut EachRow<'_>,
) -> io::Result<()> {
    let mut reader = ReaderBuilder::new()
        .delimiter(table.separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(Watch::new(bytes, table.separator));
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                note_fault(&error, sheet, report);
                return Ok(());
            }
        }
        let line = reader.get_mut().next_start().unwrap_or_default();
        if let Some(values) = values(&record, table, sheet, line, report) {
            each(line, values, report)?;
        }
    }
}

fn note_fault(error: &csv::Error, sheet: &Sheet, report: &mut Report) {
    let csv::ErrorKind::Io(error) = error.kind() else {
        return sheet.note(report, ProblemKind::Malformed, 0, "the file is not CSV");
    };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
        Some(fault @ Fault::TooLong(line)) => sheet.note(report, ProblemKind::TooLarge, *line, fault.to_string()),
        Some(fault) => sheet.note(report, ProblemKind::Malformed, fault.line(), fault.to_string()),
        None => sheet.note(report, ProblemKind::Unreadable, 0, error.to_string()),
    }
}

/// The fields of a record, or `None` after noting what is wrong with it. Those that nobody reads are left empty.
fn values(record: &ByteRecord, table: &Table, sheet: &Sheet, line: u64, report: &mut Report) -> Option<Vec<String>> {
    if record.len() != table.fields.len() {
        let detail = format!("the row has {} fields where {} has {}", record.len(), table.name, table.fields.len());
        sheet.note(report, ProblemKind::Malformed, line, detail);
        return None;
    }
    let mut values = Vec::with_capacity(record.len());
    let mut complete = true;
    for (bytes, field) in record.iter().zip(&table.fields) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            sheet.note(report, ProblemKind::Malformed, line, format!("{} is not UTF-8", field.name));
            return None;
        };
        if field.required && text.trim().is_empty() {
            sheet.note(report, ProblemKind::Missing, line, format!("{} is empty", field.name));
            complete = false;
        }
        values.push(if field.column.is_some() { text.to_owned() } else { String::new() });
    }
    complete.then_some(values)
}
