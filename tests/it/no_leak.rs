//! Nothing leaks (invariants 1, 6 and 9): every byte that leaves any door, every log line, the metrics and the files of
//! the public store are searched for the canaries of the sample, and each answer is held against the allow-lists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::allow_list::{strangers_in_rdap, strangers_in_whois};
use crate::canary::Canaries;
use crate::client::{self, Reply, percent};
use crate::server::{self, Server};

static CANARIES: LazyLock<Canaries> = LazyLock::new(|| Canaries::of_deposit(Path::new("data/sample/full.xml")));

/// Every text of these elements in the sample: what a curious stranger could ask for.
fn asked_about() -> Vec<String> {
    let deposit = fs::read_to_string("data/sample/full.xml").unwrap();
    let mut texts = BTreeSet::new();
    for element in
        ["name", "hostObj", "hostName", "id", "registrant", "contact", "clID", "roid", "email", "org", "uName", "gurid"]
    {
        for piece in deposit.split('<').filter(|piece| {
            let tag = piece.split(['>', ' ']).next().unwrap_or_default();
            tag.rsplit(':').next() == Some(element) && !piece.starts_with('/')
        }) {
            if let Some((_, text)) = piece.split_once('>') {
                texts.insert(text.trim().to_owned());
            }
        }
    }
    texts.remove("");
    assert!(texts.len() > 600, "only {} texts found", texts.len());
    texts.into_iter().collect()
}

/// The searches that take a text.
const SEARCHES: &[&str] = &[
    "domains?name=",
    "domains?nsLdhName=",
    "nameservers?name=",
    "entities?fn=",
    "entities?handle=",
    "domains/reverse_search/entity?handle=",
    "domains/reverse_search/entity?fn=",
    "domains/reverse_search/entity?email=",
    "nameservers/reverse_search/entity?fn=",
];

/// Searches that find much, in every order, size, coding and form.
fn search_searches(server: &Server, search: &mut Search) {
    let mut todo = vec!["domains?nsIp=192.0.2.1".to_owned(), "nameservers?ip=2001:db8::1".to_owned()];
    for first in "abcdefghijklmnopqrstuvwxyz0123456789".chars() {
        for wish in ["", "&fieldSet=brief&jscontact=1"] {
            todo.extend(SEARCHES.iter().map(|path| format!("{path}{first}*{wish}")));
        }
        todo.push(format!("domains?name={first}*&fieldSet=id&count=true"));
        todo.push(format!("domains?name={first}*&sort=registrationDate:d"));
        todo.push(format!("entities?handle={first}*&sort=fn,org,city"));
    }
    todo.push("domains/reverse_search/entity?handle=99001&role=registrar&count=true".to_owned());
    while let Some(path) = todo.pop() {
        let target = format!("/rdap/{path}");
        let is_large = ["=b*", "=c*", "=p*"].iter().any(|part| path.contains(part));
        for coding in if is_large { &["identity", "gzip", "br", "zstd"][..] } else { &["identity"] } {
            let reply = client::http(server.http, "GET", &target, &[("accept-encoding", coding.as_bytes())]);
            let reply = Reply { raw: [reply.head(), &reply.decoded()[..]].concat(), body: reply.decoded(), ..reply };
            search.rdap(&format!("{target} in {coding}"), "", &reply);
            if *coding == "identity" {
                let page = reply.json();
                let next = crate::counter::next_page(&page).and_then(|href| href.split_once("/rdap/"));
                todo.extend(next.map(|(_, path)| path.to_owned()));
            }
        }
        search.rdap(&target, "", &client::http(server.http, "HEAD", &target, &[]));
    }
    for target in ["/rdap/domain/persoon.be", "/rdap/entity/c1001", "/rdap/domain/bedrijf.be?jscontact=1"] {
        let tag = client::get(server.http, target).header("etag").unwrap().to_owned();
        let reply = client::http(server.http, "GET", target, &[("if-none-match", tag.as_bytes())]);
        assert_eq!(reply.status, 304, "{target}");
        search.bytes(target, &reply.raw, "");
    }
}

/// What else a curious stranger tries.
const CURIOUS: &[&str] = &[
    "help",
    "*",
    "%",
    "=bedrijf.be",
    "-B bedrijf.be",
    "registrant persoon.be",
    "--show-handles persoon.be",
    "vrij.be",
    "a..be",
    "bedrijf",
    "www.bedrijf.be",
    "persoon.be/e",
    "-T dn,ace persoon.be",
    "entity persoon.be",
    "' OR 1=1",
    "geblokkeerd.be",
];

#[derive(Default)]
struct Search {
    answers: usize,
    bytes: usize,
    leaks: Vec<String>,
}

impl Search {
    fn bytes(&mut self, what: &str, bytes: &[u8], asked: &str) {
        self.answers += 1;
        self.bytes += bytes.len();
        // The queried name or URL comes back: what the stranger knew already is not a leak.
        let asked = CANARIES.in_bytes(asked.as_bytes());
        for canary in CANARIES.in_bytes(bytes) {
            if !asked.contains(&canary) {
                self.leaks.push(format!("{what}: {canary}"));
            }
        }
    }

    fn rdap(&mut self, target: &str, asked: &str, reply: &Reply) {
        self.bytes(target, &reply.raw, asked);
        if !reply.body.is_empty() {
            for stranger in strangers_in_rdap(&reply.json()) {
                self.leaks.push(format!("{target}: {stranger}"));
            }
        }
    }

    fn line(&mut self, door: &str, asked: &str, answer: &[u8]) {
        self.bytes(&format!("{door} {asked}"), answer, asked);
        for stranger in strangers_in_whois(&String::from_utf8_lossy(answer)) {
            self.leaks.push(format!("{door} {asked}: {stranger:?}"));
        }
    }
}

