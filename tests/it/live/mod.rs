//! Imports while the server answers: the new data is served at once, whole, and nobody notices but by what they read.

mod clients;
mod kills;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use clients::{Crowd, Question, Seen, Way, answers};
use loket::generate::{Format, Order, generate_at};
use loket::store::{LockFile, Pointer};

use crate::client;
use crate::server::{Place, Server};

/// New data is served within this time of its commit.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Settings under which `serve` imports nothing by itself.
fn without_first_import(settings: String) -> String {
    settings.replace("initial = [", "initial = [] # [")
}

/// Writes a changed copy of a sample deposit into the place.
fn deposit(place: &Place, sample: &str, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string(format!("data/sample/{sample}")).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{sample} has no {from}");
        text = text.replacen(from, to, 1);
    }
    let path = place.path(name);
    fs::write(&path, text).unwrap();
    path
}

/// A deposit of each type, in the order in which they apply after the sample's full one.
fn deposits(place: &Place) -> [PathBuf; 3] {
    let incremental = [
        ("type=\"DIFF\" id=\"SAMPLE-20260602\"", "type=\"INCR\" id=\"SAMPLE-20260603\""),
        ("2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z"),
        ("<rdeDomain:name>nieuw.be<", "<rdeDomain:name>nieuwst.be<"),
    ];
    let full = [
        ("SAMPLE-20260601", "SAMPLE-20260604"),
        ("2026-06-01T00:00:00Z", "2026-06-04T00:00:00Z"),
        ("<rdeDomain:name>verdwijnt.be<", "<rdeDomain:name>verschijnt.be<"),
    ];
    [
        PathBuf::from("data/sample/diff.xml"),
        deposit(place, "diff.xml", "incr.xml", &incremental),
        deposit(place, "full.xml", "full.xml", &full),
    ]
}

/// When `CURRENT` was replaced: the rename is the last that changed the file.
fn committed_at(place: &Place) -> SystemTime {
    let metadata = fs::metadata(place.state().join("CURRENT")).unwrap();
    let since = Duration::new(metadata.ctime().try_into().unwrap(), metadata.ctime_nsec().try_into().unwrap());
    SystemTime::UNIX_EPOCH + since
}

fn metric(server: &Server, name: &str) -> i64 {
    let page = String::from_utf8(client::get(server.admin, "/metrics").body).unwrap();
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in {page}")).parse().unwrap()
}

/// Waits until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("in vain: {what}");
}

/// Number of the publication that `CURRENT` names.
fn published(place: &Place) -> u64 {
    Pointer::read(&place.state()).unwrap().number
}

fn serves_current(server: &Server) -> bool {
    metric(server, "loket_generation") == i64::try_from(published(&server.place())).unwrap()
}

/// The watermark of which an RDAP answer, port 43 and the metrics speak, and the entity tag.
fn told(server: &Server) -> (String, String, i64, String) {
    let reply = client::get(server.http, "/rdap/domain/reg.brussels");
    let body = reply.json();
    let mut events = body["events"].as_array().unwrap().iter();
    let event = events.find(|event| event["eventAction"] == "last update of RDAP database").unwrap();
    let whois = client::ask_line(server.whois, "reg.brussels");
    let line = whois.lines().find_map(|line| line.strip_prefix(">>> Last update of WHOIS database: ")).unwrap();
    (
        event["eventDate"].as_str().unwrap().to_owned(),
        line.strip_suffix(" <<<").unwrap().to_owned(),
        metric(server, "loket_watermark_timestamp_seconds"),
        reply.header("etag").unwrap().to_owned(),
    )
}

/// Everything that tells which data is served tells the same.
fn tells(server: &Server, watermark: &str, tags: &mut Vec<String>) {
    let (rdap, whois, seconds, tag) = told(server);
    assert_eq!((rdap.as_str(), whois.as_str()), (watermark, watermark));
    assert_eq!(seconds, watermark.parse::<loket::time::Timestamp>().unwrap().as_second());
    assert_eq!(client::get(server.admin, "/health/ready").status, 200);
    assert!(serves_current(server));
    assert_eq!(metric(server, "loket_publication_refused"), 0);
    assert!(!tags.contains(&tag), "another generation has another entity tag");
    let again = client::http(server.http, "GET", "/rdap/domain/reg.brussels", &[("if-none-match", tag.as_bytes())]);
    assert_eq!(again.status, 304);
    for old in tags.iter() {
        let stale = client::http(server.http, "GET", "/rdap/domain/reg.brussels", &[("if-none-match", old.as_bytes())]);
        assert_eq!(stale.status, 200);
    }
    tags.push(tag);
}

