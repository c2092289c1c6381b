//! What holds for every version.

use std::path::Path;

use proptest::prelude::*;

use super::sample::{Draw, kept};
use super::*;
use crate::golden;

fn bytes_for_drawing() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..700)
}

/// In lines of 96 hexadecimal digits.
fn to_hex(bytes: &[u8]) -> String {
    let text = digest::hex(bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(96).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n") + "\n"
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn records_that_were_kept_stay_readable_and_are_written_the_same() {
    for (class, record) in kept() {
        let file = format!("tests/golden/codec/v1-{class}.hex");
        golden::check(&file, to_hex(&encode(&record)).as_bytes());
        let kept = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        assert_eq!(decode(&from_hex(&kept)).as_ref(), Ok(&record), "{class} reads back");
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    for (class, record) in kept() {
        let bytes = encode(&record);
        for at in 0..bytes.len() {
            assert!(decode(&bytes[..at]).is_err(), "{class} cut at {at}");
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(decode(&damaged).is_err(), "{class} flipped bit {bit} of octet {at}");
            }
        }
    }
}

#[test]
fn another_version_is_named() {
    let [(_, record), ..] = kept();
    let mut bytes = encode(&record);
    bytes[0] = 2;
    assert_eq!(decode(&bytes), Err(CodecFault::Version(2)));
    assert_eq!(decode(b""), Err(CodecFault::Truncated));
    assert_eq!(decode(&[VERSION]), Err(CodecFault::Truncated));
}

#[test]
fn something_left_over_is_refused_though_the_checksum_matches() {
    let [(_, record), ..] = kept();
    let mut bytes = encode(&record);
    bytes.truncate(bytes.len() - CHECKSUM_OCTETS);
    bytes.push(0);
    let checksum = digest::checksum(&bytes);
    bytes.extend_from_slice(&checksum);
    assert_eq!(decode(&bytes), Err(CodecFault::Trailing(1)));
}

proptest! {
    #[test]
    fn every_record_comes_back(drawn in bytes_for_drawing()) {
        let record = Draw(&drawn).record();
        prop_assert_eq!(decode(&encode(&record)), Ok(record));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode(&bytes).is_err());
    }

    /// The checksum is made to match, so that the body's reader sees the damage.
    #[test]
    fn damaged_bodies_with_a_matching_checksum_never_panic_and_are_canonical(
        drawn in bytes_for_drawing(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = encode(&Draw(&drawn).record());
        bytes.truncate(bytes.len() - CHECKSUM_OCTETS);
        for (at, octet) in damage {
            let at = at.index(bytes.len());
            if at > 0 { bytes[at] = octet; }
        }
        if let Some(cut) = cut { bytes.truncate(cut.index(bytes.len()).max(1)); }
        let checksum = digest::checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        if let Ok(record) = decode(&bytes) {
            prop_assert_eq!(encode(&record), bytes);
        }
    }

    #[test]
    fn a_flipped_bit_is_refused(drawn in bytes_for_drawing(), at in any::<prop::sample::Index>(), bit in 0u32..8) {
        let mut bytes = encode(&Draw(&drawn).record());
        let at = at.index(bytes.len());
        bytes[at] ^= 1u8 << bit;
        prop_assert!(decode(&bytes).is_err());
    }
}
