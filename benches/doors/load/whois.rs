//! One line, one answer, a connection each: port 43 and DAS. Every connection comes from the next of many addresses.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ANSWER_OCTETS_MAX, Dice, Load, Question, Tally, connect};

/// Asks for a domain.
pub fn question(name: &str) -> Question {
    Question { octets: format!("{name}\r\n").into_bytes(), name: name.to_owned() }
}

/// One conversation after another until it is time.
pub async fn converse(load: &Load, number: usize, until: Instant) -> io::Result<Tally> {
    let (mut tally, mut dice) = (Tally::default(), Dice::new(number));
    let mut buffer = vec![0; ANSWER_OCTETS_MAX];
    // The addresses are shared out, so that no two conversations have the same one.
    let own = load.sources.iter().skip(number).step_by(load.connections);
    for source in own.cycle() {
        let began = Instant::now();
        if began >= until {
            break;
        }
        let question = dice.draw(load.questions);
        let read = ask(*source, load.address, question, &mut buffer).await?;
        tally.count(load, question, began.elapsed(), load.expect.status, &buffer[..read]);
    }
    Ok(tally)
}

/// Connects, puts a question, and reads until the other side closes.
pub async fn ask(source: Ipv4Addr, address: SocketAddr, question: &Question, buffer: &mut [u8]) -> io::Result<usize> {
    let mut stream = connect(source, address).await?;
    stream.write_all(&question.octets).await?;
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Ok(filled),
            read => filled += read,
        }
    }
}
