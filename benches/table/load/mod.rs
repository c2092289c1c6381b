//! The load: conversations at a time from many addresses, each question drawn anew. Light, so that the server is what
//! is measured: a thread holds its conversations in one small runtime and looks at as little of an answer as it can.

mod histogram;
pub mod http;
mod http2;
mod line;
mod pace;
pub mod questions;
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{JoinSet, LocalSet};

pub use histogram::Histogram;
use pace::{Due, Start, Turns};
use questions::{Dice, Questions};

use crate::cpu;

/// An answer larger than this is a mistake, in octets.
pub const ANSWER_OCTETS_MAX: usize = 64 * 1024;
/// A server that is silent for so long after the end of a run is broken.
const PATIENCE: Duration = Duration::from_secs(20);
/// A server that does not answer after so long will not start any more.
const START_PATIENCE: Duration = Duration::from_secs(300);
/// The authority of the first base that the settings name for HTTPS.
pub const AUTHORITY: &str = "127.0.0.1:8443";

/// How questions are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, connections kept.
    Http,
    /// The same over TLS 1.3.
    Https,
    /// HTTP/2 over TLS 1.3.
    Http2,
    /// HTTP/1.1 over TLS 1.3, a connection each, with a full handshake.
    HttpsFull,
    /// The same, but with sessions taken up again.
    HttpsResumed,
    /// One line, one answer, a connection each.
    Line,
}

/// What an answer must be.
#[derive(Clone, Copy, Debug)]
pub struct Expect {
    /// The status, with HTTP.
    pub status: u16,
    /// One of these stands in the body; none: the body is not looked at.
    pub marks: &'static [&'static str],
    /// Whether the name stands behind the mark.
    pub named: bool,
    /// The share of answers, 0 to 1, that may be others.
    pub strays: f64,
}

impl Expect {
    /// Whether this is the answer.
    fn is_met(&self, status: u16, body: &[u8], name: &[u8]) -> bool {
        if status != self.status || body.is_empty() {
            return false;
        }
        let name = if self.named { name } else { b"" };
        let holds = |mark: &&str| {
            let wanted = [mark.as_bytes(), name].concat();
            body.windows(wanted.len()).any(|piece| piece == wanted)
        };
        self.marks.is_empty() || self.marks.iter().any(holds)
    }
}

/// What to do.
#[derive(Clone, Copy)]
pub struct Load {
    pub protocol: Protocol,
    pub address: SocketAddr,
    pub questions: Questions,
    /// The addresses from which it comes, in turn.
    pub sources: &'static [Ipv4Addr],
    /// Conversations at a time, of all threads together.
    pub connections: usize,
    /// Streams of each of them, with HTTP/2.
    pub streams: usize,
    pub threads: usize,
    pub expect: Expect,
    pub span: Duration,
    /// Questions a second, whatever the answers do; `None`: each follows an answer.
    pub a_second: Option<f64>,
    /// From which the names are drawn.
    pub seed: usize,
}

/// What came of it.
#[derive(Default)]
pub struct Tally {
    /// Answers.
    pub queries: u64,
    /// Answers that are not what was expected.
    pub wrong: u64,
    /// The beginning of the first of these.
    pub first_wrong: Option<String>,
    /// Octets of the bodies.
    pub octets: u64,
    /// Answers on a TLS session that was taken up again.
    pub resumed: u64,
    /// Questions that were due and that no conversation was free for.
    pub unasked: u64,
    /// From the moment when the question is due to the whole answer; with a connection each, connecting is part of it.
    pub latency: Histogram,
    /// What the load itself cost.
    pub cpu: Duration,
}

impl Tally {
    fn count(&mut self, load: &Load, name: &[u8], latency: Duration, status: u16, body: &[u8]) {
        self.queries += 1;
        self.octets += body.len() as u64;
        self.latency.record(latency);
        if !load.expect.is_met(status, body, name) {
            self.wrong += 1;
            self.first_wrong.get_or_insert_with(|| {
                let beginning = String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned();
                format!("{}: {status}: {beginning}", String::from_utf8_lossy(name))
            });
        }
    }

    fn add(&mut self, other: Tally) {
        self.queries += other.queries;
        self.wrong += other.wrong;
        self.first_wrong = self.first_wrong.take().or(other.first_wrong);
        self.octets += other.octets;
        self.resumed += other.resumed;
        self.unasked += other.unasked;
        self.latency.add(&other.latency);
        self.cpu += other.cpu;
    }
}

/// Makes load for its span, which begins when every connection stands that is kept; then `begin` is called. Panics where
/// a conversation breaks.
pub fn run(load: &Load, begin: impl FnOnce()) -> Tally {
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let (ready, all_ready) = mpsc::channel();
        let begun = (0..load.threads).map(|thread| {
            let (begin, begun) = mpsc::channel();
            let ready = ready.clone();
            (begin, scope.spawn(move || in_thread(*load, thread, ready, &begun)))
        });
        let (begins, threads): (Vec<_>, Vec<_>) = begun.unzip();
        drop(ready);
        // A thread that breaks drops its end; what it has to say is heard below.
        let are_ready = (0..load.threads).all(|_| all_ready.recv().is_ok());
        begin();
        let until = Instant::now() + load.span;
        if are_ready {
            begins.iter().for_each(|begin| begin.send(until).unwrap_or_default());
        }
        drop(begins);
        threads.into_iter().for_each(|thread| tally.add(thread.join().unwrap()));
    });
    tally
}

