//! What the guard says, and why.

use super::settings::{Figures, Prefixes, Tier};
use crate::model::vocabulary::words;

words! {
    /// What is charged: the kinds of questions, each with its cost.
    Question {
        /// A lookup of a domain.
        Domain = "domain",
        /// A question of the availability protocol.
        Availability = "availability",
        /// A lookup of a name server.
        Nameserver = "nameserver",
        /// A lookup of a registrar or contact.
        Entity = "entity",
        /// A search, for a page of its results.
        Search = "search",
        /// What this server offers.
        Help = "help",
        /// Something that is no question.
        Malformed = "malformed",
    }
}

words! {
    /// The budgets from which questions are paid.
    Budget {
        /// A client's questions.
        Questions = "questions",
        /// The questions of its whole network.
        NetworkQuestions = "network-questions",
        /// The different registrations that a client sees in a day.
        Registrations = "registrations",
        /// Those that its whole network sees.
        NetworkRegistrations = "network-registrations",
    }
}

/// Where a client stands with one budget, after its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which budget.
    pub budget: Budget,
    /// What it holds when full.
    pub quota: u32,
    /// In how many seconds an empty one is full again, at least 1.
    pub window_seconds: u32,
    /// What is left.
    pub remaining: u32,
    /// In a verdict to pass: in how many seconds the budget is full again. In a refusal: after how many seconds, at
    /// least 1, the same question passes if nobody else of the client's prefix asks meanwhile.
    pub reset_seconds: u32,
}

/// Why a question is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A budget is spent.
    Spent(Share),
    /// The client was banned just now. This is said once; afterwards its connections are closed.
    Banned {
        /// For how long, at least 1.
        seconds: u32,
    },
    /// The client's tier is [`Tier::Deny`].
    Blocked,
}

/// What becomes of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is answered. The share is that of the client's questions, where they are counted.
    Pass(Option<Share>),
    /// It is refused, with a reason that the client is told.
    Refuse(Denial),
    /// It gets no answer: the client is banned and knows. Close the connection.
    Drop,
}

words! {
    /// Why a connection is closed unheard.
    Turned {
        /// The client is banned and knows.
        Banned = "banned",
        /// The client has too many open.
        Client = "client-connections",
        /// Its network has too many open.
        Network = "network-connections",
    }
}

/// What holds for one who asks, for `help`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The tier.
    pub tier: Tier,
    /// Its figures.
    pub figures: Figures,
    /// What is a client, and a network, in IPv4.
    pub ipv4: Prefixes,
    /// What is a client, and a network, in IPv6.
    pub ipv6: Prefixes,
    /// The cost of each kind of question, in the order of [`Question::ALL`].
    pub costs: [u32; Question::ALL.len()],
}
