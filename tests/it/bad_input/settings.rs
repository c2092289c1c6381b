//! Settings and policies with mistakes: exit code 78, each mistake with file and line.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::said;
use crate::server::Place;

/// Checks and serves with the changed settings; both must end with 78 and tell these words.
fn refuses(place: &Place, words: &[&str]) {
    for command in ["check", "serve", "import"] {
        let arguments = if command == "import" { vec![command, "data/sample/full.xml"] } else { vec![command] };
        let output = place.run(&arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(78), "{command}: {said}");
        for word in words {
            assert!(said.contains(word), "{command}: no {word:?} in {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
    assert!(!place.state().exists(), "nothing was written");
}

/// The line at which a text stands in the settings, as it is told.
fn at(place: &Place, text: &str) -> String {
    let settings = fs::read_to_string(place.config()).unwrap();
    let line = settings.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}")) + 1;
    format!("loket.toml:{line}: ")
}

#[test]
fn settings_with_mistakes_are_refused_with_file_and_line() {
    for (from, to, at_text, words) in [
        ("[state]", "[state]\nkleur = \"rood\"", "kleur", "unknown key `kleur`"),
        ("[log]", "[loog]\n[log]", "[loog]", "unknown"),
        ("[log]", "[limits]\nline_octets = 1\n[log]", "line_octets", "between"),
        ("http = [\"127.0.0.1:0\"]", "http = [\"127.0.0.1:700\"]\nx = 1", "x = 1", "unknown key `x`"),
        ("http = [\"127.0.0.1:0\"]", "http = [\"localhost:80\"]", "localhost", "is no address"),
        ("http = [\"127.0.0.1:0\"]", "http = [\"127.0.0.1/8:80\"]", "127.0.0.1/8", "is no address"),
        ("admin = [\"127.0.0.1:0\"]", "admin = [\"0.0.0.0:9090\"]", "admin = ", "others than this machine"),
        ("format = \"json\"", "format = \"xml\"", "\"xml\"", "is not one of"),
        ("shrink_share_max = 0.1", "shrink_share_max = 7", "shrink_share_max", "share"),
        ("default = \"dns-belgium\"", "default = \"none\"", "\"none\"", "no valid policy"),
        ("level = \"info\"", "level = info", "level = info", ""),
    ] {
        let place = Place::with(|settings| {
            assert!(settings.contains(from), "{from}");
            settings.replacen(from, to, 1)
        });
        refuses(&place, &[&at(&place, at_text), words]);
    }
}

#[test]
fn listeners_that_overlap_are_refused() {
    for (http, whois) in [
        ("127.0.0.1:18099", "127.0.0.1:18099"),
        ("0.0.0.0:18099", "127.0.0.1:18099"),
        ("[::]:18099", "127.0.0.1:18099"),
    ] {
        let place = Place::with(|settings| {
            settings.replacen("http = [\"127.0.0.1:0\"]", &format!("http = [\"{http}\"]"), 1).replacen(
                "whois = [\"127.0.0.1:0\"]",
                &format!("whois = [\"{whois}\"]"),
                1,
            )
        });
        refuses(&place, &[&at(&place, "whois = ["), "overlaps with"]);
    }
}

#[test]
fn an_address_that_is_taken_ends_the_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let place =
        Place::with(|settings| settings.replacen("das = [\"127.0.0.1:0\"]", &format!("das = [\"{address}\"]"), 1));
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(71), "{}", said(&output));
    assert!(said(&output).contains(&format!("cannot listen on {address}")), "{}", said(&output));
}

#[test]
fn tls_files_that_cannot_be_used_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key, other) = (path("c.pem"), path("k.pem"), path("o.pem"));
    let make = |key: &str, certificate: &str| {
        let made = crate::server::Server::start();
        let tls = made.state().join("tls");
        fs::copy(tls.join("key.pem"), key).unwrap();
        fs::copy(tls.join("certificate.pem"), certificate).unwrap();
        made.stop();
    };
    make(&key, &certificate);
    make(&other, &path("unused.pem"));
    fs::write(path("garbage.pem"), "-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n").unwrap();
    fs::write(path("empty.pem"), "").unwrap();
    let with = |certificate: &str, key: &str| {
        let files = format!("certificate = \"{certificate}\"\nkey = \"{key}\"");
        Place::with(|settings| settings.replacen("self_signed = true", &files, 1))
    };
    for (certificate, key) in [
        (certificate.as_str(), "/none.pem"),
        ("/none.pem", key.as_str()),
        (&certificate, &path("garbage.pem")),
        (&certificate, &path("empty.pem")),
        (&path("empty.pem"), &key),
        (&certificate, &other),
        (&certificate, "/"),
    ] {
        refuses(&with(certificate, key), &["loket.toml:", "tls."]);
    }
    let output = with(&certificate, &key).run(&["check"]);
    assert!(output.status.success(), "the right pair is taken: {}", said(&output));
    let private = fs::read_to_string(&key).unwrap();
    let secret = private.lines().nth(1).unwrap();
    assert!(!said(&output).contains(secret), "check prints no secret");
}

