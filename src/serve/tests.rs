//! The shell over streams in memory and paused time, and over real sockets on port 0.

use std::hash::RandomState;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::accept::{Gate, Permits, accept};
use super::*;
use crate::guard;
use crate::observe::{Entrance, Parting};
use crate::session::Door;
use crate::time::Timestamp;

const CLIENT: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Settings of a guard that counts nobody.
fn open() -> guard::Settings {
    let all = ["0.0.0.0/0", "::/0"].map(|prefix| (prefix.parse().unwrap(), guard::Tier::Unlimited));
    guard::Settings { lists: all.to_vec(), memory_mebibytes: 8, ..guard::Settings::default() }
}

fn shell(limits: Limits) -> Arc<Shell> {
    let site = Site {
        operator: "Test".into(),
        rdap_bases: vec!["http://localhost/rdap/".into()],
        contact: None,
        redirects_plain_http: false,
        since: Timestamp::UNIX_EPOCH,
        cache_seconds: 60,
        searching: crate::answer::Searching::closed(),
        zones: crate::model::zone::Zones::default(),
        texts: std::collections::BTreeMap::new(),
        forms: crate::render::rdap::Forms::default(),
    };
    Arc::new(Shell {
        current: Current::empty(),
        site,
        limits,
        observe: Observe::new(Timestamp::UNIX_EPOCH),
        guard: Arc::new(Guard::new(open(), RandomState::new())),
        clock: Clock::manual(Timestamp::UNIX_EPOCH),
        deposits: None,
    })
}

/// A client's end of a port-43 conversation, and the task that holds the other.
fn whois(limits: Limits) -> (DuplexStream, tokio::task::JoinHandle<Parting>, Arc<Shell>) {
    let shell = shell(limits);
    let (client, server) = duplex(4096);
    let held = Arc::clone(&shell);
    (client, tokio::spawn(async move { line::converse(server, Door::Whois, CLIENT, &held).await }), shell)
}

