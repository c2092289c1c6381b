//! Deposits in, answers out; and the commands that need no server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::names::deposited;
use super::words;
use crate::client;
use crate::demo::demo;
use crate::server::{Place, Server, loket};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The answers about domains over RDAP, without the moment of the last update that every answer has.
fn answers(server: &Server, names: &BTreeSet<String>) -> BTreeMap<String, String> {
    let answer = |name: &String| text(&client::get(server.http, &format!("/rdap/domain/{name}")).body);
    names
        .iter()
        .map(|name| (name.clone(), answer(name).replace("2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z")))
        .collect()
}

#[test]
fn the_differential_deposit_changes_the_documented_names_and_no_other() {
    let server = Place::new().serve();
    let mut names: BTreeSet<String> = deposited().into_iter().collect();
    names.extend(
        ["nieuw.be", "nieuw-persoon.vlaanderen", "pas-geblokkeerd.be", "vrijgegeven.be", "vrij.be"].map(str::to_owned),
    );
    let before = answers(&server, &names);
    let place = server.place();
    server.stop();

    let said = place.import(&["data/sample/diff.xml"]);
    assert!(said.contains("DIFF SAMPLE-20260602 is published as generation 2"), "{said}");
    assert!(place.import(&["data/sample/diff.xml"]).contains("was imported before"), "a second time changes nothing");
    let server = place.serve();
    let after = answers(&server, &names);

    let changed: BTreeSet<&str> =
        names.iter().filter(|name| before[*name] != after[*name]).map(String::as_str).collect();
    let holder_moved =
        ["verhuist.be", "verhuist.brussels", "wisselt.be", "overgedragen.be", "herboren.be", "ondertekent.be"];
    let others = [
        "verdwijnt.be",
        "verdwijnt-ook.be",
        "wordt-persoon.be",
        "hersteld.be",
        "nieuw.be",
        "nieuw-persoon.vlaanderen",
        "pas-geblokkeerd.be",
        "vrijgegeven.be",
    ];
    // The registrar's new website stands with each of its names.
    let of_gamma = domains_with("<rdeDomain:clID>reg-gamma<");
    assert!(of_gamma.contains("bij-reg-gamma.be") && of_gamma.len() > 5, "{of_gamma:?}");
    assert_eq!(domains_with(">c1050<"), holder_moved.iter().map(|name| (*name).to_owned()).collect());
    let expected: BTreeSet<&str> =
        holder_moved.into_iter().chain(others).chain(of_gamma.iter().map(String::as_str)).collect();
    assert_eq!(changed, expected);

    let json = |name: &str| serde_json::from_str::<Value>(&after[name]).unwrap();
    for (name, error) in [("verdwijnt.be", 404), ("verdwijnt-ook.be", 404), ("pas-geblokkeerd.be", 404)] {
        assert_eq!(json(name)["errorCode"], error, "{name}");
    }
    assert!(client::ask_line(server.whois, "verdwijnt.be").contains("Status:\tAVAILABLE"));
    assert!(client::ask_line(server.whois, "vrijgegeven.be").contains("Status:\tAVAILABLE"));
    assert!(client::ask_line(server.das, "pas-geblokkeerd.be").contains("Status:\tNOT AVAILABLE"));
    assert_eq!(words(&json("hersteld.be")["status"]), ["active"]);
    for name in holder_moved {
        assert!(after[name].contains("Essai-la-Neuve") && !before[name].contains("Essai-la-Neuve"), "{name}");
    }
    assert!(before["wordt-persoon.be"].contains("c1051") && !after["wordt-persoon.be"].contains("c1051"));
    assert_eq!(client::get(server.http, "/rdap/entity/c1051").status, 404, "the handle is hidden now");
    assert_eq!(json("ondertekent.be")["secureDNS"]["dsData"][0]["keyTag"], 2371);
    assert!(after["bij-reg-gamma.be"].contains("https://nieuw.reg-gamma.example"));
    assert!(after["overgedragen.be"].contains("Beta Domeinen BV"));
    server.stop();
}

/// The domains of the full deposit in whose element this stands.
fn domains_with(text: &str) -> BTreeSet<String> {
    let deposit = std::fs::read_to_string("data/sample/full.xml").unwrap();
    let elements =
        deposit.split("<rdeDomain:domain>").skip(1).map(|rest| rest.split("</rdeDomain:domain>").next().unwrap());
    let name = |element: &str| {
        let start = element.find("<rdeDomain:name>").unwrap() + "<rdeDomain:name>".len();
        element[start..].split('<').next().unwrap().to_owned()
    };
    elements.filter(|element| element.contains(text)).map(name).collect()
}

#[test]
fn generated_registers_of_each_format_are_imported_and_served() {
    let mut answers: Vec<BTreeMap<String, u16>> = Vec::new();
    for (format, file) in [("rde-xml", "r.xml"), ("rde-csv", "r-csv/manifest.xml"), ("jsonl", "r.jsonl.gz")] {
        let place = Place::with(|settings| settings.replace("initial = [", "initial = [] # ["));
        let out = place.path(file);
        std::fs::create_dir_all(out.parent().unwrap()).unwrap();
        let out = out.to_str().unwrap();
        let made = loket(&["generate", "--domains", "300", "--seed", "7", "--format", format, "--out", out]);
        assert!(made.status.success(), "{format}: {}", text(&made.stderr));
        let said = place.import(&[out]);
        assert!(said.contains("300 domain"), "{format}: {said}");
        let server = place.serve();
        let names = generated_names();
        let found = names
            .iter()
            .map(|name| {
                let reply = client::get(server.http, &format!("/rdap/domain/{name}"));
                let page = client::ask_line(server.das, name);
                assert_eq!(reply.status == 200, page.contains("NOT AVAILABLE"), "{format} {name}");
                (name.clone(), reply.status)
            })
            .collect::<BTreeMap<_, _>>();
        assert!(found.values().filter(|status| **status == 200).count() == 300, "{format}");
        answers.push(found);
        server.stop();
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "three forms of one register");
}

