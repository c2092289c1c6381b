//! Port-43 answers: the layout of .be in 7-bit ASCII, and that of gTLD registries in UTF-8.
//!
//! Both show the same public record, so neither shows more than RDAP does (WH-21). Lines end in CRLF (WH-04). A value
//! stands on one line whatever it holds (WH-22). No line names another server to ask: clients would follow it.

mod be;
mod card;
mod date;
mod frame;
mod gtld;
mod lines;
mod page;
mod status;
mod traps;

pub use frame::Frame;
pub use traps::trap_phrases;

use std::borrow::Cow;

use crate::answer::{Answer, NotAllowed, Registered};
use crate::guard::Terms;
use crate::index::Generation;
use crate::model::name::{NAME_OCTETS_MAX, Name};
use crate::model::zone::{WhoisLayout, Zone};
use crate::query::Refusal;
use crate::render::site::{Site, ZoneTexts};
use crate::render::{limits, refusal};
use page::{Charset, Page};

/// A registered domain as a port-43 page, written from where it stands in memory.
pub fn registered(found: &Registered<'_>, site: &Site, generation: &Generation) -> Vec<u8> {
    match of_zone(site, found.zone) {
        (WhoisLayout::Be, texts) => be::domain(found, &texts),
        (WhoisLayout::Gtld, texts) => gtld::domain(found, &texts, generation),
    }
}

/// Any other answer as a port-43 page.
pub fn render(answer: &Answer, site: &Site, generation: &Generation) -> Vec<u8> {
    match answer {
        Answer::Available(name) => match surroundings(site, name) {
            (WhoisLayout::Be, texts) => be::status(name, be::AVAILABLE, &texts),
            (WhoisLayout::Gtld, texts) => gtld::sentence(gtld::NOT_FOUND, &texts, generation),
        },
        Answer::Reserved(name, _) => match surroundings(site, name) {
            (WhoisLayout::Be, texts) => be::status(name, be::NOT_AVAILABLE, &texts),
            (WhoisLayout::Gtld, texts) => gtld::sentence(gtld::RESERVED, &texts, generation),
        },
        Answer::NotAllowed(name, why) => not_allowed(name, *why, site, generation),
        Answer::Nameserver(found) => {
            let (layout, texts) = surroundings(site, &found.host.name);
            let charset = if layout == WhoisLayout::Be { Charset::Ascii } else { Charset::Utf8 };
            gtld::nameserver(found, charset, &texts, generation)
        }
        Answer::Registrar(registrar) => gtld::registrar(registrar, &house(site).1, generation),
        Answer::Contact(contact) => gtld::lone_contact(contact, &house(site).1, generation),
        // Port 43 knows no searches, and what is registered is a matter of [`registered`].
        Answer::Domain(_) | Answer::Found(_) | Answer::NotFound => {
            gtld::sentence(gtld::NOTHING_KNOWN, &house(site).1, generation)
        }
        Answer::Help => help_for(site, None),
    }
}

/// The page for a line that holds no question. A text that is not a name is "not allowed" in the layout of the zone
/// that it ends in (WH-13); everything else gets the comment lines of [`refusal::whois`].
///
/// `line` is repeated only where it has nothing but the characters of names (WH-07).
pub fn refused(line: &[u8], refusal: &Refusal, site: &Site, generation: &Generation) -> Vec<u8> {
    if !matches!(refusal, Refusal::BadName(_)) {
        return refusal::whois(refusal);
    }
    let text = std::str::from_utf8(line).unwrap_or_default().trim_ascii().trim_end_matches('.').to_ascii_lowercase();
    let zone = zone_by_ending(site, &text);
    match zone.map_or_else(|| house(site), |zone| of_zone(site, zone)) {
        (WhoisLayout::Be, texts) => be::not_allowed(echo(&text), be::APPROVED_CHARACTERS, &texts),
        (WhoisLayout::Gtld, texts) => gtld::sentence(gtld::NOT_REGISTRABLE, &texts, generation),
    }
}

