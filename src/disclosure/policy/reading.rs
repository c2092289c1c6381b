//! The language of policy files.
//!
//! ```toml
//! name = "example"                    # by which zones choose it: a-z, 0-9, -
//! version = "2026-11-01"
//! url = "https://…"                   # optional: where the public reads the rules
//! in_force_from = "2026-11-01"        # optional: opens nothing before that day (UTC)
//! kind_from = "organisation-field"    # or "explicit"
//! summary = "What it is about."
//!
//! [[clause]]
//! id = "holder-organisation"
//! text = "The rule in plain words."
//! source = "Where the rule comes from."
//! role = ["registrant"]
//! kind = ["organisation"]             # left out: every kind
//! show = ["organisation", "city"]     # or "all"
//! withhold = ["email"]                # or "all"
//!
//! [[clause]]
//! id = "billing"
//! text = "…"
//! source = "…"
//! role = ["billing"]
//! publish = "never"                   # the role does not appear
//! ```

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{CLAUSES_MAX, Clause, KindFrom, POLICY_OCTETS_MAX, Policy, PolicyMistake, Rule, Ruling};
use super::{fields_of, kinds_of};
use crate::disclosure::record::ClauseIndex;
use crate::model::vocabulary::{Field, Kind, Role};
use crate::time::Timestamp;

const POLICY_KEYS: &[&str] = &["name", "version", "url", "in_force_from", "kind_from", "summary", "clause"];
const CLAUSE_KEYS: &[&str] = &["id", "text", "source", "role", "kind", "show", "withhold", "publish"];

/// A value and the line where it stands.
type Placed<T> = (usize, T);

/// Reads a policy file, all mistakes in the order of their lines.
pub(super) fn read(file: &str, text: &str) -> Result<Policy, Vec<PolicyMistake>> {
    let mut reading = Reading { file, text, mistakes: Vec::new(), clauses_lost: false };
    let policy = reading.policy();
    let mut mistakes = reading.mistakes;
    mistakes.sort();
    mistakes.dedup();
    match policy {
        Some(policy) if mistakes.is_empty() => Ok(policy),
        _ => Err(mistakes),
    }
}

/// A clause as it is written, with the lines of its parts.
struct Written {
    line: usize,
    clause: Clause,
    roles: Vec<Role>,
    kinds: Option<Vec<Kind>>,
    show: Option<Placed<Fields>>,
    withhold: Option<Placed<Fields>>,
    never: Option<usize>,
}

/// Fields that a clause names.
enum Fields {
    /// Whatever the role has.
    All,
    /// These, each with its line.
    These(Vec<Placed<Field>>),
}

struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: Vec<PolicyMistake>,
    /// A clause could not be read: what the others leave out is not known.
    clauses_lost: bool,
}

