//! Every answer about the sample and about a generated register, under every policy that is shipped and by every way to
//! an object, held against its unredacted twin: what is listed as redacted is what is missing, and nothing else (RD-20
//! to RD-34).

mod bench;
mod port43;
mod structure;
pub mod twin;
mod ways;

use std::sync::LazyLock;

use loket::generate::{Format, generate};

use self::bench::{Bench, Tally};
use self::ways::{LOOKUPS, SEARCHES, Way};
use crate::register::{self, Register, in_repository};

const DNS_BELGIUM: &str = "config/disclosure/dns-belgium.toml";
const ICANN_GTLD: &str = "config/disclosure/icann-gtld.toml";
/// Domains of the generated register, and its seed.
const DOMAINS: u64 = 10_000;
const SEED: u64 = 9_537;

static SAMPLE: LazyLock<Register> = LazyLock::new(|| Register::read(&in_repository("data/sample/full.xml")));

static GENERATED: LazyLock<Register> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let deposit = folder.path().join("full.xml");
    generate(DOMAINS, SEED, Format::RdeXml, &deposit).unwrap();
    Register::read(&deposit)
});

/// Goes all these ways to every object of a register. Each way leads to the same ones.
fn check(register: &Register, policy: &str, ways: &[Way]) -> Vec<(&'static Way, Tally)> {
    let policy = register::policy(policy);
    let mut bench = Bench::new(register, &policy);
    let tallies: Vec<_> = LOOKUPS.iter().chain(SEARCHES).filter(|way| ways.contains(way)).collect();
    let tallies = tallies.into_iter().map(|way| (way, bench.go(way)));
    let tallies: Vec<_> = tallies.collect();
    for (way, tally) in &tallies {
        println!("{}: {way:?}: {tally:?}", policy.name());
        assert_eq!(tally.domains, register.domains.len(), "{way:?}");
        let hosts = register.hosts.iter().filter(|host| way.reaches_all() || host.sponsor.is_some()).count();
        assert!(tally.nameservers >= hosts, "{way:?}: {tally:?}");
        // Under icann-gtld no contact has a handle by which it could be asked for.
        assert!(tally.entities >= register.registrars.len(), "{way:?}: {tally:?}");
    }
    tallies
}

fn check_sample(policy: &str, ways: &[Way]) {
    for (way, tally) in check(&SAMPLE, policy, ways) {
        assert!(tally.domains >= 190 && tally.nameservers >= 10 && tally.entities >= 7, "{way:?}: {tally:?}");
        if way.tells_all() {
            assert!(tally.paths >= 3_800 && tally.embedded >= 200, "{way:?}: {tally:?}");
        }
    }
}

fn check_generated(policy: &str, ways: &[Way]) {
    for (way, tally) in check(&GENERATED, policy, ways) {
        assert!(tally.domains >= 10_000 && tally.nameservers >= 200 && tally.entities >= 400, "{way:?}: {tally:?}");
        if way.tells_all() {
            assert!(tally.paths >= 220_000 && tally.embedded >= 11_000, "{way:?}: {tally:?}");
        }
    }
}

#[test]
fn rd_20_rd_21_rd_22_rd_23_rd_26_rd_27_rd_29_rd_30_rd_31_rd_32_wh_21_every_lookup_in_the_sample() {
    check_sample(DNS_BELGIUM, LOOKUPS);
    check_sample(ICANN_GTLD, LOOKUPS);
}

/// What one card withholds the other withholds, with an entry of its own.
#[test]
fn nx_08_rd_21_rd_22_rd_32_a_second_card_has_entries_of_its_own() {
    let tallies = check(&SAMPLE, DNS_BELGIUM, LOOKUPS);
    let [(_, plain), (_, both)] = &tallies[..] else { panic!("{tallies:?}") };
    assert_eq!((plain.domains, plain.entities), (both.domains, both.entities));
    assert!(both.paths > plain.paths * 3 / 2, "{both:?} {plain:?}");
}

#[test]
fn rd_03_rd_20_rd_21_rd_22_rd_23_rd_24_rd_26_rd_31_rd_32_ss_05_every_way_to_search_the_sample() {
    check_sample(DNS_BELGIUM, SEARCHES);
    check_sample(ICANN_GTLD, SEARCHES);
}

#[test]
fn rd_20_rd_21_rd_22_rd_23_rd_26_rd_30_rd_32_wh_21_every_lookup_in_a_generated_register_as_dns_belgium() {
    check_generated(DNS_BELGIUM, LOOKUPS);
}

#[test]
fn rd_20_rd_21_rd_22_rd_23_rd_26_rd_30_rd_32_wh_21_every_lookup_in_a_generated_register_as_icann() {
    check_generated(ICANN_GTLD, LOOKUPS);
}

#[test]
fn rd_03_rd_20_rd_21_rd_22_rd_23_rd_24_rd_32_ss_05_every_search_of_a_generated_register_as_dns_belgium() {
    check_generated(DNS_BELGIUM, &SEARCHES[..ways::SEARCHES_OF_ALL]);
}

#[test]
fn rd_03_rd_20_rd_21_rd_22_rd_23_rd_24_rd_32_ss_05_every_search_of_a_generated_register_as_icann() {
    check_generated(ICANN_GTLD, &SEARCHES[..ways::SEARCHES_OF_ALL]);
}
