//! Search patterns (RFC 9082 §4.1): a text, or one with a single asterisk.
//!
//! Names are compared as people write them: an IDN by its U-labels, so that `belgi*` finds `belgië`. Other texts are
//! compared folded (NFKC and case folding, RFC 9082 §6.1), so that width and case do not matter.
//!
//! No match ends between a character and the marks that combine with it: `be*` finds neither `bë` nor a `be` with a
//! mark behind it that has no composed form.

use icu_casemap::CaseMapperBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use idna::uts46::{AsciiDenyList, Hyphens, Uts46};

use super::name::characters::stands_somewhere;
use super::name::{self, LABEL_OCTETS_MAX, NAME_OCTETS_MAX, Name, NameError, QUERY_OCTETS_MAX};

/// Longest text of a [`TextPattern`], in octets as typed. Names of organisations have at most 255 characters
/// (RFC 5733 §4).
pub const TEXT_OCTETS_MAX: usize = 1024;

/// A pattern for the name of a domain or host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamePattern {
    /// One name.
    Exact(Name),
    /// All that begin alike.
    Partial(PartialName),
}

/// Names that begin with a text, and end with a suffix of whole labels where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialName {
    before: Box<str>,
    after: Option<Name>,
}

/// The beginning of a text, or the whole of it, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPattern {
    folded: Box<str>,
    is_partial: bool,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// What stands around the asterisk is not part of a name.
    Name(NameError),
    /// There is no text.
    Empty,
    /// The text is longer than [`TEXT_OCTETS_MAX`].
    TooLong,
    /// It is none of the patterns that are searched for: two asterisks, one in front, a piece of an A-label…
    Unsupported,
}

impl NamePattern {
    /// Reads a pattern as it was typed, after percent-decoding: a name as [`Name::from_query`] reads it, or the
    /// beginning of one (`bedr*`, `ns1.bedr*`), or that with a suffix of whole labels (`bedr*.be`, `ns1.bedr*.be.`).
    /// At least one character of the label stands before the asterisk, and none of it after.
    ///
    /// # Errors
    /// [`PatternError::Name`] for a text that is no part of a name; [`PatternError::Unsupported`] for every other use
    /// of asterisks, and for a piece of an A-label, which would be compared with what nobody reads.
    pub fn parse(text: &str) -> Result<NamePattern, PatternError> {
        if text.len() > QUERY_OCTETS_MAX {
            return Err(PatternError::Name(NameError::NameTooLong));
        }
        let Some((before, after)) = text.split_once('*') else {
            return Name::from_query(text).map(NamePattern::Exact).map_err(PatternError::Name);
        };
        if after.contains('*') {
            return Err(PatternError::Unsupported);
        }
        let (whole, partial) = match before.char_indices().rfind(|(_, c)| name::is_dot(*c)) {
            Some((at, dot)) => (before.get(..at), before.get(at + dot.len_utf8()..).unwrap_or_default()),
            None => (None, before),
        };
        if partial.is_empty() {
            return Err(PatternError::Unsupported);
        }
        let after = suffix(after)?;
        let mut before = match whole {
            Some(labels) => shown(&whole_labels(labels)?) + ".",
            None => String::new(),
        };
        before.push_str(&partial_label(partial)?);
        if before.chars().count() > NAME_OCTETS_MAX {
            return Err(PatternError::Name(NameError::NameTooLong));
        }
        Ok(NamePattern::Partial(PartialName { before: before.into(), after }))
    }

    /// Whether a name is one of those.
    pub fn matches(&self, name: &Name) -> bool {
        match self {
            NamePattern::Exact(wanted) => wanted == name,
            NamePattern::Partial(partial) => partial.matches(name),
        }
    }
}

/// The labels behind the asterisk; `None` where only the root stands there, or nothing.
fn suffix(text: &str) -> Result<Option<Name>, PatternError> {
    let mut rest = text.chars();
    match rest.next() {
        None => Ok(None),
        Some(dot) if name::is_dot(dot) => match rest.as_str() {
            "" => Ok(None),
            labels => Name::from_query(labels).map(Some).map_err(PatternError::Name),
        },
        Some(_) => Err(PatternError::Unsupported),
    }
}

/// The labels before the one with the asterisk. Here a dot at the end is no root.
fn whole_labels(text: &str) -> Result<Name, PatternError> {
    if text.is_empty() || text.ends_with(name::is_dot) {
        return Err(PatternError::Name(NameError::EmptyLabel));
    }
    Name::from_query(text).map_err(PatternError::Name)
}