impl Reading<'_> {
    fn policy(&mut self) -> Option<Policy> {
        if self.text.len() > POLICY_OCTETS_MAX {
            self.note(1, format!("the file is longer than {POLICY_OCTETS_MAX} octets"));
            return None;
        }
        let text = self.text;
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = self.line(error.span().map_or(0, |span| span.start));
            self.note(line, format!("unreadable: {}", error.message()));
        }
        if !errors.is_empty() {
            return None;
        }
        let table = document.get_ref();
        self.known_keys(table, POLICY_KEYS);
        let name = self.required(table, 1, "name");
        if let Some((line, name)) = &name
            && !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            self.note(*line, "name has characters other than a-z, 0-9 and -".to_owned());
        }
        let version = self.required(table, 1, "version");
        let summary = self.required(table, 1, "summary");
        let url = self.optional(table, "url");
        let kind_from = self.required(table, 1, "kind_from");
        let kind_from = kind_from.and_then(|word| self.word(&word, "kind_from", KindFrom::from_word, KindFrom::ALL));
        let in_force_from = self.optional(table, "in_force_from").and_then(|day| self.day(&day));
        let written = self.clauses(table);
        let rules = self.rules(&written);
        let mut clauses = vec![default_clause()];
        clauses.extend(written.into_iter().map(|written| written.clause));
        Some(Policy {
            name: name?.1,
            version: version?.1,
            url: url.map(|(_, url)| url),
            summary: summary?.1,
            kind_from: kind_from?,
            in_force_from,
            digest: digest(text),
            clauses,
            rules,
        })
    }

    fn clauses(&mut self, table: &DeTable<'_>) -> Vec<Written> {
        let entries = match table.iter().find(|(key, _)| key.get_ref() == "clause") {
            None => {
                self.note(1, "there is no clause".to_owned());
                return Vec::new();
            }
            Some((key, value)) => match value.get_ref() {
                DeValue::Array(entries) => entries,
                _ => {
                    let line = self.line(key.span().start);
                    self.note(line, "clauses are written as [[clause]]".to_owned());
                    return Vec::new();
                }
            },
        };
        if entries.len() > CLAUSES_MAX {
            self.note(1, format!("there are more than {CLAUSES_MAX} clauses"));
            return Vec::new();
        }
        let written: Vec<Written> = entries.iter().filter_map(|entry| self.clause(entry)).collect();
        self.clauses_lost = written.len() < entries.len();
        for (at, clause) in written.iter().enumerate() {
            if let Some(first) = written.iter().take(at).find(|other| other.clause.id == clause.clause.id) {
                let message = format!("the clause of line {} has the same id \"{}\"", first.line, clause.clause.id);
                self.note(clause.line, message);
            }
        }
        written
    }

    fn clause(&mut self, entry: &Spanned<DeValue<'_>>) -> Option<Written> {
        let line = self.line(entry.span().start);
        let DeValue::Table(table) = entry.get_ref() else {
            self.note(line, "a clause is written as [[clause]]".to_owned());
            return None;
        };
        self.known_keys(table, CLAUSE_KEYS);
        let id = self.required(table, line, "id");
        let text = self.required(table, line, "text");
        let source = self.required(table, line, "source");
        let roles = self.words(table, "role", Role::from_word, Role::ALL);
        if roles.is_none() && !has(table, "role") {
            self.note(line, "the clause has no role".to_owned());
        }
        let kinds = self.words(table, "kind", Kind::from_word, Kind::ALL);
        let show = self.fields(table, "show");
        let withhold = self.fields(table, "withhold");
        let never = self.never(table);
        if !has(table, "show") && !has(table, "withhold") && !has(table, "publish") {
            self.note(line, "the clause decides nothing: it has neither show nor withhold nor publish".to_owned());
        }
        if let Some(never) = never
            && (has(table, "show") || has(table, "withhold") || has(table, "kind"))
        {
            self.note(never, "a clause with publish = \"never\" has no kind, show or withhold".to_owned());
        }
        let plain = |placed: Vec<Placed<_>>| placed.into_iter().map(|(_, word)| word).collect::<Vec<_>>();
        let written = Written {
            line,
            roles: plain(roles?),
            kinds: kinds.map(|kinds| kinds.into_iter().map(|(_, kind)| kind).collect()),
            show,
            withhold,
            never,
            clause: Clause { id: id?.1, text: text?.1, source: source?.1 },
        };
        self.fits_its_roles(&written);
        Some(written)
    }

    /// A clause may only speak of kinds and fields that each of its roles can have.
    fn fits_its_roles(&mut self, written: &Written) {
        for &role in &written.roles {
            for kind in written.kinds.iter().flatten().filter(|kind| !kinds_of(role).contains(kind)) {
                self.note(written.line, format!("a {role} is a company and never a {kind}"));
            }
            for (_, fields) in [&written.show, &written.withhold].into_iter().flatten() {
                let Fields::These(fields) = fields else { continue };
                for (line, field) in fields.iter().filter(|(_, field)| !fields_of(role).contains(field)) {
                    self.note(*line, format!("a {role} has no field {field} about which a policy decides"));
                }
            }
            if let (Role::Registrar, Some(line)) = (role, written.never) {
                self.note(line, "the registrar of a name is always named: it cannot have publish".to_owned());
            }
        }
    }

    /// Lays the clauses over each other; notes contradictions and what is left out.
    fn rules(&mut self, written: &[Written]) -> Vec<Rule> {
        let mut rules = vec![Rule::default(); Role::ALL.len() * Kind::ALL.len()];
        for &role in Role::ALL {
            for &kind in kinds_of(role) {
                let rule = self.rule(written, role, kind);
                if let Some(place) = rules.get_mut(Policy::place(role, kind)) {
                    *place = rule;
                }
            }
            self.persons_show_no_more(written, &rules, role);
        }
        rules
    }

    /// What is shown of natural persons must be shown of organisations too: otherwise a shield, or a doubt about
    /// the kind, would open a field instead of closing it.
    fn persons_show_no_more(&mut self, written: &[Written], rules: &[Rule], role: Role) {
        let fields = |kind| rules.get(Policy::place(role, kind)).into_iter().flat_map(|rule: &Rule| &rule.fields);
        for (field, ruling) in fields(Kind::NaturalPerson) {
            let Ruling::Show(clause) = ruling else { continue };
            let both =
                fields(Kind::Organisation).any(|(other, ruling)| other == field && matches!(ruling, Ruling::Show(_)));
            if !both {
                let line = usize::from(clause.0).checked_sub(1).and_then(|at| written.get(at));
                let line = line.and_then(|clause| clause.show.as_ref()).map_or(1, |(line, _)| *line);
                self.note(line, format!("{field} of {role} is shown of natural persons but not of organisations"));
            }
        }
    }

    fn rule(&mut self, written: &[Written], role: Role, kind: Kind) -> Rule {
        let mut rule = Rule::default();
        let mut lines: Vec<Placed<Option<Field>>> = Vec::new();
        let speaks = |clause: &Written| clause.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        for (clause, index) in written.iter().zip((1..=u16::MAX).map(ClauseIndex)) {
            if !clause.roles.contains(&role) || !speaks(clause) {
                continue;
            }
            if let Some(line) = clause.never {
                if let Some((other, _)) = lines.iter().find(|(_, field)| field.is_some()) {
                    self.note(
                        line,
                        format!("contradiction: {role} is never published, but line {other} speaks of its fields"),
                    );
                }
                rule.never = rule.never.or(Some(index));
                lines.push((line, None));
            }
            for (placed, ruling) in [(&clause.show, Ruling::Show(index)), (&clause.withhold, Ruling::Withhold(index))] {
                for (line, field) in named(placed.as_ref(), role) {
                    self.lay(&mut rule, &mut lines, (role, kind), (line, field), ruling);
                }
            }
        }
        let spoken = written.iter().any(|clause| clause.roles.contains(&role) && speaks(clause));
        if !spoken && !self.clauses_lost {
            let near = written.iter().rev().find(|clause| clause.roles.contains(&role)).map_or(1, |clause| clause.line);
            self.note(near, format!("incomplete: no clause speaks of {role}, {kind}"));
        }
        rule
    }

    /// Lays one field of one clause over what earlier clauses say of it. Of two that agree the first is cited.
    fn lay(
        &mut self,
        rule: &mut Rule,
        lines: &mut Vec<Placed<Option<Field>>>,
        (role, kind): (Role, Kind),
        (line, field): Placed<Field>,
        ruling: Ruling,
    ) {
        if rule.never.is_some()
            && let Some((other, _)) = lines.iter().find(|(_, named)| named.is_none())
        {
            let message =
                format!("contradiction: fields of {role} are named, but by line {other} it is never published");
            self.note(line, message);
            return;
        }
        match rule.fields.iter().find(|(named, _)| *named == field) {
            None => {
                rule.fields.push((field, ruling));
                lines.push((line, Some(field)));
            }
            Some((_, earlier)) => {
                let agrees = matches!(
                    (earlier, ruling),
                    (Ruling::Show(_), Ruling::Show(_)) | (Ruling::Withhold(_), Ruling::Withhold(_))
                );
                if !agrees {
                    let other = lines.iter().find(|(_, named)| *named == Some(field)).map_or(1, |(line, _)| *line);
                    let (this, that) = match ruling {
                        Ruling::Show(_) => ("shown", "withheld"),
                        Ruling::Withhold(_) => ("withheld", "shown"),
                    };
                    let message =
                        format!("contradiction: {field} of {role}, {kind} is {this} here and {that} by line {other}");
                    self.note(line, message);
                }
            }
        }
    }

    fn never(&mut self, table: &DeTable<'_>) -> Option<usize> {
        let (line, word) = self.optional(table, "publish")?;
        if word != "never" {
            self.note(line, format!("publish is \"never\" or left out, not \"{word}\""));
        }
        Some(line)
    }

    fn fields(&mut self, table: &DeTable<'_>, key: &str) -> Option<Placed<Fields>> {
        let (found, value) = table.iter().find(|(found, _)| found.get_ref() == key)?;
        let line = self.line(found.span().start);
        if let DeValue::String(word) = value.get_ref() {
            if word == "all" {
                return Some((line, Fields::All));
            }
            self.note(line, format!("{key} is \"all\" or a list of fields, not \"{word}\""));
            return None;
        }
        self.words(table, key, Field::from_word, Field::ALL).map(|fields| (line, Fields::These(fields)))
    }

    /// A list of words from a closed vocabulary, which must not be empty.
    fn words<T: Copy + std::fmt::Display>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        from_word: fn(&str) -> Option<T>,
        all: &[T],
    ) -> Option<Vec<Placed<T>>> {
        let (found, value) = table.iter().find(|(found, _)| found.get_ref() == key)?;
        let line = self.line(found.span().start);
        let DeValue::Array(entries) = value.get_ref() else {
            self.note(line, format!("{key} is a list of words"));
            return None;
        };
        if entries.is_empty() {
            self.note(line, format!("{key} is empty"));
        }
        let mut words = Vec::new();
        for entry in entries.iter() {
            let line = self.line(entry.span().start);
            match entry.get_ref() {
                DeValue::String(word) => {
                    let known = self.word(&(line, word.to_string()), key, from_word, all);
                    words.extend(known.map(|known| (line, known)));
                }
                _ => self.note(line, format!("{key} is a list of words")),
            }
        }
        Some(words)
    }

    fn word<T: Copy + std::fmt::Display>(
        &mut self,
        (line, word): &Placed<String>,
        key: &str,
        from_word: fn(&str) -> Option<T>,
        all: &[T],
    ) -> Option<T> {
        let known = from_word(word);
        if known.is_none() {
            let words: Vec<String> = all.iter().map(T::to_string).collect();
            self.note(*line, format!("{key} does not know \"{word}\"; it knows {}", words.join(", ")));
        }
        known
    }

    fn day(&mut self, (line, day): &Placed<String>) -> Option<Timestamp> {
        let midnight = format!("{day}T00:00:00Z").parse().ok();
        if midnight.is_none() {
            self.note(*line, format!("in_force_from is a day such as \"2026-11-01\", not \"{day}\""));
        }
        midnight
    }

    fn required(&mut self, table: &DeTable<'_>, line: usize, key: &str) -> Option<Placed<String>> {
        if !has(table, key) {
            self.note(line, format!("{key} is missing"));
        }
        self.optional(table, key)
    }

    /// A text, which must not be empty.
    fn optional(&mut self, table: &DeTable<'_>, key: &str) -> Option<Placed<String>> {
        let (found, value) = table.iter().find(|(found, _)| found.get_ref() == key)?;
        let line = self.line(found.span().start);
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => self.note(line, format!("{key} is empty")),
            DeValue::String(text) => return Some((line, text.trim().to_owned())),
            _ => self.note(line, format!("{key} is a text in quotes")),
        }
        None
    }

    fn known_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let line = self.line(key.span().start);
            self.note(line, format!("unknown key \"{}\"; there are {}", key.get_ref(), known.join(", ")));
        }
    }

    fn note(&mut self, line: usize, message: String) {
        self.mistakes.push(PolicyMistake { file: self.file.to_owned(), line, message });
    }

    /// The line of an offset in octets.
    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }
}

fn has(table: &DeTable<'_>, key: &str) -> bool {
    table.keys().any(|found| found.get_ref() == key)
}

/// The fields that a list names for a role, each with its line. What the role cannot have is left out; that it
/// is a mistake was noted.
fn named(fields: Option<&Placed<Fields>>, role: Role) -> Vec<Placed<Field>> {
    match fields {
        None => Vec::new(),
        Some((line, Fields::All)) => fields_of(role).iter().map(|field| (*line, *field)).collect(),
        Some((_, Fields::These(these))) => {
            these.iter().filter(|(_, field)| fields_of(role).contains(field)).copied().collect()
        }
    }
}

/// What holds where no clause speaks.
fn default_clause() -> Clause {
    Clause {
        id: "default".to_owned(),
        text: "What no clause names is withheld.".to_owned(),
        source: "Every policy.".to_owned(),
    }
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
