//! One question, one answer, close: port 43 (RFC 3912) and DAS.

use std::io;
use std::net::IpAddr;
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

/// Holds one conversation.
pub async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    door: Door,
    peer: IpAddr,
    shell: &Arc<Shell>,
) -> Parting {
    let question = match listen(&mut stream, &shell.limits).await {
        Ok(question) => question,
        Err(_error) => return Parting::Broken,
    };
    let visitor = shell.visitor(peer);
    let (bytes, outcome) = shell.guarded(
        |snapshot| match &question {
            Question::Line(line) => whois::respond(door, line, snapshot, &shell.site, &visitor),
            Question::Refused(refusal) => whois::reject(door, refusal, &visitor),
        },
        |refusal| whois::refuse(door, refusal),
    );
    shell.observe.question(&outcome, shell.guard.tier(peer), peer);
    if bytes.is_empty() {
        return Parting::Dropped;
    }
    let slow = matches!(question, Question::Refused(Refusal::TooSlow));
    match say(&mut stream, &bytes, &shell.limits).await {
        Ok(()) if slow => Parting::TooSlow,
        Ok(()) => Parting::Done,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Parting::TooSlow,
        Err(_error) => Parting::Broken,
    }
}

/// Waits for a line: for its first octet, then for its end, each with a deadline.
async fn listen<S: AsyncRead + Unpin>(stream: &mut S, limits: &Limits) -> io::Result<Question> {
    let mut session = LineSession::new(size(limits.line_octets));
    let mut buffer = [0; READ_OCTETS];
    let mut until = deadline(Limits::span(limits.first_byte_ms));
    let mut first = true;
    loop {
        let Ok(read) = timeout_at(until, stream.read(&mut buffer)).await else {
            return Ok(Question::Refused(Refusal::TooSlow));
        };
        let step = match buffer.get(..read?) {
            None | Some([]) => session.end(),
            Some(bytes) => session.receive(bytes),
        };
        match step {
            Step::Line(line) => return Ok(Question::Line(line)),
            Step::Refuse(refusal) => return Ok(Question::Refused(refusal)),
            Step::More if first => {
                first = false;
                until = deadline(Limits::span(limits.head_ms));
            }
            Step::More => {}
        }
    }
}

/// Writes the answer, says that it was all, and waits shortly for the client to close too (WH-03).
async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8], limits: &Limits) -> io::Result<()> {
    let end = deadline(Limits::span(limits.request_ms));
    let mut rest = bytes;
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
