//! The deposit as a whole: frame, deletes, contents.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::element::{Element, shortened};
use super::piece::{Crew, Piece, ReadPiece, last_end};
use super::space::Space;
use super::tokens::{Fault, Token, Tokens};
use super::{contact, domain, small};
use crate::import::csv::{CsvSet, CsvStream};
use crate::import::deposit::{Deposit, DepositFrame, DepositType, Item};
use crate::import::draft::{Care, Draft, KeyText, Notes};
use crate::import::frame::{FrameDraft, Sheet};
use crate::import::problem::{Place, ProblemKind, Report};
use crate::import::source::{Bytes, Meter};
use crate::model::object::Class;
use crate::time::Timestamp;

/// Most namespaces and elements about whose passing over a warning is given.
const UNKNOWN_KINDS_MAX: usize = 100;

/// Where in the deposit reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// Directly below the root.
    Root,
    /// In `<rde:deletes>`.
    Deletes,
    /// In a `<…:delete>` of this class.
    Delete(Class),
    /// In `<rde:contents>`.
    Contents,
    /// At the end.
    End,
}

/// An XML deposit that is being read.
struct XmlDeposit {
    tokens: Tokens<Bytes>,
    frame: DepositFrame,
    sheet: Sheet,
    folder: PathBuf,
    meter: Meter,
    section: Section,
    /// A token that was read ahead.
    ahead: Option<Token>,
    contents_seen: bool,
    deletes_seen: bool,
    unknown: BTreeSet<String>,
    /// CSV files of the section in hand, read when the section ends.
    csv: Vec<CsvSet>,
    rows: Option<CsvStream>,
    ready: VecDeque<(Item, Place)>,
    /// True where the next thing in the contents may be cut off as a piece.
    may_cut: bool,
    /// Whoever reads pieces, once there were some.
    crew: Option<Crew>,
    /// False to read everything in one thread.
    in_pieces: bool,
}

/// Opens an XML deposit and reads its frame; `None` after noting an error.
pub(in crate::import) fn open(
    bytes: Bytes,
    path: &Path,
    sheet: Sheet,
    meter: Meter,
    now: Timestamp,
    report: &mut Report,
) -> Option<Box<dyn Deposit>> {
    Some(Box::new(begin(bytes, path, sheet, meter, now, report)?))
}

/// [`open`], for reading all of it by the parser of all XML: what the others must agree with.
#[cfg(test)]
pub(in crate::import) fn open_in_one(bytes: Bytes, now: Timestamp, report: &mut Report) -> Option<Box<dyn Deposit>> {
    let deposit = begin(bytes, Path::new("d.xml"), Sheet("d.xml".into()), Meter::default(), now, report)?;
    Some(Box::new(XmlDeposit { in_pieces: false, ..deposit }))
}

fn begin(
    bytes: Bytes,
    path: &Path,
    sheet: Sheet,
    meter: Meter,
    now: Timestamp,
    report: &mut Report,
) -> Option<XmlDeposit> {
    let mut tokens = Tokens::new(bytes);
    let (draft, ahead) = match read_frame(&mut tokens) {
        Ok(read) => read,
        Err(fault) => {
            sheet.note(report, fault.kind, tokens.line(), fault.detail);
            return None;
        }
    };
    let frame = draft.read(now, &sheet, report)?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Some(XmlDeposit {
        tokens,
        frame,
        sheet,
        folder,
        meter,
        section: Section::Root,
        ahead: Some(ahead),
        contents_seen: false,
        deletes_seen: false,
        unknown: BTreeSet::new(),
        csv: Vec::new(),
        rows: None,
        ready: VecDeque::new(),
        may_cut: false,
        crew: None,
        in_pieces: true,
    })
}

