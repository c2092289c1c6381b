//! Pages, counts, orders and cursors (RFC 8977).

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{ask, found, items, text};
use crate::client::get;
use crate::counter::{identifier, next_page, results};
use crate::server::Place;

/// The demonstration with so many results on a page.
fn with_pages_of(size: usize) -> Place {
    Place::with(|settings| {
        let (before, section) = settings.split_once("[search]\n").unwrap();
        let kept: Vec<&str> = section.lines().filter(|line| !line.starts_with("page_size")).collect();
        format!("{before}[search]\npage_size = {size}\n{}", kept.join("\n"))
    })
}

/// The page that a target, or the link to it, leads to.
fn page(http: SocketAddr, target: &str) -> Value {
    let (_, path) = target.split_once("/rdap/").unwrap();
    let reply = get(http, &format!("/rdap/{path}"));
    assert_eq!(reply.status, 200, "{target}: {}", String::from_utf8_lossy(&reply.body));
    reply.json()
}

/// All pages, from the first to the last.
fn walked(http: SocketAddr, target: &str) -> Vec<Value> {
    let mut pages = vec![page(http, target)];
    while let Some(next) = next_page(&pages[pages.len() - 1]).map(str::to_owned) {
        pages.push(page(http, &next));
        assert!(pages.len() < 500, "{target}: no end");
    }
    pages
}

fn names(pages: &[Value]) -> Vec<String> {
    pages.iter().flat_map(results).map(|result| identifier(result).to_owned()).collect()
}

#[test]
fn pg_01_pg_03_pg_04_pg_05_every_object_stands_on_one_page() {
    let server = with_pages_of(3).serve();
    let other = with_pages_of(1000).serve();
    for search in [
        "domains?name=b*",
        "domains?nsLdhName=ns1.bedrijf*",
        "nameservers?name=ns*",
        "entities?handle=c*",
        "domains/reverse_search/entity?handle=c1001",
        "domains?name=b*&fieldSet=id&x=1&count=yes",
        "domains?name=b*&sort=name:d",
    ] {
        let target = format!("/rdap/{search}");
        let pages = walked(server.http, &target);
        let whole = walked(other.http, &target);
        assert_eq!(whole.len(), 1, "{search}");
        assert_eq!(names(&pages), names(&whole), "{search}");
        assert_eq!(names(&pages).iter().collect::<BTreeSet<_>>().len(), names(&pages).len(), "{search}: none twice");
        assert_eq!(pages.len(), names(&whole).len().div_ceil(3), "{search}");
        for (number, page) in pages.iter().enumerate() {
            let paging = &page["paging_metadata"];
            let is_paged = pages.len() > 1;
            assert_eq!(paging["pageSize"].as_u64(), is_paged.then_some(3), "PG-03: {search}");
            assert_eq!(paging["pageNumber"].as_u64(), is_paged.then_some(number as u64 + 1), "PG-03: {search}");
            let listed = items(&page["rdapConformance"]).contains(&Value::from("paging"));
            assert_eq!(listed, page.get("paging_metadata").is_some(), "PG-01: {search}");
            let Some(next) = next_page(page) else { continue };
            let (_, query) = next.split_once('?').unwrap();
            let cursors: Vec<&str> = query.split('&').filter_map(|part| part.strip_prefix("cursor=")).collect();
            let [cursor] = cursors[..] else { panic!("{next}") };
            assert!(
                cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/=-_".contains(&byte)),
                "PG-05: {cursor}"
            );
            let kept: Vec<&str> = query.split('&').filter(|part| !part.starts_with("cursor=")).collect();
            assert_eq!(kept.join("&"), search.split_once('?').unwrap().1, "PG-04: other parameters stay");
        }
        assert!(whole[0]["paging_metadata"].get("pageSize").is_none(), "PG-03: {search}");
    }
}

/// As many results as fit on a page, and one more.
#[test]
fn pg_03_the_boundary_of_a_page() {
    let total = names(&walked(crate::demo::demo().http, "/rdap/domains?name=b*")).len();
    for (size, pages) in [(total - 1, 2), (total, 1), (total + 1, 1)] {
        let server = with_pages_of(size).serve();
        let walked = walked(server.http, "/rdap/domains?name=b*&count=1");
        assert_eq!(walked.len(), pages, "{size} of {total}");
        for page in &walked {
            assert_eq!(page["paging_metadata"]["totalCount"], total);
            assert_eq!(page["paging_metadata"].get("pageSize").is_some(), pages > 1);
        }
    }
}

