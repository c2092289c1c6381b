//! From bytes on port 43 (and DAS) to an answer.
//!
//! A client sends one line and reads to the end; what follows the line is not looked at (RFC 3912 §2, WH-05). How the
//! bytes of a line are cut into pieces on their way has no influence.

use super::visitor::{Stop, charged};
use super::{Asked, Door, Ending, Outcome, Visitor};
use crate::answer::{Answer, answer, registered, unregistered};
use crate::guard::Question;
use crate::index::Snapshot;
use crate::query::{self, Query, Refusal};
use crate::render::site::Site;
use crate::render::{self, refusal};

/// What to do after some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet: wait for more.
    More,
    /// The line, without its line feed. Answer it and close.
    Line(Vec<u8>),
    /// There will be no line. Say so and close.
    Refuse(Refusal),
}

/// Waits for the one line of a connection. Holds at most the limit and two octets.
#[derive(Debug)]
pub struct LineSession {
    line: Vec<u8>,
    limit: usize,
    is_over: bool,
}

impl LineSession {
    /// A connection that has sent nothing. `limit`: longest line in octets, without its line end.
    pub fn new(limit: usize) -> LineSession {
        LineSession { line: Vec::new(), limit, is_over: false }
    }

    /// Takes bytes in. After a line or a refusal, further bytes change nothing.
    pub fn receive(&mut self, bytes: &[u8]) -> Step {
        if self.is_over {
            return Step::More;
        }
        let (piece, is_whole) = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) => (bytes.get(..end).unwrap_or_default(), true),
            None => (bytes, false),
        };
        // One octet above the limit may be the carriage return of a line that is just as long as allowed.
        let room = self.limit.saturating_add(1).saturating_sub(self.line.len());
        self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
        let is_too_long = piece.len() > room || (self.line.len() > self.limit && !self.line.ends_with(b"\r"));
        if is_too_long {
            return self.over(Step::Refuse(Refusal::TooLong));
        }
        if is_whole {
            let line = std::mem::take(&mut self.line);
            return self.over(Step::Line(line));
        }
        Step::More
    }

    /// The client will send nothing more. What came is the line (WH-02), though it be nothing.
    pub fn end(&mut self) -> Step {
        if self.is_over {
            return Step::More;
        }
        let line = std::mem::take(&mut self.line);
        self.over(Step::Line(line))
    }

    fn over(&mut self, step: Step) -> Step {
        self.is_over = true;
        self.line = Vec::new();
        step
    }
}

/// Answers a line: reads it, charges it, and only then looks anything up. Without a snapshot every question about data
/// is told that there is no answer now, and `help` is answered all the same; no door ever takes missing data for a free
/// name.
///
/// No bytes mean that nothing is said and the connection is closed. What is said to one who asks too much does not
/// depend on the line, so it is the same for every zone.
pub fn respond(
    door: Door,
    line: &[u8],
    snapshot: Option<&Snapshot>,
    site: &Site,
    visitor: &Visitor<'_>,
) -> (Vec<u8>, Outcome) {
    let parsed = match door {
        Door::Das => query::das::parse(line),
        Door::Whois | Door::Rdap => query::whois::parse(line),
    };
    let asked = parsed.as_ref().map_or(Asked::Other, Asked::about);
    if let Err(stop) = visitor.ask(charged(door, &parsed)) {
        return stopped(door, asked, stop);
    }
    if parsed == Ok(Query::Help) {
        let page = render::whois::help(site, &visitor.terms());
        return (page, Outcome { door, asked, ending: Ending::of_answer(&Answer::Help) });
    }
    let Some(snapshot) = snapshot else {
        return refuse(door, &Refusal::Unavailable);
    };
    match parsed {
        Ok(query) => answered(door, &query, snapshot, site, visitor).unwrap_or_else(|stop| stopped(door, asked, stop)),
        Err(refusal) => unread(door, line, &refusal, snapshot, site),
    }
}