/// The beginning of a label, as it stands in a U-label: lower case, NFC, without what no name has. It may end with a
/// hyphen.
fn partial_label(text: &str) -> Result<String, PatternError> {
    let wrong = |error| Err(PatternError::Name(error));
    // The full-width letters of an A-label are one too.
    if normal(text).starts_with("xn--") {
        return Err(PatternError::Unsupported);
    }
    if text.chars().any(name::vanishes) {
        return wrong(NameError::Character);
    }
    let (label, verdict) = Uts46::new().to_unicode(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow);
    if verdict.is_err() || !label.chars().all(stands_somewhere) {
        return wrong(NameError::Character);
    }
    if label.starts_with('-') {
        return wrong(NameError::Hyphen);
    }
    // A U-label may have more octets than its A-label, but not more characters.
    if label.chars().count() > LABEL_OCTETS_MAX {
        return wrong(NameError::LabelTooLong);
    }
    Ok(label.into_owned())
}

/// A name as people write it.
fn shown(name: &Name) -> String {
    name.unicode().unwrap_or_else(|| name.as_str().to_owned())
}

impl PartialName {
    /// What stands before the asterisk: at least one character, in U-labels, lower case and NFC. It may hold dots.
    pub fn before(&self) -> &str {
        &self.before
    }

    /// The labels after the asterisk. Without them it stands for any further characters, dots too.
    pub fn after(&self) -> Option<&Name> {
        self.after.as_ref()
    }

    /// Whether a name is one of those.
    pub fn matches(&self, name: &Name) -> bool {
        let Some(unicode) = name.unicode() else {
            // An A-label that does not decode is a text that nobody reads (SR-11): no part of it is compared.
            let label = name.labels().nth(self.before.matches('.').count());
            let is_readable = label.is_some_and(|label| !label.starts_with("xn--"));
            return is_readable && self.matches_text(name.as_str(), self.after.as_ref().map(Name::as_str));
        };
        let after = self.after.as_ref().map(shown);
        self.matches_text(&unicode, after.as_deref())
    }

    fn matches_text(&self, name: &str, after: Option<&str>) -> bool {
        let Some(rest) = name.strip_prefix(&*self.before).filter(|rest| !begins_with_mark(rest)) else {
            return false;
        };
        match after {
            None => true,
            Some(after) => {
                rest.strip_suffix(after).and_then(|rest| rest.strip_suffix('.')).is_some_and(|rest| !rest.contains('.'))
            }
        }
    }
}

impl TextPattern {
    /// Reads a pattern as it was typed, after percent-decoding: a text, or the beginning of one with an asterisk behind
    /// it. White space around the text does not count.
    ///
    /// # Errors
    /// [`PatternError::Empty`], [`PatternError::TooLong`], and [`PatternError::Unsupported`] for an asterisk anywhere
    /// else and for one with nothing before it.
    pub fn parse(text: &str) -> Result<TextPattern, PatternError> {
        if text.len() > TEXT_OCTETS_MAX {
            return Err(PatternError::TooLong);
        }
        let text = text.trim();
        let (beginning, is_partial) = match text.strip_suffix('*') {
            Some(beginning) => (beginning, true),
            None => (text, false),
        };
        if beginning.contains('*') || (is_partial && beginning.trim().is_empty()) {
            return Err(PatternError::Unsupported);
        }
        let folded = normal(beginning);
        let folded = if is_partial { folded.trim_start() } else { folded.trim() };
        if folded.is_empty() {
            return Err(PatternError::Empty);
        }
        Ok(TextPattern { folded: folded.into(), is_partial })
    }

    /// The folded text, or the folded beginning.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// True when longer texts match too.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Whether a text, given as it is shown, is one of those.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_folded(&fold(text))
    }

    /// Whether a text that was folded already is one of those.
    pub fn matches_folded(&self, text: &str) -> bool {
        match text.strip_prefix(&*self.folded) {
            Some("") => true,
            Some(rest) => self.is_partial && !begins_with_mark(rest),
            None => false,
        }
    }
}

/// A text without the differences of width, case and composition (RFC 9082 §6.1), and without white space around it.
/// What was folded stays as it is when it is folded again.
pub fn fold(text: &str) -> String {
    normal(text).trim().to_owned()
}

