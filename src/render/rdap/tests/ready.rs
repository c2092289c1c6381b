//! Domains written from forms against the same domains rendered anew, octet for octet.

use proptest::prelude::*;

use super::records::{self, glue, name};
use crate::answer::{Answer, Registered, answer, registered};
use crate::codec::sample::Draw;
use crate::disclosure::record::{PublicDomain, PublicHost, PublicRecord, PublicRegistrar, Seal};
use crate::index::{Generation, Snapshot, SnapshotBuilder};
use crate::model::name::{Addresses, Name};
use crate::model::zone::{Zone, Zones};
use crate::query::Query;
use crate::render::rdap::form::Urls;
use crate::render::rdap::ready::{self, Missed};
use crate::render::rdap::{Asking, Rendered, render, render_registered};
use crate::render::site::Site;

#[cfg(feature = "publisher")]
#[path = "../../../../tests/it/register.rs"]
#[allow(dead_code, missing_docs, reason = "integration tests use more of it")]
mod register;

/// Bases and what may be asked under them: with escapes, in another spelling, with what no URI has.
const URLS: [Urls<'static>; 4] = [
    Urls { asked: "https://rdap.registry.example/domain/bedrijf.be", base: "https://rdap.registry.example/" },
    Urls {
        asked: "https://rdap.registry.example/rdap/domain/BELGI%C3%8B.be",
        base: "https://rdap.registry.example/rdap/",
    },
    Urls { asked: "http://[::1]:8080/domain/x.be.", base: "https://rdap.registrar.example/" },
    Urls { asked: "https://a/\"belgië\"\\\u{1}", base: "https://a/" },
];

fn generation() -> Generation {
    records::generation()
}

fn snapshot(all: impl IntoIterator<Item = PublicRecord>) -> Snapshot {
    let mut builder = SnapshotBuilder::default();
    all.into_iter().for_each(|record| builder.put(record));
    builder.finish(generation())
}

fn anew(snapshot: &Snapshot, site: &Site, asked: &Name, url: &Asking<'_>) -> Rendered {
    let answer = answer(snapshot, &site.zones, &Query::Domain(asked.clone()));
    assert!(matches!(answer, Answer::Domain(_)), "{asked}");
    render(&answer, site, snapshot.generation(), url)
}

fn text(rendered: &[u8]) -> &str {
    std::str::from_utf8(rendered).unwrap()
}

/// Asks twice for a domain under every URL, so that what can be learned is learned, and compares with what is rendered
/// anew. Gives what the last look at the forms gave.
fn check(snapshot: &Snapshot, site: &Site, asked: &Name) -> Result<(), Missed> {
    let found: Registered<'_> = registered(snapshot, &site.zones, asked).unwrap();
    let mut outcome = Ok(());
    for urls in URLS {
        for jscontact in [false, true] {
            let url = Asking { base: urls.base, asked: urls.asked, jscontact };
            let wanted = anew(snapshot, site, asked, &url);
            for _ in 0..2 {
                let given = render_registered(&found, site, snapshot.generation(), &url).unwrap();
                assert_eq!(text(&given.body), text(&wanted.body));
                assert_eq!(given.status, wanted.status);
            }
        }
        let is_of_uri = urls.asked.is_ascii();
        match ready::write(&found, site, snapshot.generation().watermark, &urls) {
            Ok(_) => assert!(is_of_uri),
            Err(missed) if is_of_uri => outcome = Err(missed),
            Err(missed) => assert_eq!(missed, Missed::Unfit),
        }
    }
    outcome
}

/// A site whose zone `be` follows the profile of gTLDs or not.
fn site_of(gtld_profile: bool) -> Site {
    let site = records::site();
    let zones = site.zones.iter().map(|zone| Zone { gtld_profile, profile: Some("x".to_owned()), ..zone.clone() });
    Site { zones: Zones::new(zones.collect()), ..site }
}

#[test]
fn specimens_are_written_from_forms() {
    let all = [
        records::bedrijf(),
        records::persoon(),
        records::schild(),
        records::signed(),
        records::belgie(),
        records::weg(),
        records::hold(),
        records::brussels(),
    ];
    let names: Vec<Name> = all.iter().map(|answer| answer.domain.name.clone()).collect();
    let domains = all.into_iter().map(|answer| PublicRecord::Domain(answer.domain));
    let snapshot = snapshot(domains.chain([PublicRecord::Registrar(records::registrar())]));
    for site in [records::site(), site_of(true)] {
        for name in &names {
            assert_eq!(check(&snapshot, &site, name), Ok(()), "{name}");
        }
    }
}

