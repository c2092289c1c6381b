//! What the service says about itself (RFC 9083 §7).

use std::borrow::Cow;

use serde::Serialize;

use super::link::Link;
use super::notice::{self, Notice};
use super::{Conformance, Frame, PAGING, REDACTED, REVERSE_SEARCH, SORTING, SUBSETTING, jscontact, search};
use crate::answer::Searching;
use crate::guard::{Question, Terms};
use crate::model::name::Name;
use crate::query::search::{ROUTES, Wish};
use crate::render::limits;
use crate::render::site::ZoneTexts;

/// The members of help that are its own.
#[derive(Serialize)]
pub(super) struct Help {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reverse_search_properties: Vec<search::Offered>,
}

impl Help {
    /// What is offered beside lookups.
    pub(super) fn of(searching: &Searching) -> Help {
        let reverse_search_properties = if searching.is_offered { search::offered() } else { Vec::new() };
        Help { reverse_search_properties }
    }
}

/// Everything that some answer may use (RFC 9083 §4.1).
pub(super) fn conformance<'a>(frame: &Frame<'a>) -> Conformance<'a> {
    let mut conformance = Conformance::default();
    conformance.add(REDACTED);
    conformance.add(jscontact::IDENTIFIER);
    if frame.site.searching.is_offered {
        for identifier in [SORTING, PAGING, SUBSETTING, REVERSE_SEARCH] {
            conformance.add(identifier);
        }
    }
    for zone in frame.site.zones.iter() {
        conformance.add_profiles(zone);
    }
    conformance
}

/// Terms, what is offered, what is withheld and why, whom to ask.
pub(super) fn notices<'a>(frame: &Frame<'a>, terms: Option<&Terms>) -> Vec<Notice<'a>> {
    let mut notices: Vec<Notice<'a>> = Vec::new();
    for texts in frame.site.texts.values() {
        notice::add_new(&mut notices, notice::of_zone(frame, Some(texts)));
    }
    notices.push(offered(frame));
    notices.push(Notice::new("Searches", searches(&frame.site.searching, terms), None));
    notices.push(Notice::new("Access", vec!["No registration and no password are needed.".into()], None));
    if let Some(terms) = terms {
        let sentences = limits::sentences(terms, frame.site.searching.is_offered).into_iter().map(Cow::from).collect();
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

/// What can be searched for, how, and how far.
fn searches<'a>(searching: &Searching, terms: Option<&Terms>) -> Vec<Cow<'a, str>> {
    if !searching.is_offered {
        return vec!["Searches and reverse searches are not offered.".into()];
    }
    let paths = ROUTES.iter().map(|route| {
        let join = if route.is_reverse { ", " } else { " or " };
        format!("{} by {}", route.path, route.predicates.join(join))
    });
    let wishes: Vec<&str> = Wish::ALL.iter().map(|wish| wish.word()).collect();
    let mut lines: Vec<Cow<'a, str>> = vec![
        format!("Searches: {}.", paths.collect::<Vec<_>>().join("; ")).into(),
        "A reverse search finds what one entity stands on that has all that is asked for; a role alone is refused.".into(),
        "One asterisk stands for the end of a label, in names, or for the end of the text, in fn and handle; something \
         comes before it."
            .into(),
        "An entity's fn is the name on its card, or the organisation where none stands there. What an answer withholds \
         is not searched."
            .into(),
        format!("Parameters beside these: {}.", wishes.join(", ")).into(),
        format!(
            "A page has {} results, a search {} at most: of more results the others are not reached, and a notice \
             tells of it.",
            searching.page_size, searching.matches_max
        )
        .into(),
    ];
    let costs = terms.into_iter().flat_map(|terms| Question::ALL.iter().zip(terms.costs));
    let cost = costs.filter(|(question, _)| **question == Question::Search).map(|(_, cost)| cost);
    lines.extend(cost.map(|cost| Cow::from(format!("Each page counts as {cost} in the rate limit."))));
    lines
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
