//! How a form is learned: what the renderer makes of a contact whose values are marks is cut at the marks.
//!
//! A mark betrays what was done to it: in a path it is percent-encoded, as a country it is in upper case. Then the form
//! is tried with other values against the renderer. What cannot be learned, or fails the trial, has no form.

use serde::Serialize;

use super::{Form, Gap, Slot, Urls};
use crate::codec::packed::RawValue as Value;
use crate::disclosure::record::{Disclosed, Phone, PublicContact, PublicRegistrar, Reason};
use crate::render::rdap::entity::{self, Place};
use crate::render::rdap::redacted::Redactions;
use crate::render::rdap::{Asking, Frame, link, octets};
use crate::render::site::Site;
use crate::time::Timestamp;

/// Most values of a contact that has a form.
pub(in crate::render::rdap) const VALUES_MAX: usize = 32;

/// An entity of a domain, ready but for its values.
#[derive(Clone, Debug, Default)]
pub(in crate::render::rdap) struct Ready {
    /// The entity; empty for a contact that is only noted.
    pub(in crate::render::rdap) entity: Form,
    /// Its entries of `redacted`, with commas between them.
    pub(in crate::render::rdap) notes: Box<[u8]>,
    /// Of a registrar: the base of its own RDAP service.
    pub(in crate::render::rdap) related: Option<Box<str>>,
}

/// Learns the form of a contact at a place. `None` where it cannot be learned.
pub(in crate::render::rdap) fn contact(
    site: &Site,
    contact: &PublicContact,
    place: Place,
    index: usize,
) -> Option<Ready> {
    let mut marks = Marks::default();
    let marked = revalued(contact, &mut marks)?;
    let learned = Ready::cut(rendered_contact(site, &MARKED, &marked, place, index)?, &marks.found)?;
    let holds = [Probe { start: "Pr", end: "" }, Probe { start: "p-2.", end: "q~" }].into_iter().all(|mut probe| {
        let Some(other) = revalued(contact, &mut probe) else { return false };
        let wanted = rendered_contact(site, &PROBED, &other, place, index);
        wanted.is_some_and(|wanted| learned.gives(&wanted, &values_of(&other)))
    });
    holds.then_some(learned)
}

/// Learns what is noted of a contact that is left out.
pub(in crate::render::rdap) fn omission(
    contact: &PublicContact,
    reason: Reason,
    place: Place,
    index: usize,
) -> Option<Ready> {
    let mut redactions = Redactions::default();
    entity::note_omitted(contact.role, reason, place, path(index), &mut redactions);
    Some(Ready { notes: entries(redactions)?.into(), ..Ready::default() })
}

/// Learns the form of a registrar at a place, with its own values.
pub(in crate::render::rdap) fn registrar(
    site: &Site,
    registrar: &PublicRegistrar,
    place: Place,
    index: usize,
) -> Option<Ready> {
    let render = |urls: &Urls<'_>| {
        let (frame, mut redactions) = (frame(site, urls), Redactions::default());
        let entity = entity::of_registrar(&frame, registrar, place, &path(index), &mut redactions);
        Rendered::of(&entity, redactions)
    };
    let related = registrar.rdap_base.as_deref().and_then(link::web_base).map(String::into_boxed_str);
    related.as_deref().is_none_or(|base| octets::is_plain(base.as_bytes())).then_some(())?;
    let learned = Ready { related, ..Ready::cut(render(&MARKED)?, &[])? };
    learned.gives(&render(&PROBED)?, &[]).then_some(learned)
}

