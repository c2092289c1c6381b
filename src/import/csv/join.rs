//! Parents and children brought together (RFC 9022 §4.6.1): the rows of all tables of a class are sorted by what they
//! are joined by, and those that follow one another with the same key are one object.

use std::io;
use std::iter::Peekable;
use std::path::PathBuf;

use super::columns::{Column, TableName};
use super::file::read_rows;
use super::manifest::Table;
use super::rows::{Cells, Gurids};
use super::sort::{Row, Sorted, Sorter};
use crate::import::frame::Sheet;
use crate::import::problem::{ProblemKind, Report};
use crate::import::source::Meter;
use crate::model::object::Class;

/// Most rows of one object.
pub(super) const ROWS_MAX: usize = 10_000;
/// Most octets of texts in the rows of one object.
const OBJECT_OCTETS_MAX: usize = 1024 * 1024;
/// Most registrars that are kept to find them by their identifier at IANA.
const GURIDS_MAX: usize = 100_000;

/// All tables of one class.
pub(super) struct Set {
    pub class: Class,
    pub folder: PathBuf,
    pub tables: Vec<Table>,
}

/// What reading a set needs beside it.
pub(super) struct Surroundings<'a> {
    pub manifest: &'a Sheet,
    pub meter: &'a Meter,
    pub budget: usize,
    /// The hosts of the deposit, for delegations that name them by ROID.
    pub hosts: Option<&'a Set>,
}

impl Set {
    /// A place in a file of the set.
    pub fn sheet(&self, row: &Row) -> Sheet {
        let table = self.tables.get(row.table as usize);
        let file = table.and_then(|table| table.files.get(row.file as usize));
        Sheet(file.map_or("", |file| file.name.as_str()).into())
    }

    /// A row with its columns.
    pub fn cells<'a>(&'a self, row: &'a Row) -> Option<Cells<'a>> {
        self.tables.get(row.table as usize).map(|table| Cells { table, row })
    }

    /// True where a table names registrars by their identifier at IANA only.
    pub fn needs_gurids(&self) -> bool {
        let own = if self.class == Class::Registrar { Column::RegistrarId } else { Column::Sponsor };
        self.tables.iter().any(|table| table.has(Column::Gurid) && !table.has(own))
    }

    /// True where hosts are joined with their statuses and addresses by ROID, as RFC 9022 §5.2.2 has it.
    fn by_roid(&self) -> bool {
        self.tables.iter().any(|table| !table.name.is_parent() && table.has(Column::Roid))
    }

