//! `CURRENT`: which data set is current. Replacing it is the one commit point of an import, for the public store
//! and the vault together.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreFault;
use super::files::{install, read_small, write_beside};
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

impl Pointer {
    /// Reads `CURRENT`. [`StoreFault::NothingPublished`] where there never was one.
    pub fn read(state: &Path) -> Result<Pointer, StoreFault> {
        let path = place(state);
        let Some(bytes) = read_small(&path)? else {
            let is_lost = mark(state).try_exists().map_err(StoreFault::io(&path))?;
            return Err(if is_lost { StoreFault::PointerLost } else { StoreFault::NothingPublished });
        };
        let bad = |detail: String| StoreFault::BadPointer { detail };
        let envelope: Envelope =
            serde_json::from_slice(&bytes).map_err(|error| bad(format!("it is not what was written: {error}")))?;
        if envelope.format != FORMAT {
            return Err(StoreFault::Version { path, found: envelope.format, known: FORMAT });
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
    pub fn prepare(&self, state: &Path) -> Result<(), StoreFault> {
        let place = place(state);
        let current =
            serde_json::to_value(self).map_err(|error| StoreFault::BadPointer { detail: error.to_string() })?;
        let check = sha256(current.to_string().as_bytes());
        let envelope = Envelope { format: FORMAT, current, check };
        let mut bytes = serde_json::to_vec_pretty(&envelope)
            .map_err(|error| StoreFault::BadPointer { detail: error.to_string() })?;
        bytes.push(b'\n');
        write_beside(&place, &beside(state), &bytes)
    }

    /// Makes the prepared `CURRENT` the current one, in one step.
    pub fn commit(state: &Path) -> Result<(), StoreFault> {
        install(&beside(state), &place(state))?;
        // The commit is done: a mark that cannot be made is made by the next one.
        let _ = OpenOptions::new().create(true).append(true).open(mark(state));
        Ok(())
    }

    /// Removes what [`Pointer::prepare`] wrote and nobody committed.
    pub fn discard(state: &Path) {
        // A leftover does no harm: nobody reads it, and the next preparation overwrites it.
        let _ = std::fs::remove_file(beside(state));
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
        sample().prepare(state.path()).unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::NothingPublished)));
        Pointer::commit(state.path()).unwrap();
        assert_eq!(Pointer::read(state.path()).unwrap(), sample());
    }

    #[test]
    fn a_lost_pointer_is_no_first_start() {
        let state = tempfile::tempdir().unwrap();
        sample().prepare(state.path()).unwrap();
        Pointer::commit(state.path()).unwrap();
        std::fs::remove_file(place(state.path())).unwrap();
        assert!(matches!(Pointer::read(state.path()), Err(StoreFault::PointerLost)));
    }

    #[test]
    fn torn_or_altered_pointers_are_refused() {
        let state = tempfile::tempdir().unwrap();
        sample().prepare(state.path()).unwrap();
        Pointer::commit(state.path()).unwrap();
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
