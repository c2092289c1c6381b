//! A policy as a document that a lawyer can read: its clauses, and for each role a table of what is shown.
//!
//! The tables do not restate the policy: each cell is what `decide` made of a fictional contact whose every field is
//! filled in, for each kind, with and without protection, and for each use of EPP's disclose. Columns that came
//! out the same are drawn as one.

mod specimen;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use specimen::{Asked, Nature};

use super::decide::{decide, decide_registrar};
use super::policy::{Policy, fields_of};
use super::record::{Disclosed, PublicContact, PublicRecord, PublicRegistrar};
use crate::model::domain::Registration;
use crate::model::vocabulary::{Field, Role};
use crate::time::Timestamp;

/// What a column stands for: kind, whether shielded, and what was asked by EPP's disclose.
type Case = (Nature, bool, Asked);

/// The cases with the same outcome, and the outcome, one text for each field of the role.
struct Column {
    cases: Vec<Case>,
    cells: Vec<String>,
}

/// The document, in Markdown. It depends on nothing but the policy.
pub fn render(policy: &Policy) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write_page(&mut page, policy);
    page
}

fn write_page(page: &mut String, policy: &Policy) -> std::fmt::Result {
    writeln!(page, "# Disclosure policy {}, version {}\n", policy.name(), policy.version())?;
    writeln!(page, "{}\n", policy.summary())?;
    writeln!(page, "Kind of a contact: `kind_from = \"{}\"`.", policy.kind_from())?;
    if let Some(url) = policy.url() {
        writeln!(page, "Published at <{url}>.")?;
    }
    if let Some(from) = policy.in_force_from() {
        writeln!(page, "In force from {from}; before that nothing is shown.")?;
    }
    writeln!(page, "\n## Clauses\n")?;
    for (index, clause) in policy.clauses() {
        writeln!(page, "{}. **{}**: {} *({})*", index.0, clause.id, clause.text, clause.source)?;
    }
    writeln!(page, "\n## What is shown\n")?;
    writeln!(page, "{READING}")?;
    for &role in Role::ALL {
        writeln!(page, "\n### {role}\n")?;
        write_role(page, policy, role)?;
    }
    Ok(())
}

const READING: &str = "\
Each cell is the outcome of a real decision about a fictional contact with every field filled in. The number is the \
clause that decides. Withheld fields say why: *not-opened* (no clause shows it), *natural-person* (a \
natural person, and who is treated as one: of unknown or contradictory kind, or flagged for protection; a public record \
does not tell these apart), *asked-by-contact* (by EPP's disclose). The organisation field of the natural person repeats the person's own name: any other text there would \
contradict the kind, and the contact would be one of unknown kind.";

fn write_role(page: &mut String, policy: &Policy, role: Role) -> std::fmt::Result {
    let columns = columns(policy, role);
    let all = cases().len();
    if let (Some(clause), [_]) = (policy.never_published(role), columns.as_slice()) {
        return writeln!(page, "Never published, whatever the contact is ({}).", clause.0);
    }
    write!(page, "| field |")?;
    for (letter, _) in ('A'..='Z').zip(&columns) {
        write!(page, " {letter} |")?;
    }
    write!(page, "\n|---|")?;
    columns.iter().try_for_each(|_| write!(page, "---|"))?;
    for (row, field) in fields_of(role).iter().enumerate() {
        write!(page, "\n| {field} |")?;
        for column in &columns {
            write!(page, " {} |", column.cells.get(row).map_or("", String::as_str))?;
        }
    }
    writeln!(page, "\n")?;
    for (letter, column) in ('A'..='Z').zip(&columns) {
        match role {
            Role::Registrar => writeln!(page, "- {letter}: the registrar, a company")?,
            _ if column.cases.len() == all => writeln!(page, "- {letter}: every contact")?,
            _ => writeln!(page, "- {letter}: {}", describe(&column.cases))?,
        }
    }
    Ok(())
}

fn cases() -> Vec<Case> {
    let of_nature = |nature: &Nature| {
        let nature = *nature;
        [false, true]
            .into_iter()
            .flat_map(move |shielded| Asked::ALL.iter().map(move |asked| (nature, shielded, *asked)))
    };
    Nature::ALL.iter().flat_map(of_nature).collect()
}

/// The columns of a role, equal ones joined.
fn columns(policy: &Policy, role: Role) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let cases = if role == Role::Registrar { vec![(Nature::Organisation, false, Asked::Nothing)] } else { cases() };
    for case in cases {
        let cells = cells(policy, role, case).unwrap_or_default();
        match columns.iter_mut().find(|column| column.cells == cells) {
            Some(column) => column.cases.push(case),
            None => columns.push(Column { cases: vec![case], cells }),
        }
    }
    columns
}