/// Reads up to the first thing that is not of the frame; that comes back too.
fn read_frame(tokens: &mut Tokens<Bytes>) -> Result<(FrameDraft, Token), Fault> {
    let Token::Start(root) = tokens.next()? else {
        return Err(Fault::new(ProblemKind::BadFrame, "there is no root element"));
    };
    if root.space != Space::Rde || root.name != "deposit" {
        return Err(Fault::new(ProblemKind::BadFrame, "the root element is not rde-1.0's deposit"));
    }
    let attribute = |name: &str| root.attribute(name).map(str::to_owned);
    let mut draft = FrameDraft {
        kind: attribute("type").unwrap_or_default(),
        id: attribute("id").unwrap_or_default(),
        previous_id: attribute("prevId"),
        resend: attribute("resend"),
        watermark: None,
        menu: Some((String::new(), 0)),
        line: root.line,
    };
    loop {
        match tokens.next()? {
            Token::Start(element) if element.space == Space::Rde && element.name == "watermark" => {
                draft.watermark = Some(tree(tokens, element)?.text);
            }
            Token::Start(element) if element.space == Space::Rde && element.name == "rdeMenu" => {
                let menu = tree(tokens, element)?;
                let version = menu.named(&Space::Rde, "version").next().map(|version| version.text.clone());
                let objects = menu.named(&Space::Rde, "objURI").filter(|uri| !uri.text.trim().is_empty()).count();
                draft.menu = Some((version.unwrap_or_default(), objects));
            }
            Token::Text => {}
            token => return Ok((draft, token)),
        }
    }
}

fn tree(tokens: &mut Tokens<Bytes>, element: Element) -> Result<Element, Fault> {
    tokens.tree(element)?.map_err(|detail| Fault::new(ProblemKind::TooLarge, detail))
}

impl Deposit for XmlDeposit {
    fn frame(&self) -> &DepositFrame {
        &self.frame
    }

    fn next(&mut self, report: &mut Report) -> Option<(Item, Place)> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            if let Some(rows) = &mut self.rows {
                match rows.next(report) {
                    Some(item) => return Some(item),
                    None => self.rows = None,
                }
                continue;
            }
            if self.section == Section::End {
                return None;
            }
            if self.section == Section::Contents && self.read_pieces(report) {
                continue;
            }
            if let Err(fault) = self.step(report) {
                self.sheet.note(report, fault.kind, self.tokens.line(), fault.detail);
                self.section = Section::End;
            }
        }
    }

    fn next_many(&mut self, report: &mut Report) -> Vec<(Item, Place)> {
        let Some(first) = self.next(report) else { return Vec::new() };
        // What was read of a piece goes on as it came.
        self.ready.push_front(first);
        std::mem::take(&mut self.ready).into()
    }

    fn progress(&self) -> (u64, u64) {
        self.meter.progress()
    }
}

impl XmlDeposit {
    /// Reads what can be read in pieces, by several threads; `false` where nothing can.
    fn read_pieces(&mut self, report: &mut Report) -> bool {
        if self.may_cut {
            let crew = self.crew.get_or_insert_with(|| Crew::new(&self.tokens.bindings(), &self.sheet));
            while self.may_cut && crew.has_room() {
                match self.tokens.cut(last_end) {
                    Some(piece) => crew.give(piece),
                    None => self.may_cut = false,
                }
            }
        }
        let Some(read) = self.crew.as_mut().and_then(Crew::take) else { return false };
        let ReadPiece { piece: Piece { octets, .. }, items, report: found, read } = read;
        report.absorb(found);
        if self.ready.is_empty() {
            self.ready = items.into();
        } else {
            self.ready.extend(items);
        }
        if let Some(left) = octets.get(read..).filter(|left| !left.is_empty()) {
            self.put_back(left.to_owned());
        }
        true
    }

    /// Gives back what is not plain and all that was cut off behind it.
    fn put_back(&mut self, mut octets: Vec<u8>) {
        while let Some(read) = self.crew.as_mut().and_then(Crew::take) {
            octets.extend_from_slice(&read.piece.octets);
        }
        self.tokens.put_back(&octets);
        self.may_cut = false;
    }

    /// Reads one token and what belongs to it.
    fn step(&mut self, report: &mut Report) -> Result<(), Fault> {
        self.may_cut = false;
        let token = match self.ahead.take() {
            Some(token) => token,
            None => self.tokens.next()?,
        };
        match (self.section, token) {
            (_, Token::Text) if self.tokens.text().trim().is_empty() => {}
            (_, Token::Text) => {
                self.sheet.note(report, ProblemKind::Unknown, self.tokens.line(), "text between elements");
            }
            (Section::Root, Token::Start(element)) => self.begin_section(element, report)?,
            (Section::Deletes, Token::Start(element)) => self.begin_delete(element, report)?,
            (Section::Delete(class), Token::Start(element)) => self.delete(class, element, report)?,
            (Section::Contents, Token::Start(element)) => {
                self.put(element, report)?;
                self.may_cut = self.in_pieces && self.section == Section::Contents;
            }
            (Section::Deletes, Token::End) => {
                self.section = Section::Root;
                self.begin_rows(true, report);
            }
            (Section::Contents, Token::End) => {
                self.section = Section::Root;
                self.begin_rows(false, report);
            }
            (Section::Delete(_), Token::End) => self.section = Section::Deletes,
            // The root ended; what is left must be nothing.
            (Section::Root, Token::End) => {}
            (Section::End, _) | (_, Token::Eof) => self.section = Section::End,
        }
        Ok(())
    }

