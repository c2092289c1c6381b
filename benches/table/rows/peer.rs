//! `icann-rdap-srv` with the data that it loads, under the same load.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Instant;

use super::{Bench, Gathered, is_installed};
use crate::contest::{Contestant, alternate};
use crate::cpu;
use crate::data::Data;
use crate::frame::outcome::{Goal, Line};
use crate::frame::spread::Spread;
use crate::load::questions::Questions;
use crate::load::{self, Expect, Load, Protocol};
use crate::program::Program;

/// Where `benches/run` puts programs that it builds.
const TOOLS: &str = "target/bench/tools/bin";
const PROGRAM: &str = "rdap-srv";

/// A running server; dropping it ends it.
struct Peer {
    child: Child,
    address: SocketAddr,
}

impl Peer {
    /// Serves the answers that stand in a folder, one a file.
    fn start(bench: &Bench, program: &Path, folder: &Path) -> Peer {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = bench
            .pins
            .command(program.to_str().unwrap())
            .env("RDAP_SRV_LISTEN_ADDR", address.ip().to_string())
            .env("RDAP_SRV_LISTEN_PORT", address.port().to_string())
            .env("RDAP_SRV_STORAGE", "memory")
            .env("RDAP_SRV_DATA_DIR", folder)
            .env("RDAP_SRV_AUTO_RELOAD", "false")
            .env("RDAP_SRV_BOOTSTRAP", "false")
            .env("RDAP_SRV_LOG", "error")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Peer { child, address }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

pub fn icann(bench: &Bench) -> Gathered {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join(TOOLS).join(PROGRAM);
    let program = if built.exists() { built } else { PathBuf::from(PROGRAM) };
    assert!(is_installed(program.to_str().unwrap()), "icann-rdap-srv is not installed");
    let domains = bench.sizes.peer;
    let data = Data::open(bench.base.as_deref(), domains, &bench.pins);
    let ours = Program::start(&data, "peer", &data.state(), bench.wish, &bench.pins);
    let load = bench.load(Protocol::Http, ours.at(|ports| ports.http));
    let expect = Expect { marks: &[], named: false, ..load.expect };
    let load = Load { questions: Questions { names: data.names, ..load.questions }, expect, ..load };
    let folder = data.fresh("peer");
    load::each(&load, data.names.len(), |number, body| fs::write(folder.join(format!("{number}.json")), body).unwrap());

    let empty = Peer::start(bench, &program, &data.fresh("peer-empty"));
    let peer = Peer::start(bench, &program, &folder);
    let theirs = Load { address: peer.address, ..load };
    load::wait_for(&theirs, Instant::now());
    let contestants = [
        Contestant { name: "loket".to_owned(), processes: vec![ours.id()], load },
        Contestant { name: "icann-rdap-srv".to_owned(), processes: vec![peer.child.id()], load: theirs },
    ];
    let contest = alternate(&format!("RDAP beside icann-rdap-srv, {domains} domains"), &contestants, bench.effort);
    let mut throughput = contest.line(
        "against icann-rdap-srv",
        "answers per CPU second",
        0,
        1,
        |run| 1e6 / run.cpu,
        Goal::RatioAtLeast(6.0),
    );
    throughput.note = format!("{domains} domains, as our own answers; of ours the same register from its deposit");
    let resident = |process: u32| cpu::resident(process).expect("a server that lives").0;
    let theirs = (resident(peer.child.id()) - resident(empty.child.id())) / domains as f64;
    // What the large register has more than this one is what its domains take.
    let more = bench.data.domains.checked_sub(domains).filter(|more| *more > domains);
    let mine = more.map(|more| (resident(bench.program().id()) - resident(ours.id())) / more as f64);
    let memory = Line {
        what: "against icann-rdap-srv".to_owned(),
        measure: "resident octets per domain".to_owned(),
        ours: mine.map(Spread::once),
        reference: "icann-rdap-srv".to_owned(),
        theirs: Some(Spread::once(theirs)),
        ratio: mine.map(|mine| Spread::once(mine / theirs)),
        goal: Goal::Ratio(0.0333),
        note: "what each domain adds: theirs over a server without data, ours over a server of the smaller register"
            .to_owned(),
    };
    Gathered { lines: vec![throughput, memory], details: contest.details(), ..Gathered::default() }
}
