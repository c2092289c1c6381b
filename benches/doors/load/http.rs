//! HTTP/1.1 on connections that are kept.

use std::io;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{ANSWER_OCTETS_MAX, Dice, Load, Question, Tally, connect};

/// The authority of the first base that the settings name for HTTP.
const HOST: &str = "127.0.0.1:8080";

/// Asks RDAP for a domain.
pub fn question(name: &str) -> Question {
    let octets = format!(
        "GET /rdap/domain/{name} HTTP/1.1\r\nhost: {HOST}\r\naccept: application/rdap+json\r\nuser-agent: doors\r\n\r\n"
    );
    Question { octets: octets.into_bytes(), name: name.to_owned() }
}

/// One connection: question after question until it is time. A server that closes meanwhile breaks it.
pub async fn converse(load: &Load, number: usize, until: Instant) -> io::Result<Tally> {
    let mut stream = connect(load.sources[number % load.sources.len()], load.address).await?;
    let (mut tally, mut dice) = (Tally::default(), Dice::new(number));
    let mut buffer = vec![0; ANSWER_OCTETS_MAX];
    loop {
        let began = Instant::now();
        if began >= until {
            return Ok(tally);
        }
        let question = dice.draw(load.questions);
        let (status, head, whole) = ask(&mut stream, question, &mut buffer).await?;
        tally.count(load, question, began.elapsed(), status, &buffer[head..whole]);
    }
}

/// Puts a question and reads the answer: its status, where its body begins, and where it ends.
pub async fn ask(stream: &mut TcpStream, question: &Question, buffer: &mut [u8]) -> io::Result<(u16, usize, usize)> {
    stream.write_all(&question.octets).await?;
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

/// Reads a head as hyper writes it: status, length of the head, length of the answer.
fn head(octets: &[u8]) -> Option<(u16, usize, usize)> {
    const LENGTH: &[u8] = b"\r\ncontent-length: ";
    let end = octets.windows(4).position(|piece| piece == b"\r\n\r\n")?;
    let at = octets[..end].windows(LENGTH.len()).position(|piece| piece == LENGTH).expect("content-length");
    let number = |digits: &[u8]| {
        digits
            .iter()
            .take_while(|digit| digit.is_ascii_digit())
            .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
    };
    let status = u16::try_from(number(&octets[9..12])).expect("a status");
    Some((status, end + 4, end + 4 + number(&octets[at + LENGTH.len()..])))
}
