//! Records for tests: drawn from bytes, so that property tests shrink them, and four that stand for ever.

use crate::disclosure::record::{
    ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn, PublicRecord,
    PublicRegistrar, Reason, Seal,
};
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::name::{Addresses, Name};
use crate::model::status::{DomainStatus, NndnState, ObjectStatus, RegistrarStatus, RgpStatus};
use crate::model::vocabulary::{Kind, Role};
use crate::time::Timestamp;

/// Draws values from bytes; when they are used up, the simplest value.
pub struct Draw<'a>(pub &'a [u8]);

impl Draw<'_> {
    fn octet(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()])
    }

    fn yes(&mut self) -> bool {
        self.octet() % 2 == 1
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.octet()) % all.len()]
    }

    fn text(&mut self) -> String {
        let length = self.octet() % 9;
        (0..length).map(|_| char::from_u32(u32::from(self.word()) + 1).unwrap_or('€')).collect()
    }

    fn name(&mut self) -> Name {
        let label: String = (0..=self.octet() % 5).map(|_| char::from(b'a' + self.octet() % 26)).collect();
        Name::parse(&format!("{label}.be")).unwrap()
    }

    fn moment(&mut self) -> Timestamp {
        let high = i64::from(self.word()) << 30;
        let sign = if self.yes() { 1 } else { -1 };
        Timestamp::from_microsecond(sign * (high + i64::from(self.word()))).unwrap()
    }

    fn option<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.yes() { Some(draw(self)) } else { None }
    }

    fn list<T>(&mut self, mut draw: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.octet() % 4).map(|_| draw(self)).collect()
    }

    fn disclosed<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Disclosed<T> {
        match self.octet() % 3 {
            0 => Disclosed::Absent,
            1 => Disclosed::Shown { clause: ClauseIndex(self.word()), value: draw(self) },
            _ => Disclosed::Withheld { clause: ClauseIndex(self.word()), reason: self.one(Reason::ALL) },
        }
    }

    fn phone(&mut self) -> Phone {
        Phone { number: self.text(), extension: self.option(Self::text) }
    }

    fn addresses(&mut self) -> Addresses {
        Addresses {
            v4: self.list(|d| [d.octet(), d.octet(), d.octet(), d.octet()].into()),
            v6: self.list(|d| [0x2001, 0xdb8, 0, 0, d.word(), d.word(), d.word(), d.word()].into()),
        }
    }

    fn secure_dns(&mut self) -> SecureDns {
        SecureDns {
            max_sig_life: self.option(|d| u32::from(d.word()) << 16 | 1),
            ds: self.list(|d| DsData {
                key_tag: d.word(),
                algorithm: d.octet(),
                digest_type: d.octet(),
                digest: d.list(Self::octet),
            }),
            keys: self.list(|d| KeyData { flags: d.word(), protocol: 3, algorithm: d.octet(), public_key: d.text() }),
        }
    }

    fn contact(&mut self) -> PublicContact {
        PublicContact {
            role: self.one(Role::ALL),
            omitted: self.option(|d| (d.one(Reason::ALL), ClauseIndex(d.word()))),
            kind: self.disclosed(|d| d.one(Kind::ALL)),
            handle: self.disclosed(Self::text),
            name: self.disclosed(Self::text),
            organisation: self.disclosed(Self::text),
            street: self.disclosed(|d| d.list(Self::text)),
            city: self.disclosed(Self::text),
            province: self.disclosed(Self::text),
            postal_code: self.disclosed(Self::text),
            country: self.disclosed(Self::text),
            voice: self.disclosed(Self::phone),
            fax: self.disclosed(Self::phone),
            email: self.disclosed(Self::text),
            language: self.disclosed(Self::text),
            vat: self.disclosed(Self::text),
            created: self.disclosed(Self::moment),
            updated: self.disclosed(Self::moment),
            seal: Seal::decided(),
        }
    }

    fn domain(&mut self) -> PublicDomain {
        PublicDomain {
            name: self.name(),
            roid: self.text(),
            statuses: self.list(|d| d.one(DomainStatus::ALL)),
            rgp_statuses: self.list(|d| d.one(RgpStatus::ALL)),
            on_hold: self.yes(),
            quarantined_until: self.option(Self::moment),
            out_of_service: self.yes(),
            registrant: self.option(Self::contact),
            contacts: self.list(Self::contact),
            registrar: self.text(),
            nameservers: self.list(|d| PublicDelegation { host: d.name(), addresses: d.addresses() }),
            secure_dns: self.secure_dns(),
            created: self.option(Self::moment),
            expires: self.option(Self::moment),
            updated: self.option(Self::moment),
            transferred: self.option(Self::moment),
            seal: Seal::decided(),
        }
    }

    fn host(&mut self) -> PublicHost {
        PublicHost {
            name: self.name(),
            roid: self.option(Self::text),
            statuses: self.list(|d| d.one(ObjectStatus::ALL)),
            addresses: self.addresses(),
            registrar: self.option(Self::text),
            created: self.option(Self::moment),
            updated: self.option(Self::moment),
            seal: Seal::decided(),
        }
    }

    fn registrar(&mut self) -> PublicRegistrar {
        PublicRegistrar {
            id: self.text(),
            status: self.one(RegistrarStatus::ALL),
            iana_id: self.disclosed(|d| u32::from(d.word()) << 8),
            name: self.disclosed(Self::text),
            street: self.disclosed(|d| d.list(Self::text)),
            city: self.disclosed(Self::text),
            province: self.disclosed(Self::text),
            postal_code: self.disclosed(Self::text),
            country: self.disclosed(Self::text),
            voice: self.disclosed(Self::phone),
            fax: self.disclosed(Self::phone),
            email: self.disclosed(Self::text),
            website: self.disclosed(Self::text),
            abuse_email: self.disclosed(Self::text),
            abuse_voice: self.disclosed(Self::phone),
            rdap_base: self.option(Self::text),
            contacts: self.list(Self::contact),
            created: self.disclosed(Self::moment),
            updated: self.disclosed(Self::moment),
            seal: Seal::decided(),
        }
    }

    /// A record of any class.
    pub fn record(&mut self) -> PublicRecord {
        match self.octet() % 4 {
            0 => PublicRecord::Nndn(PublicNndn {
                name: self.name(),
                state: self.one(NndnState::ALL),
                seal: Seal::decided(),
            }),
            1 => PublicRecord::Host(self.host()),
            2 => PublicRecord::Registrar(self.registrar()),
            _ => PublicRecord::Domain(self.domain()),
        }
    }
}

