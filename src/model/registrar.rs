//! Registrars. A registrar is a company; what its record holds beyond the public fields is withheld all the same.

use std::fmt;

use super::contact::{Handle, PhoneNumber, PostalInfo};
use super::personal::Personal;
use super::status::RegistrarStatus;
use super::vocabulary::Role;
use crate::time::Timestamp;

/// The identifier of a registrar in the registry. Public.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistrarId(Box<str>);

impl RegistrarId {
    /// Reads an identifier: 1 to 80 printable ASCII characters without blanks; `None` for anything else.
    pub fn parse(text: &str) -> Option<RegistrarId> {
        let fits = (1..=super::contact::HANDLE_OCTETS_MAX).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| RegistrarId(text.into()))
    }

    /// The identifier's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegistrarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A registrar object (RFC 9022 §5.4, with Loket's extension).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrar {
    /// Identifier in the registry.
    pub id: RegistrarId,
    /// The company's name.
    pub name: String,
    /// IANA registrar id.
    pub iana_id: Option<u32>,
    /// Whether it may act.
    pub status: RegistrarStatus,
    /// Postal forms.
    pub postal: Vec<PostalInfo>,
    /// Telephone.
    pub voice: Option<PhoneNumber>,
    /// Fax.
    pub fax: Option<PhoneNumber>,
    /// E-mail address of the account, not for the public.
    pub email: Option<Personal<String>>,
    /// Website.
    pub website: Option<String>,
    /// Mailbox for reports of abuse (extension).
    pub abuse_email: Option<String>,
    /// Telephone for reports of abuse (extension).
    pub abuse_voice: Option<PhoneNumber>,
    /// Base URL of its RDAP service, ending in a slash (extension).
    pub rdap_base: Option<String>,
    /// Its contacts: the capacity (tech, billing…) and the contact (extension).
    pub contacts: Vec<(Role, Handle)>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
}
