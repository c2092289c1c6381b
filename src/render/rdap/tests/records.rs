//! Public records for tests of the doors: what the shipped policy makes of the sample's shapes, by hand.

use std::collections::BTreeMap;

use crate::answer::{DomainAnswer, NameserverAnswer};
use crate::disclosure::record::{
    ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicRegistrar, Reason,
    Seal,
};
use crate::index::Generation;
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::name::{Addresses, Name};
use crate::model::status::{DomainStatus, ObjectStatus, RegistrarStatus};
use crate::model::vocabulary::{Kind, Role};
use crate::model::zone::{WhoisLayout, Zone, Zones};
use crate::render::site::{Notice, PolicyStamp, Site, ZoneTexts};
use crate::time::Timestamp;

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn shown<T>(value: T) -> Disclosed<T> {
    Disclosed::Shown { value, clause: ClauseIndex(1) }
}

pub(crate) fn withheld<T>(reason: Reason) -> Disclosed<T> {
    Disclosed::Withheld { reason, clause: ClauseIndex(2) }
}

fn text(value: &str) -> Disclosed<String> {
    shown(value.to_owned())
}

fn phone(number: &str, extension: Option<&str>) -> Disclosed<Phone> {
    shown(Phone { number: number.to_owned(), extension: extension.map(str::to_owned) })
}

/// A contact of which nothing exists.
pub(crate) fn nobody(role: Role) -> PublicContact {
    PublicContact::blank(role, Seal::decided())
}

/// An organisation as `dns-belgium` shows it.
pub(crate) fn organisation(role: Role, handle: &str) -> PublicContact {
    PublicContact {
        kind: shown(Kind::Organisation),
        handle: text(handle),
        name: withheld(Reason::NotOpened),
        organisation: text("Bedrijf & Zonen \"Bvba\""),
        street: shown(vec!["Stationsstraat 1".to_owned(), "Blok B".to_owned(), "Bus 3".to_owned()]),
        city: text("Leuven"),
        postal_code: text("3000"),
        country: text("be"),
        voice: phone("+32.16284970", Some("1")),
        fax: withheld(Reason::NotOpened),
        email: withheld(Reason::NotOpened),
        language: withheld(Reason::NotOpened),
        vat: withheld(Reason::NotOpened),
        created: withheld(Reason::NotOpened),
        updated: withheld(Reason::NotOpened),
        ..nobody(role)
    }
}

/// A natural person as `dns-belgium` shows one: not at all.
pub(crate) fn person(role: Role) -> PublicContact {
    PublicContact {
        kind: withheld(Reason::NaturalPerson),
        handle: withheld(Reason::NaturalPerson),
        name: withheld(Reason::NaturalPerson),
        street: withheld(Reason::NaturalPerson),
        city: withheld(Reason::NaturalPerson),
        postal_code: withheld(Reason::NaturalPerson),
        country: withheld(Reason::NaturalPerson),
        voice: withheld(Reason::AskedByContact),
        email: withheld(Reason::AskedByContact),
        language: withheld(Reason::NaturalPerson),
        created: withheld(Reason::NaturalPerson),
        ..nobody(role)
    }
}

pub(crate) fn omitted(role: Role) -> PublicContact {
    PublicContact { omitted: Some((Reason::RoleNotPublished, ClauseIndex(3))), ..nobody(role) }
}

pub(crate) fn registrar() -> PublicRegistrar {
    PublicRegistrar {
        id: "REG-1".to_owned(),
        status: RegistrarStatus::Ok,
        iana_id: shown(9999),
        name: text("Registrar Voorbeeld nv"),
        street: shown(vec!["Kade 2".to_owned()]),
        city: text("Gent"),
        province: Disclosed::Absent,
        postal_code: text("9000"),
        country: text("BE"),
        voice: phone("+32.92000000", None),
        fax: withheld(Reason::NotOpened),
        email: withheld(Reason::NotOpened),
        website: text("https://www.registrar.example/é"),
        abuse_email: text("abuse@registrar.example"),
        abuse_voice: phone("+32.92000001", None),
        rdap_base: Some("https://rdap.registrar.example".to_owned()),
        contacts: vec![registrar_tech(), omitted(Role::Billing)],
        created: shown(at("2001-01-02T03:04:05Z")),
        updated: Disclosed::Absent,
        seal: Seal::decided(),
    }
}

fn registrar_tech() -> PublicContact {
    PublicContact {
        handle: withheld(Reason::NaturalPerson),
        name: withheld(Reason::NaturalPerson),
        organisation: text("Registrar Voorbeeld nv"),
        voice: phone("+32.92000002", None),
        email: withheld(Reason::NaturalPerson),
        language: text("nl"),
        ..nobody(Role::Tech)
    }
}

pub(crate) fn bare_domain(text: &str) -> PublicDomain {
    PublicDomain {
        name: name(text),
        roid: "D1-DNSBE".to_owned(),
        statuses: vec![DomainStatus::Ok],
        rgp_statuses: Vec::new(),
        on_hold: false,
        quarantined_until: None,
        out_of_service: false,
        registrant: None,
        contacts: Vec::new(),
        registrar: "REG-1".to_owned(),
        nameservers: Vec::new(),
        secure_dns: SecureDns::default(),
        created: Some(at("2000-12-12T00:00:00Z")),
        expires: Some(at("2027-12-12T00:00:00Z")),
        updated: None,
        transferred: None,
        seal: Seal::decided(),
    }
}

pub(crate) fn glue() -> Addresses {
    Addresses { v4: vec!["192.0.2.1".parse().unwrap()], v6: vec!["2001:1598:0:101:0:0:0:3".parse().unwrap()] }
}

