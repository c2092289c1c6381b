//! Natural person or organisation (standards EP-09).

use deunicode::deunicode_char;

use crate::disclosure::policy::{KindFrom, Policy};
use crate::model::contact::{Contact, DeclaredKind};
use crate::model::vocabulary::Kind;

/// Words that people put into an organisation field to say that there is none, folded as [`tokens`] does.
const PLACEHOLDERS: &[&str] = &["na", "none", "nvt", "geen", "aucun", "aucune"];

/// Letters of the longest of them.
const PLACEHOLDER_LETTERS_MAX: usize = 6;

/// Most parts of a name that are tried in every order. A longer text is compared in sorted order only.
const PARTS_MAX: usize = 7;

/// Why a contact counts as a natural person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// It is one.
    Person,
    /// Its kind is unknown, or the source contradicts itself.
    Doubtful,
    /// It is flagged for protection.
    Shielded,
}

/// What a contact is by the rules of a policy, and, of a natural person, why its fields are withheld.
///
/// An organisation is who has a filled-in organisation field that is not the person's own name again, is not
/// called anything else by the source, and, where the policy takes the kind from the source alone, is called an
/// organisation by it. Everybody else is a natural person, on the ground that is given with it. The ground goes no
/// further: public records say of all of them the same, so that they do not tell who is protected.
pub fn effective_kind(contact: &Contact, policy: &Policy) -> (Kind, Option<Ground>) {
    if contact.shielded {
        return (Kind::NaturalPerson, Some(Ground::Shielded));
    }
    let explicit = policy.kind_from() == KindFrom::Explicit;
    match (contact.declared_kind, organisation_field(contact)) {
        (Some(DeclaredKind::Organisation), Filled::Organisation) => (Kind::Organisation, None),
        (None, Filled::Organisation) if !explicit => (Kind::Organisation, None),
        (Some(DeclaredKind::NaturalPerson) | None, Filled::Nothing | Filled::OwnName) => {
            (Kind::NaturalPerson, Some(Ground::Person))
        }
        (_, Filled::Nothing | Filled::OwnName | Filled::Both | Filled::Organisation) => {
            (Kind::NaturalPerson, Some(Ground::Doubtful))
        }
    }
}

/// What stands in the organisation fields of all postal forms.
enum Filled {
    /// Nothing that says anything.
    Nothing,
    /// The person's own name again.
    OwnName,
    /// The name of an organisation.
    Organisation,
    /// The one in one form, the other in another.
    Both,
}

fn organisation_field(contact: &Contact) -> Filled {
    let organisations = contact.postal.iter().filter_map(|postal| postal.organisation.as_ref());
    let (mut own, mut other) = (false, false);
    for text in organisations.map(|organisation| organisation.reveal()).filter(|text| says_something(text)) {
        if is_own_name(contact, text) {
            own = true;
        } else {
            other = true;
        }
    }
    match (own, other) {
        (false, false) => Filled::Nothing,
        (true, false) => Filled::OwnName,
        (false, true) => Filled::Organisation,
        (true, true) => Filled::Both,
    }
}

/// False for what only looks filled in: white space, dashes, dots, "n/a", "none" and the like.
pub(super) fn says_something(organisation: &str) -> bool {
    // Folding keeps ASCII's letters and digits: most names of organisations need none of it.
    if organisation.bytes().filter(u8::is_ascii_alphanumeric).count() > PLACEHOLDER_LETTERS_MAX {
        return true;
    }
    let word = tokens(organisation).concat();
    !word.is_empty() && !PLACEHOLDERS.contains(&word.as_str())
}

/// True when a text is the person's name, in any postal form, whatever its case, accents, blanks, punctuation and
/// order.
pub(super) fn is_own_name(contact: &Contact, text: &str) -> bool {
    let names = contact.postal.iter().filter_map(|postal| postal.name.as_ref()).map(|name| name.reveal());
    names.filter(|name| !differ_in_letters(name, text)).any(|name| same_name(&tokens(name), &tokens(text)))
}

/// True for texts in ASCII that have another number of letters and digits: they are not the same name.
fn differ_in_letters(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphanumeric).count();
    one.is_ascii() && other.is_ascii() && letters(one) != letters(other)
}

fn same_name(one: &[String], other: &[String]) -> bool {
    let letters = |parts: &[String]| parts.iter().map(String::len).sum::<usize>();
    if one.is_empty() || other.is_empty() || letters(one) != letters(other) {
        return false;
    }
    let sorted = |parts: &[String]| {
        let mut parts = parts.to_vec();
        parts.sort();
        parts
    };
    sorted(one) == sorted(other) || is_made_of(&one.concat(), other) || is_made_of(&other.concat(), one)
}

/// True when `whole` is all of `parts`, one after another in some order.
fn is_made_of(whole: &str, parts: &[String]) -> bool {
    if parts.len() > PARTS_MAX {
        return whole == parts.concat();
    }
    if parts.is_empty() {
        return whole.is_empty();
    }
    (0..parts.len()).any(|at| {
        let mut rest = parts.to_vec();
        let first = rest.remove(at);
        whole.strip_prefix(&first).is_some_and(|whole| is_made_of(whole, &rest))
    })
}

/// The words of a text, lower case, in ASCII where they can be, without punctuation.
fn tokens(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match deunicode_char(c) {
            // A mark of the letter before it (the text may be in NFD), or nothing to see.
            Some("") => {}
            Some(ascii) if c.is_alphanumeric() => {
                folded.extend(ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
            }
            None if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => folded.push(' '),
        }
    }
    folded.split_ascii_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn placeholders_are_not_longer_than_that() {
        assert_eq!(PLACEHOLDERS.iter().map(|word| word.len()).max(), Some(PLACEHOLDER_LETTERS_MAX));
    }

    proptest! {
        #[test]
        fn short_cuts_say_what_folding_says(one in "[a-zA-Z0-9 .é/-]{0,12}", other in "[a-zA-Z0-9 .-]{0,12}") {
            let word = tokens(&one).concat();
            prop_assert_eq!(says_something(&one), !word.is_empty() && !PLACEHOLDERS.contains(&word.as_str()));
            if differ_in_letters(&one, &other) {
                prop_assert!(!same_name(&tokens(&one), &tokens(&other)));
            }
        }
    }
}
