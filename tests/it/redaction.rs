//! Every answer about the sample and about a generated register, under every policy that is shipped, held against its
//! unredacted twin: what is listed as redacted is what is missing, and nothing else (RD-20 to RD-32).

mod port43;
mod structure;
mod twin;

use std::collections::{BTreeSet, HashMap};

use loket::answer::{Answer, answer};
use loket::disclosure::decide::effective_kind;
use loket::disclosure::policy::Policy;
use loket::generate::{Format, generate};
use loket::index::Snapshot;
use loket::model::name::Name;
use loket::model::vocabulary::Kind;
use loket::model::zone::WhoisLayout;
use loket::query::Query;
use loket::render::rdap::{RequestUrl, render};
use loket::render::{self, site::Site};
use serde_json::Value;

use crate::redaction_paths;
use crate::register::{self, BASE, Register, in_repository};

const POLICIES: [&str; 2] = ["config/disclosure/dns-belgium.toml", "config/disclosure/icann-gtld.toml"];
/// Domains of the generated register, and its seed.
const DOMAINS: u64 = 2_000;
const SEED: u64 = 9_537;

/// What was checked.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    domains: usize,
    nameservers: usize,
    registrars: usize,
    contacts: usize,
    private_handles: usize,
    paths: usize,
    answers_without_paths: usize,
    embedded: usize,
    whois_values: usize,
}

/// One register under one policy, with its twin.
struct Bench<'a> {
    register: &'a Register,
    policy: &'a Policy,
    answers: Snapshot,
    twins: Snapshot,
    /// With port 43 in the layout of .be, and in that of gTLD registries.
    sites: [Site; 2],
    /// Answers about entities that were looked up alone, by handle.
    alone: HashMap<String, Value>,
    tally: Tally,
}

impl<'a> Bench<'a> {
    fn new(register: &'a Register, policy: &'a Policy) -> Bench<'a> {
        let open = register::policy("tests/it/data/open.toml");
        let sites = [WhoisLayout::Be, WhoisLayout::Gtld].map(|layout| register::site(|_| layout));
        let twins = twin::of(register, policy).publish(&open);
        let answers = register.publish(policy);
        Bench { register, policy, answers, twins, sites, alone: HashMap::new(), tally: Tally::default() }
    }

    fn ask(&self, snapshot: &Snapshot, query: &Query) -> (Answer, Value) {
        let [site, _] = &self.sites;
        let found = answer(snapshot, &site.zones, query);
        let url = RequestUrl { base: BASE, asked: BASE };
        let rendered = render(&found, site, snapshot.generation(), &url);
        (found, serde_json::from_slice(&rendered.body).unwrap())
    }

    /// Asks, and holds what is answered against the twin.
    fn check(&mut self, query: &Query) -> (Answer, Value) {
        let (found, value) = self.ask(&self.answers, query);
        let (_, twin) = self.ask(&self.twins, query);
        let place = format!("{query:?} under {}", self.policy.name());
        if let Err(mistake) = redaction_paths::check(&value, &twin) {
            panic!("{place}: {mistake}\n{value:#}\n{twin:#}");
        }
        assert_eq!(structure::mistakes(&value), [""; 0], "{place}\n{value:#}");
        let paths = value["redacted"].as_array().map_or(0, Vec::len);
        self.tally.paths += paths;
        self.tally.answers_without_paths += usize::from(paths == 0);
        (found, value)
    }

    fn domains(&mut self) {
        for name in self.register.domains.iter().map(|domain| &domain.name) {
            let (found, value) = self.check(&Query::Domain(name.clone()));
            assert!(matches!(found, Answer::Domain(_)), "{name}: {found:?}");
            self.tally.domains += 1;
            self.embedded(&value);
            let known = port43::known(&value);
            for site in &self.sites {
                let page = render::whois::render(&found, site, self.answers.generation());
                let (strangers, values) = port43::beyond_rdap(&page, &known);
                assert_eq!(strangers, [""; 0], "WH-21: {name}: {}\n{value:#}", String::from_utf8_lossy(&page));
                self.tally.whois_values += values;
            }
        }
    }

    /// Hosts with a record of their own, and those that stand on domains alone.
    fn nameservers(&mut self) {
        let delegated = self.register.domains.iter().flat_map(|domain| &domain.nameservers);
        let names = self.register.hosts.iter().map(|host| &host.name).chain(delegated.map(|server| &server.host));
        for name in names.collect::<BTreeSet<&Name>>() {
            let (found, value) = self.check(&Query::Nameserver(name.clone()));
            assert!(matches!(found, Answer::Nameserver(_)), "{name}: {found:?}");
            self.tally.nameservers += 1;
            self.embedded(&value);
        }
    }

    fn registrars(&mut self) {
        for id in self.register.registrars.iter().map(|registrar| registrar.id.as_str()) {
            let (found, value) = self.check(&Query::Entity(id.to_owned()));
            assert!(matches!(found, Answer::Registrar(_)), "{id}: {found:?}");
            self.tally.registrars += 1;
            self.embedded(&value);
        }
    }

    /// Contacts by their handle: answered where the handle is public, and as if it did not exist where it is not.
    fn contacts(&mut self) {
        let (_, missing) = self.ask(&self.answers, &Query::Entity("no-such-handle".to_owned()));
        for contact in self.register.contacts.values() {
            let query = Query::Entity(contact.handle.reveal().to_owned());
            match self.ask(&self.answers, &query) {
                (Answer::Contact(_), _) => {
                    self.check(&query);
                    let (kind, _) = effective_kind(contact, self.policy);
                    assert_eq!(kind, Kind::Organisation, "{query:?}");
                    self.tally.contacts += 1;
                }
                (Answer::NotFound, value) => {
                    assert_eq!(value, missing, "{query:?}");
                    self.tally.private_handles += 1;
                }
                (other, _) => panic!("{query:?}: {other:?}"),
            }
        }
    }

    /// RD-32: an entity with a handle is, looked up alone, what it is within another answer, but for the roles, and
    /// for the public identifiers that a registrar has not beside a name server.
    fn embedded(&mut self, outer: &Value) {
        let mut at = vec!["$".to_owned()];
        while let Some(path) = at.pop() {
            let pointer = path.trim_start_matches('$').replace(".", "/").replace("[", "/").replace("]", "");
            let Some(entities) = outer.pointer(&format!("{pointer}/entities")).and_then(Value::as_array) else {
                continue;
            };
            for (index, entity) in entities.iter().enumerate() {
                let path = format!("{path}.entities[{index}]");
                at.push(path.clone());
                let Some(handle) = entity.get("handle").and_then(Value::as_str) else { continue };
                if !self.alone.contains_key(handle) {
                    let (_, alone) = self.ask(&self.answers, &Query::Entity(handle.to_owned()));
                    self.alone.insert(handle.to_owned(), alone);
                }
                let alone = &self.alone[handle];
                let ignored: &[&str] = match outer["objectClassName"].as_str() {
                    Some("nameserver") => &["roles", "publicIds"],
                    _ => &["roles"],
                };
                assert_eq!(data(entity, ignored), data(alone, ignored), "RD-32: {handle} at {path} of {outer:#}");
                assert_eq!(redactions(outer, &path), redactions(alone, "$"), "RD-32: {handle} at {path} of {outer:#}");
                self.tally.embedded += 1;
            }
        }
    }
}

