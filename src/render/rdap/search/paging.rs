//! On which page of results an answer is, and how the next is reached (RFC 8977 §2.1, §2.4.1).

use serde::Serialize;

use super::Address;
use crate::answer::SearchAnswer;
use crate::render::rdap::Frame;
use crate::render::rdap::link::Link;

/// `paging_metadata`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<usize>,
    #[serde(flatten)]
    page: Option<Page>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
}

/// Where an answer stands among several pages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    page_size: usize,
    page_number: usize,
}

impl<'a> Paging<'a> {
    /// Of an answer. `None` where there is nothing to tell: the results fit on a page and were not to be counted.
    pub(super) fn of(frame: &Frame<'a>, address: Option<Address<'_>>, found: &SearchAnswer) -> Option<Paging<'a>> {
        let total_count = found.count.then_some(found.total);
        let page = (found.total > found.page_size)
            .then_some(Page { page_size: found.page_size, page_number: found.page_number });
        if total_count.is_none() && page.is_none() {
            return None;
        }
        let next = found.next.as_deref().zip(address).map(|(cursor, address)| address.with("cursor", cursor));
        let links = next.map(|href| Link::to_next(frame, href)).into_iter().collect();
        Some(Paging { total_count, page, links })
    }
}
