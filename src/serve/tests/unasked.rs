//! Connections that cost work and ask nothing.

use super::script::{Hearing, Step, play, send};
use super::*;

/// A shell whose guard counts, and whose budget is one question.
fn counting() -> Arc<Shell> {
    let mut settings = guard::Settings::default();
    settings.tiers[guard::Tier::Default as usize].questions = Some(guard::settings::Quota { burst: 1, per_minute: 1 });
    let guard = Arc::new(Guard::new(settings, RandomState::new()));
    let shell = Arc::into_inner(shell(Limits::default())).expect("the only one");
    Arc::new(Shell { guard, ..shell })
}

/// Whether the budget of [`counting`] was spent.
fn is_charged(shell: &Shell) -> bool {
    let verdict = shell.guard.admit(&shell.guard.caller(CLIENT), guard::Question::Domain, shell.clock.monotonic());
    matches!(verdict, guard::Verdict::Refuse(_))
}

#[tokio::test(start_paused = true)]
async fn what_was_read_is_charged_though_nothing_was_asked() {
    for (what, steps, charged) in [
        ("connects and leaves", vec![Step::HalfClose], false),
        ("never sends", vec![], false),
        ("half a head", vec![send("GET /rdap/help HTTP/1.1\r\n")], true),
        ("half a head, and leaves", vec![send("GET /rdap"), Step::HalfClose], true),
        ("says hello over HTTP/2", vec![send(super::http2::hello(&[])), Step::HalfClose], true),
    ] {
        let shell = counting();
        let held = Arc::clone(&shell);
        play(steps, Hearing::Fair, |server, stop| async move { http::plain(server, CLIENT, &held, stop).await }).await;
        assert_eq!(is_charged(&shell), charged, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_is_charged_once() {
    for asked in ["GET /rdap/help HTTP/1.1\r\nhost: a\r\n\r\n", "GARBAGE\r\n\r\n"] {
        let shell = counting();
        let held = Arc::clone(&shell);
        let steps = vec![send(asked), Step::HalfClose];
        play(steps, Hearing::Fair, |server, stop| async move { http::plain(server, CLIENT, &held, stop).await }).await;
        let metrics = shell.observe.metrics.text();
        assert!(metrics.contains(r#"{tier="default",ruling="pass"} 1"#), "{asked:?}: {metrics}");
        assert!(metrics.contains(r#"{tier="default",ruling="limited-questions"} 0"#), "{asked:?}: {metrics}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_is_charged_though_nothing_was_asked() {
    for (protocols, refused) in [(&[b"http/1.1".as_slice()][..], false), (&[b"h2"], false), (&[b"other"], true)] {
        let (acceptor, connector) = super::handshakes::sides(protocols);
        let (client, server) = duplex(4096);
        let shell = counting();
        let (held, (_stop, stopped)) = (Arc::clone(&shell), watch::channel(false));
        let task = tokio::spawn(async move { http::secure(server, acceptor, CLIENT, &held, stopped).await });
        let name = rustls_pki_types::ServerName::try_from("localhost").expect("a name");
        let handshake = connector.connect(name, client).await;
        assert_eq!(handshake.is_err(), refused, "{protocols:?}");
        drop(handshake);
        task.await.expect("no panic");
        assert!(is_charged(&shell), "{protocols:?}");
    }
}

/// As many pings as a client can send keep a processor busy, for nothing.
#[tokio::test(start_paused = true)]
async fn frames_that_ask_nothing_end_a_connection() {
    let pings = super::http2::pings(1000);
    for (what, steps, most) in [
        ("nothing but pings", vec![send(super::http2::hello(&[])), Step::Repeat(1000, 0, pings.clone())], 128),
        (
            "a question, then pings",
            vec![
                send(super::http2::hello(&[])),
                send(super::http2::questions(1)),
                Step::Repeat(1000, 0, pings.clone()),
            ],
            128,
        ),
    ] {
        let shell = shell(Limits::default());
        let record =
            play(steps, Hearing::Stays, |server, stop| async move { http::plain(server, CLIENT, &shell, stop).await })
                .await;
        assert_eq!((record.ended_ms, record.parting), (0, Parting::Broken), "{what}");
        assert!(record.taken < most * 1024, "{what}: {} octets were taken", record.taken);
    }
}

/// Whoever asks in between may ping as often as it likes: each question is charged.
#[tokio::test(start_paused = true)]
async fn frames_between_questions_end_none() {
    let shell = shell(Limits::default());
    let asked = super::http2::questions(90);
    let pings = super::http2::pings(4000);
    let length = asked.len() / 90;
    let steps = asked.chunks(length).flat_map(|question| [send(question), send(&pings)]);
    let steps = [send(super::http2::hello(&[]))].into_iter().chain(steps).chain([Step::HalfClose]).collect();
    let record =
        play(steps, Hearing::Fair, |server, stop| async move { http::plain(server, CLIENT, &shell, stop).await }).await;
    assert_eq!((record.parting, super::http2::answers(&record)), (Parting::Done, 90));
    assert!(record.taken > 5 << 20);
}
