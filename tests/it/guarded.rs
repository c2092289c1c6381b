//! The guard at the doors of the real program: who asks too much is told so and served again, the others never notice.
//! All of 127.0.0.0/8 is this machine, so that it can play several clients.

use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use crate::client::{self, Reply};
use crate::server::{Place, Server};

/// Whoever is named nowhere, in a network of its own.
const CLIENT: Ipv4Addr = Ipv4Addr::new(127, 1, 1, 1);
/// Another one, in another network.
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 1, 2, 1);

/// A server whose guard has these sections.
fn server(sections: &str) -> Server {
    Place::guarded_with(|settings| {
        let (before, rest) = settings.split_once("[guard.default]").unwrap();
        let (_, zones) = rest.split_once("[[zone]]").unwrap();
        format!("{before}{sections}\n[[zone]]{zones}")
    })
    .serve()
}

/// The figures of everybody: so many questions at once, and one a second.
fn everybody(burst: u32, more: &str) -> String {
    format!("[guard.default]\nburst = {burst}\nper_minute = 60\n{more}\n")
}

fn get(server: &Server, source: Ipv4Addr, path: &str) -> Reply {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.http);
    client::parse(client::exchange_from(source, server.http, request.as_bytes()).unwrap())
}

fn whois(server: &Server, source: Ipv4Addr, line: &str) -> String {
    String::from_utf8(client::exchange_from(source, server.whois, format!("{line}\r\n").as_bytes()).unwrap()).unwrap()
}

fn das(server: &Server, source: Ipv4Addr, line: &str) -> String {
    String::from_utf8(client::exchange_from(source, server.das, format!("{line}\r\n").as_bytes()).unwrap()).unwrap()
}

/// True where every door answers with data.
fn is_served(server: &Server, source: Ipv4Addr) -> bool {
    get(server, source, "/rdap/domain/bedrijf.be").status == 200
        && whois(server, source, "bedrijf.be").contains("Bedrijf Voorbeeld NV")
        && das(server, source, "vrij.be").contains("Status:\tAVAILABLE")
}

fn retry_after(reply: &Reply) -> Duration {
    let seconds = reply.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds >= 1, "{reply:?}");
    Duration::from_secs(seconds)
}

#[test]
fn ht_18_ht_19_ht_20_se_04_wh_19_da_05_one_budget_over_all_doors_is_spent_told_and_filled_again() {
    let server = server(&everybody(4, "network_burst = 40"));
    let first = get(&server, CLIENT, "/rdap/domain/bedrijf.be");
    assert_eq!(first.header("ratelimit-policy"), Some("\"questions\";q=4;w=4"));
    assert_eq!(first.header("ratelimit"), Some("\"questions\";r=3;t=1"));
    assert!(whois(&server, CLIENT, "bedrijf.be").contains("Bedrijf Voorbeeld NV"));
    assert!(das(&server, CLIENT, "bedrijf.be").contains("NOT AVAILABLE"));
    let mut last = get(&server, CLIENT, "/rdap/domain/vrij.be");
    assert_eq!(last.status, 404);
    while last.status != 429 {
        last = get(&server, CLIENT, "/rdap/domain/vrij.be");
    }
    assert_eq!(last.header("access-control-allow-origin"), Some("*"));
    assert_eq!(last.header("content-type"), Some("application/rdap+json"));
    assert_eq!(last.header("ratelimit-policy"), Some("\"questions\";q=4;w=4"));
    assert_eq!(last.header("ratelimit"), Some("\"questions\";r=0;t=1"));
    assert_eq!(last.json()["errorCode"], 429);
    let page = whois(&server, CLIENT, "vrij.be");
    assert!(page.contains("% Excessive querying, grace period of 2 seconds\r\n"), "{page}");
    assert!(page.contains("% Quota exceeded\r\n") && !page.contains("AVAILABLE"), "{page}");
    assert_eq!(das(&server, CLIENT, "vrij.be"), "RC:\t-2\r\n");
    assert!(is_served(&server, OTHER), "another client notices nothing");
    thread::sleep(retry_after(&last));
    assert_eq!(get(&server, CLIENT, "/rdap/domain/vrij.be").status, 404, "whoever waits is served");
}

