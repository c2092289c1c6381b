//! From a question to what the snapshot knows about it.

pub mod cursor;
mod registered;
pub mod search;

use crate::disclosure::record::{PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicRegistrar};
use crate::index::Snapshot;
use crate::model::name::{Addresses, Name};
use crate::model::status::NndnState;
use crate::model::zone::Zones;
use crate::query::Query;

pub use registered::{Glue, Registered, registered};
pub use search::{EntityAnswer, Hits, SearchAnswer, Searching};

/// What a snapshot says to a question. Doors put it in their own words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "an answer lives for one request, on the stack")]
pub enum Answer {
    /// A registered domain.
    Domain(DomainAnswer),
    /// A name server.
    Nameserver(NameserverAnswer),
    /// A registrar.
    Registrar(PublicRegistrar),
    /// A contact whose handle is public.
    Contact(PublicContact),
    /// Results of a search, at least one.
    Found(Box<SearchAnswer>),
    /// What this server offers.
    Help,
    /// A well-formed name in one of our zones that may be registered.
    Available(Name),
    /// A name in one of our zones that is neither registered nor free.
    Reserved(Name, NndnState),
    /// A name that cannot be registered with us.
    NotAllowed(Name, NotAllowed),
    /// No such name server, registrar or public contact.
    NotFound,
}

/// A registered domain with what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainAnswer {
    /// The domain.
    pub domain: PublicDomain,
    /// Its registrar; `None` only if the published data set lacks it.
    pub registrar: Option<PublicRegistrar>,
    /// For each name server of the domain, in the same order: its addresses, from the domain or the host.
    pub addresses: Vec<Addresses>,
}

/// A name server with its registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameserverAnswer {
    /// The host.
    pub host: PublicHost,
    /// Its registrar, where it has one.
    pub registrar: Option<PublicRegistrar>,
}

/// Why a name cannot be registered with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAllowed {
    /// It has no extension, or one that is not ours.
    OutsideZones,
    /// It is one of our zones itself.
    ZoneItself,
    /// It has more than one label below the zone.
    SubDomain,
    /// The zone's rules for labels refuse it.
    Label,
}

/// Answers a question from a snapshot.
///
/// What the register holds comes first: a registered or reserved name is told as such even where today's rules for
/// labels would refuse it. "Available" is said only of a name one label below one of our zones that keeps the
/// zone's rules (ID-20).
pub fn answer(snapshot: &Snapshot, zones: &Zones, query: &Query) -> Answer {
    match query {
        Query::Domain(name) => domain(snapshot, zones, name),
        Query::Nameserver(name) => {
            snapshot.host(name).map_or(Answer::NotFound, |host| Answer::Nameserver(with_registrar(snapshot, host)))
        }
        Query::Entity(handle) => match snapshot.registrar(handle) {
            Some(registrar) => Answer::Registrar(registrar),
            None => snapshot.contact(handle).map_or(Answer::NotFound, Answer::Contact),
        },
        Query::Registrar(text) => snapshot
            .registrar(text)
            .or_else(|| snapshot.registrar_named(text))
            .map_or(Answer::NotFound, Answer::Registrar),
        // Searches may be refused for what the snapshot says: see `search`.
        Query::Search(_) => Answer::NotFound,
        Query::Help | Query::Description | Query::Bootstrap => Answer::Help,
    }
}

fn domain(snapshot: &Snapshot, zones: &Zones, name: &Name) -> Answer {
    if zones.of(name).is_none() {
        return Answer::NotAllowed(name.clone(), NotAllowed::OutsideZones);
    }
    if let Some(domain) = snapshot.domain(name) {
        return Answer::Domain(with_all(snapshot, domain));
    }
    unregistered(snapshot, zones, name)
}

