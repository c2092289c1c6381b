//! All tables of a snapshot, kept in step with what they are derived from.
//!
//! Each has two layers, as what it is derived from: a base, which snapshots share, and an overlay with the entries of
//! everything that changed since. An entry of the base counts for as long as nothing stands over what it was derived
//! from, one of the overlay for as long as that is there. So nothing is ever looked up to be found outdated, and what
//! is withheld now leaves no trace in what a search does.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::DefaultHashBuilder;

use super::table::{Noted, Table};
use super::texts::Texts;
use crate::codec::packed::{PackedContact, PackedRecord, key_text};
use crate::disclosure::record::PublicContact;
use crate::index::arena::RecordId;
use crate::index::contacts::{Contacts, Use};
use crate::index::hosts::Hosts;
use crate::index::layers::{Content, Layers};
use crate::index::records::Records;
use crate::index::together::together;
use crate::model::pattern::fold;

/// What a name is found by, beside itself.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Term<'a> {
    /// A host that the domain is delegated to.
    Host(&'a str),
    /// An address that stands on the domain or host.
    Address(IpAddr),
    /// The identifier of the registrar that manages it.
    Registrar(&'a str),
    /// The public handle of a contact on the domain.
    Handle(&'a str),
}

/// A base and an overlay.
#[derive(Debug, Default)]
pub(super) struct Layered<T> {
    pub(super) base: Arc<T>,
    pub(super) overlay: Arc<T>,
}

impl<T> Clone for Layered<T> {
    fn clone(&self) -> Layered<T> {
        Layered { base: Arc::clone(&self.base), overlay: Arc::clone(&self.overlay) }
    }
}

/// What happened to the contact of a handle: one was added, with the name that it goes by, or the handle was used once
/// more or less.
#[derive(Clone, Debug)]
enum Touch {
    First(Option<Box<str>>),
    Same,
    Other,
}

/// What changed since the last sealing.
#[derive(Clone, Debug, Default)]
struct Touched {
    domains: Vec<RecordId>,
    domain_terms: Vec<Noted>,
    hosts: Vec<RecordId>,
    host_terms: Vec<Noted>,
    delegated: Vec<RecordId>,
    handles: Vec<(RecordId, Touch)>,
}

/// What can be searched for.
#[derive(Clone, Debug, Default)]
pub(in crate::index) struct Tables {
    hasher: DefaultHashBuilder,
    /// Domains, by their records.
    pub(super) domains: Layered<Table>,
    /// Hosts with a record.
    pub(super) hosts: Layered<Table>,
    /// Hosts that domains name, whether they have a record or not.
    pub(super) delegated: Layered<Table>,
    /// Folded handles of contacts.
    pub(super) handles: Layered<Texts>,
    /// Folded names that contacts go by.
    pub(super) names: Layered<Texts>,
    touched: Touched,
}

/// What a contact goes by in searches: the name on its card, or where that is withheld, absent or blank, the
/// organisation's.
pub fn goes_by(contact: &PublicContact) -> Option<&str> {
    first_name([contact.name.shown(), contact.organisation.shown()].map(|name| name.map(String::as_str)))
}

/// The same of a contact that is read in place.
fn name_of_contact<'a>(contact: &PackedContact<'a>) -> Option<&'a str> {
    let fields = contact.fields().ok()?;
    first_name([fields.name.shown().copied(), fields.organisation.shown().copied()])
}

fn first_name(names: [Option<&str>; 2]) -> Option<&str> {
    names.into_iter().flatten().find(|name| !name.trim().is_empty())
}

/// The name in a key of records.
pub(super) fn name_of_record(key: &[u8]) -> &str {
    key_text(key)
}

/// The text of a key that is nothing else.
pub(super) fn whole(key: &[u8]) -> &str {
    std::str::from_utf8(key).unwrap_or_default()
}

