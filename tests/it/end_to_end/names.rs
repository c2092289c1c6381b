//! Every name of the sample that `data/sample/README.md` documents, on every door.

use super::words;
use crate::client;
use crate::demo::demo;

/// Port 43 of .be says so.
const TAKEN: &str = "NOT AVAILABLE";

/// Name, statuses over RDAP (sorted; empty where it answers 404), status on port 43, status on DAS.
type Row = (&'static str, &'static [&'static str], &'static str, &'static str);

const BE: &[Row] = &[
    ("bedrijf.be", &["active"], TAKEN, TAKEN),
    ("bedrijf-winkel.be", &["active"], TAKEN, TAKEN),
    ("persoon.be", &["active"], TAKEN, TAKEN),
    ("persoon-tech.be", &["active"], TAKEN, TAKEN),
    ("org-tech.be", &["active"], TAKEN, TAKEN),
    ("onsite-persoon.be", &["active"], TAKEN, TAKEN),
    ("schild.be", &["active"], TAKEN, TAKEN),
    ("onbekend.be", &["active"], TAKEN, TAKEN),
    ("xn--belgi-rsa.be", &["active"], TAKEN, TAKEN),
    ("xn--strae-oqa.be", &["active"], TAKEN, TAKEN),
    ("strasse.be", &["active"], TAKEN, TAKEN),
    ("weg.be", &["pending delete", "redemption period"], "QUARANTINE", TAKEN),
    ("hold.be", &["server delete prohibited", "server transfer prohibited", "server update prohibited"], TAKEN, TAKEN),
    ("oos.be", &["server hold"], "OUT OF SERVICE", TAKEN),
    ("vrij.be", &[], "AVAILABLE", "AVAILABLE"),
    ("signed.be", &["active"], TAKEN, TAKEN),
    ("sleutel.be", &["active"], TAKEN, TAKEN),
    ("multi.be", &["active"], TAKEN, TAKEN),
    ("factuur.be", &["active"], TAKEN, TAKEN),
    ("wederverkocht.be", &["active"], TAKEN, TAKEN),
    ("leeg.be", &["active"], TAKEN, TAKEN),
    ("nvt.be", &["active"], TAKEN, TAKEN),
    ("streepje.be", &["active"], TAKEN, TAKEN),
    ("spaties.be", &["active"], TAKEN, TAKEN),
    ("zichzelf.be", &["active"], TAKEN, TAKEN),
    ("tegenspraak.be", &["active"], TAKEN, TAKEN),
    ("afgeleid.be", &["active"], TAKEN, TAKEN),
    ("afgeleid-persoon.be", &["active"], TAKEN, TAKEN),
    ("stil.be", &["active"], TAKEN, TAKEN),
    ("open.be", &["active"], TAKEN, TAKEN),
    ("vormen.be", &["active"], TAKEN, TAKEN),
    ("attribuut.be", &["active"], TAKEN, TAKEN),
    ("veel-servers.be", &["active"], TAKEN, TAKEN),
    ("zonder-servers.be", &["inactive"], TAKEN, TAKEN),
    (
        "status-client.be",
        &[
            "client delete prohibited",
            "client renew prohibited",
            "client transfer prohibited",
            "client update prohibited",
        ],
        TAKEN,
        TAKEN,
    ),
    (
        "status-server.be",
        &[
            "server delete prohibited",
            "server renew prohibited",
            "server transfer prohibited",
            "server update prohibited",
        ],
        TAKEN,
        TAKEN,
    ),
    ("clienthold.be", &["client hold"], TAKEN, TAKEN),
    ("serverhold.be", &["server hold"], TAKEN, TAKEN),
    ("wacht-aanmaak.be", &["pending create"], TAKEN, TAKEN),
    ("wacht-wissen.be", &["pending delete"], TAKEN, TAKEN),
    ("wacht-verlenging.be", &["pending renew"], TAKEN, TAKEN),
    ("wacht-overdracht.be", &["pending transfer"], TAKEN, TAKEN),
    ("wacht-wijziging.be", &["pending update"], TAKEN, TAKEN),
    ("wacht-herstel.be", &["pending delete", "pending restore"], TAKEN, TAKEN),
    ("pas-nieuw.be", &["add period"], TAKEN, TAKEN),
    ("pas-vanzelf-verlengd.be", &["auto renew period"], TAKEN, TAKEN),
    ("pas-verlengd.be", &["renew period"], TAKEN, TAKEN),
    ("pas-overgedragen.be", &["transfer period"], TAKEN, TAKEN),
    ("bij-reg-beta.be", &["active"], TAKEN, TAKEN),
    ("bij-reg-gamma.be", &["active"], TAKEN, TAKEN),
    ("bij-reg-delta.be", &["active"], TAKEN, TAKEN),
    ("bij-reg-lees.be", &["active"], TAKEN, TAKEN),
    ("geblokkeerd.be", &[], TAKEN, TAKEN),
    ("vrijgegeven.be", &[], TAKEN, TAKEN),
    ("www.bedrijf.be", &[], "NOT ALLOWED", "NOT ALLOWED"),
    ("ab--cd.be", &[], "NOT ALLOWED", "NOT ALLOWED"),
    ("a.be", &[], "NOT ALLOWED", "NOT ALLOWED"),
    ("bedrijf", &[], "NOT ALLOWED", "NOT ALLOWED"),
    ("be", &[], "NOT ALLOWED", "NOT ALLOWED"),
];

/// The same for the other zones; on port 43 what the first line after the banner says.
const GTLD: &[Row] = &[
    ("bedrijf.vlaanderen", &["active"], "Domain Name: bedrijf.vlaanderen", TAKEN),
    ("reg.brussels", &["client transfer prohibited"], "Domain Name: reg.brussels", TAKEN),
    ("multi.brussels", &["active"], "Domain Name: multi.brussels", TAKEN),
    ("persoon.vlaanderen", &["active"], "Domain Name: persoon.vlaanderen", TAKEN),
    ("deux.vlaanderen", &["active"], "Domain Name: deux.vlaanderen", TAKEN),
    (
        "slot.vlaanderen",
        &["client transfer prohibited", "server delete prohibited"],
        "Domain Name: slot.vlaanderen",
        TAKEN,
    ),
    ("vrij.brussels", &[], "Domain not found.", "AVAILABLE"),
    ("voorbehouden.brussels", &[], "This name is reserved by the registry.", TAKEN),
    ("verboden.vlaanderen", &[], "This name is reserved by the registry.", TAKEN),
    ("gespiegeld.vlaanderen", &[], "This name is reserved by the registry.", TAKEN),
];

/// The value of the only line with this key.
fn only<'a>(text: &'a str, key: &str) -> &'a str {
    let mut found = text.lines().filter_map(|line| line.strip_prefix(key));
    let value = found.next().unwrap_or_else(|| panic!("no {key:?} in {text}"));
    assert_eq!(found.next(), None, "{text}");
    value
}

