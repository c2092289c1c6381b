//! Registers of any size that look like real ones, for tests and benches.
//!
//! Every object is a function of the seed and its number, so a register of any size is written in constant memory,
//! and the same order gives the same bytes on every machine. No clock is read.
//!
//! # Where the shares come from
//!
//! DNS Belgium publishes yearly figures about its zones (<https://www.dnsbelgium.be/en/statistics>). They were not
//! at hand when these constants were chosen: each share below is an **assumption** about the right order of
//! magnitude, for load tests, and none is a measured figure.
//!
//! | what | share |
//! |---|---|
//! | holders that are natural persons | 60 %, the largest hundredth of the holders are organisations (given by the job) |
//! | names that are signed (DNSSEC) | 5 % of the delegated ones (given by the job) |
//! | names under .be, .vlaanderen, .brussels | 98 %, 1.2 %, 0.8 % |
//! | holders per name | 0.6; sizes of holdings fall as rank^-½ (Zipf-like) |
//! | registrars | 500; market shares fall as rank^-¾, the first has some 21 % |
//! | shared name servers | 20,000 in pairs, used as rank^-¾ |
//! | names with name servers below themselves | 3 % |
//! | IDN | 2 % |
//! | .be names with a tech contact, an onsite contact, a billing contact | 30 %, 10 %, 5 % |
//! | organisations among tech contacts, onsite contacts | 85 %, 50 % |
//! | locked, not delegated, new, in quarantine, on hold, out of service | 16 %, 3 %, 2 %, 1.5 %, 0.3 %, 0.2 % |
//! | protected (shielded) organisations | 0.2 % |

mod csv;
mod jsonl;
mod random;
mod register;
pub mod sample;
pub mod sink;
mod words;
pub mod xml;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use self::register::Register;
use self::sink::Sink;
use crate::import::deposit::{DepositFrame, DepositType, Header};
use crate::model::object::{Class, Object};
use crate::model::vocabulary::words;
use crate::time::Timestamp;

words! {
    /// The form of a generated deposit.
    Format {
        /// The XML model of RFC 9022.
        RdeXml = "rde-xml",
        /// The CSV model of RFC 9022: a manifest in XML and CSV files beside it.
        RdeCsv = "rde-csv",
        /// Loket's own JSON lines.
        JsonLines = "jsonl",
    }
}

/// The watermark of generated registers when none is given, in seconds of Unix time: 2026-06-01T00:00:00Z.
pub const WATERMARK_SECONDS: i64 = 1_780_272_000;
/// The most domains that can be asked for.
pub const DOMAINS_MAX: u64 = 1 << 40;

/// Which register to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// How many domains.
    pub domains: u64,
    /// The seed from which everything comes.
    pub seed: u64,
    /// The moment at which the register stands; a differential deposit stands a day later.
    pub watermark: Timestamp,
}

impl Order {
    /// A register of `domains` domains at the default watermark.
    pub fn new(domains: u64, seed: u64) -> Order {
        let watermark = Timestamp::from_second(WATERMARK_SECONDS).unwrap_or(Timestamp::UNIX_EPOCH);
        Order { domains, seed, watermark }
    }

    /// The identifier of the full deposit.
    pub fn full_id(&self) -> String {
        format!("GEN-{}-{}", self.seed, self.domains)
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The identifier of the deposit.
    pub id: String,
    /// The files, the deposit itself first.
    pub files: Vec<PathBuf>,
    /// Objects per class that the register has at the watermark.
    pub counts: BTreeMap<Class, u64>,
    /// Deletes in the deposit.
    pub deletes: u64,
    /// Objects in the contents of the deposit.
    pub puts: u64,
}

/// Why nothing useful was written.
#[derive(Debug)]
pub enum GenerateFault {
    /// No domains, more than [`DOMAINS_MAX`], or more changes than domains.
    Size,
    /// A path without a file name.
    Path(PathBuf),
    /// A file could not be written.
    Write(PathBuf, io::Error),
    /// An object could not be made; a mistake of this module.
    Unmakeable(Class, u64),
}

impl fmt::Display for GenerateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GenerateFault::Size => {
                write!(f, "domains must be 1 to {DOMAINS_MAX}, and no more domains changed than there are")
            }
            GenerateFault::Path(path) => write!(f, "{} has no file name", path.display()),
            GenerateFault::Write(path, _) => write!(f, "cannot write {}", path.display()),
            GenerateFault::Unmakeable(class, index) => write!(f, "cannot make {class} number {index}"),
        }
    }
}

impl std::error::Error for GenerateFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            GenerateFault::Write(_, error) => Some(error),
            _ => None,
        }
    }
}