fn search_all_doors(server: &Server, search: &mut Search) {
    let mut questions = asked_about();
    questions.extend(CURIOUS.iter().map(|text| (*text).to_owned()));
    for question in &questions {
        let line = question.replace(['\r', '\n'], " ");
        search.line("whois", &line, &client::exchange(server.whois, format!("{line}\r\n").as_bytes()));
        search.line("das", &line, &client::exchange(server.das, format!("{line}\r\n").as_bytes()));
        for class in ["domain", "nameserver", "entity"] {
            let target = format!("/rdap/{class}/{}", percent(question));
            for method in ["GET", "HEAD"] {
                search.rdap(&target, question, &client::http(server.http, method, &target, &[]));
            }
        }
        for search_path in SEARCHES {
            for star in if search_path.starts_with("entities") { &["", "*"][..] } else { &[""] } {
                let target = format!("/rdap/{search_path}{}{star}", percent(question));
                search.rdap(&target, question, &client::get(server.http, &target));
            }
        }
    }
    search.rdap("/rdap/help", "", &client::get(server.http, "/rdap/help"));
    // The description of the service, and the bootstrap file of its zones.
    for target in ["/rdap/openapi.json", "/rdap/dns.json"] {
        search.bytes(target, &client::get(server.http, target).raw, "");
    }
    for target in ["/metrics", "/health/ready", "/health/live"] {
        search.bytes(target, &client::get(server.admin, target).raw, "");
    }
}

fn search_files(folder: &Path, search: &mut Search) {
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                search.bytes(&path.display().to_string(), &fs::read(&path).unwrap(), "");
            }
        }
    }
    assert!(files >= 2, "{files} files in the store");
}

#[test]
fn no_canary_leaves_any_door_log_metric_or_public_file() {
    let server = Server::start();
    let mut search = Search::default();
    search_all_doors(&server, &mut search);
    search_searches(&server, &mut search);
    let state = server.state();
    search_files(&state.join("public"), &mut search);
    search_files(&state.join("vault"), &mut search);
    search.bytes("CURRENT", &fs::read(state.join("CURRENT")).unwrap(), "");
    let (log, status) = server.stop();
    assert_eq!(status, Some(0));
    assert!(log.contains("whois"), "the log has a line per query: {log}");
    search.bytes("log", log.as_bytes(), "");
    println!("{} canaries, {} scans, {} bytes", CANARIES.len(), search.answers, search.bytes);
    assert!(search.answers > 5_000, "only {} answers were searched", search.answers);
    assert!(
        search.leaks.is_empty(),
        "{} leaks, first: {:#?}",
        search.leaks.len(),
        &search.leaks[..search.leaks.len().min(20)]
    );
}

/// The demonstration's settings with a policy that opens everything.
fn open_policy(settings: String) -> String {
    let folder = std::env::current_dir().unwrap().join("tests/it/data");
    let start = settings.find("[disclosure]").unwrap();
    let end = start + settings[start..].find("\n[import]").unwrap();
    let section = format!("[disclosure]\nfolder = \"{}\"\ndefault = \"open\"\n", folder.display());
    format!("{}{section}{}", &settings[..start], &settings[end..])
}

/// The search must be able to fail: under a policy that opens everything it finds canaries at each door.
#[test]
fn the_search_finds_what_an_open_policy_shows() {
    let server = server::Place::with(open_policy).serve();
    for (what, bytes) in [
        ("rdap", client::get(server.http, "/rdap/domain/persoon.be").raw),
        ("whois", client::exchange(server.whois, b"org-tech.be\r\n")),
    ] {
        assert!(!CANARIES.in_bytes(&bytes).is_empty(), "{what}: {}", String::from_utf8_lossy(&bytes));
    }
    let mut search = Search::default();
    search_files(&server.state().join("public"), &mut search);
    assert!(!search.leaks.is_empty());
}

/// A hidden handle cannot be told from one that does not exist: same status, headers and body, but for the echoed URL.
#[test]
fn rd_33_a_hidden_handle_is_like_none() {
    let server = Server::start();
    let hidden: Vec<String> =
        asked_about().into_iter().filter(|text| text.starts_with("knr") && text.len() == 9).collect();
    assert!(hidden.len() > 50, "{} hidden handles", hidden.len());
    for handle in hidden {
        let missing = "z".repeat(handle.len());
        let [hidden, missing] = [&handle, &missing].map(|handle| {
            let reply = client::get(server.http, &format!("/rdap/entity/{}", percent(handle)));
            let body = String::from_utf8(reply.body.clone()).unwrap().replace(&percent(handle), "HANDLE");
            let mut headers = reply.headers.clone();
            headers.retain(|(name, _)| name != "date" && name != "etag");
            (reply.status, headers, body)
        });
        assert_eq!(hidden.0, 404);
        assert_eq!(hidden, missing, "{handle}");
    }
    server.stop();
}

#[test]
fn lookup_on_the_command_line_shows_what_the_doors_show() {
    let server = Server::start();
    let mut search = Search::default();
    let domains: Vec<String> =
        asked_about().into_iter().filter(|text| text.contains('.') && !text.contains('@')).take(60).collect();
    for name in domains.iter().map(String::as_str).chain(["persoon.be", "bedrijf.be", "multi.be", "persoon.vlaanderen"])
    {
        for format in ["rdap", "whois", "das", "explain"] {
            let output =
                server::loket(&["lookup", name, "--format", format, "--config", server.config().to_str().unwrap()]);
            search.bytes(&format!("lookup {name} {format}"), &output.stdout, name);
            search.bytes(&format!("lookup {name} {format}"), &output.stderr, name);
        }
    }
    server.stop();
    assert!(search.leaks.is_empty(), "{:#?}", search.leaks);
}
