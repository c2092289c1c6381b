//! Filling a new vault with a full deposit.

use std::collections::BTreeMap;
use std::path::Path;

use super::database::Tree;
use super::record::{Record, RecordId, link_key};
use super::sort::Sorter;
use super::{Vault, VaultFault};
use crate::model::object::Class;

/// Takes the records of a full deposit in any order and writes them in the order of their keys.
pub struct BulkLoad {
    vault: Vault,
    records: Sorter,
    links: Sorter,
}

impl BulkLoad {
    /// Begins to fill a vault that was just created. `folder` takes unnamed temporary files.
    pub fn begin(vault: Vault, folder: &Path) -> BulkLoad {
        BulkLoad { vault, records: Sorter::new(folder), links: Sorter::new(folder) }
    }

    /// The vault, which has no records yet.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Adds a record.
    pub fn put(&mut self, id: &RecordId, record: &Record) -> Result<(), VaultFault> {
        let io = VaultFault::io(&self.vault.folder);
        let sealed = self.vault.seal(id, record)?;
        self.records.push(id.bytes(), &sealed).map_err(io)?;
        for target in &record.links {
            let io = VaultFault::io(&self.vault.folder);
            self.links.push(&link_key(target, id), &[]).map_err(io)?;
        }
        Ok(())
    }

    /// Writes everything, durably, and returns the vault, closed and opened again, with the number of records of each
    /// class. Of records with the same key the first stays, and `twice` is called with each further one.
    pub fn finish(self, twice: &mut dyn FnMut(&RecordId, Record)) -> Result<(Vault, BTreeMap<Class, u64>), VaultFault> {
        let BulkLoad { vault, records, links } = self;
        let mut counts = BTreeMap::new();
        let mut merge = records.finish().map_err(VaultFault::io(&vault.folder))?;
        let mut writer = vault.database.writer(Tree::Main);
        let mut last: Option<Vec<u8>> = None;
        while let Some((key, sealed)) = merge.next().map_err(VaultFault::io(&vault.folder))? {
            let id = RecordId::from_key(&key);
            if last.as_ref() == Some(&key) {
                twice(&id, vault.unseal(&id, &sealed)?);
                continue;
            }
            if let Some(class) = id.class() {
                *counts.entry(class).or_default() += 1;
            }
            writer.set(&key, &sealed)?;
            last = Some(key);
        }
        writer.apply()?;
        let mut merge = links.finish().map_err(VaultFault::io(&vault.folder))?;
        let mut writer = vault.database.writer(Tree::Links);
        while let Some((key, _)) = merge.next().map_err(VaultFault::io(&vault.folder))? {
            writer.set(&key, &[])?;
        }
        writer.apply()?;
        vault.database.flush()?;
        // Set last and flushed apart: a vault without it was never finished.
        vault.database.set(Tree::Meta, b"complete", &[1])?;
        vault.database.flush()?;
        drop(writer);
        Ok((vault.reopened()?, counts))
    }
}
