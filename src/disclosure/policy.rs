//! Policies as data: which field of which contact, in which role, is shown, and the clause that says so.
//!
//! A policy is a TOML file that a lawyer can read (`config/disclosure/*.toml`; `reading` describes the language).
//! What no clause shows is withheld, and each role and kind must be spoken of by at least one clause, so that
//! nobody is forgotten in silence. Three things are no matter of a policy and cannot be switched off: a contact of
//! unknown or contradictory kind is a natural person, so is a shielded one, and EPP's disclose only ever withholds.

mod mistake;
mod reading;
#[cfg(test)]
mod tests;

pub use mistake::PolicyMistake;

use super::record::ClauseIndex;
use crate::model::vocabulary::{Field, Kind, Role, words};
use crate::time::Timestamp;

/// Longest policy file that is read, in octets.
pub const POLICY_OCTETS_MAX: usize = 1024 * 1024;
/// Most clauses of a policy.
pub const CLAUSES_MAX: usize = 1000;

words! {
    /// Whence the kind of a contact is known.
    KindFrom {
        /// A contact whose organisation field is filled in is an organisation (as DNS Belgium documents it).
        OrganisationField = "organisation-field",
        /// Only a contact that the source calls an organisation is one, and its organisation field must be
        /// filled in as well.
        Explicit = "explicit",
    }
}

/// One clause: a rule in plain words, which records cite by its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its name, unique in the policy.
    pub id: String,
    /// The rule in plain words.
    pub text: String,
    /// Where it comes from: a document and a place in it.
    pub source: String,
}

/// What a policy says of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It is shown, by this clause.
    Show(ClauseIndex),
    /// It is withheld, by this clause; by the default clause where none names it.
    Withhold(ClauseIndex),
}

/// What a policy says of the contacts of one role and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rule {
    /// The clause that keeps the whole role from being published.
    never: Option<ClauseIndex>,
    /// The fields that clauses name.
    fields: Vec<(Field, Ruling)>,
}

/// A checked disclosure policy: complete, without contradictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    name: String,
    version: String,
    url: Option<String>,
    summary: String,
    kind_from: KindFrom,
    in_force_from: Option<Timestamp>,
    digest: String,
    /// Index 0 is the default clause, which the file does not write.
    clauses: Vec<Clause>,
    /// One rule for each role and kind, in the order of [`Policy::place`].
    rules: Vec<Rule>,
}

impl Policy {
    /// Reads a policy. `file` is only named in the mistakes. Everything that is wrong is reported together; a
    /// policy with a mistake does not exist.
    pub fn parse(file: &str, text: &str) -> Result<Policy, Vec<PolicyMistake>> {
        reading::read(file, text)
    }

    /// The name by which zones choose it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version, as its authors count.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where the public may read the rules.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What it is about, in plain words.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// SHA-256 of the file's text, in lower case hexadecimal: two policies with the same digest decide the same.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Name, version and address, for notices.
    pub fn stamp(&self) -> (&str, &str, Option<&str>) {
        (&self.name, &self.version, self.url())
    }

    /// Whence the kind of a contact is known.
    pub fn kind_from(&self) -> KindFrom {
        self.kind_from
    }

    /// From when on it may open fields; `None`: always.
    pub fn in_force_from(&self) -> Option<Timestamp> {
        self.in_force_from
    }

    /// True when it may open fields at this moment. Before it is in force it withholds everything.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.in_force_from.is_none_or(|from| from <= at)
    }

    /// The clause that a record cites; `None` for an index of another policy.
    pub fn clause(&self, index: ClauseIndex) -> Option<&Clause> {
        self.clauses.get(usize::from(index.0))
    }

    /// All clauses, each with its index; the default clause first.
    pub fn clauses(&self) -> impl Iterator<Item = (ClauseIndex, &Clause)> {
        (0..=u16::MAX).map(ClauseIndex).zip(&self.clauses)
    }

    /// The clause that keeps contacts in this role from being published at all.
    pub fn never_published(&self, role: Role) -> Option<ClauseIndex> {
        // Such a clause has no kind: it stands with every kind that the role has.
        self.rule(role, Kind::Organisation).and_then(|rule| rule.never)
    }

    /// What it says of one field. Defined for every combination; what no clause names is withheld.
    pub fn ruling(&self, role: Role, kind: Kind, field: Field) -> Ruling {
        let default = Ruling::Withhold(ClauseIndex::default());
        let Some(rule) = self.rule(role, kind) else { return default };
        if let Some(clause) = rule.never {
            return Ruling::Withhold(clause);
        }
        rule.fields.iter().find(|(named, _)| *named == field).map_or(default, |(_, ruling)| *ruling)
    }

    fn rule(&self, role: Role, kind: Kind) -> Option<&Rule> {
        self.rules.get(Policy::place(role, kind))
    }

    /// Where the rule of a role and kind stands.
    fn place(role: Role, kind: Kind) -> usize {
        role as usize * Kind::ALL.len() + kind as usize
    }
}

/// The fields that a policy can decide about in a role. A registrar is a company: it has no kind, and its
/// identifier is public.
pub fn fields_of(role: Role) -> &'static [Field] {
    match role {
        Role::Registrar => &[
            Field::Name,
            Field::Street,
            Field::City,
            Field::Province,
            Field::PostalCode,
            Field::Country,
            Field::Voice,
            Field::Fax,
            Field::Email,
            Field::Website,
            Field::IanaId,
            Field::AbuseEmail,
            Field::AbuseVoice,
            Field::Events,
        ],
        Role::Registrant
        | Role::Onsite
        | Role::Tech
        | Role::Admin
        | Role::Billing
        | Role::Reseller
        | Role::RegistrarContact => &[
            Field::Kind,
            Field::Handle,
            Field::Name,
            Field::Organisation,
            Field::Street,
            Field::City,
            Field::Province,
            Field::PostalCode,
            Field::Country,
            Field::Voice,
            Field::Fax,
            Field::Email,
            Field::Language,
            Field::Vat,
            Field::Events,
        ],
    }
}

/// The kinds that contacts in a role can have.
pub fn kinds_of(role: Role) -> &'static [Kind] {
    match role {
        Role::Registrar => &[Kind::Organisation],
        Role::Registrant
        | Role::Onsite
        | Role::Tech
        | Role::Admin
        | Role::Billing
        | Role::Reseller
        | Role::RegistrarContact => Kind::ALL,
    }
}
