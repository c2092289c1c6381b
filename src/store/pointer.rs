//! `CURRENT`: which data set is current. Replacing it is the one commit point of an import, for the public store
//! and the vault together.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreFault;
use super::files::{SMALL_FILE_MAX, read_small, sync_folder};
use crate::codec::digest::sha256_hex as sha256;

/// The format of `CURRENT` that this program writes and reads.
const FORMAT: u64 = 1;

/// One generation of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLink {
    /// Name of its folder in `public/`.
    pub folder: String,
    /// SHA-256 of its manifest, hexadecimal.
    pub manifest: String,
}

/// Which state of the vault belongs to the published data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultMark {
    /// Name of its folder in `vault/`.
    pub folder: String,
    /// Number of amendments that were applied to it.
    pub epoch: u64,
}

/// A deposit that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositMark {
    /// Its identifier.
    pub id: String,
    /// Its type: FULL, DIFF or INCR.
    pub kind: String,
    /// Its watermark, RFC 3339.
    pub watermark: String,
}

/// Where in the chain of deposits the register stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositMarks {
    /// The last deposit that was applied, of any type.
    pub last: DepositMark,
    /// The last full one.
    pub full: DepositMark,
}

/// The contents of `CURRENT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pointer {
    /// Number of the publication, counted from 1; never used twice.
    pub number: u64,
    /// A base and the deltas on it, in order.
    pub chain: Vec<ChainLink>,
    /// The vault; `None` where the data came without one.
    pub vault: Option<VaultMark>,
    /// The deposits; `None` where the data came without them.
    pub deposits: Option<DepositMarks>,
    /// Objects in the register by class.
    pub register: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    format: u64,
    current: serde_json::Value,
    /// SHA-256 of `current` without white space, hexadecimal.
    check: String,
}

/// The path of `CURRENT`.
fn place(state: &Path) -> PathBuf {
    state.join("CURRENT")
}

/// The path of the empty file that tells a first start from a lost `CURRENT`. It is made at the first commit.
fn mark(state: &Path) -> PathBuf {
    state.join("PUBLISHED")
}

fn beside(state: &Path) -> PathBuf {
    state.join("CURRENT.new")
}

/// Where the next `CURRENT` is written before anybody may look at it.
fn unseen(state: &Path) -> PathBuf {
    state.join("CURRENT.tmp")
}

impl Pointer {
    /// Reads `CURRENT`. [`StoreFault::NothingPublished`] where there never was one.
    pub fn read(state: &Path) -> Result<Pointer, StoreFault> {
        let path = place(state);
        let bytes = match read_small(&path) {
            Err(StoreFault::Io { source, .. }) if source.kind() == io::ErrorKind::InvalidData => {
                return Err(StoreFault::BadPointer { detail: source.to_string() });
            }
            outcome => outcome?,
        };
        let Some(bytes) = bytes else {
            let is_lost = mark(state).try_exists().map_err(StoreFault::io(&path))?;
            return Err(if is_lost { StoreFault::PointerLost } else { StoreFault::NothingPublished });
        };
        Pointer::parse(&path, &bytes)
    }