/// What each generation answers: the same deposits, imported elsewhere.
fn eras() -> Vec<HashMap<Question, Vec<u8>>> {
    let place = Place::with(without_first_import);
    place.import(&["data/sample/full.xml"]);
    let mut eras = vec![answers(&place)];
    for path in deposits(&place) {
        place.import(&[path.to_str().unwrap()]);
        eras.push(answers(&place));
    }
    eras
}

/// Checks all that one client saw: each answer is that of one generation, none goes back, none is served before its
/// commit or later than at once. Gives, for each commit, how long after it a new answer first came.
fn check(way: Way, seen: &[Seen], eras: &[HashMap<Question, Vec<u8>>], commits: &[SystemTime]) -> Vec<Duration> {
    let mut first: Vec<Option<Duration>> = vec![None; commits.len()];
    let mut era = 0;
    for Seen { question, answer, begun, ended } in seen {
        let fits = |at: &usize| eras[*at][question] == *answer;
        assert!((0..eras.len()).any(|at| fits(&at)), "{way:?} {question:?}: {}", String::from_utf8_lossy(answer));
        era = (era..eras.len()).find(fits).unwrap_or_else(|| panic!("{way:?} {question:?}: back before era {era}"));
        let newest = (0..eras.len()).rev().find(fits).unwrap();
        for (at, commit) in commits.iter().enumerate() {
            let number = at + 1;
            assert!(era < number || ended >= commit, "{way:?} {question:?}: era {era} before its commit");
            assert!(
                newest >= number || *begun < *commit + AT_ONCE,
                "{way:?} {question:?}: era {newest} {AT_ONCE:?} later"
            );
            if era >= number && first[at].is_none() {
                first[at] = ended.duration_since(*commit).ok();
            }
        }
    }
    first.into_iter().map(|after| after.unwrap_or_else(|| panic!("{way:?} never saw all generations"))).collect()
}

