//! What the service says about itself (RFC 9083 §7).

use std::borrow::Cow;

use super::Frame;
use super::link::Link;
use super::notice::{self, Notice};
use crate::guard::Terms;
use crate::model::name::Name;
use crate::render::limits;
use crate::render::site::ZoneTexts;

/// Terms, what is offered, what is withheld and why, whom to ask.
pub(super) fn notices<'a>(frame: &Frame<'a>, terms: Option<&Terms>) -> Vec<Notice<'a>> {
    let mut notices: Vec<Notice<'a>> = Vec::new();
    for texts in frame.site.texts.values() {
        for notice in notice::of_zone(frame, Some(texts)) {
            if !notices.iter().any(|other| other.says_the_same(&notice)) {
                notices.push(notice);
            }
        }
    }
    notices.push(offered(frame));
    notices.push(Notice::new("Searches", vec!["Searches and reverse searches are not offered.".into()], None));
    notices.push(Notice::new("Access", vec!["No registration and no password are needed.".into()], None));
    if let Some(terms) = terms {
        let sentences = limits::sentences(terms).into_iter().map(Cow::from).collect();
        notices.push(Notice::new("Rate Limit Policy", sentences, None));
    }
    notices.extend(frame.site.texts.iter().map(|(zone, texts)| policy(frame, zone, texts)));
    if let Some(contact) = &frame.site.contact {
        let operator = Cow::from(format!("Questions about this service go to {}.", frame.site.operator));
        notices.push(Notice::new("Contact", vec![operator], Some(Link::to_page(frame, "help", contact))));
    }
    notices
}

fn offered<'a>(frame: &Frame<'a>) -> Notice<'a> {
    let zones: Vec<String> = frame.site.zones.iter().map(|zone| format!(".{}", zone.name)).collect();
    let lines = vec![
        Cow::from(format!("{} answers for names in {}.", frame.site.operator, zones.join(", "))),
        "Questions: domain/NAME, nameserver/NAME, entity/HANDLE, help.".into(),
        "A handle that stands in an answer can be asked for; no others can.".into(),
    ];
    Notice::new("Questions", lines, None)
}

fn policy<'a>(frame: &Frame<'a>, zone: &'a Name, texts: &'a ZoneTexts) -> Notice<'a> {
    let stamp = &texts.policy;
    let lines = vec![
        Cow::from(format!("The policy {}, version {}, decides what is published.", stamp.name, stamp.version)),
        "An answer lists what it withholds in its member \"redacted\" (RFC 9537).".into(),
    ];
    let link = stamp.url.as_deref().map(|url| Link::to_page(frame, "describedby", url));
    Notice::new(format!("Redaction Policy of .{zone}"), lines, link)
}