async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("a clean end");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(start_paused = true)]
async fn wh_01_wh_02_a_line_in_pieces_or_half_closed_gets_the_same_answer() {
    let mut answers = Vec::new();
    for pieces in [vec!["bedrijf.be\r\n"], vec!["bed", "rijf.be", "\r", "\n"], vec!["bedrijf.be\n"], vec!["bedrijf.be"]]
    {
        let (mut client, server, _) = whois(Limits::default());
        for piece in pieces {
            client.write_all(piece.as_bytes()).await.expect("room");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        client.shutdown().await.expect("open");
        answers.push(rest(&mut client).await);
        assert_eq!(server.await.expect("no panic"), Parting::Done);
    }
    assert!(!answers.iter().any(String::is_empty));
    assert!(answers.windows(2).all(|pair| pair.first() == pair.last()), "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn without_data_no_door_says_that_a_name_is_free() {
    let (mut client, _server, _) = whois(Limits::default());
    client.write_all(b"vrij.be\r\n").await.expect("room");
    let answer = rest(&mut client).await.to_lowercase();
    assert!(!answer.is_empty() && !answer.contains("available") || answer.contains("unavailable"), "{answer}");
    assert!(!answer.contains("status:"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn wh_06_silent_and_slow_clients_are_closed_in_time() {
    let start = Instant::now();
    let (mut client, server, shell) = whois(Limits::default());
    let answer = rest(&mut client).await;
    assert_eq!(start.elapsed().as_secs(), 5, "{answer}");
    drop(client);
    assert_eq!(server.await.expect("no panic"), Parting::TooSlow);
    assert!(shell.observe.metrics.text().contains(r#"ending="refused""#));

    let start = Instant::now();
    let (mut client, server, _) = whois(Limits::default());
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if client.write_all(b"x").await.is_err() {
            break;
        }
    }
    assert_eq!(server.await.expect("no panic"), Parting::TooSlow);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn wh_06_a_line_that_is_too_long_is_refused() {
    let (mut client, server, _) = whois(Limits::default());
    client.write_all(&[b'a'; 2000]).await.expect("room");
    assert!(!rest(&mut client).await.is_empty());
    drop(client);
    assert_eq!(server.await.expect("no panic"), Parting::Done);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_cut() {
    let shell = shell(Limits::default());
    let (mut client, server) = duplex(16);
    client.write_all(b"bedrijf.be\r\n").await.expect("room");
    let start = Instant::now();
    assert_eq!(line::converse(server, Door::Whois, CLIENT, &shell).await, Parting::TooSlow);
    assert_eq!(start.elapsed().as_secs(), 10);
    drop(client);
}

#[tokio::test]
async fn a_panic_while_answering_becomes_an_incident() {
    let shell = shell(Limits::default());
    let refusal = shell.guarded(|_| -> Option<Refusal> { panic!("on purpose") }, |refusal| Some(refusal.clone()));
    assert!(matches!(refusal, Some(Refusal::Internal { incident }) if incident.len() == 8));
    assert_eq!(shell.observe.metrics.panics(), 1);
}

async fn http(bytes: &[u8], limits: Limits) -> (String, Parting) {
    let shell = shell(limits);
    let (mut client, server) = duplex(64 * 1024);
    let (_stop, stopped) = watch::channel(false);
    let task = tokio::spawn(async move { http::plain(server, CLIENT, &shell, stopped).await });
    client.write_all(bytes).await.expect("room");
    let answer = rest(&mut client).await;
    (answer, task.await.expect("no panic"))
}

#[tokio::test(start_paused = true)]
async fn help_is_answered_over_http_1_and_the_idle_connection_closes() {
    let start = Instant::now();
    let (answer, parting) = http(b"GET /rdap/help HTTP/1.1\r\nhost: localhost\r\n\r\n", Limits::default()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("rdapConformance"), "{answer}");
    assert_eq!((start.elapsed().as_secs(), parting), (30, Parting::Done), "idle is a proper end");
}

#[tokio::test(start_paused = true)]
async fn without_data_rdap_says_unavailable() {
    let request = b"GET /rdap/domain/vrij.be HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let (answer, parting) = http(request, Limits::default()).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert_eq!(parting, Parting::Done);
}

#[tokio::test(start_paused = true)]
async fn bad_heads_are_refused_without_harm() {
    let long =
        format!("GET /rdap/domain/{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", "a".repeat(4000));
    let many = format!("GET /rdap/help HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(100));
    let wide = format!("GET /rdap/help HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "b".repeat(20_000));
    for (head, statuses) in [
        (long.as_bytes(), &["400", "414"][..]),
        (many.as_bytes(), &["431"]),
        (wide.as_bytes(), &["431"]),
        (b"POST /rdap/help HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\nabc", &["405", "501"]),
        (
            b"GET /rdap/help HTTP/1.1\r\nhost: \xff\xfe\r\naccept: \xe9\xff\r\nconnection: close\r\n\r\n",
            &["200", "400"],
        ),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", &["400"]),
        (b"GET /rdap/domain/%00%ff%2f HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", &["400", "404"]),
    ] {
        let (answer, _) = http(head, Limits::default()).await;
        let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or_default();
        assert!(statuses.contains(&status), "{:?}: {answer}", String::from_utf8_lossy(head).get(..40));
        assert!(answer.contains("access-control-allow-origin: *\r\n"), "HT-20: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(status == "200" || body.contains(&format!("\"errorCode\":{status}")), "HT-05: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_cut_at_its_deadline() {
    let start = Instant::now();
    let (answer, parting) = http(b"GET /rdap/help HTTP/1.1\r\nhost: x\r\n", Limits::default()).await;
    assert_eq!((start.elapsed().as_secs(), parting), (5, Parting::TooSlow), "{answer}");
    let start = Instant::now();
    let (_, parting) = http(b"PRI * HT", Limits::default()).await;
    assert_eq!((start.elapsed().as_secs(), parting), (5, Parting::TooSlow));
}

#[tokio::test]
async fn http_2_with_prior_knowledge_is_answered() {
    let shell = shell(Limits::default());
    let (client, server) = duplex(64 * 1024);
    let (_stop, stopped) = watch::channel(false);
    let task = tokio::spawn(async move { http::plain(server, CLIENT, &shell, stopped).await });
    let io = hyper_util::rt::TokioIo::new(client);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut ask, connection) = hyper::client::conn::http2::handshake(executor, io).await.expect("HTTP/2");
    let driver = tokio::spawn(connection);
    let request = hyper::Request::get("http://localhost/rdap/help").body(http_body_util::Empty::<bytes::Bytes>::new());
    let answer = ask.send_request(request.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    drop((answer, ask));
    driver.await.expect("no panic").expect("a clean end");
    assert_eq!(task.await.expect("no panic"), Parting::Done);
}

/// A door on a free port, with its stop.
async fn door(
    entrance: Entrance,
    limits: Limits,
) -> (std::net::SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<usize>, Arc<Shell>) {
    let shell = shell(limits);
    let gate = Gate::bind(entrance, "127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let address = gate.listener.local_addr().expect("bound");
    let (stop, stopped) = watch::channel(false);
    let permits = Permits::for_entrances(&limits)(entrance);
    let task = tokio::spawn(accept(gate, Arc::clone(&shell), permits, None, stopped));
    (address, stop, task, shell)
}

#[tokio::test]
async fn draining_finishes_what_is_under_way_and_takes_nothing_new() {
    let (address, stop, task, shell) = door(Entrance::Whois, Limits::default()).await;
    let mut client = TcpStream::connect(address).await.expect("open");
    client.write_all(b"bedrijf").await.expect("open");
    while !shell.observe.metrics.text().contains(r#"loket_connections_open{entrance="whois"} 1"#) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).expect("heard");
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!task.is_finished());
    client.write_all(b".be\r\n").await.expect("still open");
    assert!(!rest(&mut client).await.is_empty());
    drop(client);
    assert_eq!(task.await.expect("no panic"), 0, "nothing was cut");
}

#[tokio::test]
async fn the_drain_has_a_deadline() {
    let (address, stop, task, shell) = door(Entrance::Http, Limits { drain_ms: 50, ..Limits::default() }).await;
    let client = TcpStream::connect(address).await.expect("open");
    while !shell.observe.metrics.text().contains(r#"loket_connections_open{entrance="http"} 1"#) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).expect("heard");
    assert_eq!(task.await.expect("no panic"), 1, "the silent one was cut");
    assert!(shell.observe.metrics.text().contains(r#"loket_connections_total{entrance="http",parting="cut"} 1"#));
    drop(client);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_and_are_then_answered() {
    let (address, _stop, _task, _shell) =
        door(Entrance::Whois, Limits { connections_per_door: 1, linger_ms: 0, ..Limits::default() }).await;
    let mut first = TcpStream::connect(address).await.expect("open");
    first.write_all(b"a").await.expect("open");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut second = TcpStream::connect(address).await.expect("in the queue");
    second.write_all(b"b.be\r\n").await.expect("open");
    let early = tokio::time::timeout(Duration::from_millis(200), second.read(&mut [0; 8])).await;
    assert!(early.is_err(), "the second waits for the first");
    first.write_all(b".be\r\n").await.expect("open");
    assert!(!rest(&mut first).await.is_empty());
    drop(first);
    assert!(!rest(&mut second).await.is_empty());
}

#[tokio::test]
async fn wh_03_octets_after_the_line_do_not_reset_the_connection() {
    let (address, _stop, _task, _shell) = door(Entrance::Whois, Limits::default()).await;
    for _ in 0..50 {
        let mut client = TcpStream::connect(address).await.expect("open");
        client.write_all(b"a.be\r\nb.be\r\nmore and more\r\n").await.expect("open");
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert!(!rest(&mut client).await.is_empty());
    }
}

#[tokio::test]
async fn the_admin_door_tells_liveness_readiness_and_metrics() {
    let (address, _stop, _task, shell) = door(Entrance::Admin, Limits::default()).await;
    let ask = async |path: &str| {
        let mut client = TcpStream::connect(address).await.expect("open");
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        client.write_all(head.as_bytes()).await.expect("open");
        rest(&mut client).await
    };
    assert!(ask("/health/live").await.starts_with("HTTP/1.1 200 "));
    let loading = ask("/health/ready").await;
    assert!(loading.starts_with("HTTP/1.1 503 ") && loading.ends_with("loading\n"), "{loading}");
    shell.observe.state(crate::observe::State::Ready);
    assert!(ask("/health/ready").await.starts_with("HTTP/1.1 200 "));
    let metrics = ask("/metrics").await;
    assert!(metrics.contains("loket_ready 1\n") && metrics.ends_with("# EOF\n"), "{metrics}");
    assert!(ask("/other").await.starts_with("HTTP/1.1 404 "));
    assert!(ask("/deposits").await.starts_with("HTTP/1.1 501 "), "a server without a publisher");
}

mod handshakes;
mod http1;
mod http2;
mod line_door;
mod lines;
mod script;
mod turned;
mod unasked;
mod verdicts;
