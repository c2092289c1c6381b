//! From a path and its parameters to a [`Search`].

use std::net::IpAddr;

use super::offer::{Class, Wish};
use super::parameters::{self, Parameter};
use super::{
    DomainsBy, EntitiesBy, FieldSet, Mistake, NameserversBy, Property, Related, Search, SortKey, Target, Wishes,
};
use crate::model::pattern::{NamePattern, PatternError, TextPattern};
use crate::query::Refusal;

/// Most keys of an order.
pub const SORT_KEYS_MAX: usize = 3;
/// Longest cursor that is looked at, in characters. Ours are at most about 1,100 long.
pub const CURSOR_CHARACTERS_MAX: usize = 1200;
/// The words of `count`, and what they mean (RFC 8977 §2.1). Their case does not matter (RFC 5234 §2.3).
pub const COUNT_WORDS: [(&str, bool); 6] =
    [("true", true), ("yes", true), ("1", true), ("false", false), ("no", false), ("0", false)];

/// Properties of entities that RDAP has and by which no reverse search is offered: to ignore one would find more than
/// was asked for. Others mean nothing and are ignored like any unknown parameter.
const REVERSE_PROPERTIES_NOT_OFFERED: [&str; 6] = ["email", "voice", "org", "country", "cc", "city"];

const WISHES: [&str; 4] = [Wish::Count.word(), Wish::Sort.word(), Wish::Cursor.word(), Wish::FieldSet.word()];

/// Reads the parameters of a search. `query` is the query string without its question mark.
///
/// # Errors
/// [`Refusal::BadSearch`] and the `Bad…` of an argument for what cannot be read, [`Refusal::PatternNotSupported`] for
/// a pattern that is not searched for.
pub fn parse(class: Class, query: &str) -> Result<Search, Refusal> {
    let known: Vec<&'static str> = class.predicates().iter().chain(&WISHES).copied().collect();
    let mut given = Given::read(query, &known)?;
    let wishes = given.wishes(class)?;
    let [Parameter { name, value }] = given.rest.as_slice() else {
        let mistake = if given.rest.is_empty() { Mistake::Predicate } else { Mistake::Predicates };
        return Err(Refusal::BadSearch(mistake));
    };
    if value.is_empty() {
        return Err(Refusal::BadSearch(Mistake::Predicate));
    }
    let target = match (class, *name) {
        (Class::Domains, "name") => Target::Domains(DomainsBy::Name(name_pattern(value)?)),
        (Class::Domains, "nsLdhName") => Target::Domains(DomainsBy::Nameserver(name_pattern(value)?)),
        (Class::Domains, _) => Target::Domains(DomainsBy::Address(address(value)?)),
        (Class::Nameservers, "name") => Target::Nameservers(NameserversBy::Name(name_pattern(value)?)),
        (Class::Nameservers, _) => Target::Nameservers(NameserversBy::Address(address(value)?)),
        (Class::Entities, "fn") => Target::Entities(EntitiesBy::Name(text_pattern(value)?)),
        (Class::Entities, _) => Target::Entities(EntitiesBy::Handle(text_pattern(value)?)),
    };
    Ok(Search { target, wishes })
}

/// Reads the parameters of a reverse search by entity (RFC 9536 §2).
///
/// # Errors
/// As for [`parse`], and [`Refusal::ReverseSearchNotOffered`] for a class, or by a property, for which it is not offered.
pub fn reverse(class: Class, query: &str) -> Result<Search, Refusal> {
    if class.reverse_properties().is_empty() {
        return Err(Refusal::ReverseSearchNotOffered);
    }
    let properties = class.reverse_properties().iter();
    let known: Vec<&'static str> = properties.chain(&REVERSE_PROPERTIES_NOT_OFFERED).chain(&WISHES).copied().collect();
    let mut given = Given::read(query, &known)?;
    let wishes = given.wishes(class)?;
    if given.rest.iter().any(|parameter| REVERSE_PROPERTIES_NOT_OFFERED.contains(&parameter.name)) {
        return Err(Refusal::ReverseSearchNotOffered);
    }
    let mut property = |name: &str| -> Result<Option<TextPattern>, Refusal> {
        given.take(name, Mistake::Predicates)?.map(|value| text_pattern(&value)).transpose()
    };
    let related = Related { handle: property("handle")?, name: property("fn")?, role: property("role")? };
    if related.handle.is_none() && related.name.is_none() {
        let mistake = if related.role.is_some() { Mistake::RoleAlone } else { Mistake::Predicate };
        return Err(Refusal::BadSearch(mistake));
    }
    let target = match class {
        Class::Domains => Target::Domains(DomainsBy::Related(related)),
        Class::Nameservers => Target::Nameservers(NameserversBy::Related(related)),
        Class::Entities => return Err(Refusal::ReverseSearchNotOffered),
    };
    Ok(Search { target, wishes })
}

