//! The synthetic register: object number i of a class is a function of seed and i.

use super::random::{Dice, Stream};
use super::words;
use crate::model::contact::{Contact, ContactType, DeclaredKind, Disclose, DiscloseElement, Handle, PhoneNumber};
use crate::model::contact::{PostalForm, PostalInfo};
use crate::model::dnssec::{DsData, SecureDns};
use crate::model::domain::{Delegation, Domain, LocalFacts};
use crate::model::host::Host;
use crate::model::name::{Addresses, Name};
use crate::model::object::{Class, IdnTable, Nndn, Object};
use crate::model::personal::Personal;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::{DomainStatus, NndnState, ObjectStatus, RegistrarStatus, RgpStatus};
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

/// The zones, with the share of each in a thousand.
pub(super) const ZONES: &[(&str, u64)] = &[("be", 980), ("vlaanderen", 12), ("brussels", 8)];
/// The IDN table to which names beyond ASCII belong.
const IDN_TABLE: &str = "be-latn";
/// Registrars of a large register.
const REGISTRARS_MAX: u64 = 500;
/// Pairs of shared name servers of a large register; 20,000 hosts.
const HOST_PAIRS_MAX: u64 = 10_000;
/// A Mersenne prime beyond any number of domains: multiplying by it permutes the numbers below any smaller one.
const STRIDE: u128 = (1 << 61) - 1;
const DAY: i64 = 86_400;

/// The sizes of a register, and the seed from which its objects come.
#[derive(Clone, Debug)]
pub(super) struct Register {
    pub(super) seed: u64,
    pub(super) domains: u64,
    pub(super) holders: u64,
    pub(super) technicians: u64,
    pub(super) onsite: u64,
    pub(super) payers: u64,
    pub(super) registrars: u64,
    pub(super) host_pairs: u64,
    pub(super) nndn: u64,
    now: i64,
}

impl Register {
    /// A register of so many domains as it stands at the watermark.
    pub(super) fn new(domains: u64, seed: u64, watermark: Timestamp) -> Register {
        Register {
            seed,
            domains,
            holders: (domains * 6 / 10).max(1),
            technicians: (domains / 50).clamp(2, 50_000),
            onsite: (domains / 20).max(1),
            payers: (domains / 100).max(1),
            registrars: (domains / 20).clamp(3, REGISTRARS_MAX),
            host_pairs: (domains / 20).clamp(2, HOST_PAIRS_MAX),
            nndn: domains / 1000,
            now: watermark.as_second(),
        }
    }

    /// The number of contacts: holders, technicians, onsite contacts, payers, one contact per registrar.
    pub(super) fn contacts(&self) -> u64 {
        self.holders + self.technicians + self.onsite + self.payers + self.registrars
    }

    /// The number of hosts that stand below a domain of the register; one pass over the numbers of the domains.
    pub(super) fn own_hosts(&self) -> u64 {
        2 * (0..self.domains).filter(|index| self.has_own_hosts(*index)).count() as u64
    }

    /// How many objects of a class there are; `own_hosts` as counted before.
    pub(super) fn count(&self, class: Class, own_hosts: u64) -> u64 {
        match class {
            Class::Domain => self.domains,
            Class::Host => 2 * self.host_pairs + own_hosts,
            Class::Contact => self.contacts(),
            Class::Registrar => self.registrars,
            Class::IdnTable => 1,
            Class::Nndn => self.nndn,
        }
    }

    /// A permutation of the numbers below `bound`, the same for every call with this seed.
    pub(super) fn shuffled(&self, index: u64, bound: u64) -> u64 {
        let offset = u128::from(Dice::of(self.seed, Stream::Change, bound).below(bound.max(1)));
        let bound = u128::from(bound.max(1));
        u64::try_from((u128::from(index) * (STRIDE % bound) + offset) % bound).unwrap_or(0)
    }

    /// The IDN table.
    pub(super) fn idn_table(&self) -> Object {
        Object::IdnTable(IdnTable {
            id: IDN_TABLE.to_owned(),
            url: Some("https://registry.example/idn/be-latn.html".to_owned()),
            policy_url: Some("https://registry.example/idn/policy.html".to_owned()),
        })
    }

    /// A reserved name.
    pub(super) fn reserved(&self, index: u64) -> Option<Object> {
        let name = Name::parse(&format!("voorbehouden-{index}.be")).ok()?;
        let state = if index.is_multiple_of(2) { NndnState::Blocked } else { NndnState::Withheld };
        Some(Object::Nndn(Nndn { name, state }))
    }

