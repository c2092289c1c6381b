//! The named seeds: one shape each, agreed with every test.

use super::build::{Sample, addresses, day, delegations, name, personal, phone};
use crate::model::contact::{ContactType, DeclaredKind, Disclose, DiscloseElement, Handle, PostalForm, PostalInfo};
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::domain::{Delegation, Domain};
use crate::model::object::IdnTable;
use crate::model::personal::Personal;
use crate::model::registrar::RegistrarId;
use crate::model::status::{DomainStatus, NndnState, RegistrarStatus};
use crate::model::vocabulary::Role;

/// Registrars, the IDN table and the shared name servers.
pub(super) fn foundations(sample: &mut Sample) {
    registrars(sample);
    let page = |page: &str| Some(format!("https://registry.example/idn/{page}.html"));
    sample.tables.push(IdnTable { id: "be-latn".to_owned(), url: page("be-latn"), policy_url: page("policy") });
    for number in 1..=9 {
        sample.host(&format!("ns{number}.dienst.example"), &[], &[]);
    }
    sample.host("ns1.bedrijf.be", &["192.0.2.1", "192.0.2.2"], &["2001:db8::1", "2001:db8::2"]);
    sample.host("ns2.bedrijf.be", &["198.51.100.1"], &["2001:db8:1::1"]);
    sample.host("ns1.xn--belgi-rsa.be", &["203.0.113.7"], &[]);
}

fn registrars(sample: &mut Sample) {
    let technician = {
        let contact = sample.registrar_contact("Delta Namen BV", ContactType::Tech);
        sample.add(contact)
    };
    let payer = {
        let contact = sample.registrar_contact("Delta Namen BV", ContactType::Billing);
        sample.add(contact)
    };
    let one_man = {
        let contact = sample.registrar_contact("Testa Computers", ContactType::Tech).map(|mut contact| {
            contact.declared_kind = Some(DeclaredKind::NaturalPerson);
            contact
        });
        sample.add(contact)
    };
    let plain = [
        ("reg-alfa", "Alfa Registrars NV", Some(99_001)),
        ("reg-beta", "Beta Domeinen BV", Some(99_002)),
        ("reg-gamma", "Gamma Webdiensten BV", None),
        ("reg-delta", "Delta Namen BV", Some(99_004)),
        ("reg-lees", "Leesalleen Registrar NV", Some(99_005)),
        ("reg-gestopt", "Gestopte Registrar NV", Some(99_006)),
        ("reg-multi", "Multi \"&\" <Zonen> Registrar", Some(99_007)),
    ];
    for (id, company, iana_id) in plain {
        let Some(mut registrar) = sample.registrar(id, company, iana_id) else { continue };
        match id {
            // Those that register under a gTLD: there every registrar has an RDAP service.
            "reg-alfa" | "reg-beta" | "reg-multi" => registrar.rdap_base = Some(format!("https://rdap.{id}.example/")),
            "reg-delta" => {
                registrar.contacts.extend(technician.clone().map(|handle| (Role::Tech, handle)));
                registrar.contacts.extend(one_man.clone().map(|handle| (Role::Tech, handle)));
                registrar.contacts.extend(payer.clone().map(|handle| (Role::Billing, handle)));
            }
            "reg-lees" => registrar.status = RegistrarStatus::ReadOnly,
            "reg-gestopt" => registrar.status = RegistrarStatus::Terminated,
            _ => {}
        }
        sample.registrars.push(registrar);
    }
}

