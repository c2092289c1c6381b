//! Deposits in the XML model of RFC 9022, with Loket's extension.

mod markup;

use std::io::{self, Write};

use self::markup::Markup;
use super::sink::Sink;
use crate::import::deposit::{DepositFrame, Header};
use crate::model::contact::{Contact, Disclose, DiscloseElement, PhoneNumber, PostalForm, PostalInfo};
use crate::model::dnssec::SecureDns;
use crate::model::domain::{Delegation, Domain};
use crate::model::host::Host;
use crate::model::name::Addresses;
use crate::model::object::{Class, IdnTable, Nndn, Object, ObjectKey};
use crate::model::registrar::Registrar;
use crate::model::vocabulary::Role;

/// Namespace of Loket's extension; its schema is in `data/schema/`.
pub const LOKET_NAMESPACE: &str = "urn:loket:registry-1.0";

/// Prefixes and what follows `urn:ietf:params:xml:ns:` in their namespaces.
const PREFIXES: &[(&str, &str)] = &[
    ("rde", "rde-1.0"),
    ("rdeHeader", "rdeHeader-1.0"),
    ("rdeDomain", "rdeDomain-1.0"),
    ("rdeHost", "rdeHost-1.0"),
    ("rdeContact", "rdeContact-1.0"),
    ("rdeRegistrar", "rdeRegistrar-1.0"),
    ("rdeIDN", "rdeIDN-1.0"),
    ("rdeNNDN", "rdeNNDN-1.0"),
    ("domain", "domain-1.0"),
    ("contact", "contact-1.0"),
    ("secDNS", "secDNS-1.1"),
    ("rgp", "rgp-1.0"),
];

/// The namespace of a class of objects in the XML model.
pub fn namespace(class: Class) -> &'static str {
    match class {
        Class::Domain => "urn:ietf:params:xml:ns:rdeDomain-1.0",
        Class::Host => "urn:ietf:params:xml:ns:rdeHost-1.0",
        Class::Contact => "urn:ietf:params:xml:ns:rdeContact-1.0",
        Class::Registrar => "urn:ietf:params:xml:ns:rdeRegistrar-1.0",
        Class::IdnTable => "urn:ietf:params:xml:ns:rdeIDN-1.0",
        Class::Nndn => "urn:ietf:params:xml:ns:rdeNNDN-1.0",
    }
}

/// Writes a deposit, one object at a time.
pub struct XmlDeposit<W: Write> {
    out: W,
    header: Header,
    section: Section,
    text: Markup,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Menu,
    Deletes,
    Contents,
}

impl<W: Write> XmlDeposit<W> {
    /// Begins a deposit: root, watermark and menu.
    pub fn begin(mut out: W, frame: &DepositFrame, header: Header) -> io::Result<XmlDeposit<W>> {
        let mut text = Markup::default();
        text.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rde:deposit");
        text.attribute("type", frame.kind.word());
        text.attribute("id", &frame.id);
        if let Some(previous) = &frame.previous_id {
            text.attribute("prevId", previous);
        }
        if frame.resend > 0 {
            text.attribute("resend", &frame.resend.to_string());
        }
        for (prefix, name) in PREFIXES {
            text.raw("\n   ");
            text.attribute(&format!("xmlns:{prefix}"), &format!("urn:ietf:params:xml:ns:{name}"));
        }
        text.raw("\n   ");
        text.attribute("xmlns:loket", LOKET_NAMESPACE);
        text.end_of_open();
        text.leaf("rde:watermark", &frame.watermark.to_string());
        text.open("rde:rdeMenu");
        text.leaf("rde:version", "1.0");
        text.leaf("rde:objURI", "urn:ietf:params:xml:ns:rdeHeader-1.0");
        for class in Class::ALL {
            text.leaf("rde:objURI", namespace(*class));
        }
        text.leaf("rde:objURI", LOKET_NAMESPACE);
        text.close("rde:rdeMenu");
        text.write_to(&mut out)?;
        Ok(XmlDeposit { out, header, section: Section::Menu, text })
    }

