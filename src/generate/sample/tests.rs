use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::*;
use crate::golden;

#[test]
fn the_committed_files_are_what_the_code_makes() {
    golden::check("data/sample/full.xml", &full().unwrap());
    golden::check("data/sample/diff.xml", &diff().unwrap());
}

#[test]
fn every_named_seed_is_there_and_vrij_is_not() {
    let sample = register();
    let names: BTreeSet<&str> = sample.domains.iter().map(|domain| domain.name.as_str()).collect();
    assert_eq!(names.len(), sample.domains.len(), "names are unique");
    for seed in [
        "bedrijf.be",
        "persoon.be",
        "persoon-tech.be",
        "org-tech.be",
        "schild.be",
        "onbekend.be",
        "xn--belgi-rsa.be",
        "xn--strae-oqa.be",
        "strasse.be",
        "weg.be",
        "hold.be",
        "oos.be",
        "signed.be",
        "multi.be",
        "reg.brussels",
        "persoon.vlaanderen",
        "deux.vlaanderen",
    ] {
        assert!(names.contains(seed), "{seed}");
    }
    assert!(!names.contains("vrij.be"));
    assert!((190..=220).contains(&names.len()), "{}", names.len());
}

#[test]
fn every_link_leads_somewhere_before_and_after_the_change() {
    let before = register();
    let change = changes::changes(&before);
    let mut after: BTreeMap<String, Object> =
        objects(&before).map(|object| (format!("{:?}", named(&object)), object)).collect();
    check_links(after.values());
    for key in &change.deletes {
        assert!(after.remove(&format!("{:?}", name_of(key))).is_some(), "{:?}", name_of(key));
    }
    for object in objects(&change.puts) {
        after.insert(format!("{:?}", named(&object)), object);
    }
    check_links(after.values());
}

fn named(object: &Object) -> (Class, String) {
    name_of(&object.key())
}

fn name_of(key: &ObjectKey) -> (Class, String) {
    let name = match key {
        ObjectKey::Domain(name) | ObjectKey::Host(name) | ObjectKey::Nndn(name) => name.to_string(),
        ObjectKey::HostRoid(id) | ObjectKey::IdnTable(id) => id.clone(),
        ObjectKey::Contact(handle) => handle.reveal().to_owned(),
        ObjectKey::Registrar(id) => id.to_string(),
    };
    (key.class(), name)
}

fn check_links<'a>(objects: impl Iterator<Item = &'a Object> + Clone) {
    let keys: HashSet<ObjectKey> = objects.clone().map(Object::key).collect();
    let has = |key: ObjectKey| assert!(keys.contains(&key), "dangling: {:?}", name_of(&key));
    for object in objects {
        match object {
            Object::Domain(domain) => {
                domain.registrant.iter().for_each(|handle| has(ObjectKey::Contact(handle.clone())));
                domain.contacts.iter().for_each(|(_, handle)| has(ObjectKey::Contact(handle.clone())));
                domain.idn_table.iter().for_each(|table| has(ObjectKey::IdnTable(table.clone())));
                has(ObjectKey::Registrar(domain.registrar.clone()));
                let objects = domain.nameservers.iter().filter(|server| server.addresses.is_empty());
                objects.for_each(|server| has(ObjectKey::Host(server.host.clone())));
                assert!(!keys.contains(&ObjectKey::Nndn(domain.name.clone())));
            }
            Object::Contact(contact) => contact.sponsor.iter().for_each(|id| has(ObjectKey::Registrar(id.clone()))),
            Object::Registrar(registrar) => {
                registrar.contacts.iter().for_each(|(_, handle)| has(ObjectKey::Contact(handle.clone())));
            }
            Object::Host(_) | Object::IdnTable(_) | Object::Nndn(_) => {}
        }
    }
}

#[test]
fn every_status_occurs() {
    use crate::model::status::{DomainStatus, NndnState, RegistrarStatus, RgpStatus};
    let sample = register();
    let statuses: BTreeSet<_> = sample.domains.iter().flat_map(|domain| domain.statuses.clone()).collect();
    assert_eq!(statuses.len(), DomainStatus::ALL.len());
    let statuses: BTreeSet<_> = sample.domains.iter().flat_map(|domain| domain.rgp_statuses.clone()).collect();
    assert_eq!(statuses.len(), RgpStatus::ALL.len());
    assert_eq!(sample.reserved.iter().map(|nndn| nndn.state).collect::<BTreeSet<_>>().len(), NndnState::ALL.len());
    let statuses: BTreeSet<_> = sample.registrars.iter().map(|registrar| registrar.status).collect();
    assert_eq!(statuses.len(), RegistrarStatus::ALL.len());
}

