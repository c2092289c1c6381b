//! Filling a new vault with a full deposit.

use std::collections::BTreeMap;
use std::path::Path;

use super::database::Tree;
use super::full::FullWriter;
use super::record::{Record, RecordId, link_key};
use super::sort::Sorter;
use super::wrap::Wrapping;
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
        let records = Sorter::new(folder, Wrapping::sealed(&vault.sealer));
        BulkLoad { vault, records, links: Sorter::new(folder, Wrapping::plain()) }
    }

    /// The vault, which has no records yet.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Adds a record.
    pub fn put(&mut self, id: &RecordId, record: &Record) -> Result<(), VaultFault> {
        self.records.push(id.bytes(), &record.to_bytes()?)?;
        record.links.iter().try_for_each(|target| self.links.push(&link_key(target, id), &[]))
    }

    /// Writes everything, durably, and returns the vault, closed and opened again, with the number of records of each
    /// class. Of records with the same key the first stays, and `twice` is called with each further one.
    pub fn finish(self, twice: &mut dyn FnMut(&RecordId, Record)) -> Result<(Vault, BTreeMap<Class, u64>), VaultFault> {
        let BulkLoad { vault, records, links } = self;
        let folder = &vault.folder;
        let mut counts = BTreeMap::new();
        let mut writer = FullWriter::new(&vault.database, Tree::Full, Wrapping::sealed(&vault.sealer));
        let mut last: Vec<u8> = Vec::new();
        records.finish()?.for_each(&mut |key, value| {
            if last == key {
                twice(&RecordId::from_key(key), vault.read_record(value)?);
                return Ok(());
            }
            if let Some(class) = RecordId::from_key(key).class() {
                *counts.entry(class).or_default() += 1;
            }
            last.clear();
            last.extend_from_slice(key);
            writer.put(key, value, folder)
        })?;
        writer.finish(folder)?;
        let mut writer = FullWriter::new(&vault.database, Tree::FullLinks, Wrapping::plain());
        last.clear();
        links.finish()?.for_each(&mut |key, value| {
            // A record that was given twice may link twice.
            if last == key {
                return Ok(());
            }
            last.clear();
            last.extend_from_slice(key);
            writer.put(key, value, folder)
        })?;
        writer.finish(folder)?;
        vault.database.flush()?;
        // Set last and flushed apart: a vault without it was never finished.
        vault.database.set(Tree::Meta, b"complete", &[1])?;
        vault.database.flush()?;
        Ok((vault.reopened()?, counts))
    }
}
