//! Removing generations that no `CURRENT` names.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Backend, LockFile, Manifest, Pointer, StoreFault, generation_number, public_folder};

/// Removes every generation and manifest that `keep` does not name. Does nothing, and says so with `false`, while
/// somebody reads: the next import tries again.
pub fn prune(backend: &Backend, state: &Path, keep: Option<&Pointer>) -> Result<bool, StoreFault> {
    let public = public_folder(state);
    if !public.exists() {
        return Ok(true);
    }
    let lock = state.join("reading.lock");
    let Some(_alone) = LockFile::exclusive(&lock).map_err(StoreFault::io(&lock))? else { return Ok(false) };
    let kept: BTreeSet<&str> =
        keep.iter().flat_map(|pointer| pointer.chain.iter().map(|link| link.folder.as_str())).collect();
    for name in names(&public)? {
        let stem = name.split('.').next().unwrap_or_default();
        if generation_number(stem).is_none() || kept.contains(stem) {
            continue;
        }
        let folder = public.join(stem);
        backend.remove(&folder)?;
        let manifest = Manifest::place(&folder);
        for file in [manifest.with_extension("new"), manifest] {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(StoreFault::io(&file)(error)),
                _ => {}
            }
        }
    }
    Ok(true)
}

/// The highest number that any generation in the folder has, committed or not; 0 where there is none.
pub fn highest_number(state: &Path) -> Result<u64, StoreFault> {
    let public = public_folder(state);
    if !public.exists() {
        return Ok(0);
    }
    Ok(names(&public)?.iter().filter_map(|name| generation_number(name)).max().unwrap_or(0))
}

fn names(folder: &Path) -> Result<Vec<String>, StoreFault> {
    let entries = std::fs::read_dir(folder).map_err(StoreFault::io(folder))?;
    entries.map(|entry| Ok(entry.map_err(StoreFault::io(folder))?.file_name().to_string_lossy().into_owned())).collect()
}
