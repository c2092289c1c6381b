//! The rows of one object, as the drafts want them.

use super::columns::{Column, TableName};
use super::manifest::{Field, Table};
use super::sort::Row;
use crate::import::draft::{Notes, PhoneDraft};

/// One row with the columns of its table.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub table: &'a Table,
    pub row: &'a Row,
}

impl<'a> Cells<'a> {
    /// The value of a column; `None` where it is empty or the table does not have it.
    pub fn get(self, column: Column) -> Option<&'a str> {
        let at = self.table.fields.iter().position(|field| field.column == Some(column))?;
        self.row.values.get(at).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The value of a column as an own text.
    pub fn text(self, column: Column) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// All fields with a value.
    pub fn filled(self) -> impl Iterator<Item = (&'a Field, &'a str)> {
        let values = self.row.values.iter().map(String::as_str);
        self.table.fields.iter().zip(values).filter(|(_, value)| !value.trim().is_empty())
    }

    /// The name of a column with file and line, for what is found in a row that is not the object's first.
    pub fn what(self, name: &str) -> String {
        let file = self.table.files.get(self.row.file as usize).map_or("", |file| file.name.as_str());
        format!("{name} ({file}:{})", self.row.line)
    }

    /// A truth value; `None` where there is none.
    pub fn truth(self, column: Column, notes: &mut Notes) -> Option<bool> {
        self.get(column).and_then(|text| notes.truth(&self.what(column.word()), text.trim()))
    }

    /// A number.
    pub fn number<T: std::str::FromStr>(self, column: Column, notes: &mut Notes) -> Option<T> {
        self.get(column).and_then(|text| notes.number(&self.what(column.word()), text))
    }

    /// A telephone number with its extension.
    pub fn phone(self, number: Column, extension: Column) -> Option<PhoneDraft> {
        Some(PhoneDraft { number: self.text(number)?, extension: self.text(extension) })
    }
}

/// All rows of one object: the row of the parent table and those of its children, each table in the order of its
/// files and lines.
pub(super) struct ObjectRows<'a> {
    pub parent: Cells<'a>,
    pub tables: &'a [Table],
    pub rows: &'a [Row],
}

impl<'a> ObjectRows<'a> {
    /// The rows of a table.
    pub fn of(&self, name: TableName) -> impl Iterator<Item = Cells<'a>> {
        let tables = self.tables;
        let cells = move |row: &'a Row| tables.get(row.table as usize).map(|table| Cells { table, row });
        self.rows.iter().filter_map(cells).filter(move |cells| cells.table.name == name)
    }

    /// The values of a column in the rows of a table.
    pub fn texts(&self, name: TableName, column: Column) -> Vec<String> {
        self.of(name).filter_map(|cells| cells.text(column)).collect()
    }
}

/// Registrars by their identifier at IANA, for deposits that name registrars by it.
pub(super) type Gurids = std::collections::HashMap<String, String>;

/// The sponsor of an object: its registrar, or the one with this identifier at IANA. A registrar that has no other
/// identifier is known by that one.
pub(super) fn sponsor(cells: Cells<'_>, gurids: &Gurids) -> Option<String> {
    cells.text(Column::Sponsor).or_else(|| by_gurid(cells, gurids))
}

/// The identifier of the registrar of a row of a registrar table.
pub(super) fn registrar_id(cells: Cells<'_>, gurids: &Gurids) -> Option<String> {
    cells.text(Column::RegistrarId).or_else(|| by_gurid(cells, gurids))
}

fn by_gurid(cells: Cells<'_>, gurids: &Gurids) -> Option<String> {
    let gurid = cells.get(Column::Gurid)?.trim();
    Some(gurids.get(gurid).cloned().unwrap_or_else(|| gurid.to_owned()))
}
