//! CSV deposits (RFC 9022 §4.6): the deposit's XML names tables, their columns and files; the files lie beside it.
//!
//! The tables of a class are read when their turn comes: checksums first, then all rows into a sort that spills to
//! unnamed temporary files, then object by object in the order of keys. `data/schema/csv.md` documents what is read
//! and Loket's own columns.

#[allow(dead_code, reason = "word lists come with more than is used here")]
mod columns;
mod contact;
mod domain;
mod file;
mod join;
mod manifest;
mod rows;
mod small;
mod sort;
mod watch;

use std::io;
use std::path::Path;

use self::join::{Group, Groups, Set, Surroundings};
use self::rows::{Cells, Gurids, ObjectRows};
use self::sort::{MEMORY_OCTETS, Row};
use super::deposit::Item;
use super::draft::{Care, Draft, Notes};
use super::frame::Sheet;
use super::problem::{Place, Problem, ProblemKind, Report};
use super::source::Meter;
use super::xml::Element;
use crate::model::object::Class;

/// The tables of one `<csv…:contents>` or `<csv…:deletes>`, their files not opened yet.
pub(super) struct CsvSet(Set);

impl CsvSet {
    /// Reads what the deposit says of the tables of a class; their files lie in `folder`. `None` where no table can
    /// be read, after noting why.
    pub fn read(class: Class, element: &Element, folder: &Path, sheet: &Sheet, report: &mut Report) -> Option<CsvSet> {
        let deletes = element.name == "deletes";
        let tables = manifest::tables(class, element, deletes, sheet, report);
        (!tables.is_empty()).then(|| CsvSet(Set { class, folder: folder.to_path_buf(), tables }))
    }
}

/// The objects, or deletes, of CSV files.
pub(super) struct CsvStream {
    sets: Vec<Set>,
    /// How many sets were begun.
    begun: usize,
    current: Option<Groups>,
    /// Rows of the current set were refused, so that others may lack what they belong to.
    broken: bool,
    deletes: bool,
    gurids: Gurids,
    manifest: Sheet,
    meter: Meter,
    budget: usize,
}

impl CsvStream {
    /// Begins with the sets of a deposit's deletes or contents; those of one class are read as one. `None` after
    /// noting an error.
    pub fn open(
        sets: Vec<CsvSet>,
        deletes: bool,
        sheet: &Sheet,
        meter: &Meter,
        report: &mut Report,
    ) -> Option<CsvStream> {
        let mut merged: Vec<Set> = Vec::with_capacity(sets.len());
        for CsvSet(set) in sets {
            match merged.iter_mut().find(|other| other.class == set.class) {
                Some(other) => other.tables.extend(set.tables),
                None => merged.push(set),
            }
        }
        let mut stream = CsvStream {
            sets: merged,
            begun: 0,
            current: None,
            broken: false,
            deletes,
            gurids: Gurids::new(),
            manifest: sheet.clone(),
            meter: meter.clone(),
            budget: MEMORY_OCTETS,
        };
        if stream.sets.iter().any(Set::needs_gurids)
            && let Some(registrars) = stream.sets.iter().find(|set| set.class == Class::Registrar)
        {
            match registrars.gurids(&stream.surroundings()) {
                Ok(gurids) => stream.gurids = gurids,
                Err(error) => {
                    stream.note_io(&error, report);
                    return None;
                }
            }
        }
        Some(stream)
    }

    /// The next object or delete, and where it begins; `None` at the end.
    pub fn next(&mut self, report: &mut Report) -> Option<(Item, Place)> {
        loop {
            match self.step(report) {
                Ok(Step::Item(item)) => return Some(*item),
                Ok(Step::Nothing) => {}
                Ok(Step::End) => return None,
                Err(error) => {
                    self.note_io(&error, report);
                    self.begun = self.sets.len();
                    self.current = None;
                }
            }
        }
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            manifest: &self.manifest,
            meter: &self.meter,
            budget: self.budget,
            hosts: self.sets.iter().find(|set| set.class == Class::Host),
        }
    }

    fn step(&mut self, report: &mut Report) -> io::Result<Step> {
        let Some(groups) = &mut self.current else {
            let Some(set) = self.sets.get(self.begun) else { return Ok(Step::End) };
            let errors = report.errors();
            let groups = Groups::new(set.load(&self.surroundings(), report)?);
            self.broken = report.errors() > errors;
            self.begun += 1;
            self.current = Some(groups);
            return Ok(Step::Nothing);
        };
        let Some(group) = groups.next()? else {
            self.current = None;
            return Ok(Step::Nothing);
        };
        let Some(set) = self.begun.checked_sub(1).and_then(|at| self.sets.get(at)) else { return Ok(Step::End) };
        let mut reading = Reading { set, gurids: &self.gurids, broken: self.broken, report };
        let read = if self.deletes { reading.delete(&group) } else { reading.put(&group) };
        Ok(read.map_or(Step::Nothing, |item| Step::Item(Box::new(item))))
    }

    fn note_io(&self, error: &io::Error, report: &mut Report) {
        let detail = format!("the temporary files in which rows are sorted: {error}");
        self.manifest.note(report, ProblemKind::Unreadable, 0, detail);
    }
}

