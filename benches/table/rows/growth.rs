//! What a query costs over registers of 100,000, a million and ten million domains. They are copies of one generated
//! register, held by this program's own process and served through the library, so that nothing that large is imported.

use std::hash::RandomState;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;

use loket::config::Config;
use loket::disclosure::record::{Disclosed, PublicRecord};
use loket::guard::Guard;
use loket::index::{Current, Generation, SnapshotBuilder};
use loket::model::name::Name;
use loket::observe::{Entrance, Observe};
use loket::serve::Shell;
use loket::serve::accept::{Gate, Permits, accept};
use loket::time::Clock;
use tokio::sync::watch;

use super::{Bench, Gathered};
use crate::contest::{Contestant, alternate};
use crate::data::Data;
use crate::frame::outcome::{Drawn, Goal};
use crate::frame::plot::Curve;
use crate::frame::results::grouped;
use crate::load::questions::{Names, Questions, copy_mark};
use crate::load::{Load, Protocol};
use crate::pins::Pins;
use crate::program::settings;
use crate::reference::end_with_parent;
use crate::register::{self, AT, Register};

/// The first argument of a process that serves copies: then follow deposit, settings and how many copies.
pub const ARGUMENT: &str = "--serve-copies";

/// A process that serves copies of a register; dropping it ends it.
struct Grown {
    child: Child,
    address: SocketAddr,
    domains: u64,
    names: &'static Names,
}

impl Grown {
    fn start(data: &Data, times: usize, bench: &Bench) -> Grown {
        let configured = settings(data, "grown", &data.state(), bench.wish);
        let program = std::env::current_exe().unwrap();
        let mut child = Pins::command(&bench.pins, program.to_str().unwrap())
            .arg(ARGUMENT)
            .args([data.deposit(), configured.file])
            .arg(times.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if bench.wish.logs_questions { Stdio::null() } else { Stdio::inherit() })
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let names = Box::leak(Box::new(data.read_names().times(times)));
        let domains = data.domains * times as u64;
        Grown { child, address: line.trim().parse().expect("an address"), domains, names }
    }
}

impl Drop for Grown {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

pub fn growth(bench: &Bench) -> Gathered {
    let (domains, times) = bench.sizes.grown;
    let data = Data::open(bench.base.as_deref(), domains, &bench.pins);
    let grown: Vec<Grown> = times
        .iter()
        .map(|times| {
            eprintln!("  {} domains", grouped(domains * *times as u64));
            Grown::start(&data, *times, bench)
        })
        .collect();
    let contestants: Vec<Contestant> = grown
        .iter()
        .map(|grown| {
            let load = bench.load(Protocol::Http, grown.address);
            let load = Load { questions: Questions { names: grown.names, ..load.questions }, ..load };
            let name = format!("{} domains", grouped(grown.domains));
            Contestant { name, processes: vec![grown.child.id()], load }
        })
        .collect();
    let contest = alternate("RDAP, registers of three sizes", &contestants, bench.effort);
    let last = contestants.len() - 1;
    let what = format!("RDAP over {}, against {}", contest.name(last), contest.name(0));
    let mut line = contest.cpu(&what, last, 0, Goal::Ratio(1.15));
    line.note = "served by the library in a process of the bench; copies of one register under other names".to_owned();
    let point = |(at, grown): (usize, &Grown)| Some((grown.domains as f64, contest.spread(at, |run| run.cpu)?.median));
    let points = grown.iter().enumerate().filter_map(point).collect();
    let curves = vec![Curve { name: "RDAP, CPU per query".to_owned(), points }];
    let middle = contest.cpu(&format!("RDAP over {}", contest.name(1)), 1, 0, Goal::None);
    Gathered {
        lines: vec![middle, line],
        details: contest.details(),
        drawn: vec![Drawn { file: "cost".to_owned(), curves }],
        ..Gathered::default()
    }
}

/// Serves copies of a register until nobody holds the standard input any more.
pub fn serve(words: &[String]) {
    let [deposit, settings, times] = words else { panic!("{ARGUMENT} DEPOSIT SETTINGS TIMES") };
    end_with_parent();
    let config = Config::load(Path::new(settings)).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    loket::observe::logs::start(&config.log);
    let snapshot = copies(Path::new(deposit), times.parse().expect("how many"));
    let clock = Clock::system();
    let shell = Shell {
        current: Current::empty(),
        site: config.site.clone(),
        limits: config.limits,
        observe: Observe::new(clock.now()),
        guard: Arc::new(Guard::new(config.guard.clone(), RandomState::new())),
        clock,
        deposits: None,
    };
    shell.current.publish(Arc::new(snapshot));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let gate = Gate::bind(Entrance::Http, SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        println!("{}", gate.listener.local_addr().unwrap());
        let permits = Permits::for_entrances(&shell.limits)(Entrance::Http);
        let (_stop, stopped) = watch::channel(false);
        tokio::spawn(accept(gate, Arc::new(shell), permits, None, stopped)).await.unwrap();
    });
}

/// A register, so many times.
fn copies(deposit: &Path, times: usize) -> loket::index::Snapshot {
    let register = Register::read(deposit);
    let policy = register::policy("config/disclosure/dns-belgium.toml");
    let mut builder = SnapshotBuilder::default();
    for record in register.decided(&policy) {
        (1..times).filter_map(|copy| copied(&record, copy)).for_each(|record| builder.put(record));
        builder.put(record);
    }
    builder.finish(Generation { number: 1, watermark: AT, published_at: AT })
}

/// A domain under another name, with contacts of other handles.
fn copied(record: &PublicRecord, copy: usize) -> Option<PublicRecord> {
    let PublicRecord::Domain(domain) = record else { return None };
    let mut domain = domain.clone();
    domain.name = Name::parse(&format!("{}{}", copy_mark(copy), domain.name)).ok()?;
    for contact in domain.registrant.iter_mut().chain(&mut domain.contacts) {
        if let Disclosed::Shown { value, .. } = &mut contact.handle {
            value.push_str(&format!("-{copy}"));
        }
    }
    Some(PublicRecord::Domain(domain))
}
