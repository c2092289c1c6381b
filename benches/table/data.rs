//! The data: one generated register, as a deposit, as a store, as a list of names.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::cpu;
use crate::kept::now;
use crate::load::questions::Names;
use crate::pins::Pins;

pub const LOKET: &str = env!("CARGO_BIN_EXE_loket");
pub const SEED: u64 = 20_260_601;
/// The network 127.x.y.0/24 of those who may ask once a minute, as the number made of x and y.
pub const LIMITED_NETWORK: u32 = 200 << 8;

/// A register in a folder.
pub struct Data {
    folder: PathBuf,
    pub domains: u64,
    pub names: &'static Names,
    /// How the deposit was imported, if this run did it.
    imported: Option<Imported>,
    _temporary: Option<TempDir>,
}

/// What an import took.
#[derive(Clone, Copy, Debug)]
pub struct Imported {
    pub seconds: f64,
    /// The most memory that it had resident, in octets.
    pub peak: f64,
}

impl Data {
    /// The register in this folder, made where it is not there; without a folder in one that goes with it.
    pub fn open(folder: Option<&Path>, domains: u64, pins: &Pins) -> Data {
        let temporary = folder.is_none().then(|| tempfile::tempdir().unwrap());
        let base = folder.or(temporary.as_ref().map(TempDir::path)).unwrap();
        let folder = base.join(format!("register-{domains}"));
        let folder = std::path::absolute(folder).unwrap();
        let made = folder.join("made");
        let imported = (!made.exists()).then(|| {
            // What an earlier run left half done is of no use.
            let _gone = fs::remove_dir_all(&folder);
            let imported = make(&folder, domains, pins);
            fs::write(&made, now()).unwrap();
            imported
        });
        let names = Box::leak(Box::new(read_names(&folder)));
        assert_eq!(names.len() as u64, domains);
        Data { folder, domains, names, imported, _temporary: temporary }
    }

    /// Its names once more, for a bench that wants to change them.
    pub fn read_names(&self) -> Names {
        read_names(&self.folder)
    }

    /// How the deposit is imported by this program: as it was in this run, or else once more into a store of its own.
    pub fn imported(&self, pins: &Pins) -> Imported {
        self.imported.unwrap_or_else(|| self.imported_anew(pins, &mut |_| {}))
    }

    /// How the deposit is imported into a store of its own. `watch` gets the process as soon as there is one.
    pub fn imported_anew(&self, pins: &Pins, watch: &mut dyn FnMut(u32)) -> Imported {
        let state = self.fresh("import");
        let config = configure(&self.folder, "import", &state, Wish::default()).file;
        let imported = import(&config, &self.deposit(), pins, watch);
        fs::remove_dir_all(state).unwrap();
        imported
    }

    /// The deposit in XML.
    pub fn deposit(&self) -> PathBuf {
        self.folder.join("register.xml")
    }

    /// What the program wrote when the deposit was imported.
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The folder with `certificate.pem` and `key.pem`.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("tls")
    }

    /// A folder for what a row needs besides, empty.
    pub fn fresh(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        let _gone = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The differential deposit with so many changes that follows the register.
    pub fn changes(&self, changes: u64) -> PathBuf {
        let path = self.folder.join(format!("changes-{changes}.xml"));
        if !path.exists() {
            generate(&["--domains", &self.domains.to_string(), "--changes", &changes.to_string()], &path);
        }
        path
    }
}

fn read_names(folder: &Path) -> Names {
    Names::read(BufReader::new(fs::File::open(folder.join("names.txt")).unwrap()))
}

fn make(folder: &Path, domains: u64, pins: &Pins) -> Imported {
    fs::create_dir_all(folder).unwrap();
    certify(&folder.join("tls"));
    let deposit = folder.join("register.xml");
    eprintln!("generating {domains} domains");
    generate(&["--domains", &domains.to_string()], &deposit);
    list_names(&deposit, &folder.join("names.txt"));
    eprintln!("importing {} MB", fs::metadata(&deposit).unwrap().len() / 1_000_000);
    let config = configure(folder, "import", &folder.join("state"), Wish::default()).file;
    import(&config, &deposit, pins, &mut |_| {})
}

