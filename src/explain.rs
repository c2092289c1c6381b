//! Why an answer shows what it shows: for each field the clause that showed or withheld it, never its value.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::answer::{Answer, NotAllowed};
use crate::disclosure::policy::Policy;
use crate::disclosure::record::{ClauseIndex, Disclosed, PublicContact, PublicRegistrar, Reason};
use crate::model::name::Name;
use crate::model::vocabulary::{Field, Role};

/// What was decided about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Absent,
    Shown(ClauseIndex),
    Withheld(Reason, ClauseIndex),
}

impl<T> From<&Disclosed<T>> for Verdict {
    fn from(field: &Disclosed<T>) -> Verdict {
        match field {
            Disclosed::Absent => Verdict::Absent,
            Disclosed::Shown { clause, .. } => Verdict::Shown(*clause),
            Disclosed::Withheld { reason, clause } => Verdict::Withheld(*reason, *clause),
        }
    }
}

/// Explains an answer, as lines of text for people. `policy` is that of the zone, which decided about the contacts of
/// the object; `registrar_policy` the one that decided about the registrar and its contacts.
///
/// The texts hold names, identifiers of registrars, fields, clauses and reasons; no value that was decided about.
pub fn explain(answer: &Answer, policy: &Policy, registrar_policy: &Policy) -> String {
    let mut text = String::new();
    match answer {
        Answer::Domain(found) => {
            heading(&mut text, &format!("domain {}", found.domain.name), policy);
            line(
                &mut text,
                "Its name, identifier, statuses, registrar, name servers, DNSSEC and dates are always shown.",
            );
            let mut clauses = Clauses::new(policy);
            match &found.domain.registrant {
                Some(registrant) => contact(&mut text, registrant, &mut clauses),
                None => line(&mut text, "\nregistrant: the register has none."),
            }
            for other in &found.domain.contacts {
                contact(&mut text, other, &mut clauses);
            }
            clauses.print(&mut text);
            match &found.registrar {
                Some(found) => {
                    text.push('\n');
                    registrar(&mut text, found, registrar_policy);
                }
                None => line(&mut text, "\nregistrar: the published data lacks it."),
            }
        }
        Answer::Nameserver(found) => {
            line(&mut text, &format!("name server {}", found.host.name));
            line(&mut text, "Name servers hold nothing personal: everything about them is always shown.");
        }
        Answer::Registrar(found) => registrar(&mut text, found, registrar_policy),
        Answer::Contact(found) => {
            heading(&mut text, "contact with a public handle", policy);
            line(&mut text, "Where it stands in several places, this is what all of them show.");
            let mut clauses = Clauses::new(policy);
            contact(&mut text, found, &mut clauses);
            clauses.print(&mut text);
        }
        Answer::Found(_) => line(&mut text, "Each result of a search shows what looking it up shows."),
        Answer::Help => line(&mut text, "Help says nothing about anybody."),
        Answer::Available(name) => no_object(&mut text, name, "is not registered"),
        Answer::Reserved(name, state) => no_object(&mut text, name, &format!("is reserved ({state})")),
        Answer::NotAllowed(name, why) => no_object(&mut text, name, why_not(*why)),
        Answer::NotFound => line(&mut text, "There is no such object, or its handle is not public."),
    }
    text
}

fn why_not(why: NotAllowed) -> &'static str {
    match why {
        NotAllowed::OutsideZones => "lies in none of our zones",
        NotAllowed::ZoneItself => "is one of our zones itself",
        NotAllowed::SubDomain => "has more than one label below its zone",
        NotAllowed::Label => "breaks its zone's rules for labels",
    }
}

fn no_object(text: &mut String, name: &Name, what: &str) {
    line(text, &format!("{name} {what}: there is nothing to decide about."));
}