impl Tables {
    /// Notes a record that was put.
    pub(in crate::index) fn put(&mut self, id: RecordId, record: &PackedRecord<'_>) {
        let hasher = &self.hasher;
        let term = |term: Term<'_>| Noted::new(id, hash(hasher, term));
        match record {
            PackedRecord::Domain(domain) => {
                self.touched.domains.push(id);
                let terms = &mut self.touched.domain_terms;
                terms.push(term(Term::Registrar(domain.registrar())));
                for server in domain.nameservers() {
                    terms.push(term(Term::Host(server.host)));
                    terms.extend(server.addresses().map(|address| term(Term::Address(address))));
                }
                let handles = record.contacts().filter_map(|contact| contact.handle());
                terms.extend(handles.map(|handle| term(Term::Handle(handle))));
            }
            PackedRecord::Host(host) => {
                self.touched.hosts.push(id);
                let terms = &mut self.touched.host_terms;
                terms.extend(host.registrar().map(|id| term(Term::Registrar(id))));
                terms.extend(host.addresses().map(|address| term(Term::Address(address))));
            }
            PackedRecord::Registrar(_) | PackedRecord::Nndn => {}
        }
    }

    /// Notes a host that a domain came or ceased to name.
    pub(in crate::index) fn touch_host(&mut self, id: RecordId) {
        self.touched.delegated.push(id);
    }

    /// Notes a handle under which a contact came or went. Where `is_new`, nothing was there before what is noted here:
    /// then another contact that shows the same says nothing new.
    pub(in crate::index) fn touch_handle(&mut self, id: RecordId, how: Use, is_new: bool, contact: &PackedContact<'_>) {
        let touch = match how {
            Use::First => Touch::First(name_of_contact(contact).map(Box::from)),
            Use::Same if is_new => return,
            Use::Same => Touch::Same,
            Use::Other => Touch::Other,
        };
        self.touched.handles.push((id, touch));
    }

    /// Works in what was noted. Everything that the tables are derived from is sealed already.
    pub(in crate::index) fn seal(&mut self, is_first: Firsts, records: &Records, contacts: &Contacts, hosts: &Hosts) {
        let touched = std::mem::take(&mut self.touched);
        let Tables { hasher, domains, hosts: hosts_of_records, delegated, handles, names, .. } = self;
        let layers = records.layers();
        let name_of = |id| name_of_record(layers.key(id));
        let seal_records = |table: &mut Layered<Table>, ids: Vec<RecordId>, terms| {
            let newer = Table::new(current(layers, ids, is_first.nothing_went), terms, &name_of);
            table.add(is_first.records, newer, |overlay, newer| overlay.with(newer, &|_, _| true, &name_of));
        };
        let entries = touched.domains.len();
        let seal_others = || {
            seal_records(hosts_of_records, touched.hosts, touched.host_terms);
            seal_delegated(delegated, touched.delegated, is_first, hasher, hosts);
            seal_entities([handles, names], touched.handles, is_first, records, contacts);
        };
        // Domains are most of the work, the others together the rest.
        together(entries, || seal_records(domains, touched.domains, touched.domain_terms), seal_others);
    }

    /// The same with everything in the base.
    pub(in crate::index) fn folded(&self, records: &Records, contacts: &Contacts, hosts: &Hosts) -> Tables {
        let (of_records, of_hosts, of_contacts) = (records.layers(), hosts.layers(), contacts.layers());
        let record_name = |id| name_of_record(of_records.key(id));
        let host_name = |id| whole(of_hosts.key(id));
        let handle = |id| whole(of_contacts.key(id));
        let record_counts = |id, is_newer| of_records.counts(id, is_newer);
        let host_counts = |id, is_newer| of_hosts.counts(id, is_newer);
        let handle_counts = |id, is_newer| of_contacts.counts(id, is_newer);
        Tables {
            hasher: self.hasher.clone(),
            domains: self.domains.folded(|base, overlay| base.with(overlay, &record_counts, &record_name)),
            hosts: self.hosts.folded(|base, overlay| base.with(overlay, &record_counts, &record_name)),
            delegated: self.delegated.folded(|base, overlay| base.with(overlay, &host_counts, &host_name)),
            handles: self.handles.folded(|base, overlay| base.with(overlay, &handle_counts, &handle)),
            names: self.names.folded(|base, overlay| base.with(overlay, &handle_counts, &handle)),
            touched: Touched::default(),
        }
    }

