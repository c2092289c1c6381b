//! What a newcomer sees with whois(1) and curl(1).

use std::path::Path;

use serde_json::Value;

use crate::canary::Canaries;
use crate::client;
use crate::demo::demo;
use crate::programs::{curl, whois};

/// What whois(1) shows, without the banner.
fn page(name: &str) -> String {
    let page = whois(demo().whois, name);
    let leaks = Canaries::of_deposit(Path::new("data/sample/full.xml")).in_bytes(page.as_bytes());
    assert!(leaks.is_empty(), "{name}: {leaks:?}");
    page.lines().filter(|line| !line.starts_with('%')).map(|line| format!("{line}\n")).collect()
}

#[test]
fn whois_shows_no_holder_of_a_persons_name() {
    let page = page("persoon.be");
    assert!(page.contains("\nDomain:\tpersoon.be\nStatus:\tNOT AVAILABLE\nRegistered:\tWed Oct 1 2014\n"), "{page}");
    assert!(page.contains("\nRegistrant:\n\tNot shown, please visit"), "{page}");
    assert!(!page.contains('@') && !page.contains("Street") && !page.contains("Phone"), "{page}");
    assert_eq!(page.matches("Name:").count(), 1, "that of the registrar: {page}");
}

#[test]
fn whois_shows_the_organisation_and_no_person() {
    let page = page("bedrijf.be");
    for line in [
        "\tOrganisation:\tBedrijf Voorbeeld NV",
        "\tStreet:\tBedrijvenpark Fictief",
        "\tStreet:\tGebouw C, verdieping 3",
        "\tStreet:\tDenkbeeldplein 12",
        "\tPostal code:\t0101",
        "\tCity:\tVoorbeeldem",
        "\tCountry:\tBE",
        "\tPhone:\t+32.020001001 x123",
        "\tns1.bedrijf.be (192.0.2.1)",
        "\tns1.bedrijf.be (2001:db8:0:0:0:0:0:1)",
    ] {
        assert!(page.lines().any(|found| found == line), "{line:?} in {page}");
    }
    assert!(!page.contains('@'), "{page}");
    assert_eq!(page.matches("\tName:").count(), 1, "that of the registrar: {page}");
}

#[test]
fn whois_shows_the_states_of_names() {
    assert!(
        page("weg.be").contains("\nStatus:\tQUARANTINE\nRegistered:\tWed Oct 1 2014\nAvailable:\tTue Dec 1 2099\n")
    );
    let oos = page("oos.be");
    assert!(oos.contains("\nStatus:\tOUT OF SERVICE\n") && oos.contains("\nRegistrar:\n"), "{oos}");
    let hold = page("hold.be");
    assert!(
        hold.contains("\nStatus:\tNOT AVAILABLE\n") && hold.contains("\nFlags:\n\tserverDeleteProhibited\n"),
        "{hold}"
    );
    assert_eq!(page("vrij.be").trim(), "Domain:\tvrij.be\nStatus:\tAVAILABLE", "WH-14");
}

#[test]
fn whois_speaks_the_layout_of_the_other_zones() {
    let organisation = page("reg.brussels");
    for line in ["Domain Name: reg.brussels", "Registrant Organization: Voorbeeldig Wonen BV", "DNSSEC: unsigned"] {
        assert!(organisation.lines().any(|found| found == line), "{line:?} in {organisation}");
    }
    let last = organisation.lines().rfind(|line| !line.is_empty()).unwrap();
    assert_eq!(last, ">>> Last update of WHOIS database: 2026-06-01T00:00:00Z <<<", "WH-17");
    let person = page("persoon.vlaanderen");
    assert!(person.starts_with("\nDomain Name: persoon.vlaanderen\n"), "{person}");
    assert!(!person.contains("Registrant") && !person.contains("Street"), "{person}");
    assert!(page("vrij.vlaanderen").starts_with("\nDomain not found"), "WH-16");
}

#[test]
fn ht_28_every_version_of_http_and_tls_gives_the_same_json() {
    let server = demo();
    let certificate = server.state().join("tls/certificate.pem");
    let certificate = certificate.to_str().unwrap();
    let (secure, plain) = (format!("https://{}", server.https), format!("http://{}", server.http));
    let with = |arguments: &[&'static str]| [&["--cacert", certificate], arguments].concat();
    for target in ["/rdap/domain/bedrijf.be", "/rdap/domain/persoon.be", "/rdap/help", "/rdap/domain/vrij.be"] {
        let expected = client::get(server.http, target);
        let json = expected.json();
        for (arguments, base, version) in [
            (vec!["--http1.0"], &plain, "1"),
            (vec!["--http1.1"], &plain, "1.1"),
            (vec!["--http2-prior-knowledge"], &plain, "2"),
            (with(&["--http1.1"]), &secure, "1.1"),
            (with(&["--http2"]), &secure, "2"),
            (with(&["--http2", "--tlsv1.2", "--tls-max", "1.2"]), &secure, "2"),
            (with(&["--http1.1", "--tlsv1.2", "--tls-max", "1.2"]), &secure, "1.1"),
            (with(&["--http2", "--tlsv1.3", "--tls-max", "1.3"]), &secure, "2"),
            (with(&["--http1.1", "--compressed"]), &secure, "1.1"),
            (vec!["-k"], &secure, "2"),
        ] {
            let fetched = curl(&arguments, &format!("{base}{target}"));
            assert_eq!((fetched.version.as_str(), fetched.status), (version, expected.status), "{arguments:?}");
            let found: Value = serde_json::from_slice(&fetched.body).unwrap();
            assert_eq!(found, json, "{arguments:?} {target}");
        }
    }
}

#[test]
fn the_certificate_is_for_the_address_and_its_key_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let tls = demo().state().join("tls");
    let mode = |name: &str| std::fs::metadata(tls.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("key.pem"), 0o600);
    // curl verified the certificate against 127.0.0.1 above; without it the connection is refused.
    let refused = std::process::Command::new("curl")
        .args(["-q", "-sS", "--noproxy", "*", &format!("https://{}/rdap/help", demo().https)])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(60), "a self-signed certificate is not trusted by itself");
}

#[test]
fn keep_alive_answers_several_requests_in_order() {
    let server = demo();
    let mut requests = String::new();
    for name in ["bedrijf.be", "vrij.be", "persoon.be"] {
        requests.push_str(&format!("GET /rdap/domain/{name} HTTP/1.1\r\nhost: a\r\n\r\n"));
    }
    requests.push_str("GET /rdap/help HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    let answers = String::from_utf8(client::exchange(server.http, requests.as_bytes())).unwrap();
    let statuses: Vec<&str> = answers.match_indices("HTTP/1.1 ").map(|(at, _)| &answers[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "404", "200", "200"]);
}
