//! What each door says when a question is not answered: one place, each refusal named, no catch-all.
//!
//! Nothing here repeats what was asked. The texts avoid the words by which clients on port 43 recognise a free
//! name ([`trap_phrases`](crate::render::whois::trap_phrases)): a refusal must never read as "may be registered".

use crate::guard::{Budget, Denial, Share};
use crate::query::Refusal;
use crate::query::search::Mistake;
use crate::render::span::wait;

/// What HTTP says to a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpWords {
    /// Status, and RDAP's `errorCode` (RFC 9083 §6).
    pub status: u16,
    /// RDAP's `title`.
    pub title: &'static str,
    /// RDAP's `description`, one or more lines.
    pub description: Vec<String>,
}

/// The HTTP status and RDAP texts of a refusal (RFC 7480 §5, RFC 9083 §6).
pub fn http(refusal: &Refusal) -> HttpWords {
    let status = http_status(refusal);
    HttpWords { status, title: http_title(status), description: sentences(refusal) }
}

/// The shortest grace period that is told, in seconds. Clients look for the words as they stand here, "seconds" and all,
/// which a single second does not fit.
const GRACE_SECONDS_MIN: u32 = 2;

/// The port-43 answer to a refusal: lines beginning with `%`, ended by CRLF.
///
/// Whoever is denied reads the lines by which clients of .be and of the gTLDs know it (WH-19, BE-07, BE-08). They are
/// the same for every zone: the line was not looked up. "Maximum queries per hour" is not among them, since no budget
/// is one of an hour. A text that is not a name gets an answer in the layout of its zone instead, from
/// [`render::whois::refused`](crate::render::whois::refused).
pub fn whois(refusal: &Refusal) -> Vec<u8> {
    let mut text = String::with_capacity(256);
    if let Refusal::Denied(Denial::Spent(Share { reset_seconds: seconds, .. }) | Denial::Banned { seconds }) = refusal {
        let seconds = (*seconds).max(GRACE_SECONDS_MIN);
        text.push_str(&format!("% Excessive querying, grace period of {seconds} seconds\r\n% Quota exceeded\r\n"));
    }
    for sentence in sentences(refusal) {
        text.push_str("% ");
        text.push_str(&sentence);
        text.push_str("\r\n");
    }
    if *refusal == Refusal::Denied(Denial::Blocked) {
        text.push_str("\r\n-3: IP address blocked\r\n");
    }
    text.into_bytes()
}

/// The DAS answer to a refusal: a question that holds no name we could register is answered (`RC: 0`,
/// `NOT ALLOWED`); where we have no answer, `RC: -1` stands alone; so do -2 for too many questions and -3 for an
/// address that is not served (DA-03).
pub fn das(refusal: &Refusal) -> Vec<u8> {
    match refusal {
        Refusal::Unavailable | Refusal::TooSlow | Refusal::Internal { .. } => b"RC:\t-1\r\n".to_vec(),
        Refusal::Denied(Denial::Spent(_) | Denial::Banned { .. }) => b"RC:\t-2\r\n".to_vec(),
        Refusal::Denied(Denial::Blocked) => b"RC:\t-3\r\n".to_vec(),
        Refusal::BadName(_)
        | Refusal::BadEncoding
        | Refusal::BadCharacters
        | Refusal::BadNumber
        | Refusal::BadHandle
        | Refusal::UnknownPath
        | Refusal::UnknownFlag
        | Refusal::EmptyLine
        | Refusal::TooLong
        | Refusal::HeadersTooLarge
        | Refusal::NumbersNotServed
        | Refusal::SearchNotOffered
        | Refusal::ReverseSearchNotOffered
        | Refusal::BadSearch(_)
        | Refusal::PatternNotSupported
        | Refusal::MethodNotAllowed => b"RC:\t0\r\nStatus:\tNOT ALLOWED\r\n".to_vec(),
    }
}

fn http_status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::BadName(_)
        | Refusal::BadEncoding
        | Refusal::BadCharacters
        | Refusal::BadNumber
        | Refusal::BadHandle
        | Refusal::UnknownFlag
        | Refusal::BadSearch(_)
        | Refusal::EmptyLine => 400,
        Refusal::Denied(Denial::Blocked) => 403,
        Refusal::UnknownPath => 404,
        Refusal::MethodNotAllowed => 405,
        Refusal::TooSlow => 408,
        Refusal::TooLong => 414,
        Refusal::PatternNotSupported => 422,
        Refusal::Denied(Denial::Spent(_) | Denial::Banned { .. }) => 429,
        Refusal::HeadersTooLarge => 431,
        Refusal::Internal { .. } => 500,
        Refusal::NumbersNotServed | Refusal::SearchNotOffered | Refusal::ReverseSearchNotOffered => 501,
        Refusal::Unavailable => 503,
    }
}

/// The reason phrase that RFC 9110 and RFC 6585 give a status of [`http_status`].
fn http_title(status: u16) -> &'static str {
    match status {
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        414 => "URI Too Long",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Bad Request",
    }
}

