//! Searches for domains and hosts.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::found::{Ascending, Budget, Candidates, first_in_order};
use super::order;
use super::table::Table;
use super::tables::{Layered, Tables, Term, name_of_record, whole};
use super::{EntityKey, Found, Reach};
use crate::disclosure::record::{PublicContact, PublicDomain, PublicHost};
use crate::index::Snapshot;
use crate::index::arena::RecordId;
use crate::model::name::{Addresses, Name};
use crate::model::pattern::PartialName;

/// One layer of a table, and how to read it.
#[derive(Clone)]
struct Reading<'a> {
    table: &'a Table,
    name_of: Arc<dyn Fn(RecordId) -> &'a str + 'a>,
    counts: Arc<dyn Fn(RecordId) -> bool + 'a>,
}

impl<'a> Reading<'a> {
    /// The names at some ranks, which come in order.
    fn candidates(&self, ranks: impl Iterator<Item = u32> + 'a, budget: &'a Budget) -> Candidates<'a, Name> {
        let Reading { table, name_of, counts } = self.clone();
        let ids = ranks.filter_map(|rank| table.get(rank)).filter(move |id| counts(*id));
        Box::new(ids.take_while(|_| budget.spend()).filter_map(move |id| {
            let name = name_of(id);
            Some((order::key(&order::text(name)), Name::parse(name).ok()?))
        }))
    }

    /// Names that have one of some terms, and a few that only seem so.
    fn posted(&self, terms: &[u32], budget: &'a Budget) -> Candidates<'a, Name> {
        self.candidates(self.table.posted(terms), budget)
    }

    /// Names that a pattern may match.
    fn named(&self, pattern: &'a PartialName, budget: &'a Budget) -> Candidates<'a, Name> {
        match pattern.after() {
            Some(after) => self.candidates(Below::new(self.clone(), pattern, after, budget), budget),
            None => {
                let ranks = self.table.beginning(pattern.before(), &*self.name_of);
                self.candidates(Ascending::new(ranks), budget)
            }
        }
    }
}

/// The ranks of names that match a pattern with a suffix. It walks along the names below the suffix whose label there
/// begins so, and jumps over what is further below.
struct Below<'a> {
    reading: Reading<'a>,
    pattern: &'a PartialName,
    budget: &'a Budget,
    /// The suffix and a separator.
    suffix: Vec<u8>,
    /// What the label below the suffix begins with.
    label: &'a str,
    /// Separators and the labels below that one.
    further: Vec<u8>,
    at: u32,
}

impl<'a> Below<'a> {
    fn new(reading: Reading<'a>, pattern: &'a PartialName, after: &Name, budget: &'a Budget) -> Below<'a> {
        let mut suffix = order::key(&order::text(after.as_str()));
        suffix.push(order::SEPARATOR);
        let (labels, label) = match pattern.before().rsplit_once('.') {
            Some((labels, label)) => (Some(labels), label),
            None => (None, pattern.before()),
        };
        let further = labels.map_or_else(Vec::new, |labels| {
            let mut further = vec![order::SEPARATOR];
            further.extend(order::key(labels));
            further
        });
        let first = [suffix.as_slice(), label.as_bytes()].concat();
        let at = reading.table.seek(0, &first, &*reading.name_of);
        Below { reading, pattern, budget, suffix, label, further, at }
    }
}

impl Iterator for Below<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            let rank = self.at;
            let name = (self.reading.name_of)(self.reading.table.get(rank)?);
            let key = order::key(&order::text(name));
            let below = key.strip_prefix(self.suffix.as_slice())?;
            if !below.starts_with(self.label.as_bytes()) {
                return None;
            }
            if Name::parse(name).is_ok_and(|name| self.pattern.matches(&name)) {
                self.at = rank.saturating_add(1);
                return Some(rank);
            }
            if !self.budget.spend() {
                return None;
            }
            let label = below.split(|octet| *octet == order::SEPARATOR).next().unwrap_or_default();
            let mut wanted = [self.suffix.as_slice(), label, self.further.as_slice()].concat();
            if key >= wanted {
                wanted = [self.suffix.as_slice(), label, &[order::AFTER_SEPARATOR]].concat();
            }
            self.at = self.reading.table.seek(rank.saturating_add(1), &wanted, &*self.reading.name_of);
        }
    }
}

impl Snapshot {
    /// Domains whose name matches.
    pub fn domains_named(&self, pattern: &PartialName, reach: Reach) -> Found<Name> {
        let Some(tables) = self.contents.searches.as_ref() else { return Found::nothing() };
        let budget = Budget::of(reach);
        let sources = self.of_records(&tables.domains).map(|layer| layer.named(pattern, &budget));
        first_in_order(sources.into(), &budget, reach.matches, |name| pattern.matches(name))
    }

    /// Hosts whose name matches: host objects, and those that only stand on domains.
    pub fn hosts_named(&self, pattern: &PartialName, reach: Reach) -> Found<Name> {
        let Some(tables) = self.contents.searches.as_ref() else { return Found::nothing() };
        let budget = Budget::of(reach);
        let sources = self.of_hosts(tables).map(|layer| layer.named(pattern, &budget));
        first_in_order(sources.into(), &budget, reach.matches, |name| pattern.matches(name))
    }

    /// Domains that are delegated to one of these hosts.
    pub fn domains_on(&self, hosts: &[Name], reach: Reach) -> Found<Name> {
        let wanted: HashSet<&Name> = hosts.iter().collect();
        self.domains_with(hosts.iter().map(|host| Term::Host(host.as_str())), reach, |domain| {
            domain.nameservers.iter().any(|server| wanted.contains(&server.host))
        })
    }

