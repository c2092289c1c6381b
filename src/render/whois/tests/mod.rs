//! Pages from questions, against golden files and against what clients look for.
//!
//! `UPDATE_GOLDEN=1` writes the files anew.

mod clients;
mod golden;
mod specimens;

use proptest::prelude::*;

use crate::answer::{Answer, NameserverAnswer, registered};
use crate::codec::sample::Draw;
use crate::disclosure::record::{PublicDomain, PublicRecord, PublicRegistrar};
use crate::index::SnapshotBuilder;
use crate::render::whois::{self, render, trap_phrases};
use specimens::{body, das_page, domains, generation, name, page, site, specimens};

#[test]
fn be_01_wh_14_available_is_exactly_two_lines() {
    assert_eq!(body("vrij.be"), "Domain:\tvrij.be\nStatus:\tAVAILABLE\n\n");
}

#[test]
fn be_03_wh_12_wh_13_not_allowed() {
    let approved =
        |name: &str| format!("Domain:\t{name}\nStatus:\tNOT ALLOWED\nMessage:\tUse only approved characters.\n\n");
    for line in ["www.bedrijf.be", "ab--cd.be", "a_b.be", "-a.be", "a..be"] {
        assert_eq!(body(line), approved(line));
    }
    // ID-11, ID-20: one character, and a letter outside the table.
    assert_eq!(body("é.be"), approved("xn--9ca.be"));
    assert_eq!(body("\u{430}\u{431}.be"), approved("xn--80ac.be"));
    let extension =
        |name: &str| format!("Domain:\t{name}\nStatus:\tNOT ALLOWED\nMessage:\tPlease add correct .be extension.\n\n");
    for line in ["bedrijf", "be", "bedrijf.example"] {
        assert_eq!(body(line), extension(line));
    }
}

#[test]
fn wh_07_a_bad_line_is_repeated_only_in_the_characters_of_names() {
    for line in ["Status:AVAILABLE", "%.be", "*", "<script>.be", "bed\u{ad}rijf.be"] {
        assert_eq!(body(line), "Status:\tNOT ALLOWED\nMessage:\tUse only approved characters.\n\n", "{line}");
    }
}

#[test]
fn be_04_quarantine_tells_its_dates_only() {
    let expected = "Domain:\tweg.be\nStatus:\tQUARANTINE\nRegistered:\tTue Dec 12 2000\nAvailable:\tWed Feb 1 2012\n\n";
    assert_eq!(body("weg.be"), expected);
}

#[test]
fn be_05_be_06_hold_is_taken_and_out_of_service_has_its_word() {
    let hold = body("hold.be");
    assert!(hold.contains("\nStatus:\tNOT AVAILABLE\n"));
    assert!(hold.contains("Flags:\n\tserverDeleteProhibited\n\tserverTransferProhibited\n\tserverUpdateProhibited\n"));
    assert!(body("oos.be").contains("\nStatus:\tOUT OF SERVICE\n"));
    assert_eq!(body("blocked.be"), "Domain:\tblocked.be\nStatus:\tNOT AVAILABLE\n\n");
}

#[test]
fn be_09_wh_04_wh_10_lines_end_in_crlf_and_be_is_ascii() {
    for domain in domains() {
        let page = page(domain.name.as_str());
        assert_eq!(page.matches('\n').count(), page.matches("\r\n").count());
        assert_eq!(page.matches('\r').count(), page.matches("\r\n").count());
        assert!(page.ends_with("\r\n"));
        assert!(page.is_ascii() || domain.name.as_str().ends_with(".brussels"));
    }
}

#[test]
fn wh_16_wh_17_gtld_answers() {
    assert!(body("vrij.brussels").starts_with("Domain not found"));
    for line in ["vrij.brussels", "gewoon.brussels", "www.gewoon.brussels", "withheld.brussels", "a_b.brussels"] {
        let page = page(line);
        let last = page.lines().rfind(|line| !line.is_empty());
        assert_eq!(last, Some(">>> Last update of WHOIS database: 2026-11-01T02:00:00Z <<<"), "{line}");
    }
}

#[test]
fn wh_11_the_u_label_stands_in_utf_8_pages_of_idns_only() {
    assert!(
        page("belgië.brussels").contains("Domain Name: xn--belgi-rsa.brussels\r\nDomain U-Label: belgië.brussels\r\n")
    );
    assert!(!page("gewoon.brussels").contains("U-Label"));
}

