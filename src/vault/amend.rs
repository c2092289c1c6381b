//! Amendments: changes that are staged beside the records and become part of them after the commit.

use super::database::Tree;
use super::record::{Record, RecordId, link_key};
use super::{Vault, VaultFault};

const DELETED: u8 = 0;
const PUT: u8 = 1;
const REVERTED: u8 = 2;
const REVERTED_TO_NOTHING: u8 = 3;

/// What putting a record came upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// There was none of this key.
    Created,
    /// There was one.
    Replaced,
    /// This amendment put one of this key already; the first one stays.
    Twice,
}

/// The sealed bytes of a staged value; `None` where the record is gone.
pub(super) fn staged_value(value: &[u8]) -> Option<&[u8]> {
    match value.split_first() {
        Some((&(PUT | REVERTED), sealed)) => Some(sealed),
        _ => None,
    }
}

/// An amendment that is being staged. Readers of the vault see it; it is committed by a `CURRENT` with its epoch.
pub struct Amendment<'v> {
    vault: &'v Vault,
}

impl Vault {
    /// Begins the amendment that leads to `epoch`. What an earlier one left behind is dropped.
    pub fn amend(&self, epoch: u64) -> Result<Amendment<'_>, VaultFault> {
        if self.has_stage()? {
            self.clear_stage()?;
        }
        self.database.set(Tree::Meta, b"staged", &epoch.to_be_bytes())?;
        self.database.flush()?;
        Ok(Amendment { vault: self })
    }

    /// True when something is staged, or what an interrupted dropping left of a stage is there.
    pub(super) fn has_stage(&self) -> Result<bool, VaultFault> {
        let has_entry = |tree| Ok(self.database.scan(tree, &[])?.next()?.is_some());
        let has_mark = self.database.contains(Tree::Meta, b"staged")?;
        Ok(has_mark || has_entry(Tree::Staged)? || has_entry(Tree::StagedLinks)?)
    }

    /// Drops what is staged.
    pub fn clear_stage(&self) -> Result<(), VaultFault> {
        // The mark goes first: without it, what is left of the stage is nobody's, and dropped when the vault is opened.
        self.database.remove(Tree::Meta, b"staged")?;
        self.database.flush()?;
        self.database.clear(Tree::Staged)?;
        self.database.clear(Tree::StagedLinks)?;
        self.database.flush()
    }

    /// Calls `visit` with each staged key and whether there is a record of it now, in order.
    pub fn staged<E: From<VaultFault>>(&self, visit: &mut dyn FnMut(RecordId, bool) -> Result<(), E>) -> Result<(), E> {
        let mut staged = self.database.scan(Tree::Staged, &[])?;
        while let Some((key, value)) = staged.next()? {
            visit(RecordId::from_key(&key), staged_value(&value).is_some())?;
        }
        Ok(())
    }

    /// True when the amendment at work says something about this key.
    pub fn is_staged(&self, id: &RecordId) -> Result<bool, VaultFault> {
        self.database.contains(Tree::Staged, id.bytes())
    }

    /// First step of folding in a committed amendment: the links. The records are still the old ones, so that this
    /// can be repeated. The three steps are done in order, each durable before the next; opening the vault repeats
    /// them where they were interrupted.
    pub fn fold_links(&self) -> Result<(), VaultFault> {
        let mut obsolete = Vec::new();
        let mut staged = self.database.scan(Tree::Staged, &[])?;
        let mut writer = self.database.writer(Tree::ChangedLinks);
        while let Some((key, value)) = staged.next()? {
            let id = RecordId::from_key(&key);
            let links = match staged_value(&value) {
                Some(sealed) => self.unseal(&id, sealed)?.links,
                None => Vec::new(),
            };
            // Links of the full deposit stay: whoever follows one asks the record.
            if let Some(old) = self.database.get(Tree::Changed, &key)?.filter(|old| !old.is_empty()) {
                let old = self.unseal(&id, &old)?.links;
                obsolete.extend(old.iter().filter(|link| !links.contains(link)).map(|link| link_key(link, &id)));
            }
            for link in &links {
                writer.set(&link_key(link, &id), &[])?;
            }
        }
        for link in obsolete {
            writer.remove(&link)?;
        }
        writer.apply()?;
        self.database.flush()
    }

    /// Second step: the records. Those that are gone leave an empty value, which hides what the full deposit gave.
    pub fn fold_records(&self) -> Result<(), VaultFault> {
        let mut staged = self.database.scan(Tree::Staged, &[])?;
        let mut writer = self.database.writer(Tree::Changed);
        while let Some((key, value)) = staged.next()? {
            writer.set(&key, staged_value(&value).unwrap_or_default())?;
        }
        writer.apply()?;
        self.database.flush()
    }

    /// Last step: the epoch, then the stage is cleared.
    pub fn fold_finish(&self, epoch: u64) -> Result<(), VaultFault> {
        self.database.set(Tree::Meta, b"epoch", &epoch.to_be_bytes())?;
        self.database.flush()?;
        self.clear_stage()
    }
}