/// Writes a full deposit of `domains` domains to `out`, compressed where the path ends in `.gz`.
pub fn generate(domains: u64, seed: u64, format: Format, out: &Path) -> Result<Generated, GenerateFault> {
    generate_at(&Order::new(domains, seed), format, out)
}

/// As [`generate`], at a watermark of the caller's choice.
pub fn generate_at(order: &Order, format: Format, out: &Path) -> Result<Generated, GenerateFault> {
    check_size(order, 0)?;
    let register = Register::new(order.domains, order.seed, order.watermark);
    let own_hosts = register.own_hosts();
    let counts: BTreeMap<Class, u64> =
        Class::ALL.iter().map(|class| (*class, register.count(*class, own_hosts))).collect();
    let frame = DepositFrame {
        kind: DepositType::Full,
        id: order.full_id(),
        previous_id: None,
        resend: 0,
        watermark: order.watermark,
    };
    let mut writer = Writer::begin(format, out, &frame, &counts)?;
    for index in 0..register.registrars {
        writer.put(Class::Registrar, index, register.registrar(index))?;
    }
    writer.put(Class::IdnTable, 0, Some(register.idn_table()))?;
    for index in 0..register.contacts() {
        writer.put(Class::Contact, index, register.contact(index))?;
    }
    for index in 0..2 * register.host_pairs {
        writer.put(Class::Host, index, register.shared_host(index))?;
    }
    for index in (0..register.domains).filter(|index| register.has_own_hosts(*index)) {
        for number in 0..2 {
            writer.put(Class::Host, index, register.own_host(index, number))?;
        }
    }
    for index in 0..register.domains {
        writer.put(Class::Domain, index, register.domain(index))?;
    }
    for index in 0..register.nndn {
        writer.put(Class::Nndn, index, register.reserved(index))?;
    }
    writer.finish(frame.id, counts)
}

/// Writes the differential deposit that follows [`generate_at`]'s of the same order, a day later: of `changes`
/// changes a tenth are deletions of domains, two tenths new domains, three tenths changed contacts, and the rest
/// domains whose name servers changed. Changes never exceed the number of domains.
pub fn diff(order: &Order, changes: u64, format: Format, out: &Path) -> Result<Generated, GenerateFault> {
    check_size(order, changes)?;
    let register = Register::new(order.domains, order.seed, order.watermark);
    let day = std::time::Duration::from_secs(86_400);
    let watermark = order.watermark.checked_add(day).map_err(|_| GenerateFault::Size)?;
    let frame = DepositFrame {
        kind: DepositType::Differential,
        id: format!("{}-D{changes}", order.full_id()),
        previous_id: Some(order.full_id()),
        resend: 0,
        watermark,
    };
    let of = |kind: ChangeKind| (0..changes).filter(move |number| ChangeKind::of(*number) == kind);
    let deleted = || of(ChangeKind::Delete).map(|number| register.shuffled(number, register.domains));
    let added = || of(ChangeKind::Add).map(|number| register.domains + number);
    let own = |index: &u64| register.has_own_hosts(*index);
    let own_hosts =
        register.own_hosts() + 2 * added().filter(own).count() as u64 - 2 * deleted().filter(own).count() as u64;
    let mut counts: BTreeMap<Class, u64> =
        Class::ALL.iter().map(|class| (*class, register.count(*class, own_hosts))).collect();
    counts.insert(Class::Domain, register.domains + added().count() as u64 - deleted().count() as u64);
    let mut writer = Writer::begin(format, out, &frame, &counts)?;
    for index in deleted() {
        writer.delete(Class::Domain, index, register.domain(index))?;
    }
    for index in deleted().filter(own) {
        for number in 0..2 {
            writer.delete(Class::Host, index, register.own_host(index, number))?;
        }
    }
    for number in of(ChangeKind::Contact) {
        let index = register.shuffled(number, register.contacts());
        writer.put(Class::Contact, index, changed_contact(&register, index, watermark))?;
    }
    for index in added().filter(own) {
        for number in 0..2 {
            writer.put(Class::Host, index, register.own_host(index, number))?;
        }
    }
    for index in added() {
        writer.put(Class::Domain, index, register.domain(index))?;
    }
    for number in of(ChangeKind::Domain) {
        let index = register.shuffled(number, register.domains);
        writer.put(Class::Domain, index, changed_domain(&register, index, watermark))?;
    }
    writer.finish(frame.id, counts)
}

/// What the changes of a differential deposit are, by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangeKind {
    Delete,
    Add,
    Contact,
    Domain,
}

impl ChangeKind {
    fn of(number: u64) -> ChangeKind {
        match number % 10 {
            0 => ChangeKind::Delete,
            1 | 2 => ChangeKind::Add,
            3..=5 => ChangeKind::Contact,
            _ => ChangeKind::Domain,
        }
    }
}

