//! The layout of .be ("Whois Server 6.1"): tabs, one value a line, contacts in blocks.
//!
//! Dates are days in UTC without padding, as in `Wed Feb 1 2012`. Names stand as A-labels, since the page is ASCII
//! (WH-10). Persons' names, fax numbers, mail addresses and handles have no place here, whatever the policy shows.

use super::page::{Charset, Page};
use super::status;
use crate::answer::DomainAnswer;
use crate::disclosure::record::{Phone, PublicContact, PublicRegistrar};
use crate::model::dnssec::SecureDns;
use crate::model::name::{Addresses, Name};
use crate::model::status::RgpStatus;
use crate::model::vocabulary::Role;
use crate::model::zone::Zone;
use crate::render::site::ZoneTexts;
use crate::time::Timestamp;

/// The status of a name that may be registered.
pub(super) const AVAILABLE: &str = "AVAILABLE";
/// The status of a name that is taken, frozen or reserved. Clients know no word for "on hold".
pub(super) const NOT_AVAILABLE: &str = "NOT AVAILABLE";
const QUARANTINE: &str = "QUARANTINE";
const OUT_OF_SERVICE: &str = "OUT OF SERVICE";
const NOT_ALLOWED: &str = "NOT ALLOWED";

/// What a name is told that no zone of this layout could hold (WH-13).
pub(super) const APPROVED_CHARACTERS: &str = "Use only approved characters.";

/// What a name is told that lies in none of our zones (WH-12).
pub(super) fn add_extension(zone: Option<&Zone>) -> String {
    let extension = zone.map(|zone| format!(".{}", zone.name)).unwrap_or_default();
    format!("Please add correct {extension} extension.")
}

/// A name that is told in one word (BE-01, WH-14).
pub(super) fn status(name: &Name, status: &str, texts: &ZoneTexts) -> Vec<u8> {
    let mut page = begin(Some(name.as_str()), status, texts);
    page.blank();
    page.into_bytes()
}

/// A name that cannot be registered (BE-03). Without a name where it must not be repeated.
pub(super) fn not_allowed(name: Option<&str>, message: &str, texts: &ZoneTexts) -> Vec<u8> {
    let mut page = begin(name, NOT_ALLOWED, texts);
    page.line("Message:\t", message);
    page.blank();
    page.into_bytes()
}

/// A registered domain (BE-02, BE-04 to BE-06). In quarantine only its dates are told.
pub(super) fn domain(found: &DomainAnswer, texts: &ZoneTexts) -> Vec<u8> {
    let domain = &found.domain;
    let in_quarantine =
        domain.quarantined_until.is_some() || domain.rgp_statuses.contains(&RgpStatus::RedemptionPeriod);
    let word = match (in_quarantine, domain.out_of_service) {
        (true, _) => QUARANTINE,
        (false, true) => OUT_OF_SERVICE,
        (false, false) => NOT_AVAILABLE,
    };
    let mut page = begin(Some(domain.name.as_str()), word, texts);
    if let Some(created) = domain.created {
        page.line("Registered:\t", &day(created));
    }
    if let Some(until) = domain.quarantined_until {
        page.line("Available:\t", &day(until));
    }
    page.blank();
    if !in_quarantine {
        people(&mut page, found, texts);
        technics(&mut page, found);
        page.line("", &texts.whois_closing);
    }
    page.into_bytes()
}

fn begin(name: Option<&str>, status: &str, texts: &ZoneTexts) -> Page {
    let mut page = Page::new(Charset::Ascii);
    page.banner(&texts.whois_banner);
    page.blank();
    if let Some(name) = name {
        page.line("Domain:\t", name);
    }
    page.line("Status:\t", status);
    page
}

fn people(page: &mut Page, found: &DomainAnswer, texts: &ZoneTexts) {
    let domain = &found.domain;
    page.line("Registrant:", "");
    if let Some(registrant) = &domain.registrant {
        let is_told = contact(page, registrant);
        if !is_told && is_withheld(registrant) {
            page.line("\t", withheld_text(texts));
        }
    }
    page.blank();
    let onsite: Vec<&PublicContact> = domain.contacts.iter().filter(|contact| contact.role == Role::Onsite).collect();
    if !onsite.is_empty() {
        block(page, "Onsite Contacts:", &onsite, texts);
    }
    let of_registrar = found.registrar.iter().flat_map(|registrar| &registrar.contacts);
    let tech: Vec<&PublicContact> =
        domain.contacts.iter().chain(of_registrar).filter(|contact| contact.role == Role::Tech).collect();
    block(page, "Registrar Technical Contacts:", &tech, texts);
}