fn generate(arguments: &[&str], out: &Path) {
    let partial = out.with_extension("part.xml");
    let output = Command::new(LOKET)
        .arg("generate")
        .args(arguments)
        .args(["--seed", &SEED.to_string(), "--format", "rde-xml", "--out"])
        .arg(&partial)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::rename(partial, out).unwrap();
}

/// Writes the names of a deposit's domains, one a line.
fn list_names(deposit: &Path, to: &Path) {
    let mut to = BufWriter::new(fs::File::create(to).unwrap());
    for line in BufReader::with_capacity(1 << 20, fs::File::open(deposit).unwrap()).lines() {
        if let Some(name) = line.unwrap().trim_start().strip_prefix("<rdeDomain:name>") {
            writeln!(to, "{}", name.strip_suffix("</rdeDomain:name>").expect("a name on a line")).unwrap();
        }
    }
    to.flush().unwrap();
}

/// A key of P-256 and a certificate for this machine, which ours and all references use.
fn certify(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
    fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    // The program takes no key that others may read.
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join("key.pem"));
    file.as_mut().unwrap().write_all(key.serialize_pem().as_bytes()).unwrap();
}

/// Imports a deposit with every core, and watches the memory that it takes.
fn import(config: &Path, deposit: &Path, pins: &Pins, watch: &mut dyn FnMut(u32)) -> Imported {
    let began = Instant::now();
    let mut child = pins
        .unpinned(LOKET)
        .args(["import", "--config"])
        .args([config, deposit])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    watch(child.id());
    let mut peak = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if let Some((_, most)) = cpu::resident(child.id()) {
            peak = peak.max(most);
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "the import fails: {status}");
    Imported { seconds: began.elapsed().as_secs_f64(), peak }
}

/// What differs between settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// Whether each question has a line in the log.
    pub logs_questions: bool,
}

/// Settings, and where a server with them will listen.
pub struct Configured {
    pub file: PathBuf,
    pub ports: Ports,
}

/// Ports of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub http: u16,
    pub https: u16,
    pub whois: u16,
    pub admin: u16,
}

/// Writes settings: those of the demonstration, on ports that are free, over the state in a folder.
pub fn configure(folder: &Path, name: &str, state: &Path, wish: Wish) -> Configured {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut settings = fs::read_to_string(root.join("config/demo.toml")).unwrap();
    // All are held until all are known, so that none is given out twice.
    let held: Vec<TcpListener> = (0..5).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let port = |at: usize| held[at].local_addr().unwrap().port();
    let listen = |at: usize| format!("\"127.0.0.1:{}\"]", port(at));
    let certificate = folder.join("tls");
    let files = format!(
        "certificate = \"{}\"\nkey = \"{}\"",
        certificate.join("certificate.pem").display(),
        certificate.join("key.pem").display()
    );
    for (from, to) in [
        ("dir = \"../state\"", format!("dir = \"{}\"", state.display())),
        ("self_signed = true", files),
        ("folder = \"disclosure\"", format!("folder = \"{}\"", root.join("config/disclosure").display())),
        ("\"../data/", format!("\"{}/data/", root.display())),
        ("watch = \"../deposits\"", String::new()),
        ("format = \"text\"", "format = \"json\"".to_owned()),
        ("questions = true", format!("questions = {}", wish.logs_questions)),
        ("\"127.0.0.1:8080\"]", listen(0)),
        ("\"127.0.0.1:8443\"]", listen(1)),
        ("\"127.0.0.1:10043\"]", listen(2)),
        ("\"127.0.0.1:14343\"]", listen(3)),
        ("\"127.0.0.1:9090\"]", listen(4)),
    ] {
        assert!(settings.contains(from), "config/demo.toml has no {from}");
        settings = settings.replace(from, &to);
    }
    let file = folder.join(format!("{name}.toml"));
    fs::write(&file, without_guard(&settings) + &guard()).unwrap();
    Configured { file, ports: Ports { http: port(0), https: port(1), whois: port(2), admin: port(4) } }
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
/// nobody. Only this machine's own address is not counted: from there come programs that have one address alone.
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

[guard.unlimited]
networks = [\"127.0.0.1/32\"]

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