/// Looks a charged question up and renders the answer, if it may be shown. The availability protocol shows nothing of
/// a registration but that there is one (DA-06), which is not charged as the sight of it.
fn answered(
    door: Door,
    query: &Query,
    snapshot: &Snapshot,
    site: &Site,
    visitor: &Visitor<'_>,
) -> Result<(Vec<u8>, Outcome), Stop> {
    let asked = Asked::about(query);
    // Most questions are about domains that are registered: these are read where they stand.
    if let Query::Domain(name) = query
        && let Some(found) = registered(snapshot, &site.zones, name)
    {
        let page = match door {
            Door::Das => render::das::taken(name),
            Door::Whois | Door::Rdap => {
                visitor.see_domain(found.domain.name())?;
                render::whois::registered(&found, site, snapshot.generation())
            }
        };
        return Ok((page, Outcome { door, asked, ending: Ending::Found }));
    }
    let answer = match query {
        Query::Domain(name) => unregistered(snapshot, &site.zones, name),
        query => answer(snapshot, &site.zones, query),
    };
    let page = match door {
        Door::Das => render::das::render(&answer),
        Door::Whois | Door::Rdap => {
            visitor.see(&answer)?;
            render::whois::render(&answer, site, snapshot.generation())
        }
    };
    Ok((page, Outcome { door, asked, ending: Ending::of_answer(&answer) }))
}

/// What a charged line is told that holds no question.
fn unread(door: Door, line: &[u8], refusal: &Refusal, snapshot: &Snapshot, site: &Site) -> (Vec<u8>, Outcome) {
    let (plain, outcome) = refuse(door, refusal);
    match door {
        Door::Das => (plain, outcome),
        Door::Whois | Door::Rdap => (render::whois::refused(line, refusal, site, snapshot.generation()), outcome),
    }
}

/// The page and the outcome of a mistake that was found before [`respond`]: it is charged like any other line that is
/// no question.
pub fn reject(door: Door, refusal: &Refusal, visitor: &Visitor<'_>) -> (Vec<u8>, Outcome) {
    match visitor.ask(Question::Malformed) {
        Ok(_share) => refuse(door, refusal),
        Err(stop) => stopped(door, Asked::Other, stop),
    }
}

/// The page and the outcome of a refusal that is charged to nobody: our own faults.
pub fn refuse(door: Door, refusal: &Refusal) -> (Vec<u8>, Outcome) {
    told(door, Asked::Other, refusal)
}

/// What is said where the guard stops a question.
pub(super) fn stopped(door: Door, asked: Asked, stop: Stop) -> (Vec<u8>, Outcome) {
    match stop {
        Stop::Denied(denial) => told(door, asked, &Refusal::Denied(denial)),
        Stop::Dropped => (Vec::new(), Outcome { door, asked, ending: Ending::Dropped }),
    }
}

