//! Where running servers and imports meet.
//!
//! Reading the data set of a large register takes seconds. So that it is served at once when it is committed, an
//! import shows the prepared `CURRENT` first, and waits until each running server has said in its file in
//! `state/serving/` that it has read what that pointer names, or that it cannot. Nothing hangs on a server: one that
//! is killed is no longer waited for, and one that does not answer only for so long.
//!
//! A server is known by the lock on its file, which ends with its process, however that ends. A file without a lock is
//! of a server that is gone; it is used again or removed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StoreFault;
use crate::model::vocabulary::words;
use crate::time::Clock;

/// How many servers may run on one state folder.
const SERVERS_MAX: u32 = 64;
/// How long an import pauses before it looks again what servers say: a server has read few changes in some
/// milliseconds.
const PAUSE: Duration = Duration::from_millis(2);
/// Octets of a server's word: a word, a space, 64 hexadecimal digits, a line feed.
const WORD_OCTETS: usize = 7 + 1 + 64 + 1;

words! {
    /// What a server says of a prepared `CURRENT`.
    Word {
        /// It has read the data and will serve it as soon as it is committed.
        Ready = "ready",
        /// It cannot serve this data.
        Cannot = "cannot",
        /// It says nothing of any.
        Idle = "idle",
    }
}

/// The running servers at a commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Had the data ready.
    pub ready: usize,
    /// Said that they cannot serve it.
    pub cannot: usize,
    /// Said neither in time.
    pub silent: usize,
}

impl Audience {
    /// All of them.
    pub fn servers(&self) -> usize {
        self.ready + self.cannot + self.silent
    }
}

fn folder(state: &Path) -> PathBuf {
    state.join("serving")
}

/// The bytes of a server's word. All are of one length, so that saying something takes no room on the disk.
fn encode(word: Word, check: &str) -> Vec<u8> {
    format!("{:<7} {check:0>64}\n", word.word()).into_bytes()
}

/// A running server's file. It is removed with this value.
#[derive(Debug)]
pub struct ServingFile {
    path: PathBuf,
    file: File,
}

impl ServingFile {
    /// Makes it known that a server runs on this state folder.
    pub fn claim(state: &Path) -> Result<ServingFile, StoreFault> {
        let folder = folder(state);
        std::fs::create_dir_all(&folder).map_err(StoreFault::io(&folder))?;
        let mut fault = None;
        for number in 1..=SERVERS_MAX {
            let path = folder.join(format!("server-{number}"));
            match take(&path) {
                Ok(Some(file)) => {
                    let claimed = ServingFile { path, file };
                    claimed.say(Word::Idle, "")?;
                    return Ok(claimed);
                }
                Ok(None) => {}
                // A place that another user left is not ours to take; the next one may be free.
                Err(error) => fault = Some(StoreFault::io(&path)(error)),
            }
        }
        let too_many = || StoreFault::io(&folder)(io::Error::other("too many servers run on one state folder"));
        Err(fault.unwrap_or_else(too_many))
    }

    /// False where the file was removed, or its folder replaced: imports do not see it then.
    pub fn is_in_place(&self) -> bool {
        is_still(&self.file, &self.path).unwrap_or(false)
    }

    /// Says something of the prepared `CURRENT` that has this check.
    pub fn say(&self, word: Word, check: &str) -> Result<(), StoreFault> {
        self.file.write_all_at(&encode(word, check), 0).map_err(StoreFault::io(&self.path))
    }
}

impl Drop for ServingFile {
    fn drop(&mut self) {
        // Where the folder was replaced, the name is another server's by now. One that stays is known as left behind by
        // its free lock.
        if self.is_in_place() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Takes a server's place; `None` where another has it.
fn take(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
            // The file that was opened may have been removed before it was locked: then nobody would see it.
            Ok(()) if is_still(&file, path)? => return Ok(Some(file)),
            Ok(()) => {}
        }
    }
}

fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    let opened = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Waits until every running server has said what it thinks of the prepared `CURRENT` with this check, at most for
/// `wait`.
///
/// What cannot be read is not waited for, and counted as silent: servers are told for their sake, never to keep an
/// import up.
pub fn hear(state: &Path, check: &str, wait: Duration, clock: &Clock) -> Audience {
    let begun = clock.monotonic();
    loop {
        let (mut audience, unreadable) = listen(state, check);
        if audience.silent == 0 || clock.monotonic().since(begun) >= wait {
            audience.silent += unreadable;
            return audience;
        }
        std::thread::sleep(PAUSE);
    }
}

/// What the servers say now, and how many files cannot be read.
fn listen(state: &Path, check: &str) -> (Audience, usize) {
    let (mut audience, mut unreadable) = (Audience::default(), 0);
    let entries = match std::fs::read_dir(folder(state)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (audience, 0),
        Err(_) => return (audience, 1),
    };
    for entry in entries {
        match entry.and_then(|entry| word_of(&entry.path(), check)) {
            Ok(None) => {}
            Ok(Some(Word::Ready)) => audience.ready += 1,
            Ok(Some(Word::Cannot)) => audience.cannot += 1,
            Ok(Some(Word::Idle)) => audience.silent += 1,
            Err(_) => unreadable += 1,
        }
    }
    (audience, unreadable)
}

