//! Reading the current data set, and believing nothing of it that does not fit.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::write::class_name;
use super::{Backend, LockFile, Manifest, Pointer, PolicyMark, StoreFault, public_folder};
use crate::codec::{self, Change, CodecFault, RecordKey, SetDigest};
use crate::time::Timestamp;

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Number of the publication.
    pub number: u64,
    /// The state of the register that it describes.
    pub watermark: Timestamp,
    /// When it was published.
    pub published_at: Timestamp,
    /// The policy that decided, by zone.
    pub policies: BTreeMap<String, PolicyMark>,
    /// Objects in the register by class, those without a public record included.
    pub register: BTreeMap<String, u64>,
    /// Generations in the chain.
    pub generations: usize,
}

/// Calls `visit` with every change of the current data set, the base first, then each delta, and says what it was.
///
/// What was visited may be used only when this returns `Ok`: number and digest are compared at the end of each
/// generation.
///
/// # Errors
/// [`StoreFault::NothingPublished`] when there is no `CURRENT`; any other fault means that nothing of the data may be
/// served.
pub fn load(
    state: &Path,
    visit: &mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>,
) -> Result<Published, StoreFault> {
    load_from(&Backend::Sled, state, visit)
}

/// [`load`] from a backend of choice.
pub(crate) fn load_from(
    backend: &Backend,
    state: &Path,
    visit: &mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>,
) -> Result<Published, StoreFault> {
    if !state.join("CURRENT").exists() {
        return Err(StoreFault::NothingPublished);
    }
    let _reading = reading(state)?;
    let pointer = Pointer::read(state)?;
    Walk { backend, state, stop: &AtomicBool::new(false) }.read(&pointer, 0, visit)
}

/// As [`load`], of the data set that `pointer` names, be it current or prepared. Where it goes on from `known`, only
/// the further generations are visited; else all of them. Checked is the same.
///
/// # Errors
/// As [`load`]; [`StoreFault::Interrupted`] soon after `stop` is set.
pub fn load_further(
    state: &Path,
    pointer: &Pointer,
    known: Option<&Pointer>,
    stop: &AtomicBool,
    visit: &mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>,
) -> Result<Published, StoreFault> {
    let _reading = reading(state)?;
    let known = known.filter(|known| pointer.goes_on_from(known)).map_or(0, |known| known.chain.len());
    Walk { backend: &Backend::Sled, state, stop }.read(pointer, known, visit)
}

/// Held until the end of reading, so that an import that commits meanwhile does not prune what is being read.
fn reading(state: &Path) -> Result<LockFile, StoreFault> {
    let lock = state.join("reading.lock");
    LockFile::shared(&lock).map_err(StoreFault::io(&lock))
}

/// A way through the generations of a data set.
struct Walk<'w> {
    backend: &'w Backend,
    state: &'w Path,
    stop: &'w AtomicBool,
}

impl Walk<'_> {
    /// Visits the generations of a chain but for the first `known`, of which only the manifests are read.
    fn read(
        &self,
        pointer: &Pointer,
        known: usize,
        visit: &mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>,
    ) -> Result<Published, StoreFault> {
        let mut last = None;
        for (at, link) in pointer.chain.iter().enumerate() {
            let folder = public_folder(self.state).join(&link.folder);
            let manifest = Manifest::read(&folder, &link.manifest)?;
            let expected = if at == 0 { "base" } else { "delta" };
            if manifest.kind != expected || !link.folder.ends_with(expected) {
                return Err(StoreFault::damaged(&folder, format!("it stands where a {expected} belongs")));
            }
            if at >= known {
                read_generation(self.backend, &folder, &manifest, self.stop, visit)?;
            }
            last = Some((folder, manifest));
        }
        let (folder, manifest) = last.ok_or(StoreFault::NothingPublished)?;
        if manifest.number != pointer.number {
            return Err(StoreFault::damaged(&folder, "its number is not that of CURRENT"));
        }
        let moment = |text: &str| {
            text.parse::<Timestamp>().map_err(|error| StoreFault::BadManifest {
                path: Manifest::place(&folder),
                detail: format!("a moment does not read: {error}"),
            })
        };
        Ok(Published {
            number: pointer.number,
            watermark: moment(&manifest.watermark)?,
            published_at: moment(&manifest.published_at)?,
            policies: manifest.policies,
            register: pointer.register.clone(),
            generations: pointer.chain.len(),
        })
    }
}

/// Reads the current data set to its end and decodes every record, for readiness and for `check`.
pub fn verify(state: &Path) -> Result<Published, StoreFault> {
    load(state, &mut |change| match change {
        Change::Put { value, .. } => codec::decode(value).map(drop),
        Change::Remove { .. } => Ok(()),
    })
}

/// Compares a generation with its manifest and decodes every record.
pub(super) fn verify_generation(backend: &Backend, folder: &Path, manifest: &Manifest) -> Result<(), StoreFault> {
    read_generation(backend, folder, manifest, &AtomicBool::new(false), &mut |change| match change {
        Change::Put { value, .. } => codec::decode(value).map(drop),
        Change::Remove { .. } => Ok(()),
    })
}

fn read_generation(
    backend: &Backend,
    folder: &Path,
    manifest: &Manifest,
    stop: &AtomicBool,
    visit: &mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>,
) -> Result<(), StoreFault> {
    let mut digest = SetDigest::new();
    let mut records: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut removed = 0_u64;
    backend.read(folder, &mut |key, value| {
        if stop.load(Ordering::Relaxed) {
            return Err(StoreFault::Interrupted);
        }
        digest.add(key, value);
        let record_fault = |source| StoreFault::Record { path: folder.to_owned(), source };
        let parsed = RecordKey::from_bytes(key).map_err(record_fault)?;
        let change = if value.is_empty() {
            removed += 1;
            Change::Remove { key: parsed }
        } else {
            *records.entry(class_name(&parsed)).or_default() += 1;
            Change::Put { key: parsed, value }
        };
        visit(change).map_err(record_fault)
    })?;
    let records: BTreeMap<String, u64> = records.into_iter().map(|(class, n)| (class.to_owned(), n)).collect();
    if records != manifest.records || removed != manifest.removed {
        let found = records.values().sum::<u64>() + removed;
        let entries = manifest.entries();
        return Err(StoreFault::damaged(folder, format!("it has {found} records where {entries} were written")));
    }
    if digest.finish() != manifest.digest {
        return Err(StoreFault::damaged(folder, "its records are not those that were written (digest)"));
    }
    Ok(())
}
