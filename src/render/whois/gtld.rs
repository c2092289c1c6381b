//! The layout of gTLD registries: `Key: value`, UTF-8, with the labels that ICANN's consistent labelling uses. A
//! withheld field has no line; one sentence says that something is withheld.

use super::page::{Charset, Page};
use super::status;
use crate::answer::{DomainAnswer, NameserverAnswer};
use crate::disclosure::record::{Disclosed, Phone, PublicContact, PublicDomain, PublicRegistrar};
use crate::index::Generation;
use crate::model::name::Addresses;
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
pub(super) fn domain(found: &DomainAnswer, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let domain = &found.domain;
    let mut page = begin(Charset::Utf8, texts);
    page.line("Domain Name: ", domain.name.as_str());
    put(&mut page, "Domain U-Label", domain.name.unicode().as_ref());
    page.line("Registry Domain ID: ", &domain.roid);
    put(&mut page, "Updated Date", domain.updated.map(moment).as_ref());
    put(&mut page, "Creation Date", domain.created.map(moment).as_ref());
    put(&mut page, "Registry Expiry Date", domain.expires.map(moment).as_ref());
    if let Some(registrar) = &found.registrar {
        sponsor(&mut page, registrar);
    }
    for contact in people(domain).filter(|contact| contact.role == Role::Reseller) {
        put(&mut page, "Reseller", contact.organisation.shown());
    }
    for word in status::words(domain) {
        page.line("Domain Status: ", &format!("{word} https://icann.org/epp#{word}"));
    }
    for contact in people(domain).filter(|contact| contact.role != Role::Reseller) {
        contact_lines(&mut page, prefix(contact.role), contact);
    }
    for server in &domain.nameservers {
        page.line("Name Server: ", server.host.as_str());
    }
    page.line("DNSSEC: ", if domain.secure_dns.is_signed() { "signedDelegation" } else { "unsigned" });
    for ds in &domain.secure_dns.ds {
        let digest: String = ds.digest.iter().map(|byte| format!("{byte:02X}")).collect();
        page.line("DS Data: ", &format!("{} {} {} {digest}", ds.key_tag, ds.algorithm, ds.digest_type));
    }
    if people(domain).any(withholds) {
        page.blank();
        page.line("", &withheld_sentence(texts));
    }
    end(page, generation)
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
    put(&mut page, "Server U-Label", unicode.as_ref());
    addresses(&mut page, &found.host.addresses);
    if let Some(registrar) = &found.registrar {
        put(&mut page, "Registrar", registrar.name.shown());
        put(&mut page, "Registrar IANA ID", registrar.iana_id.shown().map(u32::to_string).as_ref());
    }
    end(page, generation)
}

/// A registrar.
pub(super) fn registrar(registrar: &PublicRegistrar, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let mut page = begin(Charset::Utf8, texts);
    put(&mut page, "Registrar", registrar.name.shown());
    page.line("Registrar ID: ", &registrar.id);
    put(&mut page, "Registrar IANA ID", registrar.iana_id.shown().map(u32::to_string).as_ref());
    for line in registrar.street.shown().into_iter().flatten() {
        page.line("Street: ", line);
    }
    put(&mut page, "City", registrar.city.shown());
    put(&mut page, "State/Province", registrar.province.shown());
    put(&mut page, "Postal Code", registrar.postal_code.shown());
    put(&mut page, "Country", registrar.country.shown());
    telephone(&mut page, "", "Phone", &registrar.voice);
    telephone(&mut page, "", "Fax", &registrar.fax);
    put(&mut page, "Email", registrar.email.shown());
    put(&mut page, "Registrar URL", registrar.website.shown());
    abuse(&mut page, registrar);
    for contact in &registrar.contacts {
        contact_lines(&mut page, prefix(contact.role), contact);
    }
    if registrar.contacts.iter().any(withholds) {
        page.blank();
        page.line("", &withheld_sentence(texts));
    }
    end(page, generation)
}

