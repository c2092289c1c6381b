//! A register under one policy beside its twin, and the way of every object through the checks.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use loket::answer::{Answer, answer, registered};
use loket::disclosure::decide::effective_kind;
use loket::disclosure::policy::Policy;
use loket::model::contact::Handle;
use loket::model::name::Name;
use loket::model::vocabulary::Kind;
use loket::model::zone::WhoisLayout;
use loket::query::Query;
use loket::render;
use loket::render::site::Site;
use serde_json::Value;

use super::ways::{self, By, Way};
use super::{port43, structure, twin};
use crate::client::percent;
use crate::counter::{Counter, identifier, next_page, results};
use crate::redaction_paths;
use crate::redaction_paths::CLASSES;
use crate::register::{self, BASE, Register};

/// Results on a page.
const PAGE_SIZE: usize = 100;

/// What was checked on one way.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub domains: usize,
    pub nameservers: usize,
    pub entities: usize,
    /// Handles that find nothing.
    pub private_handles: usize,
    /// Entries of `redacted`.
    pub paths: usize,
    pub embedded: usize,
    pub whois_values: usize,
}

/// One register under one policy, with its twin.
pub struct Bench<'a> {
    register: &'a Register,
    policy: &'a Policy,
    answers: Rc<Counter>,
    twins: Rc<Counter>,
    /// With port 43 in the layout of .be, and in that of gTLD registries.
    sites: [Site; 2],
    /// Answers about entities that were looked up alone, by what was asked, with what they redact.
    alone: HashMap<String, (Value, Redactions)>,
    /// Identifiers of all objects that are told of, by class.
    all: HashMap<&'static str, BTreeSet<String>>,
    tally: Tally,
}