/// Organisations and persons in every role.
pub(super) fn holders(sample: &mut Sample) {
    bedrijf(sample);
    let company = organisation(sample, "c1010", "Voorbeeldig Wonen BV", ContactType::Licensee);
    let expert = organisation(sample, "c1011", "Techniek Fictief BV", ContactType::Tech);
    let private = sample.person(ContactType::Licensee).map(|mut contact| {
        contact.voice = None;
        contact.disclose =
            Some(Disclose { allow: false, elements: vec![DiscloseElement::Voice, DiscloseElement::Email] });
        contact
    });
    let private = sample.add(private);
    sample.domain("persoon.be", &private, |_| {});
    let technician = person(sample, ContactType::Tech);
    sample.domain("persoon-tech.be", &company, |domain| link(domain, Role::Tech, &technician));
    let other = person(sample, ContactType::Licensee);
    sample.domain("org-tech.be", &other, |domain| link(domain, Role::Tech, &expert));
    let shielded = sample.hidden(Some(DeclaredKind::Organisation), ContactType::Licensee).map(|mut contact| {
        contact.shielded = true;
        contact
    });
    let shielded = sample.add(shielded);
    sample.domain("schild.be", &shielded, |_| {});
    let unknown = sample.hidden(Some(DeclaredKind::Unknown), ContactType::Licensee);
    let unknown = sample.add(unknown);
    sample.domain("onbekend.be", &unknown, |_| {});
    let local = person(sample, ContactType::Onsite);
    let payer = sample.hidden(Some(DeclaredKind::Organisation), ContactType::Billing);
    let payer = sample.add(payer);
    sample.domain("onsite-persoon.be", &company, |domain| link(domain, Role::Tech, &local));
    sample.domain("factuur.be", &company, |domain| link(domain, Role::Billing, &payer));
    let reseller = organisation(sample, "c1012", "Tussenpersoon Hosting BV", ContactType::Reseller);
    sample.domain("wederverkocht.be", &company, |domain| link(domain, Role::Tech, &reseller));
    gtld(sample, &company, &expert);
    multi(sample);
}

/// `bedrijf.be`: everything that an organisation can show.
fn bedrijf(sample: &mut Sample) {
    let contact = sample.organisation("c1001", "Bedrijf Voorbeeld NV", ContactType::Licensee).map(|mut contact| {
        contact.voice = phone("+32.020001001").map(|mut voice| {
            voice.extension = Some(Personal::new("123".to_owned()));
            voice
        });
        for postal in &mut contact.postal {
            let street = ["Bedrijvenpark Fictief", "Gebouw C, verdieping 3", "Denkbeeldplein 12"];
            postal.street = street.map(|line| Personal::new(line.to_owned())).to_vec();
            postal.province = personal("Voorbeeldprovincie");
        }
        contact
    });
    let holder = sample.add(contact);
    let first = organisation(sample, "c1002", "Netwerk Fictief BV", ContactType::Tech);
    let second = organisation(sample, "c1003", "Servers Verzonnen SRL", ContactType::Tech);
    let onsite = organisation(sample, "c1004", "Bedrijf Voorbeeld NV, IT-dienst", ContactType::Onsite);
    sample.domain("bedrijf.be", &holder, |domain| {
        link(domain, Role::Tech, &first);
        link(domain, Role::Tech, &second);
        link(domain, Role::Tech, &onsite);
        domain.nameservers = delegations(&["ns1.bedrijf.be", "ns2.bedrijf.be", "ns1.dienst.example"]);
    });
    sample.domain("bedrijf-winkel.be", &holder, |_| {});
    sample.domain("bedrijf.vlaanderen", &holder, |_| {});
}

fn gtld(sample: &mut Sample, company: &Option<Handle>, expert: &Option<Handle>) {
    sample.domain("reg.brussels", company, |domain| {
        link(domain, Role::Admin, company);
        link(domain, Role::Tech, expert);
        domain.statuses = vec![DomainStatus::ClientTransferProhibited];
    });
    let private = person(sample, ContactType::Licensee);
    sample.domain("persoon.vlaanderen", &private, |_| {});
    let both = organisation(sample, "c26511", "Dubbelrol Fictief CV", ContactType::Tech);
    sample.domain("deux.vlaanderen", company, |domain| {
        link(domain, Role::Admin, &both);
        link(domain, Role::Tech, &both);
        // ICANN's profile shows one contact a role.
        link(domain, Role::Tech, expert);
        domain.registrar = RegistrarId::parse("reg-beta").unwrap_or_else(|| domain.registrar.clone());
    });
}

