//! Waits in words.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A wait of so many seconds, at least one, in the two largest units that it fills, in ASCII: "7 hours 12 minutes".
/// What is smaller is rounded up: whoever waits as long as is told has waited long enough.
pub(super) fn wait(seconds: u32) -> String {
    let seconds = u64::from(seconds.max(1));
    let finest = match seconds {
        ..HOUR => 1,
        HOUR..DAY => MINUTE,
        DAY.. => HOUR,
    };
    let mut rest = seconds.div_ceil(finest) * finest;
    let mut parts = Vec::with_capacity(2);
    for (unit, word) in [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")] {
        match rest / unit {
            0 => {}
            1 => parts.push(format!("1 {word}")),
            count => parts.push(format!("{count} {word}s")),
        }
        rest %= unit;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::whois::trap_phrases;

    #[test]
    fn waits_read_as_people_say_them() {
        for (seconds, words) in [
            (0, "1 second"),
            (1, "1 second"),
            (2, "2 seconds"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "1 minute 1 second"),
            (120, "2 minutes"),
            (3599, "59 minutes 59 seconds"),
            (3600, "1 hour"),
            (3601, "1 hour 1 minute"),
            (25_920, "7 hours 12 minutes"),
            (86_341, "1 day"),
            (86_400, "1 day"),
            (86_401, "1 day 1 hour"),
            (172_799, "2 days"),
            (u32::MAX, "49710 days 7 hours"),
        ] {
            assert_eq!(wait(seconds), words, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn ht_19_no_wait_is_told_too_short_or_much_too_long(seconds in 1..u32::MAX) {
            let words = wait(seconds);
            prop_assert!(words.is_ascii() && trap_phrases(&words).is_empty(), "{words}");
            let parts: Vec<&str> = words.split(' ').collect();
            let told: u64 = parts.chunks(2).map(|part| {
                let unit = [("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)];
                let unit = unit.iter().find(|(word, _)| part[1].trim_end_matches('s') == *word).unwrap().1;
                part[0].parse::<u64>().unwrap() * unit
            }).sum();
            let waited = u64::from(seconds);
            prop_assert!(told >= waited && told - waited <= waited / 24, "{words} for {seconds}");
        }
    }
}
