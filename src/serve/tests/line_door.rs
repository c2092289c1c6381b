//! The accept loop of the line doors, over real sockets.

use super::*;
use crate::guard::Tier;

/// Asks and reads to the end; the connection stays open.
async fn asked(address: std::net::SocketAddr) -> TcpStream {
    let mut client = TcpStream::connect(address).await.expect("open");
    client.write_all(b"a.be\r\n").await.expect("open");
    assert!(!rest(&mut client).await.is_empty());
    client
}

/// Waits until a line of the metrics is there, at most a second.
async fn until(shell: &Shell, line: &str) {
    for _ in 0..200 {
        if shell.observe.metrics.text().lines().any(|found| found == line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{line} in\n{}", shell.observe.metrics.text());
}

/// Who stays open keeps nobody else open.
#[tokio::test]
async fn wh_03_whoever_closes_is_soon_noticed_though_another_lingers() {
    let limits = Limits { linger_ms: 10_000, ..Limits::default() };
    let (address, _stop, _task, shell) = door(Entrance::Whois, limits).await;
    let stays = asked(address).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    drop(asked(address).await);
    until(&shell, r#"loket_connections_total{entrance="whois",parting="done"} 1"#).await;
    assert!(began.elapsed() < Duration::from_millis(200), "{:?}", began.elapsed());
    until(&shell, r#"loket_connections_open{entrance="whois"} 1"#).await;
    drop(stays);
}

/// A client that may have one connection asks as fast as it can, each time after it closed: it is never turned away.
#[tokio::test]
async fn a_client_that_closed_may_ask_again_at_once() {
    let limits = Limits::default();
    let mut settings = guard::Settings::default();
    settings.tiers[Tier::Default as usize].connections = 1;
    let guard = Arc::new(Guard::new(settings, RandomState::new()));
    let shell = Arc::into_inner(shell(limits)).expect("the only one");
    let shell = Arc::new(Shell { guard, ..shell });
    let gate = Gate::bind(Entrance::Das, "127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let address = gate.listener.local_addr().expect("bound");
    let (_stop, stopped) = watch::channel(false);
    let permits = Permits::for_entrances(&limits)(Entrance::Das);
    let _task = tokio::spawn(accept(gate, Arc::clone(&shell), permits, None, stopped));
    for _ in 0..20 {
        drop(asked(address).await);
    }
    assert!(
        !shell.observe.metrics.text().contains(r#"turned_away_total{entrance="das",reason="client-connections"} 1"#)
    );
}

/// A stop waits for those that linger as long as they may, and cuts nobody.
#[tokio::test]
async fn a_stop_waits_for_those_that_linger() {
    let limits = Limits { linger_ms: 300, ..Limits::default() };
    let (address, stop, task, shell) = door(Entrance::Whois, limits).await;
    let stays = asked(address).await;
    stop.send(true).expect("heard");
    assert_eq!(task.await.expect("no panic"), 0, "nothing was cut");
    until(&shell, r#"loket_connections_total{entrance="whois",parting="done"} 1"#).await;
    drop(stays);
}

/// Conversations that need not wait and those that must, at once and on several cores: each has its whole answer, and
/// nothing stays open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_of_all_kinds_are_answered() {
    let (address, _stop, _task, shell) = door(Entrance::Whois, Limits::default()).await;
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..200_u64 {
        clients.spawn(async move {
            let mut client = TcpStream::connect(address).await.expect("open");
            for piece in [&b"bedrijf"[..], b".be", b"\r\n"] {
                client.write_all(piece).await.expect("open");
                // Every third is slow, every third a little late, the others have all there at once.
                tokio::time::sleep(Duration::from_millis(number % 3 * 10)).await;
            }
            rest(&mut client).await
        });
    }
    let answers = clients.join_all().await;
    assert!(answers.iter().all(|answer| !answer.is_empty() && *answer == answers[0]));
    until(&shell, r#"loket_connections_total{entrance="whois",parting="done"} 200"#).await;
    until(&shell, r#"loket_connections_open{entrance="whois"} 0"#).await;
}
