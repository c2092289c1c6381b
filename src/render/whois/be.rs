//! The layout of .be ("Whois Server 6.1"): tabs, one value a line, contacts in blocks.
//!
//! Dates are days in UTC without padding, as in `Wed Feb 1 2012`. Names stand as A-labels, since the page is ASCII
//! (WH-10). Persons' names, fax numbers, mail addresses and handles have no place here, whatever the policy shows.

use super::card::{self, Card, Number};
use super::page::{Charset, Page};
use super::{date, status};
use crate::answer::Registered;
use crate::disclosure::record::PublicRegistrar;
use crate::model::dnssec::{KeyData, SecureDns};
use crate::model::name::{Addresses, Name};
use crate::model::status::RgpStatus;
use crate::model::vocabulary::Role;
use crate::model::zone::Zone;
use crate::render::site::ZoneTexts;

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
pub(super) fn domain(found: &Registered<'_>, texts: &ZoneTexts) -> Vec<u8> {
    let domain = &found.domain;
    let in_quarantine = domain.quarantined_until().is_some()
        || domain.rgp_statuses().any(|status| status == RgpStatus::RedemptionPeriod);
    let word = match (in_quarantine, domain.out_of_service()) {
        (true, _) => QUARANTINE,
        (false, true) => OUT_OF_SERVICE,
        (false, false) => NOT_AVAILABLE,
    };
    let mut page = begin(Some(domain.name()), word, texts);
    for (ours, at) in [("Registered:\t", domain.created()), ("Available:\t", domain.quarantined_until())] {
        if let Some(at) = at {
            page.put(ours);
            date::day(&mut page, at);
            page.blank();
        }
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

fn people(page: &mut Page, found: &Registered<'_>, texts: &ZoneTexts) {
    let domain = &found.domain;
    page.put("Registrant:\r\n");
    if let Some(registrant) = domain.registrant() {
        let registrant = Card::packed(&registrant);
        if shows_something(&registrant) {
            contact(page, &registrant);
        } else if is_withheld(&registrant) {
            page.line("\t", withheld_text(texts));
        }
    }
    page.blank();
    if domain.contacts().any(|contact| contact.role() == Role::Onsite) {
        let onsite = domain.contacts().filter(|contact| contact.role() == Role::Onsite);
        block(page, "Onsite Contacts:\r\n", onsite.map(|contact| Card::packed(&contact)), texts);
    }
    let tech = domain.contacts().filter(|contact| contact.role() == Role::Tech);
    let of_registrar = found.registrar.iter().flat_map(|kept| &kept.registrar.contacts);
    let of_registrar = of_registrar.filter(|contact| contact.role == Role::Tech);
    let tech = tech.map(|contact| Card::packed(&contact)).chain(of_registrar.map(Card::owned));
    block(page, "Registrar Technical Contacts:\r\n", tech, texts);
}

/// A block of contacts: those that show something, an empty line between them; then, once, the text for those that
/// do not. Two empty lines follow a block that holds something, one an empty block.
fn block<'a>(page: &mut Page, heading: &str, contacts: impl Iterator<Item = Card<'a>>, texts: &ZoneTexts) {
    page.put(heading);
    let (mut is_filled, mut hides_somebody) = (false, false);
    for card in contacts {
        if shows_something(&card) {
            if is_filled {
                page.blank();
            }
            contact(page, &card);
            is_filled = true;
        } else {
            hides_somebody |= is_withheld(&card);
        }
    }
    if hides_somebody {
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

/// The lines of a contact, in the order of .be.
fn contact(page: &mut Page, contact: &Card<'_>) {
    card::put(page, "\tOrganisation:\t", &contact.organisation);
    card::put(page, "\tLanguage:\t", &contact.language);
    for street in contact.street.shown().copied().into_iter().flatten() {
        page.line("\tStreet:\t", street);
    }
    card::put(page, "\tPostal code:\t", &contact.postal_code);
    card::put(page, "\tCity:\t", &contact.city);
    card::put(page, "\tProvince:\t", &contact.province);
    card::put(page, "\tCountry:\t", &contact.country);
    if let Some(phone) = contact.voice.shown() {
        telephone(page, phone);
    }
}

/// True where [`contact`] would write a line.
fn shows_something(contact: &Card<'_>) -> bool {
    let texts = [
        &contact.organisation,
        &contact.language,
        &contact.postal_code,
        &contact.city,
        &contact.province,
        &contact.country,
    ];
    texts.iter().any(|text| text.shown().is_some())
        || contact.street.shown().is_some_and(|street| street.clone().next().is_some())
        || contact.voice.shown().is_some()
}

/// True where a contact exists that the policy does not show: the role as a whole, or any of its fields.
fn is_withheld(contact: &Card<'_>) -> bool {
    contact.withholds() || contact.language.withheld().is_some()
}

/// The configured text; a fixed one where it is empty, so that what is withheld never looks as if it were not there.
fn withheld_text(texts: &ZoneTexts) -> &str {
    if texts.whois_withheld.trim().is_empty() { "Not shown." } else { &texts.whois_withheld }
}

fn technics(page: &mut Page, found: &Registered<'_>) {
    page.put("Registrar:\r\n");
    if let Some(kept) = found.registrar {
        registrar_lines(page, &kept.registrar);
    }
    page.put("\r\nNameservers:\r\n");
    for server in found.domain.nameservers() {
        nameserver(page, server.host, &found.addresses(&server));
    }
    page.put("\r\nKeys:\r\n");
    keys(page, &found.domain.secure_dns());
    page.put("\r\nFlags:\r\n");
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
fn nameserver(page: &mut Page, host: &str, addresses: &Addresses) {
    if addresses.is_empty() {
        page.line("\t", host);
    }
    for address in &addresses.v4 {
        begin_address(page, host);
        for (at, octet) in address.octets().into_iter().enumerate() {
            page.put(if at == 0 { "" } else { "." });
            page.number(u32::from(octet));
        }
        page.put(")\r\n");
    }
    for address in &addresses.v6 {
        begin_address(page, host);
        for (at, group) in address.segments().into_iter().enumerate() {
            page.put(if at == 0 { "" } else { ":" });
            page.group(group);
        }
        page.put(")\r\n");
    }
}

fn begin_address(page: &mut Page, host: &str) {
    page.put("\t");
    page.value(host);
    page.put(" (");
}

fn keys(page: &mut Page, secure_dns: &SecureDns) {
    for ds in &secure_dns.ds {
        let numbers = [
            ("\tkeyTag:", u32::from(ds.key_tag)),
            (" algorithm:", u32::from(ds.algorithm)),
            (" digestType:", u32::from(ds.digest_type)),
        ];
        for (ours, number) in numbers {
            page.put(ours);
            page.number(number);
        }
        page.put(" digest:");
        page.hexadecimal(&ds.digest);
        page.blank();
    }
    for key in &secure_dns.keys {
        let KeyData { flags, protocol, algorithm, public_key } = key;
        let line = format!("flags:{flags} protocol:{protocol} algorithm:{algorithm} pubKey:{public_key}");
        page.line("\t", &line);
    }
}

/// A number in EPP's form, its extension behind `x`.
fn telephone(page: &mut Page, phone: &Number<'_>) {
    match phone.extension {
        Some(extension) => page.line("\tPhone:\t", &format!("{} x{extension}", phone.number)),
        None => page.line("\tPhone:\t", phone.number),
    }
}
