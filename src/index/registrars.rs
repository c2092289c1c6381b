//! The registrars, decoded: there are few, and every answer needs one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::HashMap;

use crate::codec;
use crate::codec::digest::digest128;
use crate::disclosure::record::PublicRegistrar;

/// A registrar as it is kept: decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRegistrar {
    /// The record.
    pub registrar: PublicRegistrar,
    /// A digest of its encoding: equal for equal registrars, and in practice for no others.
    pub digest: u128,
}

impl KeptRegistrar {
    fn new(registrar: PublicRegistrar) -> KeptRegistrar {
        let digest = digest128(&codec::encode_registrar(&registrar));
        KeptRegistrar { registrar, digest }
    }
}

/// Registrars by identifier, handle and name. A copy shares the records.
#[derive(Clone, Debug, Default)]
pub(super) struct Registrars {
    by_id: BTreeMap<String, Arc<KeptRegistrar>>,
    /// The same by the octets of their identifiers, as every domain asks for its own.
    by_octets: HashMap<Box<[u8]>, Arc<KeptRegistrar>>,
    /// Identifiers by handle. The first one counts where several claim it.
    ids: BTreeMap<String, BTreeSet<String>>,
    /// Identifiers by shown name in lower case; again the first one counts.
    ids_by_name: BTreeMap<String, BTreeSet<String>>,
}

impl Registrars {
    /// Puts a registrar in place of any other of the same identifier.
    pub(super) fn put(&mut self, registrar: PublicRegistrar) {
        self.remove(&registrar.id);
        self.ids.entry(registrar.handle()).or_default().insert(registrar.id.clone());
        if let Some(name) = lower_name(&registrar) {
            self.ids_by_name.entry(name).or_default().insert(registrar.id.clone());
        }
        let (id, octets) = (registrar.id.clone(), registrar.id.as_bytes().into());
        let kept = Arc::new(KeptRegistrar::new(registrar));
        self.by_octets.insert(octets, Arc::clone(&kept));
        self.by_id.insert(id, kept);
    }

    /// Takes a registrar away.
    pub(super) fn remove(&mut self, id: &str) {
        self.by_octets.remove(id.as_bytes());
        if let Some(kept) = self.by_id.remove(id) {
            let registrar = &kept.registrar;
            take_claim(&mut self.ids, &registrar.handle(), id);
            if let Some(name) = lower_name(registrar) {
                take_claim(&mut self.ids_by_name, &name, id);
            }
        }
    }

    /// All of them, by identifier.
    pub(super) fn all(&self) -> impl Iterator<Item = &PublicRegistrar> {
        self.by_id.values().map(|kept| &kept.registrar)
    }

    /// The registrar of an identifier, given as its octets, as it is kept.
    pub(super) fn kept(&self, id: &[u8]) -> Option<&KeptRegistrar> {
        self.by_octets.get(id).map(Arc::as_ref)
    }

    /// The registrar of an identifier.
    pub(super) fn of_id(&self, id: &str) -> Option<&PublicRegistrar> {
        self.kept(id.as_bytes()).map(|kept| &kept.registrar)
    }

    /// The registrar of a handle.
    pub(super) fn of_handle(&self, handle: &str) -> Option<&PublicRegistrar> {
        self.of_id(self.ids.get(handle)?.first()?)
    }

    /// The registrar whose shown name is this text, in any case.
    pub(super) fn of_name(&self, name: &str) -> Option<&PublicRegistrar> {
        self.of_id(self.ids_by_name.get(&name.to_lowercase())?.first()?)
    }
}

fn lower_name(registrar: &PublicRegistrar) -> Option<String> {
    registrar.name.shown().map(|name| name.to_lowercase())
}

fn take_claim(claims: &mut BTreeMap<String, BTreeSet<String>>, text: &str, id: &str) {
    if let Some(ids) = claims.get_mut(text) {
        ids.remove(id);
        if ids.is_empty() {
            claims.remove(text);
        }
    }
}
