//! Public records: what may be said about a domain, a host, a registrar or a reserved name.
//!
//! These types cannot hold withheld data: each place where a person could appear is a [`Disclosed`], which
//! has a value only where a clause of a policy shows it. They are built by `disclosure::decide` and, from bytes
//! that it once produced, by `codec`; nobody else has a [`Seal`].

use crate::model::dnssec::SecureDns;
use crate::model::name::{Addresses, Name};
use crate::model::status::{DomainStatus, LocalFacts, NndnState, ObjectStatus, RegistrarStatus, RgpStatus};
use crate::model::vocabulary::{Kind, Role, words};
use crate::time::Timestamp;

/// Proof that a record comes from a decision. Only `disclosure` and `codec` make one; the layering test reads
/// for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal(());

impl Seal {
    /// For `disclosure::decide`, and for `codec` when it reads back what was decided.
    pub(crate) fn decided() -> Seal {
        Seal(())
    }
}

/// Which clause of a policy decided: an index into the clauses of the policy of the record's zone. Zero is the
/// default: what no clause names is withheld.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClauseIndex(pub u16);

words! {
    /// Why a value is withheld.
    Reason {
        /// No clause of the policy opens it.
        NotOpened = "not-opened",
        /// It belongs to a natural person, or to a contact that is treated as one: of unknown or contradictory kind, or
        /// flagged for protection. Which of these is not said: a public record does not tell who is protected.
        NaturalPerson = "natural-person",
        /// The contact asked for it by EPP's disclose.
        AskedByContact = "asked-by-contact",
        /// Contacts in this role are never published.
        RoleNotPublished = "role-not-published",
    }
}

/// A value that is shown, withheld, or was never there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Disclosed<T> {
    /// The registry has no such value.
    #[default]
    Absent,
    /// May be told.
    Shown {
        /// The value.
        value: T,
        /// The clause that shows it.
        clause: ClauseIndex,
    },
    /// Exists and is not told.
    Withheld {
        /// Why.
        reason: Reason,
        /// The clause that withholds it.
        clause: ClauseIndex,
    },
}

impl<T> Disclosed<T> {
    /// The value, where it is shown.
    pub fn shown(&self) -> Option<&T> {
        match self {
            Disclosed::Shown { value, .. } => Some(value),
            Disclosed::Absent | Disclosed::Withheld { .. } => None,
        }
    }

    /// The reason, where it is withheld.
    pub fn withheld(&self) -> Option<Reason> {
        match self {
            Disclosed::Withheld { reason, .. } => Some(*reason),
            Disclosed::Absent | Disclosed::Shown { .. } => None,
        }
    }

    /// The clause that decided; `None` where there was nothing to decide.
    pub fn clause(&self) -> Option<ClauseIndex> {
        match self {
            Disclosed::Absent => None,
            Disclosed::Shown { clause, .. } | Disclosed::Withheld { clause, .. } => Some(*clause),
        }
    }
}

/// A telephone number that is shown: E.164 in EPP's form `+32.22473701`, and an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// The number.
    pub number: String,
    /// The extension, digits.
    pub extension: Option<String>,
}

/// What may be said about one contact in one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicContact {
    /// The role on the object that it hangs on. For a registrar's contact: what it does for the registrar
    /// ([`Role::Tech`], [`Role::Billing`]…), decided by the rules of [`Role::RegistrarContact`].
    pub role: Role,
    /// `Some` where the policy does not publish this role at all: then every field below is absent.
    pub omitted: Option<(Reason, ClauseIndex)>,
    /// Person or organisation.
    pub kind: Disclosed<Kind>,
    /// Identifier.
    pub handle: Disclosed<String>,
    /// The person's name.
    pub name: Disclosed<String>,
    /// The organisation's name.
    pub organisation: Disclosed<String>,
    /// Street lines, one to three.
    pub street: Disclosed<Vec<String>>,
    /// City.
    pub city: Disclosed<String>,
    /// State or province.
    pub province: Disclosed<String>,
    /// Postal code.
    pub postal_code: Disclosed<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Disclosed<String>,
    /// Telephone.
    pub voice: Disclosed<Phone>,
    /// Fax.
    pub fax: Disclosed<Phone>,
    /// E-mail address.
    pub email: Disclosed<String>,
    /// Language, a BCP 47 tag.
    pub language: Disclosed<String>,
    /// VAT number. No door has a place for it: policies withhold it, and this says so to `explain`.
    pub vat: Disclosed<String>,
    /// When the contact was created and last changed.
    pub created: Disclosed<Timestamp>,
    /// When the contact was last changed.
    pub updated: Disclosed<Timestamp>,
    /// Only decisions make contacts.
    pub seal: Seal,
}

impl PublicContact {
    /// A contact of whom nothing is known.
    pub fn blank(role: Role, seal: Seal) -> PublicContact {
        PublicContact {
            role,
            omitted: None,
            kind: Disclosed::Absent,
            handle: Disclosed::Absent,
            name: Disclosed::Absent,
            organisation: Disclosed::Absent,
            street: Disclosed::Absent,
            city: Disclosed::Absent,
            province: Disclosed::Absent,
            postal_code: Disclosed::Absent,
            country: Disclosed::Absent,
            voice: Disclosed::Absent,
            fax: Disclosed::Absent,
            email: Disclosed::Absent,
            language: Disclosed::Absent,
            vat: Disclosed::Absent,
            created: Disclosed::Absent,
            updated: Disclosed::Absent,
            seal,
        }
    }
}

/// A name server of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDelegation {
    /// The server's name.
    pub host: Name,
    /// Glue given with the domain itself; where this is empty, the host's own record has it.
    pub addresses: Addresses,
}

