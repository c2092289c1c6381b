//! nginx as a reference, and wrk and h2load as a check on the load that this bench makes.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Bench, Gathered, is_installed};
use crate::contest::{Contestant, alternate};
use crate::cpu;
use crate::frame::outcome::{Goal, Line};
use crate::frame::spread::Spread;
use crate::load::questions::{Dice, Names, Questions};
use crate::load::{Expect, Load, Protocol};
use crate::reference::Kind;

/// Addresses that wrk and h2load ask for in turn.
const STATIC_ADDRESSES: usize = 10_000;

/// Over TLS on connections that are kept: nginx with a file of the same size, and hyper with rustls beside it.
pub fn nginx(bench: &Bench) -> Gathered {
    assert!(is_installed("nginx"), "nginx is not installed");
    let load = bench.found(Protocol::Https);
    let ours = bench.ours(load);
    let octets = bench.mean_octets(&ours);
    let nginx = Nginx::start(bench, octets);
    let bare = bench.reference_of(Kind::HyperTls, octets, 200);
    let bare = bench.bare("hyper and rustls, static body", &bare, &load);
    let contest = alternate("RDAP over TLS beside nginx", &[ours, nginx.contestant(load), bare], bench.effort);
    let lines = vec![
        contest.cpu("RDAP, TLS 1.3 kept alive", 0, 1, Goal::Ratio(0.85)),
        contest.cpu("nginx, static file", 1, 2, Goal::None),
    ];
    Gathered { lines, details: contest.details(), ..Gathered::default() }
}

/// A running nginx; dropping it ends it.
pub struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    /// With one file of this size to serve.
    pub fn start(bench: &Bench, octets: usize) -> Nginx {
        let folder = bench.data.fresh("nginx");
        let files = folder.join("files/rdap/domain");
        fs::create_dir_all(&files).unwrap();
        fs::write(files.join("answer"), vec![b'x'; octets]).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let certificate = bench.data.certificate();
        // The worker may read what the user who starts it may; without root the directive is not allowed.
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        let user = if is_root { "user root;" } else { "" };
        let settings = format!(
            "{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  default_type application/rdap+json;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=16 inactive=3600s;
  open_file_cache_valid 3600s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address} ssl backlog=4096;
    ssl_certificate {certificate}/certificate.pem;
    ssl_certificate_key {certificate}/key.pem;
    ssl_protocols TLSv1.3;
    ssl_ecdh_curve X25519;
    root {folder}/files;
  }}
}}
",
            folder = folder.display(),
            certificate = certificate.display(),
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, settings).unwrap();
        let mut command = bench.pins.command("nginx");
        let child = command.arg("-e").arg(folder.join("error.log")).arg("-c").arg(&file).stdin(Stdio::null());
        let nginx = Nginx { child: child.spawn().unwrap(), address };
        for _ in 0..100 {
            if TcpStream::connect(address).is_ok() && cpu::family(nginx.child.id()).len() > 1 {
                return nginx;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nginx does not start: {}", fs::read_to_string(folder.join("error.log")).unwrap_or_default());
    }

    /// It, with a load like this one.
    pub fn contestant(&self, like: Load) -> Contestant {
        let names: &'static Names = Box::leak(Box::new(Names::read(&b"answer"[..])));
        let questions = Questions { before: "GET /rdap/domain/", names, ..like.questions };
        let expect = Expect { marks: &[], named: false, ..like.expect };
        let load = Load { address: self.address, questions, expect, ..like };
        Contestant { name: "nginx, static file".to_owned(), processes: cpu::family(self.child.id()), load }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // A master that is killed leaves its worker behind: it is asked to stop.
        let _asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let _gone = self.child.wait();
    }
}

