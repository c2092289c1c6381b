//! The real program as a child process, on free ports, with a state folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;

use crate::client;

const PATIENCE: Duration = Duration::from_secs(120);

/// A running server. Dropping it kills it; [`Server::stop`] asks it to stop and gives its log.
pub struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    place: Place,
    pub http: SocketAddr,
    pub https: SocketAddr,
    pub whois: SocketAddr,
    pub das: SocketAddr,
    pub admin: SocketAddr,
}

/// A state folder and the settings that use it. Clones share the folder, which goes with the last of them.
#[derive(Clone)]
pub struct Place {
    folder: Arc<TempDir>,
    config: PathBuf,
}

impl Place {
    /// A fresh folder with the settings of the demonstration on free ports, where this machine is not limited.
    pub fn new() -> Place {
        Place::with(|settings| settings)
    }

    /// The same, with changed settings.
    pub fn with(change: impl FnOnce(String) -> String) -> Place {
        Place::guarded_with(|settings| change(without_limits(&settings)))
    }

    /// As [`Place::new`], with the guard of the demonstration as it is shipped.
    pub fn guarded() -> Place {
        Place::guarded_with(|settings| settings)
    }

    /// As [`Place::guarded`], with changed settings.
    pub fn guarded_with(change: impl FnOnce(String) -> String) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let root = std::env::current_dir().unwrap();
        let mut settings = fs::read_to_string("config/demo.toml").unwrap();
        for (from, to) in [
            ("\"../state\"", format!("\"{}\"", folder.path().join("state").display())),
            ("\"../deposits\"", format!("\"{}\"", folder.path().join("deposits").display())),
            ("\"disclosure\"", format!("\"{}\"", root.join("config/disclosure").display())),
            ("\"../data/", format!("\"{}/data/", root.display())),
            ("format = \"text\"", "format = \"json\"".to_owned()),
            ("\"127.0.0.1:8080\"]", "\"127.0.0.1:0\"]".to_owned()),
            ("\"127.0.0.1:8443\"]", "\"127.0.0.1:0\"]".to_owned()),
            ("\"127.0.0.1:10043\"]", "\"127.0.0.1:0\"]".to_owned()),
            ("\"127.0.0.1:14343\"]", "\"127.0.0.1:0\"]".to_owned()),
            ("\"127.0.0.1:9090\"]", "\"127.0.0.1:0\"]".to_owned()),
        ] {
            assert!(settings.contains(from), "config/demo.toml has no {from}");
            settings = settings.replace(from, &to);
        }
        let config = folder.path().join("loket.toml");
        fs::write(&config, change(settings)).unwrap();
        Place { folder: Arc::new(folder), config }
    }

    /// The state folder.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The drop folder; `serve` makes it.
    pub fn deposits(&self) -> PathBuf {
        self.folder.path().join("deposits")
    }

    /// The settings file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// A path in the folder, beside the state.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a subcommand with these settings.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let config = self.config.to_str().unwrap();
        loket(&[arguments, &["--config", config]].concat())
    }

    /// Imports deposits; panics unless that succeeds.
    pub fn import(&self, deposits: &[&str]) -> String {
        let output = self.run(&[&["import"], deposits].concat());
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        said
    }

    /// Starts a server here.
    pub fn serve(self) -> Server {
        Server::start_in(self, true, &[])
    }

    /// Starts a server here that may open so many files.
    pub fn serve_with_descriptors(self, count: u64) -> Server {
        Server::start_in(self, true, &["prlimit", &format!("--nofile={count}:")])
    }

    /// Starts a server here that is expected not to become ready.
    pub fn serve_unready(self) -> Server {
        Server::start_in(self, false, &[])
    }
}

/// The settings of the demonstration with this machine's loopback addresses in the tier that is not counted: the
/// tests ask thousands of questions from one address, over thousands of connections.
fn without_limits(settings: &str) -> String {
    let listed = "[\"127.0.0.9/32\"]";
    assert_eq!(settings.matches(listed).count(), 1, "config/demo.toml has no {listed}");
    settings.replace(
        listed,
        "[\"127.0.0.9/32\", \"127.0.0.1/32\", \"::1/128\"]\nconnections = 100000\nnetwork_connections = 1000000",
    )
}

