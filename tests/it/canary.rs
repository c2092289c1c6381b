//! The canaries of the sample register: strings that stand in private fields and nowhere else.

use std::collections::BTreeSet;
use std::path::Path;

/// The canaries of a data set, and a count of what was searched for them.
#[derive(Debug)]
pub struct Canaries(BTreeSet<Vec<u8>>);

const TEXT_PREFIX: &[u8] = b"knr";
const TEXT_LENGTH: usize = 9;
const DIGITS_PREFIX: &[u8] = b"4990";
const DIGITS_LENGTH_MIN: usize = 9;

impl Canaries {
    /// Every canary in a deposit.
    pub fn of_deposit(path: &Path) -> Canaries {
        let found = candidates(&std::fs::read(path).unwrap());
        assert!(found.len() > 500, "the sample has a canary in every private field; found {}", found.len());
        Canaries(found)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The canaries that occur in `bytes`, whatever their case.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<String> {
        let found = candidates(bytes);
        self.0.intersection(&found).map(|canary| String::from_utf8_lossy(canary).into_owned()).collect()
    }
}

/// Everything that looks like a canary, in lower case.
fn candidates(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let bytes = bytes.to_ascii_lowercase();
    let mut found = BTreeSet::new();
    for at in 0..bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(TEXT_PREFIX) {
            let length = rest.iter().take(TEXT_LENGTH).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if length == TEXT_LENGTH {
                found.insert(rest[..length].to_vec());
            }
        }
        if rest.starts_with(DIGITS_PREFIX) {
            let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if length >= DIGITS_LENGTH_MIN {
                found.insert(rest[..DIGITS_LENGTH_MIN].to_vec());
            }
        }
    }
    found
}

#[test]
fn the_scanner_finds_a_canary_in_any_disguise() {
    let canaries = Canaries([b"knr0a3f9x".to_vec(), b"499012345".to_vec()].into());
    assert_eq!(canaries.in_bytes(b"x\"KNR0A3F9X\"y"), ["knr0a3f9x"]);
    assert_eq!(canaries.in_bytes(b"tel:+32.499012345;ext=1"), ["499012345"]);
    assert!(canaries.in_bytes(b"knr0a3f9 49901234 kn r0a3f9x").is_empty());
}
