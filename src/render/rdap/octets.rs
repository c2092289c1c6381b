//! Texts, numbers, moments and addresses as they stand in JSON, written to the end of a buffer.
//!
//! What is written is what `serde_json` writes of the same values: tests hold each against it.

use std::io::Write;
use std::net::Ipv6Addr;

use crate::time::Timestamp;

/// The characters of a text, escaped, without quotation marks around them.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    raw(out, text.as_bytes());
}

/// The same, of a text given as its octets.
pub(super) fn raw(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        escaped(out, text);
    }
}

/// Whether a text, given as its octets, stands in JSON as it is.
pub(super) fn is_plain(text: &[u8]) -> bool {
    match text.last_chunk::<8>() {
        // Eight octets at once; the last eight overlap with those before them.
        Some(last) => text.as_chunks::<8>().0.iter().chain([last]).all(|octets| are_plain(*octets)),
        None => text.iter().all(|octet| *octet >= b' ' && *octet != b'"' && *octet != b'\\'),
    }
}

/// Whether none of eight octets is escaped: none is below a space, a quotation mark or a backslash.
fn are_plain(octets: [u8; 8]) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let octets = u64::from_ne_bytes(octets);
    // The high bit of an octet is set where taking something away from it borrows: where the octet is smaller.
    let has_below = |octets: u64, bound: u8| octets.wrapping_sub(EACH * u64::from(bound)) & !octets & HIGH != 0;
    let has = |octet: u8| has_below(octets ^ (EACH * u64::from(octet)), 1);
    !(has_below(octets, b' ') | has(b'"') | has(b'\\'))
}

#[cold]
fn escaped(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x00..0x20 => {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
            _ => out.push(byte),
        }
    }
}

/// The second after the last one of the year 9999.
const YEAR_10000: i64 = 253_402_300_800;
const DAY_SECONDS: i64 = 86_400;

/// A moment as RFC 3339 has it, in UTC, with the fraction that it has.
pub(super) fn moment(out: &mut Vec<u8>, at: Timestamp) {
    let (seconds, fraction) = (at.as_second(), at.subsec_nanosecond());
    if !(0..YEAR_10000).contains(&seconds) {
        let _ = write!(out, "{at}");
        return;
    }
    let text = second(seconds.unsigned_abs());
    if fraction == 0 {
        out.extend_from_slice(&text);
        return;
    }
    let [until_z @ .., _] = text;
    out.extend_from_slice(&until_z);
    // Writing to a Vec cannot fail.
    let _ = write!(out, ".{fraction:09}");
    while out.last() == Some(&b'0') {
        out.pop();
    }
    out.push(b'Z');
}

/// A second of the years 1970 to 9999 as RFC 3339 has it, in UTC, by its number since the first.
pub(super) fn second(number: u64) -> [u8; 20] {
    let (year, month, day) = date((number / DAY_SECONDS.unsigned_abs()) as u32);
    let second = (number % DAY_SECONDS.unsigned_abs()) as u32;
    let [[a, b], [c, d]] = [pair(year / 100), pair(year % 100)];
    let [[e, f], [g, h]] = [pair(month), pair(day)];
    let [[i, j], [k, l], [m, n]] = [pair(second / 3600), pair(second / 60 % 60), pair(second % 60)];
    [a, b, c, d, b'-', e, f, b'-', g, h, b'T', i, j, b':', k, l, b':', m, n, b'Z']
}

/// Two decimal digits of a number below 100.
fn pair(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

/// Year, month and day of the day that comes so many days after the first one of 1970: years are counted from March,
/// so that the day of a leap year comes last, in eras of 400 years of equal length.
fn date(days: u32) -> (u32, u32, u32) {
    const TO_1970: u32 = 719_468;
    const ERA: u32 = 146_097;
    let days = days.wrapping_add(TO_1970);
    let day_of_era = days % ERA;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + days / ERA * 400 + u32::from(month <= 2);
    (year, month, day)
}

/// An IPv4 address.
pub(super) fn v4(out: &mut Vec<u8>, address: [u8; 4]) {
    for (index, octet) in address.into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        let [tens, ones] = pair(u32::from(octet % 100));
        match octet {
            0..10 => out.push(ones),
            10..100 => out.extend_from_slice(&[tens, ones]),
            100.. => out.extend_from_slice(&[b'0' + octet / 100, tens, ones]),
        }
    }
}