    fn begin_section(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        match (&element.space, element.name.as_str()) {
            (Space::Rde, "deletes") if self.frame.kind == DepositType::Full => {
                let detail = "a FULL deposit has deletes; they were ignored";
                self.sheet.note(report, ProblemKind::DeletesIgnored, element.line, detail);
                self.tokens.skip()
            }
            (Space::Rde, "deletes") if self.contents_seen || self.deletes_seen => {
                Err(Fault::new(ProblemKind::Malformed, "deletes must stand once, before the contents"))
            }
            (Space::Rde, "deletes") => {
                self.deletes_seen = true;
                self.section = Section::Deletes;
                Ok(())
            }
            (Space::Rde, "contents") if self.contents_seen => {
                Err(Fault::new(ProblemKind::Malformed, "there is more than one contents"))
            }
            (Space::Rde, "contents") => {
                self.contents_seen = true;
                self.section = Section::Contents;
                Ok(())
            }
            (Space::Rde, "watermark" | "rdeMenu") => {
                Err(Fault::new(ProblemKind::Malformed, "the frame stands behind deletes or contents"))
            }
            _ => self.pass_over(element, report),
        }
    }

    fn begin_delete(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        let class = match (&element.space, element.name.as_str()) {
            (Space::RdeDomain, "delete") => Class::Domain,
            (Space::RdeHost, "delete") => Class::Host,
            (Space::RdeContact, "delete") => Class::Contact,
            (Space::RdeRegistrar, "delete") => Class::Registrar,
            (Space::RdeIdn, "delete") => Class::IdnTable,
            (Space::RdeNndn, "delete") => Class::Nndn,
            (_, "deletes") if is_csv(&element.space) => return self.csv_set(element, report),
            _ => return self.pass_over(element, report),
        };
        self.section = Section::Delete(class);
        Ok(())
    }

    /// One key within a `<…:delete>`.
    fn delete(&mut self, class: Class, element: Element, report: &mut Report) -> Result<(), Fault> {
        let element = tree(&mut self.tokens, element)?;
        let text = element.text.clone();
        let key = match (class, element.name.as_str()) {
            (Class::Domain, "name") => KeyText::Domain(text),
            (Class::Host, "name") => KeyText::Host(text),
            (Class::Host, "roid") => KeyText::HostRoid(text),
            (Class::Contact, "id") => KeyText::Contact(text),
            (Class::Registrar, "id") => KeyText::Registrar(text),
            (Class::IdnTable, "id") => KeyText::IdnTable(text),
            (Class::Nndn, "aName") => KeyText::Nndn(text),
            _ => return self.unknown(&element, report),
        };
        let mut notes = Notes::new(Care::Deposit);
        let key = key.read(&mut notes);
        self.sheet.note_object(report, notes, element.line, class, None);
        self.ready.extend(key.map(|key| (Item::Delete(key), self.sheet.at(element.line))));
        Ok(())
    }

    /// One object of the contents.
    fn put(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        match (&element.space, element.name.as_str()) {
            _ if class_of_object(&element).is_some() => self.object(element, report),
            (Space::RdeHeader, "header") => self.header(element, report),
            // Known, and nothing in them that the counter needs.
            (Space::RdeEppParams | Space::RdePolicy | Space::RdeCommon, _) => self.tokens.skip(),
            (space, "contents") if is_csv(space) => self.csv_set(element, report),
            _ => self.pass_over(element, report),
        }
    }

    fn object(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        let line = element.line;
        let class = class_of_space(&element.space);
        match self.tokens.tree(element)? {
            Ok(tree) => self.ready.extend(read_object(class, tree, &self.sheet, report)),
            Err(excess) => {
                let mut notes = Notes::new(Care::Deposit);
                notes.add(ProblemKind::TooLarge, excess.into());
                self.sheet.note_object(report, notes, line, class, None);
            }
        }
        Ok(())
    }