#[test]
fn pg_02_pg_13_counts_are_told_when_asked_for() {
    let search = "domains?name=bedr*";
    for (count, is_told) in [("true", true), ("yes", true), ("1", true), ("false", false), ("no", false), ("0", false)]
    {
        let page = found(&format!("{search}&count={count}"));
        let told = page["paging_metadata"].get("totalCount");
        assert_eq!(told, is_told.then_some(&Value::from(results(&page).len())), "{count}");
    }
    assert_eq!(found(search)["paging_metadata"].get("totalCount"), None);
    // Three of its domains are told with it; its private twin in `persoon.be` is on none.
    let page = found("domains/reverse_search/entity?handle=c1001&count=true");
    assert_eq!(page["paging_metadata"]["totalCount"], results(&page).len());
}

#[test]
fn pg_06_pg_07_cursors_are_sealed() {
    let server = with_pages_of(3).serve();
    let search = "/rdap/domains?name=b*";
    let first = page(server.http, search);
    let next = next_page(&first).unwrap();
    let cursor = next.rsplit("cursor=").next().unwrap().to_owned();
    let status = |target: &str| get(server.http, target).status;
    assert_eq!(status(&format!("{search}&cursor={cursor}")), 200);
    for at in 0..cursor.len() {
        let mut forged = cursor.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        if forged != cursor {
            assert_eq!(status(&format!("{search}&cursor={forged}")), 400, "character {at}");
        }
    }
    for wrong in [&cursor[1..], &cursor[..cursor.len() - 1], &format!("{cursor}A"), "AAAA", "=", "/"] {
        assert_eq!(status(&format!("{search}&cursor={wrong}")), 400, "{wrong}");
    }
    for other in [
        "domains?name=be*",
        "domains?name=b*&sort=name:d",
        "nameservers?name=b*",
        "entities?fn=b*",
        "domains/reverse_search/entity?handle=c1001",
    ] {
        assert_eq!(status(&format!("/rdap/{other}&cursor={cursor}")), 400, "{other}");
    }
    // Nothing of what it stands for can be read in it, in whatever base it is written.
    let texts = [cursor.clone(), decoded(&cursor)];
    let last = identifier(results(&first).last().unwrap());
    for word in [last, last.split('.').next().unwrap(), "name", "offset", "page", "domain"] {
        assert!(texts.iter().all(|text| !text.to_lowercase().contains(word)), "PG-07: {word} in {texts:?}");
    }
    // Another start, another key.
    let again = with_pages_of(3).serve();
    assert_eq!(get(again.http, &format!("{search}&cursor={cursor}")).status, 400);
}

/// What a text in base 64 holds, either alphabet.
fn decoded(text: &str) -> String {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' | b'+' => Some(62),
        b'_' | b'/' => Some(63),
        _ => None,
    };
    let bits: Vec<u8> = text.bytes().filter_map(value).collect();
    let bytes = bits.chunks(4).flat_map(|four| {
        let number = four.iter().fold(0u32, |number, six| number << 6 | u32::from(*six)) << (6 * (4 - four.len()));
        number.to_be_bytes()[1..].to_vec()
    });
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

