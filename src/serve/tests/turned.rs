//! Connections that the guard does not let in.

use super::*;
use crate::guard::Tier;

/// A shell whose guard lets each client have one connection at a time.
fn strict(limits: Limits) -> Arc<Shell> {
    let mut settings = guard::Settings::default();
    settings.tiers[Tier::Default as usize].connections = 1;
    let guard = Arc::new(Guard::new(settings, RandomState::new()));
    let shell = Arc::into_inner(shell(limits)).expect("the only one");
    Arc::new(Shell { guard, ..shell })
}

/// A client at its cap is turned away unheard, holds no permit, and keeps nobody waiting; the operator is not counted.
#[tokio::test]
async fn a_client_at_its_cap_is_turned_away_and_keeps_nobody_waiting() {
    let limits = Limits { connections_per_door: 2, connections: 2, linger_ms: 0, ..Limits::default() };
    let shell = strict(limits);
    let gate = Gate::bind(Entrance::Whois, "127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let address = gate.listener.local_addr().expect("bound");
    let (_stop, stopped) = watch::channel(false);
    let permits = Permits::for_entrances(&limits)(Entrance::Whois);
    let _task = tokio::spawn(accept(gate, Arc::clone(&shell), permits, None, stopped));
    let mut first = TcpStream::connect(address).await.expect("open");
    first.write_all(b"a").await.expect("open");
    for _ in 0..100 {
        // The reset may come before the connection is reported as open.
        if let Ok(mut more) = TcpStream::connect(address).await {
            assert!(!matches!(more.read(&mut [0; 8]).await, Ok(1..)), "closed unheard");
        }
    }
    let other = tokio::net::TcpSocket::new_v4().expect("a socket");
    other.bind("127.0.9.9:0".parse().expect("an address")).expect("loopback");
    let mut other = other.connect(address).await.expect("open");
    other.write_all(b"b.be\r\n").await.expect("open");
    assert!(!rest(&mut other).await.is_empty());
    first.write_all(b".be\r\n").await.expect("open");
    assert!(!rest(&mut first).await.is_empty());
    let metrics = shell.observe.metrics.text();
    let turned = r#"loket_connections_turned_away_total{entrance="whois",reason="client-connections"} 100"#;
    assert!(metrics.contains(turned), "{metrics}");
}

/// A panic while a connection holds its seat frees the seat.
#[tokio::test]
async fn a_panic_frees_the_seat() {
    let shell = strict(Limits::default());
    let enter = || shell.guard.enter(CLIENT, shell.clock.monotonic());
    let mut open = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let seat = enter().expect("free again");
        assert!(enter().is_err(), "one at a time");
        let talk = async {
            tokio::task::yield_now().await;
            panic!("on purpose")
        };
        open.spawn(accept::seated(talk, seat));
        let ended = open.join_next().await.expect("one is open");
        accept::settle(&shell, Entrance::Whois, ended);
    }
    assert!(enter().is_ok(), "free again");
}
