//! Lookup paths and names (RFC 9082 §3.1 and §6, RFC 5890 to 5893).

use serde_json::Value;

use super::{ANSWERS, each, found, strict, told};
use crate::client::{ask_line, exchange, get};
use crate::demo::demo;

fn status(path: &str) -> u16 {
    let reply = get(demo().http, &format!("/rdap/{path}"));
    let json = strict(&reply.body).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(reply.status == 200 || json["errorCode"] == reply.status, "{path}");
    reply.status
}

/// The parts of an answer that do not echo the question.
fn object(path: &str) -> String {
    let reply = get(demo().http, &format!("/rdap/{path}"));
    assert_eq!(reply.status, 200, "{path}");
    let mut json = reply.json();
    fn forget(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("links");
                members.values_mut().for_each(forget);
            }
            Value::Array(items) => items.iter_mut().for_each(forget),
            _ => {}
        }
    }
    forget(&mut json);
    json.to_string()
}

#[test]
fn qp_03_handles_are_compared_exactly_after_one_decoding() {
    for (path, expected) in [
        ("entity/c1001", 200),
        ("entity/%63100%31", 200),
        ("entity/C1001", 404),
        ("entity/c1001%20", 404),
        ("entity/%2563100%2531", 404),
        ("entity/c100", 404),
        ("entity/c1001*", 404),
    ] {
        assert_eq!(status(path), expected, "{path}");
    }
}

#[test]
fn qp_05_qp_06_numbers_over_the_wire() {
    for (path, expected) in [
        ("ip/192.0.2.0/24", 501),
        ("ip/2001:db8::", 501),
        ("ip/2001:DB8::/32", 501),
        ("autnum/12", 501),
        ("autnum/4294967295", 501),
        ("ip/fe80::1%25eth0", 400),
        ("ip/fe80::1%eth0", 400),
        ("ip/192.0.2.0/99", 400),
        ("ip/x", 400),
        ("autnum/x", 400),
        ("autnum/4294967296", 400),
        ("ip", 404),
        ("autnum", 404),
        ("ip/192.0.2.0/24/x", 404),
    ] {
        assert_eq!(status(path), expected, "{path}");
    }
}

#[test]
fn qp_07_qp_08_qp_09_co_02_case_and_final_dot_name_the_same_object() {
    for name in ["bedrijf.be", "persoon.be", "reg.brussels"] {
        let expected = object(&format!("domain/{name}"));
        let swap = |(index, c): (usize, char)| if index % 2 == 0 { c.to_ascii_uppercase() } else { c };
        let mixed: String = name.chars().enumerate().map(swap).collect();
        for spelling in [mixed, name.to_uppercase(), format!("{name}.")] {
            assert_eq!(object(&format!("domain/{spelling}")), expected, "{spelling}");
        }
    }
    assert_eq!(object("nameserver/NS1.BEDRIJF.BE."), object("nameserver/ns1.bedrijf.be"));
    for told in found() {
        each(told, "ldhName", |value| {
            let name = value.as_str().unwrap();
            assert_eq!(name, name.to_ascii_lowercase().trim_end_matches('.'), "{}", told.target);
        });
    }
}

#[test]
fn qp_10_to_qp_14_names_that_are_not_registered_with_us() {
    let long = format!("{}.be", vec!["a".repeat(50); 6].join("."));
    for (name, expected) in [
        ("ab--cd.be", 404),
        ("a.be", 404),
        ("-a.be", 400),
        ("a-.be", 400),
        ("a_b.be", 400),
        ("a%20b.be", 400),
        ("not-a-domain.invalid", 404),
        ("test.invalid", 404),
        ("example.com", 404),
        ("bedrijf.be.example", 404),
        ("www.bedrijf.be", 404),
        ("a.b.c.bedrijf.be", 404),
        ("be", 404),
        ("brussels", 404),
        ("vlaanderen", 404),
        ("192.0.2.1", 404),
        (".", 400),
        ("..", 400),
        ("bedrijf..be", 400),
        (".bedrijf.be", 400),
        (&long, 400),
    ] {
        assert_eq!(status(&format!("domain/{name}")), expected, "{name}");
    }
}

