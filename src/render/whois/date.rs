//! Dates on port 43, in UTC.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;

use super::page::Page;
use crate::time::Timestamp;

/// A day as on pages of .be: `Wed Feb 1 2012`.
pub(super) fn day(page: &mut Page, at: Timestamp) {
    let date = Offset::UTC.to_datetime(at);
    if !has_plain_year(&date) {
        return page.put(&at.strftime("%a %b %-d %Y").to_string());
    }
    let weekday = match date.weekday() {
        Weekday::Monday => "Mon ",
        Weekday::Tuesday => "Tue ",
        Weekday::Wednesday => "Wed ",
        Weekday::Thursday => "Thu ",
        Weekday::Friday => "Fri ",
        Weekday::Saturday => "Sat ",
        Weekday::Sunday => "Sun ",
    };
    page.put(weekday);
    page.put(match date.month() {
        1 => "Jan ",
        2 => "Feb ",
        3 => "Mar ",
        4 => "Apr ",
        5 => "May ",
        6 => "Jun ",
        7 => "Jul ",
        8 => "Aug ",
        9 => "Sep ",
        10 => "Oct ",
        11 => "Nov ",
        _ => "Dec ",
    });
    page.number(u32::from(date.day().unsigned_abs()));
    page.put(" ");
    page.number(u32::from(date.year().unsigned_abs()));
}

/// A moment as on pages of gTLDs: `2012-02-01T00:00:00Z`.
pub(super) fn moment(page: &mut Page, at: Timestamp) {
    let date = Offset::UTC.to_datetime(at);
    if !has_plain_year(&date) {
        return page.put(&at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    page.number(u32::from(date.year().unsigned_abs()));
    let parts =
        [("-", date.month()), ("-", date.day()), ("T", date.hour()), (":", date.minute()), (":", date.second())];
    for (mark, part) in parts {
        page.put(mark);
        if part < 10 {
            page.put("0");
        }
        page.number(u32::from(part.unsigned_abs()));
    }
    page.put("Z");
}

/// True where the year has four digits; others have a form of their own.
fn has_plain_year(date: &DateTime) -> bool {
    (1000..=9999).contains(&date.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::whois::page::Charset;
    use proptest::prelude::*;

    fn written(write: fn(&mut Page, Timestamp), at: Timestamp) -> String {
        let mut page = Page::new(Charset::Ascii);
        write(&mut page, at);
        String::from_utf8(page.into_bytes()).unwrap()
    }

    proptest! {
        #[test]
        fn dates_are_those_of_the_calendar(
            second in Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
            near in -80_000_000_000_i64..80_000_000_000,
        ) {
            for second in [second, near] {
                let at = Timestamp::from_second(second).unwrap();
                prop_assert_eq!(written(day, at), at.strftime("%a %b %-d %Y").to_string());
                prop_assert_eq!(written(moment, at), at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            }
        }
    }
}