fn changed_contact(register: &Register, index: u64, at: Timestamp) -> Option<Object> {
    let mut object = register.contact(index)?;
    if let Object::Contact(contact) = &mut object {
        contact.updated = Some(at);
        contact.language = Some(crate::model::personal::Personal::new("en".to_owned()));
    }
    Some(object)
}

/// The domain with the order of its name servers turned round.
fn changed_domain(register: &Register, index: u64, at: Timestamp) -> Option<Object> {
    let mut object = register.domain(index)?;
    if let Object::Domain(domain) = &mut object {
        domain.updated = Some(at);
        domain.nameservers.reverse();
    }
    Some(object)
}

fn check_size(order: &Order, changes: u64) -> Result<(), GenerateFault> {
    let fits = (1..=DOMAINS_MAX).contains(&order.domains) && changes <= order.domains;
    if fits { Ok(()) } else { Err(GenerateFault::Size) }
}

/// The namespace under which a class is counted in a form.
fn counted_as(format: Format, class: Class) -> &'static str {
    match format {
        Format::RdeCsv => csv::namespace(class),
        Format::RdeXml | Format::JsonLines => xml::namespace(class),
    }
}

fn header(format: Format, counts: &BTreeMap<Class, u64>) -> Header {
    Header {
        counts: counts
            .iter()
            .map(|(class, count)| (Some(*class), counted_as(format, *class).to_owned(), *count))
            .collect(),
        zones: register::ZONES.iter().map(|(zone, _)| (*zone).to_owned()).collect(),
    }
}

/// A sink together with the tally of what went into it.
struct Writer {
    sink: Box<dyn Sink>,
    files: Vec<PathBuf>,
    deletes: u64,
    puts: u64,
}

impl Writer {
    fn begin(
        format: Format,
        out: &Path,
        frame: &DepositFrame,
        counts: &BTreeMap<Class, u64>,
    ) -> Result<Writer, GenerateFault> {
        let header = header(format, counts);
        let fault = |error| GenerateFault::Write(out.to_owned(), error);
        let mut files = vec![out.to_owned()];
        let sink: Box<dyn Sink> = match format {
            Format::RdeXml => {
                Box::new(xml::XmlDeposit::begin(create(out).map_err(fault)?, frame, header).map_err(fault)?)
            }
            Format::RdeCsv => {
                let sink = csv::CsvDeposit::begin(out, frame, header)?;
                files.extend(sink.files());
                Box::new(sink)
            }
            Format::JsonLines => {
                Box::new(jsonl::JsonDeposit::begin(create(out).map_err(fault)?, frame, &header).map_err(fault)?)
            }
        };
        Ok(Writer { sink, files, deletes: 0, puts: 0 })
    }

    fn put(&mut self, class: Class, index: u64, object: Option<Object>) -> Result<(), GenerateFault> {
        let object = object.ok_or(GenerateFault::Unmakeable(class, index))?;
        self.puts += 1;
        self.sink.put(&object).map_err(|error| self.fault(error))
    }

    fn delete(&mut self, class: Class, index: u64, object: Option<Object>) -> Result<(), GenerateFault> {
        let object = object.ok_or(GenerateFault::Unmakeable(class, index))?;
        self.deletes += 1;
        self.sink.delete(&object.key()).map_err(|error| self.fault(error))
    }

    fn fault(&self, error: io::Error) -> GenerateFault {
        GenerateFault::Write(self.files.first().cloned().unwrap_or_default(), error)
    }

    fn finish(self, id: String, counts: BTreeMap<Class, u64>) -> Result<Generated, GenerateFault> {
        let Writer { sink, files, deletes, puts } = self;
        let path = files.first().cloned().unwrap_or_default();
        sink.finish().map_err(|error| GenerateFault::Write(path, error))?;
        Ok(Generated { id, files, counts, deletes, puts })
    }
}

/// A file for writing, compressed where its name ends in `.gz`.
fn create(path: &Path) -> io::Result<Output> {
    let file = BufWriter::with_capacity(1 << 16, File::create(path)?);
    let compressed = path.extension().is_some_and(|extension| extension == "gz");
    Ok(if compressed { Output::Gzip(GzEncoder::new(file, Compression::fast())) } else { Output::Plain(file) })
}

/// A file that is being written.
enum Output {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Plain(out) => out.write(bytes),
            Output::Gzip(out) => out.write(bytes),
        }
    }

    /// Writes everything; a compressed stream is ended, so nothing can be written after it.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Plain(out) => out.flush(),
            Output::Gzip(out) => {
                out.try_finish()?;
                out.get_mut().flush()
            }
        }
    }
}

#[cfg(test)]
mod tests;
