//! Properties of the decision, seen from outside: what is withheld is nowhere in the bytes that are published.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use loket::codec;
use loket::disclosure::decide::{decide, decide_registrar, effective_kind};
use loket::disclosure::policy::{Policy, fields_of, kinds_of};
use loket::disclosure::record::{Disclosed, PublicContact, PublicRecord};
use loket::model::contact::{
    Contact, DeclaredKind, Disclose, DiscloseElement, Handle, PhoneNumber, PostalForm, PostalInfo,
};
use loket::model::dnssec::SecureDns;
use loket::model::domain::{Domain, LocalFacts, Registration};
use loket::model::name::Name;
use loket::model::personal::Personal;
use loket::model::registrar::{Registrar, RegistrarId};
use loket::model::status::RegistrarStatus;
use loket::model::vocabulary::{Field, Kind, Role};
use loket::time::Timestamp;
use proptest::prelude::*;

const AT: Timestamp = Timestamp::UNIX_EPOCH;
/// Shown nowhere else: the moment of the events' canary, in microseconds.
const MOMENT: i64 = 1_234_567_890_123_456;

/// Which fields a policy opens, by role and kind; `None` for a role that is never published.
type Opened = BTreeMap<(Role, Kind), Option<Vec<Field>>>;

fn policy(opened: &Opened) -> Policy {
    let mut text =
        "name = \"drawn\"\nversion = \"1\"\nkind_from = \"organisation-field\"\nsummary = \"s\"\n".to_owned();
    for (at, ((role, kind), fields)) in opened.iter().enumerate() {
        let clause = format!("[[clause]]\nid = \"c{at}\"\ntext = \"t\"\nsource = \"s\"\nrole = [\"{role}\"]\n");
        match fields {
            None if *kind == Kind::Organisation => writeln!(text, "{clause}publish = \"never\"").unwrap(),
            None => {}
            Some(fields) if fields.is_empty() => {
                writeln!(text, "{clause}kind = [\"{kind}\"]\nwithhold = \"all\"").unwrap();
            }
            Some(fields) => {
                let fields: Vec<String> = fields.iter().map(|field| format!("\"{field}\"")).collect();
                writeln!(text, "{clause}kind = [\"{kind}\"]\nshow = [{}]", fields.join(", ")).unwrap();
            }
        }
    }
    Policy::parse("drawn.toml", &text).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"))
}

/// Draws what a policy opens. Natural persons show at most what organisations show.
fn opened() -> impl Strategy<Value = Opened> {
    proptest::collection::vec((any::<u32>(), any::<u32>(), 0u8..8), Role::ALL.len()).prop_map(|masks| {
        let mut opened = Opened::new();
        for (&role, (organisation, person, never)) in Role::ALL.iter().zip(masks) {
            let chosen = |mask: u32| {
                let fields = fields_of(role).iter().enumerate();
                fields.filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, field)| *field).collect::<Vec<_>>()
            };
            for &kind in kinds_of(role) {
                let mask = if kind == Kind::Organisation { organisation } else { organisation & person };
                let published = never > 0 || role == Role::Registrar;
                opened.insert((role, kind), published.then(|| chosen(mask)));
            }
        }
        opened
    })
}

