//! Published data that is not what it should be: no door may say anything about a name because of it.

use std::fs;
use std::hash::RandomState;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use loket::config::Config;
use loket::guard::{Guard, Settings, Tier};
use loket::session::Visitor;
use loket::time::{Monotonic, Timestamp};

use super::{Numbers, copy, published, said};
use crate::client;
use crate::server::{Place, Server};

/// The words by which some client of port 43 or DAS recognises a free name, in lower case.
const FREE: &[&str] =
    &["available", "not found", "no match", "is free", "not registered", "does not exist", "no entries", "no object"];

/// Every door says that it cannot answer, and none says a word of a free name.
fn is_unavailable(server: &Server, what: &str) {
    let ready = client::get(server.admin, "/health/ready");
    assert_eq!(ready.status, 503, "{what}");
    assert_eq!(client::get(server.admin, "/health/live").status, 200, "{what}");
    for name in ["bedrijf.be", "vrij.be", "vrij.brussels", "a..be"] {
        let page = client::ask_line(server.whois, name);
        let lower = page.replace("The service cannot answer", "").to_lowercase();
        assert!(!page.is_empty() && page.lines().all(|line| line.starts_with('%')), "{what}: {page}");
        assert!(FREE.iter().all(|words| !lower.contains(words)), "{what}: {page}");
        assert_eq!(client::ask_line(server.das, name), "RC:\t-1\r\n", "{what}");
    }
    for target in ["domain/bedrijf.be", "domain/vrij.be", "nameserver/ns1.bedrijf.be", "entity/c1001"] {
        for method in ["GET", "HEAD"] {
            let reply = client::http(server.http, method, &format!("/rdap/{target}"), &[]);
            assert_eq!(reply.status, 503, "{what}: {target}");
            assert!(reply.header("retry-after").unwrap().parse::<u32>().unwrap() > 0, "{what}: ER-08");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}: not kept by caches");
            if method == "GET" {
                assert_eq!(reply.json()["errorCode"], 503, "{what}");
            }
        }
    }
}

