//! The sample register in `data/sample/`: a full deposit and the differential one that follows it.
//!
//! Made by hand (the named seeds) and filled up with ordinary names, all of it invented. What the rules withhold
//! carries a canary: texts have `knr` and six lower-case letters or digits, numbers have `4990` and five digits.
//! No public field contains either, so a canary in an answer is a leak. `data/sample/README.md` has the table.

mod build;
mod changes;
mod filler;
mod seeds;
mod standings;

use std::collections::BTreeMap;
use std::io;

use self::build::Sample;
use super::sink::Sink;
use super::xml::{XmlDeposit, namespace};
use crate::import::deposit::{DepositFrame, DepositType, Header};
use crate::model::object::{Class, Object, ObjectKey};
use crate::time::Timestamp;

/// Identifier of the full deposit.
pub const FULL_ID: &str = "SAMPLE-20260601";
/// Identifier of the differential deposit.
pub const DIFF_ID: &str = "SAMPLE-20260602";

/// The bytes of `data/sample/full.xml`.
pub fn full() -> io::Result<Vec<u8>> {
    let sample = register();
    let counts = counts(&sample);
    let mut deposit = XmlDeposit::begin(Vec::new(), &frame(DepositType::Full), header(&counts))?;
    deposit.comment("A sample register. Every name, person, company and address is invented.")?;
    put_all(&mut deposit, &sample)?;
    deposit.end()
}

/// The bytes of `data/sample/diff.xml`.
pub fn diff() -> io::Result<Vec<u8>> {
    let before = register();
    let change = changes::changes(&before);
    let totals = totals(&before, &change);
    let mut deposit = XmlDeposit::begin(Vec::new(), &frame(DepositType::Differential), header(&totals))?;
    for key in &change.deletes {
        deposit.delete(key)?;
    }
    put_all(&mut deposit, &change.puts)?;
    deposit.end()
}

/// The objects of the full deposit, in its order.
#[cfg(test)]
pub(super) fn full_objects() -> Vec<Object> {
    objects(&register()).collect()
}

/// The text canaries and number canaries in a text: `knr` and six lower-case letters or digits, `4990` and at least
/// four digits. Each as often as it stands there.
pub fn canaries(text: &str) -> Vec<String> {
    let run =
        |start: usize, fits: fn(&u8) -> bool| text.as_bytes().iter().skip(start).take_while(|byte| fits(byte)).count();
    let alphanumeric: fn(&u8) -> bool = |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let texts =
        text.match_indices("knr").filter(|(start, _)| run(start + 3, alphanumeric) >= 6).map(|(start, _)| (start, 9));
    let numbers = text.match_indices("4990").filter_map(|(start, _)| {
        let digits = run(start, u8::is_ascii_digit);
        (digits >= 8).then_some((start, digits.min(9)))
    });
    texts.chain(numbers).filter_map(|(start, length)| text.get(start..start + length)).map(str::to_owned).collect()
}

/// The register as the full deposit has it.
fn register() -> Sample {
    let mut sample = Sample::default();
    seeds::foundations(&mut sample);
    seeds::holders(&mut sample);
    seeds::doubts(&mut sample);
    seeds::technical(&mut sample);
    standings::standings(&mut sample);
    filler::changing(&mut sample);
    filler::ordinary(&mut sample);
    sample
}

fn frame(kind: DepositType) -> DepositFrame {
    let (id, previous_id, watermark) = match kind {
        DepositType::Full => (FULL_ID, None, "2026-06-01T00:00:00Z"),
        DepositType::Differential | DepositType::Incremental => (DIFF_ID, Some(FULL_ID), "2026-06-02T00:00:00Z"),
    };
    let watermark = watermark.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    DepositFrame { kind, id: id.to_owned(), previous_id: previous_id.map(str::to_owned), resend: 0, watermark }
}

fn header(counts: &BTreeMap<Class, u64>) -> Header {
    Header {
        counts: counts.iter().map(|(class, count)| (Some(*class), namespace(*class).to_owned(), *count)).collect(),
        zones: ["be", "brussels", "vlaanderen"].map(str::to_owned).to_vec(),
    }
}

fn put_all(deposit: &mut XmlDeposit<Vec<u8>>, sample: &Sample) -> io::Result<()> {
    for object in objects(sample) {
        let secret = match &object {
            Object::Domain(domain) => sample.secrets.iter().find(|(name, _)| *name == domain.name),
            _ => None,
        };
        deposit.put_with_secret(&object, secret.map(|(_, secret)| secret.as_str()))?;
    }
    Ok(())
}

/// All objects in the order of the deposit.
fn objects(sample: &Sample) -> impl Iterator<Item = Object> {
    let registrars = sample.registrars.iter().cloned().map(Object::Registrar);
    let tables = sample.tables.iter().cloned().map(Object::IdnTable);
    let contacts = sample.contacts.iter().cloned().map(Object::Contact);
    let hosts = sample.hosts.iter().cloned().map(Object::Host);
    let domains = sample.domains.iter().cloned().map(Object::Domain);
    let reserved = sample.reserved.iter().cloned().map(Object::Nndn);
    registrars.chain(tables).chain(contacts).chain(hosts).chain(domains).chain(reserved)
}

fn counts(sample: &Sample) -> BTreeMap<Class, u64> {
    let mut counts: BTreeMap<Class, u64> = Class::ALL.iter().map(|class| (*class, 0)).collect();
    for object in objects(sample) {
        *counts.entry(object.class()).or_default() += 1;
    }
    counts
}

/// The counts after the change: deletes first, then contents, as the import does it.
fn totals(before: &Sample, change: &changes::Change) -> BTreeMap<Class, u64> {
    let mut keys: std::collections::HashSet<ObjectKey> = objects(before).map(|object| object.key()).collect();
    for key in &change.deletes {
        keys.remove(key);
    }
    keys.extend(objects(&change.puts).map(|object| object.key()));
    let mut totals: BTreeMap<Class, u64> = Class::ALL.iter().map(|class| (*class, 0)).collect();
    for key in keys {
        *totals.entry(key.class()).or_default() += 1;
    }
    totals
}

#[cfg(test)]
mod tests;
