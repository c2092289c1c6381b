//! A state folder with a register made by hand.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Duration;

use crate::codec::{self, Change, RecordKey};
use crate::disclosure::policy::Policy;
use crate::disclosure::record::PublicRecord;
use crate::import::deposit::{Deposit, DepositFrame, DepositType, Header, Item};
use crate::import::problem::{Place, Report};
use crate::model::contact::{Contact, Handle, PostalForm, PostalInfo};
use crate::model::domain::{Delegation, Domain, LocalFacts};
use crate::model::host::Host;
use crate::model::name::{Addresses, Name};
use crate::model::object::{Class, Nndn, Object, ObjectKey};
use crate::model::personal::Personal;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::{DomainStatus, NndnState, ObjectStatus, RegistrarStatus};
use crate::model::vocabulary::Role;
use crate::model::zone::{WhoisLayout, Zone, Zones};
use crate::publish::reader::Opener;
use crate::publish::{Applied, ImportFailure, PublishSettings, Silent, import_from};
use crate::store::{self, Backend, Published, StoreFault};
use crate::time::{Clock, Timestamp};

pub const BELGIUM: &str = include_str!("../../../config/disclosure/dns-belgium.toml");
pub const ICANN: &str = include_str!("../../../config/disclosure/icann-gtld.toml");
/// Stands in every private field.
pub const CANARY: &str = "KANARIE";

pub type Records = BTreeMap<RecordKey, PublicRecord>;

pub struct World {
    _folder: tempfile::TempDir,
    pub settings: PublishSettings,
}

pub fn zones(policy: &str) -> Zones {
    zones_of(&["be"], policy)
}

pub fn zones_of(names: &[&str], policy: &str) -> Zones {
    let zone = |text: &&str| Zone {
        name: name(text),
        layout: WhoisLayout::Be,
        policy: policy.to_owned(),
        gtld_profile: false,
        profile: None,
    };
    Zones::new(names.iter().map(zone).collect())
}

impl World {
    pub fn new(backend: Backend) -> World {
        let folder = tempfile::tempdir().unwrap();
        let policy = Policy::parse("dns-belgium.toml", BELGIUM).unwrap();
        let default_policy = policy.name().to_owned();
        let settings = PublishSettings {
            state: folder.path().join("state"),
            zones: zones(&default_policy),
            policies: BTreeMap::from([(default_policy.clone(), policy)]),
            default_policy,
            shrink_share_max: 0.2,
            allow_shrink: false,
            servers_wait: Duration::ZERO,
            clock: Clock::manual("2026-12-20T12:00:00Z".parse().unwrap()),
            backend,
        };
        World { _folder: folder, settings }
    }

    pub fn apply(&self, frame: DepositFrame, items: Vec<Item>) -> Result<Applied, ImportFailure> {
        let open: Opener<'_> = Box::new(move |_| {
            let items: VecDeque<Item> = items.into();
            Some(Box::new(Script { frame, items, line: 0 }) as Box<dyn Deposit>)
        });
        import_from(vec![("test.xml".to_owned(), open)], &self.settings, &mut Silent)
            .map(|mut outcome| outcome.deposits.remove(0))
    }

    pub fn full(&self, id: &str, day: u8, items: Vec<Item>) -> Result<Applied, ImportFailure> {
        self.apply(frame(DepositType::Full, id, None, day), items)
    }

    pub fn diff(&self, id: &str, previous: &str, day: u8, items: Vec<Item>) -> Result<Applied, ImportFailure> {
        self.apply(frame(DepositType::Differential, id, Some(previous), day), items)
    }

    pub fn incr(&self, id: &str, day: u8, items: Vec<Item>) -> Result<Applied, ImportFailure> {
        self.apply(frame(DepositType::Incremental, id, None, day), items)
    }

    pub fn load(&self) -> Result<(Published, Records), StoreFault> {
        let mut records = Records::new();
        let published = store::load_from(&self.settings.backend, &self.settings.state, &mut |change| {
            match change {
                Change::Put { key, value } => drop(records.insert(key, codec::decode(value)?)),
                Change::Remove { key } => drop(records.remove(&key)),
            }
            Ok(())
        })?;
        Ok((published, records))
    }

    /// Neither the vault nor the public store nor anything else in the state folder has a canary in clear.
    pub fn no_canary_in_files(&self) {
        let mut files = Vec::new();
        walk(&self.settings.state, &mut files);
        assert!(files.len() > 3);
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
            assert!(!found, "{}", file.display());
        }
    }
}

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

pub fn frame(kind: DepositType, id: &str, previous: Option<&str>, day: u8) -> DepositFrame {
    DepositFrame {
        kind,
        id: id.to_owned(),
        previous_id: previous.map(str::to_owned),
        resend: 0,
        watermark: moment(day),
    }
}

fn moment(day: u8) -> Timestamp {
    format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
}

struct Script {
    frame: DepositFrame,
    items: VecDeque<Item>,
    line: u64,
}