/// A canary stands in one field; only the name that a contact also gives as its organisation stands in two.
#[test]
fn canaries_are_unique() {
    let deposits = [full().unwrap(), diff().unwrap()].map(|bytes| String::from_utf8(bytes).unwrap());
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in deposits.iter().flat_map(|deposit| deposit.lines()) {
        let names_a_contact = ["rdeDomain:registrant", "rdeDomain:contact", "loket:contact type"];
        if names_a_contact.iter().any(|element| line.contains(&format!("<{element}"))) {
            continue;
        }
        for canary in canaries(line) {
            seen.entry(canary).or_default().insert(line.trim().to_owned());
        }
    }
    assert!(seen.len() > 600, "{}", seen.len());
    let twice: Vec<_> = seen.values().filter(|lines| lines.len() > 1).collect();
    assert_eq!(twice.len(), 1, "only zichzelf.be's holder repeats its name: {twice:?}");
}

/// The fields that the policy `dns-belgium` shows of an organisation, and those of registrars, domains and hosts.
#[test]
fn public_fields_carry_no_canary() {
    let before = register();
    let after = changes::changes(&before).puts;
    for sample in [&before, &after] {
        for domain in &sample.domains {
            let mut public = domain.clone();
            public.registrant = None;
            public.contacts.clear();
            assert_eq!(canaries(&format!("{public:?}")), Vec::<String>::new());
        }
        assert_eq!(
            canaries(&format!("{:?}{:?}{:?}", sample.hosts, sample.reserved, sample.tables)),
            Vec::<String>::new()
        );
        for registrar in &sample.registrars {
            // `Debug` leaves out what is personal, and what is left is public.
            let abuse = registrar.abuse_voice.iter().map(|voice| voice.number.reveal().clone()).collect::<String>();
            assert_eq!(canaries(&format!("{registrar:?}{abuse}")), Vec::<String>::new());
        }
        for contact in sample.contacts.iter().filter(|contact| contact.handle.reveal().starts_with('c')) {
            if contact.handle.reveal() == "c1051" && contact.fax.is_none() {
                continue; // has become a natural person
            }
            let Some(postal) = contact.postal.first() else { panic!("no address") };
            let mut public = vec![contact.handle.reveal().to_owned()];
            public.extend(postal.street.iter().map(|line| line.reveal().clone()));
            let fields = [&postal.organisation, &postal.city, &postal.province, &postal.postal_code];
            public.extend(fields.into_iter().flatten().map(|field| field.reveal().clone()));
            if contact.disclose.as_ref().is_none_or(|it| !it.hides(crate::model::contact::DiscloseElement::Voice)) {
                public.extend(contact.voice.iter().map(|voice| voice.number.reveal().clone()));
            }
            assert_eq!(canaries(&public.join("\n")), Vec::<String>::new());
        }
    }
}

/// Whoever is not shown at all carries a canary in each field that has a value.
#[test]
fn private_fields_all_carry_one() {
    let before = register();
    let after = changes::changes(&before).puts;
    for contact in before.contacts.iter().chain(&after.contacts) {
        let carries = |field: &str| assert!(!canaries(field).is_empty(), "of {}: {field}", contact.handle.reveal());
        contact.email.iter().chain(&contact.vat).chain(&contact.roid).for_each(|field| carries(field.reveal()));
        contact.fax.iter().for_each(|fax| carries(fax.number.reveal()));
        contact.postal.iter().flat_map(|postal| &postal.name).for_each(|name| carries(name.reveal()));
        let company_shown = contact.handle.reveal().starts_with('c') && contact.fax.is_some();
        let of_registrar = before.registrars.iter().any(|it| it.contacts.iter().any(|(_, it)| *it == contact.handle));
        if company_shown || of_registrar {
            continue;
        }
        contact.voice.iter().for_each(|voice| carries(voice.number.reveal()));
        for postal in &contact.postal {
            postal.street.iter().for_each(|line| carries(line.reveal()));
            let fields = [&postal.city, &postal.province, &postal.postal_code];
            fields.into_iter().flatten().for_each(|field| carries(field.reveal()));
            let names_one =
                |company: &&crate::model::personal::Personal<String>| company.reveal().chars().any(char::is_alphabetic);
            postal
                .organisation
                .iter()
                .filter(names_one)
                .filter(|it| it.reveal() != "n/a")
                .for_each(|it| carries(it.reveal()));
        }
    }
}

#[test]
fn canaries_are_found_in_text() {
    assert_eq!(canaries("Jan knr0a3f9x, +32.0499012345; knrab knrABCDEF 4990123"), vec!["knr0a3f9x", "499012345"]);
}

#[test]
fn the_deposits_are_well_formed() {
    for bytes in [full().unwrap(), diff().unwrap()] {
        let mut reader = quick_xml::Reader::from_reader(bytes.as_slice());
        let mut depth = 0_i64;
        let mut buffer = Vec::new();
        loop {
            match reader.read_event_into(&mut buffer).unwrap() {
                quick_xml::events::Event::Start(_) => depth += 1,
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
            buffer.clear();
        }
        assert_eq!(depth, 0);
    }
}
