//! The real program over a generated register, with a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::cpu;
use crate::pins::Pins;

/// The network 127.x.y.0/24 of those who may ask once a minute, as the number made of x and y.
pub const LIMITED_NETWORK: u32 = 200 << 8;

const LOKET: &str = env!("CARGO_BIN_EXE_loket");
const SEED: &str = "20260601";

/// A running server. Dropping it ends it.
pub struct Program {
    child: Child,
    pub http: SocketAddr,
    pub whois: SocketAddr,
    pub das: SocketAddr,
    /// Every registered name.
    pub names: Vec<String>,
    loaded: (f64, f64),
    _folder: TempDir,
}

impl Program {
    /// Makes a register, imports it, and serves it.
    pub fn start(domains: u64, pins: &Pins) -> Program {
        let folder = tempfile::tempdir().unwrap();
        // The settings name what they write beside their own folder.
        let (config, deposit) = (folder.path().join("config/loket.toml"), folder.path().join("register.jsonl"));
        fs::create_dir(folder.path().join("config")).unwrap();
        let (config_text, deposit_text) = (config.to_str().unwrap(), deposit.to_str().unwrap());
        fs::write(&config, settings()).unwrap();
        loket(&[
            "generate",
            "--domains",
            &domains.to_string(),
            "--seed",
            SEED,
            "--format",
            "jsonl",
            "--out",
            deposit_text,
        ]);
        loket(&["import", "--config", config_text, deposit_text]);
        let mut child = pins
            .command(LOKET)
            .args(["serve", "--config", config_text])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let [http, whois, das, admin] = addresses(&mut log, ["http", "whois", "das", "admin"]);
        // Nobody reads it further, but a full pipe would hold the server up.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        wait_until_ready(admin);
        let loaded = cpu::resident(child.id());
        Program { child, http, whois, das, names: names(&deposit), loaded, _folder: folder }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A sentence about its memory.
    pub fn memory(&self) -> String {
        let (now, most) = cpu::resident(self.id());
        format!(
            "memory of the server: {:.1} MiB when it was ready, {now:.1} MiB after all load, {most:.1} MiB at the most",
            self.loaded.0
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The child may have ended already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Those of the demonstration, on free ports, without a log line for each question.
fn settings() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut settings = fs::read_to_string(root.join("config/demo.toml")).unwrap();
    for (from, to) in [
        ("\"disclosure\"", format!("\"{}\"", root.join("config/disclosure").display())),
        ("\"../data/", format!("\"{}/data/", root.display())),
        ("format = \"text\"", "format = \"json\"".to_owned()),
        ("questions = true", "questions = false".to_owned()),
        ("\"127.0.0.1:8080\"]", "\"127.0.0.1:0\"]".to_owned()),
        ("\"127.0.0.1:8443\"]", "\"127.0.0.1:0\"]".to_owned()),
        ("\"127.0.0.1:10043\"]", "\"127.0.0.1:0\"]".to_owned()),
        ("\"127.0.0.1:14343\"]", "\"127.0.0.1:0\"]".to_owned()),
        ("\"127.0.0.1:9090\"]", "\"127.0.0.1:0\"]".to_owned()),
    ] {
        assert!(settings.contains(from), "config/demo.toml has no {from}");
        settings = settings.replace(from, &to);
    }
    without_guard(&settings) + &guard()
}

/// Settings without what they say about the guard.
fn without_guard(settings: &str) -> String {
    let mut is_guard = false;
    let other = settings.split_inclusive('\n').filter(|line| {
        if line.starts_with('[') {
            is_guard = line.starts_with("[guard");
        }
        !is_guard
    });
    other.collect()
}

/// A guard that counts everybody with the largest figures there are, refuses only those of one network, and bans
/// nobody.
fn guard() -> String {
    let [x, y] = [LIMITED_NETWORK >> 8, LIMITED_NETWORK & 0xff];
    format!(
        "
[guard.default]
burst = 100000
per_minute = 600000
network_burst = 1000000
network_per_minute = 6000000
registrations_per_day = 10000000
network_registrations_per_day = 100000000
connections = 4096
network_connections = 8192

[guard.monitor]
networks = [\"127.{x}.{y}.0/24\"]
burst = 1
per_minute = 1
network_burst = 1
network_per_minute = 1
registrations_per_day = 1
network_registrations_per_day = 1
connections = 4096
network_connections = 8192

[guard.bans]
refusals_burst = 100000
refusals_per_minute = 600000
"
    )
}

fn loket(arguments: &[&str]) {
    let output = Command::new(LOKET).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Reads the log until it told the address of each entrance.
fn addresses<const N: usize>(log: &mut impl BufRead, entrances: [&str; N]) -> [SocketAddr; N] {
    let mut found = [None; N];
    let mut said = String::new();
    while found.iter().any(Option::is_none) {
        let begin = said.len();
        assert!(log.read_line(&mut said).unwrap() > 0, "{said}");
        let Ok(event) = serde_json::from_str::<Value>(&said[begin..]) else { continue };
        let field = |name: &str| event["fields"][name].as_str().or(event[name].as_str());
        let at = entrances.iter().position(|entrance| field("entrance") == Some(entrance));
        if let (Some("listening"), Some(at)) = (field("message"), at) {
            found[at] = field("address").map(|address| address.parse::<SocketAddr>().unwrap());
        }
    }
    found.map(Option::unwrap)
}

fn wait_until_ready(admin: SocketAddr) {
    for _ in 0..600 {
        let url = format!("http://{admin}/health/ready");
        if Command::new(LOKET).args(["health", "--url", &url]).output().unwrap().status.success() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("not ready");
}

/// The names of the domains in a deposit of JSON lines.
fn names(deposit: &Path) -> Vec<String> {
    let lines = BufReader::new(fs::File::open(deposit).unwrap()).lines().map(Result::unwrap);
    let domains = lines.filter(|line| line.starts_with("{\"domain\":"));
    let name =
        |line: String| serde_json::from_str::<Value>(&line).unwrap()["domain"]["name"].as_str().unwrap().to_owned();
    domains.map(name).collect()
}