    /// Writes an object; a domain with a secret that does not belong in a deposit, for tests of dropping it.
    pub fn put_with_secret(&mut self, object: &Object, secret: Option<&str>) -> io::Result<()> {
        self.enter(Section::Contents);
        match object {
            Object::Domain(domain) => write_domain(&mut self.text, domain, secret),
            Object::Host(host) => write_host(&mut self.text, host),
            Object::Contact(contact) => write_contact(&mut self.text, contact),
            Object::Registrar(registrar) => write_registrar(&mut self.text, registrar),
            Object::IdnTable(table) => write_idn_table(&mut self.text, table),
            Object::Nndn(nndn) => write_nndn(&mut self.text, nndn),
        }
        self.text.write_to(&mut self.out)
    }

    /// Writes a comment line; two hyphens in it are spaced out, as XML demands.
    pub fn comment(&mut self, comment: &str) -> io::Result<()> {
        self.enter(Section::Contents);
        self.text.indent();
        self.text.raw("<!-- ");
        let comment = comment.replace("--", "- -");
        self.text.raw(&comment);
        self.text.raw(" -->\n");
        self.text.write_to(&mut self.out)
    }

    /// Ends the deposit and gives the writer back.
    pub fn end(mut self) -> io::Result<W> {
        self.enter(Section::Contents);
        self.text.close("rde:contents");
        self.text.close("rde:deposit");
        self.text.write_to(&mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Goes on to a section; sections are never gone back to, as deletes stand before contents.
    fn enter(&mut self, section: Section) {
        if self.section == section || self.section == Section::Contents {
            return;
        }
        if self.section == Section::Deletes {
            self.text.close("rde:deletes");
        }
        self.section = section;
        if section == Section::Deletes {
            self.text.open("rde:deletes");
            return;
        }
        self.text.open("rde:contents");
        self.text.open("rdeHeader:header");
        for zone in &self.header.zones {
            self.text.leaf("rdeHeader:tld", zone);
        }
        for (_, uri, count) in &self.header.counts {
            self.text.leaf_with("rdeHeader:count", &[("uri", uri)], &count.to_string());
        }
        self.text.close("rdeHeader:header");
    }
}

impl<W: Write> Sink for XmlDeposit<W> {
    fn delete(&mut self, key: &ObjectKey) -> io::Result<()> {
        self.enter(Section::Deletes);
        let (class, child, value): (&str, &str, &str) = match key {
            ObjectKey::Domain(name) => ("rdeDomain", "name", name.as_str()),
            ObjectKey::Host(name) => ("rdeHost", "name", name.as_str()),
            ObjectKey::HostRoid(roid) => ("rdeHost", "roid", roid),
            ObjectKey::Contact(handle) => ("rdeContact", "id", handle.reveal()),
            ObjectKey::Registrar(id) => ("rdeRegistrar", "id", id.as_str()),
            ObjectKey::IdnTable(id) => {
                self.text.empty("rdeIDN:delete", &[("id", id)]);
                return self.text.write_to(&mut self.out);
            }
            ObjectKey::Nndn(name) => ("rdeNNDN", "aName", name.as_str()),
        };
        self.text.open(&format!("{class}:delete"));
        self.text.leaf(&format!("{class}:{child}"), value);
        self.text.close(&format!("{class}:delete"));
        self.text.write_to(&mut self.out)
    }

    fn put(&mut self, object: &Object) -> io::Result<()> {
        self.put_with_secret(object, None)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.end().map(drop)
    }
}

fn write_domain(text: &mut Markup, domain: &Domain, secret: Option<&str>) {
    text.open("rdeDomain:domain");
    text.leaf("rdeDomain:name", domain.name.as_str());
    text.leaf("rdeDomain:roid", &domain.roid);
    text.optional("rdeDomain:uName", domain.name.unicode().as_deref());
    text.optional("rdeDomain:idnTableId", domain.idn_table.as_deref());
    for status in &domain.statuses {
        text.empty("rdeDomain:status", &[("s", status.word())]);
    }
    for status in &domain.rgp_statuses {
        text.empty("rdeDomain:rgpStatus", &[("s", status.word())]);
    }
    text.optional("rdeDomain:registrant", domain.registrant.as_ref().map(|handle| handle.reveal()));
    for (role, handle) in &domain.contacts {
        text.leaf_with("rdeDomain:contact", &[("type", role.word())], handle.reveal());
    }
    write_delegations(text, &domain.nameservers);
    text.leaf("rdeDomain:clID", domain.registrar.as_str());
    text.leaf("rdeDomain:crRr", domain.registrar.as_str());
    text.moment("rdeDomain:crDate", domain.created);
    text.moment("rdeDomain:exDate", domain.expires);
    text.moment("rdeDomain:upDate", domain.updated);
    write_secure_dns(text, &domain.secure_dns);
    text.moment("rdeDomain:trDate", domain.transferred);
    if let Some(secret) = secret {
        text.open("rdeDomain:authInfo");
        text.leaf("domain:pw", secret);
        text.close("rdeDomain:authInfo");
    }
    let facts = &domain.facts;
    if facts.on_hold || facts.out_of_service || facts.quarantined_until.is_some() {
        text.open("loket:domain");
        if facts.on_hold {
            text.leaf("loket:onHold", "true");
        }
        text.moment("loket:quarantinedUntil", facts.quarantined_until);
        if facts.out_of_service {
            text.leaf("loket:outOfService", "true");
        }
        text.close("loket:domain");
    }
    text.close("rdeDomain:domain");
}

/// The name servers: as attributes when any of them comes with glue (hostAttr), as objects otherwise (hostObj).
fn write_delegations(text: &mut Markup, nameservers: &[Delegation]) {
    if nameservers.is_empty() {
        return;
    }
    text.open("rdeDomain:ns");
    let attributes = nameservers.iter().any(|server| !server.addresses.is_empty());
    for server in nameservers {
        if attributes {
            text.open("domain:hostAttr");
            text.leaf("domain:hostName", server.host.as_str());
            write_addresses(text, "domain:hostAddr", &server.addresses);
            text.close("domain:hostAttr");
        } else {
            text.leaf("domain:hostObj", server.host.as_str());
        }
    }
    text.close("rdeDomain:ns");
}

fn write_addresses(text: &mut Markup, element: &str, addresses: &Addresses) {
    for address in &addresses.v4 {
        text.leaf_with(element, &[("ip", "v4")], &address.to_string());
    }
    for address in &addresses.v6 {
        text.leaf_with(element, &[("ip", "v6")], &address.to_string());
    }
}

fn write_secure_dns(text: &mut Markup, dns: &SecureDns) {
    if !dns.is_signed() {
        return;
    }
    text.open("rdeDomain:secDNS");
    text.optional("secDNS:maxSigLife", dns.max_sig_life.map(|life| life.to_string()).as_deref());
    for ds in &dns.ds {
        text.open("secDNS:dsData");
        text.leaf("secDNS:keyTag", &ds.key_tag.to_string());
        text.leaf("secDNS:alg", &ds.algorithm.to_string());
        text.leaf("secDNS:digestType", &ds.digest_type.to_string());
        text.leaf("secDNS:digest", &hexadecimal(&ds.digest));
        text.close("secDNS:dsData");
    }
    for key in &dns.keys {
        text.open("secDNS:keyData");
        text.leaf("secDNS:flags", &key.flags.to_string());
        text.leaf("secDNS:protocol", &key.protocol.to_string());
        text.leaf("secDNS:alg", &key.algorithm.to_string());
        text.leaf("secDNS:pubKey", &key.public_key);
        text.close("secDNS:keyData");
    }
    text.close("rdeDomain:secDNS");
}

/// Bytes in upper case hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn write_host(text: &mut Markup, host: &Host) {
    text.open("rdeHost:host");
    text.leaf("rdeHost:name", host.name.as_str());
    text.optional("rdeHost:roid", host.roid.as_deref());
    for status in &host.statuses {
        text.empty("rdeHost:status", &[("s", status.word())]);
    }
    write_addresses(text, "rdeHost:addr", &host.addresses);
    text.optional("rdeHost:clID", host.sponsor.as_ref().map(|id| id.as_str()));
    text.moment("rdeHost:crDate", host.created);
    text.moment("rdeHost:upDate", host.updated);
    text.close("rdeHost:host");
}

fn write_contact(text: &mut Markup, contact: &Contact) {
    text.open("rdeContact:contact");
    text.leaf("rdeContact:id", contact.handle.reveal());
    text.optional("rdeContact:roid", contact.roid.as_ref().map(|roid| roid.reveal().as_str()));
    for status in &contact.statuses {
        text.empty("rdeContact:status", &[("s", status.word())]);
    }
    for postal in &contact.postal {
        write_postal(text, "rdeContact:postalInfo", "contact", postal);
    }
    write_phone(text, "rdeContact:voice", contact.voice.as_ref());
    write_phone(text, "rdeContact:fax", contact.fax.as_ref());
    text.optional("rdeContact:email", contact.email.as_ref().map(|email| email.reveal().as_str()));
    text.optional("rdeContact:clID", contact.sponsor.as_ref().map(|id| id.as_str()));
    text.moment("rdeContact:crDate", contact.created);
    text.moment("rdeContact:upDate", contact.updated);
    if let Some(disclose) = &contact.disclose {
        write_disclose(text, disclose);
    }
    write_contact_facts(text, contact);
    text.close("rdeContact:contact");
}

fn write_contact_facts(text: &mut Markup, contact: &Contact) {
    let extended = contact.declared_kind.is_some()
        || contact.contact_type.is_some()
        || contact.language.is_some()
        || contact.vat.is_some()
        || contact.shielded;
    if !extended {
        return;
    }
    text.open("loket:contact");
    text.optional("loket:kind", contact.declared_kind.map(|kind| kind.word()));
    text.optional("loket:type", contact.contact_type.map(|kind| kind.word()));
    text.optional("loket:language", contact.language.as_ref().map(|language| language.reveal().as_str()));
    text.optional("loket:vat", contact.vat.as_ref().map(|vat| vat.reveal().as_str()));
    if contact.shielded {
        text.leaf("loket:shielded", "true");
    }
    text.close("loket:contact");
}

/// A postal form; of a contact the inner elements are EPP's, of a registrar those of rdeRegistrar.
fn write_postal(text: &mut Markup, element: &str, inner: &str, postal: &PostalInfo) {
    let field = |text: &mut Markup, name: &str, value: Option<&crate::model::personal::Personal<String>>| {
        text.optional(&format!("{inner}:{name}"), value.map(|value| value.reveal().as_str()));
    };
    text.open_with(element, &[("type", postal.form.word())]);
    field(text, "name", postal.name.as_ref());
    field(text, "org", postal.organisation.as_ref());
    text.open(&format!("{inner}:addr"));
    for street in &postal.street {
        field(text, "street", Some(street));
    }
    field(text, "city", postal.city.as_ref());
    field(text, "sp", postal.province.as_ref());
    field(text, "pc", postal.postal_code.as_ref());
    field(text, "cc", postal.country.as_ref());
    text.close(&format!("{inner}:addr"));
    text.close(element);
}

fn write_phone(text: &mut Markup, element: &str, phone: Option<&PhoneNumber>) {
    let Some(phone) = phone else { return };
    match &phone.extension {
        Some(extension) => text.leaf_with(element, &[("x", extension.reveal())], phone.number.reveal()),
        None => text.leaf(element, phone.number.reveal()),
    }
}

fn write_disclose(text: &mut Markup, disclose: &Disclose) {
    text.open_with("rdeContact:disclose", &[("flag", if disclose.allow { "1" } else { "0" })]);
    for element in &disclose.elements {
        let (name, form) = match element {
            DiscloseElement::NameInt => ("contact:name", Some(PostalForm::International)),
            DiscloseElement::NameLoc => ("contact:name", Some(PostalForm::Local)),
            DiscloseElement::OrganisationInt => ("contact:org", Some(PostalForm::International)),
            DiscloseElement::OrganisationLoc => ("contact:org", Some(PostalForm::Local)),
            DiscloseElement::AddressInt => ("contact:addr", Some(PostalForm::International)),
            DiscloseElement::AddressLoc => ("contact:addr", Some(PostalForm::Local)),
            DiscloseElement::Voice => ("contact:voice", None),
            DiscloseElement::Fax => ("contact:fax", None),
            DiscloseElement::Email => ("contact:email", None),
        };
        match form {
            Some(form) => text.empty(name, &[("type", form.word())]),
            None => text.empty(name, &[]),
        }
    }
    text.close("rdeContact:disclose");
}

fn write_registrar(text: &mut Markup, registrar: &Registrar) {
    text.open("rdeRegistrar:registrar");
    text.leaf("rdeRegistrar:id", registrar.id.as_str());
    text.leaf("rdeRegistrar:name", &registrar.name);
    text.optional("rdeRegistrar:gurid", registrar.iana_id.map(|id| id.to_string()).as_deref());
    text.leaf("rdeRegistrar:status", registrar.status.word());
    for postal in &registrar.postal {
        write_postal(text, "rdeRegistrar:postalInfo", "rdeRegistrar", postal);
    }
    write_phone(text, "rdeRegistrar:voice", registrar.voice.as_ref());
    write_phone(text, "rdeRegistrar:fax", registrar.fax.as_ref());
    text.optional("rdeRegistrar:email", registrar.email.as_ref().map(|email| email.reveal().as_str()));
    text.optional("rdeRegistrar:url", registrar.website.as_deref());
    text.moment("rdeRegistrar:crDate", registrar.created);
    text.moment("rdeRegistrar:upDate", registrar.updated);
    write_registrar_facts(text, registrar);
    text.close("rdeRegistrar:registrar");
}

fn write_registrar_facts(text: &mut Markup, registrar: &Registrar) {
    let extended = registrar.abuse_email.is_some()
        || registrar.abuse_voice.is_some()
        || registrar.rdap_base.is_some()
        || !registrar.contacts.is_empty();
    if !extended {
        return;
    }
    text.open("loket:registrar");
    text.optional("loket:abuseEmail", registrar.abuse_email.as_deref());
    write_phone(text, "loket:abuseVoice", registrar.abuse_voice.as_ref());
    text.optional("loket:rdapBase", registrar.rdap_base.as_deref());
    for (role, handle) in &registrar.contacts {
        debug_assert!(matches!(role, Role::Tech | Role::Billing | Role::Admin));
        text.leaf_with("loket:contact", &[("type", role.word())], handle.reveal());
    }
    text.close("loket:registrar");
}

fn write_idn_table(text: &mut Markup, table: &IdnTable) {
    text.open_with("rdeIDN:idnTableRef", &[("id", &table.id)]);
    text.optional("rdeIDN:url", table.url.as_deref());
    text.optional("rdeIDN:urlPolicy", table.policy_url.as_deref());
    text.close("rdeIDN:idnTableRef");
}

fn write_nndn(text: &mut Markup, nndn: &Nndn) {
    text.open("rdeNNDN:NNDN");
    text.leaf("rdeNNDN:aName", nndn.name.as_str());
    text.optional("rdeNNDN:uName", nndn.name.unicode().as_deref());
    text.leaf("rdeNNDN:nameState", nndn.state.word());
    text.close("rdeNNDN:NNDN");
}