/// What may be said about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDomain {
    /// Name.
    pub name: Name,
    /// Repository object identifier of the domain. Not personal.
    pub roid: String,
    /// EPP statuses.
    pub statuses: Vec<DomainStatus>,
    /// Grace period statuses.
    pub rgp_statuses: Vec<RgpStatus>,
    /// A legal freeze; the name keeps resolving.
    pub on_hold: bool,
    /// In quarantine until this moment.
    pub quarantined_until: Option<Timestamp>,
    /// The registrar is gone and the name was stopped.
    pub out_of_service: bool,
    /// The holder; `None` where the register has none.
    pub registrant: Option<PublicContact>,
    /// The other contacts, in the order of the source; those that are omitted stand last.
    pub contacts: Vec<PublicContact>,
    /// Identifier of the managing registrar.
    pub registrar: String,
    /// Name servers, in the order of the source.
    pub nameservers: Vec<PublicDelegation>,
    /// DNSSEC.
    pub secure_dns: SecureDns,
    /// When it was registered.
    pub created: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// When it was last transferred.
    pub transferred: Option<Timestamp>,
    /// Only decisions make records.
    pub seal: Seal,
}

impl PublicDomain {
    /// The EPP and grace period statuses that follow from the registry's own facts; those of the source stand in the
    /// record and may repeat them.
    pub fn implied_statuses(&self) -> (Vec<DomainStatus>, Vec<RgpStatus>) {
        let (statuses, rgp) = implied_by(&LocalFacts {
            on_hold: self.on_hold,
            quarantined_until: self.quarantined_until,
            out_of_service: self.out_of_service,
        });
        (statuses.collect(), rgp.collect())
    }
}

/// The EPP and grace period statuses that follow from the registry's own facts about a domain. A quarantine is a
/// deletion that can be undone (EP-17). A freeze forbids deletion, transfer and change while the name keeps resolving,
/// so it is no `serverHold` (EP-18). A name out of service is taken out of the zone (EP-19).
pub fn implied_by(
    facts: &LocalFacts,
) -> (impl Iterator<Item = DomainStatus> + use<>, impl Iterator<Item = RgpStatus> + use<>) {
    const FROZEN: [DomainStatus; 3] = [
        DomainStatus::ServerDeleteProhibited,
        DomainStatus::ServerTransferProhibited,
        DomainStatus::ServerUpdateProhibited,
    ];
    let is_quarantined = facts.quarantined_until.is_some();
    let statuses = is_quarantined.then_some(DomainStatus::PendingDelete).into_iter();
    let statuses = statuses.chain(facts.on_hold.then_some(FROZEN).into_iter().flatten());
    let statuses = statuses.chain(facts.out_of_service.then_some(DomainStatus::ServerHold));
    (statuses, is_quarantined.then_some(RgpStatus::RedemptionPeriod).into_iter())
}

/// What may be said about a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicHost {
    /// Name.
    pub name: Name,
    /// Repository object identifier.
    pub roid: Option<String>,
    /// Statuses.
    pub statuses: Vec<ObjectStatus>,
    /// Glue.
    pub addresses: Addresses,
    /// Identifier of the managing registrar.
    pub registrar: Option<String>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// Only decisions make records.
    pub seal: Seal,
}

/// What may be said about a registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRegistrar {
    /// Identifier in the registry. Public.
    pub id: String,
    /// Whether it may act.
    pub status: RegistrarStatus,
    /// IANA registrar id.
    pub iana_id: Disclosed<u32>,
    /// The company's name.
    pub name: Disclosed<String>,
    /// Street lines.
    pub street: Disclosed<Vec<String>>,
    /// City.
    pub city: Disclosed<String>,
    /// State or province.
    pub province: Disclosed<String>,
    /// Postal code.
    pub postal_code: Disclosed<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Disclosed<String>,
    /// Telephone.
    pub voice: Disclosed<Phone>,
    /// Fax.
    pub fax: Disclosed<Phone>,
    /// E-mail address of the account.
    pub email: Disclosed<String>,
    /// Website.
    pub website: Disclosed<String>,
    /// Mailbox for reports of abuse.
    pub abuse_email: Disclosed<String>,
    /// Telephone for reports of abuse.
    pub abuse_voice: Disclosed<Phone>,
    /// Base URL of its RDAP service, ending in a slash.
    pub rdap_base: Option<String>,
    /// Its contacts; those that are omitted stand last.
    pub contacts: Vec<PublicContact>,
    /// When it was created.
    pub created: Disclosed<Timestamp>,
    /// When it was last changed.
    pub updated: Disclosed<Timestamp>,
    /// Only decisions make records.
    pub seal: Seal,
}

impl PublicRegistrar {
    /// The handle under which doors name the registrar: its IANA id where that is shown (the gTLD profile demands
    /// it), its identifier otherwise. Entity lookups know both.
    pub fn handle(&self) -> String {
        self.iana_id.shown().map_or_else(|| self.id.clone(), u32::to_string)
    }
}

/// A name that is neither registered nor free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicNndn {
    /// Name.
    pub name: Name,
    /// Why it is not free.
    pub state: NndnState,
    /// Only decisions make records.
    pub seal: Seal,
}

/// One public record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "most records are domains, the largest")]
pub enum PublicRecord {
    /// A domain.
    Domain(PublicDomain),
    /// A host.
    Host(PublicHost),
    /// A registrar.
    Registrar(PublicRegistrar),
    /// A name that is neither registered nor free.
    Nndn(PublicNndn),
}
