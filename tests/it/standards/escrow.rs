//! Deposits (RFC 8909, RFC 9022) through the program, and what a process that only serves needs.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use loket::time::Clock;
use serde_json::Value;

use crate::client::{ask_line, get};
use crate::demo::demo;
use crate::server::Place;

const FULL: &str = "data/sample/full.xml";
const DIFF: &str = "data/sample/diff.xml";

fn without_first_import() -> Place {
    Place::with(|settings| settings.replace("initial = [", "initial = [] # ["))
}

fn lookup(place: &Place, name: &str, format: &str) -> String {
    let output = place.run(&["lookup", name, "--format", format]);
    String::from_utf8(output.stdout).unwrap()
}

/// Runs an import and gives its exit code and what it said.
fn import(place: &Place, deposit: &str) -> (Option<i32>, String) {
    let output = place.run(&["import", deposit]);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), said)
}

fn write(place: &Place, name: &str, deposit: &str) -> String {
    let path = place.path(name);
    fs::write(&path, deposit).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The full sample with another frame.
fn reframed(changes: &[(&str, &str)]) -> String {
    let mut deposit = fs::read_to_string(FULL).unwrap();
    for (from, to) in changes {
        assert!(deposit.contains(from), "{from}");
        deposit = deposit.replacen(from, to, 1);
    }
    deposit
}

#[test]
fn es_01_es_02_es_03_frames_that_are_wrong_are_refused() {
    let place = without_first_import();
    let tomorrow = Clock::system().now().checked_add(std::time::Duration::from_secs(86_400)).unwrap();
    let tomorrow = format!("<rde:watermark>{tomorrow}");
    for (what, changes) in [
        ("future", vec![("<rde:watermark>2026-06-01T00:00:00Z", tomorrow.as_str())]),
        ("watermark", vec![("<rde:watermark>2026-06-01T00:00:00Z", "<rde:watermark>yesterday")]),
        ("version", vec![("<rde:version>1.0<", "<rde:version>1.1<")]),
        ("type", vec![("type=\"FULL\"", "type=\"HALF\"")]),
        ("untyped", vec![("type=\"FULL\" ", "")]),
        ("nameless", vec![(" id=\"SAMPLE-20260601\"", "")]),
        ("first diff", vec![("type=\"FULL\"", "type=\"DIFF\"")]),
    ] {
        let (code, said) = import(&place, &write(&place, "bad.xml", &reframed(&changes)));
        assert_eq!(code, Some(65), "{what}: {said}");
        assert!(!place.state().join("CURRENT").exists(), "{what}");
    }
    let (code, said) = import(&place, FULL);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn es_06_es_07_older_deposits_never_regress_data() {
    let place = without_first_import();
    place.import(&[FULL]);
    // Two differences of the same full deposit in a row; the second knows the first as its predecessor.
    let second = fs::read_to_string(DIFF).unwrap();
    let contents =
        second.find("<rde:deletes>").unwrap()..second.find("</rde:deletes>").unwrap() + "</rde:deletes>".len();
    let mut third = second.clone();
    third.replace_range(contents, "");
    let third = third
        .replacen(
            "id=\"SAMPLE-20260602\" prevId=\"SAMPLE-20260601\"",
            "id=\"SAMPLE-20260603\" prevId=\"SAMPLE-20260602\"",
            1,
        )
        .replacen("2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z", 1);
    let third = write(&place, "third.xml", &third);
    let (code, said) = import(&place, &third);
    assert_eq!(code, Some(65), "a gap in the chain: {said}");
    place.import(&[DIFF]);
    let after = lookup(&place, "bij-reg-gamma.be", "rdap");
    for older in [FULL, DIFF] {
        let (_, said) = import(&place, older);
        assert_eq!(lookup(&place, "bij-reg-gamma.be", "rdap"), after, "{older}: {said}");
    }
    assert!(after.contains("https://nieuw.reg-gamma.example"), "{after}");
}

#[test]
fn es_28_rs_25_the_last_update_is_the_watermark_of_what_is_served() {
    let place = without_first_import();
    let last = |place: &Place| -> String {
        let json: Value = serde_json::from_str(&lookup(place, "bedrijf.be", "rdap")).unwrap();
        let events = json["events"].as_array().unwrap();
        let event = events.iter().find(|event| event["eventAction"] == "last update of RDAP database").unwrap();
        event["eventDate"].as_str().unwrap().to_owned()
    };
    place.import(&[FULL]);
    assert_eq!(last(&place), "2026-06-01T00:00:00Z");
    place.import(&[DIFF]);
    assert_eq!(last(&place), "2026-06-02T00:00:00Z");
    assert!(
        lookup(&place, "reg.brussels", "whois").contains(">>> Last update of WHOIS database: 2026-06-02T00:00:00Z")
    );
}

#[test]
fn es_13_ep_19_a_terminated_registrar_is_told_and_its_names_are_out_of_service() {
    let page = ask_line(demo().whois, "oos.be");
    assert!(page.contains("Status:\tOUT OF SERVICE\r\n"), "{page}");
    let json = get(demo().http, "/rdap/domain/oos.be").json();
    assert_eq!(json["status"], serde_json::json!(["server hold"]));
    let registrar =
        json["entities"].as_array().unwrap().iter().find(|entity| entity["roles"][0] == "registrar").unwrap();
    assert_eq!(registrar["status"], serde_json::json!(["inactive"]), "{registrar}");
}

#[test]
fn es_14_reserved_names_are_taken_and_have_no_object() {
    for (name, whois) in [
        ("geblokkeerd.be", "Status:\tNOT AVAILABLE\r\n"),
        ("vrijgegeven.be", "Status:\tNOT AVAILABLE\r\n"),
        ("verboden.vlaanderen", "This name is reserved"),
        ("voorbehouden.brussels", "This name is reserved"),
        ("gespiegeld.vlaanderen", "This name is reserved"),
    ] {
        assert_eq!(get(demo().http, &format!("/rdap/domain/{name}")).status, 404, "{name}");
        assert!(ask_line(demo().whois, name).contains(whois), "{name}");
        assert!(ask_line(demo().das, name).contains("Status:\tNOT AVAILABLE"), "{name}");
    }
    let place = without_first_import();
    let both = reframed(&[("<rdeNNDN:aName>geblokkeerd.be<", "<rdeNNDN:aName>bedrijf.be<")]);
    let (code, said) = import(&place, &write(&place, "both.xml", &both));
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("bedrijf.be"), "{said}");
}

#[test]
fn es_17_rs_22_addresses_and_numbers_are_normalised() {
    let place = without_first_import();
    let deposit = fs::read_to_string(FULL).unwrap();
    let deposit = deposit.replace("2001:db8::1<", "2001:0DB8:0:0::1<");
    assert!(deposit.contains("2001:0DB8:0:0::1<"));
    place.import(&[&write(&place, "upper.xml", &deposit)]);
    let told = lookup(&place, "ns1.bedrijf.be", "rdap") + &lookup(&place, "bedrijf.be", "rdap");
    assert!(told.contains("\"2001:db8::1\"") && !told.contains("0DB8"), "{told}");
}

#[test]
fn es_16_a_link_to_nothing_refuses_the_deposit() {
    for (from, to) in [
        ("<rdeDomain:registrant>c1001<", "<rdeDomain:registrant>c0000<"),
        ("<rdeDomain:clID>reg-alfa<", "<rdeDomain:clID>reg-nul<"),
    ] {
        let place = without_first_import();
        let (code, said) = import(&place, &write(&place, "dangling.xml", &reframed(&[(from, to)])));
        assert_eq!(code, Some(65), "{to}: {said}");
        assert!(!place.state().join("CURRENT").exists(), "{to}");
    }
}

#[test]
fn ep_10_a_latin_deposit_is_told_in_utf_8() {
    let place = without_first_import();
    let deposit = fs::read_to_string(FULL).unwrap().replacen("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", 1);
    let bytes: Vec<u8> = deposit.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let path = place.path("latin.xml");
    fs::write(&path, bytes).unwrap();
    let (code, said) = import(&place, path.to_str().unwrap());
    assert_eq!(code, Some(0), "{said}");
    let expected =
        ["verhuist.be", "multi.be", "deux.vlaanderen", "bedrijf.be"].map(|name| lookup(&place, name, "rdap"));
    let (mut letters, other) = (0, without_first_import());
    other.import(&[FULL]);
    for (name, found) in ["verhuist.be", "multi.be", "deux.vlaanderen", "bedrijf.be"].iter().zip(expected) {
        let utf8 = lookup(&other, name, "rdap");
        let all_latin = utf8.chars().all(|c| u32::from(c) < 256);
        assert!(found == utf8 || !all_latin, "{name}: {found}");
        letters += utf8.chars().filter(|c| !c.is_ascii()).count();
    }
    assert!(letters > 0);
}

/// A process that only serves opens no vault and needs no key.
#[test]
fn serving_needs_neither_vault_nor_key() {
    let place = without_first_import();
    place.import(&[FULL]);
    let keys = place.state().join("keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o000)).unwrap();
    let server = place.clone().serve();
    let expected = get(server.http, "/rdap/domain/bedrijf.be");
    assert_eq!(expected.status, 200);
    let opened = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
    let opened: Vec<_> = opened.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok()).collect();
    assert!(!opened.iter().any(|path| path.starts_with(place.state().join("vault"))), "{opened:?}");
    let (log, code) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir_all(&keys).unwrap();
    fs::remove_dir_all(place.state().join("vault")).unwrap();
    let server = place.clone().serve();
    assert_eq!(get(server.http, "/rdap/domain/bedrijf.be").body, expected.body);
    assert!(ask_line(server.whois, "bedrijf.be").contains("NOT AVAILABLE"));
    server.stop();
    assert!(!keys.exists() && !place.state().join("vault").exists(), "nothing of them is made again");
}
