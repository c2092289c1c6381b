//! Contacts, as the registry knows them. Everything here may be personal data.

use super::personal::Personal;
use super::registrar::RegistrarId;
use super::status::ObjectStatus;
use super::vocabulary::words;
use crate::time::Timestamp;

/// The identifier of a contact in the registry, compared exactly. Of a natural person it is personal data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handle(Personal<Box<str>>);

/// Longest handle in octets. EPP's clIDType has 16 characters (RFC 5730 §4); registries use more.
pub const HANDLE_OCTETS_MAX: usize = 80;

impl Handle {
    /// Reads a handle: 1 to 80 printable ASCII characters without blanks; `None` for anything else.
    pub fn parse(text: &str) -> Option<Handle> {
        let fits = (1..=HANDLE_OCTETS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Handle(Personal::new(text.into())))
    }

    /// The handle's text. See [`Personal::reveal`].
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

words! {
    /// What the source says a contact is. A word that it does not know is [`DeclaredKind::Unknown`].
    DeclaredKind {
        /// A private person.
        NaturalPerson = "natural-person",
        /// A legal person or another organisation.
        Organisation = "organisation",
        /// The source has a kind but does not know it.
        Unknown = "unknown",
    }
}

words! {
    /// DNS Belgium's contact types.
    ContactType {
        /// The holder.
        Licensee = "licensee",
        /// The holder's own technical contact.
        Onsite = "onsite",
        /// A technical contact.
        Tech = "tech",
        /// Who pays.
        Billing = "billing",
        /// A reseller.
        Reseller = "reseller",
    }
}

words! {
    /// Whether a postal form is for everybody (ASCII) or in the local script (RFC 5733 §2.3).
    PostalForm {
        /// Internationalised: ASCII only.
        International = "int",
        /// Localised: any script.
        Local = "loc",
    }
}

/// Name, organisation and address in one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostalInfo {
    /// Which form this is.
    pub form: PostalForm,
    /// The person's name.
    pub name: Option<Personal<String>>,
    /// The organisation's name, as the source has it: possibly white space or "n/a".
    pub organisation: Option<Personal<String>>,
    /// One to three street lines.
    pub street: Vec<Personal<String>>,
    /// City.
    pub city: Option<Personal<String>>,
    /// State or province.
    pub province: Option<Personal<String>>,
    /// Postal code.
    pub postal_code: Option<Personal<String>>,
    /// Country, ISO 3166-1 alpha-2, upper case.
    pub country: Option<Personal<String>>,
}

/// A telephone or fax number: E.164 in EPP's form `+32.22473701`, and an extension (RFC 5733 §2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The number.
    pub number: Personal<String>,
    /// The extension.
    pub extension: Option<Personal<String>>,
}

words! {
    /// An element that EPP's disclose names (RFC 5733 §2.9); the postal ones once per form.
    DiscloseElement {
        /// Name, international form.
        NameInt = "name-int",
        /// Name, local form.
        NameLoc = "name-loc",
        /// Organisation, international form.
        OrganisationInt = "org-int",
        /// Organisation, local form.
        OrganisationLoc = "org-loc",
        /// Address, international form.
        AddressInt = "addr-int",
        /// Address, local form.
        AddressLoc = "addr-loc",
        /// Telephone.
        Voice = "voice",
        /// Fax.
        Fax = "fax",
        /// E-mail.
        Email = "email",
    }
}

/// EPP's disclose: an exception, for the listed elements, to what the server does by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclose {
    /// True: the listed elements may be shown. False: they must not be.
    pub allow: bool,
    /// The listed elements.
    pub elements: Vec<DiscloseElement>,
}

impl Disclose {
    /// True when the contact asked that this element stays hidden.
    pub fn hides(&self, element: DiscloseElement) -> bool {
        !self.allow && self.elements.contains(&element)
    }
}

/// A contact object (RFC 9022 §5.3, with Loket's extension).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Identifier, unique in the registry.
    pub handle: Handle,
    /// Repository object identifier.
    pub roid: Option<Personal<String>>,
    /// What the source says it is; `None` where it says nothing.
    pub declared_kind: Option<DeclaredKind>,
    /// DNS Belgium's contact type; `None` where the source says nothing.
    pub contact_type: Option<ContactType>,
    /// Flagged for protection: treated as a natural person whatever else it is.
    pub shielded: bool,
    /// Statuses.
    pub statuses: Vec<ObjectStatus>,
    /// One or two postal forms, never two of the same.
    pub postal: Vec<PostalInfo>,
    /// Telephone.
    pub voice: Option<PhoneNumber>,
    /// Fax.
    pub fax: Option<PhoneNumber>,
    /// E-mail address.
    pub email: Option<Personal<String>>,
    /// Language of correspondence, a BCP 47 tag.
    pub language: Option<Personal<String>>,
    /// VAT number.
    pub vat: Option<Personal<String>>,
    /// EPP's disclose.
    pub disclose: Option<Disclose>,
    /// The registrar that manages it.
    pub sponsor: Option<RegistrarId>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
}

impl Contact {
    /// The postal form asked for.
    pub fn postal_in(&self, form: PostalForm) -> Option<&PostalInfo> {
        self.postal.iter().find(|postal| postal.form == form)
    }
}
