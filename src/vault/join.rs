//! Contacts in the order of the domains that name them.
//!
//! Domains stand in the order of their names, contacts in that of their HMACs, which is none. Asking for each contact
//! of each domain reads the vault all over, again and again, as soon as it is larger than what is cached. So contacts
//! are read once, in their own order beside the links, which have the same; copies are sorted by the domain, in sealed
//! runs as a deposit's records are; and domains and copies are read side by side.

use std::path::Path;

use super::database::Tree;
use super::record::{Record, RecordId, class_byte, link_prefix};
use super::sort::{Merge, Sorter};
use super::wrap::Wrapping;
use super::{Vault, VaultFault};
use crate::embedded;
use crate::embedded::blocks::Entries;
use crate::model::object::Class;

/// A contact that more domains name than this is not copied: whoever asks for it so often keeps it.
const DOMAINS_MAX: usize = 32;

/// Copies of contacts, in the order of the domains that name them.
pub struct ContactsOfDomains {
    copies: Merge,
}

impl ContactsOfDomains {
    /// Calls `visit` with the contacts that the domain named in the last full deposit, but for those that very many
    /// domains name. Domains ascend; those that are passed over are not asked for again.
    pub fn of(
        &mut self,
        domain: &RecordId,
        visit: &mut dyn FnMut(RecordId, Record) -> Result<(), VaultFault>,
    ) -> Result<(), VaultFault> {
        self.copies.values_of(domain.bytes(), &mut |copy| {
            let (length, rest) = copy.split_first()?;
            let (contact, record) = rest.split_at_checked(usize::from(*length))?;
            Some(visit(RecordId::from_key(contact), Record::from_bytes(record)?))
        })
    }
}

impl Vault {
    /// Sorts copies of the contacts, with what is staged, by the domains that named them in the last full deposit.
    /// `folder` takes unnamed temporary files.
    pub fn contacts_of_domains(&self, folder: &Path) -> Result<ContactsOfDomains, VaultFault> {
        let mut copies = Sorter::new(folder, Wrapping::sealed(&self.sealer));
        let mut links = Links::of_contacts(self)?;
        let (mut domains, mut copy) = (Vec::new(), Vec::new());
        self.scan(Class::Contact, &mut |contact, record| {
            domains.clear();
            links.domains_of(&contact, &mut domains)?;
            if domains.is_empty() || domains.len() > DOMAINS_MAX {
                return Ok(());
            }
            copy.clear();
            copy.push(u8::try_from(contact.bytes().len()).unwrap_or_default());
            copy.extend_from_slice(contact.bytes());
            copy.extend_from_slice(&record.to_bytes()?);
            domains.iter().try_for_each(|domain| copies.push(domain, &copy))
        })?;
        Ok(ContactsOfDomains { copies: copies.finish()? })
    }
}

/// The full deposit's links to contacts, in the order of the contacts.
struct Links<'v> {
    vault: &'v Vault,
    blocks: embedded::Scan,
    block: Vec<u8>,
    /// Where in the block the next link begins.
    next: usize,
}

impl<'v> Links<'v> {
    fn of_contacts(vault: &'v Vault) -> Result<Links<'v>, VaultFault> {
        // The length of a contact's key comes first, and all are of one length.
        let least = link_prefix(&vault.id(Class::Contact, ""));
        let first = least.get(..3).unwrap_or_default();
        let blocks = vault.database.blocks_from(Tree::FullLinks, first)?;
        Ok(Links { vault, blocks, block: Vec::new(), next: 0 })
    }

    /// Adds the keys of the domains that link to a contact, one more than is of use at most. Contacts ascend.
    fn domains_of(&mut self, contact: &RecordId, domains: &mut Vec<Vec<u8>>) -> Result<(), VaultFault> {
        let prefix = link_prefix(contact);
        loop {
            let mut entries = Entries::of(self.block.get(self.next..).unwrap_or_default());
            let Some(entry) = entries.next() else {
                let Some((_, block)) = self.blocks.next().map_err(VaultFault::embedded(&self.vault.folder))? else {
                    return Ok(());
                };
                self.block = block.to_vec();
                self.next = 0;
                continue;
            };
            let (link, _) = entry.map_err(VaultFault::embedded(&self.vault.folder))?;
            match link.strip_prefix(prefix.as_slice()) {
                Some(source) if source.first() == Some(&class_byte(Class::Domain)) && domains.len() <= DOMAINS_MAX => {
                    domains.push(source.to_vec());
                }
                None if link > prefix.as_slice() => return Ok(()),
                _ => {}
            }
            self.next = self.block.len() - entries.rest().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::vault::{BulkLoad, MasterKey};

    fn domain(vault: &Vault, number: usize) -> RecordId {
        vault.id(Class::Domain, &format!("d{number:04}.be"))
    }

    #[test]
    fn every_domain_has_its_contacts_but_those_that_very_many_have() {
        let state = tempfile::tempdir().unwrap();
        let vault = Vault::create(state.path(), "v1", &MasterKey([7; 32])).unwrap();
        let mut bulk = BulkLoad::begin(vault, state.path());
        let contact = |bulk: &BulkLoad, number: usize| bulk.vault().id(Class::Contact, &format!("C{number}"));
        // Contact n is named by n domains; those behind the last of them have none.
        let mut expected: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
        for number in 0..60 {
            let mut links: Vec<RecordId> = (number + 1..50).map(|named| contact(&bulk, named)).collect();
            links.push(bulk.vault().id(Class::Host, "ns1.example.be"));
            links.sort();
            let id = domain(bulk.vault(), number);
            bulk.put(&id, &Record { links, payload: vec![1] }).unwrap();
            let copied = (number + 1..=DOMAINS_MAX).map(|named| contact(&bulk, named)).collect();
            expected.insert(id, copied);
        }
        for number in 0..50 {
            let record = Record { links: Vec::new(), payload: format!("contact {number}").into_bytes() };
            bulk.put(&contact(&bulk, number), &record).unwrap();
        }
        let (vault, _) = bulk.finish(&mut |_, _| panic!("nothing is given twice")).unwrap();
        let mut joined = vault.contacts_of_domains(state.path()).unwrap();
        for (id, mut contacts) in expected {
            let mut found = Vec::new();
            joined
                .of(&id, &mut |contact, record| {
                    assert!(vault.get(&contact).unwrap().unwrap() == record);
                    found.push(contact);
                    Ok(())
                })
                .unwrap();
            contacts.sort();
            assert!(found == contacts, "{:?}", id.name());
        }
        // Domains that are passed over are passed over with theirs.
        let mut joined = vault.contacts_of_domains(state.path()).unwrap();
        let mut count = 0;
        let mut visit = |_, _| {
            count += 1;
            Ok(())
        };
        joined.of(&domain(&vault, 20), &mut visit).unwrap();
        joined.of(&domain(&vault, 3), &mut visit).unwrap();
        assert_eq!(count, DOMAINS_MAX - 20);
    }
}