fn private(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

/// The canaries of a field in all postal forms, lower case.
fn canaries(field: Field) -> Vec<String> {
    ["int", "loc"].iter().map(|form| format!("canary-{field}-{form}")).collect()
}

fn postal(form: PostalForm, organisation: u8, parts: u8) -> PostalInfo {
    let part = |bit: u8, field: Field| (parts >> bit & 1 == 1).then(|| private(&format!("canary-{field}-{form}")));
    PostalInfo {
        form,
        name: part(0, Field::Name),
        organisation: match organisation {
            0 => None,
            1 => Some(private(" N/A ")),
            // The person's own name again, where there is one.
            2 => part(0, Field::Name).map(|_| private(&format!("CANARY-NAME-{form}"))),
            _ => Some(private(&format!("canary-organisation-{form}"))),
        },
        street: part(1, Field::Street).into_iter().collect(),
        city: part(2, Field::City),
        province: part(3, Field::Province),
        postal_code: part(4, Field::PostalCode),
        country: part(5, Field::Country),
    }
}

fn contact() -> impl Strategy<Value = Contact> {
    let forms = (1u8..4, 0u8..5, 0u8..5, any::<u8>(), any::<u8>());
    let kind = prop_oneof![
        Just(None),
        Just(Some(DeclaredKind::NaturalPerson)),
        Just(Some(DeclaredKind::Organisation)),
        Just(Some(DeclaredKind::Unknown))
    ];
    let disclose = proptest::option::of((any::<bool>(), proptest::sample::subsequence(DiscloseElement::ALL, 0..=9)));
    (forms, kind, proptest::bool::weighted(0.2), disclose, any::<u8>()).prop_map(
        |((forms, org_int, org_loc, parts_int, parts_loc), declared_kind, shielded, disclose, parts)| {
            let has = |bit: u8| parts >> bit & 1 == 1;
            let phone = |bit, number: &str, extension: &str| {
                has(bit).then(|| PhoneNumber { number: private(number), extension: Some(private(extension)) })
            };
            let int = (forms & 1 != 0).then(|| postal(PostalForm::International, org_int, parts_int));
            let loc = (forms & 2 != 0).then(|| postal(PostalForm::Local, org_loc, parts_loc));
            Contact {
                handle: Handle::parse("canary-handle-loc").unwrap(),
                roid: Some(private("canary-roid")),
                declared_kind,
                contact_type: None,
                shielded,
                statuses: Vec::new(),
                postal: int.into_iter().chain(loc).collect(),
                voice: phone(0, "canary-voice-int", "canary-voice-loc"),
                fax: phone(1, "canary-fax-int", "canary-fax-loc"),
                email: has(2).then(|| private("canary-email-loc")),
                language: has(3).then(|| private("canary-language-loc")),
                vat: has(4).then(|| private("canary-vat-loc")),
                disclose: disclose.map(|(allow, elements)| Disclose { allow, elements }),
                sponsor: None,
                created: has(5).then(|| Timestamp::from_microsecond(MOMENT).unwrap()),
                updated: has(6).then(|| Timestamp::from_microsecond(MOMENT).unwrap()),
            }
        },
    )
}

fn domain() -> Domain {
    Domain {
        name: Name::parse("example.be").unwrap(),
        roid: "D1-BE".to_owned(),
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

fn registrar() -> Registrar {
    Registrar {
        id: RegistrarId::parse("R-1").unwrap(),
        name: "Registrar".to_owned(),
        iana_id: None,
        status: RegistrarStatus::Ok,
        postal: Vec::new(),
        voice: None,
        fax: None,
        email: None,
        website: None,
        abuse_email: None,
        abuse_voice: None,
        rdap_base: None,
        contacts: Vec::new(),
        created: None,
        updated: None,
    }
}

/// Decides about a contact in a role, through the doors that everybody uses.
fn decided(contact: &Contact, role: Role, policy: &Policy) -> (PublicContact, PublicRecord) {
    let domain = domain();
    let record = match role {
        Role::Registrar | Role::RegistrarContact => {
            decide_registrar(&registrar(), &[(Role::Tech, contact)], policy, AT)
        }
        Role::Registrant => {
            decide(&Registration { domain: &domain, registrant: Some(contact), contacts: Vec::new() }, policy, AT)
        }
        _ => decide(&Registration { domain: &domain, registrant: None, contacts: vec![(role, contact)] }, policy, AT),
    };
    let public = match &record {
        PublicRecord::Domain(domain) => domain.registrant.iter().chain(&domain.contacts).next().cloned(),
        PublicRecord::Registrar(registrar) => registrar.contacts.first().cloned(),
        PublicRecord::Host(_) | PublicRecord::Nndn(_) => None,
    };
    (public.unwrap(), record)
}

/// The fields that are shown, with their values.
fn shown(contact: &PublicContact) -> BTreeMap<Field, String> {
    fn text<T: std::fmt::Debug>(value: &Disclosed<T>) -> Option<String> {
        value.shown().map(|value| format!("{value:?}"))
    }
    let fields = [
        (Field::Kind, text(&contact.kind)),
        (Field::Handle, text(&contact.handle)),
        (Field::Name, text(&contact.name)),
        (Field::Organisation, text(&contact.organisation)),
        (Field::Street, text(&contact.street)),
        (Field::City, text(&contact.city)),
        (Field::Province, text(&contact.province)),
        (Field::PostalCode, text(&contact.postal_code)),
        (Field::Country, text(&contact.country)),
        (Field::Voice, text(&contact.voice)),
        (Field::Fax, text(&contact.fax)),
        (Field::Email, text(&contact.email)),
        (Field::Language, text(&contact.language)),
        (Field::Vat, text(&contact.vat)),
        (Field::Events, text(&contact.created).or(text(&contact.updated))),
    ];
    fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The roles in which a contact can stand.
fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(&Role::ALL[..7])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn canaries_of_withheld_fields_are_not_in_the_published_bytes(
        contact in contact(), role in role(), opened in opened(),
    ) {
        let policy = policy(&opened);
        let (kind, _) = effective_kind(&contact, &policy);
        let (_, record) = decided(&contact, role, &policy);
        let bytes = codec::encode(&record).to_ascii_lowercase();
        let open = opened[&(role, kind)].clone().unwrap_or_default();
        for &field in fields_of(role).iter().filter(|field| !open.contains(field)) {
            for canary in canaries(field) {
                prop_assert!(!contains(&bytes, canary.as_bytes()), "{} as {} {}", canary, role, kind);
            }
        }
        prop_assert!(!contains(&bytes, b"canary-roid"));
        let hidden = |form: PostalForm, int, loc| {
            let element = match form { PostalForm::International => int, PostalForm::Local => loc };
            contact.disclose.as_ref().is_some_and(|disclose| disclose.hides(element))
        };
        for form in [PostalForm::International, PostalForm::Local] {
            if hidden(form, DiscloseElement::AddressInt, DiscloseElement::AddressLoc) {
                for field in [Field::Street, Field::City, Field::Province, Field::PostalCode, Field::Country] {
                    let canary = format!("canary-{field}-{form}");
                    prop_assert!(!contains(&bytes, canary.as_bytes()), "{} though asked", canary);
                }
            }
            if hidden(form, DiscloseElement::OrganisationInt, DiscloseElement::OrganisationLoc) {
                let canary = format!("canary-organisation-{form}");
                prop_assert!(!contains(&bytes, canary.as_bytes()), "{} though asked", canary);
            }
        }
    }

    #[test]
    fn an_open_field_that_nobody_asked_to_hide_is_shown(contact in contact(), role in role(), opened in opened()) {
        let policy = policy(&opened);
        let (kind, _) = effective_kind(&contact, &policy);
        let (public, _) = decided(&contact, role, &policy);
        let open = opened[&(role, kind)].clone().unwrap_or_default();
        prop_assert_eq!(open.contains(&Field::Vat) && contact.vat.is_some(), public.vat.shown().is_some());
        prop_assert_eq!(open.contains(&Field::Handle), public.handle.shown().is_some());
        let asked = contact.disclose.as_ref().is_some_and(|disclose| disclose.hides(DiscloseElement::Email));
        prop_assert_eq!(open.contains(&Field::Email) && contact.email.is_some() && !asked, public.email.shown().is_some());
    }

    #[test]
    fn a_stricter_policy_shows_a_part_of_what_a_looser_one_shows(
        contact in contact(), role in role(), loose in opened(), closed in proptest::sample::subsequence(Field::ALL, 0..6),
    ) {
        let mut strict = loose.clone();
        for fields in strict.values_mut().flatten() { fields.retain(|field| !closed.contains(field)); }
        let (strict, _) = decided(&contact, role, &policy(&strict));
        let (loose, _) = decided(&contact, role, &policy(&loose));
        let loose = shown(&loose);
        for (field, value) in shown(&strict) {
            prop_assert_eq!(loose.get(&field), Some(&value), "{}", field);
        }
    }

    #[test]
    fn a_shield_only_removes(contact in contact(), role in role(), opened in opened()) {
        let policy = policy(&opened);
        let (before, _) = decided(&contact, role, &policy);
        let mut shielded = contact;
        shielded.shielded = true;
        let (after, _) = decided(&shielded, role, &policy);
        let before = shown(&before);
        for (field, value) in shown(&after) {
            // A kind that is shown is now that of a natural person.
            if field != Field::Kind { prop_assert_eq!(before.get(&field), Some(&value), "{}", field); }
        }
    }

    #[test]
    fn ep_01_asking_to_hide_only_removes_and_asking_to_show_does_nothing(
        contact in contact(), role in role(), opened in opened(),
        elements in proptest::sample::subsequence(DiscloseElement::ALL, 0..=9),
    ) {
        let policy = policy(&opened);
        let mut plain = contact;
        plain.disclose = None;
        let (before, _) = decided(&plain, role, &policy);
        let mut asking = plain;
        asking.disclose = Some(Disclose { allow: true, elements: elements.clone() });
        prop_assert_eq!(&decided(&asking, role, &policy).0, &before);
        asking.disclose = Some(Disclose { allow: false, elements });
        let (after, _) = decided(&asking, role, &policy);
        let before = shown(&before);
        for field in shown(&after).keys() {
            prop_assert!(before.contains_key(field), "{} was not shown before", field);
        }
    }

    #[test]
    fn unknown_kind_shows_what_a_natural_person_shows(contact in contact(), role in role(), opened in opened()) {
        let policy = policy(&opened);
        let mut unknown = contact.clone();
        unknown.declared_kind = Some(DeclaredKind::Unknown);
        unknown.shielded = false;
        let mut person = contact;
        person.declared_kind = Some(DeclaredKind::NaturalPerson);
        person.shielded = false;
        prop_assert_eq!(effective_kind(&unknown, &policy).0, Kind::NaturalPerson);
        prop_assert_eq!(shown(&decided(&unknown, role, &policy).0), shown(&decided(&person, role, &policy).0));
    }

    #[test]
    fn a_contact_is_decided_without_regard_to_the_others(
        one in contact(), other in contact(), role in role(), opened in opened(),
    ) {
        let policy = policy(&opened);
        let domain = domain();
        let contacts = vec![(Role::Tech, &one), (role, &other)];
        let together = decide(&Registration { domain: &domain, registrant: Some(&other), contacts }, &policy, AT);
        let PublicRecord::Domain(together) = together else { panic!("a domain") };
        let (alone, _) = decided(&one, Role::Tech, &policy);
        prop_assert!(together.contacts.contains(&alone));
        prop_assert_eq!(together.registrant, Some(decided(&other, Role::Registrant, &policy).0));
    }

    #[test]
    fn what_is_decided_is_what_is_read_back(contact in contact(), role in role(), opened in opened()) {
        let (_, record) = decided(&contact, role, &policy(&opened));
        prop_assert_eq!(codec::decode(&codec::encode(&record)), Ok(record));
    }
}

/// The rules of section 1 of the design, written out once more: what `dns-belgium` opens and nothing else.
#[test]
fn dns_belgium_opens_exactly_what_the_rules_name() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/disclosure/dns-belgium.toml");
    let policy = Policy::parse("dns-belgium.toml", &std::fs::read_to_string(path).unwrap()).unwrap();
    let address = [Field::Street, Field::City, Field::Province, Field::PostalCode, Field::Country];
    let with_address = |others: &[Field]| [&address, others].concat();
    let organisation = with_address(&[Field::Kind, Field::Handle, Field::Organisation, Field::Voice]);
    let company = with_address(&[Field::Organisation, Field::Voice, Field::Language]);
    let expected = |role, kind| match (role, kind) {
        (Role::Registrant | Role::Onsite | Role::Tech, Kind::Organisation) => organisation.clone(),
        (Role::RegistrarContact, Kind::Organisation) => [company.clone(), vec![Field::Kind]].concat(),
        (Role::RegistrarContact, Kind::NaturalPerson) => company.clone(),
        (Role::Registrar, Kind::Organisation) => {
            vec![Field::Name, Field::Website, Field::IanaId, Field::AbuseEmail, Field::AbuseVoice]
        }
        _ => Vec::new(),
    };
    for &role in Role::ALL {
        assert_eq!(
            policy.never_published(role).is_some(),
            matches!(role, Role::Billing | Role::Admin | Role::Reseller),
            "{role}"
        );
        for &kind in Kind::ALL {
            for &field in Field::ALL {
                let shows = matches!(policy.ruling(role, kind, field), loket::disclosure::policy::Ruling::Show(_));
                assert_eq!(shows, expected(role, kind).contains(&field), "{role} {kind} {field}");
            }
        }
    }
}

/// GP-25: beyond `dns-belgium`, province and country of every holder, and nothing more; the handles of contacts less.
#[test]
fn gp_25_icann_gtld_opens_only_the_region_beyond_dns_belgium_and_no_handle() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/disclosure/{name}.toml"));
        Policy::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let (gtld, belgium) = (read("icann-gtld"), read("dns-belgium"));
    let shows = |policy: &Policy, role, kind, field| {
        matches!(policy.ruling(role, kind, field), loket::disclosure::policy::Ruling::Show(_))
    };
    for &role in Role::ALL {
        for &kind in Kind::ALL {
            for &field in Field::ALL {
                let region = role == Role::Registrant && matches!(field, Field::Province | Field::Country);
                let expected = region || field != Field::Handle && shows(&belgium, role, kind, field);
                assert_eq!(shows(&gtld, role, kind, field), expected, "{role} {kind} {field}");
            }
        }
    }
}