#[test]
fn whoever_goes_on_is_banned_once_told_then_closed_unheard_then_served() {
    let bans = "[guard.bans]\nrefusals_burst = 3\nrefusals_per_minute = 1\nfirst_seconds = 2\nlongest_seconds = 60\n";
    let server = server(&format!("{bans}{}", everybody(1, "network_burst = 1000\nnetwork_per_minute = 6000")));
    let mut told = get(&server, CLIENT, "/rdap/domain/bedrijf.be");
    for _ in 0..10 {
        told = get(&server, CLIENT, "/rdap/domain/bedrijf.be");
        if told.header("connection") == Some("close") && told.json()["description"].to_string().contains("closed") {
            break;
        }
    }
    assert_eq!((told.status, told.header("retry-after")), (429, Some("2")), "{told:?}");
    for address in [server.http, server.https, server.whois, server.das] {
        let heard = client::exchange_from(CLIENT, address, b"bedrijf.be\r\n");
        assert!(heard.as_ref().map_or(true, Vec::is_empty), "{heard:?}");
    }
    assert_eq!(get(&server, OTHER, "/rdap/domain/bedrijf.be").status, 200, "another client notices nothing");
    let page = String::from_utf8(client::get(server.admin, "/metrics").body).unwrap();
    let banned = |line: &&str| line.starts_with("loket_connections_turned_away_total") && line.contains("\"banned\"");
    let turned: u64 =
        page.lines().filter(banned).map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(turned, 4, "{page}");
    thread::sleep(retry_after(&told));
    assert_eq!(get(&server, CLIENT, "/rdap/domain/bedrijf.be").status, 200, "a ban ends by itself");
}

#[test]
fn the_demonstration_limits_one_address_counts_another_not_and_refuses_a_third() {
    let server = Place::guarded().serve();
    let [counted, uncounted, refused] = [1, 9, 66].map(|last| Ipv4Addr::new(127, 0, 0, last));
    let mut stream = client::connect_from(counted, server.http, false).unwrap();
    let request = "GET /rdap/domain/bedrijf.be HTTP/1.1\r\nhost: a\r\n\r\n".repeat(400);
    let last = "GET /rdap/help HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut writer = stream.try_clone().unwrap();
    let writing = thread::spawn(move || std::io::Write::write_all(&mut writer, format!("{request}{last}").as_bytes()));
    let mut heard = String::new();
    std::io::Read::read_to_string(&mut stream, &mut heard).unwrap();
    writing.join().unwrap().unwrap();
    let passed = heard.matches("HTTP/1.1 200 ").count();
    assert!((300..400).contains(&passed), "{passed}");
    assert_eq!(passed + heard.matches("HTTP/1.1 429 ").count(), 401);

    for _ in 0..310 {
        assert!(das(&server, uncounted, "vrij.be").contains("AVAILABLE"));
    }
    let help = get(&server, uncounted, "/rdap/help");
    assert!(help.header("ratelimit").is_none() && help.json().to_string().contains("not limited"), "{help:?}");
    let help = whois(&server, OTHER, "help");
    assert!(help.contains("300") && help.contains("1200"), "{help}");

    let reply = get(&server, refused, "/rdap/domain/vrij.be");
    assert_eq!((reply.status, &reply.json()["errorCode"]), (403, &403.into()));
    let page = whois(&server, refused, "vrij.be");
    assert!(page.contains("\r\n-3: IP address blocked\r\n") && !page.contains("AVAILABLE"), "{page}");
    assert_eq!(das(&server, refused, "vrij.be"), "RC:\t-3\r\n");
    assert!(is_served(&server, OTHER), "another client notices nothing");
}