enum Step {
    Item(Box<(Item, Place)>),
    Nothing,
    End,
}

/// What groups of rows are read with.
struct Reading<'a> {
    set: &'a Set,
    gurids: &'a Gurids,
    broken: bool,
    report: &'a mut Report,
}

impl Reading<'_> {
    /// The delete that the rows of one key ask for; twice is no more than once.
    fn delete(&mut self, group: &Group) -> Option<(Item, Place)> {
        let row = group.rows.first()?;
        let sheet = self.set.sheet(row);
        let mut notes = Notes::new(Care::Deposit);
        let key = small::deleted(self.set.class, self.set.cells(row)?, self.gurids).read(&mut notes);
        sheet.note_object(self.report, notes, row.line, self.set.class, None);
        Some((Item::Delete(key?), sheet.at(row.line)))
    }

    /// The object that the rows of one key are.
    fn put(&mut self, group: &Group) -> Option<(Item, Place)> {
        let set = self.set;
        let cells = group.rows.iter().filter_map(|row| set.cells(row));
        let mut parents = cells.filter(|cells| cells.table.name.is_parent());
        let Some(parent) = parents.next() else {
            self.note_orphans(group);
            return None;
        };
        let (row, sheet) = (parent.row, set.sheet(parent.row));
        let mut notes = Notes::new(Care::Deposit);
        if group.excess {
            notes.add(ProblemKind::TooLarge, "the object has too many rows".into());
        }
        let draft = self.draft(parent, &group.rows, &mut notes);
        let label = draft.label().name(row.line);
        for other in parents {
            self.note_duplicate(other, label.clone());
        }
        let object = draft.read(&mut notes);
        sheet.note_object(self.report, notes, row.line, set.class, label.as_deref());
        Some((Item::Put(object?), sheet.at(row.line)))
    }

    /// Notes rows that belong to nothing. Where rows were refused the deposit is, and these may only follow from it.
    fn note_orphans(&mut self, group: &Group) {
        for row in group.rows.iter().filter(|_| !self.broken) {
            let table = self.set.cells(row).map_or("", |cells| cells.table.name.word());
            let detail = format!("{table}: the row belongs to no {} of the deposit", self.set.class);
            self.set.sheet(row).note(self.report, ProblemKind::Dangling, row.line, detail);
        }
    }

    fn note_duplicate(&mut self, cells: Cells<'_>, object: Option<String>) {
        self.report.note(Problem {
            kind: ProblemKind::Duplicate,
            place: self.set.sheet(cells.row).at(cells.row.line),
            class: Some(self.set.class),
            object,
            detail: format!("{}: a second row has the same key", cells.table.name),
        });
    }

    fn draft(&self, parent: Cells<'_>, rows: &[Row], notes: &mut Notes) -> Draft {
        let gurids = self.gurids;
        let rows = ObjectRows { parent, tables: &self.set.tables, rows };
        match self.set.class {
            Class::Domain => Draft::Domain(domain::domain(&rows, gurids, notes)),
            Class::Host => Draft::Host(small::host(&rows, gurids, notes)),
            Class::Contact => Draft::Contact(contact::contact(&rows, gurids, notes)),
            Class::Registrar => Draft::Registrar(small::registrar(&rows, gurids, notes)),
            Class::IdnTable => Draft::IdnTable(small::idn_table(&rows)),
            Class::Nndn => Draft::Nndn(small::nndn(&rows)),
        }
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
