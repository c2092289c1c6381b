//! The load: conversations at a time from many addresses, each question drawn anew. Light, so that the server is what
//! is measured: a thread holds its conversations in one small runtime and looks at as little of an answer as it can.

mod histogram;
pub mod http;
pub mod whois;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

pub use histogram::Histogram;

use crate::cpu;

/// An answer larger than this is a mistake, in octets.
const ANSWER_OCTETS_MAX: usize = 64 * 1024;
/// A server that is silent for so long after the end of a run is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// How questions are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, connections kept.
    Http,
    /// One line, one answer, a connection each.
    Line,
}

impl Protocol {
    /// The word of a protocol.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Http => "http",
            Protocol::Line => "line",
        }
    }

    /// The protocol of a word.
    pub fn from_word(word: &str) -> Option<Protocol> {
        [Protocol::Http, Protocol::Line].into_iter().find(|protocol| protocol.word() == word)
    }
}

/// A question as it is sent, and the name it is about.
#[derive(Clone, Debug)]
pub struct Question {
    pub octets: Vec<u8>,
    pub name: String,
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
    /// Whether another answer is right now and then.
    pub may_stray: bool,
}

impl Expect {
    /// Whether this is the answer.
    fn is_met(&self, status: u16, body: &[u8], name: &str) -> bool {
        if status != self.status || body.is_empty() {
            return false;
        }
        let name = if self.named { name } else { "" };
        let holds = |mark: &&str| {
            let wanted = [mark.as_bytes(), name.as_bytes()].concat();
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
    pub questions: &'static [Question],
    /// The addresses from which it comes, in turn.
    pub sources: &'static [Ipv4Addr],
    /// Conversations at a time, of all threads together.
    pub connections: usize,
    pub threads: usize,
    pub expect: Expect,
    pub span: Duration,
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
    /// From the question to the whole answer; with a connection each, from connecting to the other side's close.
    pub latency: Histogram,
    /// What the load itself cost.
    pub cpu: Duration,
}

impl Tally {
    fn count(&mut self, load: &Load, question: &Question, latency: Duration, status: u16, body: &[u8]) {
        self.queries += 1;
        self.octets += body.len() as u64;
        self.latency.record(latency);
        if !load.expect.is_met(status, body, &question.name) {
            self.wrong += 1;
            self.first_wrong.get_or_insert_with(|| {
                let beginning = String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned();
                format!("{}: {status}: {beginning}", question.name)
            });
        }
    }

    fn add(&mut self, other: Tally) {
        self.queries += other.queries;
        self.wrong += other.wrong;
        self.first_wrong = self.first_wrong.take().or(other.first_wrong);
        self.octets += other.octets;
        self.latency.add(&other.latency);
        self.cpu += other.cpu;
    }
}

/// Makes load for its span. Panics where a conversation breaks.
pub fn run(load: &Load) -> Tally {
    let until = Instant::now() + load.span;
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..load.threads).map(|thread| scope.spawn(move || in_thread(*load, thread, until))).collect();
        threads.into_iter().for_each(|thread| tally.add(thread.join().unwrap()));
    });
    tally
}

/// The share of one thread.
fn in_thread(load: Load, thread: usize, until: Instant) -> Tally {
    let mut tally = Tally::default();
    runtime().block_on(async {
        let mut open = JoinSet::new();
        for number in (thread..load.connections).step_by(load.threads) {
            open.spawn(async move {
                match load.protocol {
                    Protocol::Http => http::converse(&load, number, until).await,
                    Protocol::Line => whois::converse(&load, number, until).await,
                }
            });
        }
        let all = async {
            while let Some(ended) = open.join_next().await {
                tally.add(ended.unwrap().unwrap());
            }
        };
        tokio::time::timeout(load.span + PATIENCE, all).await.expect("a server that answers");
    });
    tally.cpu = cpu::of_this_thread();
    tally
}

/// Asks some of the questions one after another, looks at the answers, and gives the mean size of their bodies.
pub fn sample(load: &Load, number: usize) -> usize {
    let spread = (load.questions.len() / number).max(1);
    let mut tally = Tally::default();
    let mut right = (0, 0);
    runtime().block_on(async {
        for question in load.questions.iter().step_by(spread).take(number) {
            let mut answer = vec![0; ANSWER_OCTETS_MAX];
            let source = load.sources[right.0 % load.sources.len()];
            let (status, body) = match load.protocol {
                Protocol::Http => {
                    let mut stream = connect(source, load.address).await.unwrap();
                    let (status, head, whole) = http::ask(&mut stream, question, &mut answer).await.unwrap();
                    (status, &answer[head..whole])
                }
                Protocol::Line => {
                    let read = whois::ask(source, load.address, question, &mut answer).await.unwrap();
                    (load.expect.status, &answer[..read])
                }
            };
            let wrong = tally.wrong;
            tally.count(load, question, Duration::ZERO, status, body);
            if tally.wrong == wrong {
                right = (right.0 + 1, right.1 + body.len());
            }
        }
    });
    crate::judge(load, &tally);
    right.1 / right.0
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

/// Numbers that look random (xorshift64*); each seed has its own.
struct Dice(u64);

impl Dice {
    fn new(seed: usize) -> Dice {
        Dice((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn draw<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        &from[((number * from.len() as u64) >> 32) as usize]
    }
}