    /// A registrar.
    pub(super) fn registrar(&self, index: u64) -> Option<Object> {
        let mut dice = Dice::of(self.seed, Stream::Registrar, index);
        let status = match dice.below(1000) {
            0..960 => RegistrarStatus::Ok,
            960..985 => RegistrarStatus::ReadOnly,
            _ => RegistrarStatus::Terminated,
        };
        let address = address(&mut dice, PostalForm::International, None, None);
        let label = format!("registrar-{index:03}.example");
        let handle = self.contact_handle(self.contacts() - self.registrars + index)?;
        Some(Object::Registrar(Registrar {
            id: registrar_id(index)?,
            name: format!("{} {} {index:03}", capital(dice.pick(words::FIRST)), capital(dice.pick(words::SECOND))),
            iana_id: dice.per_mille(400).then(|| 90_000 + u32::try_from(index).unwrap_or(0)),
            status,
            postal: vec![address],
            voice: Some(phone(&mut dice)),
            fax: None,
            email: Some(Personal::new(format!("account@{label}"))),
            website: Some(format!("https://www.{label}")),
            abuse_email: Some(format!("abuse@{label}")),
            abuse_voice: Some(phone(&mut dice)),
            rdap_base: None,
            contacts: vec![(Role::Tech, handle)],
            created: self.moment(-dice.days(2000, 7000)),
            updated: None,
        }))
    }

    /// A shared name server: `index` runs over both of every pair.
    pub(super) fn shared_host(&self, index: u64) -> Option<Object> {
        let mut dice = Dice::of(self.seed, Stream::Host, index);
        Some(Object::Host(Host {
            name: shared_host_name(index / 2, index % 2)?,
            roid: Some(format!("H{index}-GEN")),
            statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
            addresses: Addresses::default(),
            sponsor: registrar_id(dice.rank(self.registrars, 4)),
            created: self.moment(-dice.days(1000, 4000)),
            updated: None,
        }))
    }

    /// One of the two name servers below a domain, with glue; `None` for a domain without.
    pub(super) fn own_host(&self, domain: u64, number: u64) -> Option<Object> {
        if !self.has_own_hosts(domain) {
            return None;
        }
        let mut dice = Dice::of(self.seed, Stream::Host, (1 << 62) + domain * 2 + number);
        let v4 = std::net::Ipv4Addr::new(198, 51, 100, u8::try_from(dice.below(254) + 1).unwrap_or(1));
        let group = u16::try_from(dice.below(65_536)).unwrap_or(0);
        let v6 = std::net::Ipv6Addr::new(0x2001, 0xdb8, group, 0, 0, 0, 0, 1 + u16::from(number > 0));
        Some(Object::Host(Host {
            name: own_host_name(&self.name(domain)?, number)?,
            roid: Some(format!("HD{domain}-{number}-GEN")),
            statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
            addresses: Addresses { v4: vec![v4], v6: if dice.per_mille(600) { vec![v6] } else { vec![] } },
            sponsor: registrar_id(self.registrar_of(self.holder_of(domain))),
            created: self.moment(-dice.days(10, 3000)),
            updated: None,
        }))
    }

    /// A contact: holders first, then technicians, onsite contacts, payers and the registrars' own.
    pub(super) fn contact(&self, index: u64) -> Option<Object> {
        let mut dice = Dice::of(self.seed, Stream::Contact, index);
        let (contact_type, organisations) = self.contact_class(index);
        let organisation = dice.per_mille(organisations);
        let given = dice.pick(words::GIVEN);
        let name = format!("{given} {}", dice.pick(words::FAMILY));
        let company = organisation.then(|| {
            let trade = format!("{} {}", capital(dice.pick(words::FIRST)), capital(dice.pick(words::SECOND)));
            format!("{trade} {index} {}", dice.pick(words::LEGAL_FORMS))
        });
        let disclose = dice.per_mille(20).then(|| Disclose {
            allow: dice.per_mille(300),
            elements: vec![DiscloseElement::Voice, DiscloseElement::Email],
        });
        Some(Object::Contact(Contact {
            handle: self.contact_handle(index)?,
            roid: Some(Personal::new(format!("C{index}-GEN"))),
            declared_kind: Some(if organisation { DeclaredKind::Organisation } else { DeclaredKind::NaturalPerson }),
            contact_type: Some(contact_type),
            shielded: organisation && dice.per_mille(2),
            statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
            postal: vec![address(&mut dice, PostalForm::Local, Some(name), company)],
            voice: Some(phone(&mut dice)),
            fax: (organisation && dice.per_mille(100)).then(|| phone(&mut dice)),
            email: Some(Personal::new(format!("{}.{index}@post.example", given.to_ascii_lowercase()))),
            language: Some(Personal::new(language(&mut dice).to_owned())),
            vat: (organisation && dice.per_mille(800))
                .then(|| Personal::new(format!("BE0{:09}", dice.below(1_000_000_000)))),
            disclose,
            sponsor: registrar_id(self.registrar_of_contact(index)),
            created: self.moment(-dice.days(30, 6000)),
            updated: self.moment(-dice.days(0, 30)),
        }))
    }