/// What a server says of the pointer with this check; `None` where the server is gone. Its file is removed then.
fn word_of(path: &Path, check: &str) -> io::Result<Option<Word>> {
    // Opening a pipe would wait for somebody to write into it.
    let file = match std::fs::metadata(path).and_then(|metadata| match metadata.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is no file")),
    }) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {
            // Under the lock: a server that opened this file before sees that it is gone, and makes another. The name
            // may be that of another one by now. A file that cannot be removed is met again by the next import.
            if is_still(&file, path)? {
                let _ = std::fs::remove_file(path);
            }
            return Ok(None);
        }
        Err(TryLockError::Error(error)) => return Err(error),
        Err(TryLockError::WouldBlock) => {}
    }
    let mut said = [0; WORD_OCTETS];
    // A word that is half written is none.
    let whole = file.read_exact_at(&mut said, 0).is_ok();
    let word = [Word::Ready, Word::Cannot].into_iter().find(|word| whole && said == encode(*word, check).as_slice());
    Ok(Some(word.unwrap_or(Word::Idle)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const OTHER: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const NO_TIME: Duration = Duration::ZERO;

    fn heard(state: &Path) -> (usize, usize, usize) {
        let audience = hear(state, CHECK, NO_TIME, &Clock::system());
        (audience.ready, audience.cannot, audience.silent)
    }

    #[test]
    fn words_are_of_one_length() {
        for word in Word::ALL {
            assert_eq!((encode(*word, CHECK).len(), encode(*word, "").len()), (WORD_OCTETS, WORD_OCTETS));
        }
    }

    #[test]
    fn servers_are_heard_about_the_pointer_that_is_asked_for() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(heard(state.path()), (0, 0, 0), "no server ever ran here");
        let (one, two) = (ServingFile::claim(state.path()).unwrap(), ServingFile::claim(state.path()).unwrap());
        assert_eq!(heard(state.path()), (0, 0, 2));
        one.say(Word::Ready, OTHER).unwrap();
        two.say(Word::Cannot, CHECK).unwrap();
        assert_eq!(heard(state.path()), (0, 1, 1));
        one.say(Word::Ready, CHECK).unwrap();
        assert_eq!(heard(state.path()), (1, 1, 0));
        one.say(Word::Idle, "").unwrap();
        drop(two);
        assert_eq!(heard(state.path()), (0, 0, 1), "one that stopped is not waited for");
    }

    #[test]
    fn files_of_servers_that_are_gone_are_removed_or_used_again() {
        let state = tempfile::tempdir().unwrap();
        let left = |number: u32| {
            std::fs::create_dir_all(folder(state.path())).unwrap();
            std::fs::write(folder(state.path()).join(format!("server-{number}")), encode(Word::Ready, CHECK)).unwrap();
        };
        left(1);
        left(2);
        left(3);
        let server = ServingFile::claim(state.path()).unwrap();
        assert!(server.path.ends_with("server-1"));
        assert_eq!(heard(state.path()), (0, 0, 1), "what the one before said is not taken for its word");
        let names: Vec<_> =
            std::fs::read_dir(folder(state.path())).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["server-1"]);
        drop(server);
        assert_eq!(std::fs::read_dir(folder(state.path())).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_servers_file_neither_ends_nor_delays_an_import_and_no_server_takes_its_place() {
        let state = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder(state.path())).unwrap();
        let clock = Clock::manual(crate::time::Timestamp::UNIX_EPOCH);
        let ask = || hear(state.path(), CHECK, Duration::from_secs(1), &clock);
        // A file that cannot be opened, as one of another user; a folder.
        std::os::unix::fs::symlink("server-1", folder(state.path()).join("server-1")).unwrap();
        std::fs::create_dir(folder(state.path()).join("server-2")).unwrap();
        // The clock stands still: nobody waits for them.
        assert_eq!(ask(), Audience { silent: 2, ..Audience::default() });
        let server = ServingFile::claim(state.path()).unwrap();
        assert!(server.path.ends_with("server-3"), "{:?}", server.path);
        server.say(Word::Ready, CHECK).unwrap();
        assert_eq!(ask(), Audience { ready: 1, cannot: 0, silent: 2 });
        drop(server);
        std::fs::remove_dir_all(folder(state.path())).unwrap();
        std::fs::write(folder(state.path()), "").unwrap();
        assert_eq!(ask(), Audience { silent: 1, ..Audience::default() });
    }

    #[test]
    fn a_server_whose_folder_was_replaced_leaves_the_new_one_alone() {
        let place = tempfile::tempdir().unwrap();
        let state = place.path().join("state");
        let old = ServingFile::claim(&state).unwrap();
        assert!(old.is_in_place());
        std::fs::rename(&state, place.path().join("away")).unwrap();
        assert!(!old.is_in_place());
        let new = ServingFile::claim(&state).unwrap();
        assert!(!old.is_in_place() && new.is_in_place());
        drop(old);
        assert!(new.is_in_place());
        assert_eq!(heard(&state), (0, 0, 1));
    }

    #[test]
    fn an_import_waits_for_an_answer_and_not_for_ever() {
        let state = tempfile::tempdir().unwrap();
        let server = ServingFile::claim(state.path()).unwrap();
        let clock = Clock::manual(crate::time::Timestamp::UNIX_EPOCH);
        // The clock stands still: only the answer ends the wait.
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| hear(state.path(), CHECK, Duration::from_secs(1), &clock));
            server.say(Word::Ready, CHECK).unwrap();
            assert_eq!(waits.join().unwrap(), Audience { ready: 1, cannot: 0, silent: 0 });
        });
        // No answer: only the clock ends it.
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| hear(state.path(), OTHER, Duration::from_secs(1), &clock));
            while !waits.is_finished() {
                clock.advance(Duration::from_millis(100));
                std::thread::yield_now();
            }
            assert_eq!(waits.join().unwrap(), Audience { ready: 0, cannot: 0, silent: 1 });
        });
    }

    #[test]
    fn servers_that_come_and_go_at_once_never_share_a_place() {
        let state = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let server = ServingFile::claim(state.path()).unwrap();
                        server.say(Word::Ready, CHECK).unwrap();
                        assert!(is_still(&server.file, &server.path).unwrap());
                        heard(state.path());
                        assert!(is_still(&server.file, &server.path).unwrap(), "nobody removes a living server's file");
                    }
                });
            }
        });
        assert_eq!(heard(state.path()), (0, 0, 0));
    }
}
