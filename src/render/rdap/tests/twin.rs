//! What an answer would be if nothing were withheld: each withheld value becomes a shown one.

use super::records::{at, shown};
use crate::answer::{Answer, DomainAnswer, NameserverAnswer};
use crate::disclosure::record::{Disclosed, Phone, PublicContact, PublicRegistrar, Reason};
use crate::model::vocabulary::Kind;

/// Marks every value that only a twin has.
pub(crate) const CANARY: &str = "canary-value";

fn open<T>(value: &mut Disclosed<T>, with: T) {
    if value.withheld().is_some() {
        *value = shown(with);
    }
}

fn canary(what: &str) -> String {
    format!("{CANARY}-{what}")
}

fn number() -> Phone {
    Phone { number: "+32.1234567".to_owned(), extension: Some("42".to_owned()) }
}

pub(crate) fn contact(mut contact: PublicContact) -> PublicContact {
    if contact.omitted.take().is_some() {
        contact.name = Disclosed::Withheld { reason: Reason::RoleNotPublished, clause: Default::default() };
    }
    open(&mut contact.kind, Kind::NaturalPerson);
    open(&mut contact.handle, canary("handle"));
    open(&mut contact.name, canary("name"));
    open(&mut contact.organisation, canary("organisation"));
    open(&mut contact.street, vec![canary("street"), canary("street-2")]);
    open(&mut contact.city, canary("city"));
    open(&mut contact.province, canary("province"));
    open(&mut contact.postal_code, canary("postal-code"));
    open(&mut contact.country, "BE".to_owned());
    open(&mut contact.voice, number());
    open(&mut contact.fax, number());
    open(&mut contact.email, canary("email@example.be"));
    open(&mut contact.language, "nl".to_owned());
    open(&mut contact.vat, canary("vat"));
    open(&mut contact.created, at("2002-02-02T02:02:02Z"));
    open(&mut contact.updated, at("2003-03-03T03:03:03Z"));
    contact
}

pub(crate) fn registrar(mut registrar: PublicRegistrar) -> PublicRegistrar {
    open(&mut registrar.name, canary("name"));
    open(&mut registrar.street, vec![canary("street")]);
    open(&mut registrar.city, canary("city"));
    open(&mut registrar.province, canary("province"));
    open(&mut registrar.postal_code, canary("postal-code"));
    open(&mut registrar.country, "BE".to_owned());
    open(&mut registrar.voice, number());
    open(&mut registrar.fax, number());
    open(&mut registrar.email, canary("email@example.be"));
    open(&mut registrar.website, "https://canary-value.example/".to_owned());
    open(&mut registrar.abuse_email, canary("abuse@example.be"));
    open(&mut registrar.abuse_voice, number());
    open(&mut registrar.created, at("2002-02-02T02:02:02Z"));
    open(&mut registrar.updated, at("2003-03-03T03:03:03Z"));
    registrar.contacts = registrar.contacts.into_iter().map(contact).collect();
    registrar
}

pub(crate) fn of(answer: Answer) -> Answer {
    match answer {
        Answer::Domain(DomainAnswer { mut domain, registrar: managing, addresses }) => {
            domain.registrant = domain.registrant.map(contact);
            domain.contacts = domain.contacts.into_iter().map(contact).collect();
            Answer::Domain(DomainAnswer { domain, registrar: managing.map(registrar), addresses })
        }
        Answer::Nameserver(NameserverAnswer { host, registrar: managing }) => {
            Answer::Nameserver(NameserverAnswer { host, registrar: managing.map(registrar) })
        }
        Answer::Registrar(found) => Answer::Registrar(registrar(found)),
        Answer::Contact(found) => Answer::Contact(contact(found)),
        other => other,
    }
}