impl<'a> Bench<'a> {
    pub fn new(register: &'a Register, policy: &'a Policy) -> Bench<'a> {
        let open = register::policy("tests/it/data/open.toml");
        let twins = twin::of(register, policy).publish(&open);
        let mut bench = Bench {
            register,
            policy,
            answers: Rc::new(Counter::new(register.publish(policy), PAGE_SIZE)),
            twins: Rc::new(Counter::new(twins, PAGE_SIZE)),
            sites: [WhoisLayout::Be, WhoisLayout::Gtld].map(|layout| register::site(|_| layout)),
            alone: HashMap::new(),
            all: HashMap::new(),
            tally: Tally::default(),
        };
        bench.all = CLASSES.iter().map(|(class, ..)| (*class, bench.all_of(class))).collect();
        bench
    }

    /// Goes one way to every object.
    pub fn go(&mut self, way: &Way) -> Tally {
        for (class, ..) in CLASSES {
            let mut found = BTreeSet::new();
            for target in way.targets(class, self.register) {
                match way.by {
                    By::Lookup => found.extend(self.look_up(way, &target)),
                    By::Beginning | By::Registrar => self.search(way, class, &target, &mut found),
                }
            }
            if way.reaches_all() {
                assert_eq!(found, self.all[class], "RD-32: {way:?} under {}", self.policy.name());
            }
            match class {
                "domain" => self.tally.domains = found.len(),
                "nameserver" => self.tally.nameservers = found.len(),
                _ => self.tally.entities = found.len(),
            }
        }
        std::mem::take(&mut self.tally)
    }

    /// Holds an answer or a page against its twin.
    fn hold(&mut self, target: &str, value: &Value, twin: Value) {
        let place = || format!("{target} under {}", self.policy.name());
        match redaction_paths::check(value, twin) {
            Ok(entries) => self.tally.paths += entries,
            Err(mistake) => panic!("{}: {mistake}\n{value:#}", place()),
        }
        assert_eq!(structure::mistakes(value), [""; 0], "{}\n{value:#}", place());
    }

    /// Looks one object up, and gives what identifies it. A private handle finds nothing.
    fn look_up(&mut self, way: &Way, target: &str) -> Option<String> {
        let (status, value) = self.answers.get(target);
        if status != 200 {
            self.is_private(target, &value);
            return None;
        }
        let (_, twin) = self.twins.get(target);
        self.hold(target, &value, twin);
        let (_, parameters) = target.split_once('?').unwrap_or((target, ""));
        self.embedded(&value, "$", &value, parameters);
        if way.wishes.is_empty() && value["objectClassName"] == "domain" {
            self.port_43(&value);
        }
        Some(identifier(&value).to_owned())
    }

    /// Only handles of contacts may find nothing, and then as if they did not exist; never those of organisations.
    fn is_private(&mut self, target: &str, value: &Value) {
        let (_, missing) = self.answers.get("entity/no-such-handle");
        assert_eq!(*value, missing, "{target}");
        assert!(target.starts_with("entity/"), "{target} finds nothing");
        self.tally.private_handles += 1;
    }

    /// Walks through the pages of a search. Each object stands on one of them.
    fn search(&mut self, way: &Way, class: &str, target: &str, found: &mut BTreeSet<String>) {
        let answers = Rc::clone(&self.answers);
        let mut twins = Twins::new(Rc::clone(&self.twins), way, class, target);
        let (_, member, _) = CLASSES.iter().find(|(known, ..)| *known == class).unwrap();
        let mut seen = BTreeSet::new();
        for page in answers.pages(target) {
            let mut twin = page.clone();
            let list = results(&page).iter().map(|result| twins.take(way, class, identifier(result)));
            twin[*member] = Value::Array(list.collect());
            self.hold(target, &page, twin);
            for (index, result) in results(&page).iter().enumerate() {
                let name = identifier(result).to_owned();
                assert_eq!(result["objectClassName"], class, "{target}");
                assert!(seen.insert(name.clone()), "PG-04: {name} stands twice in {target}");
                if way.tells_all() {
                    self.same_as_alone(way, class, &name, result, &format!("$.{member}[{index}]"));
                }
                found.insert(name);
            }
        }
    }

    /// RD-32: a result is what a lookup of the same object tells.
    fn same_as_alone(&mut self, way: &Way, class: &str, name: &str, result: &Value, path: &str) {
        let parameters = way.wishes_of_lookup();
        let (status, alone) = self.answers.get(&with(&format!("{class}/{}", percent(name)), parameters));
        assert_eq!(status, 200, "RD-32: {name}");
        assert_eq!(other_data(&alone, result, &[]), None, "RD-32: {name}");
        assert_eq!(redactions(result, path), redactions(&alone, "$"), "RD-32: {name}");
        self.embedded(result, path, result, parameters);
    }

    /// RD-32: an entity with a handle is, looked up alone, what it is within another answer, but for the roles, and
    /// for the public identifiers that a registrar has not beside a name server.
    fn embedded(&mut self, outer: &Value, path: &str, object: &Value, parameters: &str) {
        let entities = object["entities"].as_array();
        for (index, entity) in entities.into_iter().flatten().enumerate() {
            let path = format!("{path}.entities[{index}]");
            if let Some(handle) = entity["handle"].as_str() {
                let target = with(&format!("entity/{}", percent(handle)), parameters);
                let answers = &self.answers;
                let (alone, there) = self.alone.entry(target).or_insert_with_key(|target| {
                    let (_, alone) = answers.get(target);
                    let there = redactions(&alone, "$");
                    (alone, there)
                });
                let ignored: &[&str] = match outer["objectClassName"].as_str() {
                    Some("nameserver") => &["roles", "publicIds"],
                    _ => &["roles"],
                };
                assert_eq!(other_data(alone, entity, ignored), None, "RD-32: {handle} at {path} of {outer:#}");
                let here = redactions(outer, &path);
                assert!(here.is_superset(there), "RD-32: {handle} at {path} of {outer:#}");
                // On a gTLD's domain more is told of what is never published (CO-05).
                let is_gtld = outer["ldhName"].as_str().is_some_and(|name| !name.ends_with(".be"));
                assert!(is_gtld || here == *there, "RD-32: {handle} at {path} of {outer:#}");
                self.tally.embedded += 1;
            }
            self.embedded(outer, &path, entity, parameters);
        }
    }

    /// What every way has to reach, by the rules of disclosure.
    fn all_of(&self, class: &str) -> BTreeSet<String> {
        let delegated = self.register.domains.iter().flat_map(|domain| &domain.nameservers);
        let text = |name: &Name| name.as_str().to_owned();
        match class {
            "domain" => self.register.domains.iter().map(|domain| text(&domain.name)).collect(),
            "nameserver" => {
                let names = self.register.hosts.iter().map(|host| &host.name);
                names.chain(delegated.map(|server| &server.host)).map(text).collect()
            }
            _ => {
                let registrars = self.register.registrars.iter().map(ways::handle_of);
                let standing: HashSet<&Handle> = self
                    .register
                    .domains
                    .iter()
                    .flat_map(|domain| domain.registrant.iter().chain(domain.contacts.iter().map(|(_, handle)| handle)))
                    .collect();
                let contacts = standing.into_iter().filter(|handle| self.is_public(handle));
                registrars.chain(contacts.map(|handle| handle.reveal().to_owned())).collect()
            }
        }
    }

    /// Whether a lookup of a contact answers. Never where it is treated as a natural person.
    fn is_public(&self, handle: &Handle) -> bool {
        let (status, _) = self.answers.get(&format!("entity/{}", percent(handle.reveal())));
        let (kind, _) = effective_kind(&self.register.contacts[handle], self.policy);
        assert!(status == 404 || kind == Kind::Organisation, "{}", handle.reveal());
        status == 200
    }

    /// WH-21: port 43 tells nothing of a domain that RDAP does not.
    fn port_43(&mut self, value: &Value) {
        let known = port43::known(value);
        let name = Name::parse(identifier(value)).unwrap();
        let found = answer(&self.answers.snapshot, &self.answers.site.zones, &Query::Domain(name.clone()));
        assert!(matches!(found, Answer::Domain(_)), "{name}");
        let is_gtld = self.answers.site.zones.of(&name).is_some_and(|zone| zone.gtld_profile);
        for site in &self.sites {
            // The layout of .be lists every technical contact, the gTLD profile one: no zone has both.
            if is_gtld && site.zones.of(&name).is_some_and(|zone| zone.layout == WhoisLayout::Be) {
                continue;
            }
            let found = registered(&self.answers.snapshot, &site.zones, &name).unwrap();
            let page = render::whois::registered(&found, site, self.answers.snapshot.generation());
            let (strangers, values) = port43::beyond_rdap(&page, &known);
            assert_eq!(strangers, [""; 0], "WH-21: {name}: {}\n{value:#}", String::from_utf8_lossy(&page));
            self.tally.whois_values += values;
        }
    }
}

