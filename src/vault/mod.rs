//! The vault: the full register, sealed.
//!
//! Only the publisher opens it. It is what differential and incremental deposits apply to, and what public records
//! are decided from. It can be rebuilt from a full deposit.
//!
//! What is protected how:
//!
//! - Every record, and every block of records, is sealed with AES-256-GCM under a random data key of the vault's
//!   folder; the record's key (of a block, its last) and the vault's identity are authenticated with it, so records
//!   cannot be swapped or moved between vaults.
//! - The data key is sealed under the master key, a file that its owner alone can read.
//! - Names of domains, hosts, registrars, IDN tables and reserved names stand in clear as keys: they are public. A
//!   contact's key is an HMAC of its handle, because the handle of a natural person is personal data.
//!
//! How it changes: a full deposit makes a new folder, whose records stand in blocks, sealed as a whole, and stay as
//! they are: an incremental deposit builds on that state, not on the differential ones after it (RFC 8909 §5.1.3).
//! What changed since stands beside them, record by record. An amendment is staged beside both (`staged`), and becomes
//! part of what changed (`fold`) only after the `CURRENT` of the state folder names its epoch; opening finishes or
//! drops a staging that was interrupted.
//!
//! What records mean is not the vault's matter: it keeps bytes, and for each record the keys of those it links to.

mod amend;
mod bulk;
mod database;
mod fault;
mod full;
mod join;
mod key;
mod record;
mod room;
mod seal;
mod sort;
mod wrap;

pub use amend::{Amendment, Staged};
pub use bulk::BulkLoad;
pub use fault::VaultFault;
pub use join::ContactsOfDomains;
pub use key::{MasterKey, key_path};
pub use record::{Record, RecordId};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::object::Class;
use database::{Database, Pair, Scan, Tree};
use room::Room;
use seal::Sealer;

/// The format of the vault, and of what stands in its records, that this program writes and reads: in 2, a full
/// deposit's records stand in blocks, and objects are in the form of `import::kept`.
const FORMAT: u64 = 2;
/// Links that are looked up together.
const LINKS_TOGETHER: usize = 500;

/// The folder of the vaults in the state folder.
pub fn vault_folder(state: &Path) -> PathBuf {
    state.join("vault")
}

/// The name of a vault's folder.
pub fn vault_name(number: u64) -> String {
    format!("v{number:08}")
}

/// An open vault.
pub struct Vault {
    folder: PathBuf,
    database: Database,
    sealer: Arc<Sealer>,
    room: Room,
}

impl Vault {
    /// Makes a new, empty vault. It counts as a vault only after [`BulkLoad::finish`].
    pub fn create(state: &Path, name: &str, master: &MasterKey) -> Result<Vault, VaultFault> {
        let folder = vault_folder(state).join(name);
        std::fs::create_dir_all(vault_folder(state)).map_err(VaultFault::io(&folder))?;
        std::fs::create_dir(&folder).map_err(VaultFault::io(&folder))?;
        let database = Database::open(&folder)?;
        let (sealer, identity, wrapped) = Sealer::create(master)?;
        database.set(Tree::Meta, b"format", &FORMAT.to_be_bytes())?;
        database.set(Tree::Meta, b"identity", &identity)?;
        database.set(Tree::Meta, b"key", &wrapped)?;
        database.set(Tree::Meta, b"epoch", &0_u64.to_be_bytes())?;
        let room = Room::beside(&folder);
        Ok(Vault { folder, database, sealer: Arc::new(sealer), room })
    }

    /// Opens a vault in the state that `CURRENT` names: an amendment that was committed but not folded in is folded
    /// in, one that was not committed is dropped.
    ///
    /// # Errors
    /// [`VaultFault::WrongKey`] when the master key is another one; [`VaultFault::Damaged`], [`VaultFault::Missing`],
    /// [`VaultFault::OutOfStep`] when a full deposit is needed.
    pub fn open(state: &Path, name: &str, epoch: u64, master: &MasterKey) -> Result<Vault, VaultFault> {
        let folder = vault_folder(state).join(name);
        if !folder.join("db").is_file() {
            return Err(VaultFault::Missing { path: folder });
        }
        let room = Room::beside(&folder);
        room.to_open(&folder).map_err(VaultFault::io(&folder))?;
        let database = Database::open(&folder)?;
        let meta = |key: &[u8]| {
            let missing = || VaultFault::damaged(&folder, "it has no header: its file was cut short");
            database.get(Tree::Meta, key)?.ok_or_else(missing)
        };
        let found = number(&meta(b"format")?);
        if found != FORMAT {
            return Err(VaultFault::Version { path: folder, found, known: FORMAT });
        }
        meta(b"complete")?;
        let (identity, wrapped) = (meta(b"identity")?, meta(b"key")?);
        let main_epoch = number(&meta(b"epoch")?);
        let sealer = Sealer::open(master, &identity, &wrapped, &folder)?;
        let vault = Vault { folder, database, sealer: Arc::new(sealer), room };
        let staged = vault.database.get(Tree::Meta, b"staged")?.map(|bytes| number(&bytes));
        if main_epoch == epoch {
            if vault.has_stage()? {
                vault.clear_stage()?;
            }
        } else if staged == Some(epoch) && main_epoch.checked_add(1) == Some(epoch) {
            vault.fold_links()?;
            vault.fold_records()?;
            vault.fold_finish(epoch)?;
        } else {
            return Err(VaultFault::OutOfStep { path: vault.folder, found: main_epoch, expected: epoch });
        }
        Ok(vault)
    }