/// The parameters that were given and not taken yet.
struct Given {
    rest: Vec<Parameter>,
}

impl Given {
    fn read(query: &str, known: &[&'static str]) -> Result<Given, Refusal> {
        parameters::read(query, known).map(|rest| Given { rest })
    }

    /// Takes the value of a parameter. One that is given twice is the mistake.
    fn take(&mut self, name: &str, mistake: Mistake) -> Result<Option<String>, Refusal> {
        let mut found = self.rest.extract_if(.., |parameter| parameter.name == name);
        let first = found.next().map(|parameter| parameter.value);
        if found.next().is_some() { Err(Refusal::BadSearch(mistake)) } else { Ok(first) }
    }

    fn wishes(&mut self, class: Class) -> Result<Wishes, Refusal> {
        let mut read = |wish: Wish, mistake| self.take(wish.word(), mistake);
        let count = read(Wish::Count, Mistake::Count)?;
        let sort = read(Wish::Sort, Mistake::Sort)?;
        let cursor = read(Wish::Cursor, Mistake::Cursor)?;
        let fields = read(Wish::FieldSet, Mistake::FieldSet)?;
        let fields = fields.map_or(Ok(FieldSet::default()), |text| {
            FieldSet::from_word(&text).ok_or(Refusal::BadSearch(Mistake::FieldSet))
        })?;
        Ok(Wishes {
            count: count.map_or(Ok(false), |text| self::count(&text))?,
            sort: sort.map_or(Ok(Vec::new()), |text| self::sort(&text, class, fields))?,
            cursor: cursor.map(self::cursor).transpose()?,
            fields,
        })
    }
}

fn count(text: &str) -> Result<bool, Refusal> {
    let known = COUNT_WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    known.map(|(_, count)| *count).ok_or(Refusal::BadSearch(Mistake::Count))
}

/// `property[:a|:d]`, several separated by commas, none twice (RFC 8977 §2.3). Only what every result of the class may
/// tell is a property here: an order by anything else would tell what is withheld (PG-11). And only what results of
/// the wanted extent do tell (RFC 8977 §3).
fn sort(text: &str, class: Class, fields: FieldSet) -> Result<Vec<SortKey>, Refusal> {
    let mistake = Refusal::BadSearch(Mistake::Sort);
    let mut keys: Vec<SortKey> = Vec::new();
    for item in text.split(',') {
        let (word, direction) = item.split_once(':').unwrap_or((item, "a"));
        let property = Property::from_word(word)
            .filter(|property| Property::of(class).contains(property) && property.stands_in(fields, class));
        let is_descending = match direction {
            "a" | "A" => false,
            "d" | "D" => true,
            _ => return Err(mistake),
        };
        match property {
            Some(property) if keys.len() < SORT_KEYS_MAX && keys.iter().all(|key| key.property != property) => {
                keys.push(SortKey { property, is_descending });
            }
            Some(_) | None => return Err(mistake),
        }
    }
    Ok(keys)
}

/// The characters are those of RFC 8977 §2.4 (PG-05).
fn cursor(text: String) -> Result<String, Refusal> {
    let is_cursor = (1..=CURSOR_CHARACTERS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/=-_".contains(&byte));
    if is_cursor { Ok(text) } else { Err(Refusal::BadSearch(Mistake::Cursor)) }
}

fn address(text: &str) -> Result<IpAddr, Refusal> {
    text.parse().map_err(|_| Refusal::BadNumber)
}

fn name_pattern(text: &str) -> Result<NamePattern, Refusal> {
    NamePattern::parse(text).map_err(refused)
}

fn text_pattern(text: &str) -> Result<TextPattern, Refusal> {
    TextPattern::parse(text).map_err(refused)
}

fn refused(error: PatternError) -> Refusal {
    match error {
        PatternError::Name(error) => Refusal::BadName(error),
        PatternError::Empty => Refusal::BadSearch(Mistake::Predicate),
        PatternError::TooLong => Refusal::TooLong,
        PatternError::Unsupported => Refusal::PatternNotSupported,
    }
}