/// Learns the form of a part of an answer that has none of a contact's values.
pub(in crate::render::rdap) fn part(site: &Site, render: impl Fn(&Frame<'_>) -> Option<Vec<u8>>) -> Option<Form> {
    let form = Form::cut(&render(&frame(site, &MARKED))?, &[])?;
    form.gives(&render(&frame(site, &PROBED))?, &[]).then_some(form)
}

/// URLs as marks.
const MARKED: Urls<'static> = Urls { asked: "\u{f8ff}asked\u{f8fe}", base: "\u{f8ff}base\u{f8fe}" };

/// URLs for the trial.
const PROBED: Urls<'static> = Urls { asked: "https://asked.example/a/domain/b", base: "https://base.example/" };

/// What the renderer makes of an entity.
pub(super) struct Rendered {
    pub(super) entity: Vec<u8>,
    pub(super) notes: Vec<u8>,
}

impl Rendered {
    fn of(entity: &impl Serialize, redactions: Redactions) -> Option<Rendered> {
        Some(Rendered { entity: serde_json::to_vec(entity).ok()?, notes: entries(redactions)? })
    }
}

pub(super) fn rendered_contact(
    site: &Site,
    urls: &Urls<'_>,
    contact: &PublicContact,
    place: Place,
    index: usize,
) -> Option<Rendered> {
    let mut redactions = Redactions::default();
    let frame = frame(site, urls);
    let entity = entity::of_contact(&frame, contact, place, path(index), &mut redactions);
    Rendered::of(&entity, redactions)
}

fn frame<'a>(site: &'a Site, urls: &Urls<'a>) -> Frame<'a> {
    let url = Asking { base: urls.base, asked: urls.asked, jscontact: false };
    Frame { site, url, watermark: Timestamp::UNIX_EPOCH }
}

/// The path of an entity of the topmost object.
fn path(index: usize) -> String {
    format!("$.entities[{index}]")
}

/// The entries of `redacted` without the brackets around them.
fn entries(redactions: Redactions) -> Option<Vec<u8>> {
    let list = serde_json::to_vec(&redactions.into_entries()).ok()?;
    list.strip_prefix(b"[").and_then(|list| list.strip_suffix(b"]")).map(<[u8]>::to_vec)
}

impl Ready {
    /// Octets of memory.
    pub(in crate::render::rdap) fn memory(&self) -> usize {
        self.entity.memory() + self.notes.len()
    }

    fn cut(rendered: Rendered, marks: &[Mark]) -> Option<Ready> {
        let notes = Form::cut(&rendered.notes, marks)?;
        // What is withheld is noted without a word of what is shown.
        notes.gaps.is_empty().then_some(())?;
        Some(Ready { entity: Form::cut(&rendered.entity, marks)?, notes: notes.octets, related: None })
    }

    /// Whether the form gives what the renderer gave, for these values and the URLs of the trial.
    fn gives(&self, wanted: &Rendered, values: &[Value<'_>]) -> bool {
        *self.notes == wanted.notes && self.entity.gives(&wanted.entity, values)
    }
}

impl Form {
    fn cut(octets: &[u8], marks: &[Mark]) -> Option<Form> {
        let urls = [(MARKED.asked, Slot::Asked), (MARKED.base, Slot::Base)];
        let urls = urls.map(|(text, slot)| Mark { text: text.to_owned(), slot });
        let text = std::str::from_utf8(octets).ok()?;
        let mut found: Vec<(usize, &Mark)> = marks
            .iter()
            .chain(&urls)
            .flat_map(|mark| text.match_indices(&mark.text).map(move |(at, _)| (at, mark)))
            .collect();
        found.sort_unstable_by_key(|(at, _)| *at);
        let (mut kept, mut gaps) = (Vec::with_capacity(octets.len()), Vec::with_capacity(found.len()));
        let mut end = 0;
        for (at, mark) in found {
            kept.extend_from_slice(octets.get(end..at)?);
            gaps.push(Gap { at: u32::try_from(kept.len()).ok()?, slot: mark.slot });
            end = at + mark.text.len();
        }
        kept.extend_from_slice(octets.get(end..)?);
        let urls = gaps.iter().filter(|gap| matches!(gap.slot, Slot::Asked | Slot::Base)).count();
        Some(Form { octets: kept.into(), gaps: gaps.into(), urls })
    }

    /// What stands before a text that stands in every answer, and what after it.
    pub(in crate::render::rdap) fn around(&self, text: &str) -> Option<(Form, Form)> {
        let start = self.octets.windows(text.len()).position(|window| window == text.as_bytes())?;
        let end = start + text.len();
        let part = |octets: std::ops::Range<usize>| {
            let within = |gap: &&Gap| (octets.start..=octets.end).contains(&(gap.at as usize));
            let moved = |gap: &Gap| Gap { at: gap.at - octets.start as u32, ..*gap };
            let gaps: Box<[Gap]> = self.gaps.iter().filter(within).map(moved).collect();
            let kept = self.octets.get(octets.clone()).unwrap_or_default();
            Form { octets: kept.into(), urls: gaps.len(), gaps }
        };
        Some((part(0..start), part(end..self.octets.len())))
    }

    fn gives(&self, wanted: &[u8], values: &[Value<'_>]) -> bool {
        let mut out = Vec::with_capacity(wanted.len());
        self.fill(&mut out, &PROBED, values).is_ok() && out == wanted
    }
}

/// What a text is.
#[derive(Clone, Copy)]
enum Sort {
    Text,
    Number,
    Extension,
}

/// Where a contact's values come from.
trait Source {
    fn text(&mut self, number: u8, sort: Sort) -> String;
    fn moment(&mut self, number: u8) -> Timestamp;
}

/// A text that stands for a value, and what it tells where it is found.
struct Mark {
    text: String,
    slot: Slot,
}

/// Gives marks, and remembers in which forms each may be found.
#[derive(Default)]
struct Marks {
    found: Vec<Mark>,
}

impl Source for Marks {
    fn text(&mut self, number: u8, sort: Sort) -> String {
        match sort {
            Sort::Text => {
                self.may_be(format!("%EF%A3%BFq{number:02}x%EF%A3%BE"), Slot::Segment(number));
                self.may_be(format!("\u{f8ff}Q{number:02}X\u{f8fe}"), Slot::Upper(number));
                self.may_be(format!("\u{f8ff}q{number:02}x\u{f8fe}"), Slot::Text(number))
            }
            Sort::Number => self.may_be(format!("+9{number:02}.48151623"), Slot::Number(number)),
            Sort::Extension => self.may_be(format!("9{number:02}42108151"), Slot::Extension(number)),
        }
    }

    fn moment(&mut self, number: u8) -> Timestamp {
        let moment = moment(123_400 + i64::from(number));
        self.may_be(moment.to_string(), Slot::Moment(number));
        moment
    }
}

impl Marks {
    fn may_be(&mut self, text: String, slot: Slot) -> String {
        self.found.push(Mark { text: text.clone(), slot });
        text
    }
}

/// Gives texts as registers have them.
struct Probe {
    start: &'static str,
    end: &'static str,
}

impl Source for Probe {
    fn text(&mut self, number: u8, sort: Sort) -> String {
        match sort {
            Sort::Text => format!("{}{number}{}", self.start, self.end),
            Sort::Number => format!("+{number}.(1){}-2", self.end.len()),
            Sort::Extension => format!("{number}{}", self.end.len()),
        }
    }

    fn moment(&mut self, number: u8) -> Timestamp {
        moment(i64::from(number) << 40)
    }
}

/// So many microseconds after the first moment of 1971.
fn moment(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(31_536_000_000_000 + microseconds).unwrap_or_default()
}

/// A contact of the same shape with other values, which are asked for in the order of the record. `None` where it has
/// too many.
fn revalued(contact: &PublicContact, source: &mut dyn Source) -> Option<PublicContact> {
    let mut contact = contact.clone();
    let mut values = Revaluing { source, next: 0 };
    values.text(&mut contact.handle);
    values.text(&mut contact.name);
    values.text(&mut contact.organisation);
    if let Disclosed::Shown { value, .. } = &mut contact.street {
        value.iter_mut().for_each(|line| *line = values.next(Sort::Text));
    }
    values.text(&mut contact.city);
    values.text(&mut contact.province);
    values.text(&mut contact.postal_code);
    values.text(&mut contact.country);
    values.phone(&mut contact.voice);
    values.phone(&mut contact.fax);
    values.text(&mut contact.email);
    values.text(&mut contact.language);
    values.text(&mut contact.vat);
    values.moment(&mut contact.created);
    values.moment(&mut contact.updated);
    (usize::from(values.next) <= VALUES_MAX).then_some(contact)
}

struct Revaluing<'s> {
    source: &'s mut dyn Source,
    next: u8,
}

impl Revaluing<'_> {
    fn number(&mut self) -> u8 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        number
    }

    fn next(&mut self, sort: Sort) -> String {
        let number = self.number();
        self.source.text(number, sort)
    }

    fn text(&mut self, value: &mut Disclosed<String>) {
        if let Disclosed::Shown { value, .. } = value {
            *value = self.next(Sort::Text);
        }
    }

    fn phone(&mut self, value: &mut Disclosed<Phone>) {
        if let Disclosed::Shown { value, .. } = value {
            value.number = self.next(Sort::Number);
            value.extension = value.extension.is_some().then(|| self.next(Sort::Extension));
        }
    }

    fn moment(&mut self, value: &mut Disclosed<Timestamp>) {
        if let Disclosed::Shown { value, .. } = value {
            let number = self.number();
            *value = self.source.moment(number);
        }
    }
}

