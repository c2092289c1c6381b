//! Headers and their values: those that are always the same, and those with numbers in them, written without a format.

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};

use crate::guard::{Budget, Share};

/// The methods that are answered.
pub(super) static METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// Everybody.
pub(super) static ANYBODY: HeaderValue = HeaderValue::from_static("*");
/// The headers that scripts of browsers may read beside those that they always may (CORS).
static EXPOSED: HeaderValue = HeaderValue::from_static("allow, etag, ratelimit, ratelimit-policy, retry-after");

static RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Room for the headers of any response, and for those that hyper adds: a map that grows is built anew.
const HEADERS: usize = 14;
/// Room for the longest value that is drafted, in octets.
const VALUE_OCTETS: usize = 64;

/// The headers with which every response begins.
pub(super) fn begin() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY.clone());
    headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED.clone());
    headers
}

/// Tells when to ask again and where the client stands (draft-ietf-httpapi-ratelimit-headers). In an answer out of a
/// cache these headers are as old as the answer.
pub(super) fn add_limits(headers: &mut HeaderMap, share: Option<&Share>, retry_after: Option<u32>) {
    if let Some(seconds) = retry_after {
        headers.append(&RETRY_AFTER, number(seconds));
    }
    if let Some(share) = share {
        let policy = item(share.budget, ("\";q=", share.quota), (";w=", share.window_seconds));
        headers.append(&RATELIMIT_POLICY, policy);
        headers.append(&RATELIMIT, standing(share));
    }
}

/// The same in headers that have them already; the policy is left as it is.
pub(super) fn set_limits(headers: &mut HeaderMap, share: Option<&Share>, retry_after: Option<u32>) {
    if let Some(seconds) = retry_after {
        set(headers, &RETRY_AFTER, number(seconds));
    }
    if let Some(share) = share {
        set(headers, &RATELIMIT, standing(share));
    }
}

/// Gives a header that stands there already another value.
pub(super) fn set(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) {
    if let Some(place) = headers.get_mut(name) {
        *place = value;
    }
}

fn standing(share: &Share) -> HeaderValue {
    item(share.budget, ("\";r=", share.remaining), (";t=", share.reset_seconds))
}

/// A structured field of one item with two parameters (RFC 8941): a budget and two numbers.
fn item(budget: Budget, first: (&str, u32), second: (&str, u32)) -> HeaderValue {
    Draft::default()
        .text("\"")
        .text(budget.word())
        .text(first.0)
        .number(first.1)
        .text(second.0)
        .number(second.1)
        .value()
}

/// A number alone.
pub(super) fn number(number: impl itoa::Integer) -> HeaderValue {
    Draft::default().number(number).value()
}

/// A value that is put together.
pub(super) struct Draft {
    octets: [u8; VALUE_OCTETS],
    length: usize,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft { octets: [0; VALUE_OCTETS], length: 0 }
    }
}

impl Draft {
    /// Adds a text. One for which there is no room is left out: none of ours is so long.
    pub(super) fn text(mut self, text: &str) -> Draft {
        let end = self.length + text.len();
        if let Some(room) = self.octets.get_mut(self.length..end) {
            room.copy_from_slice(text.as_bytes());
            self.length = end;
        }
        self
    }

    /// Adds a number, in decimal digits.
    pub(super) fn number(self, number: impl itoa::Integer) -> Draft {
        self.text(itoa::Buffer::new().format(number))
    }

    /// What was written.
    pub(super) fn octets(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// The value. What is no header value would be an empty one rather than break the answer.
    pub(super) fn value(&self) -> HeaderValue {
        HeaderValue::from_bytes(self.octets()).unwrap_or(const { HeaderValue::from_static("") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_a_format_writes_them(n: u32, quota: u32, window: u32) {
            prop_assert_eq!(number(n), HeaderValue::from(n));
            for budget in Budget::ALL {
                let expected = format!("\"{}\";q={quota};w={window}", budget.word());
                prop_assert_eq!(item(*budget, ("\";q=", quota), (";w=", window)), expected.as_str());
            }
        }
    }

    #[test]
    fn the_longest_values_have_room() {
        let longest = Budget::ALL.iter().map(|budget| budget.word().len()).max().unwrap();
        assert!(longest + "\"\";q=4294967295;w=4294967295".len() <= VALUE_OCTETS);
    }
}