/// A block of contacts: those that show something, an empty line between them; then, once, the text for those that
/// do not. Two empty lines follow a block that holds something, one an empty block.
fn block(page: &mut Page, heading: &str, contacts: &[&PublicContact], texts: &ZoneTexts) {
    page.line(heading, "");
    let mut is_filled = false;
    for shown in contacts.iter().filter(|contact| shows_something(contact)) {
        if is_filled {
            page.blank();
        }
        is_filled |= contact(page, shown);
    }
    if contacts.iter().any(|contact| !shows_something(contact) && is_withheld(contact)) {
        if is_filled {
            page.blank();
        }
        page.line("\t", withheld_text(texts));
        is_filled = true;
    }
    page.blank();
    if is_filled {
        page.blank();
    }
}

/// The lines of a contact, in the order of .be; false where there was none to print.
fn contact(page: &mut Page, contact: &PublicContact) -> bool {
    let lines = lines(contact);
    for (key, value) in &lines {
        page.line(key, value);
    }
    !lines.is_empty()
}

fn lines(contact: &PublicContact) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut put = |key, value: Option<String>| lines.extend(value.map(|value| (key, value)));
    put("\tOrganisation:\t", contact.organisation.shown().cloned());
    put("\tLanguage:\t", contact.language.shown().cloned());
    for street in contact.street.shown().into_iter().flatten() {
        put("\tStreet:\t", Some(street.clone()));
    }
    put("\tPostal code:\t", contact.postal_code.shown().cloned());
    put("\tCity:\t", contact.city.shown().cloned());
    put("\tProvince:\t", contact.province.shown().cloned());
    put("\tCountry:\t", contact.country.shown().cloned());
    put("\tPhone:\t", contact.voice.shown().map(phone));
    lines
}

fn shows_something(contact: &PublicContact) -> bool {
    !lines(contact).is_empty()
}

/// True where a contact exists that the policy does not show: the role as a whole, or any of its fields.
fn is_withheld(contact: &PublicContact) -> bool {
    let texts = [
        &contact.handle,
        &contact.name,
        &contact.organisation,
        &contact.city,
        &contact.province,
        &contact.postal_code,
        &contact.country,
        &contact.email,
        &contact.language,
    ];
    contact.omitted.is_some()
        || texts.iter().any(|text| text.withheld().is_some())
        || contact.street.withheld().is_some()
        || [&contact.voice, &contact.fax].iter().any(|phone| phone.withheld().is_some())
}

/// The configured text; a fixed one where it is empty, so that what is withheld never looks as if it were not there.
fn withheld_text(texts: &ZoneTexts) -> &str {
    if texts.whois_withheld.trim().is_empty() { "Not shown." } else { &texts.whois_withheld }
}

fn technics(page: &mut Page, found: &DomainAnswer) {
    page.line("Registrar:", "");
    if let Some(registrar) = &found.registrar {
        registrar_lines(page, registrar);
    }
    page.blank();
    page.line("Nameservers:", "");
    let none = Addresses::default();
    let addresses = found.addresses.iter().chain(std::iter::repeat(&none));
    for (server, addresses) in found.domain.nameservers.iter().zip(addresses) {
        nameserver(page, &server.host, addresses);
    }
    page.blank();
    page.line("Keys:", "");
    keys(page, &found.domain.secure_dns);
    page.blank();
    page.line("Flags:", "");
    for word in status::words(&found.domain) {
        if word.starts_with("client") || word.starts_with("server") {
            page.line("\t", word);
        }
    }
    page.blank();
}

fn registrar_lines(page: &mut Page, registrar: &PublicRegistrar) {
    for (key, value) in [("\tName:\t", &registrar.name), ("\tWebsite:\t", &registrar.website)] {
        if let Some(value) = value.shown() {
            page.line(key, value);
        }
    }
}

/// One line for each address, the name repeated; IPv6 in eight groups without compression (CO-15).
fn nameserver(page: &mut Page, host: &Name, addresses: &Addresses) {
    if addresses.is_empty() {
        page.line("\t", host.as_str());
    }
    for address in &addresses.v4 {
        page.line("\t", &format!("{host} ({address})"));
    }
    for address in &addresses.v6 {
        let groups: Vec<String> = address.segments().iter().map(|group| format!("{group:x}")).collect();
        page.line("\t", &format!("{host} ({})", groups.join(":")));
    }
}

fn keys(page: &mut Page, secure_dns: &SecureDns) {
    for ds in &secure_dns.ds {
        let digest: String = ds.digest.iter().map(|byte| format!("{byte:02X}")).collect();
        let line =
            format!("keyTag:{} algorithm:{} digestType:{} digest:{digest}", ds.key_tag, ds.algorithm, ds.digest_type);
        page.line("\t", &line);
    }
    for key in &secure_dns.keys {
        let line = format!(
            "flags:{} protocol:{} algorithm:{} pubKey:{}",
            key.flags, key.protocol, key.algorithm, key.public_key
        );
        page.line("\t", &line);
    }
}

/// A number in EPP's form, its extension behind `x`.
fn phone(phone: &Phone) -> String {
    match &phone.extension {
        Some(extension) => format!("{} x{extension}", phone.number),
        None => phone.number.clone(),
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%a %b %-d %Y").to_string()
}