/// `multi.be`: an organisation whose every field tries to break out of its place.
fn multi(sample: &mut Sample) {
    let hostile = "ë \"dubbel\" \\ 'enkel' </script><!-- & \u{202E}sthcer\u{202C}";
    let email = format!("\"{}\\\"<b>\"@post.example", sample.canaries.text());
    let contact = sample.organisation("c1099", &format!("Multi {hostile}\nDomain: nep.be"), ContactType::Licensee);
    let canary = sample.canaries.text();
    let contact = contact.map(|mut contact| {
        contact.email = personal(email);
        for postal in &mut contact.postal {
            postal.name = personal(format!("{canary} {hostile}"));
            let street = [&format!("% {hostile}"), "Domain: nep.be", "Straat\nStatus:\tAVAILABLE"];
            postal.street = street.map(|line| Personal::new(line.to_owned())).to_vec();
            postal.city = personal(format!("Stad {hostile}"));
            postal.province = personal(format!("Status: AVAILABLE {hostile}"));
            postal.postal_code = personal("0\"1\\0<1>");
        }
        contact
    });
    let holder = sample.add(contact);
    sample.domain("multi.be", &holder, |domain| link(domain, Role::Tech, &holder));
    sample.domain("multi.brussels", &holder, |domain| {
        domain.registrar = RegistrarId::parse("reg-multi").unwrap_or_else(|| domain.registrar.clone());
    });
}

/// Contacts about whom the source contradicts itself, and EPP's disclose.
pub(super) fn doubts(sample: &mut Sample) {
    // Declared organisations whose organisation field names none: natural persons.
    for (domain, organisation) in
        [("leeg.be", None), ("nvt.be", Some("n/a")), ("streepje.be", Some("-")), ("spaties.be", Some("   "))]
    {
        let contact = sample.person(ContactType::Licensee).map(|mut contact| {
            contact.declared_kind = Some(DeclaredKind::Organisation);
            for postal in &mut contact.postal {
                postal.organisation = organisation.and_then(personal);
            }
            contact
        });
        let holder = sample.add(contact);
        sample.domain(domain, &holder, |_| {});
    }
    let own_name = sample.person(ContactType::Licensee).map(|mut contact| {
        contact.declared_kind = Some(DeclaredKind::Organisation);
        for postal in &mut contact.postal {
            postal.organisation = postal.name.clone();
        }
        contact
    });
    let own_name = sample.add(own_name);
    sample.domain("zichzelf.be", &own_name, |_| {});
    let contradiction = sample.hidden(Some(DeclaredKind::NaturalPerson), ContactType::Licensee);
    let contradiction = sample.add(contradiction);
    sample.domain("tegenspraak.be", &contradiction, |_| {});
    let derived = sample.organisation("c1020", "Afgeleid VZW", ContactType::Licensee).map(|mut contact| {
        contact.declared_kind = None;
        contact
    });
    let derived = sample.add(derived);
    sample.domain("afgeleid.be", &derived, |_| {});
    let derived = sample.person(ContactType::Licensee).map(|mut contact| {
        contact.declared_kind = None;
        contact
    });
    let derived = sample.add(derived);
    sample.domain("afgeleid-persoon.be", &derived, |_| {});
    disclose(sample);
}

fn disclose(sample: &mut Sample) {
    let voice = phone(format!("+32.0{}", sample.canaries.number()));
    let quiet = sample.organisation("c1021", "Stil Bedrijf NV", ContactType::Licensee).map(|mut contact| {
        contact.voice = voice;
        contact.disclose = Some(Disclose { allow: false, elements: vec![DiscloseElement::Voice] });
        contact
    });
    let quiet = sample.add(quiet);
    sample.domain("stil.be", &quiet, |_| {});
    let open = sample.person(ContactType::Licensee).map(|mut contact| {
        contact.disclose = Some(Disclose { allow: true, elements: vec![DiscloseElement::Email] });
        contact
    });
    let open = sample.add(open);
    sample.domain("open.be", &open, |_| {});
    let (street, city, company) = (sample.canaries.text(), sample.canaries.text(), sample.canaries.text());
    let postal_code = sample.canaries.number();
    let forms = sample.organisation("c1022", "Two Forms Inc", ContactType::Licensee).map(|mut contact| {
        contact.disclose = Some(Disclose {
            allow: false,
            elements: vec![DiscloseElement::OrganisationLoc, DiscloseElement::AddressLoc, DiscloseElement::NameLoc],
        });
        let local = PostalInfo {
            form: PostalForm::Local,
            name: None,
            organisation: personal(format!("Twee vormen {company} ë NV")),
            street: vec![Personal::new(format!("Denkbeeldplein {street}"))],
            city: personal(format!("Denkbeke {city}")),
            province: None,
            postal_code: personal(postal_code),
            country: personal("BE"),
        };
        for postal in &mut contact.postal {
            postal.form = PostalForm::International;
        }
        contact.postal.push(local);
        contact
    });
    let forms = sample.add(forms);
    sample.domain("vormen.be", &forms, |_| {});
}

