//! Servers that do nothing but answer, beside ours, at every door.

use super::{Bench, Gathered, limited_sources};
use crate::contest::{Contestant, alternate};
use crate::data::Wish;
use crate::frame::outcome::Goal;
use crate::load::questions::Questions;
use crate::load::{Expect, Load, Protocol};
use crate::program::Program;
use crate::reference::Kind;

/// HTTP/1.1 on connections that are kept, each name as often as any other, and by Zipf's law.
pub fn rdap(bench: &Bench) -> Gathered {
    let uniform = bench.found(Protocol::Http);
    let zipf = Load { questions: Questions { draw: bench.zipf(), ..uniform.questions }, ..uniform };
    let ours = bench.ours(uniform);
    let bare = bench.reference(Kind::Hyper, &ours);
    // Beside the server that logs as the settings say, one that does the other.
    let wish = Wish { logs_questions: !bench.wish.logs_questions };
    let other = Program::start(&bench.data, "other", &bench.data.state(), wish, &bench.pins);
    let other_contestant = Contestant {
        name: format!("loket {} a log of questions", if wish.logs_questions { "with" } else { "without" }),
        processes: vec![other.id()],
        load: Load { address: other.at(|ports| ports.http), ..uniform },
    };
    let contest = alternate(
        "RDAP, uniform",
        &[ours, bench.bare("hyper, static body", &bare, &uniform), other_contestant],
        bench.effort,
    );
    let mut lines = vec![contest.cpu("RDAP, HTTP/1.1 kept alive, uniform", 0, 1, Goal::Ratio(1.15))];
    let mut with_other = contest.cpu(&format!("the same: {}", contest.name(2)), 2, 1, Goal::None);
    with_other.note = "log lines of the one that logs go to /dev/null".to_owned();
    let mut details = contest.details();
    drop(other);
    let ours = bench.ours(zipf);
    let bare = bench.reference(Kind::Hyper, &ours);
    let contest = alternate("RDAP, Zipf", &[ours, bench.bare("hyper, static body", &bare, &zipf)], bench.effort);
    lines.push(contest.cpu("RDAP, HTTP/1.1 kept alive, Zipf", 0, 1, Goal::Ratio(1.08)));
    lines.push(with_other);
    details.extend(contest.details());
    Gathered { lines, details, ..Gathered::default() }
}

/// Against hyper and rustls, by one protocol.
fn against_rustls(bench: &Bench, what: &str, protocol: Protocol, goal: Goal) -> Gathered {
    let load = bench.found(protocol);
    let ours = bench.ours(load);
    let bare = bench.reference(Kind::HyperTls, &ours);
    let contest = alternate(what, &[ours, bench.bare("hyper and rustls, static body", &bare, &load)], bench.effort);
    let mut line = contest.cpu(what, 0, 1, goal);
    if protocol == Protocol::HttpsResumed {
        let share = |of| contest.spread(of, |run| run.resumed).map_or(0.0, |share| share.median * 100.0);
        line.note = format!("sessions taken up again: {:.1} % of ours, {:.1} % of the reference's", share(0), share(1));
    }
    Gathered { lines: vec![line], details: contest.details(), ..Gathered::default() }
}

pub fn tls(bench: &Bench) -> Gathered {
    against_rustls(bench, "RDAP, TLS 1.3 kept alive", Protocol::Https, Goal::Ratio(1.10))
}

pub fn http2(bench: &Bench) -> Gathered {
    against_rustls(bench, "RDAP, HTTP/2, 4 connections of 32 streams", Protocol::Http2, Goal::Ratio(1.10))
}

/// A connection for each question.
pub fn handshake(bench: &Bench) -> Gathered {
    let mut gathered =
        against_rustls(bench, "RDAP, TLS 1.3, a connection per query, full", Protocol::HttpsFull, Goal::Ratio(1.05));
    let resumed = against_rustls(
        bench,
        "RDAP, TLS 1.3, a connection per query, resumed",
        Protocol::HttpsResumed,
        Goal::Ratio(1.05),
    );
    gathered.lines.extend(resumed.lines);
    gathered.details.extend(resumed.details);
    gathered
}

/// Not found, malformed and limited, beside found.
pub fn refusals(bench: &Bench) -> Gathered {
    let found = bench.found(Protocol::Http);
    let refused = |status, before, marks, strays| {
        let marks: &[&str] = if bench.effort.is_test { marks } else { &[] };
        let questions = Questions { before, ..found.questions };
        Load { questions, expect: Expect { status, marks, named: false, strays }, ..found }
    };
    let missing = refused(404, "GET /rdap/domain/nergens-", &["\"errorCode\":404"], 0.0);
    let malformed = refused(400, "GET /rdap/domain/a..", &["\"errorCode\":400"], 0.0);
    let limited =
        Load { sources: limited_sources(), ..refused(429, "GET /rdap/domain/", &["\"errorCode\":429"], 0.001) };
    let named = |name: &str, load| Contestant { name: name.to_owned(), ..bench.ours(load) };
    let contestants =
        [named("found", found), named("not found", missing), named("malformed", malformed), named("limited", limited)];
    let contest = alternate("RDAP, refusals", &contestants, bench.effort);
    let lines = [1, 2, 3].map(|at| contest.cpu(&format!("RDAP, {}", contest.name(at)), at, 0, Goal::RatioBelow(1.0)));
    Gathered { lines: lines.into(), details: contest.details(), ..Gathered::default() }
}

/// A connection for each question, against a loop over epoll and against tokio.
pub fn whois(bench: &Bench) -> Gathered {
    let load = bench.found(Protocol::Line);
    let ours = bench.ours(load);
    let octets = bench.mean_octets(&ours);
    let epoll = bench.reference_of(Kind::Epoll, octets, 200);
    let tokio = bench.reference_of(Kind::Tokio, octets, 200);
    let contestants = [ours, bench.bare("raw epoll loop", &epoll, &load), bench.bare("bare tokio", &tokio, &load)];
    let contest = alternate("WHOIS", &contestants, bench.effort);
    let lines = vec![
        contest.cpu("WHOIS, a connection per query", 0, 1, Goal::Ratio(1.12)),
        contest.line("WHOIS, a connection per query", "p99, µs", 0, 2, |run| run.latency[1], Goal::Ratio(1.0)),
        contest.cpu("bare tokio", 2, 1, Goal::None),
    ];
    Gathered { lines, details: contest.details(), ..Gathered::default() }
}
