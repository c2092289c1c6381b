//! Answers to searches (RFC 9083 §8): a page of results, and what can be asked of them.
//!
//! A result is built as an answer to a lookup is, or from fewer of the same parts where less of it is wanted (RFC 8982):
//! what is withheld is noted where a part is made, so that each result lists its own redactions and no others
//! (RFC 9537 §4.2). `sorting_metadata` and `subsetting_metadata` stand on every answer, as RFC 8977 §2.1 and
//! RFC 8982 §2.1 recommend; `paging_metadata` where the results were to be counted or do not fit on a page.
//!
//! The profiles of a zone are named, and its notices stand, where a name of it is among the results, however much of
//! it is told. What a reverse search went by need not stand in `id` and `brief` results: these leave out contacts.

mod address;
mod paging;
mod reverse;
mod sorting;
mod subsetting;

use serde::Serialize;

use self::address::Address;
use self::paging::Paging;
use self::sorting::Sorting;
use self::subsetting::Subsetting;
use super::domain::{self, Domain};
use super::entity::{self, Listed};
use super::nameserver::{self, Nameserver};
use super::notice::{self, Notice};
use super::redacted::Redactions;
use super::{Conformance, Frame, PAGING, REVERSE_SEARCH, Rendered, SORTING, SUBSETTING, Topmost, WithRedacted};
use super::{any_texts, rendered, zone_of};
use crate::answer::{DomainAnswer, Hits, NameserverAnswer, SearchAnswer};
use crate::model::zone::Zone;
use crate::query::search::FieldSet;

pub(super) use self::reverse::{Offered, offered};

/// The members of an answer that are its own.
#[derive(Serialize)]
struct Results<'a> {
    #[serde(flatten)]
    list: List<'a>,
    sorting_metadata: Sorting<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paging_metadata: Option<Paging<'a>>,
    subsetting_metadata: Subsetting<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reverse_search_properties_mapping: Vec<reverse::Mapping>,
}

/// The results, under the name of their class.
#[derive(Serialize)]
enum List<'a> {
    #[serde(rename = "domainSearchResults")]
    Domains(Vec<WithRedacted<Domain<'a>>>),
    #[serde(rename = "nameserverSearchResults")]
    Nameservers(Vec<WithRedacted<Nameserver<'a>>>),
    #[serde(rename = "entitySearchResults")]
    Entities(Vec<WithRedacted<Listed<'a>>>),
}

/// One page of results.
pub(super) fn render(frame: &Frame<'_>, found: &SearchAnswer) -> Rendered {
    let address = Address::parse(frame.url.asked);
    let mut conformance = Conformance::default();
    let results = Results {
        list: list(frame, found, &mut conformance),
        sorting_metadata: Sorting::of(frame, address, found),
        paging_metadata: Paging::of(frame, address, found),
        subsetting_metadata: Subsetting::of(frame, address, found),
        reverse_search_properties_mapping: reverse::mappings(&found.target),
    };
    conformance.add(SORTING);
    if results.paging_metadata.is_some() {
        conformance.add(PAGING);
    }
    conformance.add(SUBSETTING);
    if !results.reverse_search_properties_mapping.is_empty() {
        conformance.add(REVERSE_SEARCH);
    }
    let zones = zones(frame, &found.hits);
    for zone in &zones {
        conformance.add_profiles(zone);
    }
    let notices = notices(frame, found, &zones);
    rendered(
        200,
        &Topmost { rdap_conformance: conformance.into_identifiers(), object: results, notices, lang: notice::LANG },
    )
}

fn list<'a>(frame: &Frame<'a>, found: &'a SearchAnswer, conformance: &mut Conformance<'a>) -> List<'a> {
    let (fields, stem) = (found.fields, found.target.class().results());
    match &found.hits {
        Hits::Domains(hits) => List::Domains(each(stem, hits, conformance, |hit, root, redactions| {
            of_domain(frame, hit, fields, &root, redactions)
        })),
        Hits::Nameservers(hits) => List::Nameservers(each(stem, hits, conformance, |hit, root, redactions| {
            of_nameserver(frame, hit, fields, &root, redactions)
        })),
        Hits::Entities(hits) => List::Entities(each(stem, hits, conformance, |hit, root, redactions| {
            entity::of_result(frame, hit, fields, root, redactions)
        })),
    }
}

/// Builds each result at its place in the answer, with what is withheld of it.
fn each<'a, H, T: Serialize>(
    stem: &str,
    hits: &'a [H],
    conformance: &mut Conformance<'_>,
    build: impl Fn(&'a H, String, &mut Redactions) -> T,
) -> Vec<WithRedacted<T>> {
    let results = hits.iter().enumerate().map(|(index, hit)| {
        let mut redactions = Redactions::default();
        let object = build(hit, format!("$.{stem}[{index}]"), &mut redactions);
        conformance.add_used(&redactions);
        WithRedacted::new(object, redactions)
    });
    results.collect()
}

fn of_domain<'a>(
    frame: &Frame<'a>,
    hit: &'a DomainAnswer,
    fields: FieldSet,
    root: &str,
    redactions: &mut Redactions,
) -> Domain<'a> {
    match fields {
        FieldSet::Id => domain::identified(frame, hit),
        FieldSet::Brief => domain::in_brief(frame, hit, root, redactions),
        FieldSet::Full => {
            let (_, texts) = zone_of(frame.site, &hit.domain.name);
            domain::of_answer(frame, hit, texts, root, redactions)
        }
    }
}

fn of_nameserver<'a>(
    frame: &Frame<'a>,
    hit: &'a NameserverAnswer,
    fields: FieldSet,
    root: &str,
    redactions: &mut Redactions,
) -> Nameserver<'a> {
    match fields {
        FieldSet::Id => nameserver::identified(frame, &hit.host.name),
        FieldSet::Brief => nameserver::in_brief(frame, hit),
        FieldSet::Full => nameserver::of_answer(frame, hit, root, redactions),
    }
}

/// The zones of the results, each once, in the order in which they appear.
fn zones<'a>(frame: &Frame<'a>, hits: &Hits) -> Vec<&'a Zone> {
    let found: Vec<Option<&Zone>> = match hits {
        Hits::Domains(hits) => hits.iter().map(|hit| frame.site.zones.of(&hit.domain.name)).collect(),
        Hits::Nameservers(hits) => hits.iter().map(|hit| frame.site.zones.of(&hit.host.name)).collect(),
        Hits::Entities(_) => Vec::new(),
    };
    let mut zones: Vec<&Zone> = Vec::new();
    for zone in found.into_iter().flatten() {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    zones
}

/// What a lookup of any of the results would say, each notice once; and whether there may be more results.
fn notices<'a>(frame: &Frame<'a>, found: &SearchAnswer, zones: &[&Zone]) -> Vec<Notice<'a>> {
    let mut notices: Vec<Notice<'a>> = Vec::new();
    notices.extend(found.is_truncated.then(|| Notice::truncated(found.total)));
    let of_zones = zones.iter().filter_map(|zone| frame.site.texts.get(&zone.name));
    let any = any_texts(frame.site).filter(|_| zones.is_empty());
    for texts in of_zones.chain(any) {
        notice::add_new(&mut notices, notice::of_zone(frame, Some(texts)));
    }
    if matches!(found.hits, Hits::Domains(_)) && zones.iter().any(|zone| zone.gtld_profile) {
        notice::add_gtld(frame, &mut notices);
    }
    notices
}