/// The data of an object.
fn data(object: &Value, ignored: &[&str]) -> Value {
    let mut members = object.as_object().cloned().unwrap_or_default();
    for member in ["rdapConformance", "redacted", "notices", "lang"].iter().chain(ignored) {
        members.remove(*member);
    }
    Value::Object(members)
}

/// What is redacted below a path: where from there, how and why.
fn redactions(answer: &Value, path: &str) -> BTreeSet<(String, String, String)> {
    let entries = answer["redacted"].as_array().into_iter().flatten();
    let below = entries.filter_map(|entry| {
        let full = entry.get("prePath").or(entry.get("postPath"))?.as_str()?;
        let rest = full.strip_prefix(path).filter(|rest| rest.starts_with('.'))?;
        Some((rest.to_owned(), entry["method"].to_string(), entry["reason"].to_string()))
    });
    below.collect()
}

fn check_all(register: &Register) -> Vec<(String, Tally)> {
    let policies = POLICIES.map(register::policy);
    let tallies = policies.iter().map(|policy| {
        let mut bench = Bench::new(register, policy);
        bench.domains();
        bench.nameservers();
        bench.registrars();
        bench.contacts();
        let tally = bench.tally;
        println!("{}: {tally:?}", policy.name());
        (policy.name().to_owned(), tally)
    });
    tallies.collect()
}

#[test]
fn rd_20_to_rd_32_wh_21_every_answer_about_the_sample_lists_exactly_what_it_withholds() {
    let register = Register::read(&in_repository("data/sample/full.xml"));
    for (policy, tally) in check_all(&register) {
        assert_eq!(tally.domains, register.domains.len(), "{policy}");
        assert_eq!(tally.registrars, register.registrars.len(), "{policy}");
        assert!(tally.nameservers >= register.hosts.len(), "{policy}: {tally:?}");
        assert_eq!(tally.contacts + tally.private_handles, register.contacts.len(), "{policy}");
        assert!(tally.domains >= 190 && tally.nameservers >= 10 && tally.registrars >= 5, "{policy}: {tally:?}");
        assert!(tally.contacts >= 15 && tally.private_handles >= 50, "{policy}: {tally:?}");
        assert!(tally.paths >= 4_000 && tally.embedded >= 250 && tally.whois_values >= 4_500, "{policy}: {tally:?}");
        assert!(tally.answers_without_paths < 10, "{policy}: {tally:?}");
    }
}

#[test]
fn rd_20_to_rd_32_wh_21_every_answer_about_a_generated_register_lists_exactly_what_it_withholds() {
    let folder = tempfile::tempdir().unwrap();
    let deposit = folder.path().join("full.xml");
    generate(DOMAINS, SEED, Format::RdeXml, &deposit).unwrap();
    for (policy, tally) in check_all(&Register::read(&deposit)) {
        assert_eq!(tally.domains, 2_000, "{policy}");
        assert!(tally.nameservers >= 200 && tally.registrars >= 100, "{policy}: {tally:?}");
        assert!(tally.contacts >= 300 && tally.private_handles >= 600, "{policy}: {tally:?}");
        assert!(
            tally.paths >= 45_000 && tally.embedded >= 3_000 && tally.whois_values >= 60_000,
            "{policy}: {tally:?}"
        );
    }
}
