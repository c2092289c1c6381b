//! The watched folder: looks, and reports beside the deposits.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use tokio::sync::watch::Receiver;

use super::report::Kept;
use super::watch::{Glimpse, Seen, Settled, Stamp, Watch};
use super::{Arrival, Deliveries, Ending, frame_of};
use crate::observe::metrics::Way;
use crate::serve::accept::stopped;
use crate::store::sync_folder;
use crate::time::{Clock, Timestamp};

/// Entries of the folder that one look reads; more are not seen until others go.
const ENTRIES_MAX: usize = 20_000;
/// Longest name of a deposit in octets: with the report's ending it must still be a name.
const NAME_OCTETS_MAX: usize = 200;
/// What is read of a file to find out what it is, in octets.
const HEAD_OCTETS: u64 = 256 * 1024;
/// The largest report that is read back, in octets.
const REPORT_OCTETS_MAX: u64 = 1024 * 1024;
/// The ending of a report's name.
const REPORT_ENDING: &str = ".report.json";
/// The namespace in which a deposit names CSV files (RFC 9022 §4.6.1).
const CSV_SPACE: &str = "urn:ietf:params:xml:ns:rdeCsv-1.0";

/// Looks into the folder until `stop` says true.
pub(super) async fn watch(deliveries: Deliveries, folder: PathBuf, interval: Duration, mut stop: Receiver<bool>) {
    let mut looker = Looker { folder, watch: Watch::new(interval), told: BTreeSet::new() };
    loop {
        // A deposit after another, each after a look of its own: while one was imported others may have come.
        loop {
            let known = deliveries.clone();
            let look = tokio::task::spawn_blocking(move || {
                let next = looker.look(known.clock(), &known.applied_last());
                (looker, next)
            });
            // Looks contain the panics of readers; one that panics itself would do so again.
            let Ok((back, next)) = look.await else {
                tracing::error!("looking into the watched folder ended in a panic; it is watched no more");
                return;
            };
            looker = back;
            let Some(arrival) = next else { break };
            let name = arrival.name.clone();
            let place = looker.folder.clone();
            let Some((ending, ())) = deliveries.take(arrival, move |ending| report(&place, ending)).await else {
                if deliveries.is_closed() {
                    return;
                }
                looker.watch.settle(&name, Settled::Final { waits_for: None }, deliveries.clock().monotonic());
                continue;
            };
            looker.watch.settle(&name, ending.settled, deliveries.clock().monotonic());
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// Looks into the folder.
struct Looker {
    folder: PathBuf,
    watch: Watch,
    /// Troubles that were logged and still last, so that each is logged once.
    told: BTreeSet<&'static str>,
}

impl Looker {
    /// One look, and the deposit that is to be taken now.
    fn look(&mut self, clock: &Clock, applied: &[String]) -> Option<Arrival> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
        let files = match made.and_then(|()| self.list()) {
            Ok(files) => {
                self.told.remove("unreadable");
                files
            }
            Err(error) => {
                if self.told.insert("unreadable") {
                    tracing::error!(%error, folder = %self.folder.display(), "the watched folder cannot be read");
                }
                return None;
            }
        };
        self.watch.look(files, clock.monotonic(), applied);
        for (name, stamp) in self.watch.unknown() {
            let path = self.folder.join(&name);
            let glimpse = std::panic::catch_unwind(|| glimpse(&path, stamp, clock));
            // What makes a reader panic does so again in the import, which tells it.
            let glimpse = glimpse.unwrap_or(Glimpse::Deposit { watermark: None, has_files: false });
            if glimpse == Glimpse::Stray {
                tracing::warn!(file = name, "this file of the watched folder is no deposit; it is left alone");
            }
            self.watch.glimpsed(&name, glimpse);
        }
        let (name, stamp) = self.watch.next()?;
        let failures = self.watch.failures(&name);
        Some(Arrival { path: self.folder.join(&name), name, stamp: Some(stamp), way: Way::Folder, failures })
    }

    /// The files of the folder that may be deposits or belong to one.
    fn list(&mut self) -> io::Result<Vec<Seen>> {
        let mut files = Vec::new();
        let (mut is_odd, mut is_cut) = (false, false);
        for (entry, count) in fs::read_dir(&self.folder)?.zip(0..) {
            if count >= ENTRIES_MAX {
                is_cut = true;
                break;
            }
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().filter(|name| is_plain(name)).map(str::to_owned) else {
                is_odd = true;
                continue;
            };
            if is_passed_over(&name) {
                continue;
            }
            // A file that went meanwhile, a link, a folder, a socket.
            if let Some(stamp) = stamp(&entry.path()) {
                let is_data = is_data(&name);
                files.push(Seen { name, stamp, is_data });
            }
        }
        self.tell_once(is_odd, "odd", "a name in the watched folder is too long or not plain text; it is left alone");
        self.tell_once(is_cut, "cut", "the watched folder has too many files; some are not looked at");
        Ok(files)
    }

    fn tell_once(&mut self, is_so: bool, what: &'static str, words: &'static str) {
        if !is_so {
            self.told.remove(what);
        } else if self.told.insert(what) {
            tracing::warn!("{words}");
        }
    }
}

fn is_plain(name: &str) -> bool {
    name.len() <= NAME_OCTETS_MAX && !name.chars().any(char::is_control)
}

/// Files that are being written, and what this program writes.
fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || [".part", ".tmp", REPORT_ENDING].iter().any(|ending| name.ends_with(ending))
}

/// Data files of CSV deposits.
fn is_data(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

/// Size and time of a regular file; `None` for everything else.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    let modified = Timestamp::try_from(metadata.modified().ok()?).ok()?;
    Some(Stamp { octets: metadata.len(), modified })
}

/// Finds out what a whole file is.
fn glimpse(path: &Path, stamp: Stamp, clock: &Clock) -> Glimpse {
    if let Some(kept) = kept(path).filter(|kept| kept.settles(stamp)) {
        return Glimpse::Done { waits_for: kept.waits_for };
    }
    if File::open(path).is_err() {
        // The import tells that, and it is tried again.
        return Glimpse::Deposit { watermark: None, has_files: false };
    }
    let head = head(path);
    let begins = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start().first();
    if !matches!(begins, Some(b'<' | b'{')) && !is_named_deposit(path) {
        return Glimpse::Stray;
    }
    let has_files = begins == Some(&b'<') && names_csv(&head);
    Glimpse::Deposit { watermark: frame_of(path, clock).map(|frame| frame.watermark), has_files }
}

/// True where the name says that it should be a deposit: then its report tells why it is none.
fn is_named_deposit(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".xml", ".json", ".jsonl"].iter().any(|ending| name.ends_with(ending))
}

