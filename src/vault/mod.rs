//! The vault: the full register, sealed.
//!
//! Only the publisher opens it. It is what differential and incremental deposits apply to, and what public records
//! are decided from. It can be rebuilt from a full deposit.
//!
//! What is protected how:
//!
//! - Every record is sealed with AES-256-GCM under a random data key of the vault's folder; the record's key and the
//!   vault's identity are authenticated with it, so records cannot be swapped or moved between vaults.
//! - The data key is sealed under the master key, a file that its owner alone can read.
//! - Names of domains, hosts, registrars, IDN tables and reserved names stand in clear as keys: they are public. A
//!   contact's key is an HMAC of its handle, because the handle of a natural person is personal data.
//!
//! How it changes: a full deposit makes a new folder. An amendment is staged beside the records (`staged`), and
//! becomes part of them (`fold`) only after the `CURRENT` of the state folder names its epoch; opening finishes or
//! drops a staging that was interrupted. Since the last full deposit, the first value of each changed record is kept
//! (`since_full`), because an incremental deposit builds on that state, not on the differential ones after it
//! (RFC 8909 §5.1.3).
//!
//! What records mean is not the vault's matter: it keeps bytes, and for each record the keys of those it links to.

mod amend;
mod bulk;
mod database;
mod fault;
mod key;
mod record;
mod room;
mod seal;
mod sort;

pub use amend::{Amendment, Staged};
pub use bulk::BulkLoad;
pub use fault::VaultFault;
pub use key::{MasterKey, key_path};
pub use record::{Record, RecordId};

use std::path::{Path, PathBuf};

use crate::model::object::Class;
use database::{Database, Tree};
use room::Room;
use seal::Sealer;

/// The format of the vault that this program writes and reads.
const FORMAT: u64 = 1;

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
    sealer: Sealer,
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
        Ok(Vault { folder, database, sealer, room })
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
        let vault = Vault { folder, database, sealer, room };
        let staged = vault.database.get(Tree::Meta, b"staged")?.map(|bytes| number(&bytes));
        if main_epoch == epoch {
            if staged.is_some() {
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
        self.database.get(Tree::Main, id.bytes())?.map(|sealed| self.unseal(id, &sealed)).transpose()
    }

    /// True when there is a record of this key, with what is staged.
    pub fn contains(&self, id: &RecordId) -> Result<bool, VaultFault> {
        match self.database.get(Tree::Staged, id.bytes())? {
            Some(staged) => Ok(amend::staged_value(&staged).is_some()),
            None => self.database.contains(Tree::Main, id.bytes()),
        }
    }

    fn unseal(&self, id: &RecordId, sealed: &[u8]) -> Result<Record, VaultFault> {
        let plain = self.sealer.open_record(id.bytes(), sealed);
        plain
            .and_then(|plain| Record::from_bytes(&plain))
            .ok_or_else(|| VaultFault::damaged(&self.folder, "a record cannot be opened: it was altered"))
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
        let mut settled = self.database.scan(Tree::Main, &prefix)?;
        let mut staged = self.database.scan(Tree::Staged, &prefix)?;
        let (mut next_settled, mut next_staged) = (settled.next()?, staged.next()?);
        loop {
            let staged_first = match (&next_settled, &next_staged) {
                (None, None) => return Ok(()),
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (Some((a, _)), Some((b, _))) => b <= a,
            };
            if !staged_first {
                if let Some((key, sealed)) = next_settled.take() {
                    let id = RecordId::from_key(&key);
                    let record = self.unseal(&id, &sealed)?;
                    visit(id, record)?;
                }
                next_settled = settled.next()?;
                continue;
            }
            if let Some((key, value)) = next_staged.take() {
                if next_settled.as_ref().is_some_and(|(other, _)| *other == key) {
                    next_settled = settled.next()?;
                }
                if let Some(sealed) = amend::staged_value(&value) {
                    let id = RecordId::from_key(&key);
                    let record = self.unseal(&id, sealed)?;
                    visit(id, record)?;
                }
            }
            next_staged = staged.next()?;
        }
    }

    /// Calls `visit` with the key and record of everything that links to `target`, with what is staged, until it
    /// says `false`.
    pub fn linking<E: From<VaultFault>>(
        &self,
        target: &RecordId,
        visit: &mut dyn FnMut(RecordId, Record) -> Result<bool, E>,
    ) -> Result<(), E> {
        let prefix = record::link_prefix(target);
        for tree in [Tree::Links, Tree::StagedLinks] {
            let mut links = self.database.scan(tree, &prefix)?;
            while let Some((key, _)) = links.next()? {
                let Some(source) = key.get(prefix.len()..) else { continue };
                let source = RecordId::from_key(source);
                if tree == Tree::StagedLinks && self.database.contains(Tree::Links, &key)? {
                    continue;
                }
                // A link may be older than what is staged: the record itself has the last word.
                let Some(record) = self.get(&source)? else { continue };
                if record.links.contains(target) && !visit(source, record)? {
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

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}
