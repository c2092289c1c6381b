//! The RDAP door without sockets: a data set in memory, asked by the heads of HTTP requests, by somebody who is not
//! counted.

use std::hash::RandomState;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use loket::answer::Searching;
use loket::answer::cursor::CursorKey;
use loket::guard::{Guard, Settings, Tier};
use loket::index::Snapshot;
use loket::model::zone::WhoisLayout;
use loket::render::site::Site;
use loket::session::Visitor;
use loket::session::http::{Request, Response, respond};
use loket::time::{Monotonic, Timestamp};
use serde_json::Value;

use crate::redaction_paths::CLASSES;
use crate::register::{self, BASE};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Pages of a search that never ends.
const PAGES_MAX: usize = 10_000;

static OPEN: LazyLock<Guard> = LazyLock::new(|| {
    let settings = Settings { lists: vec![(HERE.into(), Tier::Unlimited)], memory_mebibytes: 1, ..Settings::default() };
    Guard::new(settings, RandomState::new())
});

/// A data set and the site that tells of it.
pub struct Counter {
    pub snapshot: Snapshot,
    pub site: Site,
}

impl Counter {
    /// Searches are offered, with so many results on a page and no other bound that a test would reach.
    pub fn new(snapshot: Snapshot, page_size: usize) -> Counter {
        let searching = Searching {
            is_offered: true,
            page_size,
            matches_max: 1_000_000,
            candidates_max: 10_000_000,
            cursors: CursorKey::new([7; 32]),
        };
        Counter { snapshot, site: Site { searching, ..register::site(|_| WhoisLayout::Be) } }
    }

    /// The response to a GET. `target` follows the base URL, with its parameters.
    pub fn respond(&self, target: &str) -> Response {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let path = format!("/{path}");
        let request = Request {
            method: "GET",
            path: &path,
            query,
            secure: true,
            host: Some(b"rdap.registry.example"),
            headers: &|_| None,
        };
        let visitor =
            Visitor { guard: &OPEN, caller: OPEN.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX };
        respond(&request, Some(&self.snapshot), &self.site, &visitor)
    }

    /// The status and the body.
    pub fn get(&self, target: &str) -> (u16, Value) {
        let response = self.respond(target);
        let json = serde_json::from_slice(&response.body).unwrap_or_else(|error| panic!("{target}: {error}"));
        (response.status, json)
    }

    /// The pages of a search, each as its next link has it; none where nothing is found.
    pub fn pages(&self, target: &str) -> Pages<'_> {
        Pages { counter: self, next: Some(target.to_owned()), seen: 0 }
    }
}

/// See [`Counter::pages`].
pub struct Pages<'a> {
    counter: &'a Counter,
    next: Option<String>,
    seen: usize,
}

impl Iterator for Pages<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let target = self.next.take()?;
        let (status, page) = self.counter.get(&target);
        if status == 404 && self.seen == 0 {
            return None;
        }
        assert_eq!(status, 200, "{target}: {page:#}");
        self.seen += 1;
        assert!(self.seen < PAGES_MAX, "{target}: no end");
        self.next = next_page(&page).map(|href| {
            href.strip_prefix(BASE).unwrap_or_else(|| panic!("{target}: the next page is {href}")).to_owned()
        });
        Some(page)
    }
}

/// Where the next page of a search is.
pub fn next_page(page: &Value) -> Option<&str> {
    let links = page["paging_metadata"]["links"].as_array()?;
    links.iter().find(|link| link["rel"] == "next")?["href"].as_str()
}

/// The results on a page; none for any other answer.
pub fn results(page: &Value) -> &[Value] {
    let lists = CLASSES.iter().filter_map(|(_, member, _)| page[member].as_array());
    lists.map(Vec::as_slice).next().unwrap_or_default()
}

/// What identifies a result.
pub fn identifier(result: &Value) -> &str {
    let member = if result["objectClassName"] == "entity" { "handle" } else { "ldhName" };
    result[member].as_str().unwrap_or_else(|| panic!("{member} is missing: {result:#}"))
}
