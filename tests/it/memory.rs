//! What a data set takes in memory.

use loket::generate::{Format, generate};

use crate::register::{Register, policy};

/// Domains of the generated register. `LOKET_DOMAINS` sets another number, to see figures of larger ones.
const DOMAINS: u64 = 10_000;

/// Octets for each domain that a snapshot may take, all in. Tables are sized by powers of two, so that it depends on
/// the number of domains: this is what the least lucky number may take.
const OCTETS_PER_DOMAIN_MAX: usize = 400;

#[test]
fn a_data_set_takes_few_octets_for_each_domain() {
    let domains = std::env::var("LOKET_DOMAINS").ok().and_then(|text| text.parse().ok()).unwrap_or(DOMAINS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full.xml");
    generate(domains, 7, Format::RdeXml, &path).unwrap();
    let snapshot = Register::read(&path).publish(&policy("config/disclosure/dns-belgium.toml"));
    let memory = snapshot.memory();
    let per_domain = memory.octets() / usize::try_from(domains).unwrap();
    println!("{memory}\nshapes: {}; for each domain: {per_domain}", snapshot.shapes().len());
    assert!(per_domain <= OCTETS_PER_DOMAIN_MAX, "{per_domain} octets for each domain\n{memory}");
    assert!(snapshot.shapes().len() < 200, "{} shapes", snapshot.shapes().len());
}