/// A contact with a public handle, on its own.
pub(super) fn lone_contact(contact: &PublicContact, texts: &ZoneTexts, generation: &Generation) -> Vec<u8> {
    let mut page = begin(Charset::Utf8, texts);
    contact_lines(&mut page, prefix(contact.role), contact);
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
    page.line(">>> Last update of WHOIS database: ", &format!("{} <<<", moment(generation.watermark)));
    page.into_bytes()
}

fn put(page: &mut Page, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        page.line(&format!("{key}: "), value);
    }
}

/// Who stands on a domain: of those that are shown the first in each role, as RDAP has it under ICANN's profile (GP-26).
fn people(domain: &PublicDomain) -> impl Iterator<Item = &PublicContact> {
    let mut seen = Vec::new();
    domain.registrant.iter().chain(&domain.contacts).filter(move |contact| {
        let label = prefix(contact.role);
        let stands = contact.omitted.is_some() || !seen.contains(&label);
        if contact.omitted.is_none() {
            seen.push(label);
        }
        stands
    })
}

fn sponsor(page: &mut Page, registrar: &PublicRegistrar) {
    put(page, "Registrar", registrar.name.shown());
    put(page, "Registrar IANA ID", registrar.iana_id.shown().map(u32::to_string).as_ref());
    put(page, "Registrar URL", registrar.website.shown());
    abuse(page, registrar);
}

fn abuse(page: &mut Page, registrar: &PublicRegistrar) {
    put(page, "Registrar Abuse Contact Email", registrar.abuse_email.shown());
    put(page, "Registrar Abuse Contact Phone", registrar.abuse_voice.shown().map(|phone| &phone.number));
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

fn contact_lines(page: &mut Page, prefix: &str, contact: &PublicContact) {
    let text = |page: &mut Page, key: &str, value: &Disclosed<String>| {
        put(page, &format!("{prefix} {key}"), value.shown());
    };
    if let Some(handle) = contact.handle.shown() {
        page.line(&format!("Registry {prefix} ID: "), handle);
    }
    text(page, "Name", &contact.name);
    text(page, "Organization", &contact.organisation);
    for line in contact.street.shown().into_iter().flatten() {
        page.line(&format!("{prefix} Street: "), line);
    }
    text(page, "City", &contact.city);
    text(page, "State/Province", &contact.province);
    text(page, "Postal Code", &contact.postal_code);
    text(page, "Country", &contact.country);
    telephone(page, &format!("{prefix} "), "Phone", &contact.voice);
    telephone(page, &format!("{prefix} "), "Fax", &contact.fax);
    text(page, "Email", &contact.email);
}

fn telephone(page: &mut Page, prefix: &str, key: &str, phone: &Disclosed<Phone>) {
    if let Some(phone) = phone.shown() {
        page.line(&format!("{prefix}{key}: "), &phone.number);
        put(page, &format!("{prefix}{key} Ext"), phone.extension.as_ref());
    }
}

fn addresses(page: &mut Page, addresses: &Addresses) {
    let v4 = addresses.v4.iter().map(ToString::to_string);
    for address in v4.chain(addresses.v6.iter().map(ToString::to_string)) {
        page.line("IP Address: ", &address);
    }
}

/// True where a field that has a line here is withheld.
fn withholds(contact: &PublicContact) -> bool {
    let texts = [
        &contact.handle,
        &contact.name,
        &contact.organisation,
        &contact.city,
        &contact.province,
        &contact.postal_code,
        &contact.country,
        &contact.email,
    ];
    contact.omitted.is_some()
        || texts.iter().any(|text| text.withheld().is_some())
        || contact.street.withheld().is_some()
        || [&contact.voice, &contact.fax].iter().any(|phone| phone.withheld().is_some())
}

fn withheld_sentence(texts: &ZoneTexts) -> String {
    let policy = &texts.policy;
    if policy.name.is_empty() {
        return "Data that the registry's policy does not open is left out.".to_owned();
    }
    format!("Data that the registry's policy {}, version {}, does not open is left out.", policy.name, policy.version)
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