/// The first line on port 43 that is neither of the banner nor empty.
fn after_the_banner(page: &str) -> &str {
    page.lines().find(|line| !line.is_empty() && !line.starts_with('%')).unwrap_or_else(|| panic!("{page}"))
}

#[test]
fn every_documented_name_has_its_status_on_every_door() {
    let server = demo();
    for (name, rdap, whois, das) in BE.iter().chain(GTLD) {
        let reply = client::get(server.http, &format!("/rdap/domain/{name}"));
        let expected = if rdap.is_empty() { 404 } else { 200 };
        assert_eq!(reply.status, expected, "{name}");
        assert_eq!(words(&reply.json()["status"]), *rdap, "{name}");

        let page = client::ask_line(server.whois, name);
        if GTLD.iter().any(|(gtld, ..)| gtld == name) {
            assert_eq!(after_the_banner(&page), *whois, "{page}");
        } else {
            assert_eq!(only(&page, "Domain:\t"), *name, "{page}");
            assert_eq!(only(&page, "Status:\t"), *whois, "{page}");
        }
        let page = client::ask_line(server.das, name);
        assert_eq!(only(&page, "RC:\t"), "0", "{page}");
        assert_eq!(only(&page, "Status:\t"), *das, "{page}");
        assert!(page.lines().count() <= 4, "DA-06: {page}");
    }
}