    /// The next `CURRENT` where an import that is under way has prepared one. `None` where there is none, or where the
    /// import that wrote it is gone.
    pub fn prepared(state: &Path) -> Result<Option<Pointer>, StoreFault> {
        let path = beside(state);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreFault::io(&path)(error)),
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(StoreFault::io(&path)(error)),
            Ok(()) => return Ok(None),
        }
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(SMALL_FILE_MAX).read_to_end(&mut bytes).map_err(StoreFault::io(&path))?;
        Pointer::parse(&path, &bytes).map(Some)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Pointer, StoreFault> {
        let bad = |detail: String| StoreFault::BadPointer { detail };
        let envelope: Envelope =
            serde_json::from_slice(bytes).map_err(|error| bad(format!("it is not what was written: {error}")))?;
        if envelope.format != FORMAT {
            return Err(StoreFault::Version { path: path.to_owned(), found: envelope.format, known: FORMAT });
        }
        if sha256(envelope.current.to_string().as_bytes()) != envelope.check {
            return Err(bad("its checksum does not fit".to_owned()));
        }
        let pointer: Pointer =
            serde_json::from_value(envelope.current).map_err(|error| bad(format!("it does not read: {error}")))?;
        if pointer.chain.is_empty() || pointer.chain.iter().any(|link| link.folder.contains(['/', '\\', '.'])) {
            return Err(bad("its chain of generations is empty or names a path".to_owned()));
        }
        Ok(pointer)
    }

    /// Writes the next `CURRENT` beside the present one, durably. Nothing changes for readers yet.
    pub fn prepare(&self, state: &Path) -> Result<Prepared, StoreFault> {
        let path = beside(state);
        let (current, check) = self.content()?;
        let envelope = Envelope { format: FORMAT, current, check: check.clone() };
        let mut bytes = serde_json::to_vec_pretty(&envelope)
            .map_err(|error| StoreFault::BadPointer { detail: error.to_string() })?;
        bytes.push(b'\n');
        // Servers look at it only under its own name: there it is locked and whole from the first moment.
        let unseen = unseen(state);
        let write = || {
            let mut file = File::create(&unseen)?;
            file.try_lock()?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&unseen, &path)?;
            Ok(file)
        };
        let file = write().map_err(StoreFault::io(&path))?;
        Ok(Prepared { state: state.to_owned(), check, _lock: file })
    }

    /// What names this pointer in a few words: the SHA-256 of its content, hexadecimal.
    pub fn check(&self) -> Result<String, StoreFault> {
        Ok(self.content()?.1)
    }

    fn content(&self) -> Result<(serde_json::Value, String), StoreFault> {
        let current =
            serde_json::to_value(self).map_err(|error| StoreFault::BadPointer { detail: error.to_string() })?;
        let check = sha256(current.to_string().as_bytes());
        Ok((current, check))
    }

    /// True where the data set is that of `known` with further generations on it, or with none.
    pub fn goes_on_from(&self, known: &Pointer) -> bool {
        self.chain.starts_with(&known.chain)
    }

    /// Removes what [`Pointer::prepare`] wrote and nobody committed.
    pub fn discard(state: &Path) {
        // A leftover does no harm: nobody heeds it, and the next preparation overwrites it.
        let _ = std::fs::remove_file(beside(state));
        let _ = std::fs::remove_file(unseen(state));
    }
}

/// A `CURRENT` that is written and not yet the current one. While it lives, [`Pointer::prepared`] shows it to servers;
/// dropped, or left by a process that was killed, it is nothing but a file that nobody heeds.
#[derive(Debug)]
pub struct Prepared {
    state: PathBuf,
    check: String,
    /// The lock on the file says that an import stands behind it.
    _lock: File,
}

/// A commit that was done.
#[derive(Debug)]
#[must_use = "nothing that the former `CURRENT` names may go before the commit is durable"]
pub enum Commit {
    /// It stays, whatever happens.
    Durable,
    /// Everybody sees it, but a loss of power may undo it until the state folder is synced.
    Undurable(StoreFault),
}

impl Prepared {
    /// [`Pointer::check`] of the pointer.
    pub fn check(&self) -> &str {
        &self.check
    }

