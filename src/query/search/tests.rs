//! Searches as they are asked: paths with their parameters.

use proptest::prelude::*;

use super::*;
use crate::model::name::{Name, NameError};
use crate::query::rdap;
use crate::query::{Query, Refusal};

fn read(question: &str) -> Result<Search, Refusal> {
    let (path, parameters) = match question.split_once('?') {
        Some((path, parameters)) => (path, Some(parameters)),
        None => (question, None),
    };
    match rdap::parse(path, parameters) {
        Ok(Query::Search(search)) => Ok(*search),
        Ok(other) => panic!("{question}: {other:?}"),
        Err(refusal) => Err(refusal),
    }
}

/// The question must be read as a search for this, with no wishes.
fn check(question: &str, target: Target) {
    assert_eq!(read(question), Ok(Search { target, wishes: Wishes::default() }), "{question}");
}

fn refused(question: &str, refusal: Refusal) {
    assert_eq!(read(question), Err(refusal), "{question}");
}

fn mistaken(question: &str, mistake: Mistake) {
    refused(question, Refusal::BadSearch(mistake));
}

fn wishes(parameters: &str) -> Wishes {
    read(&format!("domains?name=a*&{parameters}")).unwrap().wishes
}

fn name(text: &str) -> NamePattern {
    NamePattern::parse(text).unwrap()
}

fn text(text: &str) -> TextPattern {
    TextPattern::parse(text).unwrap()
}

#[test]
fn sr_01_sr_02_sr_03_each_search_by_each_of_its_predicates() {
    let address: IpAddr = "2001:db8::1".parse().unwrap();
    check("domains?name=bedr*.be", Target::Domains(DomainsBy::Name(name("bedr*.be"))));
    check("domains?nsLdhName=ns1.bedr*", Target::Domains(DomainsBy::Nameserver(name("ns1.bedr*"))));
    check("domains?nsIp=2001:db8::1", Target::Domains(DomainsBy::Address(address)));
    check("nameservers?name=ns1.bedrijf.be", Target::Nameservers(NameserversBy::Name(name("ns1.bedrijf.be"))));
    check("nameservers?ip=2001:db8::1", Target::Nameservers(NameserversBy::Address(address)));
    check("entities?fn=Voorbeeld*", Target::Entities(EntitiesBy::Name(text("voorbeeld*"))));
    check("entities?handle=C*", Target::Entities(EntitiesBy::Handle(text("c*"))));
}

#[test]
fn ht_08_sr_04_one_predicate_and_unknown_parameters_are_ignored() {
    let plain = Target::Domains(DomainsBy::Name(name("a*.be")));
    for parameters in [
        "name=a*.be&x=1&__rdap-cachebust=9",
        "&&name=a*.be&",
        "name=a*.be&NAME=b&ip=1&fn=x&handle",
        "name=a*.be&%ff=1&x=%zz&%6eame2=%00",
        "%6e%61me=a*.be&jscontact=1",
    ] {
        check(&format!("domains?{parameters}"), plain.clone());
    }
    mistaken("domains?name=a*.be&nsIp=192.0.2.1", Mistake::Predicates);
    mistaken("domains?name=a*.be&name=a*.be", Mistake::Predicates);
    mistaken("nameservers?name=a*&ip=192.0.2.1", Mistake::Predicates);
    mistaken("entities?fn=a*&handle=b", Mistake::Predicates);
}

#[test]
fn sr_05_something_is_searched_for() {
    for class in Class::ALL {
        mistaken(class.word(), Mistake::Predicate);
        mistaken(&format!("{class}?x=1"), Mistake::Predicate);
        for predicate in class.predicates() {
            mistaken(&format!("{class}?{predicate}="), Mistake::Predicate);
            mistaken(&format!("{class}?{predicate}"), Mistake::Predicate);
        }
    }
    mistaken("entities?fn=%20", Mistake::Predicate);
    mistaken("domains?Name=a*.be", Mistake::Predicate);
}

