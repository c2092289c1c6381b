//! All doors read names alike: whatever is asked, port 43, DAS, RDAP and its search say the same of it.
//!
//! The differences that there are, and no others:
//!
//! * Port 43 takes blanks around a line off, and reads flags and the words `help` and `?`; RDAP and DAS do not.
//! * What is no name is `NOT ALLOWED` on port 43 and DAS and 400 in RDAP.
//! * A name that cannot be registered, one that is reserved and one that is free are all 404 in RDAP.
//! * A `*` in a search is a pattern; everywhere else it is no character of names.

mod availability;
mod doors;
mod names;

use icu_normalizer::DecomposingNormalizerBorrowed;
use proptest::prelude::*;
use proptest::sample::select;

use doors::{DOORS, Heard, LINE_OCTETS_MAX, body, encoded};
use loket::model::name::Name;

/// What all doors together say of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// A registered domain, by its name in canonical form.
    Registered(String),
    /// It may be registered.
    Free,
    /// It is neither registered nor free.
    Reserved,
    /// A name that cannot be registered with us.
    NotAllowed,
    /// No name at all.
    Malformed,
}

/// What the doors say of a text; an error where they do not agree.
fn said(text: &str) -> Result<Said, String> {
    let heard = DOORS.heard(text);
    let Heard { whois, das, get, head, search } = &heard;
    let said = match (whois.as_str(), das.as_str(), get) {
        ("registered", "NOT AVAILABLE", (200, Some(name))) => Said::Registered(name.clone()),
        ("free", "AVAILABLE", (404, None)) => Said::Free,
        ("reserved", "NOT AVAILABLE", (404, None)) => Said::Reserved,
        ("not allowed", "NOT ALLOWED", (404, None)) => Said::NotAllowed,
        ("malformed", "NOT ALLOWED", (400, None)) => Said::Malformed,
        _ => return Err(format!("{text:?}: {heard:?}")),
    };
    let is_searched_alike = match search {
        _ if text.contains('*') => true,
        (200, found) => matches!(&said, Said::Registered(name) if found == std::slice::from_ref(name)),
        (404, _) => matches!(said, Said::Free | Said::Reserved | Said::NotAllowed),
        (400 | 422, _) => said == Said::Malformed,
        _ => false,
    };
    if *head != get.0 || !is_searched_alike {
        return Err(format!("{text:?}: {heard:?}"));
    }
    Ok(said)
}

fn check(text: &str, expected: &Said) {
    assert_eq!(said(text).as_ref(), Ok(expected), "{text:?}");
}

/// Characters that make names strange.
const STRANGE: &[&str] = &[
    "\u{200d}",
    "\u{200c}",
    "\u{ad}",
    "\u{200b}",
    "\u{feff}",
    "\u{202e}",
    "\u{2066}",
    "\u{301}",
    "\u{338}",
    "\u{fe0f}",
    "·",
    "・",
    "ß",
    "ẞ",
    "ſ",
    "ı",
    "İ",
    "ς",
    "Å",
    "ﬁ",
    "①",
    "½",
    "א",
    "ب",
    "٠",
    "۰",
    "अ",
    "한",
    "ᄒ",
    "日",
    "а",
    "α",
    "☃",
    "😀",
    "\u{e000}",
    "\u{378}",
    "\u{10ffff}",
    "%",
    "%62",
    "_",
    " ",
    "\t",
    "*",
    "!",
    "/",
    "\\",
    "?",
    "#",
    "&",
    "=",
    "+",
    ";",
    ":",
    "@",
    "'",
    "\"",
    "<",
    "-",
    "--",
    "xn--",
    "xn--a",
    "0",
    "9",
    ".",
    "..",
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff61}",
    "\0",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\r",
    "\n",
];

/// Names in the register and near to it.
const KNOWN: &[&str] = &[
    "bedrijf.be",
    "persoon.be",
    "belgië.be",
    "straße.be",
    "strasse.be",
    "weg.be",
    "hold.be",
    "oos.be",
    "multi.brussels",
    "reg.brussels",
    "persoon.vlaanderen",
    "geblokkeerd.be",
    "voorbehouden.brussels",
    "gespiegeld.vlaanderen",
    "vrij.be",
    "vrij.brussels",
    "www.bedrijf.be",
    "be",
    "brussels",
    "bedrijf",
    "bedrijf.example",
    "xn--belgi-rsa.be",
    "xn--strae-oqa.be",
];

/// Another spelling of the same name.
fn respelled(name: &str, how: usize) -> String {
    match how {
        0 => name.to_owned(),
        1 => name.replace('ß', "ẞ").to_uppercase(),
        2 => format!("{name}."),
        3 => name.replace('.', "\u{3002}"),
        4 => name.replace('.', "\u{ff0e}"),
        5 => DecomposingNormalizerBorrowed::new_nfd().normalize(name).into_owned(),
        6 => name.chars().map(full_width).collect(),
        7 => Name::from_query(name).map_or_else(|_| name.to_owned(), |name| name.to_string()),
        _ => Name::from_query(name).ok().and_then(|name| name.unicode()).unwrap_or_else(|| name.to_owned()),
    }
}

fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        other => other,
    }
}

/// A known name with something strange put into it.
fn disturbed() -> impl Strategy<Value = String> {
    (select(KNOWN), 0..9usize, select(STRANGE), any::<prop::sample::Index>()).prop_map(|(name, how, strange, at)| {
        let name = respelled(name, how);
        let places: Vec<usize> = name.char_indices().map(|(at, _)| at).chain([name.len()]).collect();
        let (before, after) = name.split_at(*at.get(&places));
        format!("{before}{strange}{after}")
    })
}

/// Labels of any alphabet and length under one of the zones, or under none.
fn composed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        select(STRANGE).prop_map(str::to_owned),
        "[a-z0-9-]{1,12}",
        "[a-zA-Zàéèëïöüçœß]{1,8}",
        "[אבגד٠١۰۱]{1,4}",
        "[\\PC]{1,4}",
        "a{60,70}",
        "é{20,60}",
        "xn--[a-z0-9-]{0,12}",
    ];
    let label = proptest::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat());
    let labels = proptest::collection::vec(label, 1..4).prop_map(|labels| labels.join("."));
    (labels, select(&[".be", ".brussels", ".vlaanderen", "", ".be.", "。be", ".ｂｅ", ".example"][..]))
        .prop_map(|(labels, zone)| format!("{labels}{zone}"))
}

fn strange() -> impl Strategy<Value = String> {
    prop_oneof![4 => disturbed(), 4 => composed(), 1 => "\\PC{0,40}", 1 => any::<String>()]
}

/// What a line and a path can hold alike: no blanks or line ends around it, something in it, and not more than fits.
fn comparable(text: &str) -> Option<&str> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    (!text.is_empty() && text.len() + "domain ".len() <= LINE_OCTETS_MAX).then_some(text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// The search, the availability protocol, RDAP and port 43 agree on every input.
    #[test]
    fn wh_21_qp_10_id_03_id_12_every_door_reads_a_strange_name_alike(text in strange()) {
        if let Some(text) = comparable(&text)
            && let Err(disagreement) = said(text)
        {
            prop_assert!(false, "{}", disagreement);
        }
    }

    #[test]
    fn qp_07_qp_08_id_05_id_06_every_door_reads_every_spelling_alike(name in select(KNOWN), how in 0..9usize, twice in 0..9usize) {
        let spelling = respelled(name, how);
        prop_assert_eq!(said(&spelling), said(name), "{}", spelling);
        let spelling = respelled(&spelling, twice);
        if !spelling.ends_with("..") {
            prop_assert_eq!(said(&spelling), said(name), "{}", spelling);
        }
    }

    /// The word `domain` in front of a name changes nothing, unless the line alone is one of port 43's own words.
    #[test]
    fn wh_24_a_line_with_its_keyword_says_the_same(text in strange()) {
        let Some(text) = comparable(&text) else { return Ok(()) };
        let is_own = text.starts_with('-') || text.ends_with("/e") || text.contains([' ', '\t'])
            || text == "?" || text.eq_ignore_ascii_case("help");
        if !is_own {
            prop_assert_eq!(DOORS.whois_said(text), DOORS.whois_said(&format!("domain {text}")), "{:?}", text);
        }
    }

    #[test]
    fn qp_15_every_percent_encoding_of_a_path_is_one_question(text in strange()) {
        let plain: String = text.chars().filter(|c| !c.is_control()).collect();
        let read = |encoded: &str| {
            let response = DOORS.lookup("GET", encoded);
            (response.status, response.outcome, body(&response)["ldhName"].clone())
        };
        prop_assert_eq!(read(&encoded(&plain).to_lowercase()), read(&encoded(&plain)));
    }
}

/// The properties above are not about refusals alone.
#[test]
fn qp_01_the_known_names_are_what_they_are_said_to_be() {
    let registered = |name: &str| Said::Registered(name.to_owned());
    for (name, expected) in [
        ("bedrijf.be", registered("bedrijf.be")),
        ("belgië.be", registered("xn--belgi-rsa.be")),
        ("persoon.vlaanderen", registered("persoon.vlaanderen")),
        ("multi.brussels", registered("multi.brussels")),
        ("geblokkeerd.be", Said::Reserved),
        ("voorbehouden.brussels", Said::Reserved),
        ("gespiegeld.vlaanderen", Said::Reserved),
        ("vrij.be", Said::Free),
        ("vrij.brussels", Said::Free),
        ("www.bedrijf.be", Said::NotAllowed),
        ("be", Said::NotAllowed),
        ("bedrijf.example", Said::NotAllowed),
    ] {
        check(name, &expected);
    }
}
