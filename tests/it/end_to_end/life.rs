//! The life of the process: ready, measured, stopped.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::client;
use crate::demo::demo;
use crate::server::{Place, Server, loket};

#[test]
fn readiness_liveness_and_metrics_stand_on_the_admin_door() {
    let server = demo();
    let ready = client::get(server.admin, "/health/ready");
    assert_eq!((ready.status, ready.body.as_slice()), (200, &b"ready\n"[..]));
    assert_eq!(client::get(server.admin, "/health/live").status, 200);
    assert_eq!(client::get(server.admin, "/rdap/help").status, 404, "the admin door answers no question");
    assert_eq!(client::http(server.admin, "POST", "/health/ready", &[]).status, 405);
    for target in ["/metrics", "/health/ready"] {
        assert_eq!(client::get(server.http, target).status, 404, "nothing of it on a public door");
    }
    let output = loket(&["health", "--url", &format!("http://{}/health/ready", server.admin)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn metric(server: &Server, name: &str) -> u64 {
    let page = String::from_utf8(client::get(server.admin, "/metrics").body).unwrap();
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in {page}")).parse().unwrap()
}

#[test]
fn metrics_count_questions_and_the_log_tells_neither_names_nor_addresses() {
    let server = Server::start();
    for name in ["bedrijf.be", "persoon.be"] {
        client::ask_line(server.whois, name);
        client::get(server.http, &format!("/rdap/domain/{name}"));
    }
    client::ask_line(server.das, "vrij.be");
    let found = "{door=\"whois\",asked=\"domain\",ending=\"found\"}";
    assert_eq!(metric(&server, &format!("loket_questions_total{found}")), 2);
    assert_eq!(metric(&server, &format!("loket_questions_total{}", found.replace("whois", "rdap"))), 2);
    let free = "loket_questions_total{door=\"das\",asked=\"domain\",ending=\"not-found\"}";
    assert_eq!(metric(&server, free), 1);
    assert_eq!((metric(&server, "loket_generation"), metric(&server, "loket_ready")), (1, 1));
    assert_eq!(metric(&server, "loket_watermark_timestamp_seconds"), 1_780_272_000);
    assert_eq!(metric(&server, "loket_panics_total"), 0);
    let (log, code) = server.stop();
    assert_eq!(code, Some(0));
    let questions: Vec<&str> = log.lines().filter(|line| line.contains("loket::question")).collect();
    assert_eq!(questions.len(), 5, "{log}");
    for line in questions {
        assert!(!line.contains("bedrijf") && !line.contains("persoon") && !line.contains("vrij"), "{line}");
        assert!(line.contains("127.0.0.0/24"), "{line}");
    }
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
}

#[test]
fn sigterm_finishes_what_is_under_way_and_ends_with_0() {
    let server = Server::start();
    // A connection that has asked half a question, and one that is kept open without a request.
    let mut asking = client::connect(server.whois);
    asking.write_all(b"bedr").unwrap();
    let mut kept = client::connect(server.http);
    kept.write_all(b"GET /rdap/help HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut first = [0; 12];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // Accepted, so that it belongs to what is under way.
    std::thread::sleep(Duration::from_millis(200));
    let pid = server.id();
    let asker = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        asking.write_all(b"ijf.be\r\n").unwrap();
        let mut answer = String::new();
        asking.read_to_string(&mut answer).unwrap();
        answer
    });
    let began = Instant::now();
    let (log, code) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(began.elapsed() < Duration::from_secs(9), "nothing waits for the drain's deadline: {:?}", began.elapsed());
    assert!(asker.join().unwrap().contains("Bedrijf Voorbeeld NV"), "process {pid} answers what was asked: {log}");
    let mut rest = Vec::new();
    kept.read_to_end(&mut rest).unwrap();
}

#[test]
fn what_was_published_is_served_again_after_a_restart_and_a_kill() {
    let server = Place::new().serve();
    let expected = client::get(server.http, "/rdap/domain/bedrijf.be").body;
    let place = server.place();
    // Dropping kills, without a signal that could be handled.
    drop(server);
    let server = place.serve();
    assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").body, expected);
    assert!(!server.log().contains("importing"), "{}", server.log());
    server.stop();
}

#[test]
fn too_low_a_limit_of_open_files_is_warned_of_at_the_start() {
    let warning = |log: &str| {
        let lines: Vec<_> = log.lines().filter(|line| line.contains("may open fewer files")).collect();
        assert!(lines.len() <= 1, "said once: {log}");
        lines.first().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
    };
    let (log, _code) = Place::new().serve_with_descriptors(1024).stop();
    let event = warning(&log).unwrap_or_else(|| panic!("no warning: {log}"));
    let fields = event.get("fields").unwrap_or(&event);
    assert_eq!(event["level"], "WARN");
    assert_eq!((&fields["connections"], &fields["allowed"]), (&8192.into(), &1024.into()));
    assert!(fields["needed"].as_u64().unwrap() > 8192, "{fields}");
    assert!(fields["remedy"].as_str().unwrap().contains("limits.connections"), "{fields}");

    let fewer = |settings: String| settings.replacen("[log]", "[limits]\nconnections = 512\n\n[log]", 1);
    let (log, _code) = Place::with(fewer).serve_with_descriptors(1024).stop();
    assert_eq!(warning(&log), None);
}
