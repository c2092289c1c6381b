//! Servers that answer, beside those that do nothing else.

use super::Desk;
use crate::frame::profile::Part;
use crate::load::questions::Questions;
use crate::load::{Load, Protocol};
use crate::reference::Kind;
use crate::rows::Nginx;

const BARE_TLS: &str = "hyper and rustls";

pub fn rdap(desk: &Desk) -> Vec<Part> {
    let bench = desk.bench;
    let uniform = bench.found(Protocol::Http);
    let zipf = Load { questions: Questions { draw: bench.zipf(), ..uniform.questions }, ..uniform };
    let ours = bench.ours(uniform);
    let bare = bench.reference(Kind::Hyper, &ours);
    vec![
        desk.compared("RDAP, HTTP/1.1 kept alive, uniform", "rdap", &[ours, bench.bare("hyper", &bare, &uniform)]),
        desk.compared(
            "RDAP, HTTP/1.1 kept alive, Zipf",
            "zipf",
            &[bench.ours(zipf), bench.bare("hyper", &bare, &zipf)],
        ),
    ]
}

fn against_rustls(desk: &Desk, what: &str, file: &str, protocol: Protocol) -> Part {
    let bench = desk.bench;
    let load = bench.found(protocol);
    let ours = bench.ours(load);
    let bare = bench.reference(Kind::HyperTls, &ours);
    desk.compared(what, file, &[ours, bench.bare(BARE_TLS, &bare, &load)])
}

pub fn tls(desk: &Desk) -> Vec<Part> {
    vec![against_rustls(desk, "RDAP, TLS 1.3 kept alive", "tls", Protocol::Https)]
}

pub fn http2(desk: &Desk) -> Vec<Part> {
    vec![against_rustls(desk, "RDAP, HTTP/2, 4 connections of 32 streams", "http2", Protocol::Http2)]
}

pub fn handshake(desk: &Desk) -> Vec<Part> {
    vec![
        against_rustls(desk, "RDAP, TLS 1.3, a connection per query, full", "full", Protocol::HttpsFull),
        against_rustls(desk, "RDAP, TLS 1.3, a connection per query, resumed", "resumed", Protocol::HttpsResumed),
    ]
}

pub fn nginx(desk: &Desk) -> Vec<Part> {
    let bench = desk.bench;
    let load = bench.found(Protocol::Https);
    let ours = bench.ours(load);
    let nginx = Nginx::start(bench, bench.mean_octets(&ours));
    let contestants = [ours, nginx.contestant(load)];
    vec![desk.compared("RDAP over TLS beside nginx", "nginx", &contestants)]
}

pub fn whois(desk: &Desk) -> Vec<Part> {
    let bench = desk.bench;
    let load = bench.found(Protocol::Line);
    let ours = bench.ours(load);
    let octets = bench.mean_octets(&ours);
    let epoll = bench.reference_of(Kind::Epoll, octets, 200);
    let tokio = bench.reference_of(Kind::Tokio, octets, 200);
    let contestants = [ours, bench.bare("epoll loop", &epoll, &load), bench.bare("bare tokio", &tokio, &load)];
    vec![desk.compared("WHOIS, a connection per query", "whois", &contestants)]
}
