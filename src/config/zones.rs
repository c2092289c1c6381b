//! The sections `[[zone]]`: zones and what their answers say.

use std::collections::BTreeMap;

use icu_locale_core::LanguageIdentifier;

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
    let profile = section.text("profile", notes);
    let port43 = section.text("port43", notes);
    if let Some(port43) = &port43
        && let Err(error) = Name::parse(&port43.value)
    {
        notes.note(port43.line, format!("zone.port43: `{}` is no host name: {error}", port43.value));
    }
    if let Some(profile) = &profile
        && !is_identifier(&profile.value)
    {
        notes.note(
            profile.line,
            format!(
                "zone.profile: `{}` is no identifier of an RDAP extension of one's own: a letter, then letters, digits \
                 and underscores, 64 at most",
                profile.value
            ),
        );
    }
    let banner = section.texts("whois_banner", notes);
    let withheld = section.text("whois_withheld", notes);
    let closing = section.text("whois_closing", notes);
    let notices = notices(&mut section, head, notes);
    section.finish(notes);

    for text in banner.iter().chain(&withheld).chain(&closing) {
        lint(text, "zone", notes);
        one_line(text, notes);
        if layout == Some(WhoisLayout::Be) {
            ascii(text, notes);
        }
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
        whois_frame: Default::default(),
        whois_withheld: withheld.map_or_else(String::new, |text| text.value),
        whois_closing: closing.map_or_else(String::new, |text| text.value),
        notices,
        policy: stamp.unwrap_or_default(),
    };
    let At { value: name, line } = name?;
    let profile = profile.map(|text| text.value);
    Some((Zone { name, layout: layout?, policy, gtld_profile, profile }, line, texts))
}

/// Whether a text is the identifier of an RDAP extension (RFC 7480 §6: it begins with a letter, and not with `xml`)
/// that a registry may claim: not one that RFCs or ICANN have given a meaning.
fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.len() <= 64;
    let lower = text.to_ascii_lowercase();
    let is_taken = ["xml", "rdap_", "icann_"].iter().any(|start| lower.starts_with(start))
        || ["redacted", "jscontact", "paging", "sorting", "subsetting", "reverse_search"].contains(&lower.as_str());
    is_name && !is_taken
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
        if let Some(lang) = &lang
            && !is_language_tag(&lang.value)
        {
            notes.note(lang.line, format!("zone.notice.lang: `{}` is no language tag such as nl or fr-BE", lang.value));
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

/// A language with script, region and variants (RFC 5646 §2.1), hyphens between them, in any case.
fn is_language_tag(text: &str) -> bool {
    LanguageIdentifier::try_from_str(text).is_ok_and(|tag| tag.to_string().eq_ignore_ascii_case(text))
}

/// Refuses texts that common clients misread as "this name is free".
pub fn lint(text: &At<String>, place: &str, notes: &mut Notes) {
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

/// Answers in the layout of .be are ASCII (WH-10). A text of the operator's is not spelled in ASCII for them: how its
/// words read without their accents is theirs to say.
fn ascii(text: &At<String>, notes: &mut Notes) {
    if let Some(c) = text.value.chars().find(|c| !c.is_ascii()) {
        notes.note(text.line, format!("port 43 in the layout `be` is ASCII, which has no `{c}`: say it without"));
    }
}