/// Cases in words, those that differ in one thing only taken together.
fn describe(cases: &[Case]) -> String {
    let mut lines: Vec<(Vec<Nature>, bool, Vec<Asked>)> = Vec::new();
    for &(nature, shielded, asked) in cases {
        match lines.iter_mut().find(|line| line.0 == [nature] && line.1 == shielded) {
            Some(line) => line.2.push(asked),
            None => lines.push((vec![nature], shielded, vec![asked])),
        }
    }
    let mut joined: Vec<(Vec<Nature>, bool, Vec<Asked>)> = Vec::new();
    for (natures, shielded, asked) in lines {
        match joined.iter_mut().find(|line| line.1 == shielded && line.2 == asked) {
            Some(line) => line.0.extend(natures),
            None => joined.push((natures, shielded, asked)),
        }
    }
    let in_words = joined.iter().map(|(natures, shielded, asked)| {
        let natures = if natures.len() == Nature::ALL.len() { "any kind".to_owned() } else { words(natures, " or ") };
        let shielded = if *shielded { "shielded" } else { "not shielded" };
        let asked =
            if asked.len() == Asked::ALL.len() { "whatever disclose says".to_owned() } else { words(asked, " or ") };
        format!("{natures}, {shielded}, {asked}")
    });
    in_words.collect::<Vec<_>>().join("; ")
}

fn words<T: std::fmt::Display>(values: &[T], between: &str) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(between)
}

/// Decides about a specimen and tells the outcome for each field of the role. `None` cannot occur: the specimens
/// are well formed.
fn cells(policy: &Policy, role: Role, (nature, shielded, asked): Case) -> Option<Vec<String>> {
    let at = policy.in_force_from().unwrap_or(Timestamp::UNIX_EPOCH);
    let contact = specimen::contact(nature, shielded, asked)?;
    let domain = specimen::domain()?;
    let registrar = specimen::registrar()?;
    let on_domain = |registrant, contacts| decide(&Registration { domain: &domain, registrant, contacts }, policy, at);
    let of_registrar = |contacts: &[_]| decide_registrar(&registrar, contacts, policy, at);
    let record = match role {
        Role::Registrant => on_domain(Some(&contact), Vec::new()),
        Role::RegistrarContact => of_registrar(&[(Role::Tech, &contact)]),
        Role::Registrar => of_registrar(&[]),
        Role::Onsite | Role::Tech | Role::Admin | Role::Billing | Role::Reseller => {
            on_domain(None, vec![(role, &contact)])
        }
    };
    let decided = match (&record, role) {
        (PublicRecord::Registrar(registrar), Role::Registrar) => {
            return Some(fields_of(role).iter().map(|field| of_company(registrar, *field)).collect());
        }
        (PublicRecord::Registrar(registrar), _) => registrar.contacts.first()?,
        (PublicRecord::Domain(domain), _) => domain.registrant.as_ref().or(domain.contacts.first())?,
        (PublicRecord::Host(_) | PublicRecord::Nndn(_), _) => return None,
    };
    Some(fields_of(role).iter().map(|field| of_contact(decided, *field)).collect())
}

fn of_contact(contact: &PublicContact, field: Field) -> String {
    if let Some((_, clause)) = contact.omitted {
        return format!("never published ({})", clause.0);
    }
    match field {
        Field::Kind => outcome(&contact.kind),
        Field::Handle => outcome(&contact.handle),
        Field::Name => outcome(&contact.name),
        Field::Organisation => outcome(&contact.organisation),
        Field::Street => outcome(&contact.street),
        Field::City => outcome(&contact.city),
        Field::Province => outcome(&contact.province),
        Field::PostalCode => outcome(&contact.postal_code),
        Field::Country => outcome(&contact.country),
        Field::Voice => outcome(&contact.voice),
        Field::Fax => outcome(&contact.fax),
        Field::Email => outcome(&contact.email),
        Field::Language => outcome(&contact.language),
        Field::Vat => outcome(&contact.vat),
        Field::Events => outcome(&contact.created),
        Field::Website | Field::IanaId | Field::AbuseEmail | Field::AbuseVoice => "no such field".to_owned(),
    }
}

fn of_company(registrar: &PublicRegistrar, field: Field) -> String {
    match field {
        Field::Name => outcome(&registrar.name),
        Field::Street => outcome(&registrar.street),
        Field::City => outcome(&registrar.city),
        Field::Province => outcome(&registrar.province),
        Field::PostalCode => outcome(&registrar.postal_code),
        Field::Country => outcome(&registrar.country),
        Field::Voice => outcome(&registrar.voice),
        Field::Fax => outcome(&registrar.fax),
        Field::Email => outcome(&registrar.email),
        Field::Website => outcome(&registrar.website),
        Field::IanaId => outcome(&registrar.iana_id),
        Field::AbuseEmail => outcome(&registrar.abuse_email),
        Field::AbuseVoice => outcome(&registrar.abuse_voice),
        Field::Events => outcome(&registrar.created),
        Field::Kind | Field::Handle | Field::Organisation | Field::Language | Field::Vat => "no such field".to_owned(),
    }
}

fn outcome<T>(value: &Disclosed<T>) -> String {
    match value {
        Disclosed::Absent => "no value".to_owned(),
        Disclosed::Shown { clause, .. } => format!("**shown** ({})", clause.0),
        Disclosed::Withheld { reason, clause } => format!("withheld ({}) {reason}", clause.0),
    }
}