#[test]
fn pg_08_pg_09_pg_12_orders_are_those_asked_for() {
    let sorted = |search: &str| names(&walked(crate::demo::demo().http, &format!("/rdap/{search}")));
    let by_name = sorted("domains?name=b*&sort=name");
    let mut reversed = sorted("domains?name=b*&sort=name:d");
    reversed.reverse();
    assert_eq!(by_name, reversed);
    // An IDN stands where people look for it.
    let written: Vec<String> = by_name
        .iter()
        .map(|name| loket::model::name::Name::parse(name).unwrap().unicode().unwrap_or_else(|| name.clone()))
        .collect();
    assert!(written.is_sorted(), "{written:?}");

    let dates: Vec<String> = walked(crate::demo::demo().http, "/rdap/domains?name=b*&sort=registrationDate")
        .iter()
        .flat_map(results)
        .filter_map(|domain| {
            let event = items(&domain["events"]).iter().find(|event| event["eventAction"] == "registration")?;
            Some(text(event, "eventDate").to_owned())
        })
        .collect();
    assert!(dates.len() > 10 && dates.is_sorted(), "{dates:?}");

    // By number: 192.0.2.1 before 198.51.100.1 before 203.0.113.7.
    let servers = walked(crate::demo::demo().http, "/rdap/nameservers?name=ns*&sort=ipv4");
    let addresses: Vec<std::net::Ipv4Addr> = servers
        .iter()
        .flat_map(results)
        .filter_map(|server| server["ipAddresses"]["v4"][0].as_str()?.parse().ok())
        .collect();
    assert!(addresses.len() > 2 && addresses.is_sorted(), "{addresses:?}");

    for search in ["domains?name=b*", "nameservers?name=ns*", "entities?handle=c*"] {
        let page = found(search);
        assert!(items(&page["rdapConformance"]).contains(&Value::from("sorting")), "PG-01: {search}");
        let sorts = items(&page["sorting_metadata"]["availableSorts"]);
        assert_eq!(sorts.iter().filter(|sort| sort["default"] == true).count(), 1, "PG-12: {search}");
        for sort in sorts {
            let property = text(sort, "property");
            let path = JsonPath::parse(text(sort, "jsonPath")).unwrap_or_else(|error| panic!("{sort}: {error}"));
            assert!(path.query(&page).all().iter().all(|node| node.is_string()), "{sort}");
            for wish in [property.to_owned(), format!("{property}:a"), format!("{property}:d")] {
                let page = found(&format!("{search}&sort={wish}"));
                assert_eq!(page["sorting_metadata"]["currentSort"], wish, "PG-08: {search}");
            }
            for link in items(&sort["links"]) {
                let (_, path) = text(link, "href").split_once("/rdap/").unwrap();
                assert_eq!(ask(path).status, 200, "{link}");
            }
        }
        assert!(!sorts.iter().any(|sort| ["email", "voice", "fax"].contains(&text(sort, "property"))), "PG-11");
    }
}

/// What was there before and after an import is found once, whatever came and went in between.
#[test]
fn pg_04_pages_go_on_over_an_import() {
    let place = with_pages_of(5);
    let server = place.serve();
    for search in ["domains?name=v*", "domains?name=h*&sort=name:d"] {
        page(server.http, &format!("/rdap/{search}"));
    }
    let starts: Vec<(String, Value)> = ["v", "h", "n", "w", "o", "b"]
        .map(|first| format!("/rdap/domains?name={first}*&sort=name"))
        .into_iter()
        .map(|target| (target.clone(), page(server.http, &target)))
        .collect();
    let before: Vec<Vec<String>> = starts.iter().map(|(target, _)| names(&walked(server.http, target))).collect();
    server.place().import(&["data/sample/diff.xml"]);
    let served = || get(server.http, "/rdap/domain/nieuw.be").status;
    (0..600).find(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        served() == 200
    });
    assert_eq!(served(), 200, "the import is served");
    for ((target, first), before) in starts.into_iter().zip(before) {
        let mut pages = vec![first];
        while let Some(next) = next_page(&pages[pages.len() - 1]).map(str::to_owned) {
            let (_, path) = next.split_once("/rdap/").unwrap();
            let reply = get(server.http, &format!("/rdap/{path}"));
            // The last page may have gone.
            if reply.status == 404 {
                break;
            }
            assert_eq!(reply.status, 200, "{next}");
            pages.push(reply.json());
        }
        let found = names(&pages);
        let after = names(&walked(server.http, &target));
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "{target}: none twice");
        for name in before.iter().filter(|name| after.contains(name)) {
            assert!(found.contains(name), "{target}: {name} is missing");
        }
    }
}

#[test]
fn sr_14_sr_20_a_set_that_is_cut_off_says_so() {
    let place = Place::with(|settings| {
        let (before, section) = settings.split_once("[search]\n").unwrap();
        let kept: Vec<&str> =
            section.lines().filter(|line| !line.starts_with("matches_max") && !line.starts_with("page_size")).collect();
        format!("{before}[search]\nmatches_max = 5\npage_size = 2\n{}", kept.join("\n"))
    });
    let server = place.serve();
    let cut = walked(server.http, "/rdap/domains?name=b*&count=true");
    assert_eq!(names(&cut).len(), 5);
    let is_told = |page: &Value| {
        items(&page["notices"]).iter().any(|notice| notice["type"] == "result set truncated due to excessive load")
    };
    for page in &cut {
        assert!(is_told(page) && page["paging_metadata"]["totalCount"] == 5, "{page:#}");
    }
    let whole = page(server.http, "/rdap/domains?name=bedr*");
    assert_eq!(results(&whole).len(), 2, "of three, on pages of two");
    assert!(!is_told(&whole));
}