/// A folder of policies with one that was changed.
fn with_policy(change: impl Fn(&str) -> String) -> (tempfile::TempDir, Place) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["dns-belgium.toml", "icann-gtld.toml"] {
        fs::copy(Path::new("config/disclosure").join(name), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join("dns-belgium.toml");
    let text = fs::read_to_string(&path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed);
    fs::write(path, changed).unwrap();
    let shipped = std::env::current_dir().unwrap().join("config/disclosure");
    let place = Place::with(|settings| settings.replace(shipped.to_str().unwrap(), folder.path().to_str().unwrap()));
    (folder, place)
}

#[test]
fn policies_that_are_broken_incomplete_or_contradictory_are_refused() {
    type Change = fn(&str) -> String;
    let changes: &[(&str, Change)] = &[
        ("broken", |text| text.replacen("[[clause]]", "[[clause", 1)),
        ("an unknown key", |text| text.replacen("name = ", "kleur = 1\nname = ", 1)),
        ("an unknown field", |text| text.replacen("\"voice\"", "\"shoe-size\"", 1)),
        ("an unknown role", |text| text.replacen("role = [\"registrant\"]", "role = [\"butler\"]", 1)),
        ("a clause that does nothing", |text| text.replacen("withhold = \"all\"\n", "", 1)),
        ("a clause without a text", |text| {
            let at = text.find("text = ").unwrap();
            let end = at + text[at..].find('\n').unwrap() + 1;
            format!("{}{}", &text[..at], &text[end..])
        }),
        ("contradictory", |text| {
            format!(
                "{text}\n[[clause]]\nid = \"tegen\"\ntext = \"x\"\nsource = \"x\"\nrole = [\"registrant\"]\nkind = [\"natural-person\"]\nshow = [\"email\"]\n"
            )
        }),
        ("an id given twice", |text| text.replacen("id = \"holder-organisation\"", "id = \"natural-person\"", 1)),
        ("without a name", |text| text.replacen("name = \"dns-belgium\"\n", "", 1)),
    ];
    for (what, change) in changes {
        let (_folder, place) = with_policy(change);
        let output = place.run(&["check"]);
        assert_eq!(output.status.code(), Some(78), "{what}: {}", said(&output));
        refuses(&place, &["dns-belgium.toml:"]);
    }
    let (folder, place) = with_policy(|text| format!("{text}\n"));
    fs::write(folder.path().join("dns-belgium.toml"), b"name = \"\xff\"").unwrap();
    refuses(&place, &["dns-belgium.toml"]);
}

/// A changed policy must not go on serving what another one decided.
#[test]
fn data_decided_by_another_policy_is_not_served_until_it_is_decided_again() {
    let (folder, place) = with_policy(|text| text.replacen("version = \"2026-11-01\"", "version = \"2026-11-02\"", 1));
    place.import(&["data/sample/full.xml"]);
    fs::copy("config/disclosure/dns-belgium.toml", folder.path().join("dns-belgium.toml")).unwrap();
    let server = place.clone().serve_unready();
    for _ in 0..200 {
        if server.log().contains("no door answers from data") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(crate::client::get(server.http, "/rdap/domain/bedrijf.be").status, 503, "{}", server.log());
    assert_eq!(crate::client::ask_line(server.das, "vrij.be"), "RC:\t-1\r\n");
    server.stop();
    let output = place.run(&["rebuild"]);
    assert!(output.status.success(), "{}", said(&output));
    let server = place.serve();
    assert_eq!(crate::client::get(server.http, "/rdap/domain/bedrijf.be").status, 200);
    server.stop();
}

#[test]
fn a_settings_file_that_is_not_one_is_refused() {
    for file in ["/dev/null", "/", "/none.toml", "data/sample/full.xml", env!("CARGO_BIN_EXE_loket")] {
        let output = Command::new(env!("CARGO_BIN_EXE_loket")).args(["check", "--config", file]).output().unwrap();
        assert_eq!(output.status.code(), Some(78), "{file}: {}", said(&output));
    }
}
