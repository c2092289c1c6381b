//! What the guard's verdicts do to connections.

use std::convert::Infallible;

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue};
use hyper::service::Service;

use super::script::{Hearing, Record, Step, play, send};
use super::*;
use crate::serve::conversation::{self, Reply};
use crate::serve::http::conclude;
use crate::serve::reins::Reins;
use crate::session::http::{After, Response};
use crate::session::{Asked, Ending, Outcome};

/// Answers the first requests with a word, the one after them as told, and all others as told then.
#[derive(Clone)]
struct Told {
    after: After,
    then: After,
    good: usize,
    asked: Arc<std::sync::atomic::AtomicUsize>,
    reins: Arc<Reins>,
}

impl Service<Request<Incoming>> for Told {
    type Response = hyper::Response<http_body_util::Full<bytes::Bytes>>;
    type Error = Infallible;
    type Future = Reply;

    fn call(&self, request: Request<Incoming>) -> Reply {
        let asked = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let after = match asked.cmp(&self.good) {
            std::cmp::Ordering::Less => After::Stay,
            std::cmp::Ordering::Equal => self.after,
            std::cmp::Ordering::Greater => self.then,
        };
        let response = Response {
            status: 200,
            headers: [(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))].into_iter().collect(),
            body: "answer".into(),
            outcome: Outcome { door: Door::Rdap, asked: Asked::Other, ending: Ending::Found },
            after,
        };
        conclude(response, request.version(), request.body().is_end_stream(), &self.reins)
    }
}

/// Sends five requests at once, then waits.
async fn asked(http2: bool, good: usize, after: After) -> Record {
    asked_often(http2, 5, good, after, after).await
}

/// Sends so many requests at once, then waits.
async fn asked_often(http2: bool, times: usize, good: usize, after: After, then: After) -> Record {
    let reins: Arc<Reins> = Arc::default();
    let told = Told { after, then, good, asked: Arc::default(), reins: Arc::clone(&reins) };
    let limits = Limits::default();
    let steps = if http2 {
        let questions = super::http2::questions(times);
        // No more at a time than streams may be open.
        let some = questions.chunks(questions.len() / times * 50);
        let some = some.flat_map(|questions| [send(questions), Step::Wait(1)]);
        [send(super::http2::hello(&[]))].into_iter().chain(some).collect()
    } else {
        vec![send("GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(times))]
    };
    play(steps, Hearing::Fair, |server, stop| async move {
        if http2 {
            conversation::two(server, told, &reins, &limits, stop).await
        } else {
            conversation::one(server, told, |_| Vec::new(), &reins, &limits, stop).await
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_close_is_told_and_ends_the_connection() {
    let record = asked(false, 2, After::Close).await;
    let text = record.text();
    assert_eq!((record.ended_ms, record.parting), (0, Parting::Done), "{text}");
    assert_eq!(text.matches("HTTP/1.1 200").count(), 3, "{text}");
    assert_eq!(text.matches("connection: close\r\n").count(), 1, "{text}");
    assert!(text.split("HTTP/1.1").last().is_some_and(|last| last.contains("connection: close")), "{text}");

    let record = asked(true, 2, After::Close).await;
    // The client does not answer that it heard: what is under way is finished, then the drain's deadline counts.
    assert_eq!((record.ended_ms, record.parting), (10_000, Parting::TooSlow));
    assert_eq!(super::http2::answers(&record), 5, "streams that were open are answered");
    assert_eq!(super::http2::goodbyes(&record), [0], "no error");
}

#[tokio::test(start_paused = true)]
async fn silence_ends_the_connection_at_once_without_an_answer() {
    for http2 in [false, true] {
        let record = asked(http2, 0, After::Silence).await;
        assert_eq!((record.ended_ms, record.parting), (0, Parting::Dropped), "{}", record.text());
        assert_eq!(super::http2::answers(&record), 0);
        assert!(http2 || record.said.is_empty(), "{}", record.text());
        assert!(!record.text().contains("answer"), "{}", record.text());
    }
}

/// Streams that were open when a ban was told do not keep it from being heard; but they are not many.
#[tokio::test(start_paused = true)]
async fn a_ban_is_told_although_other_streams_are_open() {
    let record = asked_often(true, 50, 2, After::Close, After::Silence).await;
    assert_eq!(super::http2::answers(&record), 50);
    assert_eq!(record.text().matches("answer").count(), 3, "two questions and the ban");
    assert_eq!(super::http2::goodbyes(&record), [0], "no error");
    let record = asked_often(true, 1000, 2, After::Close, After::Silence).await;
    assert_eq!(record.parting, Parting::Dropped);
    assert!(record.ended_ms <= 10 && super::http2::answers(&record) <= 103, "{} ms", record.ended_ms);
}

/// A panic while a connection holds its permits and its seat gives them back.
#[tokio::test]
async fn a_panic_frees_what_its_connection_held() {
    let shell = shell(Limits::default());
    let permits = Arc::new(tokio::sync::Semaphore::new(1));
    let mut open = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let permit = Arc::clone(&permits).try_acquire_owned().expect("free again");
        let seat = shell.guard.enter(CLIENT, shell.clock.monotonic()).expect("let in");
        let talk = async {
            tokio::task::yield_now().await;
            panic!("on purpose")
        };
        open.spawn(accept::seated(talk, (permit, seat)));
        assert_eq!(permits.available_permits(), 0);
        let ended = open.join_next().await.expect("one is open");
        accept::settle(&shell, Entrance::Whois, ended);
    }
    assert_eq!(permits.available_permits(), 1);
    assert_eq!(shell.observe.metrics.panics(), 3);
    assert!(shell.observe.metrics.text().contains(r#"entrance="whois",parting="panic"} 3"#));
}
