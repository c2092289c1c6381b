//! Protocol steps without input and output: bytes, a snapshot and a time go in; bytes and an [`Outcome`] come out.

pub mod http;
pub mod visitor;
pub mod whois;

use crate::answer::Answer;
use crate::guard::{Budget, Denial};
use crate::model::vocabulary::words;
use crate::query::{Query, Refusal};

pub use visitor::Visitor;

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
        /// A search.
        Search = "search",
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
            Query::Search(_) => Asked::Search,
            Query::Help | Query::Description | Query::Bootstrap => Asked::Help,
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
        /// The client's budget of questions is spent.
        LimitedQuestions = "limited-questions",
        /// That of its network.
        LimitedNetworkQuestions = "limited-network-questions",
        /// The client's budget of registrations is spent.
        LimitedRegistrations = "limited-registrations",
        /// That of its network.
        LimitedNetworkRegistrations = "limited-network-registrations",
        /// The client was banned by this question.
        Banned = "banned",
        /// The client is of those who are not served.
        Blocked = "blocked",
        /// It got no answer: the client is banned and knows.
        Dropped = "dropped",
    }
}

impl Ending {
    /// How a question ends that is answered.
    pub fn of_answer(answer: &Answer) -> Ending {
        match answer {
            Answer::Domain(_)
            | Answer::Nameserver(_)
            | Answer::Registrar(_)
            | Answer::Contact(_)
            | Answer::Found(_)
            | Answer::Help => Ending::Found,
            Answer::Available(_) | Answer::NotFound => Ending::NotFound,
            Answer::Reserved(..) | Answer::NotAllowed(..) => Ending::NotAllowed,
        }
    }

    /// How one ends that is refused instead: for want of data, by a mistake of ours, or for what it is.
    pub fn of_refusal(refusal: &Refusal) -> Ending {
        match refusal {
            Refusal::Unavailable => Ending::Unavailable,
            Refusal::Internal { .. } => Ending::Fault,
            Refusal::Denied(Denial::Spent(share)) => Ending::limited(share.budget),
            Refusal::Denied(Denial::Banned { .. }) => Ending::Banned,
            Refusal::Denied(Denial::Blocked) => Ending::Blocked,
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
            | Refusal::MethodNotAllowed
            | Refusal::TooSlow => Ending::Refused,
        }
    }

    /// How one ends for which a budget has nothing left.
    pub fn limited(budget: Budget) -> Ending {
        match budget {
            Budget::Questions => Ending::LimitedQuestions,
            Budget::NetworkQuestions => Ending::LimitedNetworkQuestions,
            Budget::Registrations => Ending::LimitedRegistrations,
            Budget::NetworkRegistrations => Ending::LimitedNetworkRegistrations,
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

#[cfg(test)]
mod tests;