/// The share of one thread.
fn in_thread(load: Load, thread: usize, ready: Sender<()>, begun: &Receiver<Instant>) -> Tally {
    let mut tally = Tally::default();
    let mut before = Duration::ZERO;
    let conversations = LocalSet::new();
    conversations.block_on(&runtime(), async {
        let (start, due) = (Rc::new(Start::default()), load.a_second.map(|_| Rc::new(Due::default())));
        let turns = Turns::new(Rc::clone(&start), due.clone());
        let mut open = JoinSet::new();
        let own = (thread..load.connections).step_by(load.threads);
        let count = own.len();
        for number in own {
            open.spawn_local(converse(load, number, turns.clone()));
        }
        let all_ready = async {
            tokio::select! {
                () = start.all(count) => {}
                Some(ended) = open.join_next() => panic!("a connection fails: {:?}", ended.unwrap().err()),
            }
        };
        tokio::time::timeout(PATIENCE, all_ready).await.expect("a server that takes connections");
        // Nobody hears it where another thread broke.
        let _unheard = ready.send(());
        drop(ready);
        let Ok(until) = begun.recv() else { return };
        before = cpu::of_this_thread();
        start.begin(until);
        let all = async {
            if let Some((a_second, due)) = load.a_second.zip(due.as_ref()) {
                tally.unasked = due.fill(a_second / load.threads as f64, until).await;
            }
            while let Some(ended) = open.join_next().await {
                tally.add(ended.unwrap().unwrap());
            }
        };
        let all = tokio::time::timeout(load.span + PATIENCE, all);
        let ended = if load.a_second.is_some() { all.await } else { awake(all).await };
        ended.expect("a server that answers");
    });
    tally.cpu = cpu::of_this_thread() - before;
    tally
}

/// Awaits it without ever sleeping. Whoever answers a load that sleeps has to wake it, which costs a quicker server less
/// than a slower one; a client on another machine costs neither of them that.
async fn awake<T>(awaited: impl Future<Output = T>) -> T {
    let spinning = async {
        loop {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = awaited => ended,
        never = spinning => never,
    }
}

async fn converse(load: Load, number: usize, turns: Turns) -> io::Result<Tally> {
    match load.protocol {
        Protocol::Http | Protocol::Https => http::converse(load, number, turns).await,
        Protocol::HttpsFull => http::converse_anew(load, number, turns, false).await,
        Protocol::HttpsResumed => http::converse_anew(load, number, turns, true).await,
        Protocol::Http2 => http2::converse(load, number, turns).await,
        Protocol::Line => line::converse(load, number, turns).await,
    }
}

/// Asks over HTTP on a connection that is kept, in the order of the names, and hands each answer's body to `take`.
pub fn each(load: &Load, count: usize, mut take: impl FnMut(usize, &[u8])) {
    runtime().block_on(async {
        let mut stream = connect(load.sources[0], load.address).await.unwrap();
        let (mut question, mut answer) = (Vec::new(), vec![0; ANSWER_OCTETS_MAX]);
        for number in 0..count {
            question.clear();
            question.extend_from_slice(load.questions.before.as_bytes());
            load.questions.names.write(number, &mut question);
            question.extend_from_slice(load.questions.after.as_bytes());
            let (status, head, whole) = http::ask(&mut stream, &question, &mut answer).await.unwrap();
            assert_eq!(status, load.expect.status, "{}", String::from_utf8_lossy(&question));
            take(number, &answer[head..whole]);
        }
    });
}

/// Waits until a server that is starting answers as it should; how long after `began` that was.
pub fn wait_for(load: &Load, began: Instant) -> Duration {
    runtime().block_on(http::wait_for(*load, began)).expect("a server that starts")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A connection from an address; the system chooses the port.
async fn connect(source: Ipv4Addr, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((source, 0)))?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The addresses from which a conversation connects, one after another. They are shared out, so that no two
/// conversations have the same one.
struct Connections {
    sources: &'static [Ipv4Addr],
    own: usize,
    step: usize,
}

impl Connections {
    fn of(load: &Load, number: usize) -> Connections {
        // Where a run began is not where the next one begins: ports of closed connections rest for a minute.
        let dice = Dice::new(load.seed).below(load.sources.len() / load.connections.max(1) + 1);
        let own = (number + dice * load.connections) % load.sources.len();
        Connections { sources: load.sources, own, step: load.connections }
    }

    fn next(&mut self) -> Ipv4Addr {
        self.own = (self.own + self.step) % self.sources.len();
        self.sources[self.own]
    }
}
