//! SIGKILL at random moments of imports into a running server, and of the server: what is served is the old or the new
//! register, whole. Then servers that are gone, or stand still.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loket::app;
use loket::config::Config;
use loket::generate::{Format, Order, diff, generate_at};
use loket::publish::{self, Phase, PublishSettings, Silent};
use loket::store::Pointer;
use loket::time::Clock;

use super::{deposits, serves_current, told, until, without_first_import};
use crate::client;
use crate::crash::{served, start};
use crate::server::{Place, Server};

const DOMAINS: u64 = 80;
const ROUNDS: u64 = 6;

/// A full deposit and the differential one on it, younger with each round.
fn pair(place: &Place, round: u64) -> [PathBuf; 2] {
    let mut order = Order::new(DOMAINS, round);
    order.watermark = order.watermark.checked_add(Duration::from_secs(round * 2 * 86_400)).unwrap();
    let paths = [place.path(&format!("full-{round}.xml")), place.path(&format!("diff-{round}.xml"))];
    generate_at(&order, Format::RdeXml, &paths[0]).unwrap();
    diff(&order, 12, Format::RdeXml, &paths[1]).unwrap();
    paths
}

/// The server answers from what `CURRENT` names, or soon will.
fn follows(server: &Server) {
    until("the server serves what is published", || serves_current(server));
    assert_eq!(client::get(server.admin, "/health/ready").status, 200);
}

#[test]
fn es_27_kills_of_imports_and_servers_leave_the_old_or_the_new_data() {
    let place = Place::with(without_first_import);
    let [full, change] = pair(&place, 0);
    let begun = Instant::now();
    place.import(&[full.to_str().unwrap()]);
    let whole = begun.elapsed();
    place.import(&[change.to_str().unwrap()]);
    let mut server = place.clone().serve();
    let mut old = served(&place).unwrap();
    let (mut before, mut after) = (0, 0);
    for round in 1..=ROUNDS {
        for (path, at) in pair(&place, round).iter().zip([round, ROUNDS + 1 - round]) {
            let mut child = start(&place, path);
            std::thread::sleep(whole * u32::try_from(at).unwrap() / u32::try_from(ROUNDS).unwrap());
            let kills_server = round % 3 == 0;
            if kills_server {
                // Dropping kills. The import does not wait for a server that is gone.
                drop(server);
                assert!(child.wait().unwrap().success());
                server = place.clone().serve();
            } else {
                child.kill().unwrap();
                child.wait().unwrap();
            }
            let found = served(&place).unwrap();
            follows(&server);
            // Undisturbed now. A differential deposit that was applied is not applied again.
            place.import(&[path.to_str().unwrap()]);
            let new = served(&place).unwrap();
            assert!(old != new && (found == old || found == new), "round {round}, {}", path.display());
            assert!(!kills_server || found == new, "round {round}: the import went on without the server");
            if found == old {
                before += 1;
            } else {
                after += 1;
            }
            follows(&server);
            old = new;
        }
    }
    println!("{before} times the old data after a kill, {after} times the new");
    assert!(before > 0 && after > 0);
    let (log, code) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("\"ERROR\""), "{log}");
}

/// The import that is under way stands before its commit, and waits.
fn waits(place: &Place) -> bool {
    Pointer::prepared(&place.state()).is_ok_and(|prepared| prepared.is_some())
}

#[test]
fn es_27_an_import_that_is_killed_while_it_waits_for_a_server_leaves_the_old_data() {
    let server = Place::new().serve();
    let place = server.place();
    let [diff, ..] = deposits(&place);
    let (old, before) = (served(&place).unwrap(), told(&server));
    // A server that stands still does not answer: the import waits, and dies.
    signal("-STOP", &server);
    let mut child = start(&place, &diff);
    until("the import waits", || waits(&place));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(place.state().join("CURRENT.new").exists() && !waits(&place), "it is left behind, and means nothing");
    signal("-CONT", &server);
    assert_eq!(told(&server), before);
    assert!(served(&place).unwrap() == old);
    // The server dies: the next import does not wait for it any longer.
    signal("-STOP", &server);
    let mut child = start(&place, &diff);
    until("the import waits", || waits(&place));
    assert!(served(&place).unwrap() == old, "nothing is committed yet");
    let begun = Instant::now();
    drop(server);
    assert!(child.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert!(served(&place).unwrap() != old);
    let server = place.serve();
    assert_eq!(told(&server).0, "2026-06-02T00:00:00Z");
    server.stop();
}

fn settings(place: &Place, servers_wait: Duration) -> PublishSettings {
    let config = Config::load(place.config()).unwrap();
    PublishSettings { servers_wait, ..app::publish_settings(&config, false, Clock::system()) }
}

fn announcing(applied: &publish::Applied) -> Duration {
    applied.durations.iter().find(|(phase, _)| *phase == Phase::Announcing).unwrap().1
}

fn signal(name: &str, server: &Server) {
    let sent = Command::new("kill").args([name, &server.id().to_string()]).stdin(Stdio::null()).status().unwrap();
    assert!(sent.success());
}

#[test]
fn servers_that_are_gone_delay_nothing_and_one_that_stands_still_not_for_long() {
    let server = Place::new().serve();
    let place = server.place();
    let [diff, incr, full] = deposits(&place);
    let patience = Duration::from_secs(60);
    let import = |path: &PathBuf, wait: Duration| {
        let outcome = publish::import(std::slice::from_ref(path), &settings(&place, wait), &mut Silent).unwrap();
        outcome.deposits.into_iter().next().unwrap()
    };

    // Killed: its file is still there, its lock is not.
    let mark = place.state().join("serving/server-1");
    drop(server);
    assert!(mark.exists());
    std::fs::write(place.state().join("serving/server-9"), "left by another").unwrap();
    let applied = import(&diff, patience);
    assert_eq!(applied.audience.servers(), 0);
    assert!(announcing(&applied) < patience / 2, "{:?}", announcing(&applied));
    assert!(!mark.exists(), "what was left behind is removed");

    // Two that run, and one of them stands still.
    let (still, lively) = (place.clone().serve(), place.clone().serve());
    signal("-STOP", &still);
    let wait = Duration::from_millis(1500);
    let applied = import(&incr, wait);
    assert_eq!((applied.audience.ready, applied.audience.silent), (1, 1), "{:?}", applied.audience);
    assert!(announcing(&applied) >= wait && announcing(&applied) < patience / 2, "{:?}", announcing(&applied));
    until("the other one serves it", || serves_current(&lively));
    signal("-CONT", &still);
    until("it serves what it missed", || serves_current(&still));
    assert_eq!(told(&still).0, "2026-06-03T00:00:00Z");

    // Both lively.
    let applied = import(&full, patience);
    assert_eq!((applied.audience.ready, applied.audience.servers()), (2, 2));
    assert!(announcing(&applied) < patience / 2, "{:?}", announcing(&applied));
    for server in [still, lively] {
        until("both serve it", || serves_current(&server));
        assert_eq!(told(&server).0, "2026-06-04T00:00:00Z");
        server.stop();
    }
}
