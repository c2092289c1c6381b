//! Decisions one by one, by the shipped policy of DNS Belgium and by small ones made for the case.

use std::path::Path;

use super::*;
use crate::disclosure::record::{ClauseIndex, Disclosed, Reason};
use crate::model::contact::{DeclaredKind, Disclose, DiscloseElement, Handle, PhoneNumber, PostalForm, PostalInfo};
use crate::model::dnssec::SecureDns;
use crate::model::domain::{Domain, LocalFacts};
use crate::model::name::Name;
use crate::model::personal::Personal;
use crate::model::registrar::RegistrarId;
use crate::model::status::RegistrarStatus;
use crate::model::vocabulary::Kind;

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn shipped(name: &str) -> Policy {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/disclosure/{name}.toml"));
    Policy::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Shows everything of everybody in every role.
fn open(kind_from: &str) -> Policy {
    let roles: Vec<String> = Role::ALL.iter().map(|role| format!("\"{role}\"")).collect();
    let text = format!(
        "name = \"open\"\nversion = \"1\"\nkind_from = \"{kind_from}\"\nsummary = \"s\"\n[[clause]]\nid = \"open\"\n\
         text = \"t\"\nsource = \"s\"\nrole = [{}]\nshow = \"all\"\n",
        roles.join(", ")
    );
    Policy::parse("open", &text).unwrap()
}

fn private(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

fn postal(form: PostalForm, name: &str, organisation: Option<&str>) -> PostalInfo {
    PostalInfo {
        form,
        name: Some(private(name)),
        organisation: organisation.map(private),
        street: vec![private("Straat 1"), private(" ")],
        city: Some(private("Gent")),
        province: None,
        postal_code: Some(private("9000")),
        country: Some(private("BE")),
    }
}

fn contact(name: &str, organisation: Option<&str>, declared_kind: Option<DeclaredKind>) -> Contact {
    let phone = |number| Some(PhoneNumber { number: private(number), extension: None });
    Contact {
        handle: Handle::parse("C-1").unwrap(),
        roid: None,
        declared_kind,
        contact_type: None,
        shielded: false,
        statuses: Vec::new(),
        postal: vec![postal(PostalForm::Local, name, organisation)],
        voice: phone("+32.91"),
        fax: phone("+32.92"),
        email: Some(private("a@example.be")),
        language: Some(private("nl")),
        vat: Some(private("BE0")),
        disclose: None,
        sponsor: None,
        created: Some(AT),
        updated: None,
    }
}

fn organisation() -> Contact {
    contact("Jan Peeters", Some("Voorbeeld bv"), Some(DeclaredKind::Organisation))
}

fn hide(elements: &[DiscloseElement]) -> Option<Disclose> {
    Some(Disclose { allow: false, elements: elements.to_vec() })
}

fn holder(contact: &Contact, policy: &Policy) -> PublicContact {
    contact::decide_contact(contact, Role::Registrant, Role::Registrant, policy, AT)
}

fn domain() -> Domain {
    Domain {
        name: Name::parse("example.be").unwrap(),
        roid: "D1".to_owned(),
        idn_table: None,
        statuses: Vec::new(),
        rgp_statuses: Vec::new(),
        registrant: None,
        contacts: Vec::new(),
        nameservers: Vec::new(),
        registrar: RegistrarId::parse("R-1").unwrap(),
        created: None,
        expires: None,
        updated: None,
        transferred: None,
        secure_dns: SecureDns::default(),
        facts: LocalFacts::default(),
    }
}

#[test]
fn ep_09_the_kind_of_a_contact() {
    use DeclaredKind::{NaturalPerson, Organisation, Unknown};
    use Ground::{Doubtful, Person};
    let name = "Jan De Smet";
    for (organisation, declared, expected, when_explicit) in [
        (None, None, Some(Person), Some(Person)),
        (None, Some(NaturalPerson), Some(Person), Some(Person)),
        (None, Some(Organisation), Some(Doubtful), Some(Doubtful)),
        (None, Some(Unknown), Some(Doubtful), Some(Doubtful)),
        (Some("Voorbeeld bv"), None, None, Some(Doubtful)),
        (Some("Voorbeeld bv"), Some(Organisation), None, None),
        (Some("Voorbeeld bv"), Some(NaturalPerson), Some(Doubtful), Some(Doubtful)),
        (Some("Voorbeeld bv"), Some(Unknown), Some(Doubtful), Some(Doubtful)),
        (Some("Jan De Smet bv"), None, None, Some(Doubtful)),
        (Some("株式会社"), None, None, Some(Doubtful)),
        (Some("   "), None, Some(Person), Some(Person)),
        (Some("\u{a0}\u{200b}\u{3164}"), None, Some(Person), Some(Person)),
        (Some("--- . -"), None, Some(Person), Some(Person)),
        (Some("N/A"), None, Some(Person), Some(Person)),
        (Some("n.a."), Some(Organisation), Some(Doubtful), Some(Doubtful)),
        (Some(" None "), None, Some(Person), Some(Person)),
        (Some("n.v.t."), None, Some(Person), Some(Person)),
        (Some("JAN DE SMET"), None, Some(Person), Some(Person)),
        (Some("Desmet, Jan"), None, Some(Person), Some(Person)),
        (Some("jan.de-smet"), None, Some(Person), Some(Person)),
        (Some("SmetDeJan"), None, Some(Person), Some(Person)),
        (Some("Ján De Sme\u{301}t"), None, Some(Person), Some(Person)),
        (Some("Jan De Smet"), Some(Organisation), Some(Doubtful), Some(Doubtful)),
    ] {
        let contact = contact(name, organisation, declared);
        for (kind_from, expected) in [("organisation-field", expected), ("explicit", when_explicit)] {
            let kind = if expected.is_none() { Kind::Organisation } else { Kind::NaturalPerson };
            let found = effective_kind(&contact, &open(kind_from));
            assert_eq!(found, (kind, expected), "{organisation:?} {declared:?} {kind_from}");
        }
    }
}

#[test]
fn ep_09_forms_that_contradict_each_other_make_a_natural_person() {
    let mut contact = organisation();
    contact.declared_kind = None;
    contact.postal.push(postal(PostalForm::International, "J. Peeters", Some("jan peeters")));
    assert_eq!(effective_kind(&contact, &open("explicit")), (Kind::NaturalPerson, Some(Ground::Doubtful)));
    let mut contact = organisation();
    contact.postal.push(postal(PostalForm::International, "Jan Peeters", Some("-")));
    assert_eq!(effective_kind(&contact, &open("explicit")), (Kind::Organisation, None));
}

#[test]
fn ep_01_hiding_the_own_name_in_one_form_does_not_bring_out_the_organisation_of_the_other() {
    let mut contact = contact("Jan Peeters", Some("Jan Peeters"), None);
    contact.postal.push(postal(PostalForm::International, "Jan Peeters", Some("Voorbeeld bv")));
    let policy = shipped("dns-belgium");
    for disclose in [None, hide(&[DiscloseElement::OrganisationLoc]), hide(&[DiscloseElement::OrganisationInt])] {
        contact.disclose = disclose;
        let decided = contact::decide_contact(&contact, Role::Tech, Role::RegistrarContact, &policy, AT);
        assert_eq!(decided.organisation.shown(), None, "{:?}", contact.disclose);
    }
}

#[test]
fn shield_makes_a_natural_person_of_every_kind() {
    let mut contact = organisation();
    contact.shielded = true;
    let decided = holder(&contact, &shipped("dns-belgium"));
    for reason in
        [decided.kind.withheld(), decided.handle.withheld(), decided.organisation.withheld(), decided.voice.withheld()]
    {
        assert_eq!(reason, Some(Reason::NaturalPerson), "a public record does not tell who is protected");
    }
}

#[test]
fn dns_belgium_shows_of_an_organisation_its_name_address_and_telephone() {
    let decided = holder(&organisation(), &shipped("dns-belgium"));
    assert_eq!(decided.organisation.shown().map(String::as_str), Some("Voorbeeld bv"));
    assert_eq!(decided.street.shown(), Some(&vec!["Straat 1".to_owned()]), "blank lines are no lines");
    assert_eq!(decided.voice.shown().map(|phone| phone.number.as_str()), Some("+32.91"));
    assert_eq!(decided.province, Disclosed::Absent, "what is not there is not withheld (RD-29)");
    for reason in [decided.name.withheld(), decided.email.withheld(), decided.fax.withheld(), decided.vat.withheld()] {
        assert_eq!(reason, Some(Reason::NotOpened));
    }
}

#[test]
fn jc_15_even_the_kind_of_a_natural_person_is_withheld() {
    let decided = holder(&contact("Jan Peeters", None, None), &shipped("dns-belgium"));
    assert_eq!(decided.kind.withheld(), Some(Reason::NaturalPerson));
    assert_eq!(decided.handle.withheld(), Some(Reason::NaturalPerson));
    assert_eq!(decided.organisation, Disclosed::Absent);
}

#[test]
fn gp_25_icann_gtld_shows_province_and_country_of_a_natural_person() {
    let mut person = contact("Jan Peeters", None, None);
    person.postal[0].province = Some(private("Oost-Vlaanderen"));
    let decided = holder(&person, &shipped("icann-gtld"));
    assert_eq!(decided.province.shown().map(String::as_str), Some("Oost-Vlaanderen"));
    assert_eq!(decided.country.shown().map(String::as_str), Some("BE"));
    assert_eq!(decided.city.withheld(), Some(Reason::NaturalPerson));
}

#[test]
fn ep_01_flag_0_hides_the_listed_elements_and_flag_1_opens_nothing() {
    let policy = shipped("dns-belgium");
    let plain = holder(&organisation(), &policy);
    let mut contact = organisation();
    contact.disclose = hide(&[DiscloseElement::Voice, DiscloseElement::Email]);
    let decided = holder(&contact, &policy);
    assert_eq!(decided.voice.withheld(), Some(Reason::AskedByContact));
    assert_eq!(decided.email.withheld(), Some(Reason::NotOpened), "the policy withheld it already (EP-03)");
    assert_eq!(decided.city, plain.city);
    contact.disclose = Some(Disclose { allow: true, elements: DiscloseElement::ALL.to_vec() });
    assert_eq!(holder(&contact, &policy), plain);
}

#[test]
fn ep_02_each_form_is_hidden_for_itself_and_each_group_chooses_for_itself() {
    let policy = shipped("dns-belgium");
    let mut contact = organisation();
    contact.postal.insert(0, postal(PostalForm::International, "Jan Peeters", Some("Example Ltd")));
    contact.postal[0].city = Some(private("Ghent"));
    let decided = holder(&contact, &policy);
    assert_eq!(decided.organisation.shown().map(String::as_str), Some("Voorbeeld bv"), "the local form is preferred");
    contact.disclose = hide(&[DiscloseElement::OrganisationLoc]);
    let decided = holder(&contact, &policy);
    assert_eq!(decided.organisation.shown().map(String::as_str), Some("Example Ltd"));
    assert_eq!(decided.city.shown().map(String::as_str), Some("Gent"));
    contact.disclose =
        hide(&[DiscloseElement::OrganisationLoc, DiscloseElement::OrganisationInt, DiscloseElement::AddressLoc]);
    let decided = holder(&contact, &policy);
    assert_eq!(decided.organisation.withheld(), Some(Reason::AskedByContact));
    assert_eq!(decided.city.shown().map(String::as_str), Some("Ghent"));
    assert_eq!(decided.kind.shown(), Some(&Kind::Organisation), "it is an organisation still");
    contact.disclose = hide(&[DiscloseElement::AddressLoc, DiscloseElement::AddressInt]);
    assert_eq!(holder(&contact, &policy).country.withheld(), Some(Reason::AskedByContact));
}

#[test]
fn a_hidden_local_form_is_not_replaced_by_an_empty_one() {
    let mut contact = organisation();
    contact.disclose = hide(&[DiscloseElement::OrganisationLoc]);
    contact.postal.push(postal(PostalForm::International, "Jan Peeters", Some("n/a")));
    let decided = holder(&contact, &shipped("dns-belgium"));
    assert_eq!(decided.organisation.withheld(), Some(Reason::AskedByContact));
}

#[test]
fn the_persons_name_in_the_organisation_field_is_a_name_wherever_it_stands() {
    let policy = shipped("dns-belgium");
    let person = contact("Jan Peeters", Some("Peeters Jan"), None);
    let decided = contact::decide_contact(&person, Role::Tech, Role::RegistrarContact, &policy, AT);
    assert_eq!(decided.organisation.withheld(), Some(Reason::NaturalPerson));
    assert_eq!(decided.city.shown().map(String::as_str), Some("Gent"));
    let decided = holder(&person, &open("explicit"));
    assert_eq!(decided.organisation.shown().map(String::as_str), Some("Peeters Jan"));
}

#[test]
fn billing_is_never_published_neither_of_a_domain_nor_of_a_registrar() {
    let policy = shipped("dns-belgium");
    let (domain, contact) = (domain(), organisation());
    let contacts =
        vec![(Role::Billing, &contact), (Role::Tech, &contact), (Role::Admin, &contact), (Role::Onsite, &contact)];
    let registration = Registration { domain: &domain, registrant: None, contacts };
    let PublicRecord::Domain(decided) = decide(&registration, &policy, AT) else { panic!("a domain") };
    let roles: Vec<Role> = decided.contacts.iter().map(|contact| contact.role).collect();
    assert_eq!(roles, [Role::Tech, Role::Onsite, Role::Billing, Role::Admin], "omitted contacts stand last");
    let billing = &decided.contacts[2];
    assert_eq!(policy.clause(billing.omitted.unwrap().1).unwrap().id, "billing");
    assert_eq!((&billing.handle, &billing.organisation), (&Disclosed::Absent, &Disclosed::Absent));

    let registrar = registrar();
    let contacts = [(Role::Billing, &contact), (Role::Tech, &contact)];
    let PublicRecord::Registrar(decided) = decide_registrar(&registrar, &contacts, &policy, AT) else { panic!() };
    assert_eq!((decided.contacts[0].role, decided.contacts[1].role), (Role::Tech, Role::Billing));
    assert!(decided.contacts[0].omitted.is_none() && decided.contacts[0].language.shown().is_some());
    assert!(decided.contacts[1].omitted.is_some());
}

fn registrar() -> Registrar {
    Registrar {
        id: RegistrarId::parse("R-1").unwrap(),
        name: "Registrar nv".to_owned(),
        iana_id: None,
        status: RegistrarStatus::Ok,
        postal: vec![postal(PostalForm::Local, "Jan Peeters", Some("Registrar nv"))],
        voice: None,
        fax: None,
        email: Some(private("account@example.be")),
        website: Some("https://registrar.example/".to_owned()),
        abuse_email: Some("abuse@registrar.example".to_owned()),
        abuse_voice: None,
        rdap_base: None,
        contacts: Vec::new(),
        created: None,
        updated: None,
    }
}

#[test]
fn a_registrar_shows_its_company_and_nothing_of_its_account() {
    let PublicRecord::Registrar(decided) = decide_registrar(&registrar(), &[], &shipped("dns-belgium"), AT) else {
        panic!("a registrar")
    };
    assert_eq!(decided.name.shown().map(String::as_str), Some("Registrar nv"));
    assert_eq!(decided.abuse_email.shown().map(String::as_str), Some("abuse@registrar.example"));
    assert_eq!(decided.iana_id, Disclosed::Absent);
    assert_eq!(decided.email.withheld(), Some(Reason::NotOpened));
    assert_eq!(decided.city.withheld(), Some(Reason::NotOpened));
}

#[test]
fn a_policy_that_is_not_in_force_yet_opens_nothing() {
    let text = "in_force_from = \"2026-11-01\"\nname = \"later\"\nversion = \"1\"\nkind_from = \"explicit\"\nsummary = \"s\"\n\
        [[clause]]\nid = \"open\"\ntext = \"t\"\nsource = \"s\"\nrole = [\"registrant\", \"onsite\", \"tech\", \"admin\", \
        \"billing\", \"reseller\", \"registrar-contact\", \"registrar\"]\nshow = \"all\"\n";
    let policy = Policy::parse("later", text).unwrap();
    let at = |at: &str| {
        let contact = organisation();
        contact::decide_contact(&contact, Role::Tech, Role::Tech, &policy, at.parse().unwrap()).city
    };
    let default = ClauseIndex::default();
    assert_eq!(at("2026-10-31T00:00:00Z"), Disclosed::Withheld { reason: Reason::NotOpened, clause: default });
    assert!(at("2026-11-01T00:00:00Z").shown().is_some());
}