fn shown<T>(value: T) -> Disclosed<T> {
    Disclosed::Shown { value, clause: ClauseIndex(1) }
}

fn withheld<T>(reason: Reason, clause: u16) -> Disclosed<T> {
    Disclosed::Withheld { reason, clause: ClauseIndex(clause) }
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn addresses() -> Addresses {
    Addresses { v4: vec![[192, 0, 2, 53].into()], v6: vec![[0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53].into()] }
}

fn organisation() -> PublicContact {
    PublicContact {
        role: Role::Registrant,
        omitted: None,
        kind: shown(Kind::Organisation),
        handle: shown("C-1001".to_owned()),
        name: withheld(Reason::NotOpened, 0),
        organisation: shown("Voorbeeld & Zonen bv".to_owned()),
        street: shown(vec!["Kerkstraat 1".to_owned(), "bus 2".to_owned()]),
        city: shown("Leuven".to_owned()),
        province: Disclosed::Absent,
        postal_code: shown("3000".to_owned()),
        country: shown("BE".to_owned()),
        voice: shown(Phone { number: "+32.16555001".to_owned(), extension: Some("7".to_owned()) }),
        fax: withheld(Reason::NotOpened, 0),
        email: withheld(Reason::AskedByContact, 300),
        language: withheld(Reason::NotOpened, 2),
        vat: withheld(Reason::NotOpened, 0),
        created: shown(moment("2011-02-03T04:05:06.000007Z")),
        updated: Disclosed::Absent,
        seal: Seal::decided(),
    }
}

fn omitted() -> PublicContact {
    PublicContact {
        omitted: Some((Reason::RoleNotPublished, ClauseIndex(5))),
        ..PublicContact::blank(Role::Billing, Seal::decided())
    }
}

/// Four records, one of each class, whose bytes are kept in `tests/golden/codec/`.
pub fn kept() -> [(&'static str, PublicRecord); 4] {
    let domain = PublicDomain {
        name: name("xn--belgi-rsa.be"),
        roid: "D77-BE".to_owned(),
        statuses: vec![DomainStatus::ServerHold, DomainStatus::PendingDelete],
        rgp_statuses: vec![RgpStatus::RedemptionPeriod],
        on_hold: true,
        quarantined_until: Some(moment("2026-12-01T00:00:00Z")),
        out_of_service: false,
        registrant: Some(organisation()),
        contacts: vec![omitted()],
        registrar: "R-77".to_owned(),
        nameservers: vec![PublicDelegation { host: name("ns1.xn--belgi-rsa.be"), addresses: addresses() }],
        secure_dns: SecureDns {
            max_sig_life: Some(604_800),
            ds: vec![DsData { key_tag: 77, algorithm: 13, digest_type: 2, digest: vec![0xde, 0xad, 0xbe, 0xef] }],
            keys: vec![KeyData { flags: 257, protocol: 3, algorithm: 13, public_key: "AQID".to_owned() }],
        },
        created: Some(moment("1969-12-31T23:59:59Z")),
        expires: Some(moment("2027-01-02T03:04:05.6Z")),
        updated: None,
        transferred: None,
        seal: Seal::decided(),
    };
    let host = PublicHost {
        name: name("ns1.bedrijf.be"),
        roid: Some("H1-BE".to_owned()),
        statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
        addresses: addresses(),
        registrar: Some("R-77".to_owned()),
        created: Some(moment("2012-01-01T00:00:00Z")),
        updated: None,
        seal: Seal::decided(),
    };
    let registrar = PublicRegistrar {
        id: "R-77".to_owned(),
        status: RegistrarStatus::Ok,
        iana_id: shown(9995),
        name: shown("Voorbeeld Registrar nv".to_owned()),
        street: withheld(Reason::NotOpened, 0),
        city: withheld(Reason::NotOpened, 0),
        province: Disclosed::Absent,
        postal_code: withheld(Reason::NotOpened, 0),
        country: withheld(Reason::NotOpened, 0),
        voice: withheld(Reason::NotOpened, 0),
        fax: Disclosed::Absent,
        email: withheld(Reason::NotOpened, 0),
        website: shown("https://registrar.example/".to_owned()),
        abuse_email: shown("abuse@registrar.example".to_owned()),
        abuse_voice: shown(Phone { number: "+32.25550000".to_owned(), extension: None }),
        rdap_base: Some("https://rdap.registrar.example/".to_owned()),
        contacts: vec![organisation(), omitted()],
        created: withheld(Reason::NotOpened, 0),
        updated: Disclosed::Absent,
        seal: Seal::decided(),
    };
    let nndn = PublicNndn { name: name("gereserveerd.be"), state: NndnState::Withheld, seal: Seal::decided() };
    [
        ("domain", PublicRecord::Domain(domain)),
        ("host", PublicRecord::Host(host)),
        ("registrar", PublicRecord::Registrar(registrar)),
        ("nndn", PublicRecord::Nndn(nndn)),
    ]
}
