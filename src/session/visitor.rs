//! One who asks, and what the guard says to the question.

use super::Door;
use crate::answer::{Answer, Hits};
use crate::guard::{Caller, Denial, Guard, Question, Share, Terms, Verdict};
use crate::query::{Query, Refusal};
use crate::time::{Monotonic, Timestamp};

/// One who asks, at the moment of the question.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// Who decides about the question.
    pub guard: &'a Guard,
    /// Who it is, to that guard.
    pub caller: Caller,
    /// When it came.
    pub now: Monotonic,
    /// When it came, on the wall: no answer calls itself younger (RFC 9110 §8.8.2.1).
    pub date: Timestamp,
}

/// Why a question is not answered though it may be a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is refused, and told why.
    Denied(Denial),
    /// Nothing is said.
    Dropped,
}

/// What was read from a client, as the guard charges it.
pub(super) fn charged(door: Door, parsed: &Result<Query, Refusal>) -> Question {
    match parsed {
        Ok(Query::Domain(_)) if door == Door::Das => Question::Availability,
        Ok(Query::Domain(_)) => Question::Domain,
        Ok(Query::Nameserver(_)) => Question::Nameserver,
        Ok(Query::Entity(_) | Query::Registrar(_)) => Question::Entity,
        Ok(Query::Search(_)) => Question::Search,
        Ok(Query::Help | Query::Description | Query::Bootstrap) => Question::Help,
        Err(_) => Question::Malformed,
    }
}

/// Go on, with the share that the client is told, or stop.
pub(super) fn judged(verdict: Verdict) -> Result<Option<Share>, Stop> {
    match verdict {
        Verdict::Pass(share) => Ok(share),
        Verdict::Refuse(denial) => Err(Stop::Denied(denial)),
        Verdict::Drop => Err(Stop::Dropped),
    }
}

impl Visitor<'_> {
    /// Charges a question, before it is looked up.
    pub(super) fn ask(&self, question: Question) -> Result<Option<Share>, Stop> {
        judged(self.guard.admit(&self.caller, question, self.now))
    }

    /// Charges the sight of what was found, before it is shown: of each registered domain. Everything else is free.
    pub(super) fn see(&self, answer: &Answer) -> Result<(), Stop> {
        match answer {
            Answer::Domain(found) => self.see_domain(found.domain.name.as_str()),
            Answer::Found(found) => match &found.hits {
                Hits::Domains(domains) => {
                    domains.iter().try_for_each(|found| self.see_domain(found.domain.name.as_str()))
                }
                Hits::Nameservers(_) | Hits::Entities(_) => Ok(()),
            },
            Answer::Nameserver(_)
            | Answer::Registrar(_)
            | Answer::Contact(_)
            | Answer::Help
            | Answer::Available(_)
            | Answer::NotFound
            | Answer::Reserved(..)
            | Answer::NotAllowed(..) => Ok(()),
        }
    }

    /// Charges the sight of a registered domain, by its name in canonical form.
    pub(super) fn see_domain(&self, name: &str) -> Result<(), Stop> {
        judged(self.guard.show(&self.caller, name.as_bytes(), self.now)).map(|_share| ())
    }

    /// What holds for this client.
    pub(super) fn terms(&self) -> Terms {
        self.guard.terms(&self.caller)
    }
}
