//! One question, one answer, close: port 43 (RFC 3912) and DAS.
//!
//! A conversation is first carried as far as it goes without waiting ([`at_once`]): nearly always to its end, since a
//! client's question comes with its connection. Only one that must wait is given to the runtime ([`carry_on`]), with
//! deadlines for whatever it waits for.

pub mod door;
mod late;
mod lingering;
mod socket;

use std::io;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{timeout, timeout_at};

use super::Shell;
use crate::config::Limits;
use crate::config::limits::size;
use crate::observe::Parting;
use crate::query::Refusal;
use crate::session::Door;
use crate::session::whois::{self, LineSession, Step};
use crate::time::deadline;

/// Octets read at a time.
const READ_OCTETS: usize = 1024;

/// Octets of a client that are read and thrown away after the answer, so that the close does not become a reset.
const LINGER_OCTETS: usize = 64 * 1024;

/// What came of waiting for a question.
enum Question {
    Line(Vec<u8>),
    Refused(Refusal),
}

/// Where a conversation stands that cannot go on now.
#[derive(Debug)]
enum Pause {
    /// It waits for the question, of which something may have come.
    Question { session: LineSession, has_begun: bool },
    /// It waits for the client to take the rest of the answer.
    Answer { page: Vec<u8>, said: usize },
}

/// How far a conversation came without waiting.
#[derive(Debug)]
enum Reached {
    /// It is over: close.
    End(Parting),
    /// All is said, and that it was all; the client may not have closed yet.
    Said,
    /// Something must be waited for.
    Pause(Pause),
}

impl Pause {
    /// A conversation that has just begun.
    fn begin(limits: &Limits) -> Pause {
        Pause::Question { session: LineSession::new(size(limits.line_octets)), has_begun: false }
    }
}

/// Holds one conversation, from its begin to its end.
#[cfg(test)]
pub async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    door: Door,
    peer: IpAddr,
    shell: &Arc<Shell>,
) -> Parting {
    carry_on(stream, Pause::begin(&shell.limits), door, peer, shell).await
}

/// Carries a conversation on from where it stands as far as it goes without waiting, over a socket that never waits.
fn at_once(socket: impl AsFd, pause: Pause, door: Door, peer: IpAddr, shell: &Arc<Shell>) -> Reached {
    let (page, said) = match pause {
        Pause::Question { session, has_begun } => match listen_at_once(&socket, session, has_begun) {
            Ok(Ok(question)) => (answer(&question, door, peer, shell), 0),
            Ok(Err(pause)) => return Reached::Pause(pause),
            Err(_error) => return Reached::End(Parting::Broken),
        },
        Pause::Answer { page, said } => (page, said),
    };
    if page.is_empty() {
        return Reached::End(Parting::Dropped);
    }
    let rest = page.get(said..).unwrap_or_default();
    let taken = match socket::write(&socket, rest) {
        Ok(taken) => taken,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(_error) => return Reached::End(Parting::Broken),
    };
    if taken < rest.len() {
        return Reached::Pause(Pause::Answer { page, said: said.saturating_add(taken) });
    }
    match socket::end(&socket) {
        Ok(()) => Reached::Said,
        Err(_error) => Reached::End(Parting::Broken),
    }
}

/// The question, as far as it has arrived; else the pause in which the rest is waited for.
fn listen_at_once(
    socket: impl AsFd,
    mut session: LineSession,
    mut has_begun: bool,
) -> io::Result<Result<Question, Pause>> {
    let mut buffer = [0; READ_OCTETS];
    // A session takes in no more than a line: this ends.
    loop {
        let read = match socket::read(&socket, &mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(Err(Pause::Question { session, has_begun }));
            }
            Err(error) => return Err(error),
        };
        if let Some(question) = heard(&mut session, buffer.get(..read).unwrap_or_default()) {
            return Ok(Ok(question));
        }
        has_begun = true;
    }
}