/// The domains of the register that seed 7 makes, read from its JSON lines.
fn generated_names() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("r.jsonl");
    let made =
        loket(&["generate", "--domains", "300", "--seed", "7", "--format", "jsonl", "--out", out.to_str().unwrap()]);
    assert!(made.status.success());
    let names: Vec<String> = std::fs::read_to_string(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|value| Some(value.get("domain")?["name"].as_str()?.to_owned()))
        .collect();
    assert_eq!(names.len(), 300);
    names
}

fn lookup(question: &str, format: &str) -> Output {
    let config = demo().config().to_str().unwrap().to_owned();
    loket(&["lookup", question, "--format", format, "--config", &config])
}

#[test]
fn lookup_answers_as_the_doors_do() {
    let server = demo();
    for name in ["bedrijf.be", "persoon.be", "vrij.be", "reg.brussels", "belgië.be", "a..be", "weg.be"] {
        let output = lookup(name, "whois");
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), client::ask_line(server.whois, name), "{name}");
        assert_eq!(text(&lookup(name, "das").stdout), client::ask_line(server.das, name), "{name}");
    }
    for (question, target) in [
        ("bedrijf.be", "domain/bedrijf.be"),
        ("entity/c1001", "entity/c1001"),
        ("vrij.be", "domain/vrij.be"),
        ("help/", "help/"),
    ] {
        let found: Value = serde_json::from_slice(&lookup(question, "rdap").stdout).unwrap();
        assert_eq!(found, client::get(server.http, &format!("/rdap/{target}")).json(), "{question}");
    }
}

#[test]
fn explain_names_a_clause_for_each_field_and_no_value() {
    let page = text(&lookup("bedrijf.be", "explain").stdout);
    assert!(page.contains("decided by policy dns-belgium, version "), "{page}");
    for role in ["registrant", "tech", "onsite"] {
        assert!(page.lines().any(|line| line.starts_with(role)), "{role}: {page}");
    }
    // After the fields come the texts of the clauses that were named.
    let fields: Vec<&str> = page.lines().filter(|line| line.starts_with("  ") && !line.contains(": ")).collect();
    assert!(fields.len() > 40, "{page}");
    for field in fields {
        let told = ["shown by ", "withheld by ", "not in the register"].iter().any(|words| field.contains(words));
        assert!(told, "{field}");
    }
    for value in ["Voorbeeld NV", "Denkbeeldplein", "0101", "+32", "@"] {
        assert!(!page.contains(value), "{value}: {page}");
    }
    let person = text(&lookup("persoon.be", "explain").stdout);
    assert!(!person.contains("shown by holder-organisation"), "{person}");
}

#[test]
fn check_prints_the_settings_in_force_without_secrets() {
    let place = Place::new();
    let output = place.run(&["check"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    for key in ["line_octets = 512", "shrink_share_max", "default = \"dns-belgium\"", "[[zone]]", "drain_ms"] {
        assert!(printed.contains(key), "{key}: {printed}");
    }
    assert!(!printed.contains("PRIVATE KEY"));
    assert!(toml::from_str::<toml::Table>(&printed).is_ok(), "{printed}");
    // The printed settings are settings.
    let again = place.path("again.toml");
    std::fs::write(&again, &printed).unwrap();
    let output = loket(&["check", "--config", again.to_str().unwrap()]);
    assert_eq!(text(&output.stdout), printed, "{}", text(&output.stderr));
    assert!(!place.state().exists(), "a check writes nothing");
}

#[test]
fn exit_codes_say_of_which_kind_a_failure_is() {
    let place = Place::new();
    let config = place.config().to_str().unwrap().to_owned();
    let broken = place.path("broken.toml");
    std::fs::write(&broken, "[state\n").unwrap();
    let missing = place.path("none.xml");
    let unwritable = "/proc/none/x.xml";
    for (arguments, code) in [
        (vec!["--help"], 0),
        (vec!["--version"], 0),
        (vec![], 64),
        (vec!["frobnicate"], 64),
        (vec!["serve"], 64),
        (vec!["lookup"], 64),
        (vec!["lookup", "a.be", "--format", "html", "--config", &config], 64),
        (vec!["generate", "--domains", "many", "--out", "x"], 64),
        (vec!["generate", "--domains", "3", "--format", "pdf", "--out", "x"], 64),
        (vec!["lookup", "bedrijf.be", "--config", &config], 65),
        (vec!["rebuild", "--config", &config], 65),
        (vec!["import", missing.to_str().unwrap(), "--config", &config], 65),
        (vec!["import", "data/sample/diff.xml", "--config", &config], 65),
        (vec!["generate", "--domains", "3", "--out", unwritable], 74),
        (vec!["serve", "--config", broken.to_str().unwrap()], 78),
        (vec!["check", "--config", broken.to_str().unwrap()], 78),
        (vec!["check", "--config", "/none.toml"], 78),
        (vec!["health", "--url", "ftp://x"], 64),
        (vec!["health", "--url", "http://127.0.0.1:1/health/ready"], 71),
    ] {
        let output = loket(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        assert!(code == 0 || !output.stderr.is_empty(), "{arguments:?} says why");
        assert!(!text(&output.stderr).contains("panicked"), "{arguments:?}");
    }
    assert!(!Path::new("x").exists());
}