/// True for a deposit whose XML names CSV files.
pub(super) fn names_files(path: &Path) -> bool {
    names_csv(&head(path))
}

fn names_csv(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let Some((before, _)) = head.split_once(CSV_SPACE) else { return false };
    // `xmlns:rdeCsv="` stands in front of it.
    let declared = before.trim_end_matches(['"', '\'']).trim_end().trim_end_matches('=').trim_end();
    match declared.rsplit_once("xmlns:") {
        Some((_, prefix)) if !prefix.is_empty() && !prefix.contains(char::is_whitespace) => {
            head.contains(&format!("<{prefix}:csv "))
        }
        _ => false,
    }
}

/// How a file begins, decompressed; as much as could be read.
fn head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        // A file that ends early or does not decompress shows that in the import.
        let _short = file.take(HEAD_OCTETS).read_to_end(&mut head);
    }
    if !head.starts_with(&[0x1f, 0x8b]) {
        return head;
    }
    let mut plain = Vec::new();
    let _short = MultiGzDecoder::new(head.as_slice()).take(HEAD_OCTETS).read_to_end(&mut plain);
    plain
}

fn report_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(REPORT_ENDING);
    path.with_file_name(name)
}

/// The report beside a deposit, where there is one of ours.
fn kept(path: &Path) -> Option<Kept> {
    let path = report_path(path);
    stamp(&path).filter(|stamp| stamp.octets <= REPORT_OCTETS_MAX)?;
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes the report beside the deposit. While another import runs there is nothing to report, and when the deposit is
/// gone there is nothing beside which it could stand.
fn report(folder: &Path, ending: &Ending) {
    let file = ending.told.file();
    if ending.settled == Settled::Busy || stamp(&folder.join(file)).is_none() {
        return;
    }
    if let Err(error) = write_report(folder, file, &ending.told.json()) {
        tracing::error!(%error, file, "the report about a deposit cannot be written");
    }
}

fn write_report(folder: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    let beside = folder.join(format!(".{name}{REPORT_ENDING}.tmp"));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Never through a link that somebody put there.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file
        .write_all(text)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, report_path(&folder.join(name))))
        .and_then(|()| sync_folder(folder));
    if written.is_err() {
        // It is in nobody's way, and replaced the next time.
        let _left = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> Glimpse {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        glimpse(&path, stamp(&path).unwrap(), &Clock::system())
    }

    #[test]
    fn deposits_are_told_from_what_else_lies_about() {
        let folder = tempfile::tempdir().unwrap();
        let sample = fs::read("data/sample/diff.xml").unwrap();
        let deposit = |watermark: Option<&str>, has_files| Glimpse::Deposit {
            watermark: watermark.map(|text| text.parse().unwrap()),
            has_files,
        };
        assert_eq!(at(&folder, "diff", &sample), deposit(Some("2026-06-02T00:00:00Z"), false));
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&sample).unwrap();
        assert_eq!(at(&folder, "packed", &gz.finish().unwrap()), deposit(Some("2026-06-02T00:00:00Z"), false));
        let csv = String::from_utf8(sample).unwrap().replace(
            "<rde:contents>",
            "<rde:contents><c:csv xmlns:c=\"urn:ietf:params:xml:ns:rdeCsv-1.0\" name=\"domain\"/>",
        );
        assert_eq!(at(&folder, "csv", csv.as_bytes()), deposit(Some("2026-06-02T00:00:00Z"), true));
        assert_eq!(at(&folder, "README.txt", b"read me"), Glimpse::Stray);
        assert_eq!(at(&folder, "nothing", b""), Glimpse::Stray);
        assert_eq!(at(&folder, "empty.xml", b""), deposit(None, false), "its report says what is wrong");
        assert_eq!(at(&folder, "broken.xml", b"<rde"), deposit(None, false));
    }

    #[test]
    fn names_say_what_is_passed_over_and_what_is_data() {
        for name in [".hidden", "a.xml.part", "a.xml.tmp", "a.xml.report.json"] {
            assert!(is_passed_over(name), "{name}");
        }
        for name in ["a.xml", "a.jsonl.gz", "part", "a.report.xml"] {
            assert!(!is_passed_over(name) && !is_data(name), "{name}");
        }
        assert!(is_data("m-00-domain.csv") && is_data("M.CSV.GZ"));
        assert!(!is_plain("a\nb.xml") && !is_plain(&"x".repeat(201)));
    }

    #[test]
    fn only_plain_files_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.xml"), "x").unwrap();
        fs::create_dir(folder.path().join("sub.xml")).unwrap();
        std::os::unix::fs::symlink("a.xml", folder.path().join("link.xml")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket.xml")).unwrap();
        let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff.xml");
        fs::write(folder.path().join(odd), "x").unwrap();
        let mut looker =
            Looker { folder: folder.path().to_owned(), watch: Watch::new(Duration::ZERO), told: BTreeSet::new() };
        let names: Vec<String> = looker.list().unwrap().into_iter().map(|seen| seen.name).collect();
        assert_eq!(names, ["a.xml"]);
    }

    #[test]
    fn a_report_is_not_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "as it was").unwrap();
        for name in [".a.xml.report.json.tmp", "a.xml.report.json"] {
            std::os::unix::fs::symlink(&victim, folder.path().join(name)).unwrap();
        }
        write_report(folder.path(), "a.xml", b"{}").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "as it was");
        assert_eq!(fs::read_to_string(folder.path().join("a.xml.report.json")).unwrap(), "{}");
    }
}
