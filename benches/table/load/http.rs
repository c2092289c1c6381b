//! HTTP/1.1, on a connection that is kept or on one for each question.

use std::io;
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::pace::Turns;
use super::questions::Dice;
use super::{ANSWER_OCTETS_MAX, Connections, Load, Protocol, Tally, connect, tls};

/// One connection: question after question. A server that closes meanwhile breaks it.
pub async fn converse(load: Load, number: usize, turns: Turns) -> io::Result<Tally> {
    let stream = connect(load.sources[number % load.sources.len()], load.address).await?;
    if load.protocol == Protocol::Http {
        return keep(load, number, stream, turns).await;
    }
    let connector = tls::connector(b"http/1.1", false);
    let (stream, _) = tls::shake(&connector, stream, load.address).await?;
    keep(load, number, stream, turns).await
}

async fn keep<S>(load: Load, number: usize, mut stream: S, turns: Turns) -> io::Result<Tally>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut tally, mut dice) = (Tally::default(), Dice::new(load.seed + number));
    let (mut question, mut buffer) = (Vec::new(), vec![0; ANSWER_OCTETS_MAX]);
    turns.ready().await;
    while let Some(due) = turns.next().await {
        let name = load.questions.next(&mut dice, &mut question);
        let (status, head, whole) = ask(&mut stream, &question, &mut buffer).await?;
        tally.count(&load, &question[name], due.elapsed(), status, &buffer[head..whole]);
    }
    Ok(tally)
}

/// A connection for each question, full handshakes or resumed ones.
pub async fn converse_anew(load: Load, number: usize, turns: Turns, resumes: bool) -> io::Result<Tally> {
    let (mut tally, mut dice) = (Tally::default(), Dice::new(load.seed + number));
    let (mut question, mut buffer) = (Vec::new(), vec![0; ANSWER_OCTETS_MAX]);
    let connector = tls::connector(b"http/1.1", resumes);
    let mut own = Connections::of(&load, number);
    turns.ready().await;
    while let Some(due) = turns.next().await {
        let name = load.questions.next(&mut dice, &mut question);
        let stream = connect(own.next(), load.address).await?;
        let (mut stream, is_resumed) = tls::shake(&connector, stream, load.address).await?;
        let (status, head, whole) = ask(&mut stream, &question, &mut buffer).await?;
        tally.resumed += u64::from(is_resumed);
        tally.count(&load, &question[name], due.elapsed(), status, &buffer[head..whole]);
        // The other side may be gone already.
        let _closed = stream.shutdown().await;
    }
    Ok(tally)
}

/// Puts a question and reads the answer: its status, where its body begins, and where it ends.
pub async fn ask<S>(stream: &mut S, question: &[u8], buffer: &mut [u8]) -> io::Result<(u16, usize, usize)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(question).await?;
    stream.flush().await?;
    let mut filled = 0;
    let mut found = None;
    loop {
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => filled += read,
        }
        found = found.or_else(|| head(&buffer[..filled]));
        match found {
            Some((status, head, whole)) if filled == whole => return Ok((status, head, whole)),
            Some((.., whole)) if filled > whole => return Err(io::Error::other("more than an answer")),
            _ => {}
        }
    }
}

/// Reads a head: status, length of the head, length of the answer.
fn head(octets: &[u8]) -> Option<(u16, usize, usize)> {
    const LENGTH: &[u8] = b"\r\ncontent-length: ";
    let end = octets.windows(4).position(|piece| piece == b"\r\n\r\n")?;
    let is_length = |piece: &[u8]| piece.eq_ignore_ascii_case(LENGTH);
    let at = octets[..end].windows(LENGTH.len()).position(is_length).expect("content-length");
    let number = |digits: &[u8]| {
        digits
            .iter()
            .take_while(|digit| digit.is_ascii_digit())
            .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
    };
    let status = u16::try_from(number(&octets[9..12])).expect("a status");
    Some((status, end + 4, end + 4 + number(&octets[at + LENGTH.len()..])))
}

/// Asks for one name on a connection of its own until the answer has the status; how long that took. For a server that
/// is just starting.
pub async fn wait_for(load: Load, began: Instant) -> io::Result<std::time::Duration> {
    let mut buffer = vec![0; ANSWER_OCTETS_MAX];
    let mut question = Vec::new();
    load.questions.next(&mut Dice::new(load.seed), &mut question);
    loop {
        if let Ok(mut stream) = connect(load.sources[0], load.address).await {
            while let Ok((status, ..)) = ask(&mut stream, &question, &mut buffer).await {
                if status == load.expect.status {
                    return Ok(began.elapsed());
                }
                pause(began).await?;
            }
        }
        pause(began).await?;
    }
}

async fn pause(began: Instant) -> io::Result<()> {
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    if began.elapsed() > super::START_PATIENCE { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
}
