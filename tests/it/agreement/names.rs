//! Names of every kind that the standards speak of, at all doors at once.

use super::doors::DOORS;
use super::{Said, check};
use loket::session::Door;

fn all(texts: &[&str], expected: &Said) {
    for text in texts {
        check(text, expected);
    }
}

fn registered(name: &str) -> Said {
    Said::Registered(name.to_owned())
}

#[test]
fn qp_01_qp_07_qp_08_qp_09_spellings_in_ascii() {
    all(&["bedrijf.be", "BeDrIjF.bE", "BEDRIJF.BE", "bedrijf.be.", "BEDRIJF.BE."], &registered("bedrijf.be"));
}

#[test]
fn qp_10_qp_16_what_is_no_name() {
    let long_label = format!("{}.be", "a".repeat(64));
    let long_name = format!("{}.be", ["a".repeat(62), "b".repeat(62), "c".repeat(62), "d".repeat(62)].join("."));
    all(
        &["a..be", ".be.", ".", "..", "bedrijf.be..", &long_label, &long_name, "a_b.be", "-a.be", "a-.be"],
        &Said::Malformed,
    );
    all(&["a/../help", "a\0b.be", "a\r\nb.be", "a?b.be", "a#b.be", "a b.be", "a%b.be", "<b>.be"], &Said::Malformed);
    let longest = format!("{}.be", "a".repeat(63));
    check(&longest, &Said::Free);
}

#[test]
fn qp_11_qp_12_qp_13_qp_14_names_that_cannot_be_registered() {
    all(&["ab--cd.be", "a.be", "not-a-domain.invalid", "test.invalid", "192.0.2.1"], &Said::NotAllowed);
    all(&["www.bedrijf.be", "a.b.c.bedrijf.be", "be", "brussels", "vlaanderen", "help"], &Said::NotAllowed);
}

#[test]
fn qp_15_a_name_is_decoded_once() {
    let status = |path: &str| DOORS.lookup("GET", path).status;
    assert_eq!((status("%62edrijf.be"), status("%2562edrijf.be")), (200, 400));
    check("%62edrijf.be", &Said::Malformed);
}

#[test]
fn id_01_id_02_id_05_id_06_id_12_spellings_of_an_idn() {
    let same = [
        "xn--belgi-rsa.be",
        "XN--BELGI-RSA.be",
        "belgië.be",
        "BELGIË.BE",
        "belgie\u{308}.be",
        "belgië\u{3002}be",
        "belgië\u{ff0e}be",
        "belgië\u{ff61}be",
        "ｂｅｌｇｉë．ｂｅ",
    ];
    all(&same, &registered("xn--belgi-rsa.be"));
}

#[test]
fn id_04_mixed_labels() {
    all(&["belgië.xn--belgi-rsa.be", "xn--belgi-rsa.belgië.be"], &Said::NotAllowed);
}

#[test]
fn id_07_sharp_s_is_a_character_of_its_own() {
    all(&["straße.be", "STRAẞE.be", "xn--strae-oqa.be"], &registered("xn--strae-oqa.be"));
    check("strasse.be", &registered("strasse.be"));
}

/// What is no UTF-8 names nothing at any door.
#[test]
fn id_08_bytes_that_are_no_text() {
    for (line, path) in
        [(&b"\xc3\x28.be"[..], "%C3%28.be"), (b"\xfe.be", "%FE.be"), (b"\xed\xa0\x80.be", "%ED%A0%80.be")]
    {
        assert_eq!(DOORS.lookup("GET", path).status, 400, "{path}");
        for door in [Door::Whois, Door::Das] {
            let (page, _) = DOORS.bytes(door, line, true);
            assert!(!page.contains("AVAILABLE") && !page.contains("Domain:"), "{page}");
        }
    }
}

#[test]
fn id_09_id_10_false_a_labels() {
    all(&["xn--.be", "xn--99999999.be", "xn--bedrijf-.be", "xn--i-7iq.be", "xn--a.be", "xn--é.be"], &Said::Malformed);
    // A-labels of an upper-case letter, of a symbol, of a letter and a mark that compose.
    all(&["xn--belgi-9ma.be", "xn--n3h.be", "xn--belgie-1yd.be"], &Said::Malformed);
}

#[test]
fn id_11_id_20_labels_outside_the_registrys_table() {
    all(&["а.be", "пример.be", "例子.be", "ab--c.be", "1.be", "é.be", "čeština.be"], &Said::NotAllowed);
    all(&["ab.be", "12.be", "a-b.be", "a--b.be", "abc--d.be", "café.be", "xn--caf-dma.be", "œuvre.be"], &Said::Free);
}

#[test]
fn id_13_invisible_characters_direction_and_context() {
    let nothing = [
        "bedrijf\u{200d}.be",
        "bedrijf\u{200c}.be",
        "bed\u{ad}rijf.be",
        "bedrijf\u{200b}.be",
        "\u{202e}bedrijf.be",
        "\u{feff}bedrijf.be",
        "bedrijf\u{fe0f}.be",
        "a\u{5d0}.be",
        "\u{5d0}1a.be",
        "\u{301}a.be",
        "a・b.be",
        "a·b.be",
        "ب٠۱.be",
        "☃.be",
        "\u{378}a.be",
    ];
    all(&nothing, &Said::Malformed);
    all(&["paral·lel.be", "ア・ア.be", "ب٠١.be", "क्\u{200d}ष.be"], &Said::NotAllowed);
}

/// Blanks around a line are no part of it; in a path they are part of the name.
#[test]
fn wh_08_blanks_around_a_name() {
    for text in [" bedrijf.be", "bedrijf.be ", "\tbedrijf.be"] {
        assert_eq!(DOORS.whois_said(text), "registered");
        assert_eq!(DOORS.lookup("GET", &super::encoded(text)).status, 400, "{text:?}");
    }
}

#[test]
fn qp_10_er_05_nothing_at_all() {
    assert!(DOORS.line(Door::Whois, "", true).0.contains("an empty line asks for it too"));
    assert_eq!(DOORS.line(Door::Das, "", true).0, "RC:\t0\r\nStatus:\tNOT ALLOWED\r\n");
    assert_eq!(DOORS.lookup("GET", "").status, 400);
}
