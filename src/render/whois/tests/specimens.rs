//! A register that holds a domain of every shape and in every status, in a zone of each layout; and how it is asked.

use std::collections::BTreeMap;

use crate::answer::{answer, registered};
use crate::codec::sample::kept;
use crate::disclosure::record::{
    ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn, PublicRecord,
    PublicRegistrar, Reason,
};
use crate::guard::{Settings, Tier};
use crate::index::{Generation, Snapshot, SnapshotBuilder};
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::name::{Addresses, Name};
use crate::model::status::{DomainStatus, NndnState, RgpStatus};
use crate::model::vocabulary::{Kind, Role};
use crate::model::zone::{WhoisLayout, Zone, Zones};
use crate::query::{self, Query};
use crate::render::site::{PolicyStamp, Site, ZoneTexts};
use crate::render::whois::{self, help, refused, render};
use crate::render::{das, refusal};

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn shown<T>(value: T) -> Disclosed<T> {
    Disclosed::Shown { value, clause: ClauseIndex(1) }
}

fn withheld<T>() -> Disclosed<T> {
    Disclosed::Withheld { reason: Reason::NaturalPerson, clause: ClauseIndex(2) }
}

pub fn specimens() -> (PublicDomain, PublicHost, PublicRegistrar, PublicNndn) {
    let [
        (_, PublicRecord::Domain(domain)),
        (_, PublicRecord::Host(host)),
        (_, PublicRecord::Registrar(registrar)),
        (_, PublicRecord::Nndn(nndn)),
    ] = kept()
    else {
        unreachable!()
    };
    (domain, host, registrar, nndn)
}

fn organisation(role: Role, title: &str) -> PublicContact {
    let mut contact = specimens().0.registrant.unwrap();
    contact.role = role;
    contact.organisation = shown(title.to_owned());
    contact
}

fn person(role: Role) -> PublicContact {
    PublicContact {
        role,
        kind: shown(Kind::NaturalPerson),
        handle: withheld(),
        name: withheld(),
        organisation: Disclosed::Absent,
        street: withheld(),
        city: withheld(),
        postal_code: withheld(),
        country: withheld(),
        voice: withheld(),
        fax: Disclosed::Absent,
        email: withheld(),
        language: withheld(),
        ..organisation(role, "")
    }
}

/// A plain domain of an organisation; the cases below change what they are about.
fn plain(text: &str) -> PublicDomain {
    let name = name(text);
    let (domain, ..) = specimens();
    PublicDomain {
        roid: "D1-LOKET".to_owned(),
        statuses: vec![DomainStatus::Ok],
        rgp_statuses: Vec::new(),
        on_hold: false,
        quarantined_until: None,
        out_of_service: false,
        registrant: Some(organisation(Role::Registrant, "Bedrijf nv")),
        contacts: Vec::new(),
        nameservers: ["ns1.dienst.example", "ns2.dienst.example"]
            .map(|host| PublicDelegation { host: self::name(host), addresses: Addresses::default() })
            .to_vec(),
        secure_dns: SecureDns::default(),
        created: Some("2000-12-12T09:30:00Z".parse().unwrap()),
        expires: Some("2027-12-12T09:30:00Z".parse().unwrap()),
        updated: None,
        transferred: None,
        name,
        ..domain
    }
}

fn bedrijf(domain: &mut PublicDomain) {
    let registrant = domain.registrant.as_mut().unwrap();
    registrant.street = shown(["Grote Markt 1", "Bus 3", "Verdieping 2"].map(str::to_owned).to_vec());
    registrant.voice = shown(Phone { number: "+32.25550101".to_owned(), extension: Some("42".to_owned()) });
    registrant.organisation = shown("Société Générale d’Œuvres nv".to_owned());
    let mut tech = organisation(Role::Tech, "Technique sprl");
    tech.language = shown("fr".to_owned());
    domain.contacts = vec![organisation(Role::Onsite, "Huisdienst bv"), tech, organisation(Role::Tech, "Tweede bv")];
    domain.statuses = vec![DomainStatus::ClientTransferProhibited];
    let v6 = "2001:db8:0:101::3".parse().unwrap();
    let glue = Addresses { v4: vec![[192, 0, 2, 1].into()], v6: vec![v6] };
    domain.nameservers[0] = PublicDelegation { host: name("ns1.bedrijf.be"), addresses: glue };
}