fn heading(text: &mut String, object: &str, policy: &Policy) {
    line(text, object);
    line(text, &format!("decided by policy {}, version {}", policy.name(), policy.version()));
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn contact(text: &mut String, contact: &PublicContact, clauses: &mut Clauses<'_>) {
    line(text, &format!("\n{}", contact.role));
    if let Some((reason, clause)) = contact.omitted {
        let clause = clauses.cite(clause);
        line(text, &format!("  the contact as a whole: withheld by {clause}; {}", in_words(reason)));
        return;
    }
    let verdicts = [
        (Field::Kind, Verdict::from(&contact.kind)),
        (Field::Handle, Verdict::from(&contact.handle)),
        (Field::Name, Verdict::from(&contact.name)),
        (Field::Organisation, Verdict::from(&contact.organisation)),
        (Field::Street, Verdict::from(&contact.street)),
        (Field::City, Verdict::from(&contact.city)),
        (Field::Province, Verdict::from(&contact.province)),
        (Field::PostalCode, Verdict::from(&contact.postal_code)),
        (Field::Country, Verdict::from(&contact.country)),
        (Field::Voice, Verdict::from(&contact.voice)),
        (Field::Fax, Verdict::from(&contact.fax)),
        (Field::Email, Verdict::from(&contact.email)),
        (Field::Language, Verdict::from(&contact.language)),
        (Field::Vat, Verdict::from(&contact.vat)),
        (Field::Events, events(&contact.created, &contact.updated)),
    ];
    fields(text, &verdicts, clauses);
}

fn registrar(text: &mut String, registrar: &PublicRegistrar, policy: &Policy) {
    heading(text, &format!("registrar {}", registrar.id), policy);
    line(text, "Its identifier, status and RDAP address are always shown.");
    let mut clauses = Clauses::new(policy);
    line(text, &format!("\n{}", Role::Registrar));
    let verdicts = [
        (Field::Name, Verdict::from(&registrar.name)),
        (Field::IanaId, Verdict::from(&registrar.iana_id)),
        (Field::Website, Verdict::from(&registrar.website)),
        (Field::Street, Verdict::from(&registrar.street)),
        (Field::City, Verdict::from(&registrar.city)),
        (Field::Province, Verdict::from(&registrar.province)),
        (Field::PostalCode, Verdict::from(&registrar.postal_code)),
        (Field::Country, Verdict::from(&registrar.country)),
        (Field::Voice, Verdict::from(&registrar.voice)),
        (Field::Fax, Verdict::from(&registrar.fax)),
        (Field::Email, Verdict::from(&registrar.email)),
        (Field::AbuseEmail, Verdict::from(&registrar.abuse_email)),
        (Field::AbuseVoice, Verdict::from(&registrar.abuse_voice)),
        (Field::Events, events(&registrar.created, &registrar.updated)),
    ];
    fields(text, &verdicts, &mut clauses);
    for other in &registrar.contacts {
        contact(text, other, &mut clauses);
    }
    clauses.print(text);
}

/// Both dates are one field for the policy.
fn events<T>(created: &Disclosed<T>, updated: &Disclosed<T>) -> Verdict {
    match Verdict::from(created) {
        Verdict::Absent => Verdict::from(updated),
        verdict @ (Verdict::Shown(_) | Verdict::Withheld(..)) => verdict,
    }
}

fn fields(text: &mut String, verdicts: &[(Field, Verdict)], clauses: &mut Clauses<'_>) {
    for (field, verdict) in verdicts {
        let verdict = match *verdict {
            Verdict::Absent => "not in the register".to_owned(),
            Verdict::Shown(clause) => format!("shown by {}", clauses.cite(clause)),
            Verdict::Withheld(reason, clause) => {
                format!("withheld by {}; {}", clauses.cite(clause), in_words(reason))
            }
        };
        line(text, &format!("  {:<13}{verdict}", field.word()));
    }
}

fn in_words(reason: Reason) -> &'static str {
    match reason {
        Reason::NotOpened => "the policy does not open it",
        Reason::NaturalPerson => "it belongs to a natural person or to who is treated as one",
        Reason::AskedByContact => "the contact asked for it",
        Reason::RoleNotPublished => "contacts in this role are never published",
    }
}

/// The clauses of a policy that were cited, for the list at the end.
struct Clauses<'a> {
    policy: &'a Policy,
    cited: BTreeMap<ClauseIndex, &'a str>,
}

impl<'a> Clauses<'a> {
    fn new(policy: &'a Policy) -> Clauses<'a> {
        Clauses { policy, cited: BTreeMap::new() }
    }

    /// The clause's name. A record that another version of the policy decided may cite a clause that this one lacks.
    fn cite(&mut self, index: ClauseIndex) -> String {
        match self.policy.clause(index) {
            Some(clause) => {
                self.cited.insert(index, &clause.text);
                clause.id.clone()
            }
            None => format!("clause {} of another version", index.0),
        }
    }

    fn print(self, text: &mut String) {
        if self.cited.is_empty() {
            return;
        }
        line(text, "\nclauses");
        for (index, words) in self.cited {
            let id = self.policy.clause(index).map_or("", |clause| &clause.id);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {id}: {words}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::DomainAnswer;
    use crate::codec::sample::kept;
    use crate::disclosure::record::PublicRecord;
    use crate::model::status::NndnState;

    fn policy(name: &str) -> Policy {
        let path = format!("{}/config/disclosure/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        Policy::parse(&path, &std::fs::read_to_string(&path).unwrap()).unwrap()
    }

    fn explained(answer: &Answer) -> String {
        explain(answer, &policy("dns-belgium"), &policy("dns-belgium"))
    }

    fn domain() -> DomainAnswer {
        let [(_, PublicRecord::Domain(domain)), _, (_, PublicRecord::Registrar(registrar)), _] = kept() else {
            unreachable!()
        };
        DomainAnswer { domain, registrar: Some(registrar), addresses: Vec::new() }
    }

    #[test]
    fn each_field_has_its_verdict_and_each_cited_clause_its_text() {
        let text = explained(&Answer::Domain(domain()));
        let policy = policy("dns-belgium");
        let first = &policy.clause(ClauseIndex(1)).unwrap();
        assert!(text.starts_with("domain xn--belgi-rsa.be\ndecided by policy dns-belgium, version "), "{text}");
        assert!(text.contains(&format!("\n  organisation shown by {}\n", first.id)), "{text}");
        assert!(text.contains(&format!("\n  {}: {}\n", first.id, first.text)), "{text}");
        assert!(text.contains("; the policy does not open it\n"), "{text}");
        assert!(text.contains("\n  province     not in the register\n"), "{text}");
        assert!(text.contains("email        withheld by clause 300 of another version; the contact asked for it\n"));
        assert!(text.contains("\nbilling\n  the contact as a whole: withheld by "), "{text}");
        assert!(text.contains("\nregistrar R-77\n"), "{text}");
    }

    #[test]
    fn no_value_that_was_decided_about_is_told() {
        let text = explained(&Answer::Domain(domain()));
        for value in ["Voorbeeld", "C-1001", "Kerkstraat", "Leuven", "3000", "+32", "example", "9995", "2011"] {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }

    #[test]
    fn answers_without_people_say_so() {
        let name = Name::parse("vrij.be").unwrap();
        assert!(explained(&Answer::Available(name.clone())).contains("vrij.be is not registered"));
        assert!(explained(&Answer::Reserved(name.clone(), NndnState::Blocked)).contains("reserved (blocked)"));
        assert!(explained(&Answer::NotAllowed(name, NotAllowed::SubDomain)).contains("more than one label"));
        assert_eq!(explained(&Answer::NotFound), "There is no such object, or its handle is not public.\n");
    }
}
