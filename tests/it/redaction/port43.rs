//! Port 43 shows nothing that RDAP does not (WH-21).

use std::collections::BTreeSet;

use deunicode::deunicode_with_tofu;
use loket::render::rdap;
use loket::time::Timestamp;
use serde_json::Value;

/// Everything that an RDAP answer says, in the spellings of port 43.
pub fn known(answer: &Value) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    collect(answer, &mut known);
    known
}

/// The values on a page of port 43 about a domain that are not known from the RDAP answer, and the number of values.
pub fn beyond_rdap(page: &[u8], known: &BTreeSet<String>) -> (Vec<String>, usize) {
    let page = std::str::from_utf8(page).unwrap();
    let (mut strangers, mut count) = (Vec::new(), 0);
    for value in page.split("\r\n").scan("", |section, line| Some(values(line, section))).flatten() {
        count += 1;
        if !known.contains(&folded(&value)) && !known.contains(&folded(&rdap::uri(&value))) {
            strangers.push(value);
        }
    }
    (strangers, count)
}

/// How the sentences begin that say what is not shown, and the last one.
const SENTENCES: [&str; 3] = ["Not shown, ", "Data that the registry's policy ", "Please visit "];

/// The data on one line. Lines that are the same whatever the data have none.
fn values<'a>(line: &'a str, section: &mut &'a str) -> Vec<String> {
    if line.is_empty() || line.starts_with(['%', '>']) {
        return Vec::new();
    }
    if SENTENCES.iter().any(|start| line.trim_start().starts_with(start)) {
        return Vec::new();
    }
    if let Some(heading) = line.strip_suffix(':').filter(|_| !line.starts_with('\t')) {
        *section = heading;
        return Vec::new();
    }
    let text = line.trim_start_matches('\t');
    let parts: Vec<String> = match *section {
        "Nameservers" => text.split([' ', '(', ')']).map(address).collect(),
        "Keys" => text.split(' ').filter_map(|part| Some(part.split_once(':')?.1.to_owned())).collect(),
        "Flags" => vec![text.to_owned()],
        _ => match text.split_once(':') {
            Some(("Status" | "DNSSEC", _)) => Vec::new(),
            // The status and the page that explains it. `ok` says that no other one of EPP holds.
            Some(("Domain Status", value)) => {
                value.trim().split(' ').take(1).filter(|status| *status != "ok").map(str::to_owned).collect()
            }
            Some(("DS Data", value)) => value.trim().split(' ').map(str::to_owned).collect(),
            Some((_, value)) => vec![value.trim().to_owned()],
            None => vec![text.to_owned()],
        },
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// An address as RDAP writes it, anything else as it is.
fn address(text: &str) -> String {
    text.parse::<std::net::IpAddr>().map_or_else(|_| text.to_owned(), |address| address.to_string())
}

fn collect(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let data = members.iter().filter(|(name, _)| !["redacted", "notices", "links"].contains(&name.as_str()));
            data.for_each(|(_, member)| collect(member, known));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, known)),
        Value::String(text) => {
            known.insert(folded(text));
            // Pages in UTF-8 take the marks that turn the direction of writing for blanks; in ASCII they vanish.
            known.insert(folded(&text.replace(is_mark, " ")));
            known.insert(epp_status(text));
            if let Some(number) = text.strip_prefix("tel:") {
                let (number, extension) = number.split_once(";ext=").unwrap_or((number, ""));
                known.extend([number.to_owned(), extension.to_owned(), format!("{number} x{extension}")]);
            }
            if let Ok(at) = text.parse::<Timestamp>() {
                known.insert(at.strftime("%a %b %-d %Y").to_string());
            }
        }
        Value::Number(number) => _ = known.insert(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// `client transfer prohibited` in EPP's spelling.
fn epp_status(text: &str) -> String {
    let words = text.split(' ').enumerate().map(|(index, word)| match word.get(..1) {
        Some(first) if index > 0 => format!("{}{}", first.to_ascii_uppercase(), &word[1..]),
        _ => word.to_owned(),
    });
    match text {
        "active" => "ok".to_owned(),
        _ => words.collect(),
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text in ASCII, on one line.
fn folded(text: &str) -> String {
    let ascii = deunicode_with_tofu(text, "?");
    let words = ascii.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").replace("Status: AVAILABLE", "Status AVAILABLE")
}

#[test]
fn a_value_of_its_own_is_seen() {
    let answer = serde_json::json!({"a": ["Liège", "tel:+32.1;ext=2"]});
    let page =
        b"% x\r\nDomain:\tx.be\r\n\r\nRegistrant:\r\n\tCity:\tLiege\r\n\tPhone:\t+32.1 x2\r\n\tStreet:\tElders 1\r\n";
    assert_eq!(beyond_rdap(page, &known(&answer)), (vec!["x.be".to_owned(), "Elders 1".to_owned()], 4));
}