/// What others' generators find at the same server, with a list of addresses that does not change.
pub fn cross_check(bench: &Bench) -> Gathered {
    assert!(is_installed("wrk") && is_installed("h2load"), "wrk or h2load is not installed");
    let folder = bench.data.fresh("cross-check");
    let (plain, tls) = (bench.found(Protocol::Http), bench.found(Protocol::Http2));
    let paths = paths(bench.data.names);
    let script = folder.join("paths.lua");
    fs::write(&script, lua(&paths)).unwrap();
    let list = folder.join("addresses.txt");
    let mut addresses = fs::File::create(&list).unwrap();
    paths.iter().for_each(|path| writeln!(addresses, "https://{}{path}", tls.address).unwrap());
    let seconds = bench.effort.span.as_secs().max(1);
    let wrk = |_| {
        let mut command = Command::new("wrk");
        command.args(["-t1", "-c32", &format!("-d{seconds}s"), "-s"]).arg(&script);
        told(bench, command.arg(format!("http://{}", plain.address)), "Requests/sec:")
    };
    let h2load = |_| {
        let mut command = Command::new("h2load");
        command.args(["-t1", "-c4", "-m32", &format!("-D{seconds}"), "-i"]).arg(&list);
        told(bench, &mut command, "finished in")
    };
    let mut gathered = Gathered::default();
    for (what, load, other) in [
        ("wrk", plain, (0..bench.effort.rounds).map(wrk).collect::<Vec<_>>()),
        ("h2load", tls, (0..bench.effort.rounds).map(h2load).collect()),
    ] {
        let contest = alternate(&format!("beside {what}"), &[bench.ours(load)], bench.effort);
        let (rate, spent): (Vec<f64>, Vec<f64>) = other.into_iter().unzip();
        let line = |measure: &str, ours: Option<Spread>, theirs: Option<Spread>| Line {
            what: format!("this load beside {what}, the same server"),
            measure: measure.to_owned(),
            ratio: ours.zip(theirs).map(|(ours, theirs)| Spread::once(ours.median / theirs.median)),
            ours,
            reference: what.to_owned(),
            theirs,
            goal: Goal::None,
            note: format!("{what} asks for {STATIC_ADDRESSES} names in turn, from one address that is not counted"),
        };
        gathered.lines.push(line("answers/s", contest.spread(0, |run| run.rate), Spread::of(rate)));
        gathered.lines.push(line("CPU per query, µs", contest.spread(0, |run| run.cpu), Spread::of(spent)));
    }
    gathered
}

fn paths(names: &Names) -> Vec<String> {
    let mut dice = Dice::new(1);
    let path = |_| {
        let mut path = b"/rdap/domain/".to_vec();
        names.write(dice.below(names.len()), &mut path);
        String::from_utf8(path).unwrap()
    };
    (0..STATIC_ADDRESSES).map(path).collect()
}

/// wrk takes a program that tells each request.
fn lua(paths: &[String]) -> String {
    let list: String = paths.iter().map(|path| format!("  wrk.format('GET', '{path}'),\n")).collect();
    format!(
        "local requests\nlocal at = 0\nfunction init(arguments)\n requests = {{\n{list} }}\nend\n\
         function request()\n at = at % #requests + 1\n return requests[at]\nend\n"
    )
}

/// Runs another generator: answers a second, and what each cost the server in microseconds.
fn told(bench: &Bench, command: &mut Command, before: &str) -> (f64, f64) {
    let server = [bench.program().id()];
    let spent = cpu::Spent::by(&server);
    let output = command.output().unwrap();
    std::thread::sleep(Duration::from_millis(10));
    let spent = cpu::Spent::by(&server).since(&spent);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let number = |word: &str| word.trim_matches(|letter: char| !letter.is_ascii_digit()).parse::<f64>().ok();
    let line = text.lines().find_map(|line| line.trim().strip_prefix(before)).unwrap_or_else(|| panic!("{text}"));
    // wrk: `Requests/sec:  12345.67`; h2load: `finished in 2.00s, 12345.67 req/s, 100.00MB/s`.
    let rate = line.split(',').find(|part| before != "finished in" || part.contains("req/s")).and_then(number);
    let answered = text.lines().find_map(|line| match line.trim().split_once(" requests in ") {
        Some((count, _)) => number(count),
        None => {
            line.trim().strip_prefix("requests: ")?.split(',').find(|part| part.contains("succeeded")).and_then(number)
        }
    });
    let (rate, answered) = rate.zip(answered).unwrap_or_else(|| panic!("{text}"));
    (rate, spent.as_secs_f64() * 1e6 / answered)
}