/// A name of the deposit that is in no table is plainly registered.
#[test]
fn every_domain_of_the_deposit_is_found_on_every_door() {
    let server = demo();
    let names = deposited();
    assert_eq!(names.len(), 197);
    for name in names {
        assert_eq!(super::domain(&name)["ldhName"], name.as_str());
        let page = client::ask_line(server.whois, &name);
        assert!(
            page.contains(&format!("\r\nDomain:\t{name}\r\n"))
                || after_the_banner(&page) == format!("Domain Name: {name}"),
            "{page}"
        );
        assert!(client::ask_line(server.das, &name).contains("Status:\tNOT AVAILABLE\r\n"), "{name}");
    }
}

/// The domains of the sample's full deposit.
pub fn deposited() -> Vec<String> {
    let deposit = std::fs::read_to_string("data/sample/full.xml").unwrap();
    let mut pieces = deposit.split("<rdeDomain:name>");
    pieces.next();
    pieces.map(|piece| piece.split('<').next().unwrap().to_owned()).collect()
}

#[test]
fn id_02_id_05_id_06_six_spellings_are_one_object() {
    let server = demo();
    let spellings = [
        "xn--belgi-rsa.be",
        "XN--BELGI-RSA.be",
        "belgi%C3%AB.be",
        "BELGI%C3%8B.BE",
        "belgie%CC%88.be",
        "belgi%c3%ab.be.",
    ];
    let object = |spelling: &str| {
        let body = client::get(server.http, &format!("/rdap/domain/{spelling}")).body;
        // RS-12, CO-02: the URL that was asked comes back in the links.
        String::from_utf8(body).unwrap().replace(&format!("domain/{spelling}\""), "domain/\"")
    };
    let expected = object(spellings[0]).replace("xn--belgi-rsa.be\"", "\"");
    for spelling in spellings {
        let found = object(spelling).replace("xn--belgi-rsa.be\"", "\"");
        assert_eq!(found, expected, "{spelling}");
    }
    let parsed = super::domain("belgi%C3%AB.be");
    assert_eq!((&parsed["ldhName"], &parsed["unicodeName"]), (&"xn--belgi-rsa.be".into(), &"belgië.be".into()));

    for door in [server.whois, server.das] {
        let expected = client::ask_line(door, "xn--belgi-rsa.be");
        for line in ["belgië.be", "BELGIË.BE", "belgie\u{308}.be", "  belgië.be.  ", "XN--BELGI-RSA.BE"] {
            assert_eq!(client::ask_line(door, line), expected, "WH-08, WH-09: {line}");
        }
    }
}

#[test]
fn id_07_sharp_s_is_not_double_s() {
    let server = demo();
    let (sharp, double) = (super::domain("stra%C3%9Fe.be"), super::domain("strasse.be"));
    assert_eq!((&sharp["ldhName"], &sharp["unicodeName"]), (&"xn--strae-oqa.be".into(), &"straße.be".into()));
    assert_eq!((&double["ldhName"], double.get("unicodeName")), (&"strasse.be".into(), None));
    assert_ne!(sharp["handle"], double["handle"]);
    assert_ne!(client::ask_line(server.whois, "straße.be"), client::ask_line(server.whois, "strasse.be"));
}

#[test]
fn id_08_to_id_13_names_that_are_none() {
    let server = demo();
    for (name, status) in [
        ("%C3%28.be", 400),
        ("%FF.be", 400),
        ("xn--.be", 400),
        ("xn--99999999.be", 400),
        ("xn--bedrijf-.be", 400),
        ("a..be", 400),
        (".be.", 400),
        ("", 400),
        ("%D0%B0.be", 404),
        ("test.invalid", 404),
        ("be", 404),
    ] {
        let reply = client::get(server.http, &format!("/rdap/domain/{name}"));
        assert_eq!(reply.status, status, "{name}");
        assert_eq!(reply.json()["errorCode"], status, "{name}");
    }
    let label = "a".repeat(64);
    assert_eq!(client::get(server.http, &format!("/rdap/domain/{label}.be")).status, 400, "QP-10");
}