#[test]
fn deposits_of_every_type_are_served_at_once_and_nobody_is_disturbed() {
    let eras = eras();
    let server = Place::new().serve();
    let place = server.place();
    let crowd = Crowd::of(&server);
    let (mut commits, mut tags) = (Vec::new(), Vec::new());
    tells(&server, "2026-06-01T00:00:00Z", &mut tags);
    let seen: Vec<Vec<Seen>> = std::thread::scope(|scope| {
        let ask = |(number, way): (usize, &Way)| {
            let (crowd, way) = (&crowd, *way);
            scope.spawn(move || crowd.ask(number, way))
        };
        let clients: Vec<_> = Way::ALL.iter().enumerate().map(ask).collect();
        // Whatever fails here, the clients end.
        let stop = clients::Stop(&crowd);
        crowd.wait_rounds(1);
        for (path, watermark) in deposits(&place).iter().zip(["02", "03", "04"]) {
            let said = place.import(&[path.to_str().unwrap()]);
            assert!(said.contains("servers: 1 had the data ready at its commit\n"), "{said}");
            commits.push(committed_at(&place));
            until("the new data is served", || serves_current(&server));
            tells(&server, &format!("2026-06-{watermark}T00:00:00Z"), &mut tags);
            crowd.wait_rounds(2);
        }
        drop(stop);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    for (way, seen) in Way::ALL.into_iter().zip(&seen) {
        let first = check(way, seen, &eras, &commits);
        let longest = seen.iter().filter_map(|seen| seen.ended.duration_since(seen.begun).ok()).max().unwrap();
        println!("{way:?}: {} answers, longest {longest:?}, new after the commit: {first:?}", seen.len());
    }
    let (log, code) = server.stop();
    assert_eq!(code, Some(0));
    for line in log.lines().filter(|line| line.contains("newer data is served")) {
        println!("{line}");
    }
    assert!(!log.contains("\"ERROR\"") && !log.contains("panicked"), "{log}");
    assert_eq!(fs::read_dir(place.state().join("serving")).unwrap().count(), 0, "a server that stops leaves nothing");
}

/// Runs an import that must fail, and gives its exit code and what it said.
fn refused(place: &Place, path: &Path) -> (i32, String) {
    let output = place.run(&["import", path.to_str().unwrap()]);
    (output.status.code().unwrap(), said(&output))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn what_is_refused_changes_nothing_for_anybody() {
    let server = Place::new().serve();
    let place = server.place();
    let [diff, incr, full] = deposits(&place);
    place.import(&[diff.to_str().unwrap(), incr.to_str().unwrap()]);
    until("the new data is served", || serves_current(&server));
    let current = fs::read(place.state().join("CURRENT")).unwrap();
    let (before, expected) = (told(&server), answers(&place));
    let cut = place.path("cut.xml");
    let whole = fs::read(&full).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let later = ("2026-06-01T00:00:00Z", "2026-06-05T00:00:00Z");
    let dangling = ("<rdeDomain:registrant>", "<rdeDomain:registrant>nobody-");
    let gap = [("prevId=\"SAMPLE-20260601\"", "prevId=\"SAMPLE-20260602\""), ("20260602", "20260605")];
    for (what, path) in [
        ("cut short", cut),
        ("a holder who is not there", deposit(&place, "full.xml", "dangling.xml", &[later, dangling])),
        ("an older full one", PathBuf::from("data/sample/full.xml")),
        ("an older differential one under another name", deposit(&place, "diff.xml", "gap.xml", &gap)),
        ("no deposit", PathBuf::from("Cargo.toml")),
    ] {
        let (code, said) = refused(&place, &path);
        assert_eq!(code, 65, "{what}: {said}");
        assert_eq!(fs::read(place.state().join("CURRENT")).unwrap(), current, "{what}");
        assert_eq!(told(&server), before, "{what}");
        assert!(serves_current(&server), "{what}");
    }
    // One import at a time: the second is told, and the first is not disturbed.
    let held = LockFile::exclusive(&place.state().join("import.lock")).unwrap().unwrap();
    let (code, said) = refused(&place, &full);
    assert_eq!(code, 71, "{said}");
    assert!(said.contains("another import is running"), "{said}");
    drop(held);
    assert!(answers(&place) == expected);
    let body = client::get(server.http, "/rdap/domain/nieuwst.be").body;
    assert!(body == expected[&Question { format: "rdap", name: "nieuwst.be" }]);
    place.import(&[full.to_str().unwrap()]);
    until("the next good one is served", || serves_current(&server));
    server.stop();
}

#[test]
fn of_two_imports_at_once_one_waits_its_turn_or_is_told() {
    let server = Place::new().serve();
    let place = server.place();
    let [diff, _, full] = deposits(&place);
    let both = [&diff, &full].map(|path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loket"));
        command.args(["import", "--config"]).args([place.config(), path.as_path()]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
    });
    let codes = both.map(|mut child| child.wait().unwrap().code().unwrap());
    // The differential deposit comes too late when the full one was first.
    assert!([[0, 0], [0, 71], [71, 0], [65, 0]].contains(&codes), "{codes:?}");
    until("what won is served", || serves_current(&server));
    if codes[1] != 0 {
        place.import(&[full.to_str().unwrap()]);
        until("the other one too", || serves_current(&server));
    }
    tells(&server, "2026-06-04T00:00:00Z", &mut Vec::new());
    server.stop();
}

/// A small file system; unmounted when dropped.
struct Small(PathBuf);

impl Small {
    /// `None` where mounting is not permitted.
    fn mount(at: &Path, options: &str) -> Option<Small> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Small(at.to_owned()))
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may still hold a file.
        let _left = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Imports where no file may grow beyond a MiB.
fn refused_by_a_limit(place: &Place, path: &Path) -> (i32, String) {
    // bash counts in KiB. The signal that comes with the limit is ignored: then writing fails as on a full disk.
    let output = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$@\"", "-", env!("CARGO_BIN_EXE_loket"), "import"])
        .arg(path)
        .arg("--config")
        .arg(place.config())
        .output()
        .unwrap();
    (output.status.code().unwrap(), said(&output))
}

#[test]
fn a_disk_that_fills_up_under_an_import_disturbs_no_answer() {
    let place = Place::new();
    let small = Small::mount(&place.state(), "size=4m");
    if small.is_none() {
        println!("mounting is not permitted; the limit of file sizes stands in for the full disk");
    }
    let server = place.serve();
    let place = server.place();
    let mut order = Order::new(6000, 5);
    order.watermark = "2026-06-05T00:00:00Z".parse().unwrap();
    let large = place.path("large.xml");
    generate_at(&order, Format::RdeXml, &large).unwrap();
    let (before, current) = (told(&server), fs::read(place.state().join("CURRENT")).unwrap());
    let ((code, said), reason) = match &small {
        Some(_) => (refused(&place, &large), "No space left on device"),
        None => (refused_by_a_limit(&place, &large), "File too large"),
    };
    assert!([71, 74].contains(&code), "{code}: {said}");
    assert!(said.contains(reason) && !said.contains("panicked"), "{said}");
    assert_eq!(fs::read(place.state().join("CURRENT")).unwrap(), current);
    assert_eq!(told(&server), before);
    assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").status, 200);
    if let Some(small) = &small {
        small.resize("400m");
    }
    place.import(&["data/sample/diff.xml"]);
    until("what fits is served", || serves_current(&server));
    assert_eq!(client::get(server.http, "/rdap/domain/nieuw.be").status, 200);
    place.import(&["--allow-shrink", large.to_str().unwrap()]);
    until("the large one is served", || serves_current(&server));
    assert_eq!(metric(&server, "loket_watermark_timestamp_seconds"), order.watermark.as_second());
    assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").status, 404);
    server.stop();
}