impl Amendment<'_> {
    fn stage(&self, id: &RecordId, tag: u8, sealed: &[u8]) -> Result<(), VaultFault> {
        let room = self.vault.room.to_stage(id.bytes().len() + sealed.len());
        room.map_err(VaultFault::io(&self.vault.folder))?;
        self.vault.database.set(Tree::Staged, id.bytes(), &[&[tag], sealed].concat())
    }

    fn stage_links(&self, id: &RecordId, record: &Record) -> Result<(), VaultFault> {
        let links = record.links.iter();
        links.map(|link| link_key(link, id)).try_for_each(|key| self.vault.database.set(Tree::StagedLinks, &key, &[]))
    }

    /// Takes the register back to the last full deposit, for an incremental one. `visit` is called with each key and
    /// whether its record comes back (`true`) or goes (`false`).
    pub fn revert_to_full<E: From<VaultFault>>(
        &self,
        visit: &mut dyn FnMut(&RecordId, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut changed = self.vault.database.scan(Tree::Changed, &[])?;
        while let Some((key, _)) = changed.next()? {
            let id = RecordId::from_key(&key);
            let (given, before) = (self.vault.full_record(&id)?, self.vault.contains(&id)?);
            if let Some(record) = &given {
                self.stage(&id, REVERTED, &self.vault.seal(&id, record)?)?;
                self.stage_links(&id, record)?;
            } else {
                self.stage(&id, REVERTED_TO_NOTHING, &[])?;
            }
            if given.is_some() != before {
                visit(&id, given.is_some())?;
            }
        }
        Ok(())
    }

    /// Deletes a record; `false` where there was none. A record that this amendment put stays: deletes come before
    /// contents, in whatever order they arrive (RFC 8909 §5.2).
    pub fn delete(&self, id: &RecordId) -> Result<bool, VaultFault> {
        if self.vault.database.get(Tree::Staged, id.bytes())?.is_some_and(|value| value.first() == Some(&PUT)) {
            return Ok(true);
        }
        let there = self.vault.contains(id)?;
        if there {
            self.stage(id, DELETED, &[])?;
        }
        Ok(there)
    }

    /// Creates or replaces a record.
    pub fn put(&self, id: &RecordId, record: &Record) -> Result<Staged, VaultFault> {
        let staged = self.vault.database.get(Tree::Staged, id.bytes())?;
        let before = match staged.as_deref() {
            Some([PUT, ..]) => return Ok(Staged::Twice),
            Some(value) => staged_value(value).is_some(),
            None => self.vault.contains_settled(id)?,
        };
        self.stage(id, PUT, &self.vault.seal(id, record)?)?;
        self.stage_links(id, record)?;
        Ok(if before { Staged::Replaced } else { Staged::Created })
    }

    /// Makes what was staged durable.
    pub fn flush(&self) -> Result<(), VaultFault> {
        self.vault.database.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::Class;
    use crate::vault::{BulkLoad, MasterKey};

    #[test]
    fn what_an_interrupted_dropping_left_of_a_stage_is_not_there_when_the_vault_is_opened() {
        let (state, master) = (tempfile::tempdir().unwrap(), MasterKey([7; 32]));
        let bulk = BulkLoad::begin(Vault::create(state.path(), "v1", &master).unwrap(), state.path());
        let (vault, _) = bulk.finish(&mut |_, _| {}).unwrap();
        assert!(!vault.has_stage().unwrap());
        let (domain, host) = (vault.id(Class::Domain, "d.be"), vault.id(Class::Host, "ns1.be"));
        let record = Record { links: vec![host], payload: vec![1] };
        assert_eq!(vault.amend(1).unwrap().put(&domain, &record).unwrap(), Staged::Created);
        // The first step of dropping, and no other.
        vault.database.remove(Tree::Meta, b"staged").unwrap();
        assert!(vault.has_stage().unwrap() && vault.contains(&domain).unwrap());
        vault.close().unwrap();
        let vault = Vault::open(state.path(), "v1", 0, &master).unwrap();
        assert!(!vault.has_stage().unwrap() && !vault.contains(&domain).unwrap());
        vault.amend(1).unwrap();
        assert!(vault.has_stage().unwrap(), "its mark");
    }
}