    fn key_columns(&self) -> &'static [Column] {
        match self.class {
            Class::Domain => &[Column::DomainName],
            Class::Host if self.by_roid() => &[Column::Roid],
            Class::Host => &[Column::HostName, Column::Roid],
            Class::Contact => &[Column::ContactId],
            Class::Registrar => &[Column::RegistrarId, Column::Gurid],
            Class::IdnTable => &[Column::IdnTable],
            Class::Nndn => &[Column::NndnName],
        }
    }

    /// What a row is joined by; names without regard to case and final dot.
    fn key(&self, cells: Cells<'_>) -> Option<String> {
        let columns = self.key_columns();
        let (column, text) = columns.iter().find_map(|column| Some((*column, cells.get(*column)?.trim())))?;
        Some(match column {
            Column::DomainName | Column::HostName | Column::NndnName => name_key(text),
            _ => text.to_owned(),
        })
    }

    /// The rows of all files, in the order of their keys. What is wrong is noted.
    ///
    /// # Errors
    ///
    /// Those of the temporary files.
    pub fn load(&self, around: &Surroundings<'_>, report: &mut Report) -> io::Result<Sorted> {
        let mut sorter = Sorter::new(around.budget);
        let mut delegations = Sorter::new(around.budget);
        self.each_row(around, report, &mut |mut row, report| {
            let Some(cells) = self.cells(&row) else { return Ok(()) };
            let Some(key) = self.key(cells) else {
                self.note(&row, ProblemKind::Missing, "what the row belongs to is not named", report);
                return Ok(());
            };
            if cells.table.name == TableName::DomainNameServers
                && cells.get(Column::HostName).is_none()
                && let Some(roid) = cells.text(Column::Roid)
            {
                row.key = roid.trim().to_owned();
                row.table += 1;
                return delegations.push(row);
            }
            row.key = key;
            sorter.push(row)
        })?;
        self.resolve(delegations, around, &mut sorter, report)?;
        sorter.finish()
    }

    /// Puts the host's name in the place of its ROID in delegations, and passes them on.
    fn resolve(
        &self,
        mut delegations: Sorter,
        around: &Surroundings<'_>,
        sorter: &mut Sorter,
        report: &mut Report,
    ) -> io::Result<()> {
        if delegations.is_empty() {
            return Ok(());
        }
        // Hosts are read a second time; what is wrong with them is noted when they are read for themselves.
        let mut elsewhere = Report::default();
        let quiet = Surroundings { meter: &Meter::default(), ..*around };
        if let Some(hosts) = around.hosts {
            hosts.each_row(&quiet, &mut elsewhere, &mut |row, _| {
                let Some(cells) = hosts.cells(&row).filter(|cells| cells.table.name.is_parent()) else { return Ok(()) };
                let (Some(roid), Some(name)) = (cells.get(Column::Roid), cells.text(Column::HostName)) else {
                    return Ok(());
                };
                let key = roid.trim().to_owned();
                delegations.push(Row { key, table: HOST, values: vec![name], ..row })
            })?;
        }
        let mut host: Option<Row> = None;
        for row in delegations.finish()? {
            let row = row?;
            if row.table == HOST {
                host = Some(row);
                continue;
            }
            let row = Row { table: row.table.saturating_sub(1), ..row };
            match host.as_ref().filter(|host| host.key == row.key).and_then(|host| host.values.first()) {
                Some(name) => self.named(&row, name).into_iter().try_for_each(|row| sorter.push(row))?,
                None if elsewhere.errors() == 0 => {
                    self.note(&row, ProblemKind::Dangling, "no host of the deposit has this ROID", report);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The delegation with the name of its host, and joined by its domain again.
    fn named(&self, row: &Row, host: &str) -> Option<Row> {
        let key = self.key(self.cells(row)?)?;
        let table = self.tables.get(row.table as usize)?;
        let at = table.fields.iter().position(|field| field.column == Some(Column::Roid))?;
        let mut named = Row { key, ..row.clone() };
        host.clone_into(named.values.get_mut(at)?);
        Some(named)
    }

    /// Reads all rows, their keys still empty.
    pub fn each_row(
        &self,
        around: &Surroundings<'_>,
        report: &mut Report,
        each: &mut dyn FnMut(Row, &mut Report) -> io::Result<()>,
    ) -> io::Result<()> {
        for (table, number) in self.tables.iter().zip(0..) {
            for (entry, file) in table.files.iter().zip(0..) {
                let place = (around.manifest, around.meter);
                read_rows(&self.folder, (table, entry), place, report, &mut |line, values, report| {
                    each(Row { key: String::new(), table: number, file, line, values }, report)
                })?;
            }
        }
        Ok(())
    }

    fn note(&self, row: &Row, kind: ProblemKind, detail: &str, report: &mut Report) {
        let name = self.tables.get(row.table as usize).map_or("", |table| table.name.word());
        self.sheet(row).note(report, kind, row.line, format!("{name}: {detail}"));
    }

    /// The registrars of the set by their identifier at IANA. What is wrong is noted when they are read for
    /// themselves.
    pub fn gurids(&self, around: &Surroundings<'_>) -> io::Result<Gurids> {
        let mut gurids = Gurids::new();
        let quiet = Surroundings { meter: &Meter::default(), ..*around };
        self.each_row(&quiet, &mut Report::default(), &mut |row, _| {
            if let Some(cells) = self.cells(&row).filter(|cells| cells.table.name.is_parent())
                && let (Some(gurid), Some(id)) = (cells.get(Column::Gurid), cells.get(Column::RegistrarId))
                && gurids.len() < GURIDS_MAX
            {
                gurids.insert(gurid.trim().to_owned(), id.trim().to_owned());
            }
            Ok(())
        })?;
        Ok(gurids)
    }
}

/// The number under which hosts take part in the sorting of delegations. Those have their table's number and one
/// more, so that the host of a ROID comes before its delegations, of which it may have millions.
const HOST: u32 = 0;

/// A name as it is joined by.
fn name_key(text: &str) -> String {
    text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase()
}

/// Rows of one key.
pub(super) struct Group {
    pub rows: Vec<Row>,
    /// There are more than allowed; those beyond were passed over.
    pub excess: bool,
}

/// Rows by their key.
pub(super) struct Groups {
    rows: Peekable<Sorted>,
}

impl Groups {
    pub fn new(rows: Sorted) -> Groups {
        Groups { rows: rows.peekable() }
    }

    /// The rows of the next key, in bounds.
    pub fn next(&mut self) -> io::Result<Option<Group>> {
        let Some(first) = self.rows.next().transpose()? else { return Ok(None) };
        let mut octets = 0;
        let mut group = Group { rows: vec![first], excess: false };
        while let Some(row) = self.rows.next_if(|row| match row {
            Ok(row) => group.rows.first().is_some_and(|first| first.key == row.key),
            Err(_) => true,
        }) {
            let row = row?;
            octets += row.values.iter().map(String::len).sum::<usize>();
            group.excess |= group.rows.len() >= ROWS_MAX || octets > OBJECT_OCTETS_MAX;
            if !group.excess {
                group.rows.push(row);
            }
        }
        Ok(Some(group))
    }
}