    /// Makes it the current one, in one step.
    ///
    /// # Errors
    /// Nothing was committed then. What fails after the step is told by [`Commit::Undurable`].
    pub fn commit(self) -> Result<Commit, StoreFault> {
        let path = place(&self.state);
        std::fs::rename(beside(&self.state), &path).map_err(StoreFault::io(&path))?;
        // The commit is done: a mark that cannot be made is made by the next one.
        let _ = OpenOptions::new().create(true).append(true).open(mark(&self.state));
        Ok(match sync_folder(&self.state) {
            Ok(()) => Commit::Durable,
            Err(error) => Commit::Undurable(StoreFault::io(&self.state)(error)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Pointer {
        Pointer {
            number: 3,
            chain: vec![ChainLink { folder: "g00000003-base".into(), manifest: "ab".into() }],
            vault: Some(VaultMark { folder: "v00000003".into(), epoch: 0 }),
            deposits: None,
            register: BTreeMap::from([("domain".to_owned(), 2)]),
        }
    }

    #[test]
    fn a_prepared_pointer_shows_only_after_its_commit() {
        let state = tempfile::tempdir().unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::NothingPublished)));
        assert_eq!(Pointer::prepared(state.path()).unwrap(), None);
        let prepared = sample().prepare(state.path()).unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::NothingPublished)));
        assert_eq!(Pointer::prepared(state.path()).unwrap(), Some(sample()));
        assert_eq!(prepared.check(), sample().check().unwrap());
        assert!(matches!(prepared.commit().unwrap(), Commit::Durable));
        assert_eq!(Pointer::read(state.path()).unwrap(), sample());
        assert_eq!(Pointer::prepared(state.path()).unwrap(), None);
    }

    #[test]
    fn what_nobody_stands_behind_is_not_prepared() {
        let state = tempfile::tempdir().unwrap();
        drop(sample().prepare(state.path()).unwrap());
        assert!(beside(state.path()).exists());
        assert_eq!(Pointer::prepared(state.path()).unwrap(), None);
        // Nor is what was left half written.
        std::fs::write(unseen(state.path()), "{\"format\":1,").unwrap();
        assert_eq!(Pointer::prepared(state.path()).unwrap(), None);
        let prepared = sample().prepare(state.path()).unwrap();
        assert_eq!(Pointer::prepared(state.path()).unwrap(), Some(sample()));
        Pointer::discard(state.path());
        assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 0);
        assert_eq!(Pointer::prepared(state.path()).unwrap(), None);
        assert!(prepared.commit().is_err());
    }

    #[test]
    fn a_pointer_goes_on_from_one_whose_chain_it_begins_with() {
        let link = |folder: &str, manifest: &str| ChainLink { folder: folder.into(), manifest: manifest.into() };
        let mut further = sample();
        further.chain.push(link("g00000004-delta", "cd"));
        assert!(further.goes_on_from(&sample()) && sample().goes_on_from(&sample()));
        assert!(!sample().goes_on_from(&further));
        further.chain[0].manifest = "ac".into();
        assert!(!further.goes_on_from(&sample()), "the same folder with another content");
    }

    #[test]
    fn a_lost_pointer_is_no_first_start() {
        let state = tempfile::tempdir().unwrap();
        let _ = sample().prepare(state.path()).unwrap().commit().unwrap();
        std::fs::remove_file(place(state.path())).unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::PointerLost)));
    }

    #[test]
    fn torn_or_altered_pointers_are_refused() {
        let state = tempfile::tempdir().unwrap();
        let _ = sample().prepare(state.path()).unwrap().commit().unwrap();
        let good = std::fs::read(place(state.path())).unwrap();
        for cut in 0..good.len() - 1 {
            std::fs::write(place(state.path()), &good[..cut]).unwrap();
            assert!(Pointer::read(state.path()).is_err(), "cut at {cut}");
        }
        for at in 0..good.len() {
            for bit in [0x01, 0x20] {
                let mut bytes = good.clone();
                bytes[at] ^= bit;
                std::fs::write(place(state.path()), &bytes).unwrap();
                // What is still accepted must say the same: only white space may have changed.
                if let Ok(pointer) = Pointer::read(state.path()) {
                    assert_eq!(pointer, sample(), "flipped at {at}");
                }
            }
        }
        std::fs::write(place(state.path()), "rubbish").unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::BadPointer { .. })));
    }

    #[test]
    fn another_format_is_named() {
        let state = tempfile::tempdir().unwrap();
        std::fs::write(place(state.path()), r#"{"format":2,"current":{},"check":""}"#).unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::Version { found: 2, known: 1, .. })));
    }
}
