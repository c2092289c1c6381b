//! Cursors that come back as they were given, and cursors that do not.

use proptest::prelude::*;

use super::*;

fn key(octet: u8) -> CursorKey {
    CursorKey::new([octet; 32])
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    "\\PC{0,60}".prop_map(move |mut text: String| {
        text.truncate(text.floor_char_boundary(longest));
        text
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Absent),
        text(TEXT_OCTETS_MAX).prop_map(Value::Text),
        (-377_705_023_201_i64..=253_402_207_200)
            .prop_map(|seconds| Value::Moment(Timestamp::from_second(seconds).unwrap())),
        any::<[u8; 4]>().prop_map(|octets| Value::Ipv4(octets.into())),
        any::<[u8; 16]>().prop_map(|octets| Value::Ipv6(octets.into())),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    let entity = |make: fn(String) -> EntityKey| {
        (text(TEXT_OCTETS_MAX), text(KEY_OCTETS_MAX)).prop_map(move |(text, key)| Place::Entity(text, make(key)))
    };
    prop_oneof![
        "[a-z]{1,60}(\\.[a-z]{1,60}){0,3}".prop_map(|name| Place::Name(Name::parse(&name).unwrap())),
        entity(EntityKey::Registrar),
        entity(EntityKey::Contact),
    ]
}

fn end() -> impl Strategy<Value = PageEnd> {
    (any::<u32>(), proptest::collection::vec(value(), 0..=SORT_KEYS_MAX), place())
        .prop_map(|(number, values, place)| PageEnd { number, position: Position { values, place } })
}

fn specimen() -> PageEnd {
    PageEnd {
        number: 7,
        position: Position {
            values: vec![Value::Text("bedrijf.be".to_owned())],
            place: Place::Name(Name::parse("bedrijf.be").unwrap()),
        },
    }
}

#[test]
fn pg_07_a_cursor_shows_nothing_of_what_it_holds() {
    let cursor = key(1).seal("s", &specimen()).unwrap();
    let octets = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    for inside in [&b"bedrijf"[..], b"be", &[0, 0, 0, 7]] {
        assert!(!octets.windows(inside.len()).any(|window| window == inside), "{inside:?}");
    }
    assert_eq!(format!("{:?}", key(1)), "CursorKey(…)");
}

#[test]
fn pg_05_the_longest_cursor_is_one() {
    let long = |octets: usize| "x".repeat(octets);
    let end = PageEnd {
        number: u32::MAX,
        position: Position {
            values: vec![Value::Text(long(TEXT_OCTETS_MAX)); SORT_KEYS_MAX],
            place: Place::Entity(long(TEXT_OCTETS_MAX), EntityKey::Contact(long(KEY_OCTETS_MAX))),
        },
    };
    let cursor = key(1).seal("s", &end).unwrap();
    assert!(cursor.len() <= CURSOR_CHARACTERS_MAX, "{}", cursor.len());
    assert_eq!(key(1).open("s", &cursor), Some(end));
}

#[test]
fn pg_06_what_is_no_cursor_is_refused() {
    for text in ["", "a", "AAAA", "====", "b2Zmc2V0PTEwMCxsaW1pdD01MA==", &"A".repeat(CURSOR_CHARACTERS_MAX + 4)] {
        assert_eq!(key(1).open("s", text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn pg_05_pg_06_a_cursor_comes_back_for_its_search_and_key_alone(end in end(), search in "\\PC{0,30}") {
        let cursor = key(1).seal(&search, &end).unwrap();
        prop_assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/=-_".contains(&byte)));
        prop_assert_eq!(key(1).seal(&search, &end), Some(cursor.clone()), "the same page has the same cursor");
        prop_assert_eq!(key(1).open(&format!("{search}x"), &cursor), None);
        prop_assert_eq!(key(2).open(&search, &cursor), None);
        prop_assert_eq!(key(1).open(&search, &cursor), Some(end));
    }

    #[test]
    fn pg_06_a_cursor_with_any_character_changed_is_refused(end in end(), at in any::<proptest::sample::Index>(), other in "[A-Za-z0-9/=_-]") {
        let cursor = key(1).seal("s", &end).unwrap();
        let at = at.index(cursor.len());
        let changed = format!("{}{other}{}", &cursor[..at], &cursor[at + 1..]);
        prop_assert_eq!(key(1).open("s", &changed).is_some(), changed == cursor);
        prop_assert_eq!(key(1).open("s", &cursor[..at]), None);
    }
}