/// The unredacted results of a search, given out in any order.
struct Twins {
    counter: Rc<Counter>,
    /// The pages that were not asked for yet; none where the twin's search would find something else.
    next: Option<String>,
    kept: HashMap<String, Value>,
}

impl Twins {
    fn new(counter: Rc<Counter>, way: &Way, class: &str, target: &str) -> Twins {
        // A twin goes by the name of its person.
        let is_same = way.by != By::Registrar || class != "entity";
        Twins { counter, next: is_same.then(|| target.to_owned()), kept: HashMap::new() }
    }

    /// The twin of one object.
    fn take(&mut self, way: &Way, class: &str, name: &str) -> Value {
        loop {
            if let Some(twin) = self.kept.remove(name) {
                return twin;
            }
            let target = self.next.take();
            let page = target.as_deref().map_or(Value::Null, |target| self.counter.get(target).1);
            if results(&page).is_empty() {
                break;
            }
            self.next = next_page(&page).and_then(|href| href.strip_prefix(BASE)).map(str::to_owned);
            self.kept.extend(results(&page).iter().map(|result| (identifier(result).to_owned(), result.clone())));
        }
        let (status, page) = self.counter.get(&way.exact(class, name));
        assert_eq!((status, results(&page).len()), (200, 1), "the twin of {name} is not found");
        results(&page)[0].clone()
    }
}

fn with(target: &str, parameters: &str) -> String {
    if parameters.is_empty() { target.to_owned() } else { format!("{target}?{parameters}") }
}

/// Where the data of two answers about one object differ.
fn other_data(expected: &Value, found: &Value, ignored: &[&str]) -> Option<String> {
    let members = |object: &'_ Value| object.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    let keys = members(expected).into_iter().chain(members(found)).flatten();
    let around = ["rdapConformance", "redacted", "notices", "lang"];
    let mut compared = keys.filter(|key| !around.contains(&key.as_str()) && !ignored.contains(&key.as_str()));
    compared.find_map(|key| redaction_paths::difference(&expected[&key], &found[&key]).map(|at| format!("{key}{at}")))
}

/// Where, how and why.
type Redactions = BTreeSet<(String, String, String)>;

/// What is redacted below a path: where from there, how and why.
fn redactions(object: &Value, path: &str) -> Redactions {
    let entries = object["redacted"].as_array().into_iter().flatten();
    let below = entries.filter_map(|entry| {
        let full = entry.get("prePath").or(entry.get("postPath"))?.as_str()?;
        let rest = full.strip_prefix(path).filter(|rest| rest.starts_with('.'))?;
        let reason = entry["reason"]["description"].as_str()?;
        Some((rest.to_owned(), entry["method"].as_str()?.to_owned(), reason.to_owned()))
    });
    below.collect()
}
