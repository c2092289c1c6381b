//! The characters of labels under IDNA2008 (RFC 5892). UTS 46 maps and checks normal forms, joiners, leading marks and
//! the direction of writing, but lets symbols pass, and characters out of the context in which alone they are allowed.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, HangulSyllableType, Script};

/// True where every character of a U-label, mapped by UTS 46 already, may stand where it stands.
pub(super) fn are_allowed(label: &str) -> bool {
    let mut before = None;
    let mut rest = label.chars();
    while let Some(c) = rest.next() {
        let is_allowed = match context(c) {
            Context::Any => is_allowed(c),
            Context::BetweenTwoL => before == Some('l') && rest.clone().next() == Some('l'),
            Context::BeforeGreek => rest.clone().next().is_some_and(|after| script(after) == Script::Greek),
            Context::AfterHebrew => before.is_some_and(|before| script(before) == Script::Hebrew),
            Context::WithJapanese => {
                label.chars().any(|c| matches!(script(c), Script::Hiragana | Script::Katakana | Script::Han))
            }
            Context::WithoutExtendedArabicDigits => !label.chars().any(|c| matches!(c, '\u{6F0}'..='\u{6F9}')),
            Context::WithoutArabicDigits => !label.chars().any(|c| matches!(c, '\u{660}'..='\u{669}')),
        };
        if !is_allowed {
            return false;
        }
        before = Some(c);
    }
    true
}

/// True for a character that stands in some U-label, in its context. For the beginning of a label, whose context is not
/// all there.
pub(in crate::model) fn stands_somewhere(c: char) -> bool {
    !matches!(context(c), Context::Any) || is_allowed(c)
}

/// Where alone a character may stand (RFC 5892 §A.3 to A.9). The joiners of §A.1 and A.2 are left to UTS 46, which
/// knows their rules.
enum Context {
    Any,
    BetweenTwoL,
    BeforeGreek,
    AfterHebrew,
    WithJapanese,
    WithoutExtendedArabicDigits,
    WithoutArabicDigits,
}

fn context(c: char) -> Context {
    match c {
        '\u{B7}' => Context::BetweenTwoL,
        '\u{375}' => Context::BeforeGreek,
        '\u{5F3}' | '\u{5F4}' => Context::AfterHebrew,
        '\u{30FB}' => Context::WithJapanese,
        '\u{660}'..='\u{669}' => Context::WithoutExtendedArabicDigits,
        '\u{6F0}'..='\u{6F9}' => Context::WithoutArabicDigits,
        _ => Context::Any,
    }
}

/// The derived property of RFC 5892 §3, for what UTS 46 lets pass: exceptions first (§2.6), then blocks and old Hangul
/// (§2.4, 2.9), then letters, digits and marks (§2.1).
fn is_allowed(c: char) -> bool {
    match c {
        '-' | '\u{200C}' | '\u{200D}' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => return true,
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => return false,
        '\u{20D0}'..='\u{20FF}' | '\u{1D100}'..='\u{1D24F}' => return false,
        _ => {}
    }
    let hangul = CodePointMapData::<HangulSyllableType>::new().get(c);
    if [HangulSyllableType::LeadingJamo, HangulSyllableType::VowelJamo, HangulSyllableType::TrailingJamo]
        .contains(&hangul)
    {
        return false;
    }
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        GeneralCategory::LowercaseLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::DecimalNumber
    )
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::Name;

    #[test]
    fn id_10_id_13_characters_stand_only_in_their_context() {
        for (allowed, refused) in [
            ("paral·lel", "par·allel"),
            ("͵α", "͵a"),
            ("א׳ב", "a׳b"),
            ("א״ב", "״ב"),
            ("ア・ア", "a・b"),
            ("日・本", "・"),
            ("ب٠١", "ب٠۱"),
            ("ب۰۱", "ب۱٠"),
            ("क्\u{200d}ष", "a\u{200d}b"),
            ("नी\u{200c}".trim_end_matches('\u{200c}'), "a\u{200c}b"),
            ("ὀ", "\u{301}a"),
            ("〇", "☃"),
            ("한", "ᄒ"),
            ("አማርኛ", "a\u{640}"),
            ("ب", "\u{628}\u{640}\u{628}"),
        ] {
            assert!(Name::from_query(&format!("{allowed}.be")).is_ok(), "{allowed}");
            assert!(Name::from_query(&format!("{refused}.be")).is_err(), "{refused}");
        }
    }

    #[test]
    fn id_13_the_bidi_rule_holds_for_whole_names() {
        for refused in ["אa.be", "א1a.be", "1א.be", "a.1א.be", "א-.be", "ب1٠.be"] {
            assert!(Name::from_query(refused).is_err(), "{refused}");
        }
        assert!(Name::from_query("אב1.be").is_ok());
    }

    #[test]
    fn what_no_version_of_unicode_assigns_names_nothing() {
        for refused in ["\u{378}a", "\u{E0080}", "\u{FDD0}", "\u{E000}"] {
            assert!(!are_allowed(refused) && Name::from_query(&format!("{refused}.be")).is_err(), "{refused:?}");
        }
    }
}
