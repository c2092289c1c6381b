//! What an answer would be if nothing were withheld: each withheld value becomes a shown one.

use super::records::{at, shown};
use crate::answer::{Answer, DomainAnswer, EntityAnswer, Hits, NameserverAnswer, SearchAnswer};
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

/// What ICANN's profile takes every contact to have (CO-05).
pub(crate) fn collect(contact: &mut PublicContact) {
    if contact.voice == Disclosed::Absent {
        contact.voice = shown(number());
    }
    if contact.email == Disclosed::Absent {
        contact.email = shown(canary("email@example.be"));
    }
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

fn domain(answer: DomainAnswer) -> DomainAnswer {
    let DomainAnswer { mut domain, registrar: managing, addresses } = answer;
    domain.registrant = domain.registrant.map(contact);
    domain.contacts = domain.contacts.into_iter().map(contact).collect();
    DomainAnswer { domain, registrar: managing.map(registrar), addresses }
}

fn nameserver(answer: NameserverAnswer) -> NameserverAnswer {
    NameserverAnswer { registrar: answer.registrar.map(registrar), ..answer }
}

fn entity(answer: EntityAnswer) -> EntityAnswer {
    match answer {
        EntityAnswer::Registrar(found) => EntityAnswer::Registrar(registrar(found)),
        EntityAnswer::Contact(found) => EntityAnswer::Contact(contact(found)),
    }
}

pub(crate) fn found(mut answer: SearchAnswer) -> SearchAnswer {
    answer.hits = match answer.hits {
        Hits::Domains(hits) => Hits::Domains(hits.into_iter().map(domain).collect()),
        Hits::Nameservers(hits) => Hits::Nameservers(hits.into_iter().map(nameserver).collect()),
        Hits::Entities(hits) => Hits::Entities(hits.into_iter().map(entity).collect()),
    };
    answer
}

pub(crate) fn of(answer: Answer) -> Answer {
    match answer {
        Answer::Domain(answer) => Answer::Domain(domain(answer)),
        Answer::Nameserver(answer) => Answer::Nameserver(nameserver(answer)),
        Answer::Registrar(found) => Answer::Registrar(registrar(found)),
        Answer::Contact(found) => Answer::Contact(contact(found)),
        Answer::Found(answer) => Answer::Found(Box::new(found(*answer))),
        other => other,
    }
}