#[test]
fn sr_07_sr_08_sr_11_patterns_that_are_not_searched_for() {
    for question in [
        "domains?name=*",
        "domains?name=*drijf.be",
        "domains?name=b*d*.be",
        "domains?nsLdhName=*.be",
        "domains?name=xn--bel*.be",
        "nameservers?name=n*1.be",
        "entities?fn=*",
        "entities?handle=*1",
        "domains/reverse_search/entity?handle=*",
    ] {
        refused(question, Refusal::PatternNotSupported);
    }
    refused("domains?name=a_b*", Refusal::BadName(NameError::Character));
    refused("domains?name=a..b", Refusal::BadName(NameError::EmptyLabel));
}

#[test]
fn sr_12_values_are_decoded_once_and_a_plus_is_a_plus() {
    check("domains?name=bedr%2A.be", Target::Domains(DomainsBy::Name(name("bedr*.be"))));
    check("domains?name=belgi%C3%AB*", Target::Domains(DomainsBy::Name(name("belgië*"))));
    check("entities?fn=a+b", Target::Entities(EntitiesBy::Name(text("a+b"))));
    check("entities?fn=a%20b%26c=d", Target::Entities(EntitiesBy::Name(text("a b&c=d"))));
    refused("domains?name=a+b*.be", Refusal::BadName(NameError::Character));
    refused("domains?name=a%252A", Refusal::BadName(NameError::Character));
    refused("domains?name=%C3%28*", Refusal::BadEncoding);
    refused("domains?name=a%", Refusal::BadEncoding);
    refused("entities?fn=a%00*", Refusal::BadCharacters);
    refused("entities?fn=a%0d%0ab", Refusal::BadCharacters);
}

#[test]
fn sr_17_addresses_are_read_as_addresses() {
    let address = "2001:db8::1".parse().unwrap();
    for spelled in ["2001:DB8::0:1", "2001:db8:0:0:0:0:0:1", "2001%3Adb8%3A%3A1"] {
        check(&format!("domains?nsIp={spelled}"), Target::Domains(DomainsBy::Address(address)));
    }
    for spelled in ["192.0.2", "192.0.2.0/24", "192.0.2.*", "fe80::1%25eth0", "x", "192.0.2.01"] {
        refused(&format!("domains?nsIp={spelled}"), Refusal::BadNumber);
        refused(&format!("nameservers?ip={spelled}"), Refusal::BadNumber);
    }
}

#[test]
fn pg_02_ht_09_count_has_six_values() {
    for (word, meant) in COUNT_WORDS {
        assert_eq!(wishes(&format!("count={word}")).count, meant, "{word}");
    }
    assert!(wishes("count=TRUE").count && !wishes("x=1").count);
    for bad in ["count=maybe", "count=", "count", "count=2", "count=1&count=1"] {
        mistaken(&format!("domains?name=a*&{bad}"), Mistake::Count);
    }
}

#[test]
fn pg_08_pg_10_pg_11_only_properties_that_results_tell_order_them() {
    let key = |property, is_descending| SortKey { property, is_descending };
    assert_eq!(wishes("sort=name").sort, [key(Property::Name, false)]);
    assert_eq!(
        wishes("sort=registrationDate:d,name:a").sort,
        [key(Property::Registration, true), key(Property::Name, false)]
    );
    for class in Class::ALL {
        let question = format!("{class}?{}=1.1.1.1", class.predicates().last().unwrap());
        for property in Property::ALL {
            let question = format!("{question}&sort={property}");
            if Property::of(*class).contains(property) {
                assert_eq!(read(&question).unwrap().wishes.sort, [key(*property, false)], "{question}");
            } else {
                mistaken(&question, Mistake::Sort);
            }
        }
        for withheld in ["email", "voice", "country", "shoeSize", "lockedDate"] {
            mistaken(&format!("{question}&sort={withheld}"), Mistake::Sort);
        }
    }
    for bad in ["", "name:", "name:x", "name,", ",name", "name,name:d", "name:a:d", "Name", "name%20"] {
        mistaken(&format!("domains?name=a*&sort={bad}"), Mistake::Sort);
    }
    mistaken("domains?name=a*&sort=name,registrationDate,expirationDate,deletionDate", Mistake::Sort);
    mistaken("domains?name=a*&sort=name&sort=name", Mistake::Sort);
}

