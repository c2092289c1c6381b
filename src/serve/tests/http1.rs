//! Rude clients at RDAP's door, over HTTP/1.1.

use super::script::{Hearing, Record, Step, play, send};
use super::*;

const SECOND: u64 = 1000;
const GET: &str = "GET /rdap/help HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn played(steps: Vec<Step>, hearing: Hearing) -> Record {
    let shell = shell(Limits::default());
    play(steps, hearing, |server, stop| async move { http::plain(server, CLIENT, &shell, stop).await }).await
}

/// What is sent, how is heard, when and how it ends, and the statuses that are heard, each with how often.
type Row = (&'static str, Vec<Step>, Hearing, u64, Parting, &'static [(&'static str, usize)]);

fn table() -> Vec<Row> {
    use Hearing::{Deaf, Fair, Stays};
    use Step::{HalfClose, Leave, Repeat, Stop, Wait};
    let post = "POST /rdap/help HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000000\r\n";
    vec![
        ("never sends: the first octet's deadline", vec![], Stays, 5 * SECOND, Parting::TooSlow, &[]),
        ("half-closes at once", vec![HalfClose], Fair, 0, Parting::Done, &[]),
        (
            "an octet a second: the head's deadline",
            vec![Repeat(60, SECOND, b"G".into())],
            Stays,
            5 * SECOND,
            Parting::TooSlow,
            &[],
        ),
        (
            "a header a second",
            vec![send("GET /rdap/help HTTP/1.1\r\n"), Repeat(60, SECOND, b"a: b\r\n".into())],
            Stays,
            5 * SECOND,
            Parting::TooSlow,
            &[],
        ),
        ("empty lines, one a second", vec![Repeat(60, SECOND, b"\r\n".into())], Stays, 5 * SECOND, Parting::Done, &[]),
        ("nearly HTTP/2", vec![send("PRI * HTTP/2.0\r\n\r\nSM")], Stays, 5 * SECOND, Parting::TooSlow, &[]),
        ("asks and is idle", vec![send(GET)], Stays, 30 * SECOND, Parting::Done, &[("200", 1)]),
        (
            "asks, is idle, begins again: the head's deadline",
            vec![send(GET), Wait(20 * SECOND), send("GET")],
            Stays,
            25 * SECOND,
            Parting::TooSlow,
            &[("200", 1)],
        ),
        ("asks and half-closes", vec![send(GET), HalfClose], Fair, 0, Parting::Done, &[("200", 1)]),
        ("asks thrice and half-closes", vec![send(GET.repeat(3)), HalfClose], Fair, 0, Parting::Done, &[("200", 3)]),
        ("leaves in the middle", vec![send("GET /rd"), Leave], Deaf, 0, Parting::Broken, &[]),
        (
            "asks every 29 seconds: the connection's life",
            vec![Repeat(60, 29 * SECOND, GET.into())],
            Stays,
            600 * SECOND,
            Parting::Done,
            &[("200", 21)],
        ),
        (
            "asks ten at once every second: the same",
            vec![Repeat(1000, SECOND, GET.repeat(10).into())],
            Stays,
            600 * SECOND,
            Parting::Done,
            &[("200", 6000)],
        ),
        ("announces a body and waits", vec![send(format!("{post}\r\n"))], Stays, SECOND, Parting::Done, &[("405", 1)]),
        (
            "expects to be told to send a body",
            vec![send(format!("{post}expect: 100-continue\r\n\r\n"))],
            Fair,
            0,
            Parting::Done,
            &[("405", 1)],
        ),
        (
            "sends a body that nobody reads, an octet now and then",
            vec![send(format!("{post}\r\n")), Repeat(600, 100, b"x".into())],
            Stays,
            SECOND,
            Parting::Done,
            &[("405", 1)],
        ),
        (
            "sends a body that nobody reads, as fast as it can",
            vec![send(format!("{post}\r\n")), Repeat(100_000, 0, vec![b'x'; 1000])],
            Stays,
            0,
            Parting::Done,
            &[("405", 1)],
        ),
        (
            "a chunked body, and a question behind it",
            vec![
                send(
                    "POST /rdap/help HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
                ),
                send(GET),
            ],
            Fair,
            0,
            Parting::Done,
            &[("405", 1)],
        ),
        (
            "headers without end",
            vec![send("GET /rdap/help HTTP/1.1\r\n"), Repeat(100_000, 0, b"a: b\r\n".into())],
            Stays,
            0,
            Parting::Broken,
            &[("431", 1)],
        ),
        (
            "one header without end",
            vec![send("GET /rdap/help HTTP/1.1\r\na: "), Repeat(100_000, 0, vec![b'b'; 1000])],
            Stays,
            0,
            Parting::Broken,
            &[("431", 1)],
        ),
        (
            "the server stops while a head is under way",
            vec![send(&GET[..10]), Stop, Wait(2 * SECOND), send(&GET[10..])],
            Fair,
            2 * SECOND,
            Parting::Done,
            &[("200", 1)],
        ),
        (
            "the server stops while a client is idle",
            vec![send(GET), Wait(2 * SECOND), Stop],
            Fair,
            2 * SECOND,
            Parting::Done,
            &[("200", 1)],
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn rude_clients_over_http_1() {
    let mut wrong = Vec::new();
    for (what, steps, hearing, ends, parting, heard) in table() {
        let record = played(steps, hearing).await;
        let text = record.text();
        let all = heard.iter().map(|(_, times)| times).sum::<usize>();
        let is_heard = |(status, times): &(&str, usize)| text.matches(&format!("HTTP/1.1 {status} ")).count() == *times;
        if (record.ended_ms, record.parting) != (ends, parting)
            || text.matches("HTTP/1.1 ").count() != all
            || !heard.iter().all(is_heard)
        {
            let (ended, parting) = (record.ended_ms, record.parting);
            wrong.push(format!("{what}: {parting} after {ended} ms: {}", text.get(..400).unwrap_or(&text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_reads_nothing_or_too_slowly_is_cut_and_little_of_it_is_taken() {
    for hearing in [Hearing::Deaf, Hearing::Crawls] {
        let record = played(vec![Step::Repeat(100_000, 0, GET.into())], hearing).await;
        assert_eq!((record.ended_ms, record.parting), (10 * SECOND, Parting::TooSlow), "{hearing:?}");
        assert!(record.taken <= 32 * 1024, "{hearing:?}: {} octets were taken", record.taken);
    }
}