    /// A domain. Numbers from [`Register::domains`] on are names that the register does not have yet.
    pub(super) fn domain(&self, index: u64) -> Option<Object> {
        let mut dice = Dice::of(self.seed, Stream::Domain, index);
        let name = self.name(index)?;
        let holder = self.holder_of(index);
        let gtld = !name.as_str().ends_with(".be");
        let registrant = self.contact_handle(holder)?;
        let (statuses, rgp_statuses, facts) = self.standing(&mut dice);
        let nameservers =
            if statuses.contains(&DomainStatus::Inactive) { vec![] } else { self.nameservers(&mut dice, index)? };
        // The add grace period lasts five days.
        let oldest = if rgp_statuses.contains(&RgpStatus::AddPeriod) { 5 } else { 6000 };
        let age = dice.days(1, oldest);
        Some(Object::Domain(Domain {
            roid: format!("D{index}-GEN"),
            idn_table: name.is_idn().then(|| IDN_TABLE.to_owned()),
            statuses,
            rgp_statuses,
            contacts: self.domain_contacts(&mut dice, holder, gtld)?,
            registrant: Some(registrant),
            secure_dns: if !nameservers.is_empty() && dice.per_mille(50) {
                signed(&mut dice)
            } else {
                SecureDns::default()
            },
            nameservers,
            registrar: registrar_id(self.registrar_of(holder))?,
            created: self.moment(-age),
            expires: self.moment(dice.days(1, 365)),
            updated: dice.per_mille(700).then(|| self.moment(-dice.days(0, 365).min(age))).flatten(),
            transferred: None,
            facts,
            name,
        }))
    }

    /// True when the domain has two name servers below itself.
    pub(super) fn has_own_hosts(&self, domain: u64) -> bool {
        Dice::of(self.seed, Stream::OwnHosts, domain).per_mille(30)
    }

    /// The name of a domain: two words, and a number where the words are used up; unique by construction.
    pub(super) fn name(&self, index: u64) -> Option<Name> {
        let mut dice = Dice::of(self.seed, Stream::Zone, index);
        let zone = zone(&mut dice);
        let place = if index < self.domains { self.shuffled(index, self.domains) } else { index };
        let (firsts, seconds) = (words::FIRST.len() as u64, words::SECOND.len() as u64);
        let first = word(words::FIRST, place % firsts);
        let second = word(words::SECOND, place / firsts % seconds);
        let number = place / firsts / seconds;
        let plain = if number == 0 { format!("{first}-{second}") } else { format!("{first}-{second}-{number}") };
        if dice.per_mille(20) {
            return Name::from_query(&format!("{}-{plain}.{zone}", dice.pick(words::ACCENTED))).ok();
        }
        Name::parse(&format!("{plain}.{zone}")).ok()
    }

    fn contact_class(&self, index: u64) -> (ContactType, u64) {
        let technicians = self.holders + self.technicians;
        let onsite = technicians + self.onsite;
        if index < self.holders / 100 {
            (ContactType::Licensee, 1000)
        } else if index < self.holders {
            (ContactType::Licensee, 394)
        } else if index < technicians {
            (ContactType::Tech, 850)
        } else if index < onsite {
            (ContactType::Onsite, 500)
        } else if index < onsite + self.payers {
            (ContactType::Billing, 700)
        } else {
            (ContactType::Tech, 900)
        }
    }

    fn contact_handle(&self, index: u64) -> Option<Handle> {
        Handle::parse(&format!("c{}", 100_000 + index))
    }

    fn holder_of(&self, domain: u64) -> u64 {
        Dice::of(self.seed, Stream::Portfolio, domain).rank(self.holders, 2)
    }

    fn registrar_of(&self, holder: u64) -> u64 {
        Dice::of(self.seed, Stream::Portfolio, (1 << 62) + holder).rank(self.registrars, 4)
    }

    fn registrar_of_contact(&self, index: u64) -> u64 {
        let own = self.contacts() - self.registrars;
        if index >= own { index - own } else { self.registrar_of(index) }
    }

    fn domain_contacts(&self, dice: &mut Dice, holder: u64, gtld: bool) -> Option<Vec<(Role, Handle)>> {
        let mut contacts = Vec::new();
        if gtld {
            contacts.push((Role::Admin, self.contact_handle(holder)?));
        }
        if gtld || dice.per_mille(300) {
            contacts.push((Role::Tech, self.contact_handle(self.holders + dice.rank(self.technicians, 2))?));
        }
        if dice.per_mille(100) {
            let onsite = self.holders + self.technicians + dice.below(self.onsite);
            contacts.push((Role::Tech, self.contact_handle(onsite)?));
        }
        if !gtld && dice.per_mille(50) {
            let payer = self.holders + self.technicians + self.onsite + dice.below(self.payers);
            contacts.push((Role::Billing, self.contact_handle(payer)?));
        }
        Some(contacts)
    }