#[test]
fn a_changed_registrar_and_another_policy_are_seen_at_once() {
    let domain = records::bedrijf().domain;
    let asked = domain.name.clone();
    let site = records::site();
    let of = |registrar: PublicRegistrar, domain: PublicDomain| {
        let snapshot = snapshot([PublicRecord::Domain(domain), PublicRecord::Registrar(registrar)]);
        assert_eq!(check(&snapshot, &site, &asked), Ok(()));
        anew(&snapshot, &site, &asked, &Asking { base: URLS[0].base, asked: URLS[0].asked, jscontact: false }).body
    };
    let renamed = PublicRegistrar { name: records::shown("Een andere naam".to_owned()), ..records::registrar() };
    let stricter = PublicDomain {
        registrant: Some(records::person(crate::model::vocabulary::Role::Registrant)),
        ..domain.clone()
    };
    let bodies = [
        of(records::registrar(), domain.clone()),
        of(renamed, domain.clone()),
        of(records::registrar(), stricter),
        of(records::registrar(), domain),
    ];
    assert_eq!(bodies[0], bodies[3]);
    assert!(bodies[0] != bodies[1] && bodies[0] != bodies[2] && bodies[1] != bodies[2]);
}

#[cfg(feature = "publisher")]
mod registers {
    use super::{check, register};
    use crate::generate::{Format, generate};
    use crate::model::zone::WhoisLayout;

    fn check_all(register: &register::Register) {
        for policy in ["config/disclosure/dns-belgium.toml", "config/disclosure/icann-gtld.toml"] {
            let snapshot = register.publish(&register::policy(policy));
            let site = register::site(|gtld| if gtld { WhoisLayout::Gtld } else { WhoisLayout::Be });
            for domain in &register.domains {
                assert_eq!(check(&snapshot, &site, &domain.name), Ok(()), "{}", domain.name);
            }
        }
    }

    #[test]
    fn every_domain_of_the_sample_is_written_from_forms() {
        check_all(&register::Register::read(&register::in_repository("data/sample/full.xml")));
    }

    #[test]
    fn every_domain_of_a_generated_register_is_written_from_forms() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.xml");
        generate(300, 20_261_121, Format::RdeXml, &path).unwrap();
        check_all(&register::Register::read(&path));
    }
}

/// A domain with its registrar and hosts, drawn from bytes.
fn drawn(bytes: &[u8], bits: u8) -> (Vec<PublicRecord>, Name) {
    let (first, second) = bytes.split_at(bytes.len() / 3);
    let draw = |class: u8, bytes: &[u8]| Draw(&[&[class], bytes].concat()).record();
    let (PublicRecord::Registrar(registrar), PublicRecord::Domain(mut domain)) = (draw(2, first), draw(3, second))
    else {
        unreachable!()
    };
    if bits & 1 == 1 {
        domain.registrar = registrar.id.clone();
    }
    if bits & 2 == 2 {
        domain.name = name("xn--belgi-rsa.be");
    }
    let mut all = vec![PublicRecord::Registrar(registrar)];
    for (index, server) in domain.nameservers.iter_mut().enumerate() {
        if bits >> (2 + index) & 1 == 1 {
            server.addresses = Addresses::default();
            all.push(PublicRecord::Host(PublicHost {
                name: server.host.clone(),
                roid: None,
                statuses: Vec::new(),
                addresses: glue(),
                registrar: None,
                created: None,
                updated: None,
                seal: Seal::decided(),
            }));
        }
    }
    let asked = domain.name.clone();
    all.push(PublicRecord::Domain(domain));
    (all, asked)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever a record holds, both ways agree; and there is nothing that stays unlearned.
    #[test]
    fn any_domain_reads_the_same_from_forms(
        bytes in proptest::collection::vec(any::<u8>(), 0..1500), bits: u8, gtld: bool,
    ) {
        let (all, asked) = drawn(&bytes, bits);
        let snapshot = snapshot(all);
        prop_assert_ne!(check(&snapshot, &site_of(gtld), &asked), Err(Missed::Unlearned));
    }
}