/// Names beyond ASCII, name servers, DNSSEC and reserved names.
pub(super) fn technical(sample: &mut Sample) {
    let first = organisation(sample, "c1030", "Idee België VZW", ContactType::Licensee);
    let second = organisation(sample, "c1031", "Scherp Es BV", ContactType::Licensee);
    let third = person(sample, ContactType::Licensee);
    sample.domain("xn--belgi-rsa.be", &first, |domain| {
        domain.nameservers = delegations(&["ns1.xn--belgi-rsa.be", "ns1.dienst.example"]);
    });
    sample.domain("xn--strae-oqa.be", &second, |_| {});
    sample.domain("strasse.be", &third, |_| {});
    sample.domain("signed.be", &first, |domain| {
        let ds = |key_tag, byte: u8| DsData { key_tag, algorithm: 13, digest_type: 2, digest: vec![byte; 32] };
        domain.secure_dns =
            SecureDns { max_sig_life: Some(604_800), ds: vec![ds(42, 0xAB), ds(51_234, 0x0C)], keys: vec![] };
    });
    sample.domain("sleutel.be", &first, |domain| {
        let public_key =
            "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==".to_owned();
        let key = KeyData { flags: 257, protocol: 3, algorithm: 13, public_key };
        domain.secure_dns = SecureDns { max_sig_life: None, ds: vec![], keys: vec![key] };
    });
    sample.domain("attribuut.be", &second, |domain| {
        domain.nameservers = [("ns1.attribuut.be", "203.0.113.1"), ("ns2.attribuut.be", "203.0.113.2")]
            .iter()
            .filter_map(|(host, v4)| Some(Delegation { host: name(host)?, addresses: addresses(&[v4], &[]) }))
            .collect();
    });
    sample.domain("veel-servers.be", &second, |domain| {
        let hosts: Vec<String> = (1..=9).map(|number| format!("ns{number}.dienst.example")).collect();
        domain.nameservers = delegations(&hosts.iter().map(String::as_str).collect::<Vec<_>>());
    });
    sample.reserve("geblokkeerd.be", NndnState::Blocked);
    sample.reserve("voorbehouden.brussels", NndnState::Withheld);
    sample.reserve("gespiegeld.vlaanderen", NndnState::Mirrored);
    sample.reserve("verboden.vlaanderen", NndnState::Blocked);
    for secret_of in ["persoon.be", "bedrijf.be"] {
        let secret = sample.canaries.text();
        sample.secrets.extend(name(secret_of).map(|name| (name, secret)));
    }
}

/// An organisation, taken in.
pub(super) fn organisation(sample: &mut Sample, handle: &str, company: &str, kind: ContactType) -> Option<Handle> {
    let contact = sample.organisation(handle, company, kind);
    sample.add(contact)
}

/// A natural person, taken in.
pub(super) fn person(sample: &mut Sample, kind: ContactType) -> Option<Handle> {
    let contact = sample.person(kind);
    sample.add(contact)
}

/// Links a contact to a domain.
pub(super) fn link(domain: &mut Domain, role: Role, handle: &Option<Handle>) {
    domain.contacts.extend(handle.clone().map(|handle| (role, handle)));
}

/// Far enough in the future that the sample's quarantine does not end while the sample is of use.
pub(super) fn release() -> Option<crate::time::Timestamp> {
    day("2099-12-01")
}