    /// Domains of which a name server has the address, as their answers show it: the addresses given with the domain,
    /// else those of the host.
    pub fn domains_at(&self, address: IpAddr, reach: Reach) -> Found<Name> {
        let hosts = self.hosts_at(address, Reach { matches: reach.candidates, ..reach });
        let terms = hosts.items.iter().map(|host| Term::Host(host.as_str())).chain([Term::Address(address)]);
        let bare: HashSet<&Name> = hosts.items.iter().collect();
        let mut found = self.domains_with(terms, reach, |domain| {
            domain.nameservers.iter().any(|server| {
                if server.addresses.is_empty() { bare.contains(&server.host) } else { has(&server.addresses, address) }
            })
        });
        found.is_complete &= hosts.is_complete;
        found
    }

    /// Hosts that have the address, as their answers show it: by their record, else by what domains say.
    pub fn hosts_at(&self, address: IpAddr, reach: Reach) -> Found<Name> {
        self.hosts_with([Term::Address(address)], reach, |host| has(&host.addresses, address))
    }

    /// Domains that one of these registrars manages, or on which one of these contacts stands with its public handle
    /// and `is_meant` as it stands there. Handles are compared exactly.
    pub fn domains_of(
        &self,
        entities: &[EntityKey],
        reach: Reach,
        is_meant: impl Fn(&PublicContact) -> bool,
    ) -> Found<Name> {
        let registrars: HashSet<&str> = entities.iter().filter_map(EntityKey::registrar).collect();
        let handles: HashSet<&str> = entities.iter().filter_map(EntityKey::contact).collect();
        let is_one = |contact: &PublicContact| {
            contact.handle.shown().is_some_and(|shown| handles.contains(shown.as_str())) && is_meant(contact)
        };
        let terms = entities.iter().map(|entity| match entity {
            EntityKey::Registrar(id) => Term::Registrar(id),
            EntityKey::Contact(handle) => Term::Handle(handle),
        });
        self.domains_with(terms, reach, |domain| {
            registrars.contains(domain.registrar.as_str())
                || domain.registrant.iter().chain(&domain.contacts).any(is_one)
        })
    }

    /// Host objects that one of these registrars manages. No contact stands on a host.
    pub fn hosts_of(&self, entities: &[EntityKey], reach: Reach) -> Found<Name> {
        let registrars: HashSet<&str> = entities.iter().filter_map(EntityKey::registrar).collect();
        let terms = entities.iter().filter_map(EntityKey::registrar).map(Term::Registrar);
        let is_one = |id: &String| registrars.contains(id.as_str());
        self.hosts_with(terms, reach, |host| host.registrar.as_ref().is_some_and(is_one))
    }

    fn domains_with<'a>(
        &self,
        terms: impl IntoIterator<Item = Term<'a>>,
        reach: Reach,
        is_hit: impl Fn(&PublicDomain) -> bool,
    ) -> Found<Name> {
        let Some(tables) = self.contents.searches.as_ref() else { return Found::nothing() };
        let budget = Budget::of(reach);
        let terms = tables.hashes(terms);
        let sources = self.of_records(&tables.domains).map(|layer| layer.posted(&terms, &budget));
        let is_hit = |name: &Name| self.domain(name).is_some_and(|domain| is_hit(&domain));
        first_in_order(sources.into(), &budget, reach.matches, is_hit)
    }

    fn hosts_with<'a>(
        &self,
        terms: impl IntoIterator<Item = Term<'a>>,
        reach: Reach,
        is_hit: impl Fn(&PublicHost) -> bool,
    ) -> Found<Name> {
        let Some(tables) = self.contents.searches.as_ref() else { return Found::nothing() };
        let budget = Budget::of(reach);
        let terms = tables.hashes(terms);
        let sources = self.of_hosts(tables).map(|layer| layer.posted(&terms, &budget));
        let is_hit = |name: &Name| self.host(name).is_some_and(|host| is_hit(&host));
        first_in_order(sources.into(), &budget, reach.matches, is_hit)
    }

    /// Both layers of a table of records.
    fn of_records<'a>(&'a self, table: &'a Layered<Table>) -> [Reading<'a>; 2] {
        let layers = self.contents.records.layers();
        [(&table.base, false), (&table.overlay, true)].map(|(table, is_overlay)| Reading {
            table,
            name_of: Arc::new(|id| name_of_record(layers.key(id))),
            counts: Arc::new(move |id| layers.counts(id, is_overlay)),
        })
    }

    /// Both layers of both tables of hosts.
    fn of_hosts<'a>(&'a self, tables: &'a Tables) -> [Reading<'a>; 4] {
        let [base, overlay] = self.of_records(&tables.hosts);
        let layers = self.contents.hosts.layers();
        let delegated = &tables.delegated;
        let [lone_base, lone_overlay] =
            [(&delegated.base, false), (&delegated.overlay, true)].map(|(table, is_overlay)| Reading {
                table,
                name_of: Arc::new(|id| whole(layers.key(id))),
                counts: Arc::new(move |id| layers.counts(id, is_overlay)),
            });
        [base, overlay, lone_base, lone_overlay]
    }
}

fn has(addresses: &Addresses, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => addresses.v4.contains(&address),
        IpAddr::V6(address) => addresses.v6.contains(&address),
    }
}
