//! Why a question is not answered: a closed list. `render::refusal` maps each to what each door says.

use super::search::Mistake;
use crate::guard::Denial;
use crate::model::name::NameError;

/// Why a question is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It contains something that is not a name.
    BadName(NameError),
    /// It is not valid UTF-8, or not valid percent-encoding.
    BadEncoding,
    /// It holds characters that no question has: control characters, an encoded slash…
    BadCharacters,
    /// An address or number that does not parse.
    BadNumber,
    /// An entity handle that cannot exist.
    BadHandle,
    /// A path that is no RDAP query.
    UnknownPath,
    /// A port-43 line with a flag or a keyword that is not known.
    UnknownFlag,
    /// The line is empty.
    EmptyLine,
    /// The question is longer than the limit.
    TooLong,
    /// Request headers beyond the limit.
    HeadersTooLarge,
    /// An RDAP query for numbers: this is a name registry.
    NumbersNotServed,
    /// An RDAP search, which is not offered.
    SearchNotOffered,
    /// A reverse search that is not offered: by what nobody is told, or nobody may search.
    ReverseSearchNotOffered,
    /// A search that cannot be made as it stands.
    BadSearch(Mistake),
    /// A search pattern of a kind that is not searched for.
    PatternNotSupported,
    /// An HTTP method other than GET, HEAD and OPTIONS.
    MethodNotAllowed,
    /// The question did not arrive in time.
    TooSlow,
    /// The guard at the door refuses it: too much was asked, or the client is not served.
    Denied(Denial),
    /// There is no data that may be served now: loading, or the store did not pass its checks.
    Unavailable,
    /// A mistake of ours. The incident id stands in our log too.
    Internal {
        /// Eight hexadecimal digits.
        incident: String,
    },
}