    /// What stands for terms in the tables, each once.
    pub(super) fn hashes<'a>(&self, terms: impl IntoIterator<Item = Term<'a>>) -> Vec<u32> {
        let mut hashes: Vec<u32> = terms.into_iter().map(|term| hash(&self.hasher, term)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// Octets that the tables take.
    pub(in crate::index) fn octets(&self) -> usize {
        let tables = [&self.domains, &self.hosts, &self.delegated];
        let texts = [&self.handles, &self.names];
        tables.iter().map(|table| table.base.octets() + table.overlay.octets()).sum::<usize>()
            + texts.iter().map(|texts| texts.base.octets() + texts.overlay.octets()).sum::<usize>()
    }
}

/// Works in the hosts that domains came or ceased to name.
fn seal_delegated(
    table: &mut Layered<Table>,
    ids: Vec<RecordId>,
    is_first: Firsts,
    hasher: &DefaultHashBuilder,
    hosts: &Hosts,
) {
    let layers = hosts.layers();
    let name_of = |id| whole(layers.key(id));
    let ids = current(layers, ids, is_first.nothing_went);
    let addresses = ids.iter().flat_map(|id| hosts.addresses(*id).map(|address| (*id, Term::Address(address))));
    let terms: Vec<Noted> = addresses.map(|(id, term)| Noted::new(id, hash(hasher, term))).collect();
    let newer = Table::new(ids, terms, &name_of);
    table.add(is_first.hosts, newer, |overlay, newer| overlay.with(newer, &|_, _| true, &name_of));
}

/// Works in the handles under which contacts came or went.
fn seal_entities(
    [handles, names]: [&mut Layered<Texts>; 2],
    mut touched: Vec<(RecordId, Touch)>,
    is_first: Firsts,
    records: &Records,
    contacts: &Contacts,
) {
    let layers = contacts.layers();
    let handle_of = |id| whole(layers.key(id));
    touched.sort_by_key(|(id, _)| id.number());
    let (mut new_handles, mut new_names) = (Vec::new(), Vec::new());
    for touches in touched.chunk_by(|a, b| a.0 == b.0) {
        let Some((id, first)) = touches.first() else { continue };
        if !is_first.nothing_went && !layers.is_current(*id) {
            continue;
        }
        let handle = handle_of(*id);
        new_handles.push((fold(handle), *id));
        let is_uniform = touches.iter().skip(1).all(|(_, touch)| matches!(touch, Touch::Same));
        let name = match first {
            Touch::First(name) if is_uniform => name.as_deref().map(fold),
            Touch::First(_) | Touch::Same | Touch::Other => {
                contacts.get(handle, records).as_ref().and_then(goes_by).map(fold)
            }
        };
        new_names.extend(name.map(|name| (name, *id)));
    }
    // What the overlay has of a handle that was touched is replaced whole, by nothing where nothing is left.
    let is_kept = |id: RecordId, is_newer: bool| {
        let is_touched = || touched.binary_search_by_key(&id.number(), |(id, _)| id.number()).is_ok();
        is_newer || (layers.is_current(id) && !is_touched())
    };
    for (texts, newer) in [(handles, new_handles), (names, new_names)] {
        let newer = Texts::new(newer, &handle_of);
        texts.add(is_first.contacts, newer, |overlay, newer| overlay.with(newer, &is_kept, &handle_of));
    }
}

/// Whether the base of what tables are derived from was empty before it was sealed.
#[derive(Clone, Copy, Debug)]
pub(in crate::index) struct Firsts {
    /// No record was ever replaced or removed: then every place stands for its key.
    pub(in crate::index) nothing_went: bool,
    pub(in crate::index) records: bool,
    pub(in crate::index) contacts: bool,
    pub(in crate::index) hosts: bool,
}

impl<T: Default> Layered<T> {
    fn add(&mut self, is_first: bool, newer: T, with: impl FnOnce(&T, &T) -> T) {
        if is_first {
            *self = Layered { base: Arc::new(newer), overlay: Arc::default() };
        } else {
            self.overlay = Arc::new(with(&self.overlay, &newer));
        }
    }

    fn folded(&self, with: impl FnOnce(&T, &T) -> T) -> Layered<T> {
        Layered { base: Arc::new(with(&self.base, &self.overlay)), overlay: Arc::default() }
    }
}

fn hash(hasher: &DefaultHashBuilder, term: Term<'_>) -> u32 {
    // The upper half is mixed as well as the lower.
    (hasher.hash_one(term) >> 32) as u32
}

/// The places that stand for their keys now, each once; without a look where none ceased to.
fn current<T: Content>(layers: &Layers<T>, mut ids: Vec<RecordId>, nothing_went: bool) -> Vec<RecordId> {
    ids.sort_unstable_by_key(|id| id.number());
    ids.dedup();
    if !nothing_went {
        ids.retain(|id| layers.is_current(*id));
    }
    ids
}