/// Runs the program to its end.
pub fn loket(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loket")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

impl Server {
    /// A server over the sample register.
    pub fn start() -> Server {
        Place::new().serve()
    }

    /// `through`: a program that runs another one, with its options.
    fn start_in(place: Place, expect_ready: bool, through: &[&str]) -> Server {
        // The server ends with the thread that started it, so that none outlives an aborted test run.
        let mut child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .args(through)
            .arg(env!("CARGO_BIN_EXE_loket"))
            .args(["serve", "--config", place.config.to_str().unwrap()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, heard) = mpsc::sync_channel(10_000);
        let stderr = child.stderr.take().unwrap();
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
                drop(log);
                // Once the addresses are known nobody listens any more.
                let _unheard = lines.try_send(line);
            }
        });
        let mut found: Vec<(String, SocketAddr)> = Vec::new();
        let doors = ["http", "https", "whois", "das", "admin"];
        while !doors.iter().all(|door| found.iter().any(|(entrance, _)| entrance == door)) {
            let line = heard.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error}: {}", log.lock().unwrap()));
            let Ok(event) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            let text = |name: &str| {
                event
                    .pointer(&format!("/fields/{name}"))
                    .or(event.get(name))
                    .and_then(|v| v.as_str())
                    .map(str::to_owned)
            };
            if text("message").as_deref() == Some("listening") {
                found.push((text("entrance").unwrap(), text("address").unwrap().parse().unwrap()));
            }
        }
        let at = |name: &str| found.iter().find(|(entrance, _)| entrance == name).unwrap().1;
        let server = Server {
            http: at("http"),
            https: at("https"),
            whois: at("whois"),
            das: at("das"),
            admin: at("admin"),
            child,
            log,
            reader: Some(reader),
            place,
        };
        if expect_ready {
            server.wait_until(|status| status == 200);
        }
        server
    }

    /// Waits until readiness answers with a status that `wanted` accepts.
    pub fn wait_until(&self, wanted: impl Fn(u16) -> bool) {
        for _ in 0..1200 {
            if wanted(client::get(self.admin, "/health/ready").status) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("not ready: {}", self.log.lock().unwrap());
    }

    /// Where it runs; a server that was stopped can be started there again.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Every address on which an entrance listens.
    pub fn addresses(&self, entrance: &str) -> Vec<SocketAddr> {
        let log = self.log();
        let events = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        events
            .map(|event| event.get("fields").cloned().unwrap_or(event))
            .filter(|fields| fields["message"] == "listening" && fields["entrance"] == entrance)
            .map(|fields| fields["address"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    /// The state folder.
    pub fn state(&self) -> PathBuf {
        self.place.state()
    }

    /// The settings file.
    pub fn config(&self) -> &Path {
        self.place.config()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What was logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Sends SIGTERM, waits for the end, and gives the log and the exit code.
    pub fn stop(mut self) -> (String, Option<i32>) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let status = self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        let log = self.log.lock().unwrap().clone();
        (log, status.code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The child may have ended already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// A test that was limited, or one of the guard that was not, would say nothing.
#[test]
fn this_machine_is_limited_in_a_guarded_place_only() {
    let unlimited = |place: &Place| {
        let settings = fs::read_to_string(place.config()).unwrap();
        let settings: toml::Table = settings.parse().unwrap();
        settings["guard"]["unlimited"].clone()
    };
    let shipped: toml::Table = fs::read_to_string("config/demo.toml").unwrap().parse().unwrap();
    assert_eq!(unlimited(&Place::guarded()), shipped["guard"]["unlimited"]);
    let open = Place::new();
    let listed = unlimited(&open)["networks"].to_string();
    assert!(["127.0.0.1/32", "::1/128", "127.0.0.9/32"].iter().all(|network| listed.contains(network)), "{listed}");
    for place in [open, Place::guarded()] {
        let output = place.run(&["check"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(&format!("watch = \"{}\"", place.deposits().display())), "{said}");
    }
}
