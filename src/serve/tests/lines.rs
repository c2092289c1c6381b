//! Rude clients at port 43 and at DAS.

use super::script::{Hearing, Step, play, send};
use super::*;

const SECOND: u64 = 1000;

/// What is sent, how is heard, when and how it ends, and whether there is an answer.
type Row = (&'static str, Vec<Step>, Hearing, u64, Parting, bool);

fn table() -> Vec<Row> {
    use Hearing::{Deaf, Fair, Stays};
    use Step::{HalfClose, Leave, Repeat, Wait};
    vec![
        ("never sends: the first octet's deadline", vec![], Fair, 5 * SECOND, Parting::TooSlow, true),
        ("never sends nor closes: that, and the linger", vec![], Stays, 6 * SECOND, Parting::TooSlow, true),
        (
            "an octet a second: the line's deadline",
            vec![Repeat(60, SECOND, b"a".into())],
            Fair,
            5 * SECOND,
            Parting::TooSlow,
            true,
        ),
        (
            "begins late: each deadline counts by itself",
            vec![Wait(4900), Repeat(60, SECOND, b"a".into())],
            Fair,
            9900,
            Parting::TooSlow,
            true,
        ),
        ("half-closes at once", vec![HalfClose], Fair, 0, Parting::Done, true),
        ("half-closes after a line without an end", vec![send("a.be"), HalfClose], Fair, 0, Parting::Done, true),
        ("asks and stays: the linger", vec![send("a.be\r\n")], Stays, SECOND, Parting::Done, true),
        (
            "asks and goes on sending: the linger",
            vec![send("a.be\r\n"), Repeat(600, 100, b"b.be\r\n".into())],
            Stays,
            SECOND,
            Parting::Done,
            true,
        ),
        (
            "asks and floods: so many octets",
            vec![Repeat(100_000, 0, b"a.be\r\n".into())],
            Stays,
            0,
            Parting::Done,
            true,
        ),
        ("a line without end", vec![Repeat(100_000, 0, vec![b'a'; 100])], Stays, 0, Parting::Done, true),
        ("asks and leaves", vec![send("a.be\r\n"), Leave], Deaf, 0, Parting::Done, false),
        ("leaves in the middle", vec![send("a.b"), Leave], Deaf, 0, Parting::Broken, false),
        (
            "the server stops: a line under way is waited for",
            vec![send("a.b"), Step::Stop, Wait(2 * SECOND), send("e\r\n")],
            Fair,
            2 * SECOND,
            Parting::Done,
            true,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn wh_06_rude_clients_at_the_line_doors() {
    let mut wrong = Vec::new();
    for door in [Door::Whois, Door::Das] {
        for (what, steps, hearing, ends, parting, heard) in table() {
            let shell = shell(Limits::default());
            let converse = |server, _| async move { line::converse(server, door, CLIENT, &shell).await };
            let record = play(steps, hearing, converse).await;
            // Port 43 answers the empty line with its help, which is longer than what it says of a name.
            let is_help = record.text().matches("questions about domain names").count() == 1;
            let is_one_answer = record.said.is_empty() != heard && (is_help || record.text().lines().count() < 5);
            let is_little = record.taken <= 64 * 1024 + 2 * script::ROOM;
            if (record.ended_ms, record.parting) != (ends, parting) || !is_one_answer || !is_little {
                wrong.push(format!("{door}, {what}: {record:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn clients_that_read_nothing_or_an_octet_a_second_are_cut() {
    for door in [Door::Whois, Door::Das] {
        for hearing in [Hearing::Deaf, Hearing::Crawls] {
            let shell = shell(Limits::default());
            let (client, server) = duplex(4);
            let converse = |_| async move { line::converse(server, door, CLIENT, &shell).await };
            let record = script::play_over(client, vec![send("a.be\r\n")], hearing, converse).await;
            // The answer of DAS to an empty server is short: a crawler has it in time.
            let is_in_time = door == Door::Das && hearing == Hearing::Crawls;
            let expected = if is_in_time { Parting::Done } else { Parting::TooSlow };
            assert_eq!(record.parting, expected, "{door} {hearing:?}");
            assert!(is_in_time || record.ended_ms == 10 * SECOND, "{door} {hearing:?}: {}", record.ended_ms);
        }
    }
}
