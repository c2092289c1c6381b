//! The ways to an object.

use std::collections::BTreeSet;

use loket::model::name::Name;

use crate::client::percent;
use crate::redaction_paths::CLASSES;
use crate::register::Register;

/// One way to every object of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub by: By,
    /// Further parameters. `{identifier}` is the property by which the class is ordered.
    pub wishes: &'static str,
}

/// By what objects are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A lookup of each.
    Lookup,
    /// Searches for the beginnings of all names and handles.
    Beginning,
    /// Searches for the objects of each registrar: for its domains and name servers by reverse searches, for itself by
    /// its name.
    Registrar,
}

pub const LOOKUPS: &[Way] = &[Way { by: By::Lookup, wishes: "" }, Way { by: By::Lookup, wishes: "jscontact=1" }];

/// The first [`SEARCHES_OF_ALL`] of them are enough for a large register; the others show the same in other order.
pub const SEARCHES: &[Way] = &[
    Way { by: By::Beginning, wishes: "fieldSet=full" },
    Way { by: By::Beginning, wishes: "fieldSet=brief&jscontact=1" },
    Way { by: By::Beginning, wishes: "fieldSet=id" },
    Way { by: By::Beginning, wishes: "jscontact=1" },
    Way { by: By::Beginning, wishes: "sort={identifier}:d&count=true" },
    Way { by: By::Beginning, wishes: "fieldSet=brief&sort={identifier}:d" },
    Way { by: By::Beginning, wishes: "fieldSet=id&jscontact=1" },
    Way { by: By::Registrar, wishes: "" },
    Way { by: By::Registrar, wishes: "fieldSet=brief&count=true" },
];
pub const SEARCHES_OF_ALL: usize = 3;

impl Way {
    /// Whether all is told that a lookup tells.
    pub fn tells_all(&self) -> bool {
        !["fieldSet=brief", "fieldSet=id"].iter().any(|part| self.wishes.contains(part))
    }

    /// Whether each object is reached.
    pub fn reaches_all(&self) -> bool {
        self.by != By::Registrar
    }

    /// The parameters by which a lookup tells the same.
    pub fn wishes_of_lookup(&self) -> &'static str {
        if self.wishes.contains("jscontact=1") { "jscontact=1" } else { "" }
    }

    /// What to ask to find all objects of a class.
    pub fn targets(&self, class: &str, register: &Register) -> Vec<String> {
        let identifiers = identifiers(class, register);
        let targets: BTreeSet<String> = match self.by {
            By::Lookup => identifiers.iter().map(|text| format!("{class}/{}", percent(text))).collect(),
            By::Beginning => {
                let predicate = if class == "entity" { "handle" } else { "name" };
                let first = |text: &String| text.to_lowercase().chars().next().map(String::from);
                let firsts: BTreeSet<String> = identifiers.iter().filter_map(first).collect();
                firsts.iter().map(|first| format!("{}?{predicate}={}*", plural(class), percent(first))).collect()
            }
            By::Registrar => {
                let of = |id: &str, name: &str| match class {
                    "entity" => format!("entities?fn={}", percent(name)),
                    _ => format!("{}/reverse_search/entity?handle={}&role=registrar", plural(class), percent(id)),
                };
                let registrars = register.registrars.iter();
                registrars.map(|registrar| of(&handle_of(registrar), &registrar.name)).collect()
            }
        };
        targets.into_iter().map(|target| self.with_wishes(target, class)).collect()
    }

    /// The search that finds one object, wanted in the same way.
    pub fn exact(&self, class: &str, identifier: &str) -> String {
        let predicate = if class == "entity" { "handle" } else { "name" };
        self.with_wishes(format!("{}?{predicate}={}", plural(class), percent(identifier)), class)
    }

    fn with_wishes(&self, target: String, class: &str) -> String {
        if self.wishes.is_empty() {
            return target;
        }
        let mark = if target.contains('?') { '&' } else { '?' };
        let identifier = if class == "entity" { "handle" } else { "name" };
        format!("{target}{mark}{}", self.wishes.replace("{identifier}", identifier))
    }
}

fn plural(class: &str) -> String {
    class.strip_suffix('y').map_or_else(|| format!("{class}s"), |stem| format!("{stem}ies"))
}

/// As answers name it: by its number at IANA, where it has one.
pub fn handle_of(registrar: &loket::model::registrar::Registrar) -> String {
    registrar.iana_id.map_or_else(|| registrar.id.as_str().to_owned(), |id| id.to_string())
}

/// Every name, as people write it, or handle of a class: also those that are withheld.
fn identifiers(class: &str, register: &Register) -> BTreeSet<String> {
    let written = |name: &Name| name.unicode().unwrap_or_else(|| name.as_str().to_owned());
    let [domains, nameservers, _] = CLASSES.map(|(class, ..)| class);
    if class == domains {
        return register.domains.iter().map(|domain| written(&domain.name)).collect();
    }
    if class == nameservers {
        let delegated = register.domains.iter().flat_map(|domain| &domain.nameservers).map(|server| &server.host);
        return register.hosts.iter().map(|host| &host.name).chain(delegated).map(written).collect();
    }
    let registrars = register.registrars.iter().map(handle_of);
    registrars.chain(register.contacts.keys().map(|handle| handle.reveal().to_owned())).collect()
}
