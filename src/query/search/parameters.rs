//! The query string of a search: parameters, percent-decoded once.

use super::offer::Wish;
use crate::query::Refusal;
use crate::query::percent;

/// Most parameters of a search that mean nothing, and most that mean something: there are at most seven of these.
pub const PARAMETERS_MAX: usize = 32;
/// Most octets of the parameters of a search beside its wishes: its links repeat them. The longest names fit in.
pub const PARAMETER_OCTETS_MAX: usize = 2048;

/// A known parameter, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Its name: one of those that were asked for.
    pub(super) name: &'static str,
    /// Its value.
    pub(super) value: String,
}

/// The parameters among `known`, in the order in which they were given. Names are compared exactly. Others are ignored,
/// whatever they hold (RFC 7480 §4.3). A plus sign is a plus sign (RFC 3986): this is no form (SR-12).
///
/// # Errors
/// [`Refusal::TooLong`] beyond the limits; [`Refusal::BadEncoding`] and [`Refusal::BadCharacters`] for the value of a
/// known parameter that is no text.
pub(super) fn read(query: &str, known: &[&'static str]) -> Result<Vec<Parameter>, Refusal> {
    let mut found = Vec::new();
    let (mut unknown, mut octets) = (0, 0);
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = percent::decode(name).ok();
        let name = known.iter().find(|known| name.as_deref() == Some(**known));
        // Links of an answer set wishes that the question did not have: they must not make it too long (PG-04).
        if name.is_none_or(|name| Wish::from_word(name).is_none()) {
            octets += pair.len() + 1;
        }
        unknown += usize::from(name.is_none());
        if unknown > PARAMETERS_MAX || found.len() >= PARAMETERS_MAX || octets > PARAMETER_OCTETS_MAX {
            return Err(Refusal::TooLong);
        }
        let Some(name) = name else { continue };
        let value = percent::decode(value)?.into_owned();
        if value.chars().any(char::is_control) {
            return Err(Refusal::BadCharacters);
        }
        found.push(Parameter { name, value });
    }
    Ok(found)
}
