//! Every status and every kind of answer in both layouts, and every refusal, as golden files.

use super::specimens::{SHAPES, das_page, page, page_of, statuses};
use crate::guard::{Budget, Denial, Share};
use crate::model::name::NameError;
use crate::query::Refusal;
use crate::query::search::Mistake;
use crate::query::whois::LINE_OCTETS_MAX;
use crate::render::refusal;

fn check(file: &str, found: &str) {
    crate::golden::check(&format!("tests/golden/{file}.txt"), found.as_bytes());
}

/// The zones of the register, each in a layout of its own.
const LAYOUTS: [(&str, &str); 2] = [("be", "be"), ("gtld", "brussels")];

#[test]
fn wh_15_be_02_be_04_be_05_be_06_domains_of_every_shape() {
    for (layout, zone) in LAYOUTS {
        for (label, _) in SHAPES {
            check(&format!("whois/{layout}/{label}"), &page(&format!("{label}.{zone}")));
        }
    }
}

#[test]
fn wh_15_ep_14_every_status_in_both_layouts() {
    for (layout, zone) in LAYOUTS {
        for (label, word) in statuses() {
            let page = page(&format!("{label}.{zone}"));
            check(&format!("whois/{layout}/status-{word}"), &page);
            // The layout of .be has no words but those of the registrar's and the registry's prohibitions and holds.
            if layout == "gtld" {
                assert!(page.contains(&format!("Domain Status: {word} https://icann.org/epp#{word}\r\n")), "{page}");
            } else if word.starts_with("client") || word.starts_with("server") {
                assert!(page.contains(&format!("Flags:\r\n\t{word}\r\n")), "{page}");
            } else {
                assert!(page.contains("Flags:\r\n\r\n") || page.contains("Status:\tQUARANTINE"), "{page}");
            }
        }
    }
}

#[test]
fn wh_14_wh_16_be_01_be_03_names_that_are_not_registered() {
    for (layout, zone) in LAYOUTS {
        for (file, line) in [
            ("available", "vrij.{zone}"),
            ("available-idn", "café.{zone}"),
            ("reserved-blocked", "blocked.{zone}"),
            ("reserved-withheld", "withheld.{zone}"),
            ("reserved-mirrored", "mirrored.{zone}"),
            ("not-allowed-sub-domain", "www.bedrijf.{zone}"),
            ("not-allowed-label", "a.{zone}"),
            ("not-allowed-zone-itself", "{zone}"),
            ("malformed", "a_b.{zone}"),
            ("malformed-unrepeatable", "a%b.{zone}"),
            ("nameserver-unknown", "nameserver ns9.bedrijf.{zone}"),
        ] {
            check(&format!("whois/{layout}/{file}"), &page(&line.replace("{zone}", zone)));
        }
    }
    check("whois/not-allowed-outside-zones", &page("bedrijf.example"));
    check("whois/not-allowed-no-extension", &page("bedrijf"));
}

#[test]
fn wh_18_wh_24_er_05_other_lines() {
    for (file, line) in [
        ("help", &b"help"[..]),
        ("empty", b""),
        ("nameserver", b"nameserver ns1.bedrijf.be"),
        ("registrar", b"registrar voorbeeld registrar NV"),
        ("registrar-unknown", b"registrar Niemand"),
        ("flag", b"-B bedrijf.be"),
        ("flag-without-effect", b"-T dn,ace bedrijf.be"),
        ("bad-utf-8", b"\xc3\x28.be"),
        ("control-character", b"bed\0rijf.be"),
        ("telnet", b"\xff\xfb\x01bedrijf.be"),
        ("too-long", &[b'a'; LINE_OCTETS_MAX + 1]),
        ("too-long-a-name", &[b'a'; LINE_OCTETS_MAX]),
    ] {
        check(&format!("whois/{file}"), &page_of(line));
    }
    assert_eq!(page("help"), page(""), "an empty line is taken for help");
    assert_eq!(page("-T dn,ace bedrijf.be"), page("bedrijf.be"));
}

#[test]
fn da_02_da_03_da_04_availability() {
    for (file, line) in [
        ("available", "vrij.be"),
        ("registered", "bedrijf.be"),
        ("registered-idn", "belgië.be"),
        ("hold", "hold.be"),
        ("out-of-service", "oos.be"),
        ("quarantine", "weg.be"),
        ("reserved-blocked", "blocked.be"),
        ("reserved-withheld", "withheld.be"),
        ("reserved-mirrored", "mirrored.be"),
        ("not-allowed-outside-zones", "bedrijf"),
        ("not-allowed-sub-domain", "www.bedrijf.be"),
        ("not-allowed-label", "é.be"),
        ("malformed", "a_b.be"),
        ("empty", ""),
    ] {
        check(&format!("das/{file}"), &das_page(line));
    }
}

/// What port 43 and DAS say to each refusal; those of the guard have files of their own.
#[test]
fn wh_07_da_03_every_refusal() {
    let share = Share { budget: Budget::Questions, quota: 50, window_seconds: 60, remaining: 0, reset_seconds: 1 };
    for (file, refused) in [
        ("bad-name", Refusal::BadName(NameError::Character)),
        ("bad-encoding", Refusal::BadEncoding),
        ("bad-characters", Refusal::BadCharacters),
        ("bad-number", Refusal::BadNumber),
        ("bad-handle", Refusal::BadHandle),
        ("bad-search", Refusal::BadSearch(Mistake::Predicate)),
        ("unknown-path", Refusal::UnknownPath),
        ("unknown-flag", Refusal::UnknownFlag),
        ("empty-line", Refusal::EmptyLine),
        ("too-long", Refusal::TooLong),
        ("headers-too-large", Refusal::HeadersTooLarge),
        ("numbers-not-served", Refusal::NumbersNotServed),
        ("search-not-offered", Refusal::SearchNotOffered),
        ("reverse-search-not-offered", Refusal::ReverseSearchNotOffered),
        ("pattern-not-supported", Refusal::PatternNotSupported),
        ("method-not-allowed", Refusal::MethodNotAllowed),
        ("too-slow", Refusal::TooSlow),
        ("one-second", Refusal::Denied(Denial::Spent(share))),
        ("unavailable", Refusal::Unavailable),
        ("internal", Refusal::Internal { incident: "0badcafe".to_owned() }),
    ] {
        let pages = [refusal::whois(&refused), refusal::das(&refused)].concat();
        check(&format!("whois/refusals/{file}"), &String::from_utf8(pages).unwrap());
    }
}
