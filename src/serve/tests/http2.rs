//! Rude clients at RDAP's door, over HTTP/2, frame by frame (RFC 9113).

use super::script::{Hearing, Record, Step, play, send};
use super::*;

const SECOND: u64 = 1000;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: usize, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let stream = u32::try_from(stream).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

/// The preface with settings, each an identifier and a value.
pub fn hello(settings: &[(u16, u32)]) -> Vec<u8> {
    let settings: Vec<u8> =
        settings.iter().flat_map(|(name, value)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    [PREFACE, &frame(SETTINGS, 0, 0, &settings)].concat()
}

/// A header block in HPACK's plainest form: methods and schemes of its static table, the rest as literals.
fn block() -> Vec<u8> {
    let (path, authority) = (b"/rdap/help", b"localhost");
    [&[0x82, 0x86, 0x04, 10][..], path, &[0x01, 9], authority].concat()
}

/// So many questions on streams of their own.
pub fn questions(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1, &block())).collect()
}

/// So many pings.
pub fn pings(count: usize) -> Vec<u8> {
    frame(PING, 0, 0, &[7; 8]).repeat(count)
}

/// The frames that were heard: kind, stream, payload.
fn frames(mut said: &[u8]) -> Vec<(u8, u32, Vec<u8>)> {
    let mut found = Vec::new();
    while let Some((head, rest)) = said.split_at_checked(9) {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let (payload, rest) = rest.split_at(length.min(rest.len()));
        found.push((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload.to_vec()));
        said = rest;
    }
    found
}

fn count(record: &Record, kind: u8) -> usize {
    frames(&record.said).iter().filter(|(found, ..)| *found == kind).count()
}

/// Answers begun.
pub fn answers(record: &Record) -> usize {
    count(record, HEADERS)
}

/// The reasons with which the server says goodbye.
pub fn goodbyes(record: &Record) -> Vec<u8> {
    frames(&record.said).iter().filter(|(kind, ..)| *kind == GOAWAY).map(|(.., payload)| payload[7]).collect()
}

async fn played(steps: Vec<Step>, hearing: Hearing) -> Record {
    let shell = shell(Limits::default());
    play(steps, hearing, |server, stop| async move { http::plain(server, CLIENT, &shell, stop).await }).await
}

