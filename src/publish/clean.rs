//! What interrupted and finished imports leave behind, and its removal.

use std::path::{Path, PathBuf};

use super::{ImportFailure, PublishSettings};
use crate::store::{self, Pointer};
use crate::vault::vault_folder;

/// Removes everything that belongs to no publication that `CURRENT` names. Before, it makes sure that a loss of power
/// cannot bring a former `CURRENT` back, which would name what is gone.
pub(super) fn clean(settings: &PublishSettings, pointer: Option<&Pointer>) -> Result<(), ImportFailure> {
    let state = &settings.state;
    store::sync_folder(state).map_err(ImportFailure::io(state))?;
    Pointer::discard(state);
    store::prune(&settings.backend, state, pointer)?;
    let kept = pointer.and_then(|pointer| pointer.vault.as_ref()).map(|mark| mark.folder.as_str());
    for (name, path) in vaults(state)? {
        if Some(name.as_str()) != kept {
            remove(&path).map_err(ImportFailure::io(&path))?;
        }
    }
    Ok(())
}

/// Removes a folder with everything in it, or a file.
fn remove(path: &Path) -> std::io::Result<()> {
    if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
}

/// What stands in the folder of the vaults: their folders, and files that an interrupted import left beside them.
pub(super) fn vaults(state: &Path) -> Result<Vec<(String, PathBuf)>, ImportFailure> {
    let folder = vault_folder(state);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&folder).map_err(ImportFailure::io(&folder))?;
    entries
        .map(|entry| {
            let entry = entry.map_err(ImportFailure::io(&folder))?;
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
        })
        .collect()
}
