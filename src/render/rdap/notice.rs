//! Notices (RFC 9083 §4.3).

use std::borrow::Cow;

use serde::Serialize;

use super::Frame;
use super::link::Link;
use crate::model::zone::Zone;
use crate::render::site::{self, ZoneTexts};

/// The language of the texts of this program (RFC 9083 §4.4).
pub(super) const LANG: &str = "en";

#[derive(Serialize)]
pub(super) struct Notice<'a> {
    title: Cow<'a, str>,
    /// One of the types that IANA registered (RFC 9083 §10.2.1).
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    description: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
}

impl<'a> Notice<'a> {
    /// A notice in words of this program.
    pub(super) fn new(
        title: impl Into<Cow<'a, str>>,
        description: Vec<Cow<'a, str>>,
        link: Option<Link<'a>>,
    ) -> Notice<'a> {
        Notice { title: title.into(), kind: None, description, links: link.into_iter().collect(), lang: None }
    }

    /// Says that a search found more than its answer can reach (RFC 9083 §9).
    pub(super) fn truncated(results: usize) -> Notice<'a> {
        let sentence = format!("There may be more results than the {results} of this search. Ask more narrowly.");
        Notice {
            kind: Some("result set truncated due to excessive load"),
            ..Notice::new("Search Limits", vec![sentence.into()], None)
        }
    }

    fn configured(frame: &Frame<'a>, notice: &'a site::Notice) -> Notice<'a> {
        let mut description: Vec<Cow<'a, str>> =
            notice.description.iter().map(|line| Cow::from(line.as_str())).collect();
        if description.is_empty() {
            description.push(notice.title.as_str().into());
        }
        let link = notice.link.as_ref().map(|(rel, href)| Link::to_page(frame, rel, href));
        Notice {
            title: notice.title.as_str().into(),
            kind: None,
            description,
            links: link.into_iter().collect(),
            lang: notice.lang.as_deref(),
        }
    }

    /// True when both say the same.
    fn says_the_same(&self, other: &Notice<'_>) -> bool {
        self.title == other.title && self.description == other.description
    }
}

/// The remark on a domain of which not every contact is shown (RFC 9083 §9, RS-15).
pub(super) fn fewer_contacts<'a>() -> Notice<'a> {
    let sentence = "The profile of this zone shows one contact in a role; the register has more on this name.";
    Notice {
        kind: Some("object truncated due to unexplainable reasons"),
        ..Notice::new("Contacts", vec![sentence.into()], None)
    }
}

/// What the operator says on every answer about a zone.
pub(super) fn of_zone<'a>(frame: &Frame<'a>, texts: Option<&'a ZoneTexts>) -> Vec<Notice<'a>> {
    texts.iter().flat_map(|texts| &texts.notices).map(|notice| Notice::configured(frame, notice)).collect()
}

/// What stands on every answer about a domain of a zone.
pub(super) fn of_domain<'a>(frame: &Frame<'a>, zone: &Zone, texts: Option<&'a ZoneTexts>) -> Vec<Notice<'a>> {
    let mut notices = of_zone(frame, texts);
    if zone.gtld_profile {
        add_gtld(frame, &mut notices);
    }
    notices
}

/// Adds the notices that say something new.
pub(super) fn add_new<'a>(notices: &mut Vec<Notice<'a>>, others: Vec<Notice<'a>>) {
    for other in others {
        if !notices.iter().any(|notice| notice.says_the_same(&other)) {
            notices.push(other);
        }
    }
}

/// The two notices that ICANN's response profile demands on domains (RP 2.6.3 and 2.10), word by word.
pub(super) fn add_gtld<'a>(frame: &Frame<'a>, notices: &mut Vec<Notice<'a>>) {
    let wanted = [
        (
            "Status Codes",
            "For more information on domain status codes, please visit https://icann.org/epp",
            Link::to_page(frame, "glossary", "https://icann.org/epp"),
        ),
        (
            "RDDS Inaccuracy Complaint Form",
            "URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf",
            Link::to_page(frame, "help", "https://icann.org/wicf"),
        ),
    ];
    for (title, sentence, link) in wanted {
        if notices.iter().all(|notice| notice.title != title) {
            notices.push(Notice::new(title, vec![sentence.into()], Some(link)));
        }
    }
}
