//! `/deposits` of the admin door.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::folder::personal_mistakes;
use super::{Desk, broken_diff, diff, eventually, next_diff};
use crate::canary::Canaries;
use crate::client::{self, Reply};
use crate::server::loket;

/// Hands a deposit in, as `curl --data-binary @FILE` does.
fn post(address: SocketAddr, body: &[u8], headers: &[(&str, &str)]) -> Reply {
    let mut request = head(address, headers);
    request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    client::parse(client::exchange(address, &[request.as_bytes(), body].concat()))
}

fn head(address: SocketAddr, headers: &[(&str, &str)]) -> String {
    let mut request = "POST /deposits HTTP/1.1\r\nconnection: close\r\n".to_owned();
    if !headers.iter().any(|(name, _)| *name == "host") {
        request.push_str(&format!("host: {address}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request
}

/// The body in chunks (RFC 9112 §7.1).
fn post_chunked(address: SocketAddr, body: &[u8]) -> Reply {
    let mut request = head(address, &[("transfer-encoding", "chunked")]).into_bytes();
    request.extend_from_slice(b"\r\n");
    for chunk in body.chunks(100_000) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    client::parse(client::exchange(address, &request))
}

/// Begins to hand in a deposit, and sends half of it.
fn begin(desk: &Desk, body: &[u8]) -> TcpStream {
    let address = desk.server.admin;
    let mut stream = client::connect(address);
    let request = format!("{}content-length: {}\r\n\r\n", head(address, &[]), body.len());
    stream.write_all(request.as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    let half = body.len() as u64 / 2;
    eventually("half of it is on the disk", || {
        let mut files = fs::read_dir(desk.server.state().join("incoming")).ok()?.flatten();
        files.any(|file| file.metadata().is_ok_and(|metadata| metadata.len() == half)).then_some(())
    });
    stream
}

fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Files that were handed in and are kept.
fn kept(desk: &Desk) -> usize {
    fs::read_dir(desk.server.state().join("incoming")).map_or(0, Iterator::count)
}

#[test]
fn a_deposit_is_applied_and_its_report_is_the_answer() {
    let desk = Desk::open();
    let reply = post(desk.server.admin, &diff(), &[("content-type", "application/xml")]);
    let report = reply.json();
    assert_eq!((reply.status, &report["outcome"]), (200, &"applied".into()), "{report}");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("access-control-allow-origin"), None);
    assert_eq!((&report["way"], &report["published"]["generation"]), (&"endpoint".into(), &2.into()));
    assert_eq!(report["deposit"]["id"], "SAMPLE-20260602");
    assert!(desk.looked_up("verdwijnt.be").contains("Status:\tAVAILABLE"));
    desk.answers_free("verdwijnt.be");
    let again = post_chunked(desk.server.admin, &diff());
    assert_eq!((again.status, &again.json()["outcome"]), (200, &"already".into()));
    let next = post(desk.server.admin, next_diff(), &[("content-type", "application/x-www-form-urlencoded")]);
    assert_eq!((next.status, &next.json()["outcome"]), (200, &"applied".into()), "by content, whatever it is called");
    let list = client::get(desk.server.admin, "/deposits").json();
    let outcomes: Vec<&str> =
        list["deposits"].as_array().unwrap().iter().map(|report| report["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["applied", "already", "applied"], "the latest first");
    assert_eq!((desk.metric("endpoint", "applied"), desk.metric("endpoint", "already")), (2, 1));
    assert_eq!(kept(&desk), 0);
    assert_eq!(client::get(desk.server.http, "/deposits").status, 404, "nothing of it on a public door");
}

#[test]
fn gzip_is_recognised_and_a_broken_deposit_is_refused_with_its_problems() {
    let desk = Desk::open();
    let current = desk.current();
    let reply = post(desk.server.admin, &broken_diff(), &[]);
    let report = reply.json();
    assert_eq!((reply.status, &report["outcome"]), (422, &"refused".into()), "{report}");
    assert!(report["problems"][0]["line"].as_u64().unwrap() > 1, "{report}");
    for (body, what) in [(&b"hello"[..], "malformed"), (b"", "malformed"), (b"<rde", "malformed")] {
        let reply = post(desk.server.admin, body, &[]);
        assert_eq!(reply.status, 422, "{}", reply.json());
        assert!(reply.json()["kinds"][what].as_u64() >= Some(1), "{}", reply.json());
    }
    let early = post(desk.server.admin, next_diff(), &[]);
    assert_eq!((early.status, &early.json()["waits_for"]), (409, &"SAMPLE-20260602".into()));
    assert_eq!(desk.current(), current);
    let packed = desk.server.place().path("diff.gz");
    let made = Command::new("bash").args(["-c", "gzip < data/sample/diff.xml > \"$0\""]).arg(&packed).status().unwrap();
    assert!(made.success());
    assert_eq!(post(desk.server.admin, &fs::read(packed).unwrap(), &[]).status, 200);
    assert_eq!(kept(&desk), 0);
}

#[test]
fn what_is_too_large_or_no_deposit_is_not_kept() {
    let desk = Desk::open();
    let admin = desk.server.admin;
    let large = vec![b'x'; 2 * 1024 * 1024 + 1];
    assert_eq!(post(admin, &large, &[]).status, 413);
    assert_eq!(post_chunked(admin, &large).status, 413);
    assert_eq!(kept(&desk), 0);
    for media in ["text/csv", "application/zip", "application/x-tar"] {
        let reply = post(admin, b"a,b\n", &[("content-type", media)]);
        assert_eq!(reply.status, 415, "{media}");
        assert!(reply.json()["reason"].as_str().unwrap().contains("watched folder"), "{}", reply.json());
    }
    assert_eq!(post(admin, b"a", &[("content-type", "multipart/form-data; boundary=a")]).status, 415);
    let bare = client::parse(client::exchange(admin, format!("{}\r\n", head(admin, &[])).as_bytes()));
    assert_eq!(bare.status, 411);
    let other = client::http(admin, "DELETE", "/deposits", &[]);
    assert_eq!((other.status, other.header("allow")), (405, Some("POST, GET, HEAD")));

    let folder = desk.server.place().path("csv");
    fs::create_dir(&folder).unwrap();
    let manifest = folder.join("m.xml");
    let made = loket(&["generate", "--domains", "50", "--format", "rde-csv", "--out", manifest.to_str().unwrap()]);
    assert!(made.status.success(), "{made:?}");
    let list = fs::read_to_string(&manifest).unwrap().replacen("2026-06-01", "2026-07-01", 1);
    let reply = post(admin, list.as_bytes(), &[]);
    assert_eq!(reply.status, 415, "{}", reply.json());
    assert!(reply.json()["reason"].as_str().unwrap().contains("watched folder"));
    assert_eq!(kept(&desk), 0);
}

#[test]
fn web_pages_and_other_hosts_names_are_turned_away() {
    let desk = Desk::open();
    let current = desk.current();
    let admin = desk.server.admin;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("host", "rebound.example:9090")],
        &[("host", "127.0.0.1.evil.example")],
    ] {
        let reply = post(admin, &diff(), headers);
        assert_eq!(reply.status, 403, "{headers:?}");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
    let origin = client::http(admin, "GET", "/deposits", &[("origin", b"https://evil.example")]);
    assert_eq!(origin.status, 403, "nor is anything told");
    assert_eq!(client::http(admin, "OPTIONS", "/deposits", &[("origin", b"https://evil.example")]).status, 403);
    assert_eq!(desk.current(), current);
    let port = admin.port();
    assert_eq!(post(admin, &diff(), &[("host", &format!("localhost:{port}"))]).status, 200);
}

#[test]
fn a_listener_that_others_reach_takes_no_deposits() {
    let desk = Desk::open_with(|settings| {
        let admin = settings.lines().find(|line| line.starts_with("admin = ")).unwrap().to_owned();
        settings.replace(&admin, "admin = [\"0.0.0.0:0\"]\nadmin_from_outside = true")
    });
    let address = SocketAddr::from(([127, 0, 0, 1], desk.server.admin.port()));
    assert_eq!(post(address, &diff(), &[]).status, 403);
    assert_eq!(client::get(address, "/deposits").status, 403);
    assert_eq!(client::get(address, "/health/ready").status, 200);
    assert_eq!(kept(&desk), 0);
}

#[test]
fn one_deposit_at_a_time_is_handed_in() {
    let desk = Desk::open();
    let body = diff();
    let mut first = begin(&desk, &body);
    let second = post(desk.server.admin, &body, &[]);
    assert_eq!((second.status, second.header("retry-after")), (503, Some("10")));
    first.write_all(&body[body.len() / 2..]).unwrap();
    assert_eq!(client::parse(rest(first)).status, 200);
    // One that breaks off leaves nothing, and the next has its turn.
    drop(begin(&desk, &body));
    eventually("it is gone", || (kept(&desk) == 0).then_some(()));
    let next = eventually("the turn is free", || {
        Some(post(desk.server.admin, &body, &[])).filter(|reply| reply.status != 503)
    });
    assert_eq!((next.status, &next.json()["outcome"]), (200, &"already".into()));
}

#[test]
fn a_body_that_stands_still_is_given_up() {
    let desk = Desk::open_with(|settings| settings.replacen("[log]", "[limits]\nidle_ms = 1000\n\n[log]", 1));
    let current = desk.current();
    let began = Instant::now();
    let stalled = client::parse(rest(begin(&desk, &diff())));
    assert_eq!(stalled.status, 408);
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    assert_eq!((kept(&desk), desk.current()), (0, current));
    assert_eq!(post(desk.server.admin, &diff(), &[]).status, 200);
}

#[test]
fn while_another_import_runs_the_answer_is_to_come_back() {
    let desk = Desk::open();
    let lock = fs::File::options().write(true).open(desk.server.state().join("import.lock")).unwrap();
    lock.lock().unwrap();
    let busy = post(desk.server.admin, &diff(), &[]);
    assert_eq!((busy.status, busy.header("retry-after")), (409, Some("10")), "{}", busy.json());
    drop(lock);
    assert_eq!(post(desk.server.admin, &diff(), &[]).status, 200);
}

#[test]
fn a_full_disk_takes_no_deposit_and_keeps_nothing_of_it() {
    let desk = Desk::open();
    let incoming = desk.server.state().join("incoming");
    fs::create_dir_all(&incoming).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "none"]).arg(&incoming).output();
    let is_mounted = mounted.is_ok_and(|output| output.status.success());
    if !is_mounted {
        println!("mounting is not permitted; a folder that is none stands in for the small disk");
        fs::remove_dir(&incoming).unwrap();
        fs::write(&incoming, "no folder").unwrap();
    }
    let reply = post(desk.server.admin, &fs::read("data/sample/full.xml").unwrap(), &[]);
    let left = kept(&desk);
    if is_mounted {
        // Lazily: the server may still be about to let go of a file.
        assert!(Command::new("umount").arg("-l").arg(&incoming).status().unwrap().success());
    } else {
        fs::remove_file(&incoming).unwrap();
    }
    assert_eq!((reply.status, left), (if is_mounted { 507 } else { 500 }, 0), "{}", reply.json());
    assert_eq!(post(desk.server.admin, &diff(), &[]).status, 200);
}

#[test]
fn a_stop_in_the_middle_leaves_the_old_data_or_the_new() {
    // Half a body: it is given up with the process.
    let desk = Desk::open();
    let current = desk.current();
    let place = desk.server.place();
    let half = begin(&desk, &diff());
    let began = Instant::now();
    let (log, code) = desk.server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(began.elapsed().as_secs() < 9, "nothing waits for the drain's deadline: {:?}", began.elapsed());
    drop(half);
    let desk = Desk::open_in(place.clone());
    assert_eq!((kept(&desk), desk.current()), (0, current.clone()), "the next process clears up");

    // A whole one: the answer and the data agree.
    let mut whole = begin(&desk, &diff());
    let body = diff();
    whole.write_all(&body[body.len() / 2..]).unwrap();
    let (log, code) = desk.server.stop();
    assert_eq!(code, Some(0), "{log}");
    let reply = client::parse(rest(whole));
    let is_new = fs::read(place.state().join("CURRENT")).unwrap() != current;
    assert!(reply.status == 200 || reply.status == 503, "{}", reply.status);
    assert_eq!(is_new, reply.status == 200);
}

#[test]
fn answers_hold_no_personal_data() {
    let canaries = Canaries::of_deposit(Path::new("data/sample/full.xml"));
    let desk = Desk::open();
    for (name, deposit) in personal_mistakes() {
        let reply = post(desk.server.admin, &deposit, &[]);
        assert_eq!(reply.status, 422, "{name}");
        assert!(canaries.in_bytes(&reply.raw).is_empty(), "{name}: {:?}", canaries.in_bytes(&reply.raw));
    }
    let list = client::get(desk.server.admin, "/deposits");
    assert_eq!(list.json()["deposits"].as_array().unwrap().len(), 3);
    assert!(canaries.in_bytes(&list.raw).is_empty());
}
