//! A deposit in JSON lines: the frame first, then one object, delete or header a line.

use std::io::BufRead;

use serde::Deserialize;

use super::{VERSION, shape_fault};
use crate::import::deposit::{Deposit, DepositFrame, DepositType, Header, Item};
use crate::import::draft::{
    Care, ContactDraft, DomainDraft, Draft, HostDraft, IdnTableDraft, KeyText, NndnDraft, Notes, RegistrarDraft,
};
use crate::import::frame::{FrameDraft, Sheet};
use crate::import::open::without_mark;
use crate::import::problem::{Place, ProblemKind, Report};
use crate::import::source::{Bytes, Lines, Meter, is_too_large};
use crate::model::object::Class;
use crate::time::Timestamp;

/// Longest line in octets.
pub const LINE_OCTETS_MAX: usize = 1024 * 1024;

/// The first line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct FrameLine {
    loket: u32,
    #[serde(rename = "type")]
    kind: String,
    id: String,
    prev_id: Option<String>,
    resend: Option<u32>,
    watermark: Option<String>,
}

/// Every other line.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::large_enum_variant, reason = "most lines are the large ones")]
enum Line {
    Domain(DomainDraft),
    Host(HostDraft),
    Contact(ContactDraft),
    Registrar(RegistrarDraft),
    IdnTable(IdnTableDraft),
    Nndn(NndnDraft),
    Delete(KeyText),
    Header(HeaderLine),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct HeaderLine {
    #[serde(default)]
    zones: Vec<String>,
    #[serde(default)]
    counts: Counts,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Counts {
    domain: Option<u64>,
    host: Option<u64>,
    contact: Option<u64>,
    registrar: Option<u64>,
    idn_table: Option<u64>,
    nndn: Option<u64>,
}

impl HeaderLine {
    fn read(self, notes: &mut Notes) -> Header {
        let Counts { domain, host, contact, registrar, idn_table, nndn } = self.counts;
        let counts = [
            (Class::Domain, "rdeDomain", domain),
            (Class::Host, "rdeHost", host),
            (Class::Contact, "rdeContact", contact),
            (Class::Registrar, "rdeRegistrar", registrar),
            (Class::IdnTable, "rdeIDN", idn_table),
            (Class::Nndn, "rdeNNDN", nndn),
        ];
        let total = |(class, space, count): (Class, &str, Option<u64>)| {
            count.map(|count| (Some(class), format!("urn:ietf:params:xml:ns:{space}-1.0"), count))
        };
        let zones = self.zones.iter().filter_map(|zone| notes.name("zones", zone)).map(|name| name.to_string());
        Header { zones: zones.collect(), counts: counts.into_iter().filter_map(total).collect() }
    }
}

struct JsonDeposit {
    lines: Lines<Bytes>,
    frame: DepositFrame,
    sheet: Sheet,
    meter: Meter,
    objects_seen: bool,
    ignored: bool,
    ended: bool,
}

/// Opens a deposit and reads its frame; `None` after noting an error.
pub(in crate::import) fn open(
    bytes: Bytes,
    sheet: Sheet,
    meter: Meter,
    now: Timestamp,
    report: &mut Report,
) -> Option<Box<dyn Deposit>> {
    let mut lines = Lines::new(without_mark(bytes), LINE_OCTETS_MAX);
    let mut line = Vec::new();
    if let Err((kind, detail)) = read_line(&mut lines, &mut line) {
        sheet.note(report, kind, 1, detail);
        return None;
    }
    let frame: FrameLine = match serde_json::from_slice(&line) {
        Ok(frame) => frame,
        Err(error) => {
            sheet.note(report, ProblemKind::BadFrame, 1, shape_fault(&error));
            return None;
        }
    };
    if frame.loket != VERSION {
        sheet.note(report, ProblemKind::BadFrame, 1, "the version of the format is not 1");
        return None;
    }
    let draft = FrameDraft {
        kind: frame.kind,
        id: frame.id,
        previous_id: frame.prev_id,
        resend: frame.resend.map(|count| count.to_string()),
        watermark: frame.watermark,
        menu: None,
        line: 1,
    };
    let frame = draft.read(now, &sheet, report)?;
    Some(Box::new(JsonDeposit { lines, frame, sheet, meter, objects_seen: false, ignored: false, ended: false }))
}

/// Reads a line without its end; true at the end of the file.
fn read_line(lines: &mut Lines<Bytes>, line: &mut Vec<u8>) -> Result<bool, (ProblemKind, String)> {
    line.clear();
    lines.begin_step();
    match lines.read_until(b'\n', line) {
        Ok(0) => Ok(true),
        Ok(_) if line.len() > LINE_OCTETS_MAX => Err((ProblemKind::TooLarge, "a line is too long".into())),
        Ok(_) => Ok(false),
        Err(error) if is_too_large(&error) => Err((ProblemKind::TooLarge, "a line is too long".into())),
        Err(error) => Err((ProblemKind::Unreadable, error.to_string())),
    }
}

impl Deposit for JsonDeposit {
    fn frame(&self) -> &DepositFrame {
        &self.frame
    }

    fn next(&mut self, report: &mut Report) -> Option<(Item, Place)> {
        let mut text = Vec::new();
        while !self.ended {
            let number = self.lines.line();
            match read_line(&mut self.lines, &mut text) {
                Ok(false) => {}
                Ok(true) => {
                    self.ended = true;
                    break;
                }
                Err((kind, detail)) => {
                    self.sheet.note(report, kind, number, detail);
                    self.ended = true;
                    break;
                }
            }
            if text.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Line>(&text) {
                Ok(line) => {
                    if let Some(item) = self.read(line, number, report) {
                        return Some((item, self.sheet.at(number)));
                    }
                }
                Err(error) => self.sheet.note(report, ProblemKind::Malformed, number, shape_fault(&error)),
            }
        }
        None
    }

    fn progress(&self) -> (u64, u64) {
        self.meter.progress()
    }
}

impl JsonDeposit {
    fn read(&mut self, line: Line, number: u64, report: &mut Report) -> Option<Item> {
        let draft = match line {
            Line::Domain(draft) => Draft::Domain(draft),
            Line::Host(draft) => Draft::Host(draft),
            Line::Contact(draft) => Draft::Contact(draft),
            Line::Registrar(draft) => Draft::Registrar(draft),
            Line::IdnTable(draft) => Draft::IdnTable(draft),
            Line::Nndn(draft) => Draft::Nndn(draft),
            Line::Delete(key) => return self.delete(&key, number, report),
            Line::Header(header) => {
                let mut notes = Notes::new(Care::Deposit);
                let header = header.read(&mut notes);
                for (kind, detail) in notes.into_found() {
                    self.sheet.note(report, kind, number, detail);
                }
                return Some(Item::Header(header));
            }
        };
        self.objects_seen = true;
        let mut notes = Notes::new(Care::Deposit);
        let (class, label) = (draft.class(), draft.label().name(number));
        let object = draft.read(&mut notes);
        self.sheet.note_object(report, notes, number, class, label.as_deref());
        object.map(Item::Put)
    }

    fn delete(&mut self, key: &KeyText, number: u64, report: &mut Report) -> Option<Item> {
        if self.frame.kind == DepositType::Full {
            if !self.ignored {
                let detail = "a FULL deposit has deletes; they were ignored";
                self.sheet.note(report, ProblemKind::DeletesIgnored, number, detail);
            }
            self.ignored = true;
            return None;
        }
        if self.objects_seen {
            self.sheet.note(report, ProblemKind::Malformed, number, "a delete stands behind an object");
            return None;
        }
        let mut notes = Notes::new(Care::Deposit);
        let read = key.read(&mut notes);
        self.sheet.note_object(report, notes, number, key.class(), None);
        read.map(Item::Delete)
    }
}