fn told(door: Door, asked: Asked, refusal: &Refusal) -> (Vec<u8>, Outcome) {
    let page = match door {
        Door::Das => refusal::das(refusal),
        Door::Whois | Door::Rdap => refusal::whois(refusal),
    };
    (page, Outcome { door, asked, ending: Ending::of_refusal(refusal) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Generation, SnapshotBuilder};
    use crate::model::name::Name;
    use crate::model::zone::{WhoisLayout, Zone, Zones};
    use crate::session::tests::anybody;
    use crate::time::Timestamp;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const LIMIT: usize = 16;

    fn whole(pieces: &[&[u8]]) -> Step {
        let mut session = LineSession::new(LIMIT);
        for piece in pieces {
            match session.receive(piece) {
                Step::More => assert!(session.line.len() <= LIMIT + 1),
                step => return step,
            }
        }
        session.end()
    }

    fn site() -> Site {
        let be = Name::parse("be").unwrap();
        let zone =
            Zone { name: be, layout: WhoisLayout::Be, policy: String::new(), gtld_profile: false, profile: None };
        Site {
            operator: "Voorbeeld".to_owned(),
            rdap_bases: vec!["https://rdap.example/".to_owned()],
            contact: None,
            redirects_plain_http: false,
            since: Timestamp::UNIX_EPOCH,
            cache_seconds: 60,
            searching: crate::answer::Searching::closed(),
            zones: Zones::new(vec![zone]),
            texts: BTreeMap::new(),
            forms: crate::render::rdap::Forms::default(),
        }
    }

    fn empty() -> Snapshot {
        let at = Timestamp::UNIX_EPOCH;
        SnapshotBuilder::default().finish(Generation { number: 1, watermark: at, published_at: at })
    }

    #[test]
    fn wh_02_three_ways_to_end_a_line() {
        let line = Step::Line(b"a.be".to_vec());
        assert_eq!(whole(&[b"a.be\n"]), line);
        assert_eq!(whole(&[b"a.be\r\n"]), Step::Line(b"a.be\r".to_vec()));
        assert_eq!(whole(&[b"a.", b"be"]), line);
        assert_eq!(whole(&[]), Step::Line(Vec::new()));
    }

    #[test]
    fn wh_05_what_follows_the_line_is_ignored() {
        let mut session = LineSession::new(LIMIT);
        assert_eq!(session.receive(b"a.be\r\nb.be\r\n"), Step::Line(b"a.be\r".to_vec()));
        assert_eq!((session.receive(b"c.be\r\n"), session.end()), (Step::More, Step::More));
    }

    #[test]
    fn wh_06_a_line_has_a_longest_length() {
        let longest = vec![b'a'; LIMIT];
        assert_eq!(whole(&[&longest, b"\r\n"]), Step::Line([&longest[..], b"\r"].concat()));
        assert_eq!(whole(&[&longest, b"\r", b"x\n"]), Step::Refuse(Refusal::TooLong));
        assert_eq!(whole(&[&longest, b"a"]), Step::Refuse(Refusal::TooLong));
        assert_eq!(whole(&[&[b'a'; 10_000]]), Step::Refuse(Refusal::TooLong));
    }

    #[test]
    fn er_08_without_data_no_line_is_told_that_a_name_is_free() {
        let both = [&b"vrij.be"[..], b"a_b.be", b"\xff"].map(|line| [(Door::Whois, line), (Door::Das, line)]);
        for (door, line) in both.into_iter().flatten().chain([(Door::Das, &b"help"[..]), (Door::Das, b"")]) {
            let (page, outcome) = respond(door, line, None, &site(), &anybody());
            let text = String::from_utf8(page).unwrap();
            assert!(!text.contains("AVAILABLE") && !text.contains("Domain"), "{text}");
            assert_eq!(outcome, Outcome { door, asked: Asked::Other, ending: Ending::Unavailable });
        }
    }

    #[test]
    fn outcomes_tell_what_became_of_a_line() {
        let snapshot = empty();
        for (line, asked, ending) in [
            ("vrij.be", Asked::Domain, Ending::NotFound),
            ("www.vrij.be", Asked::Domain, Ending::NotAllowed),
            ("nameserver ns.vrij.be", Asked::Nameserver, Ending::NotFound),
            ("registrar X", Asked::Entity, Ending::NotFound),
            ("help", Asked::Help, Ending::Found),
            ("-B vrij.be", Asked::Other, Ending::Refused),
        ] {
            let (_, outcome) = respond(Door::Whois, line.as_bytes(), Some(&snapshot), &site(), &anybody());
            assert_eq!(outcome, Outcome { door: Door::Whois, asked, ending }, "{line}");
        }
    }

    /// It costs what `help` costs, and needs no data.
    #[test]
    fn er_05_an_empty_line_is_told_how_to_ask() {
        let (help, outcome) = respond(Door::Whois, b"help", Some(&empty()), &site(), &anybody());
        assert_eq!(outcome, Outcome { door: Door::Whois, asked: Asked::Help, ending: Ending::Found });
        for line in [&b""[..], b"\r", b" \t\r", b"?"] {
            for snapshot in [Some(&empty()), None] {
                let told = respond(Door::Whois, line, snapshot, &site(), &anybody());
                assert_eq!(told, (help.clone(), outcome), "{line:?}");
            }
        }
        let (page, outcome) = respond(Door::Das, b"", Some(&empty()), &site(), &anybody());
        assert_eq!((page, outcome.ending), (b"RC:\t0\r\nStatus:\tNOT ALLOWED\r\n".to_vec(), Ending::Refused));
    }

    proptest! {
        #[test]
        fn wh_02_pieces_have_no_influence(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'a')], 0..40),
            cuts in proptest::collection::vec(0usize..40, 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            let expected = whole(&[&bytes]);
            prop_assert_eq!(whole(&pieces), expected.clone());
            prop_assert_eq!(whole(&single), expected);
        }

        #[test]
        fn wh_04_wh_07_any_line_gets_a_clean_page(line in proptest::collection::vec(any::<u8>(), 0..80), das in any::<bool>()) {
            let door = if das { Door::Das } else { Door::Whois };
            let (page, _) = respond(door, &line, Some(&empty()), &site(), &anybody());
            let text = String::from_utf8(page).unwrap();
            prop_assert!(text.ends_with("\r\n") && !text.is_empty());
            prop_assert!(das || text.is_ascii());
            for part in text.split_terminator("\r\n") {
                prop_assert!(!part.contains(|c: char| c.is_control() && c != '\t'), "{:?}", part);
            }
        }
    }
}
