//! The language of policies, and each way in which one can be wrong.

use super::*;
use proptest::prelude::*;

const HEAD: &str = "name = \"test\"\nversion = \"1\"\nkind_from = \"explicit\"\nsummary = \"For tests.\"\n";

/// A complete policy: everything open but what is never published.
const OPEN: &str = r#"
[[clause]]
id = "open"
text = "Everything."
source = "Tests."
role = ["registrant", "onsite", "tech", "admin", "billing", "reseller", "registrar-contact", "registrar"]
show = "all"
"#;

fn mistakes(text: &str) -> Vec<(usize, String)> {
    let found = Policy::parse("p.toml", text).err().unwrap_or_default();
    assert!(found.iter().all(|mistake| mistake.file == "p.toml"));
    found.into_iter().map(|mistake| (mistake.line, mistake.message)).collect()
}

#[track_caller]
fn check(text: &str, line: usize, words: &str) {
    let found = mistakes(text);
    assert!(
        found.iter().any(|(at, message)| *at == line && message.contains(words)),
        "no mistake \"{words}\" in line {line} among {found:?}"
    );
}

fn clause(id: &str, rest: &str) -> String {
    format!("[[clause]]\nid = \"{id}\"\ntext = \"t\"\nsource = \"s\"\n{rest}\n")
}

#[test]
fn a_policy_can_open_everything_for_everybody() {
    let policy = Policy::parse("p.toml", &format!("{HEAD}{OPEN}")).unwrap();
    for &role in Role::ALL {
        assert_eq!(policy.never_published(role), None);
        for &kind in kinds_of(role) {
            for &field in fields_of(role) {
                assert_eq!(policy.ruling(role, kind, field), Ruling::Show(ClauseIndex(1)));
            }
        }
    }
    assert_eq!(policy.clause(ClauseIndex(1)).map(|clause| clause.id.as_str()), Some("open"));
    assert_eq!(policy.clause(ClauseIndex(0)).map(|clause| clause.id.as_str()), Some("default"));
    assert_eq!(policy.clause(ClauseIndex(2)), None);
    assert_eq!(policy.stamp(), ("test", "1", None));
    assert_eq!(policy.digest().len(), 64);
}

#[test]
fn what_no_clause_names_is_withheld() {
    let rest = "role = [\"registrant\", \"onsite\", \"tech\", \"admin\", \"billing\", \"reseller\", \"registrar-contact\", \"registrar\"]\nshow = [\"city\"]";
    let policy = Policy::parse("p.toml", &format!("{HEAD}{}", clause("city", rest))).unwrap();
    for &role in Role::ALL {
        for &kind in Kind::ALL {
            for &field in Field::ALL {
                let opened = field == Field::City && kinds_of(role).contains(&kind);
                let expected = if opened { Ruling::Show(ClauseIndex(1)) } else { Ruling::Withhold(ClauseIndex(0)) };
                assert_eq!(policy.ruling(role, kind, field), expected, "{role} {kind} {field}");
            }
        }
    }
}

#[test]
fn an_incomplete_policy_names_each_role_and_kind_that_is_left_out() {
    let text =
        format!("{HEAD}{}", clause("a", "role = [\"registrant\"]\nkind = [\"organisation\"]\nshow = [\"city\"]"));
    check(&text, 5, "incomplete: no clause speaks of registrant, natural-person");
    check(&text, 1, "incomplete: no clause speaks of billing, organisation");
    check(&text, 1, "incomplete: no clause speaks of registrar, organisation");
    assert_eq!(mistakes(&text).len(), 1 + 6 * 2 + 1);
}

#[test]
fn a_contradiction_names_both_lines() {
    let text = format!(
        "{HEAD}{OPEN}{}",
        clause("b", "role = [\"tech\"]\nkind = [\"organisation\"]\nwithhold = [\n\"city\",\n\"email\"]")
    );
    check(&text, 19, "contradiction: city of tech, organisation is withheld here and shown by line 11");
    check(&text, 20, "contradiction: email of tech");
    assert_eq!(mistakes(&text).len(), 2);
    let never = format!("{HEAD}{OPEN}{}", clause("b", "role = [\"billing\"]\npublish = \"never\""));
    check(&never, 17, "contradiction: billing is never published, but line 11");
    let before = format!("{HEAD}{}{}", clause("b", "role = [\"billing\"]\npublish = \"never\""), OPEN);
    check(&before, 17, "contradiction: fields of billing are named, but by line 10");
}

#[test]
fn natural_persons_never_show_more_than_organisations() {
    let open = OPEN.replace("\"registrant\", ", "");
    let person = clause("p", "role = [\"registrant\"]\nkind = [\"natural-person\"]\nshow = [\"city\", \"email\"]");
    let organisation = clause("o", "role = [\"registrant\"]\nkind = [\"organisation\"]\nshow = [\"city\"]");
    let text = format!("{HEAD}{open}{person}{organisation}");
    check(&text, 18, "email of registrant is shown of natural persons but not of organisations");
    assert_eq!(mistakes(&text).len(), 1);
}

#[test]
fn a_clause_that_agrees_with_another_is_no_contradiction() {
    let text = format!("{HEAD}{OPEN}{}", clause("b", "role = [\"tech\"]\nshow = [\"city\"]"));
    let policy = Policy::parse("p.toml", &text).unwrap();
    assert_eq!(policy.ruling(Role::Tech, Kind::Organisation, Field::City), Ruling::Show(ClauseIndex(1)));
}