impl Deposit for Script {
    fn frame(&self) -> &DepositFrame {
        &self.frame
    }

    fn next(&mut self, _: &mut Report) -> Option<(Item, Place)> {
        self.line += 1;
        Some((self.items.pop_front()?, Place { file: "test.xml".into(), line: self.line }))
    }

    fn progress(&self) -> (u64, u64) {
        (self.line, 0)
    }
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

pub trait IntoObject {
    fn object(self) -> Object;
}
macro_rules! into_object {
    ($($class:ident),+) => { $(impl IntoObject for $class { fn object(self) -> Object { Object::$class(self) } })+ };
}
into_object!(Domain, Host, Contact, Registrar, Nndn);

pub fn put(object: impl IntoObject) -> Item {
    Item::Put(object.object())
}

pub fn delete(key: ObjectKey) -> Item {
    Item::Delete(key)
}

pub fn header_with(counts: &[(Class, u64)]) -> Item {
    let counts = counts.iter().map(|(class, count)| (Some(*class), format!("urn:{class}"), *count)).collect();
    Item::Header(Header { counts, zones: Vec::new() })
}

pub fn header(domains: u64, contacts: u64) -> Item {
    header_with(&[(Class::Domain, domains), (Class::Contact, contacts), (Class::Host, 1), (Class::Registrar, 1)])
}

pub fn is_header(item: &Item) -> bool {
    matches!(item, Item::Header(_))
}

pub fn contact(handle: &str, organisation: Option<&str>) -> Contact {
    Contact {
        handle: Handle::parse(&if organisation.is_some() { handle.to_owned() } else { format!("{CANARY}{handle}") })
            .unwrap(),
        roid: Some(personal(CANARY)),
        declared_kind: None,
        contact_type: None,
        shielded: false,
        statuses: vec![ObjectStatus::Ok],
        postal: vec![PostalInfo {
            form: PostalForm::Local,
            name: Some(personal(CANARY)),
            organisation: organisation.map(personal),
            street: vec![personal(if organisation.is_some() { "Straat 1" } else { CANARY })],
            city: Some(personal(if organisation.is_some() { "Leuven" } else { CANARY })),
            province: None,
            postal_code: None,
            country: Some(personal("BE")),
        }],
        voice: None,
        fax: None,
        email: Some(personal("KANARIE@example.be")),
        language: None,
        vat: Some(personal(CANARY)),
        disclose: None,
        sponsor: RegistrarId::parse("R1"),
        created: None,
        updated: None,
    }
}

/// The handle of `contact("person", None)` or `contact("org", …)`.
pub fn handle(who: &str) -> Handle {
    Handle::parse(&if who == "person" { format!("{CANARY}person") } else { who.to_owned() }).unwrap()
}

pub fn host(text: &str, roid: &str) -> Host {
    Host {
        name: name(text),
        roid: Some(roid.to_owned()),
        statuses: vec![ObjectStatus::Ok],
        addresses: Addresses::default(),
        sponsor: RegistrarId::parse("R1"),
        created: None,
        updated: None,
    }
}

pub fn domain(number: usize, owner: &str) -> Domain {
    Domain {
        name: name(&format!("d{number}.be")),
        roid: format!("D{number}-TEST"),
        idn_table: None,
        statuses: vec![DomainStatus::Ok],
        rgp_statuses: Vec::new(),
        registrant: Some(handle(owner)),
        contacts: vec![(Role::Tech, handle("person"))],
        nameservers: vec![Delegation { host: name("ns1.example.net"), addresses: Addresses::default() }],
        registrar: RegistrarId::parse("R1").unwrap(),
        created: Some(moment(1)),
        expires: None,
        updated: None,
        transferred: None,
        secure_dns: Default::default(),
        facts: LocalFacts::default(),
    }
}

pub fn registrar(id: &str) -> Registrar {
    Registrar {
        id: RegistrarId::parse(id).unwrap(),
        name: "Registrar NV".into(),
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
        contacts: vec![(Role::Tech, handle("org"))],
        created: None,
        updated: None,
    }
}

/// A register: the odd domains are the organisation's, the even ones the person's.
pub fn register(domains: usize) -> Vec<Item> {
    let mut items = vec![
        header(domains as u64, 2),
        put(Nndn { name: name("reserved.be"), state: NndnState::Blocked }),
        put(registrar("R1")),
        put(host("ns1.example.net", "H1-TEST")),
    ];
    items.extend((0..domains).rev().map(|number| put(domain(number, if number % 2 == 1 { "org" } else { "person" }))));
    items.extend([put(contact("person", None)), put(contact("org", Some("Bedrijf NV")))]);
    items
}

/// The organisation that is shown as the holder of a domain.
pub fn organisation(records: &Records, text: &str) -> Option<String> {
    match &records[&RecordKey::Domain(name(text))] {
        PublicRecord::Domain(domain) => domain.registrant.as_ref()?.organisation.shown().cloned(),
        _ => None,
    }
}