#[test]
fn different_registrations_are_counted_over_the_day_and_what_was_seen_is_free() {
    let figures = "registrations_per_day = 2\nnetwork_registrations_per_day = 20";
    let server = server(&everybody(100, figures));
    for name in ["bedrijf.be", "persoon.be", "bedrijf.be", "vrij.be", "persoon.be"] {
        let expected = if name == "vrij.be" { 404 } else { 200 };
        assert_eq!(get(&server, CLIENT, &format!("/rdap/domain/{name}")).status, expected, "{name}");
    }
    let reply = get(&server, CLIENT, "/rdap/domain/xn--belgi-rsa.be");
    assert_eq!((reply.status, reply.header("ratelimit-policy")), (429, Some("\"registrations\";q=2;w=86400")));
    assert!(retry_after(&reply) > Duration::from_secs(3600));
    let page = whois(&server, CLIENT, "belgië.be");
    assert!(page.contains("% Quota exceeded\r\n") && !page.contains("AVAILABLE"), "{page}");
    assert!(whois(&server, CLIENT, "bedrijf.be").contains("Bedrijf Voorbeeld NV"), "seen before, at another door");
    assert_eq!(get(&server, OTHER, "/rdap/domain/xn--belgi-rsa.be").status, 200);
    let page = String::from_utf8(client::get(server.admin, "/metrics").body).unwrap();
    let told = |line: &str| page.lines().any(|found| found == line);
    assert!(told("loket_guard_rulings_total{tier=\"default\",ruling=\"limited-registrations\"} 2"), "{page}");
    assert!(told("loket_guard_rulings_total{tier=\"default\",ruling=\"limited-questions\"} 0"), "{page}");
    let octets = page.lines().find_map(|line| line.strip_prefix("loket_guard_memory_bytes ")).unwrap();
    assert!(octets.parse::<u64>().unwrap() > 1 << 20, "{page}");
}

#[test]
fn a_network_cannot_pretend_to_be_many_clients() {
    let server = server(&everybody(5, "network_burst = 8\nnetwork_per_minute = 60"));
    let statuses: Vec<u16> =
        (1..=12).map(|last| get(&server, Ipv4Addr::new(127, 7, 7, last), "/rdap/domain/bedrijf.be").status).collect();
    assert_eq!(statuses[..8], [200; 8]);
    assert!(statuses[8..].contains(&429), "{statuses:?}");
    let reply = get(&server, Ipv4Addr::new(127, 7, 7, 200), "/rdap/domain/bedrijf.be");
    if reply.status == 429 {
        assert!(reply.header("ratelimit").unwrap().starts_with("\"network-questions\";r=0"), "{reply:?}");
    }
    assert!(is_served(&server, OTHER), "another network notices nothing");
}

#[test]
fn wh_06_a_client_has_so_many_connections_at_a_time_over_all_doors() {
    // The other one has room for connections that the server has not yet seen closed.
    let monitor = format!("[guard.monitor]\nnetworks = [\"{OTHER}\"]");
    let server = server(&everybody(100, &format!("connections = 2\nnetwork_connections = 3\n{monitor}")));
    let held = [server.whois, server.http].map(|address| client::connect_from(CLIENT, address, false).unwrap());
    // Accepted in turn: whoever is heard after them finds both seats taken.
    assert!(is_served(&server, OTHER));
    let third = client::exchange_from(CLIENT, server.das, b"vrij.be\r\n");
    assert!(third.as_ref().map_or(true, Vec::is_empty), "{third:?}");
    let neighbour = Ipv4Addr::new(127, 1, 1, 2);
    let _held_too = client::connect_from(neighbour, server.whois, false).unwrap();
    assert!(is_served(&server, OTHER));
    let beyond = client::exchange_from(Ipv4Addr::new(127, 1, 1, 3), server.das, b"vrij.be\r\n");
    assert!(beyond.as_ref().map_or(true, Vec::is_empty), "the network's connections are taken: {beyond:?}");
    drop(held);
    let again = || client::exchange_from(CLIENT, server.das, b"vrij.be\r\n").is_ok_and(|heard| !heard.is_empty());
    assert!((0..200).any(|_| {
        thread::sleep(Duration::from_millis(20));
        again()
    }));
}