    fn nameservers(&self, dice: &mut Dice, domain: u64) -> Option<Vec<Delegation>> {
        let name = self.name(domain)?;
        let pair = dice.rank(self.host_pairs, 4);
        let own = self.has_own_hosts(domain);
        (0..2)
            .map(|number| {
                let host = if own { own_host_name(&name, number)? } else { shared_host_name(pair, number)? };
                Some(Delegation { host, addresses: Addresses::default() })
            })
            .collect()
    }

    /// Statuses, in combinations that RFC 5731 and RFC 3915 allow.
    fn standing(&self, dice: &mut Dice) -> (Vec<DomainStatus>, Vec<RgpStatus>, LocalFacts) {
        use DomainStatus as S;
        let mut facts = LocalFacts::default();
        let (statuses, rgp): (Vec<S>, Vec<RgpStatus>) = match dice.below(1000) {
            0..30 => (vec![S::Inactive], vec![]),
            30..190 => (vec![S::ClientTransferProhibited], vec![]),
            190..210 => (vec![S::Ok], vec![RgpStatus::AddPeriod]),
            210..225 => {
                facts.quarantined_until = self.moment(dice.days(1, 40));
                (vec![S::PendingDelete], vec![RgpStatus::RedemptionPeriod])
            }
            225..228 => {
                facts.on_hold = true;
                let frozen = [S::ServerDeleteProhibited, S::ServerTransferProhibited, S::ServerUpdateProhibited];
                (frozen.to_vec(), vec![])
            }
            228..230 => {
                facts.out_of_service = true;
                (vec![S::ServerHold], vec![])
            }
            _ => (vec![S::Ok], vec![]),
        };
        (statuses, rgp, facts)
    }

    fn moment(&self, seconds: i64) -> Option<Timestamp> {
        Timestamp::from_second(self.now.saturating_add(seconds)).ok()
    }
}

impl Dice {
    /// A span in seconds between so many days, at any second of the day.
    fn days(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from((to - from).max(0) * DAY).unwrap_or(0);
        from * DAY + i64::try_from(self.below(span)).unwrap_or(0)
    }
}

fn zone(dice: &mut Dice) -> &'static str {
    let mut draw = dice.below(1000);
    for (zone, share) in ZONES {
        if draw < *share {
            return zone;
        }
        draw -= share;
    }
    "be"
}

fn word<'a>(words: &[&'a str], index: u64) -> &'a str {
    usize::try_from(index).ok().and_then(|index| words.get(index)).copied().unwrap_or("x")
}

fn registrar_id(index: u64) -> Option<RegistrarId> {
    RegistrarId::parse(&format!("reg{index:03}"))
}

fn shared_host_name(pair: u64, number: u64) -> Option<Name> {
    Name::parse(&format!("ns{}.dns-{pair}.example", number + 1)).ok()
}

fn own_host_name(domain: &Name, number: u64) -> Option<Name> {
    Name::parse(&format!("ns{}.{domain}", number + 1)).ok()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn language(dice: &mut Dice) -> &'static str {
    dice.pick(&["nl", "nl", "nl", "fr", "fr", "en", "de"])
}

/// A number that nobody can dial: after +32 no Belgian number begins with 0.
fn phone(dice: &mut Dice) -> PhoneNumber {
    PhoneNumber { number: Personal::new(format!("+32.0{:08}", dice.below(100_000_000))), extension: None }
}

fn address(dice: &mut Dice, form: PostalForm, name: Option<String>, organisation: Option<String>) -> PostalInfo {
    let index = usize::try_from(dice.below(words::PLACES.len() as u64)).unwrap_or(0);
    let (city, postal_code) = words::PLACES.get(index).copied().unwrap_or(("", ""));
    let street = format!("{} {}", dice.pick(words::STREETS), dice.below(300) + 1);
    PostalInfo {
        form,
        name: name.map(Personal::new),
        organisation: organisation.map(Personal::new),
        // An international form is ASCII alone (RFC 9022 §4.6.3).
        street: vec![Personal::new(if form == PostalForm::International {
            "Registrarlaan 1".to_owned()
        } else {
            street
        })],
        city: Some(Personal::new(city.to_owned())),
        province: None,
        postal_code: Some(Personal::new(postal_code.to_owned())),
        country: Some(Personal::new("BE".to_owned())),
    }
}

fn signed(dice: &mut Dice) -> SecureDns {
    let digest = (0..4).flat_map(|_| dice.next().to_be_bytes()).collect();
    let key_tag = u16::try_from(dice.below(65_536)).unwrap_or(0);
    SecureDns { max_sig_life: None, ds: vec![DsData { key_tag, algorithm: 13, digest_type: 2, digest }], keys: vec![] }
}