#[test]
fn pg_05_pg_06_a_cursor_has_the_characters_of_one() {
    assert_eq!(wishes("cursor=aZ0/=-_").cursor.as_deref(), Some("aZ0/=-_"));
    for bad in ["", "a+b", "a%20b", "a.b", "%C3%A9", &"a".repeat(CURSOR_CHARACTERS_MAX + 1), "a&cursor=a"] {
        mistaken(&format!("domains?name=a*&cursor={bad}"), Mistake::Cursor);
    }
}

#[test]
fn ss_01_ss_03_ss_04_field_sets() {
    assert_eq!(wishes("x=1").fields, FieldSet::Full);
    for set in FieldSet::ALL {
        assert_eq!(wishes(&format!("fieldSet={set}")).fields, *set);
    }
    for bad in ["fieldSet=", "fieldSet=x", "fieldSet=ID", "fieldSet=id&fieldSet=id"] {
        mistaken(&format!("domains?name=a*&{bad}"), Mistake::FieldSet);
    }
}

#[test]
fn rv_01_a_reverse_search_joins_its_predicates() {
    let related = Related { handle: Some(text("c18*")), name: None, role: Some(text("technical")) };
    check(
        "domains/reverse_search/entity?role=technical&handle=c18*",
        Target::Domains(DomainsBy::Related(related.clone())),
    );
    check(
        "nameservers/reverse_search/entity?handle=C18%2a&role=Technical&x=1",
        Target::Nameservers(NameserversBy::Related(related)),
    );
    let named = Related { handle: None, name: Some(text("bedrijf nv")), role: None };
    let search = read("domains/reverse_search/entity?fn=Bedrijf%20nv&count=1&sort=name:d").unwrap();
    assert_eq!(search.target.related(), Some(&named));
    assert!(search.wishes.count && search.wishes.sort.len() == 1);
}

#[test]
fn rv_02_rv_04_rv_08_reverse_searches_that_are_not_offered() {
    for question in [
        "domains/reverse_search/entity?email=a@b.be",
        "domains/reverse_search/entity?handle=c1&email=a*",
        "domains/reverse_search/entity?voice=1",
        "entities/reverse_search/entity?handle=c1",
        "entities/reverse_search/entity",
        "domains/reverse_search/autnum?handle=1",
        "nameservers/reverse_search/ip?x=1",
    ] {
        refused(question, Refusal::ReverseSearchNotOffered);
    }
}

#[test]
fn rv_03_predicates_that_say_too_little_or_too_much() {
    for path in ["domains/reverse_search/entity", "nameservers/reverse_search/entity"] {
        mistaken(&format!("{path}?role=technical"), Mistake::RoleAlone);
        mistaken(path, Mistake::Predicate);
        mistaken(&format!("{path}?x=1"), Mistake::Predicate);
        mistaken(&format!("{path}?handle="), Mistake::Predicate);
        mistaken(&format!("{path}?handle=a&handle=b"), Mistake::Predicates);
    }
}

#[test]
fn sr_20_what_a_stranger_can_send_has_limits() {
    let many = format!("domains?{}name=a*", "x=1&".repeat(PARAMETERS_MAX + 1));
    refused(&many, Refusal::TooLong);
    refused(&format!("domains?{}", "name=a&".repeat(PARAMETERS_MAX + 1)), Refusal::TooLong);
    check(&many.replacen("x=1&", "", 1), Target::Domains(DomainsBy::Name(name("a*"))));
    refused(&format!("domains?name=a*&x={}", "a".repeat(PARAMETER_OCTETS_MAX)), Refusal::TooLong);
    refused(&format!("entities?fn={}", "a".repeat(2000)), Refusal::TooLong);
    refused(&format!("domains?name={}*", "a".repeat(2000)), Refusal::BadName(NameError::NameTooLong));
}

