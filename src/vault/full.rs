//! The records of the full deposit, which no amendment changes: wrapped blocks, written once.
//!
//! A block has records of one class. The blocks of contacts are small, because contacts are asked for one by one in no
//! order; all others are read from one end to the other.

use std::ops::ControlFlow;
use std::path::Path;

use super::database::{Database, Tree};
use super::record::{Record, RecordId, class_byte};
use super::wrap::Wrapping;
use super::{Vault, VaultFault};
use crate::embedded::blocks::{BlockWriter, Ended, Entries, Visit, read_entries};
use crate::model::object::Class;

/// Octets of records in a block.
const BLOCK_OCTETS: usize = 8 * 1024;
/// Octets of contacts in a block.
const CONTACTS_OCTETS: usize = 4 * 1024;

/// Writes records in the order of their keys.
pub(super) struct FullWriter {
    writer: BlockWriter,
    class: Option<u8>,
}

impl FullWriter {
    /// Into `tree`.
    pub(super) fn new(database: &Database, tree: Tree, wrapping: Wrapping) -> FullWriter {
        let wrap = Box::new(move |last: &[u8], octets: Vec<u8>| wrapping.wrap(last, octets));
        FullWriter { writer: database.block_writer(tree, BLOCK_OCTETS, wrap), class: None }
    }

    /// Adds a record. Its key is greater than all before.
    pub(super) fn put(&mut self, key: &[u8], value: &[u8], folder: &Path) -> Result<(), VaultFault> {
        let class = key.first().copied();
        if class != self.class {
            let is_contact = class == Some(class_byte(Class::Contact));
            let octets = if is_contact { CONTACTS_OCTETS } else { BLOCK_OCTETS };
            self.writer.begin_blocks_of(octets).map_err(VaultFault::embedded(folder))?;
            self.class = class;
        }
        self.writer.put(key, value).map_err(VaultFault::embedded(folder))
    }

    /// Writes what is left. Durable after [`Database::flush`].
    pub(super) fn finish(self, folder: &Path) -> Result<(), VaultFault> {
        self.writer.finish().map_err(VaultFault::embedded(folder))
    }
}

/// What looks at entries until it has what it looks for.
type Look<'v, T> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<T> + 'v;

impl Vault {
    /// Calls `visit` with the entries of one tree of blocks that are not less than `key`, in order, until it breaks.
    fn full_from<T>(&self, tree: Tree, key: &[u8], visit: &mut Look<'_, T>) -> Result<Option<T>, VaultFault> {
        let fault = || VaultFault::embedded(&self.folder);
        let wrapping = if tree == Tree::Full { Wrapping::sealed(&self.sealer) } else { Wrapping::plain() };
        let mut blocks = self.database.blocks_from(tree, key)?;
        while let Some((last, wrapped)) = blocks.next().map_err(fault())? {
            let octets = wrapping.unwrap(&last, &wrapped).map_err(fault())?;
            for entry in Entries::of(&octets) {
                let (found, value) = entry.map_err(fault())?;
                if found >= key
                    && let ControlFlow::Break(done) = visit(found, value)
                {
                    return Ok(Some(done));
                }
            }
        }
        Ok(None)
    }

    /// A record as the full deposit gave it.
    pub(super) fn full_record(&self, id: &RecordId) -> Result<Option<Record>, VaultFault> {
        let mut visit = |key: &[u8], value: &[u8]| {
            ControlFlow::Break((key == id.bytes()).then(|| self.read_record(value)).transpose())
        };
        self.full_from(Tree::Full, id.bytes(), &mut visit)?.transpose().map(Option::flatten)
    }

    /// True where the full deposit gave this record.
    pub(super) fn full_contains(&self, tree: Tree, key: &[u8]) -> Result<bool, VaultFault> {
        let found = self.full_from(tree, key, &mut |found, _| ControlFlow::Break(found == key))?;
        Ok(found == Some(true))
    }

    /// The keys of the full deposit's links that begin with `prefix`, from `from` on, a few hundred at a time: what is
    /// done with each may take long and ask the vault again.
    pub(super) fn full_links(&self, prefix: &[u8], from: &[u8], many: usize) -> Result<Vec<Vec<u8>>, VaultFault> {
        let mut found = Vec::new();
        let mut visit = |key: &[u8], _: &[u8]| {
            if !key.starts_with(prefix) || found.len() >= many {
                return ControlFlow::Break(());
            }
            found.push(key.to_vec());
            ControlFlow::Continue(())
        };
        self.full_from(Tree::FullLinks, from, &mut visit)?;
        Ok(found)
    }

    /// Calls `visit` with every record of a class as the full deposit gave it, in order. Blocks are read and opened on
    /// a thread of their own.
    pub(super) fn scan_full<E: From<VaultFault>>(&self, prefix: &[u8], visit: &mut Visit<'_, E>) -> Result<(), E> {
        let fault = || VaultFault::embedded(&self.folder);
        let blocks = self.database.blocks(Tree::Full, prefix)?;
        let wrapping = Wrapping::sealed(&self.sealer);
        let outcome = read_entries(blocks, move |last, wrapped| wrapping.unwrap(&last, &wrapped), visit);
        outcome.map_err(|ended| match ended {
            Ended::Visit(failure) => failure,
            Ended::Read(read) => fault()(read).into(),
        })
    }
}