#[test]
fn qp_17_the_base_path_stands_in_front_of_every_question() {
    for path in ["help", "domain/bedrijf.be", "nameserver/ns1.bedrijf.be", "entity/c1001"] {
        assert_eq!(get(demo().http, &format!("/rdap/{path}")).status, 200, "{path}");
        for base in ["/", "/RDAP/", "/rdap/rdap/", "/rdapx/", "/x/rdap/"] {
            assert_eq!(get(demo().http, &format!("{base}{path}")).status, 404, "{base}{path}");
        }
    }
}

#[test]
fn qp_18_a_host_attribute_is_a_name_server_too() {
    let server = told("domain/attribuut.be")["nameservers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|server| server["ldhName"] == "ns1.attribuut.be")
        .unwrap();
    let alone = told("nameserver/ns1.attribuut.be");
    assert_eq!(alone["ipAddresses"], server["ipAddresses"]);
    assert!(alone["ipAddresses"]["v4"].to_string().contains("203.0.113.1"));
    let own = server["links"].as_array().unwrap().iter().find(|link| link["rel"] == "self").unwrap();
    assert!(own["href"].as_str().unwrap().ends_with("/nameserver/ns1.attribuut.be"));
    assert_eq!(status("nameserver/ns9.attribuut.be"), 404);
}

#[test]
fn id_03_id_04_raw_utf_8_and_mixed_labels() {
    let expected = told("domain/xn--belgi-rsa.be");
    for (target, expected_status) in [("belgië.be", 200), ("BELGIË.be", 200), ("belgi\u{eb}\u{301}.be", 404)] {
        let request = format!("GET /rdap/domain/{target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = String::from_utf8(exchange(demo().http, request.as_bytes())).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let json = strict(body.as_bytes()).unwrap();
        let refused = head.starts_with("HTTP/1.1 400 ") && json["errorCode"] == 400;
        assert!(refused || head.starts_with(&format!("HTTP/1.1 {expected_status} ")), "{target}: {head}");
        assert!(json["handle"].is_null() || json["handle"] == expected["handle"], "{target}");
    }
    for (path, expected) in [
        ("nameserver/ns1.xn--belgi-rsa.be", 200),
        ("nameserver/ns1.belgi%C3%AB.be", 200),
        ("nameserver/ns1.b%C3%A9.xn--belgi-rsa.be", 404),
    ] {
        let found = get(demo().http, &format!("/rdap/{path}")).status;
        assert!([expected, 404].contains(&found), "{path}: {found}");
    }
    assert_eq!(object("nameserver/ns1.belgi%C3%AB.be"), object("nameserver/ns1.xn--belgi-rsa.be"));
}

#[test]
fn id_09_id_10_id_11_false_a_labels_and_other_scripts() {
    for (name, expected) in [
        ("xn--.be", 400),
        ("xn--99999999.be", 400),
        ("xn--bedrijf-.be", 400),
        ("xn--i-7iq.be", 400),
        ("xn--a.be", 400),
        ("%D0%B0.be", 404),
        ("%E4%BE%8B%E5%AD%90.be", 404),
    ] {
        assert_eq!(status(&format!("domain/{name}")), expected, "{name}");
    }
}

/// All the full stops of UTS 46 separate labels, on every door alike.
#[test]
fn id_12_other_full_stops_separate_labels_on_every_door() {
    let (rdap, whois) = (object("domain/bedrijf.be"), ask_line(demo().whois, "bedrijf.be"));
    for dot in ["\u{3002}", "\u{ff0e}", "\u{ff61}"] {
        let encoded: String = dot.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(object(&format!("domain/bedrijf{encoded}be")), rdap, "{encoded}");
        assert_eq!(ask_line(demo().whois, &format!("bedrijf{dot}be")), whois, "{encoded}");
        assert!(ask_line(demo().das, &format!("bedrijf{dot}be")).contains("Status:\tNOT AVAILABLE"), "{encoded}");
        assert_eq!(status(&format!("domain/www{encoded}bedrijf.be")), 404);
        assert_eq!(status(&format!("domain/{encoded}bedrijf.be")), 400);
    }
}

#[test]
fn id_13_bidirectional_and_invisible_characters_name_nothing() {
    for text in [
        "bedrijf\u{200d}.be",
        "bedrijf\u{200c}.be",
        "bed\u{ad}rijf.be",
        "bedrijf\u{200b}.be",
        "\u{202e}bedrijf.be",
        "\u{feff}bedrijf.be",
        "bedrijf\u{fe0f}.be",
        "a\u{5d0}.be",
        "\u{5d0}1a.be",
    ] {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert!([400, 404].contains(&status(&format!("domain/{encoded}"))), "{text:?}");
        let page = ask_line(demo().whois, text);
        assert!(!page.contains("\tAVAILABLE") && !page.contains("NOT AVAILABLE"), "{text:?}: {page}");
    }
}

#[test]
fn id_14_id_15_id_16_both_forms_of_idns_and_one_of_others() {
    let mut idns = 0;
    for told in ANSWERS.iter() {
        super::walk(&told.json, &mut |_, value| {
            let Some(ldh) = value.get("ldhName").and_then(Value::as_str) else { return };
            let is_idn = ldh.split('.').any(|label| label.starts_with("xn--"));
            let unicode = value.get("unicodeName").and_then(Value::as_str);
            assert_eq!(unicode.is_some(), is_idn, "{}: {ldh}", told.target);
            if let Some(unicode) = unicode {
                idns += 1;
                assert!(!unicode.contains("xn--") && !unicode.is_ascii(), "{unicode}");
                assert_eq!(loket::model::name::Name::from_query(unicode).unwrap().as_str(), ldh);
                let own = value["links"].as_array().unwrap().iter().find(|link| link["rel"] == "self").unwrap();
                assert!(own["href"].as_str().unwrap().ends_with(ldh), "{own}");
            }
        });
    }
    assert!(idns > 3, "{idns}");
}

#[test]
fn id_17_idn_name_servers_have_both_forms() {
    let servers = told("domain/xn--belgi-rsa.be")["nameservers"].as_array().unwrap();
    let idn = servers.iter().find(|server| server["ldhName"].as_str().unwrap().contains("xn--")).unwrap();
    assert!(idn["unicodeName"].as_str().unwrap().contains("belgië"), "{idn}");
}

#[test]
fn id_19_id_20_labels_of_be_on_port_43() {
    for (name, expected) in [
        ("vrij.be", "AVAILABLE"),
        ("ab.be", "AVAILABLE"),
        ("12.be", "AVAILABLE"),
        ("a-b.be", "AVAILABLE"),
        ("a--b.be", "AVAILABLE"),
        ("abc--d.be", "AVAILABLE"),
        ("xn--caf-dma.be", "AVAILABLE"),
        ("café.be", "AVAILABLE"),
        ("bedrijf.be", "NOT AVAILABLE"),
        ("BEDRIJF.BE", "NOT AVAILABLE"),
        ("a.be", "NOT ALLOWED"),
        ("é.be", "NOT ALLOWED"),
        ("-ab.be", "NOT ALLOWED"),
        ("ab-.be", "NOT ALLOWED"),
        ("ab--c.be", "NOT ALLOWED"),
        ("a_b.be", "NOT ALLOWED"),
        ("a!b.be", "NOT ALLOWED"),
        ("а.be", "NOT ALLOWED"),
        ("пример.be", "NOT ALLOWED"),
        ("www.bedrijf.be", "NOT ALLOWED"),
    ] {
        let page = ask_line(demo().whois, name);
        assert!(page.contains(&format!("Status:\t{expected}\r\n")), "{name}: {page}");
        let page = ask_line(demo().das, name);
        assert!(page.contains(&format!("Status:\t{expected}\r\n")), "DAS {name}: {page}");
    }
    for (length, expected) in [(63, "AVAILABLE"), (64, "NOT ALLOWED")] {
        let page = ask_line(demo().whois, &format!("{}.be", "a".repeat(length)));
        assert!(page.contains(&format!("Status:\t{expected}\r\n")), "{length}: {page}");
    }
}