/// What is sent, how is heard, when and how it ends, answers begun, and whether the server says goodbye.
type Row = (&'static str, Vec<Step>, Hearing, u64, Parting, usize, bool);

fn table() -> Vec<Row> {
    use Hearing::{Deaf, Stays};
    use Step::{HalfClose, Repeat, Stop, Wait};
    let ping = frame(PING, 0, 0, &[7; 8]);
    let reset: Vec<u8> = (0..1000_usize)
        .flat_map(|n| {
            let question = frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1, &block());
            [question, frame(RST_STREAM, 0, 2 * n + 1, &[0, 0, 0, 8])].concat()
        })
        .collect();
    let endless = frame(HEADERS, 0, 1, &block());
    let more = frame(CONTINUATION, 0, 1, &[&[0x00, 1, b'a', 100][..], &[b'b'; 100]].concat());
    let post = frame(HEADERS, END_HEADERS, 1, &[&[0x83, 0x86, 0x04, 10][..], b"/rdap/help", &[0x01, 1], b"a"].concat());
    vec![
        // It is told to go after 30 seconds, and does not answer that: then the stream's own deadline counts, or the
        // drain's for one that sends on.
        ("says hello and nothing more", vec![send(hello(&[]))], Stays, 35 * SECOND, Parting::TooSlow, 0, true),
        ("asks and is idle", vec![send(hello(&[])), send(questions(1))], Stays, 35 * SECOND, Parting::TooSlow, 1, true),
        (
            "pings and asks nothing",
            vec![send(hello(&[])), Repeat(60, 10 * SECOND, ping.clone())],
            Stays,
            40 * SECOND,
            Parting::TooSlow,
            0,
            true,
        ),
        (
            "an octet a second",
            vec![send(hello(&[])), Repeat(60, SECOND, vec![0])],
            Stays,
            8 * SECOND,
            Parting::Broken,
            0,
            true,
        ),
        ("half a frame", vec![send(hello(&[])), send(&endless[..12])], Stays, 35 * SECOND, Parting::TooSlow, 0, true),
        (
            "half-closes: to HTTP/2 that is the end",
            vec![send(hello(&[])), send(questions(1)), HalfClose],
            Stays,
            0,
            Parting::Done,
            0,
            false,
        ),
        (
            "opens no window: answers are owed",
            vec![send(hello(&[(4, 0)])), send(questions(50)), Repeat(60, 5 * SECOND, ping.clone())],
            Stays,
            20 * SECOND,
            Parting::TooSlow,
            50,
            false,
        ),
        (
            "opens a window of one octet: the same",
            vec![send(hello(&[(4, 1)])), send(questions(50)), Repeat(60, 5 * SECOND, ping.clone())],
            Stays,
            20 * SECOND,
            Parting::TooSlow,
            50,
            false,
        ),
        (
            "resets what it asked, a thousand times",
            vec![send(hello(&[])), send(reset)],
            Stays,
            0,
            Parting::Broken,
            0,
            true,
        ),
        (
            "a header block without end",
            vec![send(hello(&[])), send(endless), Repeat(100_000, 0, more)],
            Stays,
            0,
            Parting::Broken,
            0,
            true,
        ),
        (
            "pings and reads nothing",
            vec![send(hello(&[])), Repeat(100_000, 0, ping)],
            Deaf,
            10 * SECOND,
            Parting::TooSlow,
            0,
            false,
        ),
        (
            "asks and reads nothing",
            vec![send(hello(&[(4, 1 << 24)])), send(questions(90))],
            Deaf,
            10 * SECOND,
            Parting::TooSlow,
            0,
            false,
        ),
        (
            "announces a body and waits",
            vec![send(hello(&[])), send(post)],
            Stays,
            35 * SECOND,
            Parting::TooSlow,
            1,
            true,
        ),
        (
            "the server stops",
            vec![send(hello(&[])), send(questions(1)), Wait(SECOND), Stop],
            Stays,
            11 * SECOND,
            Parting::TooSlow,
            1,
            true,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn rude_clients_over_http_2() {
    let mut wrong = Vec::new();
    for (what, steps, hearing, ends, parting, answers, goodbye) in table() {
        let record = played(steps, hearing).await;
        let (heard, bye) = (count(&record, HEADERS), goodbyes(&record));
        let is_answered = if what.starts_with("resets") { heard < 100 } else { heard == answers };
        if (record.ended_ms, record.parting) != (ends, parting) || !is_answered || bye.is_empty() == goodbye {
            let (ended, parting, data) = (record.ended_ms, record.parting, count(&record, DATA));
            wrong.push(format!("{what}: {parting} after {ended} ms, {heard} answers, {data} data, goodbyes {bye:?}"));
        }
        if record.taken > 64 * 1024 {
            wrong.push(format!("{what}: {} octets were taken", record.taken));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A body that is sent on and on is thrown away, and is no question that keeps a connection open.
#[tokio::test(start_paused = true)]
async fn a_body_over_http_2_that_nobody_reads_keeps_no_connection_open() {
    let post = frame(HEADERS, END_HEADERS, 1, &[&[0x83, 0x86, 0x04, 10][..], b"/rdap/help", &[0x01, 1], b"a"].concat());
    let body = Step::Repeat(10_000, 100, frame(DATA, 0, 1, &[0; 100]));
    let record = played(vec![send(hello(&[])), send(post), body], Hearing::Stays).await;
    // h2 ends it even before it counts as idle: so many frames belong to a stream that is over.
    assert!(record.ended_ms <= 40 * SECOND, "{} ms", record.ended_ms);
    assert_eq!((count(&record, HEADERS), goodbyes(&record).len()), (1, 1));
}
