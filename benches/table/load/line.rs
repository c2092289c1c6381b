//! One line, one answer, a connection each: port 43 and DAS. Every connection comes from the next of many addresses.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::pace::Turns;
use super::questions::Dice;
use super::{ANSWER_OCTETS_MAX, Connections, Load, Tally, connect};

/// One conversation after another.
pub async fn converse(load: Load, number: usize, turns: Turns) -> io::Result<Tally> {
    let (mut tally, mut dice) = (Tally::default(), Dice::new(load.seed + number));
    let (mut question, mut buffer) = (Vec::new(), vec![0; ANSWER_OCTETS_MAX]);
    let mut own = Connections::of(&load, number);
    turns.ready().await;
    while let Some(due) = turns.next().await {
        let name = load.questions.next(&mut dice, &mut question);
        let read = ask(own.next(), load.address, &question, &mut buffer).await?;
        tally.count(&load, &question[name], due.elapsed(), load.expect.status, &buffer[..read]);
    }
    Ok(tally)
}

/// Connects, puts a question, and reads until the other side closes.
pub async fn ask(source: Ipv4Addr, address: SocketAddr, question: &[u8], buffer: &mut [u8]) -> io::Result<usize> {
    let mut stream = connect(source, address).await?;
    stream.write_all(question).await?;
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Ok(filled),
            read => filled += read,
        }
    }
}
