//! Deposits that arrive while the server runs: in the watched folder, and at the admin door.

mod endpoint;
mod folder;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::client;
use crate::server::{Place, Server};

/// A place whose server watches its folder and takes deposits of at most 2 MiB.
fn place(change: impl FnOnce(String) -> String) -> Place {
    Place::with(|settings| {
        let import = "[import]\nwatch_interval_ms = 200\ndeposit_octets_max = 2097152\n";
        change(settings.replacen("[import]\n", import, 1))
    })
}

/// A running server over the sample register, and the folder that it watches.
struct Desk {
    server: Server,
    drop: PathBuf,
}

impl Desk {
    fn open() -> Desk {
        Desk::open_with(|settings| settings)
    }

    fn open_with(change: impl FnOnce(String) -> String) -> Desk {
        Desk::open_in(place(change))
    }

    fn open_in(place: Place) -> Desk {
        let drop = place.deposits();
        Desk { server: place.serve(), drop }
    }

    /// Puts a deposit into the folder as the documentation says: whole, by a rename.
    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        eventually("the folder is made", || self.drop.is_dir().then_some(()));
        let part = self.drop.join(format!("{name}.part"));
        fs::write(&part, bytes).unwrap();
        let path = self.drop.join(name);
        fs::rename(part, &path).unwrap();
        path
    }

    /// The report beside a deposit, once it says this outcome.
    fn report(&self, name: &str, outcome: &str) -> Value {
        let path = report_of(&self.drop.join(name));
        let mut last = Value::Null;
        for _ in 0..600 {
            if let Ok(text) = fs::read(&path) {
                last = serde_json::from_slice(&text).expect("a report is never half there");
                if last["outcome"] == outcome {
                    return last;
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no report {outcome}, but {last}: {}", self.server.log());
    }

    /// What port 43 would say of the published data.
    fn looked_up(&self, name: &str) -> String {
        let output = self.server.place().run(&["lookup", name]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until port 43 of the running server says that a name is free.
    fn answers_free(&self, name: &str) {
        eventually("the running server answers from the new data", || {
            client::ask_line(self.server.whois, name).contains("Status:\tAVAILABLE").then_some(())
        });
    }

    fn current(&self) -> Vec<u8> {
        fs::read(self.server.state().join("CURRENT")).unwrap()
    }

    /// How many log lines hold these words.
    fn logged(&self, words: &str) -> usize {
        self.server.log().lines().filter(|line| line.contains(words)).count()
    }

    fn metric(&self, way: &str, outcome: &str) -> u64 {
        let page = String::from_utf8(client::get(self.server.admin, "/metrics").body).unwrap();
        let name = format!("loket_deposits_total{{way=\"{way}\",outcome=\"{outcome}\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |value| value.parse().unwrap())
    }
}

fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = found() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what}: never");
}

fn report_of(deposit: &Path) -> PathBuf {
    PathBuf::from(format!("{}.report.json", deposit.display()))
}

fn diff() -> Vec<u8> {
    fs::read("data/sample/diff.xml").unwrap()
}

/// The sample's differential deposit with a name that no registry of these zones could have.
fn broken_diff() -> Vec<u8> {
    let text = String::from_utf8(diff()).unwrap();
    text.replace("<rdeDomain:registrant>knr0wr4la<", "<rdeDomain:registrant>nobody-1<").into_bytes()
}

/// A deposit that builds on the sample's differential one.
fn next_diff() -> &'static [u8] {
    concat!(
        r#"{"loket":1,"type":"DIFF","id":"SAMPLE-20260603","prevId":"SAMPLE-20260602","watermark":"2026-06-03T00:00:00Z"}"#,
        "\n",
        r#"{"delete":{"nndn":"pas-geblokkeerd.be"}}"#,
        "\n",
        r#"{"header":{"zones":["be"],"counts":{}}}"#,
        "\n"
    )
    .as_bytes()
}