/// What [`answer`] says of a domain for which [`registered()`] found nothing.
pub fn unregistered(snapshot: &Snapshot, zones: &Zones, name: &Name) -> Answer {
    let Some(zone) = zones.of(name) else {
        return Answer::NotAllowed(name.clone(), NotAllowed::OutsideZones);
    };
    if let Some(nndn) = snapshot.nndn(name) {
        return Answer::Reserved(nndn.name, nndn.state);
    }
    if *name == zone.name {
        return Answer::NotAllowed(name.clone(), NotAllowed::ZoneItself);
    }
    if name.parent().as_ref() != Some(&zone.name) {
        return Answer::NotAllowed(name.clone(), NotAllowed::SubDomain);
    }
    if !label_is_registrable(name) {
        return Answer::NotAllowed(name.clone(), NotAllowed::Label);
    }
    Answer::Available(name.clone())
}

/// A domain with what hangs on it.
fn with_all(snapshot: &Snapshot, domain: PublicDomain) -> DomainAnswer {
    let registrar = snapshot.registrar_by_id(&domain.registrar);
    let addresses = domain.nameservers.iter().map(|server| addresses(snapshot, server)).collect();
    DomainAnswer { domain, registrar, addresses }
}

/// A name server with its registrar.
fn with_registrar(snapshot: &Snapshot, host: PublicHost) -> NameserverAnswer {
    let registrar = host.registrar.as_deref().and_then(|id| snapshot.registrar_by_id(id));
    NameserverAnswer { host, registrar }
}

/// The addresses of a name server: those given with the domain itself, else those of the host's own record.
fn addresses(snapshot: &Snapshot, server: &PublicDelegation) -> Addresses {
    if !server.addresses.is_empty() {
        return server.addresses.clone();
    }
    snapshot.host(&server.host).map(|host| host.addresses).unwrap_or_default()
}

/// Shortest label that may be registered, in characters of its U-label (ID-20).
const LABEL_CHARACTERS_MIN: usize = 2;

/// The characters beside `a` to `z`, `0` to `9` and the hyphen that DNS Belgium admits in names.
const IDN_CHARACTERS: &str = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿœß";