    fn header(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        let line = element.line;
        let element = tree(&mut self.tokens, element)?;
        let mut notes = Notes::new(Care::Deposit);
        let header = small::header(&element, &mut notes);
        for (kind, detail) in notes.into_found() {
            self.sheet.note(report, kind, line, detail);
        }
        self.ready.push_back((Item::Header(header), self.sheet.at(line)));
        Ok(())
    }

    fn csv_set(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        let class = class_of_space(&element.space);
        let element = tree(&mut self.tokens, element)?;
        self.csv.extend(CsvSet::read(class, &element, &self.folder, &self.sheet, report));
        Ok(())
    }

    /// At the end of a section: reads the CSV files that it named.
    fn begin_rows(&mut self, deletes: bool, report: &mut Report) {
        let sets = std::mem::take(&mut self.csv);
        if !sets.is_empty() {
            self.rows = CsvStream::open(sets, deletes, &self.sheet, &self.meter, report);
        }
    }

    /// Passes over an element that is not known, with one warning for each name in each namespace.
    fn pass_over(&mut self, element: Element, report: &mut Report) -> Result<(), Fault> {
        self.unknown(&element, report)?;
        self.tokens.skip()
    }

    fn unknown(&mut self, element: &Element, report: &mut Report) -> Result<(), Fault> {
        let detail = match &element.space {
            Space::Other(uri) => format!("elements of the namespace {} were passed over", shortened(uri)),
            _ => format!("elements {} were passed over", shortened(&element.name)),
        };
        if self.unknown.len() < UNKNOWN_KINDS_MAX && self.unknown.insert(detail.clone()) {
            self.sheet.note(report, ProblemKind::Unknown, element.line, detail);
        }
        Ok(())
    }
}

fn is_csv(space: &Space) -> bool {
    matches!(
        space,
        Space::CsvDomain | Space::CsvHost | Space::CsvContact | Space::CsvRegistrar | Space::CsvIdn | Space::CsvNndn
    )
}

/// The class of an element that is an object.
pub(super) fn class_of_object(element: &Element) -> Option<Class> {
    match (&element.space, element.name.as_str()) {
        (Space::RdeDomain, "domain")
        | (Space::RdeHost, "host")
        | (Space::RdeContact, "contact")
        | (Space::RdeRegistrar, "registrar")
        | (Space::RdeIdn, "idnTableRef")
        | (Space::RdeNndn, "NNDN") => Some(class_of_space(&element.space)),
        _ => None,
    }
}

/// The object of an element, with its place; `None` after noting what is wrong with it.
pub(super) fn read_object(class: Class, tree: Element, sheet: &Sheet, report: &mut Report) -> Option<(Item, Place)> {
    let line = tree.line;
    let mut notes = Notes::new(Care::Deposit);
    let draft = match class {
        Class::Domain => Draft::Domain(domain::domain(tree, &mut notes)),
        Class::Host => Draft::Host(small::host(tree, &mut notes)),
        Class::Contact => Draft::Contact(contact::contact(tree, &mut notes)),
        Class::Registrar => Draft::Registrar(small::registrar(tree, &mut notes)),
        Class::IdnTable => Draft::IdnTable(small::idn_table(tree, &mut notes)),
        Class::Nndn => Draft::Nndn(small::nndn(tree, &mut notes)),
    };
    let label = draft.label();
    let object = draft.read(&mut notes);
    if !notes.is_empty() {
        sheet.note_object(report, notes, line, class, label.name(line).as_deref());
    }
    object.map(|object| (Item::Put(object), sheet.at(line)))
}

/// The class of a namespace of objects; callers have seen that it is one.
fn class_of_space(space: &Space) -> Class {
    match space {
        Space::RdeHost | Space::CsvHost => Class::Host,
        Space::RdeContact | Space::CsvContact => Class::Contact,
        Space::RdeRegistrar | Space::CsvRegistrar => Class::Registrar,
        Space::RdeIdn | Space::CsvIdn => Class::IdnTable,
        Space::RdeNndn | Space::CsvNndn => Class::Nndn,
        _ => Class::Domain,
    }
}