/// The question, once octets complete it; no octets are the client's end.
fn heard(session: &mut LineSession, octets: &[u8]) -> Option<Question> {
    let step = if octets.is_empty() { session.end() } else { session.receive(octets) };
    match step {
        Step::Line(line) => Some(Question::Line(line)),
        Step::Refuse(refusal) => Some(Question::Refused(refusal)),
        Step::More => None,
    }
}

/// Answers, and counts that. No octets: nothing is said.
fn answer(question: &Question, door: Door, peer: IpAddr, shell: &Arc<Shell>) -> Vec<u8> {
    let visitor = shell.visitor(shell.guard.caller(peer));
    let (page, outcome) = shell.guarded(
        |snapshot| match question {
            Question::Line(line) => whois::respond(door, line, snapshot, &shell.site, &visitor),
            Question::Refused(refusal) => whois::reject(door, refusal, &visitor),
        },
        |refusal| whois::refuse(door, refusal),
    );
    shell.observe.question(&outcome, visitor.caller.tier(), peer, visitor.date);
    page
}

/// Holds the rest of a conversation, waiting where that is needed.
async fn carry_on<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    pause: Pause,
    door: Door,
    peer: IpAddr,
    shell: &Arc<Shell>,
) -> Parting {
    let mut is_slow = false;
    let (page, said) = match pause {
        Pause::Question { session, has_begun } => {
            let Ok(question) = listen(&mut stream, session, has_begun, &shell.limits).await else {
                return Parting::Broken;
            };
            is_slow = matches!(question, Question::Refused(Refusal::TooSlow));
            (answer(&question, door, peer, shell), 0)
        }
        Pause::Answer { page, said } => (page, said),
    };
    if page.is_empty() {
        return Parting::Dropped;
    }
    match say(&mut stream, page.get(said..).unwrap_or_default(), &shell.limits).await {
        Ok(()) if is_slow => Parting::TooSlow,
        Ok(()) => Parting::Done,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Parting::TooSlow,
        Err(_error) => Parting::Broken,
    }
}

/// Waits for a line: for its first octet, then for its end, each with a deadline.
async fn listen<S: AsyncRead + Unpin>(
    stream: &mut S,
    mut session: LineSession,
    mut has_begun: bool,
    limits: &Limits,
) -> io::Result<Question> {
    let mut buffer = [0; READ_OCTETS];
    let span = |has_begun| Limits::span(if has_begun { limits.head_ms } else { limits.first_byte_ms });
    let mut until = deadline(span(has_begun));
    loop {
        let Ok(read) = timeout_at(until, stream.read(&mut buffer)).await else {
            return Ok(Question::Refused(Refusal::TooSlow));
        };
        if let Some(question) = heard(&mut session, buffer.get(..read?).unwrap_or_default()) {
            return Ok(question);
        }
        if !has_begun {
            has_begun = true;
            until = deadline(span(has_begun));
        }
    }
}

/// Writes the answer, says that it was all, and waits shortly for the client to close too (WH-03).
async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, octets: &[u8], limits: &Limits) -> io::Result<()> {
    let end = deadline(Limits::span(limits.request_ms));
    let mut rest = octets;
    while !rest.is_empty() {
        let until = deadline(Limits::span(limits.write_ms)).min(end);
        let written = timeout_at(until, stream.write(rest)).await??;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = rest.get(written..).unwrap_or_default();
    }
    timeout_at(end, stream.shutdown()).await??;
    let throw_away = async {
        let mut buffer = [0; READ_OCTETS];
        let mut thrown = 0;
        while thrown < LINGER_OCTETS {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => thrown += read,
                // The client closed, or is gone: the answer was sent either way.
                Ok(_) | Err(_) => return,
            }
        }
    };
    // Whoever does not close in time is closed on.
    let _elapsed = timeout(Limits::span(limits.linger_ms), throw_away).await;
    Ok(())
}