/// The values of a contact that are shown, in the order of the record.
pub(super) fn values_of(contact: &PublicContact) -> Vec<Value<'_>> {
    fn as_text(text: &String) -> Value<'_> {
        Value::Text(text.as_bytes())
    }
    fn text(value: &Disclosed<String>) -> Option<Value<'_>> {
        value.shown().map(as_text)
    }
    fn phone(value: &Disclosed<Phone>) -> impl Iterator<Item = Value<'_>> {
        value
            .shown()
            .into_iter()
            .flat_map(|phone| [Some(&phone.number), phone.extension.as_ref()])
            .flatten()
            .map(as_text)
    }
    let street = contact.street.shown().into_iter().flatten().map(as_text);
    let dates = [&contact.created, &contact.updated];
    [&contact.handle, &contact.name, &contact.organisation]
        .into_iter()
        .filter_map(text)
        .chain(street)
        .chain([&contact.city, &contact.province, &contact.postal_code, &contact.country].into_iter().filter_map(text))
        .chain(phone(&contact.voice))
        .chain(phone(&contact.fax))
        .chain([&contact.email, &contact.language, &contact.vat].into_iter().filter_map(text))
        .chain(dates.into_iter().filter_map(|date| date.shown().map(|at| Value::Moment(*at))))
        .collect()
}