/// DNS Belgium's rules for the leftmost label (ID-20); the bounds of a [`Name`] hold already.
fn label_is_registrable(name: &Name) -> bool {
    let Some(label) = name.labels().next() else { return false };
    let is_a_label = label.starts_with("xn--");
    let unicode = name.unicode();
    let shown = if is_a_label { unicode.as_deref().and_then(|text| text.split('.').next()) } else { Some(label) };
    shown.is_some_and(|text| {
        text.chars().count() >= LABEL_CHARACTERS_MIN
            && !text.chars().skip(2).take(2).eq("--".chars())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || IDN_CHARACTERS.contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::sample::kept;
    use crate::disclosure::record::PublicRecord;
    use crate::index::{Generation, SnapshotBuilder};
    use crate::model::zone::{WhoisLayout, Zone};
    use crate::time::Timestamp;

    pub(super) fn name(text: &str) -> Name {
        Name::from_query(text).unwrap()
    }

    pub(super) fn zones() -> Zones {
        let zone = |text| Zone {
            name: name(text),
            layout: WhoisLayout::Be,
            policy: String::new(),
            gtld_profile: false,
            profile: None,
        };
        Zones::new(vec![zone("be"), zone("brussels")])
    }

    pub(super) fn specimens() -> (PublicDomain, PublicHost, PublicRegistrar, PublicRecord) {
        let [
            (_, PublicRecord::Domain(domain)),
            (_, PublicRecord::Host(host)),
            (_, PublicRecord::Registrar(registrar)),
            (_, nndn),
        ] = kept()
        else {
            unreachable!()
        };
        (domain, host, registrar, nndn)
    }

    pub(super) fn snapshot(records: impl IntoIterator<Item = PublicRecord>) -> Snapshot {
        let at = Timestamp::UNIX_EPOCH;
        let mut builder = SnapshotBuilder::default();
        for record in records {
            builder.put(record);
        }
        builder.finish(Generation { number: 1, watermark: at, published_at: at })
    }

    fn asked(text: &str) -> Answer {
        let snapshot = snapshot(kept().map(|(_, record)| record));
        answer(&snapshot, &zones(), &Query::Domain(name(text)))
    }

    #[test]
    fn id_11_id_20_names_that_may_be_registered_and_names_that_may_not() {
        let ok = [
            "ab.be",
            "a1.be",
            "0-0.be",
            "éa.be",
            "straße.be",
            "œuvre.be",
            "a-b.be",
            "a--b.be",
            "abc--d.be",
            "12.brussels",
        ];
        for text in ok.map(str::to_owned).into_iter().chain([format!("{}.be", "a".repeat(63))]) {
            assert_eq!(asked(&text), Answer::Available(name(&text)));
        }
        for text in ["a.be", "1.be", "é.be", "ab--cd.be", "ab---c.be", "б\u{430}.be", "ǆa.be", "čeština.be", "日本.be"]
        {
            assert_eq!(asked(text), Answer::NotAllowed(name(text), NotAllowed::Label), "{text}");
        }
    }

    #[test]
    fn qp_12_to_qp_14_names_that_are_not_one_label_below_a_zone() {
        for (text, why) in [
            ("be", NotAllowed::ZoneItself),
            ("www.bedrijf.be", NotAllowed::SubDomain),
            ("www.xn--belgi-rsa.be", NotAllowed::SubDomain),
            ("bedrijf", NotAllowed::OutsideZones),
            ("test.invalid", NotAllowed::OutsideZones),
            ("bedrijf.vibe", NotAllowed::OutsideZones),
        ] {
            assert_eq!(asked(text), Answer::NotAllowed(name(text), why), "{text}");
        }
    }

    #[test]
    fn what_the_register_holds_comes_before_the_rules_for_labels() {
        let mut domain = specimens().0;
        domain.name = name("ab--cd.be");
        let snapshot = snapshot([PublicRecord::Domain(domain)]);
        assert!(matches!(answer(&snapshot, &zones(), &Query::Domain(name("ab--cd.be"))), Answer::Domain(_)));
        assert_eq!(asked("gereserveerd.be"), Answer::Reserved(name("gereserveerd.be"), NndnState::Withheld));
    }

    #[test]
    fn addresses_stand_beside_each_name_server_in_its_order() {
        let (mut domain, host, ..) = specimens();
        let own = domain.nameservers[0].clone();
        let bare = |text| PublicDelegation { host: name(text), addresses: Addresses::default() };
        domain.nameservers = vec![bare("ns.example"), bare(host.name.as_str()), own.clone()];
        let snapshot = snapshot([PublicRecord::Domain(domain.clone()), PublicRecord::Host(host.clone())]);
        let Answer::Domain(found) = answer(&snapshot, &zones(), &Query::Domain(domain.name)) else { panic!() };
        assert_eq!(found.addresses, [Addresses::default(), host.addresses, own.addresses]);
        assert_eq!(found.registrar, None);
    }

    #[test]
    fn qp_03_handles_are_compared_exactly_and_registrars_come_first() {
        let (mut domain, _, registrar, _) = specimens();
        domain.registrant.as_mut().unwrap().handle =
            crate::disclosure::record::Disclosed::Shown { value: "9995".to_owned(), clause: Default::default() };
        domain.contacts = specimens().0.registrant.into_iter().collect();
        let lone = PublicRegistrar { contacts: Vec::new(), ..registrar };
        let snapshot = snapshot([PublicRecord::Domain(domain), PublicRecord::Registrar(lone.clone())]);
        let entity = |text: &str| answer(&snapshot, &zones(), &Query::Entity(text.to_owned()));
        assert_eq!(entity("9995"), Answer::Registrar(lone.clone()));
        assert_eq!(entity("R-77"), Answer::Registrar(lone));
        assert!(matches!(entity("C-1001"), Answer::Contact(_)));
        assert_eq!((entity("c-1001"), entity("Voorbeeld Registrar nv")), (Answer::NotFound, Answer::NotFound));
        let named = Query::Registrar("VOORBEELD registrar nv".to_owned());
        assert!(matches!(answer(&snapshot, &zones(), &named), Answer::Registrar(_)));
    }
}
