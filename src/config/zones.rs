//! The sections `[[zone]]`: zones and what their answers say.

use std::collections::BTreeMap;

use super::Disclosure;
use super::check::word;
use super::source::{At, Notes, Section};
use crate::model::name::Name;
use crate::model::zone::{WhoisLayout, Zone, Zones};
use crate::render::site::{Notice, PolicyStamp, ZoneTexts};
use crate::render::whois::trap_phrases;

/// Titles of the notice that clients look for, with a link to the terms.
const TERMS_TITLES: [&str; 3] = ["Terms of Use", "Terms of Service", "Terms and Conditions"];

/// Checks all `[[zone]]`.
pub fn sections(
    sections: Vec<Section<'_>>,
    disclosure: &Disclosure,
    notes: &mut Notes,
) -> (Zones, BTreeMap<Name, ZoneTexts>) {
    let mut zones = Vec::new();
    let mut texts = BTreeMap::new();
    if sections.is_empty() {
        notes.note(0, "there is no [[zone]]");
    }
    for section in sections {
        if let Some((zone, line, text)) = zone(section, disclosure, notes) {
            if texts.insert(zone.name.clone(), text).is_some() {
                notes.note(line, format!("the zone `{}` is given twice", zone.name));
            } else {
                zones.push(zone);
            }
        }
    }
    (Zones::new(zones), texts)
}

fn zone(mut section: Section<'_>, disclosure: &Disclosure, notes: &mut Notes) -> Option<(Zone, usize, ZoneTexts)> {
    let head = section.line();
    let name = section.required_text("name", notes).and_then(|text| match Name::parse(&text.value) {
        Ok(name) => Some(At { value: name, line: text.line }),
        Err(error) => {
            notes.note(text.line, format!("zone.name: `{}` is no name: {error}", text.value));
            None
        }
    });
    let missing = !section.keys().iter().any(|key| key == "layout");
    let layout = word(&mut section, "layout", WhoisLayout::ALL, WhoisLayout::word, notes);
    if missing {
        notes.note(head, "zone.layout is missing: `be` or `gtld`");
    }
    let chosen = section.text("policy", notes);
    let gtld_profile = section.flag("gtld_profile", notes).is_some_and(|flag| flag.value);
    let port43 = section.text("port43", notes);
    if let Some(port43) = &port43
        && let Err(error) = Name::parse(&port43.value)
    {
        notes.note(port43.line, format!("zone.port43: `{}` is no host name: {error}", port43.value));
    }
    let banner = section.texts("whois_banner", notes);
    let withheld = section.text("whois_withheld", notes);
    let closing = section.text("whois_closing", notes);
    let notices = notices(&mut section, head, notes);
    section.finish(notes);

    for text in banner.iter().chain(&withheld).chain(&closing) {
        lint(text, "zone", notes);
        one_line(text, notes);
    }
    let line = chosen.as_ref().map_or(head, |chosen| chosen.line);
    let policy = chosen.map_or_else(|| disclosure.default.clone(), |chosen| chosen.value);
    let stamp = disclosure.policies.get(&policy).map(|policy| PolicyStamp {
        name: policy.name().to_owned(),
        version: policy.version().to_owned(),
        url: policy.url().map(str::to_owned),
    });
    // Where the default itself is wrong, its own mistake was noted already.
    if stamp.is_none() && policy != disclosure.default {
        notes
            .note(line, format!("zone.policy: there is no valid policy `{policy}` in {}", disclosure.folder.display()));
    }
    let texts = ZoneTexts {
        port43: port43.map(|text| text.value),
        whois_banner: banner.into_iter().map(|text| text.value).collect(),
        whois_withheld: withheld.map_or_else(String::new, |text| text.value),
        whois_closing: closing.map_or_else(String::new, |text| text.value),
        notices,
        policy: stamp.unwrap_or_default(),
    };
    let At { value: name, line } = name?;
    Some((Zone { name, layout: layout?, policy, gtld_profile }, line, texts))
}

fn notices(zone: &mut Section<'_>, head: usize, notes: &mut Notes) -> Vec<Notice> {
    let mut found = Vec::new();
    for mut section in zone.sections("notice", notes) {
        let title = section.required_text("title", notes);
        let description = section.texts("description", notes);
        let lang = section.text("lang", notes);
        let rel = section.text("link_rel", notes);
        let href = section.text("link_href", notes);
        let line = section.line();
        section.finish(notes);
        if rel.is_some() != href.is_some() {
            notes.note(line, "zone.notice: link_rel and link_href belong together");
        }
        if let Some(href) = &href
            && !href.value.starts_with("https://")
            && !href.value.starts_with("http://")
        {
            notes.note(href.line, "zone.notice.link_href wants a URL of https or http");
        }
        if description.is_empty() {
            notes.note(line, "zone.notice.description has no line");
        }
        for text in title.iter().chain(&description) {
            lint(text, "zone.notice", notes);
        }
        found.push(Notice {
            title: title.map_or_else(String::new, |text| text.value),
            description: description.into_iter().map(|text| text.value).collect(),
            link: rel.zip(href).map(|(rel, href)| (rel.value, href.value)),
            lang: lang.map(|text| text.value),
        });
    }
    let terms = found.iter().any(|notice| TERMS_TITLES.contains(&notice.title.as_str()) && notice.link.is_some());
    if !terms {
        notes.note(head, "the zone has no [[zone.notice]] titled `Terms of Use` with link_rel and link_href");
    }
    found
}

/// Refuses texts that common clients misread as "this name is free".
fn lint(text: &At<String>, place: &str, notes: &mut Notes) {
    for phrase in trap_phrases(&text.value) {
        let message =
            format!("{place}: clients take the words `{phrase}` to mean that the name is free; say it in others");
        notes.note(text.line, message);
    }
}

/// A line of port 43 has no line ends or other controls inside.
fn one_line(text: &At<String>, notes: &mut Notes) {
    if text.value.chars().any(|c| c.is_control() && c != '\t') {
        notes.note(text.line, "a line of port 43 holds no line ends or control characters: make it several lines");
    }
}
