//! Everything that the served sample tells: lookups of every object, and searches that find every object.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::client::{get, percent};
use crate::counter::{next_page, results};
use crate::demo::demo;
use crate::register::{Register, in_repository};

static CRAWLED: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let register = Register::read(&in_repository("data/sample/full.xml"));
    let mut paths: Vec<String> = register.domains.iter().map(|domain| format!("domain/{}", domain.name)).collect();
    let delegated = register.domains.iter().flat_map(|domain| &domain.nameservers).map(|server| &server.host);
    let hosts: BTreeSet<_> = register.hosts.iter().map(|host| &host.name).chain(delegated).collect();
    paths.extend(hosts.iter().map(|host| format!("nameserver/{host}")));
    let contacts = register.contacts.keys().map(|handle| handle.reveal());
    let registrars = register.registrars.iter().map(|registrar| registrar.id.as_str());
    paths.extend(contacts.chain(registrars).map(|handle| format!("entity/{}", percent(handle))));
    let mut searches = Vec::new();
    for first in ('a'..='z').chain('0'..='9').chain(['é', 'œ']) {
        let first = percent(&first.to_string());
        for wishes in ["", "&fieldSet=brief"] {
            searches.push(format!("domains?name={first}*{wishes}"));
            searches.push(format!("nameservers?name={first}*{wishes}"));
            searches.push(format!("entities?handle={first}*{wishes}"));
        }
        searches.push(format!("entities?fn={first}*&jscontact=1"));
    }
    paths.extend(searches);
    let mut crawled = Vec::new();
    while let Some(path) = paths.pop() {
        let reply = get(demo().http, &format!("/rdap/{path}"));
        let is_found = reply.status == 200;
        assert!(is_found || reply.status == 404, "{path}: {}", String::from_utf8_lossy(&reply.body));
        if is_found {
            let answer = reply.json();
            paths
                .extend(next_page(&answer).and_then(|href| href.split_once("/rdap/")).map(|(_, rest)| rest.to_owned()));
            crawled.push((path, answer));
        }
    }
    let found = |class: &str| {
        let results = crawled.iter().flat_map(|(_, answer)| results(answer));
        results.filter(|result| result["objectClassName"] == class).count()
    };
    assert!(found("domain") >= 2 * 197 && found("entity") > 40, "searches find everything");
    crawled
});

/// Every answer that found something, with its path below the base.
pub fn crawled() -> impl Iterator<Item = (&'static str, &'static Value)> {
    CRAWLED.iter().map(|(path, answer)| (path.as_str(), answer))
}
