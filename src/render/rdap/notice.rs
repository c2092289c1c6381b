//! Notices (RFC 9083 §4.3).

use std::borrow::Cow;

use serde::Serialize;

use super::Frame;
use super::link::Link;
use crate::render::site::{self, ZoneTexts};

/// The language of the texts of this program (RFC 9083 §4.4).
pub(super) const LANG: &str = "en";

#[derive(Serialize)]
pub(super) struct Notice<'a> {
    title: Cow<'a, str>,
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
        Notice { title: title.into(), description, links: link.into_iter().collect(), lang: None }
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
            description,
            links: link.into_iter().collect(),
            lang: notice.lang.as_deref(),
        }
    }

    /// True when both say the same.
    pub(super) fn says_the_same(&self, other: &Notice<'_>) -> bool {
        self.title == other.title && self.description == other.description
    }
}

/// What the operator says on every answer about a zone.
pub(super) fn of_zone<'a>(frame: &Frame<'a>, texts: Option<&'a ZoneTexts>) -> Vec<Notice<'a>> {
    texts.iter().flat_map(|texts| &texts.notices).map(|notice| Notice::configured(frame, notice)).collect()
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
