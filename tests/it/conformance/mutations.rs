//! Every check can fail: answers that were made wrong, each of which must be caught by its check.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Heard, icann, is_gtld, violations};

/// Which answer is made wrong.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// An organisation's domain under a gTLD.
    Company,
    /// A natural person's domain under a gTLD.
    Person,
    /// A domain with DS records.
    Signed,
    /// A domain with key data.
    Keyed,
    Nameserver,
    Registrar,
    Contact,
    Error,
    Help,
    /// A search for name servers.
    Search,
}

impl Of {
    fn target(self) -> &'static str {
        match self {
            Of::Company => "/rdap/domain/reg.brussels",
            Of::Person => "/rdap/domain/persoon.vlaanderen",
            Of::Signed => "/rdap/domain/signed.be",
            Of::Keyed => "/rdap/domain/sleutel.be",
            Of::Nameserver => "/rdap/nameserver/ns1.bedrijf.be",
            Of::Registrar => "/rdap/entity/99001",
            Of::Contact => "/rdap/entity/c1010",
            Of::Error => "/rdap/domain/vrij.be",
            Of::Help => "/rdap/help",
            Of::Search => "/rdap/nameservers?name=ns*.bedrijf.be",
        }
    }
}

/// What is changed. Places are JSON pointers, in which `@word` is the item of an array that is known by that word: a
/// property's name, a title, a relation, an action, a role or the registered name of a redaction; `-` is a new item.
enum Change {
    Put(&'static str, Value),
    Cut(&'static str),
    Status(u16),
    Head(u16),
    Header(&'static str),
    Url(&'static str, &'static str),
}

use Change::{Cut, Head, Header, Put, Status, Url};
use Of::{Company, Contact, Error, Help, Keyed, Nameserver, Person, Registrar, Search, Signed};

fn is_known_by(item: &Value, word: &str) -> bool {
    let words =
        [&item[0], &item["title"], &item["rel"], &item["eventAction"], &item["roles"][0], &item["name"]["type"]];
    words.into_iter().any(|found| found == word)
}

/// A pointer with the words in it resolved.
fn resolved(json: &Value, place: &str) -> String {
    let mut pointer = String::new();
    for step in place.split('/').skip(1) {
        let step = match step.strip_prefix('@') {
            None => step.to_owned(),
            Some(word) => {
                let items = json.pointer(&pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer}"));
                let index = items.iter().position(|item| is_known_by(item, word));
                index.unwrap_or_else(|| panic!("{word} in {place}")).to_string()
            }
        };
        pointer = format!("{pointer}/{step}");
    }
    pointer
}

fn parent<'a>(json: &'a mut Value, pointer: &'a str) -> (&'a mut Value, &'a str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    (json.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")), key)
}

fn change(heard: &mut Heard, change: &Change) {
    match change {
        Put("", value) => heard.json = value.clone(),
        Put(place, value) => {
            let pointer = resolved(&heard.json, place);
            match parent(&mut heard.json, &pointer) {
                (Value::Object(members), key) => _ = members.insert(key.to_owned(), value.clone()),
                (Value::Array(items), "-") => items.push(value.clone()),
                (Value::Array(items), key) => items[key.parse::<usize>().unwrap()] = value.clone(),
                (other, _) => panic!("{place}: {other}"),
            }
        }
        Cut(place) => {
            let pointer = resolved(&heard.json, place);
            let gone = match parent(&mut heard.json, &pointer) {
                (Value::Object(members), key) => members.remove(key),
                (Value::Array(items), key) => Some(items.remove(key.parse().unwrap())),
                (other, _) => panic!("{place}: {other}"),
            };
            assert!(gone.is_some(), "{place} was not there");
        }
        Status(status) => heard.status = *status,
        Head(status) => heard.head = *status,
        Header(name) => heard.headers.retain(|(found, _)| found != name),
        Url(from, to) => heard.url = heard.url.replace(from, to),
    }
}

fn event() -> Value {
    json!({"eventAction": "registration", "eventDate": "2020-01-01T00:00:00Z"})
}

/// Checks of HTTP, conformance, notices, links, events and errors.
fn of_structure() -> Vec<(i32, Of, Change)> {
    vec![
        (-10400, Company, Put("/links/0/href", json!("https://host.example/a b"))),
        (-10401, Company, Put("/links/0/href", json!("host.example/"))),
        (-10402, Company, Put("/links/0/href", json!("https://-/"))),
        (-10500, Company, Put("/rdapConformance", json!("rdap_level_0"))),
        (-10501, Company, Put("/rdapConformance/-", json!(1))),
        (-10502, Company, Put("/rdapConformance/-", json!("made_up"))),
        (-10503, Company, Put("/rdapConformance/0", json!("redacted"))),
        (-10504, Company, Cut("/rdapConformance")),
        (-10505, Company, Put("/entities/0/rdapConformance", json!(["rdap_level_0"]))),
        (-10603, Company, Put("/links/0/media", json!(1))),
        (-10604, Company, Put("/links/0/rel", json!("made-up"))),
        (-10605, Company, Put("/links/0/href", json!("ftp://files.example/"))),
        (-10606, Company, Put("/links/0/hreflang", json!("n l"))),
        (-10607, Company, Put("/links/0/type", json!("json"))),
        (-10608, Company, Put("/links/0/value", json!("no address"))),
        (-10612, Company, Cut("/links/0/value")),
        (-10613, Company, Cut("/links/0/rel")),
        (-10703, Company, Put("/notices/0/title", json!(["a"]))),
        (-10705, Company, Put("/notices/0/type", json!("made up"))),
        (-10706, Company, Put("/notices", json!({}))),
        (-10707, Company, Put("/notices/0/description", json!("one text"))),
        (-10708, Company, Put("/notices/0/links", json!({}))),
        (-10709, Company, Put("/notices/0", json!("text"))),
        (-10800, Company, Put("/lang", json!("e"))),
        (-10904, Company, Put("/events", json!({}))),
        (-10905, Company, Put("/events/0/eventAction", json!(1))),
        (-10906, Company, Put("/events/0/eventAction", json!("made up"))),
        (-10907, Company, Put("/events/0/eventDate", json!(2020))),
        (-10908, Company, Put("/events/0/eventDate", json!("2020-01-01"))),
        (-10909, Company, Put("/events/0/eventActor", json!(1))),
        (-10910, Company, Put("/events/0/by", json!("x"))),
        (-10912, Company, Put("/events/-", event())),
        (-11100, Company, Put("/port43", json!("whois://host.example"))),
        (-11200, Company, Put("/entities/@registrar/publicIds", json!({}))),
        (-11201, Company, Put("/entities/@registrar/publicIds/0/more", json!("x"))),
        (-11203, Company, Put("/entities/@registrar/publicIds/0/type", json!(1))),
        (-11205, Company, Put("/entities/@registrar/publicIds/0/identifier", json!(9999))),
        (-11305, Company, Put("/entities/0/asEventActor", json!({}))),
        (-11310, Company, Put("/entities/0/asEventActor", json!([{"eventActor": "x"}]))),
        (-12100, Error, Put("/trace", json!("x"))),
        (-12101, Error, Cut("/errorCode")),
        (-12103, Error, Put("/errorCode", json!("404"))),
        (-12104, Error, Put("/title", json!(["a"]))),
        (-12105, Error, Put("/description", json!("one text"))),
        (-12106, Error, Put("/description/0", json!(1))),
        (-12107, Error, Cut("/rdapConformance")),
        (-12108, Error, Put("/errorCode", json!(400))),
        (-12501, Help, Put("/objectClassName", json!("help"))),
        (-13000, Company, Header("content-type")),
        (-13001, Company, Put("", json!([]))),
        (-13002, Company, Status(500)),
        (-13003, Company, Cut("/objectClassName")),
        (-20300, Company, Head(405)),
        (-20500, Company, Header("access-control-allow-origin")),
        (-20701, Help, Cut("/notices")),
        (-40100, Company, Put("/notices/0/title", json!("<script>alert(1)</script>"))),
        (-46100, Company, Put("/ldhName", json!("other.brussels"))),
        (-46101, Company, Put("/unicodeName", json!("rég.brussels"))),
        (-49100, Nameserver, Put("/ldhName", json!("ns9.bedrijf.be"))),
        (-49101, Nameserver, Put("/unicodeName", json!("ns1.bédrijf.be"))),
    ]
}

/// Checks of objects by their class.
fn of_objects() -> Vec<(i32, Of, Change)> {
    vec![
        (-10100, Nameserver, Put("/ipAddresses/v4/0", json!("10.0.0.1"))),
        (-10200, Nameserver, Put("/ipAddresses/v6/0", json!("2001:DB8::1"))),
        (-10300, Company, Put("/ldhName", json!("a..brussels"))),
        (-10301, Company, Put("/ldhName", json!(["a.".repeat(127), "brussels".to_owned()].concat()))),
        (-10302, Company, Put("/ldhName", json!("brussels"))),
        (-10303, Company, Put("/ldhName", json!("a_b.brussels"))),
        (-12008, Signed, Put("/secureDNS/dsData/0/extra", json!(1))),
        (-12018, Keyed, Put("/secureDNS/keyData/0/extra", json!(1))),
        (-49300, Nameserver, Put("/entities/0/publicIds", json!([]))),
        (-60100, Registrar, Cut("/handle")),
        (-60200, Contact, Cut("/vcardArray")),
        (-11001, Company, Put("/status/0", json!(1))),
        (-11002, Company, Put("/status/0", json!("clientHold"))),
        (-11003, Company, Put("/status", json!(["active", "active"]))),
        (-11400, Nameserver, Put("/ipAddresses", json!({}))),
        (-11401, Nameserver, Put("/ipAddresses/v5", json!(["192.0.2.1"]))),
        (-11403, Nameserver, Put("/ipAddresses/v4", json!([]))),
        (-11600, Company, Put("/unicodeName", json!("plain.brussels"))),
        (-11700, Company, Put("/ldhName", json!("a..brussels"))),
        (-11800, Company, Put("/entities/0/roles", json!("registrant"))),
        (-11801, Company, Put("/entities/0/roles/0", json!(1))),
        (-11802, Company, Put("/entities/0/roles/0", json!("holder"))),
        (-11803, Company, Put("/entities/0/roles", json!(["registrant", "registrant"]))),
        (-12001, Signed, Put("/secureDNS/zoneSigned", json!("true"))),
        (-12002, Signed, Put("/secureDNS/delegationSigned", json!("true"))),
        (-12003, Signed, Put("/secureDNS/maxSigLife", json!(0))),
        (-12005, Signed, Cut("/secureDNS/dsData")),
        (-12010, Signed, Put("/secureDNS/dsData/0/keyTag", json!("371"))),
        (-12011, Signed, Put("/secureDNS/dsData/0/algorithm", json!(256))),
        (-12012, Signed, Put("/secureDNS/dsData/0/digest", json!("xyz"))),
        (-12013, Signed, Put("/secureDNS/dsData/0/digestType", json!(0))),
        (-12020, Keyed, Put("/secureDNS/keyData/0/flags", json!(1))),
        (-12021, Keyed, Put("/secureDNS/keyData/0/protocol", json!(2))),
        (-12022, Keyed, Put("/secureDNS/keyData/0/publicKey", json!(""))),
        (-12023, Keyed, Put("/secureDNS/keyData/0/algorithm", json!(0))),
        (-12201, Company, Put("/authInfo", json!("x"))),
        (-12218, Company, Put("/nameservers/0", json!({"objectClassName": "domain", "notices": []}))),
        (-12301, Company, Put("/entities/0/vat", json!("x"))),
        (-12305, Company, Put("/entities/0/vcardArray/1/@version/1", json!([]))),
        (-12316, Company, Put("/entities/0/notices", json!([]))),
        (-12320, Company, Put("/entities/0/vcardArray/1/-", json!(["email", {}, "text", "Jan <jan@post.example>"]))),
        (-12401, Company, Put("/nameservers/0/owner", json!("x"))),
        (-12403, Company, Put("/nameservers/0/objectClassName", json!("domain"))),
        (-12415, Company, Put("/nameservers/0/notices", json!([]))),
    ]
}

/// Members of another shape than theirs, of domains, entities and name servers.
fn of_shapes() -> Vec<(i32, Of, Change)> {
    let changes = [
        ("/handle", -12204),
        ("/ldhName", -12205),
        ("/unicodeName", -12206),
        ("/variants", -12207),
        ("/nameservers", -12208),
        ("/secureDNS", -12209),
        ("/entities", -12210),
        ("/status", -12211),
        ("/publicIds", -12212),
        ("/remarks", -12213),
        ("/links", -12214),
        ("/port43", -12215),
        ("/events", -12216),
        ("/notices", -12217),
        ("/rdapConformance", -12219),
        ("/entities/0/objectClassName", -12303),
        ("/entities/0/handle", -12304),
        ("/entities/0/roles", -12306),
        ("/entities/0/publicIds", -12307),
        ("/entities/0/entities", -12308),
        ("/entities/0/remarks", -12309),
        ("/entities/0/links", -12310),
        ("/entities/0/events", -12311),
        ("/entities/0/asEventActor", -12312),
        ("/entities/0/status", -12313),
        ("/entities/0/port43", -12314),
        ("/entities/0/notices", -12315),
        ("/entities/0/rdapConformance", -12317),
        ("/nameservers/0/handle", -12404),
        ("/nameservers/0/ldhName", -12405),
        ("/nameservers/0/unicodeName", -12406),
        ("/nameservers/0/ipAddresses", -12407),
        ("/nameservers/0/entities", -12408),
        ("/nameservers/0/status", -12409),
        ("/nameservers/0/remarks", -12410),
        ("/nameservers/0/links", -12411),
        ("/nameservers/0/port43", -12412),
        ("/nameservers/0/events", -12413),
        ("/nameservers/0/notices", -12414),
        ("/nameservers/0/rdapConformance", -12416),
        ("/variants", -11500),
    ];
    let variants = [
        (json!([{"more": 1}]), -11501),
        (json!([{"relation": "registered"}]), -11503),
        (json!([{"relation": [1]}]), -11504),
        (json!([{"relation": ["made up"]}]), -11505),
        (json!([{"idnTable": 1}]), -11506),
        (json!([{"variantNames": 1}]), -11507),
    ];
    let changes = changes.into_iter().map(|(place, code)| (code, Company, Put(place, json!(1))));
    changes.chain(variants.into_iter().map(|(list, code)| (code, Company, Put("/variants", list)))).collect()
}

/// Checks of searches.
fn of_searches() -> Vec<(i32, Of, Change)> {
    vec![
        (-12203, Search, Put("/domainSearchResults", json!([{"objectClassName": "entity"}]))),
        (-12401, Search, Put("/nameserverSearchResults/0/rdapConformance", json!(["rdap_level_0"]))),
        (-12403, Search, Put("/nameserverSearchResults/0/objectClassName", json!("domain"))),
        (-12601, Search, Put("/objectClassName", json!("nameserver"))),
        (-12604, Search, Put("/nameserverSearchResults", json!([]))),
        (-12607, Search, Put("/notices", json!([]))),
        (-12608, Search, Cut("/rdapConformance")),
        (-12610, Search, Cut("/nameserverSearchResults")),
        (-62001, Search, Cut("/rdapConformance")),
    ]
}

/// Checks of the profile.
fn of_profile() -> Vec<(i32, Of, Change)> {
    let status = |statuses: Value| Put("/status", statuses);
    vec![
        (-20100, Company, Url("https:", "http:")),
        (-20101, Company, Url("https:", "http:")),
        (-20800, Company, Put("/entities/@registrant/vcardArray/1/@adr/1/label", json!("Straat 1"))),
        (-20900, Company, Cut("/entities/@registrant/vcardArray/1/@tel/1/type")),
        (-23200, Company, Cut("/links/@related")),
        (-23201, Company, Put("/links/@related/value", json!("https://elsewhere.example/"))),
        (-23202, Company, Put("/links/@related/href", json!("https://rdap.example/entity/x"))),
        (-23300, Company, Cut("/entities/@registrar/publicIds")),
        (-23301, Company, Put("/entities/@registrar/publicIds/0/identifier", json!("none"))),
        (-43100, Company, Cut("/events/@last update of RDAP database")),
        (-46200, Company, Put("/handle", json!("D1"))),
        (-46201, Company, Put("/handle", json!("D1-TEST"))),
        (-46202, Company, Cut("/handle")),
        (-46203, Company, Put("/redacted/-", json!({"name": {"type": "Registry Domain ID"}, "method": "emptyValue"}))),
        (-46204, Company, Put("/redacted/-", json!({"name": {"type": "Registry Domain ID"}, "prePath": "$.other"}))),
        (-47600, Person, Put("/entities/@registrant/handle", json!("c1"))),
        (-47601, Person, Put("/entities/@registrant/handle", json!("c1-TEST"))),
        (-63100, Person, Put("/entities/@registrant/handle", json!("c1"))),
        (-63101, Person, Put("/entities/@registrant/handle", json!("c1-TEST"))),
        (-65700, Person, Put("/entities/@technical/handle", json!("c1"))),
        (-65701, Person, Put("/entities/@technical/handle", json!("c1-TEST"))),
        (-47202, Company, Put("/nameservers/0/handle", json!("H1"))),
        (-47205, Company, Put("/nameservers/0/handle", json!("H1-ROID"))),
        (-46206, Company, Put("/redacted/-", json!({"name": {"type": "Registry Domain ID"}}))),
        (-46300, Company, Cut("/events/@registration")),
        (-46400, Company, Cut("/events/@expiration")),
        (-46500, Company, Cut("/notices")),
        (-46601, Company, Cut("/notices/@Status Codes")),
        (-46602, Company, Put("/notices/@Status Codes/description/0", json!("See https://www.icann.org/epp"))),
        (-46603, Company, Cut("/notices/@Status Codes/links")),
        (-46604, Company, Put("/notices/@Status Codes/links/0/href", json!("https://www.icann.org/epp"))),
        (-46605, Company, Put("/notices/@Status Codes/links/0/rel", json!("help"))),
        (-46606, Company, Put("/notices/@Status Codes/links/0/value", json!("https://elsewhere.example/"))),
        (-46701, Company, Cut("/notices/@RDDS Inaccuracy Complaint Form")),
        (-46702, Company, Put("/notices/@RDDS Inaccuracy Complaint Form/description/0", json!("x"))),
        (-46703, Company, Cut("/notices/@RDDS Inaccuracy Complaint Form/links")),
        (-46704, Company, Put("/notices/@RDDS Inaccuracy Complaint Form/links/0/href", json!("https://x.example/"))),
        (-46705, Company, Put("/notices/@RDDS Inaccuracy Complaint Form/links/0/rel", json!("about"))),
        (-46706, Company, Put("/notices/@RDDS Inaccuracy Complaint Form/links/0/value", json!("https://x.example/"))),
        (-46800, Company, Cut("/secureDNS")),
        (-46801, Company, Cut("/secureDNS/delegationSigned")),
        (-46802, Company, Put("/secureDNS/delegationSigned", json!(true))),
        (-46900, Company, status(json!(["active", "client hold"]))),
        (-46900, Company, status(json!(["pending delete", "server delete prohibited"]))),
        (-46900, Company, status(json!(["pending delete", "pending transfer"]))),
        (-46900, Company, status(json!(["pending delete", "redemption period", "pending restore"]))),
        (-47001, Company, status(json!(["redemption period"]))),
        (-47002, Company, status(json!(["pending restore"]))),
        (-47100, Company, Cut("/status")),
        (-47200, Company, Cut("/nameservers/0/ldhName")),
        (-47201, Company, Put("/nameservers/0/handle", json!("H1-BRUSSELS"))),
        (-47203, Company, Put("/nameservers/0/status", json!(["active"]))),
        (-47300, Company, Cut("/entities/@registrar")),
        (-47301, Company, Put("/entities/-", json!({"roles": ["registrar"]}))),
        (-47302, Company, Put("/entities/@registrar/vcardArray/1/@fn/3", json!(""))),
        (-47400, Company, Cut("/entities/@registrar/handle")),
        (-47500, Company, Cut("/entities/@registrar/entities/@abuse/vcardArray/1/@tel")),
        (-47700, Company, Cut("/entities/@registrar/links/@about")),
        (-47701, Company, Put("/entities/@registrar/handle", json!("reg-alfa"))),
        (-47702, Company, Put("/entities/@registrar/links/@about/value", json!("http://rdap.example/"))),
        (-47703, Company, Put("/entities/@registrar/links/@about/href", json!("rdap.example"))),
        (-52104, Company, Put("/entities/-", json!({"roles": ["technical"]}))),
        (-52104, Company, Put("/entities/-", json!({"roles": ["registrant"]}))),
        (-61000, Company, Put("/rdapConformance", json!(["rdap_level_0"]))),
        (-61001, Company, Put("/rdapConformance/-", json!("icann_rdap_technical_implementation_guide_0"))),
        (-61200, Company, Put("/notices", json!([{"title": "Terms of Use", "description": ["x"]}]))),
        (-61201, Company, Put("/notices/@Terms of Use/links/0/href", json!("terms"))),
        (-61202, Company, Put("/notices/@Terms of Use/links/0/value", json!("https://elsewhere.example/"))),
        (-62000, Company, Put("/rdapConformance", json!(["rdap_level_0"]))),
        (-62006, Company, Put("/rdapConformance/-", json!("icann_rdap_response_profile_0"))),
        (-62100, Company, Put("/entities/@registrant/vcardArray/1/@adr/3/6", json!("Belgium"))),
        (-62101, Company, Put("/entities/@registrant/vcardArray/1/@adr/1/cc", json!("be"))),
    ]
}

/// An entry, its method and its path; the code where it is missing; those of a path that cannot be read or finds what it
/// must not, and of another method.
type Entry = (&'static str, &'static str, &'static str, Option<i32>, [i32; 3]);

/// Checks of `redacted`.
fn of_redaction() -> Vec<(i32, Of, Change)> {
    let tel = || json!(["tel", {"type": "voice"}, "uri", "tel:+32.2"]);
    let fax = || json!(["tel", {"type": "fax"}, "uri", "tel:+32.2"]);
    let email = || json!(["email", {}, "text", "a@post.example"]);
    let everything = || json!("$.objectClassName");
    let mut changes = vec![
        (-62001, Company, Cut("/redacted")),
        (-62002, Company, Put("/redacted", json!([]))),
        (-62003, Company, Put("/redacted/0/name", json!("Registrant Name"))),
        (-62004, Company, Put("/redacted/0/method", json!("hidden"))),
        (-62005, Company, Put("/redacted/0/reason", json!("policy"))),
        (-65800, Company, Put("/redacted/0/name", json!({"description": "Tech Email"}))),
        (-65815, Company, Put("/redacted/-", json!({"name": {"type": "Tech Phone Ext"}, "method": "emptyValue"}))),
        (-63106, Person, Put("/entities/@registrant/handle", json!("c1"))),
        (-63205, Person, Put("/entities/@registrant/vcardArray/1/@fn/3", json!("Jan"))),
        (-63405, Person, Put("/entities/@registrant/vcardArray/1/@adr/3/2", json!("Straat 1"))),
        (-63505, Person, Put("/entities/@registrant/vcardArray/1/@adr/3/3", json!("Leuven"))),
        (-63605, Person, Put("/entities/@registrant/vcardArray/1/@adr/3/5", json!("3000"))),
        (-63704, Person, Put("/entities/@registrant/vcardArray/1/-", tel())),
        (-63901, Company, Put("/entities/@registrant/vcardArray/1/-", fax())),
        (-65404, Person, Put("/entities/@registrant/vcardArray/1/-", email())),
        (-65706, Person, Put("/entities/@technical/handle", json!("c1"))),
        (-65005, Person, Put("/entities/@technical/vcardArray/1/@fn/3", json!("Jan"))),
        (-65104, Person, Put("/entities/@technical/vcardArray/1/-", tel())),
        (-65503, Person, Put("/entities/@technical/vcardArray/1/-", email())),
    ];
    // An organisation is not withheld in these answers: the entry is put there.
    let organisation = |method: &str, path: &str| json!({"name": {"type": "Registrant Organization"}, "method": method, "prePath": path});
    changes.push((-63304, Company, Put("/redacted/-", organisation("removal", "$.nothing"))));
    changes.push((-63301, Company, Put("/redacted/-", organisation("removal", "no path"))));
    changes.push((-63302, Company, Put("/redacted/-", organisation("removal", "$.objectClassName"))));
    changes.push((-63303, Company, Put("/redacted/-", organisation("emptyValue", "$.nothing"))));
    // Nobody in these answers has an extension.
    let extension =
        |name: &str, method: &str, path: &str| json!({"name": {"type": name}, "method": method, "prePath": path});
    for (name, [unreadable, found, method]) in
        [("Registrant Phone Ext", [-63800, -63801, -63802]), ("Registrant Fax Ext", [-64000, -64001, -64002])]
    {
        changes.push((unreadable, Company, Put("/redacted/-", extension(name, "removal", "no path"))));
        changes.push((found, Company, Put("/redacted/-", extension(name, "removal", "$.objectClassName"))));
        changes.push((method, Company, Put("/redacted/-", extension(name, "emptyValue", "$.nothing"))));
    }
    let entries: [Entry; 11] = [
        (
            "/redacted/@Registry Registrant ID",
            "/redacted/@Registry Registrant ID/method",
            "/redacted/@Registry Registrant ID/prePath",
            Some(-63102),
            [-63103, -63104, -63105],
        ),
        (
            "/redacted/@Registrant Name",
            "/redacted/@Registrant Name/method",
            "/redacted/@Registrant Name/postPath",
            Some(-63201),
            [-63202, -63203, -63204],
        ),
        (
            "/redacted/@Registrant Street",
            "/redacted/@Registrant Street/method",
            "/redacted/@Registrant Street/postPath",
            None,
            [-63402, -63403, -63404],
        ),
        (
            "/redacted/@Registrant City",
            "/redacted/@Registrant City/method",
            "/redacted/@Registrant City/postPath",
            Some(-63501),
            [-63502, -63503, -63504],
        ),
        (
            "/redacted/@Registrant Postal Code",
            "/redacted/@Registrant Postal Code/method",
            "/redacted/@Registrant Postal Code/postPath",
            None,
            [-63602, -63603, -63604],
        ),
        (
            "/redacted/@Registrant Phone",
            "/redacted/@Registrant Phone/method",
            "/redacted/@Registrant Phone/prePath",
            Some(-63700),
            [-63701, -63702, -63703],
        ),
        (
            "/redacted/@Registrant Email",
            "/redacted/@Registrant Email/method",
            "/redacted/@Registrant Email/prePath",
            Some(-65400),
            [-65401, -65402, -65403],
        ),
        (
            "/redacted/@Registry Tech ID",
            "/redacted/@Registry Tech ID/method",
            "/redacted/@Registry Tech ID/prePath",
            Some(-65702),
            [-65703, -65704, -65705],
        ),
        (
            "/redacted/@Tech Name",
            "/redacted/@Tech Name/method",
            "/redacted/@Tech Name/postPath",
            Some(-65001),
            [-65002, -65003, -65004],
        ),
        (
            "/redacted/@Tech Phone",
            "/redacted/@Tech Phone/method",
            "/redacted/@Tech Phone/prePath",
            Some(-65100),
            [-65101, -65102, -65103],
        ),
        (
            "/redacted/@Tech Email",
            "/redacted/@Tech Email/method",
            "/redacted/@Tech Email/prePath",
            None,
            [-65500, -65501, -65502],
        ),
    ];
    for (entry, method, path, missing, [unreadable, other_path, other_method]) in entries {
        changes.extend(missing.map(|code| (code, Person, Cut(entry))));
        changes.push((unreadable, Person, Put(path, json!("no path"))));
        changes.push((other_path, Person, Put(path, everything())));
        changes.push((other_method, Person, Put(method, json!("replacementValue"))));
    }
    changes.push((-63900, Company, Put("/redacted/@Registrant Fax/prePath", json!("no path"))));
    changes.push((-63901, Company, Put("/redacted/@Registrant Fax/prePath", everything())));
    changes.push((-63902, Company, Put("/redacted/@Registrant Fax/method", json!("emptyValue"))));
    changes
}

#[test]
fn every_check_of_the_profile_catches_its_mistake() {
    let mut caught = BTreeSet::new();
    for (code, of, wrong) in
        [of_structure(), of_objects(), of_shapes(), of_searches(), of_profile(), of_redaction()].into_iter().flatten()
    {
        let mut heard = Heard::ask(icann().http, of.target());
        let gtld = is_gtld(&heard);
        let before = violations(&heard, gtld).codes();
        assert!(before.is_empty(), "{of:?} is right before: {before:?}");
        change(&mut heard, &wrong);
        let found = violations(&heard, gtld).codes();
        assert!(found.contains(&code), "{code} of {of:?} is not caught: {found:?}");
        caught.insert(code);
    }
    let mut written = BTreeSet::new();
    let code = regex::Regex::new(r"-\d{5}\b").unwrap();
    for file in ["common.rs", "objects.rs", "profile.rs", "redaction.rs", "searches.rs"] {
        let text = std::fs::read_to_string(format!("tests/it/conformance/{file}")).unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        written.extend(lines.flat_map(|line| code.find_iter(line)).map(|found| found.as_str().parse::<i32>().unwrap()));
    }
    let uncaught: Vec<&i32> = written.iter().filter(|code| !caught.contains(code)).collect();
    assert!(uncaught.is_empty(), "no mistake for {uncaught:?}");
    assert!(caught.len() > 150, "{}", caught.len());
}