/// The published files of a place: below `public`, and CURRENT.
fn public_files(state: &Path) -> Vec<PathBuf> {
    let mut files = vec![state.join("CURRENT")];
    let mut folders = vec![state.join("public")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn named(files: &[PathBuf], name: &str) -> PathBuf {
    let found = files.iter().find(|path| path.file_name().unwrap().to_str().unwrap().contains(name));
    found.unwrap_or_else(|| panic!("no {name} in {files:?}")).clone()
}

fn cut(path: &Path, length: u64) {
    fs::File::options().write(true).open(path).unwrap().set_len(length).unwrap();
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// What is done to the published files, and whether `rebuild` can make them good from the vault.
type Damage = (&'static str, fn(&[PathBuf]), bool);

const DAMAGES: &[Damage] = &[
    ("a store of another version", |files| change(&named(files, "manifest"), "\"format\": 2", "\"format\": 1"), true),
    ("a pointer of another version", |files| change(&named(files, "CURRENT"), "\"format\": 1", "\"format\": 9"), false),
    ("garbage as pointer", |files| fs::write(named(files, "CURRENT"), b"\x00\xffgarbage").unwrap(), false),
    ("an empty pointer", |files| fs::write(named(files, "CURRENT"), b"").unwrap(), false),
    (
        "a pointer to a folder elsewhere",
        |files| change(&named(files, "CURRENT"), "g00000001-base", "../vault/v0000"),
        false,
    ),
    ("no pointer", |files| fs::remove_file(named(files, "CURRENT")).unwrap(), false),
    ("a truncated pointer", |files| cut(&named(files, "CURRENT"), 100), false),
    ("no manifest", |files| fs::remove_file(named(files, "manifest")).unwrap(), true),
    ("a truncated manifest", |files| cut(&named(files, "manifest"), 60), true),
    ("other counts", |files| change(&named(files, "manifest"), "197", "196"), true),
    ("an empty store", |files| cut(&named(files, "db"), 0), true),
    ("half a store", |files| cut(&named(files, "db"), 25_000), true),
    ("a store without its log", |files| fs::remove_file(named(files, "db")).unwrap(), true),
    ("no store at all", |files| fs::remove_dir_all(named(files, "db").parent().unwrap()).unwrap(), true),
    (
        "a flipped byte in a record",
        |files| {
            let path = named(files, "db");
            let mut bytes = fs::read(&path).unwrap();
            let at = bytes.windows(10).position(|window| window == b"bedrijf.be").unwrap();
            bytes[at] ^= 1;
            fs::write(path, bytes).unwrap();
        },
        true,
    ),
];

#[test]
fn er_08_damaged_data_is_unavailable_on_every_door_and_can_be_made_good() {
    let good = published();
    let expected = {
        let server = good.clone().serve();
        let body = client::get(server.http, "/rdap/domain/bedrijf.be").body;
        server.stop();
        body
    };
    for (what, damage, heals) in DAMAGES {
        let place = Place::with(super::without_first_import);
        copy(&good.state(), &place.state());
        damage(&public_files(&place.state()));
        let server = place.clone().serve_unready();
        server.wait_until(|status| status == 503);
        // The readers' verdict, not the moment before it.
        for _ in 0..200 {
            if server.log().contains("no door answers from data") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert!(server.log().contains("no door answers from data"), "{what}: {}", server.log());
        is_unavailable(&server, what);
        let (log, code) = server.stop();
        assert_eq!(code, Some(0), "{what}: {log}");

        let output = place.run(&["lookup", "bedrijf.be"]);
        assert_eq!(output.status.code(), Some(65), "{what}: {}", said(&output));
        assert!(!said(&output).contains("Status:"), "{what}");
        let output = place.run(&["rebuild"]);
        assert_eq!(output.status.success(), *heals, "{what}: {}", said(&output));
        if !heals {
            place.import(&["data/sample/full.xml"]);
        }
        let server = place.serve();
        assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").body, expected, "{what}");
        server.stop();
    }
}

/// A flipped byte anywhere, a missing or truncated file: the data is refused, or it is read as it was.
#[test]
fn a_flipped_byte_anywhere_never_changes_an_answer() {
    let place = published();
    let config = Config::load(place.config()).unwrap();
    let peer: IpAddr = [192, 0, 2, 1].into();
    let lists = vec![(peer.into(), Tier::Unlimited)];
    let guard = Guard::new(Settings { lists, ..Settings::default() }, RandomState::new());
    let visitor =
        Visitor { guard: &guard, caller: guard.caller(peer), now: Monotonic::default(), date: Timestamp::MAX };
    let load = || {
        loket::app::snapshot(&config).map(|snapshot| {
            ["bedrijf.be", "persoon.be", "weg.be", "vrij.be", "reg.brussels"].map(|name| {
                let door = loket::session::Door::Whois;
                loket::session::whois::respond(door, name.as_bytes(), Some(&snapshot), &config.site, &visitor).0
            })
        })
    };
    let expected = load().unwrap();
    let (mut refused, mut harmless) = (0, 0);
    let mut numbers = Numbers(0xbad);
    for path in public_files(&place.state()) {
        let whole = fs::read(&path).unwrap();
        // A store's file is longer than what was written to it.
        let written = whole.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        for _ in 0..40.min(written) {
            let at = numbers.below(written);
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << numbers.below(8);
            fs::write(&path, &bytes).unwrap();
            match load() {
                Ok(found) => {
                    harmless += 1;
                    assert!(found == expected, "byte {at} of {}", path.display());
                }
                Err(_refused) => refused += 1,
            }
            fs::write(&path, &whole).unwrap();
        }
        fs::remove_file(&path).unwrap();
        if let Ok(found) = load() {
            assert!(found == expected, "without {}", path.display());
        }
        fs::write(&path, &whole).unwrap();
        for length in [0, 1, written / 2, written - 1] {
            cut(&path, length as u64);
            if let Ok(found) = load() {
                assert!(found == expected, "{length} bytes of {}", path.display());
            }
            fs::write(&path, &whole).unwrap();
        }
    }
    println!("{refused} refused, {harmless} without consequence");
    assert!(refused > 40, "{refused} refused, {harmless} without consequence");
    assert!(load().unwrap() == expected);
}

#[test]
fn without_anything_published_every_door_is_unavailable() {
    let place = Place::with(super::without_first_import);
    let server = place.clone().serve_unready();
    is_unavailable(&server, "nothing published");
    assert_eq!(client::get(server.http, "/rdap/help").status, 200, "help needs no data");
    let (_, code) = server.stop();
    assert_eq!(code, Some(0));
    let server = place.serve_unready();
    drop(server);
}

/// A first import that fails ends the start: nothing is served in its place.
#[test]
fn a_first_import_that_is_refused_ends_the_start() {
    let place = Place::with(|settings| settings.replace("sample/full.xml", "sample/diff.xml"));
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(65), "{}", said(&output));
}