#[test]
fn wh_20_flags_change_nothing_in_the_view() {
    for line in [
        "-T dn,ace persoon.be",
        "-C UTF-8 persoon.be",
        "--show-handles persoon.be",
        "-V Md5.6 persoon.be",
        "persoon.be/e",
    ] {
        assert_eq!(page(line), page("persoon.be"), "{line}");
    }
}

#[test]
fn wh_22_hostile_values_forge_no_line() {
    let page = body("multi.be");
    for start in ["Domain:", "Status:", "Registrar:"] {
        assert_eq!(page.lines().filter(|line| line.starts_with(start)).count(), 1, "{start}");
    }
    assert!(!page.contains(['\0', '\x1b']) && !trap_phrases(&page).contains(&"status: available"));
    assert!(!page.lines().any(|line| line.starts_with('%')));
}

#[test]
fn da_02_da_04_da_06_das_tells_a_name_and_a_word() {
    for taken in ["bedrijf.be", "weg.be", "hold.be", "oos.be", "blocked.be"] {
        assert_eq!(das_page(taken), format!("RC:\t0\r\nDomain:\t{taken}\r\nStatus:\tNOT AVAILABLE\r\n"));
    }
    assert_eq!(das_page("vrij.be"), "RC:\t0\r\nDomain:\tvrij.be\r\nStatus:\tAVAILABLE\r\n");
    assert_eq!(das_page("www.vrij.be"), "RC:\t0\r\nDomain:\twww.vrij.be\r\nStatus:\tNOT ALLOWED\r\n");
    let idn = "RC:\t0\r\nDomain:\tbelgië.be\r\nA-label:\txn--belgi-rsa.be\r\nStatus:\tNOT AVAILABLE\r\n";
    assert_eq!(das_page("xn--belgi-rsa.be"), idn);
}

#[test]
fn nothing_that_clients_take_for_a_free_name_stands_elsewhere() {
    for line in [
        "gewoon.brussels",
        "withheld.brussels",
        "www.gewoon.brussels",
        "help",
        "registrar R-77",
        "-B x.be",
        "\u{1}",
        "",
    ] {
        assert_eq!(trap_phrases(&page(line)), Vec::<&str>::new(), "{line:?}");
    }
    for line in ["bedrijf.be", "persoon.be", "hold.be", "signed.be"] {
        assert_eq!(trap_phrases(&page(line)), ["not available"], "{line}");
    }
    assert_eq!(trap_phrases(&page("vrij.brussels")), ["not found"]);
}

proptest! {
    #[test]
    fn wh_04_wh_22_any_record_gives_a_clean_page(seed in proptest::collection::vec(any::<u8>(), 0..400), is_be in any::<bool>()) {
        let (_, _, registrar, _) = specimens();
        let zone = if is_be { "be" } else { "brussels" };
        let site = site();
        let drawn = match Draw(&seed).record() {
            PublicRecord::Domain(domain) => {
                let name = name(&format!("x.{zone}"));
                let registrar = PublicRegistrar { id: domain.registrar.clone(), ..registrar };
                let mut builder = SnapshotBuilder::default();
                builder.put(PublicRecord::Registrar(registrar));
                builder.put(PublicRecord::Domain(PublicDomain { name: name.clone(), ..domain }));
                let snapshot = builder.finish(generation());
                whois::registered(&registered(&snapshot, &site.zones, &name).unwrap(), &site, &generation())
            }
            PublicRecord::Host(host) => {
                let found = Answer::Nameserver(NameserverAnswer { host, registrar: Some(registrar) });
                render(&found, &site, &generation())
            }
            PublicRecord::Registrar(registrar) => render(&Answer::Registrar(registrar), &site, &generation()),
            PublicRecord::Nndn(nndn) => {
                render(&Answer::Reserved(name(&format!("x.{zone}")), nndn.state), &site, &generation())
            }
        };
        let page = String::from_utf8(drawn).unwrap();
        prop_assert!(page.ends_with("\r\n"));
        prop_assert_eq!(page.matches(['\r', '\n']).count(), 2 * page.matches("\r\n").count());
        prop_assert!(!page.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n')));
        prop_assert!(page.lines().filter(|line| line.starts_with("Status:")).count() <= 1);
        let is_last_comment_in_banner = page.lines().skip(3).all(|line| !line.starts_with('%'));
        prop_assert!(is_last_comment_in_banner);
    }
}
