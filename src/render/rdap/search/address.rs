//! The address of a search, and those of other views of its results.
//!
//! They differ in one parameter only: all others keep their place and their spelling, so that a client finds in them
//! what it asked.

use std::borrow::Cow;

/// The address that was asked, if it is one of a search: with its parameters.
#[derive(Clone, Copy)]
pub(super) struct Address<'a> {
    path: &'a str,
    parameters: &'a str,
}

impl<'a> Address<'a> {
    /// Reads an absolute URI. `None` where it has no query string: then other views have no address.
    pub(super) fn parse(asked: &'a str) -> Option<Address<'a>> {
        let (path, parameters) = asked.split_once('?')?;
        (!parameters.is_empty()).then_some(Address { path, parameters })
    }

    /// The value of a parameter as it was given, percent-decoded: of the first, where it stands more than once.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let parameter = self.each().find(|parameter| is_named(parameter, name))?;
        let (_, value) = parameter.split_once('=').unwrap_or_default();
        String::from_utf8(decoded(value).collect()).ok()
    }

    /// The address with this value for a parameter. The value holds only what a query string may (RFC 3986 §3.4).
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        self.rewritten(&[(name, Some(value))])
    }

    /// The same, from the first page on: without the cursor, which belongs to the view that it was given with.
    pub(super) fn restarted_with(&self, name: &str, value: &str) -> String {
        self.rewritten(&[(name, Some(value)), ("cursor", None)])
    }

    /// The same, without the order that was asked for either.
    pub(super) fn restarted_in_default_order_with(&self, name: &str, value: &str) -> String {
        self.rewritten(&[(name, Some(value)), ("cursor", None), ("sort", None)])
    }

    /// Sets parameters, each where it stood or at the end, or leaves them out.
    fn rewritten(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut pending: Vec<(&str, Option<&str>)> = changes.to_vec();
        let mut kept: Vec<Cow<'_, str>> = Vec::new();
        for parameter in self.each() {
            if !changes.iter().any(|(name, _)| is_named(parameter, name)) {
                kept.push(parameter.into());
                continue;
            }
            // What stands twice is said once: at its first place.
            let Some(at) = pending.iter().position(|(name, _)| is_named(parameter, name)) else { continue };
            let (name, value) = pending.swap_remove(at);
            kept.extend(value.map(|value| Cow::from(format!("{name}={value}"))));
        }
        kept.extend(pending.iter().filter_map(|(name, value)| value.map(|value| Cow::from(format!("{name}={value}")))));
        format!("{}?{}", self.path, kept.join("&"))
    }

    fn each(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.parameters.split('&')
    }
}

/// Whether a parameter has a name, however that is encoded.
fn is_named(parameter: &str, name: &str) -> bool {
    let (found, _) = parameter.split_once('=').unwrap_or((parameter, ""));
    decoded(found).eq(name.bytes())
}

/// Percent-decodes, once. What is no encoding stands for itself.
fn decoded(text: &str) -> impl Iterator<Item = u8> + use<'_> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        if *first == b'%'
            && let [high, low, after @ ..] = after
            && let (Some(high), Some(low)) = (hexadecimal(*high), hexadecimal(*low))
        {
            rest = after;
            return Some(high << 4 | low);
        }
        rest = after;
        Some(*first)
    })
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(asked: &str, name: &str, value: &str) -> String {
        Address::parse(asked).map(|address| address.with(name, value)).unwrap_or_default()
    }

    #[test]
    fn pg_04_other_parameters_keep_their_place_and_spelling() {
        let asked = "https://h/domains?name=b%2a.be&cursor=old&x=%C3%A9&count=1";
        assert_eq!(with(asked, "cursor", "new="), "https://h/domains?name=b%2a.be&cursor=new=&x=%C3%A9&count=1");
        assert_eq!(with("https://h/domains?name=b*", "cursor", "n"), "https://h/domains?name=b*&cursor=n");
        let twice = "https://h/domains?cursor=a&name=b*&c%75rsor=b&&cursors=c&cursor";
        assert_eq!(with(twice, "cursor", "n"), "https://h/domains?cursor=n&name=b*&&cursors=c");
    }

    #[test]
    fn other_views_begin_at_the_first_page() {
        let address = Address::parse("https://h/domains?cursor=a&name=b*&sort=name").unwrap();
        assert_eq!(address.restarted_with("sort", "name:d"), "https://h/domains?name=b*&sort=name:d");
        assert_eq!(address.restarted_with("fieldSet", "id"), "https://h/domains?name=b*&sort=name&fieldSet=id");
    }

    #[test]
    fn pg_08_a_parameter_is_read_as_it_was_given() {
        let address = Address::parse("https://h/domains?name=b*&s%6Frt=name%3Aa,%zz&sort=2&empty").unwrap();
        assert_eq!(address.parameter("sort").as_deref(), Some("name:a,%zz"));
        assert_eq!(address.parameter("empty").as_deref(), Some(""));
        assert_eq!(address.parameter("count"), None);
    }

    #[test]
    fn an_address_without_parameters_is_none_of_a_search() {
        assert!(Address::parse("https://h/domains").is_none() && Address::parse("https://h/domains?").is_none());
    }

    proptest! {
        /// PG-04: whatever the parameters are, one is set and the others stay.
        #[test]
        fn pg_04_any_other_parameter_stays(names in proptest::collection::vec("[a-z%0-9=]{0,6}", 1..6)) {
            let asked = format!("https://h/domains?x&{}", names.join("&"));
            let address = Address::parse(&asked).unwrap();
            let changed = address.with("cursor", "AZ-_=");
            let changed = Address::parse(&changed).unwrap();
            prop_assert_eq!(changed.parameter("cursor"), Some("AZ-_=".to_owned()));
            let others = |address: &Address<'_>| -> Vec<String> {
                address.each().filter(|parameter| !is_named(parameter, "cursor")).map(str::to_owned).collect()
            };
            prop_assert_eq!(others(&changed), others(&address));
        }
    }
}