#[test]
fn unknown_keys_words_and_shapes_are_refused_where_they_stand() {
    check(&format!("colour = \"red\"\n{HEAD}{OPEN}"), 1, "unknown key \"colour\"");
    check(&format!("{HEAD}{OPEN}hide = [\"city\"]\n"), 12, "unknown key \"hide\"");
    check(&format!("{HEAD}{}", clause("a", "role = [\"tech\",\n\"owner\"]\nshow = \"all\"")), 10, "\"owner\"");
    check(
        &format!("{HEAD}{}", clause("a", "role = [\"tech\"]\nkind = [\"unknown\"]\nshow = \"all\"")),
        10,
        "\"unknown\"",
    );
    check(&format!("{HEAD}{}", clause("a", "role = [\"tech\"]\nshow = \"some\"")), 10, "\"all\" or a list");
    check(&format!("{HEAD}{}", clause("a", "role = [\"tech\"]\nshow = [\"shoe-size\"]")), 10, "\"shoe-size\"");
    check(&format!("{HEAD}{}", clause("a", "role = [\"tech\"]\nshow = [1]")), 10, "list of words");
    check(&format!("{HEAD}{}", clause("a", "role = []\nshow = \"all\"")), 9, "role is empty");
    check(&format!("{HEAD}{}", clause("a", "show = \"all\"")), 5, "no role");
    check(&format!("{HEAD}{}", clause("a", "role = [\"tech\"]")), 5, "decides nothing");
    check(&format!("{HEAD}{}", clause("a", "role = [\"billing\"]\npublish = \"always\"")), 10, "\"always\"");
    check(
        &format!("{HEAD}{}", clause("a", "role = [\"billing\"]\nkind = [\"organisation\"]\npublish = \"never\"")),
        11,
        "no kind",
    );
    check(&format!("{HEAD}clause = 3\n"), 5, "[[clause]]");
    check(HEAD, 1, "there is no clause");
}

#[test]
fn fields_and_kinds_that_a_role_cannot_have_are_refused() {
    check(
        &format!("{HEAD}{}", clause("a", "role = [\"tech\"]\nshow = [\"city\",\n\"iana-id\"]")),
        11,
        "tech has no field iana-id",
    );
    check(
        &format!("{HEAD}{}", clause("a", "role = [\"registrar\"]\nshow = [\"vat\"]")),
        10,
        "registrar has no field vat",
    );
    check(
        &format!("{HEAD}{}", clause("a", "role = [\"registrar\"]\nkind = [\"natural-person\"]\nshow = \"all\"")),
        5,
        "a company",
    );
    check(&format!("{HEAD}{}", clause("a", "role = [\"registrar\"]\npublish = \"never\"")), 10, "always named");
}

#[test]
fn empty_texts_missing_keys_and_double_ids_are_refused() {
    check(&format!("{HEAD}{}", OPEN.replace("Everything.", "  ")), 8, "text is empty");
    check(&format!("{HEAD}{}", OPEN.replace("source = \"Tests.\"", "")), 6, "source is missing");
    check(&format!("version = 7\nname = \"Big Name\"\n{OPEN}"), 1, "version is a text");
    check(&format!("version = 7\nname = \"Big Name\"\n{OPEN}"), 2, "other than a-z");
    check(&format!("version = \"7\"\n{OPEN}"), 1, "name is missing");
    check(&format!("version = \"7\"\n{OPEN}"), 1, "kind_from is missing");
    check(&format!("{HEAD}{OPEN}{OPEN}"), 13, "line 6 has the same id \"open\"");
    check(&format!("in_force_from = \"soon\"\n{HEAD}{OPEN}"), 1, "such as \"2026-11-01\"");
}

#[test]
fn an_unreadable_file_is_refused_with_its_line() {
    check(&format!("{HEAD}[[clause]\nid = 3\n"), 5, "unreadable");
    check(&format!("{HEAD}name = \"again\"\n{OPEN}"), 5, "unreadable");
    check(&format!("{HEAD}{}", "# ".repeat(POLICY_OCTETS_MAX)), 1, "longer than");
    check("", 1, "missing");
    let shown = Policy::parse("config/p.toml", "name = ").unwrap_err().first().unwrap().to_string();
    assert!(shown.starts_with("config/p.toml:1: unreadable: "), "{shown}");
}

#[test]
fn a_policy_opens_nothing_before_its_day() {
    let policy = Policy::parse("p.toml", &format!("in_force_from = \"2026-11-01\"\n{HEAD}{OPEN}")).unwrap();
    assert!(!policy.is_in_force("2026-10-31T23:59:59Z".parse().unwrap()));
    assert!(policy.is_in_force("2026-11-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn every_mistake_is_reported_at_once_and_in_order() {
    let text = format!("colour = 1\n{HEAD}{}", clause("a", "role = [\"owner\"]\nshow = \"some\""));
    let lines: Vec<usize> = mistakes(&text).iter().map(|(line, _)| *line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    for line in [1, 10, 11] {
        assert!(lines.contains(&line), "{lines:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Policy::parse("p.toml", &text);
    }

    #[test]
    fn a_damaged_policy_never_panics(at in any::<prop::sample::Index>(), octet in 32u8..127) {
        let mut text = format!("{HEAD}{OPEN}").into_bytes();
        let at = at.index(text.len());
        text[at] = octet;
        let _ = Policy::parse("p.toml", &String::from_utf8(text).unwrap());
    }
}