    /// Closes the database and opens it again: what `CURRENT` is going to name must open, and sled makes the snapshot
    /// from which each later opening starts only while it opens (of a million domains: 9 s without one, less than 1 s with).
    fn reopened(self) -> Result<Vault, VaultFault> {
        let Vault { folder, database, sealer, room } = self;
        drop(database);
        let database = Database::open(&folder)?;
        if database.get(Tree::Meta, b"complete")?.is_none() {
            return Err(VaultFault::damaged(&folder, "what was just written is not there"));
        }
        Ok(Vault { folder, database, sealer, room })
    }

    /// Makes sure, before the commit, that the disk has room to fold in what was staged.
    pub fn make_room_to_fold(&self) -> Result<(), VaultFault> {
        self.room.to_fold().map_err(VaultFault::io(&self.folder))
    }

    /// The key of a record by its name. A contact's is an HMAC that says nothing without the vault's data key.
    pub fn id(&self, class: Class, name: &str) -> RecordId {
        match class {
            Class::Contact => RecordId::new(class, &self.sealer.index(name)),
            Class::Domain | Class::Host | Class::Registrar | Class::IdnTable | Class::Nndn => {
                RecordId::new(class, name.as_bytes())
            }
        }
    }

    /// A record, with what is staged.
    pub fn get(&self, id: &RecordId) -> Result<Option<Record>, VaultFault> {
        match self.database.get(Tree::Staged, id.bytes())? {
            Some(staged) => amend::staged_value(&staged).map(|sealed| self.unseal(id, sealed)).transpose(),
            None => self.get_settled(id),
        }
    }

    /// A record without what is staged.
    fn get_settled(&self, id: &RecordId) -> Result<Option<Record>, VaultFault> {
        match self.database.get(Tree::Changed, id.bytes())? {
            Some(changed) if changed.is_empty() => Ok(None),
            Some(sealed) => self.unseal(id, &sealed).map(Some),
            None => self.full_record(id),
        }
    }

    /// True when there is a record of this key, with what is staged.
    pub fn contains(&self, id: &RecordId) -> Result<bool, VaultFault> {
        match self.database.get(Tree::Staged, id.bytes())? {
            Some(staged) => Ok(amend::staged_value(&staged).is_some()),
            None => self.contains_settled(id),
        }
    }

    fn contains_settled(&self, id: &RecordId) -> Result<bool, VaultFault> {
        match self.database.get(Tree::Changed, id.bytes())? {
            Some(changed) => Ok(!changed.is_empty()),
            None => self.full_contains(Tree::Full, id.bytes()),
        }
    }

    fn unseal(&self, id: &RecordId, sealed: &[u8]) -> Result<Record, VaultFault> {
        let plain = self.sealer.open_record(id.bytes(), sealed);
        let altered = || VaultFault::damaged(&self.folder, "a record cannot be opened: it was altered");
        self.read_record(&plain.ok_or_else(altered)?)
    }

    fn read_record(&self, plain: &[u8]) -> Result<Record, VaultFault> {
        Record::from_bytes(plain).ok_or_else(|| VaultFault::damaged(&self.folder, "a record does not read"))
    }

    fn seal(&self, id: &RecordId, record: &Record) -> Result<Vec<u8>, VaultFault> {
        self.sealer.seal_record(id.bytes(), record.to_bytes()?)
    }

    /// Calls `visit` with every record of a class, with what is staged, in the order of their keys.
    pub fn scan<E: From<VaultFault>>(
        &self,
        class: Class,
        visit: &mut dyn FnMut(RecordId, Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let prefix = [record::class_byte(class)];
        let mut changes = Changes::of(self, &prefix)?;
        let mut change = changes.next()?;
        let visit_change = |(key, sealed): Change, visit: &mut Visit<'_, E>| {
            let Some(sealed) = sealed else { return Ok(()) };
            let id = RecordId::from_key(&key);
            let record = self.unseal(&id, &sealed)?;
            visit(id, record)
        };
        self.scan_full(&prefix, &mut |key, value| {
            while let Some(earlier) = change.take_if(|(changed, _)| changed.as_slice() <= key) {
                let is_this = earlier.0 == key;
                visit_change(earlier, visit)?;
                change = changes.next()?;
                if is_this {
                    return Ok(());
                }
            }
            visit(RecordId::from_key(key), self.read_record(value)?)
        })?;
        while let Some(later) = change {
            visit_change(later, visit)?;
            change = changes.next()?;
        }
        Ok(())
    }