fn sentences(refusal: &Refusal) -> Vec<String> {
    let sentence = match refusal {
        Refusal::BadName(error) => format!("This is not a domain name: {error}."),
        Refusal::BadEncoding => "The question is not valid UTF-8 text.".to_owned(),
        Refusal::BadCharacters => "The question holds characters that no question has.".to_owned(),
        Refusal::BadNumber => "The address or number cannot be read.".to_owned(),
        Refusal::BadHandle => "No handle has this form.".to_owned(),
        Refusal::UnknownPath => "This address is no question that this service knows.".to_owned(),
        Refusal::UnknownFlag => "This form of question is not known here. Send only a domain name.".to_owned(),
        Refusal::EmptyLine => "The question is empty. Send a domain name, or the word help.".to_owned(),
        Refusal::TooLong => "The question is too long.".to_owned(),
        Refusal::HeadersTooLarge => "The request's headers are too large.".to_owned(),
        Refusal::NumbersNotServed => {
            "This is a registry of domain names; it knows no addresses and no autonomous systems.".to_owned()
        }
        Refusal::SearchNotOffered => "Searches are not offered.".to_owned(),
        Refusal::ReverseSearchNotOffered => "This reverse search is not offered.".to_owned(),
        Refusal::BadSearch(mistake) => mistaken(*mistake).to_owned(),
        Refusal::PatternNotSupported => {
            "This pattern is not supported: one asterisk, after at least one character, and whole labels after it."
                .to_owned()
        }
        Refusal::MethodNotAllowed => "Only the methods GET, HEAD and OPTIONS are answered.".to_owned(),
        Refusal::TooSlow => "The question did not arrive in time.".to_owned(),
        Refusal::Unavailable => "The service cannot answer at this moment. Please try again in a minute.".to_owned(),
        Refusal::Denied(denial) => return denied(denial),
        Refusal::Internal { incident } => {
            return vec![
                "The service made a mistake and cannot answer this question.".to_owned(),
                format!("If you report it, name this incident: {}.", incident_id(incident)),
            ];
        }
    };
    vec![sentence]
}

/// What is wrong with a search.
fn mistaken(mistake: Mistake) -> &'static str {
    match mistake {
        Mistake::Predicate => "The search says nothing to search by.",
        Mistake::Predicates => "A search has one thing to search by.",
        Mistake::RoleAlone => "A search by role needs a handle or a name too.",
        Mistake::Count => "The parameter count is true or false.",
        Mistake::Sort => "The results cannot be sorted in this way.",
        Mistake::FieldSet => "There is no such set of fields.",
        Mistake::Cursor => "The cursor is not one of this search, or is too old. Please search again.",
    }
}

/// Why, and how long to wait.
fn denied(denial: &Denial) -> Vec<String> {
    match denial {
        Denial::Spent(share) => {
            let reason = match share.budget {
                Budget::Questions => "You ask more questions than one client may.",
                Budget::NetworkQuestions => "Your network asks more questions than one network may.",
                Budget::Registrations => "You were shown as many registrations as one client may see in a day.",
                Budget::NetworkRegistrations => {
                    "Your network was shown as many registrations as one network may see in a day."
                }
            };
            vec![reason.to_owned(), format!("Ask again in {}.", wait(share.reset_seconds))]
        }
        Denial::Banned { seconds } => vec![
            "You kept asking after refusals.".to_owned(),
            format!("For {} your connections are closed without an answer.", wait(*seconds)),
        ],
        Denial::Blocked => {
            vec![
                "This address is not served.".to_owned(),
                "Ask the registry if you think that it should be.".to_owned(),
            ]
        }
    }
}

/// The incident id, kept to the eight hexadecimal digits that it has.
fn incident_id(incident: &str) -> String {
    incident.chars().filter(char::is_ascii_hexdigit).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::NameError;

    fn all() -> Vec<Refusal> {
        vec![
            Refusal::BadName(NameError::EmptyLabel),
            Refusal::BadName(NameError::Character),
            Refusal::BadEncoding,
            Refusal::BadCharacters,
            Refusal::BadNumber,
            Refusal::BadHandle,
            Refusal::UnknownPath,
            Refusal::UnknownFlag,
            Refusal::EmptyLine,
            Refusal::TooLong,
            Refusal::HeadersTooLarge,
            Refusal::NumbersNotServed,
            Refusal::SearchNotOffered,
            Refusal::MethodNotAllowed,
            Refusal::TooSlow,
            Refusal::Denied(Denial::Spent(Share {
                budget: Budget::Questions,
                quota: 50,
                window_seconds: 60,
                remaining: 0,
                reset_seconds: 1,
            })),
            Refusal::Denied(Denial::Banned { seconds: 60 }),
            Refusal::Denied(Denial::Blocked),
            Refusal::Unavailable,
            Refusal::Internal { incident: "0badcafe".to_owned() },
        ]
    }

    #[test]
    fn er_01_er_02_each_refusal_has_an_error_status_and_texts() {
        for refusal in all() {
            let words = http(&refusal);
            assert!((400..600).contains(&words.status), "{refusal:?}");
            assert!(!words.title.is_empty() && !words.description.is_empty(), "{refusal:?}");
            assert_eq!(words.title == "Bad Request", words.status == 400, "{refusal:?}");
        }
    }

    #[test]
    fn er_08_no_data_is_503_and_rc_minus_1() {
        assert_eq!(http(&Refusal::Unavailable).status, 503);
        assert_eq!(das(&Refusal::Unavailable), b"RC:\t-1\r\n");
        let text = String::from_utf8(whois(&Refusal::Unavailable)).unwrap().to_lowercase();
        assert!(!text.contains("available") && !text.contains("not found"), "{text}");
    }

    #[test]
    fn wh_07_refusals_on_port_43_are_comment_lines() {
        for refusal in all() {
            let text = String::from_utf8(whois(&refusal)).unwrap();
            assert!(text.ends_with("\r\n") && text.is_ascii(), "{text:?}");
            let text = text.strip_suffix("\r\n-3: IP address blocked\r\n").unwrap_or(&text);
            assert!(text.lines().all(|line| line.starts_with("% ")), "{text:?}");
        }
    }

    #[test]
    fn er_04_an_incident_id_cannot_carry_text() {
        let words = http(&Refusal::Internal { incident: "<a>\r\nStatus: 0123456789".to_owned() });
        assert_eq!(words.description[1], "If you report it, name this incident: aa012345.");
    }
}
