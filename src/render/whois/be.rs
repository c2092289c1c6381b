//! The layout of .be ("Whois Server 6.1"): tabs, one value a line, contacts in blocks.
//!
//! Dates are days in UTC without padding, as in `Wed Feb 1 2012`. Names stand as A-labels, since the page is ASCII
//! (WH-10). Persons' names, fax numbers, mail addresses and handles have no place here, whatever the policy shows.

use super::frame::{Frame, Parts};
use super::lines::Lines;
use super::page::{Charset, Page};
use super::{date, status};
use crate::answer::{Glue, Registered};
use crate::disclosure::record::PublicRegistrar;
use crate::model::dnssec::{KeyData, SecureDns};
use crate::model::name::Name;
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
        let frame = Frame::of(texts);
        people(&mut page, found, frame);
        technics(&mut page, found);
        page.ready(&frame.closing);
    }
    page.into_bytes()
}

fn begin(name: Option<&str>, status: &str, texts: &ZoneTexts) -> Page {
    let mut page = Page::new(Charset::Ascii);
    page.ready(&Frame::of(texts).head);
    if let Some(name) = name {
        page.line("Domain:\t", name);
    }
    page.put("Status:\t");
    page.put(status);
    page.blank();
    page
}

fn people(page: &mut Page, found: &Registered<'_>, frame: &Parts) {
    let domain = &found.domain;
    page.put("Registrant:\r\n");
    if let Some(registrant) = domain.registrant() {
        let lines = Lines::packed(&registrant);
        if lines.are_some() {
            lines.put(page);
        } else if lines.is_withheld {
            page.ready(&frame.withheld);
        }
    }
    page.blank();
    let of_role = |role| domain.contacts().filter(move |contact| contact.role() == role);
    let mut onsite = of_role(Role::Onsite).map(|contact| Lines::packed(&contact)).peekable();
    if onsite.peek().is_some() {
        block(page, "Onsite Contacts:\r\n", onsite, frame);
    }
    let of_registrar = found.registrar.iter().flat_map(|kept| &kept.registrar.contacts);
    let of_registrar = of_registrar.filter(|contact| contact.role == Role::Tech).map(Lines::owned);
    let tech = of_role(Role::Tech).map(|contact| Lines::packed(&contact)).chain(of_registrar);
    block(page, "Registrar Technical Contacts:\r\n", tech, frame);
}

/// A block of contacts: those that show something, an empty line between them; then, once, the text for those that
/// do not. Two empty lines follow a block that holds something, one an empty block.
fn block<'a>(page: &mut Page, heading: &str, contacts: impl Iterator<Item = Lines<'a>>, frame: &Parts) {
    page.put(heading);
    let (mut is_filled, mut hides_somebody) = (false, false);
    for lines in contacts {
        if lines.are_some() {
            if is_filled {
                page.blank();
            }
            lines.put(page);
            is_filled = true;
        } else {
            hides_somebody |= lines.is_withheld;
        }
    }
    if hides_somebody {
        if is_filled {
            page.blank();
        }
        page.ready(&frame.withheld);
        is_filled = true;
    }
    page.blank();
    if is_filled {
        page.blank();
    }
}

fn technics(page: &mut Page, found: &Registered<'_>) {
    page.put("Registrar:\r\n");
    if let Some(kept) = found.registrar {
        registrar_lines(page, &kept.registrar);
    }
    page.put("\r\nNameservers:\r\n");
    for server in found.domain.raw_nameservers() {
        nameserver(page, server.host, &found.glue(&server));
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
fn nameserver(page: &mut Page, host: &[u8], glue: &Glue<'_>) {
    match glue {
        Glue::Kept { v4: [], v6: [] } => bare(page, host),
        Glue::Kept { v4, v6 } => {
            v4.iter().for_each(|octets| address(page, host, |page| page.v4(*octets)));
            v6.iter().for_each(|octets| address(page, host, |page| page.v6(*octets)));
        }
        Glue::Gathered(addresses) if addresses.is_empty() => bare(page, host),
        Glue::Gathered(addresses) => {
            addresses.v4.iter().for_each(|v4| address(page, host, |page| page.v4(v4.octets())));
            addresses.v6.iter().for_each(|v6| address(page, host, |page| page.v6(v6.octets())));
        }
    }
}

fn bare(page: &mut Page, host: &[u8]) {
    page.put("\t");
    page.octets(host);
    page.blank();
}

fn address(page: &mut Page, host: &[u8], put: impl FnOnce(&mut Page)) {
    page.put("\t");
    page.octets(host);
    page.put(" (");
    put(page);
    page.put(")\r\n");
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
