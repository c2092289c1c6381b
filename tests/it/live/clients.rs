//! Clients that ask one thing after another at every door, and keep each answer with its time.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use crate::client;
use crate::programs::curl;
use crate::server::{Place, Server};

/// Between two questions of a client: a fast visitor, not a flood.
const PACE: Duration = Duration::from_millis(3);

/// A question, as `loket lookup` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// `rdap`, `whois` or `das`.
    pub format: &'static str,
    /// The name.
    pub name: &'static str,
}

/// Names that at least one deposit changes, and some that none does.
const NAMES: [&str; 6] =
    ["nieuw.be", "nieuwst.be", "verdwijnt.be", "verschijnt.be", "wordt-persoon.be", "reg.brussels"];

pub fn questions(format: &'static str) -> impl Iterator<Item = Question> {
    NAMES.iter().map(move |name| Question { format, name })
}

/// What `loket lookup` says to each question about the data that is published now.
pub fn answers(place: &Place) -> HashMap<Question, Vec<u8>> {
    let ask = |question: Question| {
        let output = place.run(&["lookup", question.name, "--format", question.format]);
        assert!(output.status.success(), "{question:?}: {}", String::from_utf8_lossy(&output.stderr));
        let body = match question.format {
            // A body over HTTP has no line feed at its end.
            "rdap" => output.stdout.strip_suffix(b"\n").unwrap().to_vec(),
            _ => output.stdout,
        };
        (question, body)
    };
    ["rdap", "whois", "das"].into_iter().flat_map(questions).map(ask).collect()
}

/// An answer and its time.
pub struct Seen {
    pub question: Question,
    pub answer: Vec<u8>,
    pub begun: SystemTime,
    pub ended: SystemTime,
}

/// A way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    KeptAlive,
    NewConnection,
    Tls,
    Whois,
    Das,
}

impl Way {
    pub const ALL: [Way; 5] = [Way::KeptAlive, Way::NewConnection, Way::Tls, Way::Whois, Way::Das];

    fn format(self) -> &'static str {
        match self {
            Way::KeptAlive | Way::NewConnection | Way::Tls => "rdap",
            Way::Whois => "whois",
            Way::Das => "das",
        }
    }
}

/// What the clients share.
pub struct Crowd {
    pub stop: AtomicBool,
    /// Rounds that each client has done.
    rounds: [AtomicUsize; Way::ALL.len()],
    pub http: SocketAddr,
    https: SocketAddr,
    whois: SocketAddr,
    das: SocketAddr,
}

impl Crowd {
    pub fn of(server: &Server) -> Crowd {
        Crowd {
            stop: AtomicBool::new(false),
            rounds: Default::default(),
            http: server.http,
            https: server.https,
            whois: server.whois,
            das: server.das,
        }
    }

    /// Waits until each client has begun and finished so many rounds from now on.
    pub fn wait_rounds(&self, rounds: usize) {
        let goals: Vec<usize> =
            self.rounds.iter().map(|done| done.load(Ordering::SeqCst) + rounds + usize::from(rounds > 0)).collect();
        while self.rounds.iter().zip(&goals).any(|(done, goal)| done.load(Ordering::SeqCst) < *goal) {
            assert!(!self.stop.load(Ordering::SeqCst), "a client ended before its time");
            std::thread::sleep(PACE);
        }
    }

    /// Asks until told to stop.
    pub fn ask(&self, number: usize, way: Way) -> Vec<Seen> {
        // A client that fails ends the test, not only itself.
        let _ended = Stop(self);
        let mut kept = (way == Way::KeptAlive).then(|| client::connect(self.http));
        let mut seen = Vec::new();
        while !self.stop.load(Ordering::SeqCst) {
            for question in questions(way.format()) {
                let begun = SystemTime::now();
                let answer = self.once(way, question, kept.as_mut());
                seen.push(Seen { question, answer, begun, ended: SystemTime::now() });
                std::thread::sleep(PACE);
            }
            self.rounds[number].fetch_add(1, Ordering::SeqCst);
        }
        seen
    }

    fn once(&self, way: Way, question: Question, kept: Option<&mut TcpStream>) -> Vec<u8> {
        let target = format!("/rdap/domain/{}", question.name);
        let (status, body) = match way {
            Way::KeptAlive => kept_alive(kept.unwrap(), &target),
            Way::NewConnection => {
                let reply = client::get(self.http, &target);
                (reply.status, reply.body)
            }
            Way::Tls => {
                let fetched = curl(&["-k"], &format!("https://{}{target}", self.https));
                (fetched.status, fetched.body)
            }
            Way::Whois => return client::ask_line(self.whois, question.name).into_bytes(),
            Way::Das => return client::ask_line(self.das, question.name).into_bytes(),
        };
        assert!([200, 404].contains(&status), "{way:?} {question:?}: {status} {}", String::from_utf8_lossy(&body));
        body
    }
}

/// Dropped, it stops all clients.
pub struct Stop<'c>(pub &'c Crowd);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::SeqCst);
    }
}

/// Asks on a connection that stays open.
fn kept_alive(stream: &mut TcpStream, target: &str) -> (u16, Vec<u8>) {
    stream.write_all(format!("GET {target} HTTP/1.1\r\nhost: loket\r\n\r\n").as_bytes()).unwrap();
    let mut got = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut part).unwrap();
        assert!(count > 0, "the connection was closed: {}", String::from_utf8_lossy(&got));
        got.extend_from_slice(&part[..count]);
        let Some(end) = got.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(got[..end].to_vec()).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let whole = end + 4 + length.parse::<usize>().unwrap();
        if got.len() >= whole {
            assert_eq!(got.len(), whole);
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            return (status, got.split_off(end + 4));
        }
    }
}
