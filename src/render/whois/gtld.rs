//! The layout of gTLD registries: `Key: value`, UTF-8, with the labels that ICANN's consistent labelling uses. A
//! withheld field has no line; one sentence says that something is withheld.

use super::card::{self, Card, Number};
use super::page::{Charset, Page};
use super::{date, status};
use crate::answer::{NameserverAnswer, Registered};
use crate::codec::packed::{PackedContact, PackedDomain};
use crate::disclosure::record::{Disclosed, PublicContact, PublicRegistrar};
use crate::index::Generation;
use crate::model::dnssec::SecureDns;
use crate::model::name::{Addresses, Name};
use crate::model::vocabulary::Role;
use crate::render::site::ZoneTexts;
use crate::time::Timestamp;

/// What a name is told that may be registered (WH-16).
pub(super) const NOT_FOUND: &str = "Domain not found.";
/// What a reserved name is told.
pub(super) const RESERVED: &str = "This name is reserved by the registry.";
/// What a name is told that cannot be registered here.
pub(super) const NOT_REGISTRABLE: &str = "This name cannot be registered here.";
/// What a question for a name server or registrar is told that we do not have.
pub(super) const NOTHING_KNOWN: &str = "No such name server or registrar is known here.";

/// An answer of one sentence.
pub(super) fn sentence(sentence: &str, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let mut page = begin(Charset::Utf8, texts);
    page.line("", sentence);
    end(page, generation)
}

/// A registered domain.
pub(super) fn domain(found: &Registered<'_>, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let domain = &found.domain;
    let mut page = begin(Charset::Utf8, texts);
    page.line("Domain Name: ", domain.name());
    put(&mut page, "Domain U-Label", u_label(domain.name()).as_deref());
    page.line("Registry Domain ID: ", domain.roid());
    dated(&mut page, "Updated Date: ", domain.updated());
    dated(&mut page, "Creation Date: ", domain.created());
    dated(&mut page, "Registry Expiry Date: ", domain.expires());
    if let Some(kept) = found.registrar {
        sponsor(&mut page, &kept.registrar);
    }
    let mut withholds = false;
    for contact in people(domain).filter(|contact| contact.role() == Role::Reseller) {
        let contact = Card::packed(&contact);
        card::put(&mut page, "Reseller: ", &contact.organisation);
        withholds |= contact.withholds();
    }
    for word in status::words(domain) {
        page.put("Domain Status: ");
        page.put(word);
        page.line(" https://icann.org/epp#", word);
    }
    for contact in people(domain).filter(|contact| contact.role() != Role::Reseller) {
        let contact = Card::packed(&contact);
        contact_lines(&mut page, &contact);
        withholds |= contact.withholds();
    }
    for server in domain.nameservers() {
        page.line("Name Server: ", server.host);
    }
    signatures(&mut page, &domain.secure_dns());
    if withholds {
        page.blank();
        page.line("", &withheld_sentence(texts));
    }
    end(page, generation)
}

/// The name in U-labels, where it has any.
fn u_label(name: &str) -> Option<String> {
    name.contains("xn--").then(|| Name::parse(name).ok()?.unicode()).flatten()
}

fn dated(page: &mut Page, ours: &str, at: Option<Timestamp>) {
    if let Some(at) = at {
        page.put(ours);
        date::moment(page, at);
        page.blank();
    }
}

fn signatures(page: &mut Page, secure_dns: &SecureDns) {
    page.line("DNSSEC: ", if secure_dns.is_signed() { "signedDelegation" } else { "unsigned" });
    for ds in &secure_dns.ds {
        page.put("DS Data: ");
        for number in [u32::from(ds.key_tag), u32::from(ds.algorithm), u32::from(ds.digest_type)] {
            page.number(number);
            page.put(" ");
        }
        page.hexadecimal(&ds.digest);
        page.blank();
    }
}

/// A name server.
pub(super) fn nameserver(
    found: &NameserverAnswer,
    charset: Charset,
    texts: &ZoneTexts,
    generation: &Generation,
) -> Vec<u8> {
    let mut page = begin(charset, texts);
    page.line("Server Name: ", found.host.name.as_str());
    let unicode = if charset == Charset::Utf8 { found.host.name.unicode() } else { None };
    put(&mut page, "Server U-Label", unicode.as_deref());
    addresses(&mut page, &found.host.addresses);
    if let Some(registrar) = &found.registrar {
        named(&mut page, registrar);
    }
    end(page, generation)
}

/// A registrar.
pub(super) fn registrar(registrar: &PublicRegistrar, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let mut page = begin(Charset::Utf8, texts);
    put(&mut page, "Registrar", shown(&registrar.name));
    page.line("Registrar ID: ", &registrar.id);
    iana_id(&mut page, registrar);
    for line in registrar.street.shown().into_iter().flatten() {
        page.line("Street: ", line);
    }
    put(&mut page, "City", shown(&registrar.city));
    put(&mut page, "State/Province", shown(&registrar.province));
    put(&mut page, "Postal Code", shown(&registrar.postal_code));
    put(&mut page, "Country", shown(&registrar.country));
    for (key, phone) in [("Phone", &registrar.voice), ("Fax", &registrar.fax)] {
        if let Some(phone) = phone.shown() {
            let phone = Number { number: &phone.number, extension: phone.extension.as_deref() };
            telephone(&mut page, "", key, &phone);
        }
    }
    put(&mut page, "Email", shown(&registrar.email));
    put(&mut page, "Registrar URL", shown(&registrar.website));
    abuse(&mut page, registrar);
    let mut withholds = false;
    for contact in registrar.contacts.iter().map(Card::owned) {
        contact_lines(&mut page, &contact);
        withholds |= contact.withholds();
    }
    if withholds {
        page.blank();
        page.line("", &withheld_sentence(texts));
    }
    end(page, generation)
}