    /// Calls `visit` with the key and record of everything that links to `target`, with what is staged, until it
    /// says `false`.
    pub fn linking<E: From<VaultFault>>(
        &self,
        target: &RecordId,
        visit: &mut dyn FnMut(RecordId, Record) -> Result<bool, E>,
    ) -> Result<(), E> {
        self.links_to(target, &mut |source, _| match self.get(&source)? {
            // A link may be older than what changed: the record itself has the last word.
            Some(record) if record.links.contains(target) => visit(source, record),
            _ => Ok(true),
        })
    }

    /// Calls `visit` with the key of everything that links to `target`, with what is staged: what
    /// [`Vault::linking`] visits, in the same order. Records of the full deposit that did not change since are not
    /// read: finding one takes longer than all else that is done here.
    pub fn linked<E: From<VaultFault>>(
        &self,
        target: &RecordId,
        visit: &mut dyn FnMut(RecordId) -> Result<(), E>,
    ) -> Result<(), E> {
        self.links_to(target, &mut |source, is_full| {
            let holds = (is_full && !self.is_amended(&source)?)
                || self.get(&source)?.is_some_and(|record| record.links.contains(target));
            if holds {
                visit(source)?;
            }
            Ok(true)
        })
    }

    /// True when something changed or is staged under this key since the full deposit.
    fn is_amended(&self, id: &RecordId) -> Result<bool, VaultFault> {
        Ok(self.is_staged(id)? || self.database.contains(Tree::Changed, id.bytes())?)
    }

    /// Calls `visit` with the source of every link to `target`, each once, and whether the full deposit gave that link,
    /// until it says `false`. Whether a source still has the link is not looked at.
    fn links_to<E: From<VaultFault>>(
        &self,
        target: &RecordId,
        visit: &mut dyn FnMut(RecordId, bool) -> Result<bool, E>,
    ) -> Result<(), E> {
        let prefix = record::link_prefix(target);
        let mut visit_link = |key: &[u8], is_full: bool| match key.get(prefix.len()..) {
            Some(source) => visit(RecordId::from_key(source), is_full),
            None => Ok(true),
        };
        let mut from = prefix.clone();
        loop {
            let links = self.full_links(&prefix, &from, LINKS_TOGETHER)?;
            for link in &links {
                if !visit_link(link, true)? {
                    return Ok(());
                }
            }
            match links.into_iter().next_back() {
                // The least key that is greater.
                Some(last) => from = [&last[..], &[0]].concat(),
                None => break,
            }
        }
        for tree in [Tree::ChangedLinks, Tree::StagedLinks] {
            let mut links = self.database.scan(tree, &prefix)?;
            while let Some((key, _)) = links.next()? {
                let is_seen = self.full_contains(Tree::FullLinks, &key)?
                    || (tree == Tree::StagedLinks && self.database.contains(Tree::ChangedLinks, &key)?);
                if !is_seen && !visit_link(&key, false)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Writes everything out and lets go of the folder.
    pub fn close(self) -> Result<(), VaultFault> {
        self.database.close()
    }
}

/// What is called with each record.
type Visit<'v, E> = dyn FnMut(RecordId, Record) -> Result<(), E> + 'v;

/// A key, and its sealed record where there is one.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// What changed since the full deposit, with what is staged, in the order of keys.
struct Changes<'v> {
    staged: Scan<'v>,
    changed: Scan<'v>,
    next_staged: Option<Pair>,
    next_changed: Option<Pair>,
}

impl<'v> Changes<'v> {
    fn of(vault: &'v Vault, prefix: &[u8]) -> Result<Changes<'v>, VaultFault> {
        let mut staged = vault.database.scan(Tree::Staged, prefix)?;
        let mut changed = vault.database.scan(Tree::Changed, prefix)?;
        let (next_staged, next_changed) = (staged.next()?, changed.next()?);
        Ok(Changes { staged, changed, next_staged, next_changed })
    }

    /// The next one.
    fn next(&mut self) -> Result<Option<Change>, VaultFault> {
        let staged_key = self.next_staged.as_ref().map(|(key, _)| key);
        let is_changed_first = match (&self.next_changed, staged_key) {
            (Some((changed, _)), Some(staged)) => changed < staged,
            (changed, staged) => changed.is_some() && staged.is_none(),
        };
        if is_changed_first {
            let change = std::mem::replace(&mut self.next_changed, self.changed.next()?);
            return Ok(change.map(|(key, sealed)| (key, (!sealed.is_empty()).then_some(sealed))));
        }
        if self.next_changed.as_ref().map(|(key, _)| key) == staged_key && staged_key.is_some() {
            self.next_changed = self.changed.next()?;
        }
        let change = std::mem::replace(&mut self.next_staged, self.staged.next()?);
        Ok(change.map(|(key, value)| (key, amend::staged_value(&value).map(<[u8]>::to_vec))))
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}