#[test]
fn pg_04_sr_20_the_links_of_an_answer_are_never_too_long() {
    let longest = format!("x={}&", "a".repeat(PARAMETER_OCTETS_MAX - "x=&name=a*&".len()));
    let crowded = "x=1&".repeat(PARAMETERS_MAX);
    let wished = format!(
        "cursor={}&count=true&fieldSet=full&sort=registrationDate:d,lastChangedDate:d,name:d",
        "a".repeat(CURSOR_CHARACTERS_MAX)
    );
    for given in [longest, crowded] {
        let question = format!("domains?{given}name=a*");
        check(&question, Target::Domains(DomainsBy::Name(name("a*"))));
        assert!(read(&format!("{question}&{wished}")).is_ok(), "{question}");
        refused(&format!("{question}&x=1"), Refusal::TooLong);
    }
}

#[test]
fn pg_08_ss_01_nothing_is_ordered_by_what_its_results_leave_out() {
    for (question, sort) in [
        ("domains?name=a*&fieldSet=id", "registrationDate"),
        ("domains?name=a*&fieldSet=id", "name,expirationDate:d"),
        ("nameservers?name=a*&fieldSet=id", "ipv4"),
        ("nameservers?name=a*&fieldSet=brief", "registrationDate"),
        ("entities?handle=a*&fieldSet=id", "fn"),
        ("entities?handle=a*&fieldSet=brief", "cc"),
    ] {
        mistaken(&format!("{question}&sort={sort}"), Mistake::Sort);
    }
    for question in [
        "domains?name=a*&fieldSet=id&sort=name",
        "domains?name=a*&sort=registrationDate&fieldSet=brief",
        "nameservers?name=a*&fieldSet=brief&sort=ipv6",
        "entities?fn=a*&fieldSet=id&sort=handle",
        "entities?fn=a*&fieldSet=brief&sort=org,fn",
    ] {
        assert!(read(question).is_ok(), "{question}");
    }
}

#[test]
fn sr_01_rv_05_the_routes_are_those_that_are_read() {
    for route in ROUTES {
        let path =
            if route.is_reverse { format!("{}/{REVERSE_SEARCH}", route.class) } else { route.class.word().to_owned() };
        assert_eq!(route.path, path);
        let example = route.predicates.iter().find(|predicate| **predicate != "role").unwrap();
        let value = if example.ends_with("ip") { "192.0.2.1" } else { "a" };
        assert_eq!(read(&format!("{path}?{example}={value}")).unwrap().target.class(), route.class);
    }
}

#[test]
fn pg_12_every_property_has_a_path() {
    for class in Class::ALL {
        for property in Property::of(*class) {
            let path = property.json_path(*class);
            assert!(serde_json_path::JsonPath::parse(&path).is_ok(), "{path}");
            assert!(path.starts_with(&format!("$.{}[*]", class.results())), "{path}");
        }
    }
    assert_eq!(Property::Handle.json_path(Class::Entities), "$.entitySearchResults[*].handle");
}

proptest! {
    #[test]
    fn ht_08_any_parameters_are_read_without_a_panic(
        path in "(domains|nameservers|entities)(/reverse_search/entity)?",
        query in "((name|fn|handle|ip|role|count|sort|cursor|fieldSet)=(%[0-9a-fA-F]{2}|[a-z*.:,+]|\\PC){0,12}&?){0,6}",
    ) {
        if let Ok(Query::Search(search)) = rdap::parse(&path, Some(&query)) {
            prop_assert!(search.wishes.sort.len() <= SORT_KEYS_MAX);
            prop_assert!(path.starts_with(search.target.class().word()));
        }
    }

    #[test]
    fn sr_12_percent_encoding_a_name_changes_nothing(label in "[a-zà-öø-ÿ]{1,10}") {
        let encoded: String = label.bytes().map(|byte| format!("%{byte:02x}")).collect();
        prop_assert_eq!(read(&format!("domains?name={encoded}*")), read(&format!("domains?name={label}*")));
        let exact = format!("domains?name={encoded}");
        prop_assert_eq!(Name::from_query(&label).is_ok(), read(&exact).is_ok());
    }
}