pub(crate) fn with(domain: PublicDomain) -> DomainAnswer {
    let addresses = domain.nameservers.iter().map(|server| server.addresses.clone()).collect();
    DomainAnswer { domain, registrar: Some(registrar()), addresses }
}

fn servers(glued: &str) -> Vec<PublicDelegation> {
    vec![
        PublicDelegation { host: name(glued), addresses: glue() },
        PublicDelegation { host: name("ns.xn--belgi-rsa.be"), addresses: Addresses::default() },
    ]
}

pub(crate) fn bedrijf() -> DomainAnswer {
    with(PublicDomain {
        registrant: Some(organisation(Role::Registrant, "c1")),
        contacts: vec![
            organisation(Role::Onsite, "c26511"),
            organisation(Role::Tech, "c26511"),
            person(Role::Tech),
            omitted(Role::Billing),
        ],
        nameservers: servers("ns1.bedrijf.be"),
        updated: Some(at("2026-01-02T03:04:05.5Z")),
        ..bare_domain("bedrijf.be")
    })
}

pub(crate) fn persoon() -> DomainAnswer {
    with(PublicDomain { registrant: Some(person(Role::Registrant)), ..bare_domain("persoon.be") })
}

pub(crate) fn schild() -> DomainAnswer {
    let registrant = PublicContact {
        name: Disclosed::Absent,
        organisation: withheld(Reason::NaturalPerson),
        province: withheld(Reason::NaturalPerson),
        fax: withheld(Reason::NaturalPerson),
        updated: withheld(Reason::NaturalPerson),
        ..person(Role::Registrant)
    };
    with(PublicDomain { registrant: Some(registrant), ..bare_domain("schild.be") })
}

pub(crate) fn signed() -> DomainAnswer {
    let ds = |key_tag| DsData { key_tag, algorithm: 13, digest_type: 2, digest: vec![0xab, 0x01, 0xff] };
    let keys = vec![KeyData { flags: 257, protocol: 3, algorithm: 13, public_key: "AwEAAQ==".to_owned() }];
    with(PublicDomain {
        secure_dns: SecureDns { max_sig_life: Some(604_800), ds: vec![ds(371), ds(60485)], keys },
        ..bare_domain("signed.be")
    })
}

pub(crate) fn belgie() -> DomainAnswer {
    with(bare_domain("xn--belgi-rsa.be"))
}

pub(crate) fn weg() -> DomainAnswer {
    with(PublicDomain { quarantined_until: Some(at("2026-12-24T00:00:00Z")), ..bare_domain("weg.be") })
}

pub(crate) fn hold() -> DomainAnswer {
    with(PublicDomain { on_hold: true, nameservers: servers("ns1.hold.be"), ..bare_domain("hold.be") })
}

pub(crate) fn brussels() -> DomainAnswer {
    let registrant = PublicContact { province: text("Brabant"), country: text("BE"), ..person(Role::Registrant) };
    with(PublicDomain {
        roid: "D2-BRUSSELS".to_owned(),
        registrant: Some(registrant),
        contacts: vec![organisation(Role::Admin, "c7"), person(Role::Admin)],
        nameservers: servers("ns1.reg.brussels"),
        ..bare_domain("reg.brussels")
    })
}

pub(crate) fn host() -> NameserverAnswer {
    NameserverAnswer {
        host: PublicHost {
            name: name("ns1.bedrijf.be"),
            roid: Some("H1-DNSBE".to_owned()),
            statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
            addresses: glue(),
            registrar: Some("REG-1".to_owned()),
            created: Some(at("2001-01-01T00:00:00Z")),
            updated: None,
            seal: Seal::decided(),
        },
        registrar: Some(registrar()),
    }
}

pub(crate) fn generation() -> Generation {
    Generation { number: 7, watermark: at("2026-11-20T00:00:00Z"), published_at: at("2026-11-20T01:00:00Z") }
}

pub(crate) fn site() -> Site {
    let zone = |text: &str, gtld_profile| Zone {
        name: name(text),
        layout: if gtld_profile { WhoisLayout::Gtld } else { WhoisLayout::Be },
        policy: "dns-belgium".to_owned(),
        gtld_profile,
        profile: None,
    };
    let texts = |text: &str| ZoneTexts {
        port43: Some(format!("whois.{text}.example")),
        notices: vec![Notice {
            title: "Terms of Use".to_owned(),
            description: vec!["These data may be used to reach whoever holds a name.".to_owned()],
            link: Some(("terms-of-service".to_owned(), "https://registry.example/terms".to_owned())),
            lang: Some("en".to_owned()),
        }],
        policy: PolicyStamp {
            name: "dns-belgium".to_owned(),
            version: "2026-11-01".to_owned(),
            url: Some("https://registry.example/policy".to_owned()),
        },
        ..ZoneTexts::default()
    };
    Site {
        operator: "Registry".to_owned(),
        rdap_bases: vec!["https://rdap.registry.example/rdap/".to_owned(), "http://127.0.0.1:8080/rdap/".to_owned()],
        contact: Some("mailto:help@registry.example".to_owned()),
        redirects_plain_http: false,
        since: Timestamp::UNIX_EPOCH,
        cache_seconds: 60,
        searching: crate::answer::Searching::closed(),
        zones: Zones::new(vec![zone("be", false), zone("brussels", true)]),
        texts: ["be", "brussels"].map(|zone| (name(zone), texts(zone))).into_iter().collect::<BTreeMap<_, _>>(),
        forms: crate::render::rdap::Forms::default(),
    }
}
