//! Protocol steps without input and output: bytes, a snapshot and a time go in; bytes and an [`Outcome`] come out.

pub mod http;
pub mod whois;

use crate::answer::Answer;
use crate::model::vocabulary::words;
use crate::query::{Query, Refusal};

words! {
    /// The doors at which strangers ask.
    Door {
        /// RDAP over HTTP.
        Rdap = "rdap",
        /// Port 43.
        Whois = "whois",
        /// The availability protocol.
        Das = "das",
    }
}

words! {
    /// What was asked about.
    Asked {
        /// A domain.
        Domain = "domain",
        /// A name server.
        Nameserver = "nameserver",
        /// A registrar or contact.
        Entity = "entity",
        /// What this server offers.
        Help = "help",
        /// Something that is no question.
        Other = "other",
    }
}

impl Asked {
    /// What a question is about. What is refused before it is a question is [`Asked::Other`].
    pub fn about(query: &Query) -> Asked {
        match query {
            Query::Domain(_) => Asked::Domain,
            Query::Nameserver(_) => Asked::Nameserver,
            Query::Entity(_) | Query::Registrar(_) => Asked::Entity,
            Query::Help => Asked::Help,
        }
    }
}

words! {
    /// How it ended.
    Ending {
        /// The object was found.
        Found = "found",
        /// There is no such object; for a domain: it may be free.
        NotFound = "not-found",
        /// The name is reserved or cannot be registered.
        NotAllowed = "not-allowed",
        /// The question was refused.
        Refused = "refused",
        /// There was no data to answer from.
        Unavailable = "unavailable",
        /// A mistake of ours.
        Fault = "fault",
    }
}

impl Ending {
    /// How a question ends that is answered.
    pub fn of_answer(answer: &Answer) -> Ending {
        match answer {
            Answer::Domain(_) | Answer::Nameserver(_) | Answer::Registrar(_) | Answer::Contact(_) | Answer::Help => {
                Ending::Found
            }
            Answer::Available(_) | Answer::NotFound => Ending::NotFound,
            Answer::Reserved(..) | Answer::NotAllowed(..) => Ending::NotAllowed,
        }
    }

    /// How one ends that is refused instead: for want of data, by a mistake of ours, or for what it is.
    pub fn of_refusal(refusal: &Refusal) -> Ending {
        match refusal {
            Refusal::Unavailable => Ending::Unavailable,
            Refusal::Internal { .. } => Ending::Fault,
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
            | Refusal::MethodNotAllowed
            | Refusal::TooSlow => Ending::Refused,
        }
    }
}

/// What became of a question; the shell counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// At which door.
    pub door: Door,
    /// About what.
    pub asked: Asked,
    /// How it ended.
    pub ending: Ending,
}