/// A contact with a public handle, on its own.
pub(super) fn lone_contact(contact: &PublicContact, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let mut page = begin(Charset::Utf8, texts);
    contact_lines(&mut page, &Card::owned(contact));
    end(page, generation)
}

fn begin(charset: Charset, texts: &ZoneTexts) -> Page {
    let mut page = Page::new(charset);
    if !texts.whois_banner.is_empty() {
        page.banner(&texts.whois_banner);
        page.blank();
    }
    page
}

/// The last line (WH-17): the moment of the register that the answer describes.
fn end(mut page: Page, generation: &Generation) -> Vec<u8> {
    page.put(">>> Last update of WHOIS database: ");
    date::moment(&mut page, generation.watermark);
    page.put(" <<<\r\n");
    page.into_bytes()
}

fn put(page: &mut Page, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        page.put(key);
        page.line(": ", value);
    }
}

fn shown(text: &Disclosed<String>) -> Option<&str> {
    text.shown().map(String::as_str)
}

/// Who stands on a domain: of those that are shown the first in each role, as RDAP has it under ICANN's profile (GP-26).
fn people<'a>(domain: &PackedDomain<'a>) -> impl Iterator<Item = PackedContact<'a>> {
    let mut seen = [false; Role::ALL.len()];
    domain.registrant().into_iter().chain(domain.contacts()).filter(move |contact| {
        if contact.omitted().is_some() {
            return true;
        }
        let seen = seen.get_mut(as_labelled(contact.role()) as usize);
        seen.is_some_and(|seen| !std::mem::replace(seen, true))
    })
}

/// The first of the roles that have the same label.
fn as_labelled(role: Role) -> Role {
    match role {
        Role::Onsite | Role::Tech => Role::Tech,
        Role::RegistrarContact | Role::Registrar => Role::Registrar,
        Role::Registrant | Role::Admin | Role::Billing | Role::Reseller => role,
    }
}

fn sponsor(page: &mut Page, registrar: &PublicRegistrar) {
    named(page, registrar);
    put(page, "Registrar URL", shown(&registrar.website));
    abuse(page, registrar);
}

fn named(page: &mut Page, registrar: &PublicRegistrar) {
    put(page, "Registrar", shown(&registrar.name));
    iana_id(page, registrar);
}

fn iana_id(page: &mut Page, registrar: &PublicRegistrar) {
    if let Some(id) = registrar.iana_id.shown() {
        page.put("Registrar IANA ID: ");
        page.number(*id);
        page.blank();
    }
}

fn abuse(page: &mut Page, registrar: &PublicRegistrar) {
    put(page, "Registrar Abuse Contact Email", shown(&registrar.abuse_email));
    let voice = registrar.abuse_voice.shown().map(|phone| phone.number.as_str());
    put(page, "Registrar Abuse Contact Phone", voice);
}

/// What the labels of a contact begin with.
fn prefix(role: Role) -> &'static str {
    match role {
        Role::Registrant => "Registrant",
        Role::Onsite | Role::Tech => "Tech",
        Role::Admin => "Admin",
        Role::Billing => "Billing",
        Role::Reseller => "Reseller",
        Role::RegistrarContact | Role::Registrar => "Registrar Contact",
    }
}

fn contact_lines(page: &mut Page, contact: &Card<'_>) {
    let prefix = prefix(contact.role);
    let text = |page: &mut Page, key: &str, value: &Disclosed<&str>| {
        if let Some(value) = value.shown() {
            page.put(prefix);
            page.line(key, value);
        }
    };
    if let Some(handle) = contact.handle.shown() {
        page.put("Registry ");
        page.put(prefix);
        page.line(" ID: ", handle);
    }
    text(page, " Name: ", &contact.name);
    text(page, " Organization: ", &contact.organisation);
    for line in contact.street.shown().copied().into_iter().flatten() {
        page.put(prefix);
        page.line(" Street: ", line);
    }
    text(page, " City: ", &contact.city);
    text(page, " State/Province: ", &contact.province);
    text(page, " Postal Code: ", &contact.postal_code);
    text(page, " Country: ", &contact.country);
    for (key, phone) in [(" Phone", &contact.voice), (" Fax", &contact.fax)] {
        if let Some(phone) = phone.shown() {
            telephone(page, prefix, key, phone);
        }
    }
    text(page, " Email: ", &contact.email);
}

fn telephone(page: &mut Page, prefix: &str, key: &str, phone: &Number<'_>) {
    page.put(prefix);
    page.put(key);
    page.line(": ", phone.number);
    if let Some(extension) = phone.extension {
        page.put(prefix);
        page.put(key);
        page.line(" Ext: ", extension);
    }
}

fn addresses(page: &mut Page, addresses: &Addresses) {
    let v4 = addresses.v4.iter().map(ToString::to_string);
    for address in v4.chain(addresses.v6.iter().map(ToString::to_string)) {
        page.line("IP Address: ", &address);
    }
}

fn withheld_sentence(texts: &ZoneTexts) -> String {
    let policy = &texts.policy;
    if policy.name.is_empty() {
        return "Data that the registry's policy does not open is left out.".to_owned();
    }
    format!("Data that the registry's policy {}, version {}, does not open is left out.", policy.name, policy.version)
}