fn not_allowed(name: &Name, why: NotAllowed, site: &Site, generation: &Generation) -> Vec<u8> {
    let (layout, texts) = surroundings(site, name);
    match layout {
        WhoisLayout::Gtld => gtld::sentence(gtld::NOT_REGISTRABLE, &texts, generation),
        WhoisLayout::Be => {
            let message = match why {
                NotAllowed::OutsideZones | NotAllowed::ZoneItself => be::add_extension(be_zone(site)),
                NotAllowed::SubDomain | NotAllowed::Label => be::APPROVED_CHARACTERS.to_owned(),
            };
            be::not_allowed(Some(name.as_str()), &message, &texts)
        }
    }
}

/// What this server offers, and what holds for the one who asks, as comment lines.
pub fn help(site: &Site, terms: &Terms) -> Vec<u8> {
    help_for(site, Some(terms))
}

/// Help for one who asks, or for nobody in particular: then without limits.
fn help_for(site: &Site, terms: Option<&Terms>) -> Vec<u8> {
    let mut page = Page::new(Charset::Ascii);
    page.comment(&format!("{}: questions about domain names", site.operator));
    page.comment("");
    page.comment("Send one line and read to the end. The line is one of");
    page.comment("  NAME                 a domain name, in A-labels or in UTF-8");
    page.comment("  domain NAME          the same");
    page.comment("  nameserver HOST      a name server");
    page.comment("  registrar REGISTRAR  a registrar, by its handle or its name");
    page.comment("  help                 this page; an empty line asks for it too");
    page.comment("");
    if let Some(terms) = terms {
        for sentence in limits::sentences(terms, site.searching.is_offered) {
            page.comment(&sentence);
        }
        page.comment("");
    }
    page.comment("What a zone's disclosure policy does not open is left out, or marked as not shown.");
    for zone in site.zones.iter() {
        page.comment(&stamped(zone, site.texts.get(&zone.name)));
    }
    for (title, text) in [("RDAP", site.rdap_bases.first()), ("Contact", site.contact.as_ref())] {
        if let Some(text) = text {
            page.comment(&format!("{title}: {text}"));
        }
    }
    page.into_bytes()
}

/// A zone, and the policy that decides for it: its name, its version and where to read it.
fn stamped(zone: &Zone, texts: Option<&ZoneTexts>) -> String {
    match texts.map(|texts| &texts.policy).filter(|policy| !policy.name.is_empty()) {
        Some(policy) => {
            let url = policy.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
            format!("Zone {}: disclosure policy {}, version {}{url}", zone.name, policy.name, policy.version)
        }
        None => format!("Zone {}", zone.name),
    }
}

/// The layout and the texts of the zone in which a name lies; those of the house where it lies in none.
fn surroundings<'a>(site: &'a Site, name: &Name) -> (WhoisLayout, Cow<'a, ZoneTexts>) {
    site.zones.of(name).map_or_else(|| house(site), |zone| of_zone(site, zone))
}

/// The layout and the texts for what lies in no zone of ours: those of the first zone in the layout of .be, else of
/// the first zone.
fn house(site: &Site) -> (WhoisLayout, Cow<'_, ZoneTexts>) {
    match be_zone(site).or_else(|| site.zones.iter().next()) {
        Some(zone) => of_zone(site, zone),
        None => (WhoisLayout::Be, Cow::Owned(ZoneTexts::default())),
    }
}

fn of_zone<'a>(site: &'a Site, zone: &Zone) -> (WhoisLayout, Cow<'a, ZoneTexts>) {
    (zone.layout, site.texts.get(&zone.name).map_or_else(|| Cow::Owned(ZoneTexts::default()), Cow::Borrowed))
}

fn be_zone(site: &Site) -> Option<&Zone> {
    site.zones.iter().find(|zone| zone.layout == WhoisLayout::Be)
}

fn zone_by_ending<'a>(site: &'a Site, text: &str) -> Option<&'a Zone> {
    site.zones.iter().find(|zone| text.strip_suffix(zone.name.as_str()).is_some_and(|rest| rest.ends_with('.')))
}

/// A line that may be repeated: not longer than a name, in the characters of names and `_`.
fn echo(text: &str) -> Option<&str> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (!text.is_empty() && text.len() <= NAME_OCTETS_MAX && text.bytes().all(is_safe)).then_some(text)
}

#[cfg(test)]
mod tests;