/// Compatibility caseless form (Unicode D146), composed.
fn normal(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let case = CaseMapperBorrowed::new();
    let apart = DecomposingNormalizerBorrowed::new_nfkd();
    let once = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    let twice = apart.normalize(&case.fold_string(&once)).into_owned();
    let thrice = apart.normalize(&case.fold_string(&twice)).into_owned();
    ComposingNormalizerBorrowed::new_nfkc().normalize(&thrice).into_owned()
}

/// True when a text goes on with a mark that belongs to the character before it.
fn begins_with_mark(text: &str) -> bool {
    text.chars().next().is_some_and(|c| {
        !c.is_ascii()
            && matches!(
                CodePointMapData::<GeneralCategory>::new().get(c),
                GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::from_query(text).unwrap()
    }

    fn partial(text: &str) -> PartialName {
        match NamePattern::parse(text) {
            Ok(NamePattern::Partial(partial)) => partial,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn check(pattern: &str, hits: &[&str], misses: &[&str]) {
        let pattern_read = NamePattern::parse(pattern).unwrap();
        for hit in hits {
            assert!(pattern_read.matches(&name(hit)), "{pattern} finds {hit}");
        }
        for miss in misses {
            assert!(!pattern_read.matches(&name(miss)), "{pattern} does not find {miss}");
        }
    }

    #[test]
    fn sr_06_a_star_stands_for_trailing_characters() {
        check(
            "bedr*.be",
            &["bedrijf.be", "bedr.be", "bedr-9.be"],
            &["xbedr.be", "bed.be", "bedr.www.be", "bedrijf.vibe", "bedr.brussels", "be"],
        );
        check("bedr*", &["bedrijf.be", "bedr", "bedr.www.be"], &["www.bedr.be", "bed.be"]);
        check("ns1.exam*.be", &["ns1.example.be", "ns1.exam.be"], &["ns1.exam.x.be", "ns2.example.be", "example.be"]);
        check("a-*", &["a-b.be"], &["a.be"]);
        check("BEDR*.BE.", &["bedrijf.be"], &["be.bedr"]);
        check("bedr*.", &["bedrijf.be"], &["xbedr.be"]);
        check("bedrijf.be.", &["bedrijf.be"], &["bedrijf-2.be"]);
    }

    #[test]
    fn sr_07_sr_08_sr_11_patterns_that_are_not_searched_for() {
        for text in [
            "*",
            "*.be",
            "*x",
            "*x.be",
            "b*d*.be",
            "b**.be",
            "b*f.be",
            "a.*",
            "a.*.be",
            "xn--bel*",
            "XN--bel*.be",
            "www.xn--bel*.be",
            "ｘn--bel*.be",
            "xn--*",
        ] {
            assert_eq!(NamePattern::parse(text), Err(PatternError::Unsupported), "{text}");
        }
    }

    #[test]
    fn sr_08_what_no_name_has_is_a_mistake() {
        for (text, error) in [
            ("b_d*", NameError::Character),
            ("b d*.be", NameError::Character),
            ("bed\u{ad}*", NameError::Character),
            ("\u{308}a*", NameError::Character),
            ("-a*", NameError::Hyphen),
            ("a..b*", NameError::EmptyLabel),
            (".b*", NameError::EmptyLabel),
            ("b*..be", NameError::EmptyLabel),
            ("b*.b_e", NameError::Character),
            ("", NameError::Empty),
        ] {
            assert_eq!(NamePattern::parse(text), Err(PatternError::Name(error)), "{text:?}");
        }
        let long = "é".repeat(64) + "*";
        assert_eq!(NamePattern::parse(&long), Err(PatternError::Name(NameError::LabelTooLong)));
        let long = "a".repeat(QUERY_OCTETS_MAX) + "*";
        assert_eq!(NamePattern::parse(&long), Err(PatternError::Name(NameError::NameTooLong)));
    }

    #[test]
    fn id_01_id_02_id_05_id_06_id_12_spellings_of_one_pattern() {
        let spelled = partial("belgië*.be");
        assert_eq!(spelled.before(), "belgië");
        assert_eq!(spelled.after(), Some(&name("be")));
        for text in ["BELGIË*.be", "belgie\u{308}*.BE", "ｂelgië*.be", "belgië*\u{3002}be", "belgië*.be."] {
            assert_eq!(partial(text), spelled, "{text}");
        }
        assert_eq!(partial("www.belgië.b*"), partial("WWW.xn--belgi-rsa.b*"));
        check("belgi*.be", &["belgië.be", "belgium.be"], &["belg.be"]);
        check("belgië*", &["belgië.be", "belgiës.be"], &["belgie.be"]);
        check("straße*.be", &["straße.be"], &["strasse.be"]);
        check("x*", &["xyz.be"], &["belgië.be"]);
        check("ns*.belgië.be", &["ns1.xn--belgi-rsa.be"], &["ns1.belgie.be"]);
    }

    #[test]
    fn sr_10_no_match_ends_inside_a_combined_character() {
        check("belgie*.be", &["belgie.be", "belgien.be"], &["belgië.be"]);
        // This x and its mark have no composed form.
        check("ax*", &["axe.be"], &["ax\u{308}e.be"]);
        check("ax\u{308}*", &["ax\u{308}e.be"], &["axe.be"]);
        let text = TextPattern::parse("ax*").unwrap();
        assert!(text.matches("axe") && !text.matches("ax\u{308}e") && !TextPattern::parse("e*").unwrap().matches("é"));
    }

    #[test]
    fn sr_11_a_labels_that_do_not_decode_are_not_compared() {
        let bad = Name::parse("xn--99999999.be").unwrap();
        assert_eq!(bad.unicode(), None);
        for pattern in ["x*", "xn*", "xn-*", "xn*.be"] {
            assert!(!NamePattern::parse(pattern).unwrap().matches(&bad), "{pattern}");
        }
        let below = Name::parse("ns1.xn--99999999.be").unwrap();
        assert!(partial("ns*").matches(&below));
    }

    #[test]
    fn id_18_texts_are_compared_folded() {
        let finds = |pattern: &str, text: &str| TextPattern::parse(pattern).unwrap().matches(text);
        assert!(finds("\u{FF22}EDRIJF*", "Bedrijf nv"));
        assert!(finds("bedrijf nv", "BEDRIJF NV") && !finds("bedrijf", "Bedrijf nv"));
        assert!(finds(" Café* ", "CAFE\u{301} De Hoek") && finds("STRASSE", "Straße"));
        assert!(finds("Jan *", "jan peeters") && !finds("Jan *", "Janssens"));
        assert!(finds("a+b", "A+B") && !finds("a+b", "a b"));
        assert!(finds("x*", " X "));
    }

    #[test]
    fn sr_05_sr_07_sr_08_texts_that_are_no_patterns() {
        for text in ["", "  "] {
            assert_eq!(TextPattern::parse(text), Err(PatternError::Empty), "{text:?}");
        }
        for text in ["*", " *", "*a", "a*b", "a**", "*a*"] {
            assert_eq!(TextPattern::parse(text), Err(PatternError::Unsupported), "{text:?}");
        }
        assert_eq!(TextPattern::parse(&"a".repeat(TEXT_OCTETS_MAX + 1)), Err(PatternError::TooLong));
        assert!(TextPattern::parse(&"a".repeat(TEXT_OCTETS_MAX)).is_ok());
    }

    proptest! {
        #[test]
        fn sr_07_any_text_is_a_pattern_or_none(text in "(\\PC|\\*|\\.){0,40}") {
            if let Ok(NamePattern::Partial(partial)) = NamePattern::parse(&text) {
                prop_assert_eq!(text.matches('*').count(), 1);
                let label = partial.before().rsplit('.').next().unwrap();
                prop_assert!(!label.is_empty() && !label.starts_with("xn--"));
                // What was read is canonical: written out, it reads as itself.
                let after = partial.after().map_or_else(String::new, |after| format!(".{after}"));
                prop_assert_eq!(super::NamePattern::parse(&format!("{}*{after}", partial.before())),
                    Ok(NamePattern::Partial(partial)));
            }
            let _ = TextPattern::parse(&text);
        }

        #[test]
        fn sr_06_a_name_is_found_by_each_of_its_beginnings(label in "[a-zà-öø-ÿ]{1,12}", zone in "be|brussels") {
            let Ok(whole) = Name::from_query(&format!("{label}.{zone}")) else { return Ok(()) };
            for (at, c) in label.char_indices() {
                let beginning = &label[..at + c.len_utf8()];
                for pattern in [format!("{beginning}*"), format!("{beginning}*.{zone}")] {
                    prop_assert!(NamePattern::parse(&pattern).unwrap().matches(&whole), "{pattern} of {whole}");
                }
                let elsewhere = format!("{beginning}*.vlaanderen");
                prop_assert!(!NamePattern::parse(&elsewhere).unwrap().matches(&whole));
            }
        }

        #[test]
        fn id_18_folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
        }
    }
}
