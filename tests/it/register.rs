//! A deposit in memory, and what a policy lets be published of it: the way of the data without a store. Integration
//! tests and benches share it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use loket::answer::Searching;
use loket::disclosure::decide::{decide, decide_host, decide_nndn, decide_registrar};
use loket::disclosure::policy::Policy;
use loket::disclosure::record::PublicRecord;
use loket::import;
use loket::import::deposit::Item;
use loket::import::problem::Report;
use loket::index::{Generation, Snapshot, SnapshotBuilder};
use loket::model::contact::{Contact, ContactType, Handle};
use loket::model::domain::{Domain, Registration};
use loket::model::host::Host;
use loket::model::name::Name;
use loket::model::object::{Nndn, Object};
use loket::model::registrar::Registrar;
use loket::model::vocabulary::Role;
use loket::model::zone::{WhoisLayout, Zone, Zones};
use loket::render::site::{Notice, PolicyStamp, Site, ZoneTexts};
use loket::render::whois::Frame;
use loket::time::Timestamp;

/// When everything here is decided.
pub const AT: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// The zones of the sample and of generated registers, and whether each is a gTLD.
const ZONES: [(&str, bool); 3] = [("be", false), ("brussels", true), ("vlaanderen", true)];

/// The base of RDAP addresses.
pub const BASE: &str = "https://rdap.registry.example/";

/// A file of this repository.
pub fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A policy from its file in this repository.
pub fn policy(path: &str) -> Policy {
    let text = std::fs::read_to_string(in_repository(path)).unwrap();
    Policy::parse(path, &text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// What the registry says about itself. `layout` is that of port 43 in a zone, by whether it is a gTLD.
pub fn site(layout: impl Fn(bool) -> WhoisLayout) -> Site {
    let zone = |(zone, gtld): (&str, bool)| Zone {
        name: Name::parse(zone).unwrap(),
        layout: layout(gtld),
        policy: "dns-belgium".to_owned(),
        gtld_profile: gtld,
        profile: None,
    };
    let texts = |(zone, _): (&str, bool)| {
        let texts = ZoneTexts {
            port43: Some(format!("whois.{zone}.example")),
            whois_banner: vec!["These data may be used to reach whoever holds a name.".to_owned()],
            whois_withheld: "Not shown, please visit www.registry.example for webbased whois.".to_owned(),
            whois_closing: "Please visit www.registry.example for more info.".to_owned(),
            whois_frame: Frame::default(),
            notices: vec![Notice {
                title: "Terms of Use".to_owned(),
                description: vec!["These data may be used to reach whoever holds a name.".to_owned()],
                link: Some(("terms-of-service".to_owned(), "https://www.registry.example/terms".to_owned())),
                lang: Some("en".to_owned()),
            }],
            policy: PolicyStamp { name: "dns-belgium".to_owned(), version: "1".to_owned(), url: None },
        };
        (Name::parse(zone).unwrap(), texts)
    };
    Site {
        redirects_plain_http: false,
        since: Timestamp::UNIX_EPOCH,
        cache_seconds: 60,
        searching: Searching::closed(),
        operator: "Registry".to_owned(),
        rdap_bases: vec![BASE.to_owned()],
        contact: Some("mailto:help@registry.example".to_owned()),
        zones: Zones::new(ZONES.map(zone).to_vec()),
        texts: ZONES.map(texts).into_iter().collect::<BTreeMap<_, _>>(),
        forms: loket::render::rdap::Forms::default(),
    }
}

/// Everything that a deposit holds.
#[derive(Default)]
pub struct Register {
    pub domains: Vec<Domain>,
    pub hosts: Vec<Host>,
    pub contacts: HashMap<Handle, Contact>,
    pub registrars: Vec<Registrar>,
    pub nndns: Vec<Nndn>,
}

impl Register {
    /// Reads a full deposit, which must have no error.
    pub fn read(path: &Path) -> Register {
        let (mut report, mut register) = (Report::default(), Register::default());
        let mut deposit = import::open(path, AT, &mut report).unwrap_or_else(|| panic!("{:?}", report.problems()));
        while let Some((item, place)) = deposit.next(&mut report) {
            match item {
                Item::Put(Object::Domain(domain)) => register.domains.push(domain),
                Item::Put(Object::Host(host)) => register.hosts.push(host),
                Item::Put(Object::Contact(contact)) => {
                    register.contacts.insert(contact.handle.clone(), contact);
                }
                Item::Put(Object::Registrar(registrar)) => register.registrars.push(registrar),
                Item::Put(Object::Nndn(nndn)) => register.nndns.push(nndn),
                Item::Put(Object::IdnTable(_)) | Item::Header(_) => {}
                Item::Delete(_) => panic!("{place}: a full deposit deletes nothing"),
            }
        }
        assert_eq!(report.errors(), 0, "{:?}", report.problems());
        register
    }

    /// A domain with its contacts, each in the role that it has after joining.
    pub fn registration<'a>(&'a self, domain: &'a Domain) -> Registration<'a> {
        let contacts = domain.contacts.iter().map(|(role, handle)| {
            let contact = &self.contacts[handle];
            match (role, contact.contact_type) {
                (Role::Tech, Some(ContactType::Onsite)) => (Role::Onsite, contact),
                _ => (*role, contact),
            }
        });
        Registration {
            domain,
            registrant: domain.registrant.as_ref().map(|handle| &self.contacts[handle]),
            contacts: contacts.collect(),
        }
    }

    /// The public records under a policy, one after another.
    pub fn decided<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = PublicRecord> + 'a {
        let registrars = self.registrars.iter().map(|registrar| {
            let contacts: Vec<(Role, &Contact)> =
                registrar.contacts.iter().map(|(role, handle)| (*role, &self.contacts[handle])).collect();
            decide_registrar(registrar, &contacts, policy, AT)
        });
        let domains = self.domains.iter().map(|domain| decide(&self.registration(domain), policy, AT));
        registrars.chain(self.hosts.iter().map(decide_host)).chain(domains).chain(self.nndns.iter().map(decide_nndn))
    }

    /// What is published under a policy, in memory.
    pub fn publish(&self, policy: &Policy) -> Snapshot {
        let mut builder = SnapshotBuilder::default().searchable(true);
        self.decided(policy).for_each(|record| builder.put(record));
        builder.finish(Generation { number: 1, watermark: AT, published_at: AT })
    }
}