fn signed(domain: &mut PublicDomain) {
    let digest = vec![0xAB; 20];
    domain.secure_dns.ds = [(99, 13), (60485, 8)]
        .map(|(key_tag, algorithm)| DsData { key_tag, algorithm, digest_type: 1, digest: digest.clone() })
        .to_vec();
    domain.secure_dns.keys = keys();
}

fn keys() -> Vec<KeyData> {
    vec![KeyData { flags: 257, protocol: 3, algorithm: 13, public_key: "AQPJ////4Q==".to_owned() }]
}

fn hostile(domain: &mut PublicDomain) {
    let evil = "Kwaad\r\nStatus:\tAVAILABLE\r\n\r\n% x\nDomain:\tvrij.be\u{2028}\u{202e}<b>\0\x1b[2J";
    let registrant = domain.registrant.as_mut().unwrap();
    registrant.organisation = shown(evil.to_owned());
    registrant.street = shown(vec![evil.to_owned(), "%".to_owned()]);
    registrant.city = shown("\nRegistrar:\n\tName:\tX".to_owned());
}

fn with(text: &str, change: impl FnOnce(&mut PublicDomain)) -> PublicDomain {
    let mut domain = plain(text);
    change(&mut domain);
    domain
}

/// The domains that stand in every zone: the first label of each, and what is particular about it.
type Shape = (&'static str, fn(&mut PublicDomain));

pub const SHAPES: &[Shape] = &[
    ("gewoon", |_| {}),
    ("bedrijf", bedrijf),
    ("persoon", |domain| domain.registrant = Some(person(Role::Registrant))),
    ("persoon-tech", |domain| domain.contacts = vec![person(Role::Tech), person(Role::Tech)]),
    ("beheer", |domain| domain.contacts = vec![organisation(Role::Admin, "Bedrijf nv"), person(Role::Tech)]),
    ("hold", |domain| domain.on_hold = true),
    ("oos", |domain| domain.out_of_service = true),
    ("weg", |domain| domain.quarantined_until = Some("2012-02-01T00:00:00Z".parse().unwrap())),
    ("signed", signed),
    ("sleutel", |domain| domain.secure_dns.keys = keys()),
    ("zonder-servers", |domain| {
        domain.statuses = vec![DomainStatus::Inactive];
        domain.nameservers.clear();
    }),
    ("multi", hostile),
    ("xn--belgi-rsa", |_| {}),
];

/// The label of the domain in each status.
fn status_label(word: &str) -> String {
    word.to_ascii_lowercase()
}

/// Each EPP status and each grace period status, with the label of the domain that has it.
pub fn statuses() -> Vec<(String, &'static str)> {
    let epp = DomainStatus::ALL.iter().map(|status| status.word());
    epp.chain(grace_periods().map(RgpStatus::word)).map(|word| (status_label(word), word)).collect()
}

/// The grace period statuses whose word is no EPP status too.
fn grace_periods() -> impl Iterator<Item = RgpStatus> {
    RgpStatus::ALL.iter().copied().filter(|status| *status != RgpStatus::PendingDelete)
}

/// A redemption or a restore is one of a deletion that is pending; other grace periods stand beside `ok`.
fn in_grace(domain: &mut PublicDomain, status: RgpStatus) {
    let is_deletion = matches!(status, RgpStatus::RedemptionPeriod | RgpStatus::PendingRestore);
    domain.statuses = vec![if is_deletion { DomainStatus::PendingDelete } else { DomainStatus::Ok }];
    domain.rgp_statuses = vec![status];
}

pub fn domains() -> Vec<PublicDomain> {
    let mut domains = Vec::new();
    for zone in ["be", "brussels"] {
        for (label, change) in SHAPES {
            domains.push(with(&format!("{label}.{zone}"), change));
        }
        for status in grace_periods() {
            let name = format!("{}.{zone}", status_label(status.word()));
            domains.push(with(&name, |domain| in_grace(domain, status)));
        }
        for status in DomainStatus::ALL {
            let name = format!("{}.{zone}", status_label(status.word()));
            domains.push(with(&name, |domain| domain.statuses = vec![*status]));
        }
    }
    domains
}

pub fn generation() -> Generation {
    let watermark = "2026-11-01T02:00:00.5Z".parse().unwrap();
    Generation { number: 3, watermark, published_at: watermark }
}

pub fn snapshot() -> Snapshot {
    let (_, host, registrar, nndn) = specimens();
    let mut builder = SnapshotBuilder::default();
    for domain in domains() {
        builder.put(PublicRecord::Domain(domain));
    }
    builder.put(PublicRecord::Host(host));
    builder.put(PublicRecord::Registrar(PublicRegistrar { contacts: Vec::new(), ..registrar }));
    for zone in ["be", "brussels"] {
        for state in NndnState::ALL {
            let name = name(&format!("{}.{zone}", state.word()));
            builder.put(PublicRecord::Nndn(PublicNndn { name, state: *state, ..nndn.clone() }));
        }
    }
    builder.finish(generation())
}

pub fn site() -> Site {
    let zone = |text, layout, policy: &str| Zone {
        name: name(text),
        layout,
        policy: policy.to_owned(),
        gtld_profile: layout == WhoisLayout::Gtld,
        profile: None,
    };
    let texts = ZoneTexts {
        whois_banner: ["% .be Whois Server of a register that does not sell", "%", "Made-up data."]
            .map(str::to_owned)
            .to_vec(),
        whois_withheld: "Not shown, please visit www.register.example for webbased whois.".to_owned(),
        whois_closing: "Please visit www.register.example for more info.".to_owned(),
        policy: PolicyStamp { name: "dns-belgium".to_owned(), version: "2026-11-01".to_owned(), url: None },
        ..ZoneTexts::default()
    };
    let gtld = ZoneTexts {
        whois_banner: vec!["Registre de démonstration".to_owned()],
        policy: PolicyStamp { url: Some("https://register.example/policy".to_owned()), ..texts.policy.clone() },
        ..ZoneTexts::default()
    };
    Site {
        operator: "Voorbeeldregister".to_owned(),
        rdap_bases: vec!["https://rdap.register.example/".to_owned()],
        contact: Some("https://register.example/contact".to_owned()),
        redirects_plain_http: false,
        since: crate::time::Timestamp::UNIX_EPOCH,
        cache_seconds: 60,
        searching: crate::answer::Searching::closed(),
        zones: Zones::new(vec![
            zone("be", WhoisLayout::Be, "dns-belgium"),
            zone("brussels", WhoisLayout::Gtld, "icann-gtld"),
        ]),
        texts: BTreeMap::from([(name("be"), texts), (name("brussels"), gtld)]),
        forms: crate::render::rdap::Forms::default(),
    }
}

pub fn page(line: &str) -> String {
    page_of(line.as_bytes())
}

pub fn page_of(line: &[u8]) -> String {
    let (snapshot, site) = (snapshot(), site());
    let bytes = match query::whois::parse(line) {
        Ok(Query::Help) => help(&site, &Settings::default().terms(Tier::Default)),
        Ok(query) => answer_page(&snapshot, &site, &query),
        Err(refusal) => refused(line, &refusal, &site, snapshot.generation()),
    };
    String::from_utf8(bytes).unwrap()
}

fn answer_page(snapshot: &Snapshot, site: &Site, query: &Query) -> Vec<u8> {
    if let Query::Domain(name) = query
        && let Some(found) = registered(snapshot, &site.zones, name)
    {
        return whois::registered(&found, site, snapshot.generation());
    }
    render(&answer(snapshot, &site.zones, query), site, snapshot.generation())
}

pub fn das_page(line: &str) -> String {
    let (snapshot, site) = (snapshot(), site());
    let bytes = match query::das::parse(line.as_bytes()) {
        Ok(query) => das::render(&answer(&snapshot, &site.zones, &query)),
        Err(refusal) => refusal::das(&refusal),
    };
    String::from_utf8(bytes).unwrap()
}

/// The page without its banner, CRLF as LF.
pub fn body(line: &str) -> String {
    let page = page(line).replace("\r\n", "\n");
    page.lines().skip_while(|line| line.starts_with('%')).skip(1).map(|line| format!("{line}\n")).collect()
}