/// An IPv6 address as RFC 5952 has it.
pub(super) fn v6(out: &mut Vec<u8>, address: [u8; 16]) {
    let address = Ipv6Addr::from(address);
    if address.to_ipv4_mapped().is_some() {
        let _ = write!(out, "{address}");
        return;
    }
    let groups = address.segments();
    let (start, length) = longest_zeros(&groups);
    for (index, group) in groups.into_iter().enumerate() {
        if (start..start + length).contains(&index) {
            if index == start {
                out.extend_from_slice(b"::");
            }
            continue;
        }
        if index > 0 && index != start + length {
            out.push(b':');
        }
        hexadecimal(out, group);
    }
}

/// Where the first of the longest runs of at least two groups of zero begins, and its length; a place behind the last
/// group where there is none.
fn longest_zeros(groups: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((groups.len(), 0), (0, 0));
    for (index, group) in groups.iter().enumerate() {
        if *group != 0 {
            run = (index + 1, 0);
            continue;
        }
        run.1 += 1;
        if run.1 > best.1.max(1) {
            best = run;
        }
    }
    best
}

/// A group of an IPv6 address, without zeros in front.
fn hexadecimal(out: &mut Vec<u8>, group: u16) {
    let digits = [group >> 12, group >> 8 & 0xf, group >> 4 & 0xf, group & 0xf];
    let digits = digits.map(|digit| if digit < 10 { b'0' + digit as u8 } else { b'a' + (digit as u8 - 10) });
    let zeros = (group.leading_zeros() / 4).min(3) as usize;
    out.extend_from_slice(digits.get(zeros..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn quoted(write: impl FnOnce(&mut Vec<u8>)) -> String {
        format!("\"{}\"", written(write))
    }

    #[test]
    fn every_character_of_ascii_is_escaped_as_the_library_does() {
        for code in 0..0x100_u32 {
            for around in 0..12 {
                let value = format!("{}{}b", "é".repeat(around), char::from_u32(code).unwrap());
                assert_eq!(quoted(|out| text(out, &value)), serde_json::to_string(&value).unwrap());
            }
        }
    }

    #[test]
    fn every_day_up_to_the_last_year_of_four_digits() {
        for day in 0..YEAR_10000 / DAY_SECONDS - 2 {
            let at = Timestamp::from_second(day * DAY_SECONDS + day % DAY_SECONDS).unwrap();
            assert_eq!(written(|out| moment(out, at)), at.to_string());
        }
    }

    #[test]
    fn addresses_of_every_shape_of_zeros() {
        for shape in 0..=0xff_u16 {
            for filler in [1_u16, 0x20, 0x300, 0xffff] {
                let groups = std::array::from_fn::<u16, 8, _>(|at| if shape >> at & 1 == 1 { filler } else { 0 });
                let address = Ipv6Addr::from(groups);
                assert_eq!(written(|out| v6(out, address.octets())), address.to_string());
            }
        }
    }

    proptest! {
        #[test]
        fn values_are_written_as_the_library_writes_them(
            value in "\\PC{0,40}", any in any::<String>(), v4_octets: [u8; 4], v6_octets: [u8; 16],
            seconds in -100_000_000_000_i64..253_402_207_200, nanoseconds in 0..1_000_000_000_i32, cut in 0..9_u32,
        ) {
            prop_assert_eq!(quoted(|out| text(out, &value)), serde_json::to_string(&value).unwrap());
            prop_assert_eq!(quoted(|out| text(out, &any)), serde_json::to_string(&any).unwrap());
            prop_assert_eq!(written(|out| v4(out, v4_octets)), Ipv4Addr::from(v4_octets).to_string());
            prop_assert_eq!(written(|out| v6(out, v6_octets)), Ipv6Addr::from(v6_octets).to_string());
            let nanoseconds = nanoseconds / 10_i32.pow(cut) * 10_i32.pow(cut);
            let at = Timestamp::new(seconds, nanoseconds).unwrap();
            prop_assert_eq!(written(|out| moment(out, at)), at.to_string());
        }
    }
}
