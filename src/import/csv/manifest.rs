//! What a deposit's XML says of its CSV files: tables, columns, separators, files and their checksums.

use super::columns::{Column, TableName};
use crate::import::frame::Sheet;
use crate::import::problem::{ProblemKind, Report};
use crate::import::source::Encoding;
use crate::import::xml::{Element, Space, is_secret, shortened};
use crate::model::contact::PostalForm;
use crate::model::object::Class;

/// Most columns of a table.
const FIELDS_MAX: usize = 128;
/// Most street lines that an `index` may name (RFC 9022 §5.3.2.1.3).
const STREETS_MAX: usize = 3;

/// One column of a table.
pub(super) struct Field {
    /// What it is; `None` where nobody reads it.
    pub column: Option<Column>,
    /// Its name for problems.
    pub name: String,
    /// Whether each row must have a value.
    pub required: bool,
    /// Which street line it is, from 0.
    pub index: usize,
    /// The form that its `isLoc` names.
    pub form: Option<PostalForm>,
}

/// One file of a table.
pub(super) struct FileEntry {
    pub name: String,
    pub gzip: bool,
    pub encoding: Encoding,
    pub checksum: Option<Checksum>,
    pub line: u64,
}

/// The checksum that a file must have (RFC 9022 §4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    Crc32(u32),
    Sha256(Vec<u8>),
}

/// One `<rdeCsv:csv>`.
pub(super) struct Table {
    pub name: TableName,
    pub separator: u8,
    pub fields: Vec<Field>,
    pub files: Vec<FileEntry>,
}

impl Table {
    /// True where one of the fields is this column.
    pub fn has(&self, column: Column) -> bool {
        self.fields.iter().any(|field| field.column == Some(column))
    }
}

/// Reads the tables of one `<csv…:contents>` or `<csv…:deletes>`. What is wrong is noted, and that table left out.
pub(super) fn tables(class: Class, element: &Element, deletes: bool, sheet: &Sheet, report: &mut Report) -> Vec<Table> {
    let mut tables = Vec::new();
    for child in &element.children {
        if child.space != Space::RdeCsv || child.name != "csv" {
            sheet.note(report, ProblemKind::Unknown, child.line, format!("{} was passed over", shortened(&child.name)));
            continue;
        }
        let mut reading = Reading { line: child.line, sheet, report };
        tables.extend(reading.table(class, child, deletes));
    }
    tables
}

/// One table that is being read.
struct Reading<'a> {
    line: u64,
    sheet: &'a Sheet,
    report: &'a mut Report,
}

impl Reading<'_> {
    fn note(&mut self, kind: ProblemKind, line: u64, detail: impl Into<String>) {
        self.sheet.note(self.report, kind, line, detail);
    }

    fn table(&mut self, class: Class, csv: &Element, deletes: bool) -> Option<Table> {
        let word = csv.attribute("name").unwrap_or_default().trim();
        let known = TableName::from_word(word).filter(|name| name.class() == class);
        let Some(name) = known.filter(|name| !deletes || name.is_parent()) else {
            self.note(ProblemKind::Unknown, self.line, format!("the csv {} was passed over", shortened(word)));
            return None;
        };
        let separator = self.separator(csv);
        let fields = self.fields(name, csv);
        let files = self.files(name, csv);
        let table = Table { name, separator: separator?, fields: fields?, files: files? };
        let needs = if deletes { vec![name.delete_key()] } else { name.needs().to_vec() };
        let mut complete = true;
        for need in needs {
            if !need.iter().any(|column| table.has(*column)) {
                let columns = need.iter().map(|column| column.word()).collect::<Vec<_>>().join(" or ");
                self.note(ProblemKind::Missing, self.line, format!("the csv {name} has no column {columns}"));
                complete = false;
            }
        }
        complete.then_some(table)
    }

    fn separator(&mut self, csv: &Element) -> Option<u8> {
        match csv.attribute("sep").unwrap_or(",").as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Some(*byte),
            _ => {
                self.note(ProblemKind::BadValue, self.line, "sep is not a single ASCII character");
                None
            }
        }
    }

    fn fields(&mut self, table: TableName, csv: &Element) -> Option<Vec<Field>> {
        let mut lists = csv.named(&Space::RdeCsv, "fields");
        let (Some(list), None) = (lists.next(), lists.next()) else {
            self.note(ProblemKind::Missing, self.line, format!("the csv {table} has not one list of fields"));
            return None;
        };
        if list.children.len() > FIELDS_MAX {
            self.note(ProblemKind::TooLarge, list.line, format!("the csv {table} has too many columns"));
            return None;
        }
        let mut fields: Vec<Field> = Vec::with_capacity(list.children.len());
        for element in &list.children {
            let field = self.field(table, element)?;
            let same =
                |other: &Field| (other.column, other.index, other.form) == (field.column, field.index, field.form);
            if field.column.is_some() && fields.iter().any(same) {
                self.note(ProblemKind::BadValue, element.line, format!("the column {} is given twice", field.name));
                return None;
            }
            fields.push(field);
        }
        Some(fields)
    }

    fn field(&mut self, table: TableName, element: &Element) -> Option<Field> {
        let custom = element.attribute("name").unwrap_or_default();
        let secret = is_secret(&element.name) || is_secret(element.name.trim_start_matches('f')) || is_secret(custom);
        let column = if secret { None } else { Column::of(&element.space, &element.name) };
        let name = column.map_or_else(|| shortened(&element.name), |column| column.word().to_owned());
        if secret {
            let detail = format!("the column {name} of {table} was dropped");
            self.note(ProblemKind::SecretDropped, element.line, detail);
        } else if column.is_none() {
            let detail = format!("the column {name} of {table} was passed over");
            self.note(ProblemKind::Unknown, element.line, detail);
        }
        let default = column.is_some_and(Column::is_required);
        let required = match element.attribute("isRequired") {
            Some(text) if !secret => self.truth(element, "isRequired", text)?,
            _ => default && !secret,
        };
        let form = match element.attribute("isLoc") {
            Some(text) if self.truth(element, "isLoc", text)? => Some(PostalForm::Local),
            Some(_) => Some(PostalForm::International),
            None => None,
        };
        let index = match element.attribute("index").map(|text| text.trim().parse::<usize>()) {
            Some(Ok(index)) if index < STREETS_MAX => index,
            None => 0,
            Some(_) => {
                self.note(ProblemKind::BadValue, element.line, format!("the index of {name} is not 0, 1 or 2"));
                return None;
            }
        };
        Some(Field { column, name, required, index, form })
    }

    fn truth(&mut self, element: &Element, what: &str, text: &str) -> Option<bool> {
        match text.trim() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => {
                self.note(ProblemKind::BadValue, element.line, format!("{what} is not true or false"));
                None
            }
        }
    }

    fn files(&mut self, table: TableName, csv: &Element) -> Option<Vec<FileEntry>> {
        let lists: Vec<&Element> = csv.named(&Space::RdeCsv, "files").collect();
        let entries: Vec<&Element> = lists.iter().flat_map(|list| list.named(&Space::RdeCsv, "file")).collect();
        if entries.is_empty() {
            self.note(ProblemKind::Missing, self.line, format!("the csv {table} names no file"));
            return None;
        }
        entries.into_iter().map(|entry| self.file(entry)).collect()
    }

    fn file(&mut self, element: &Element) -> Option<FileEntry> {
        let gzip = match element.attribute("compression").map(|word| word.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "none") => false,
            Some("gzip" | "gz") => true,
            Some(_) => {
                self.note(ProblemKind::BadValue, element.line, "compression is not gzip");
                return None;
            }
        };
        let Some(encoding) = Encoding::from_label(element.attribute("encoding").unwrap_or_default()) else {
            self.note(ProblemKind::BadValue, element.line, "encoding is not UTF-8, ISO-8859-1 or ISO-8859-15");
            return None;
        };
        let Ok(checksum) = checksum(element.attribute("cksum"), element.attribute("cksumAlg")) else {
            self.note(ProblemKind::BadChecksum, element.line, "cksum or cksumAlg cannot be read");
            return None;
        };
        Some(FileEntry { name: element.text.trim().to_owned(), gzip, encoding, checksum, line: element.line })
    }
}

/// The checksum of an entry, in hexadecimal; `Err` where it cannot be read. A CRC32 may lack leading zeros.
fn checksum(sum: Option<&str>, algorithm: Option<&str>) -> Result<Option<Checksum>, ()> {
    let sum = sum.map(str::trim).filter(|sum| !sum.is_empty());
    let Some(sum) = sum else { return if algorithm.is_some() { Err(()) } else { Ok(None) } };
    let hex = sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    match algorithm.unwrap_or("CRC32").trim().to_ascii_uppercase().as_str() {
        "CRC32" if hex => u32::from_str_radix(sum, 16).map(|sum| Some(Checksum::Crc32(sum))).map_err(drop),
        "SHA256" | "SHA-256" if hex && sum.len() == 64 => {
            let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
            let digest: Option<Vec<u8>> = sum.as_bytes().chunks(2).map(byte).collect();
            digest.map(|digest| Some(Checksum::Sha256(digest))).ok_or(())
        }
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn es_19_checksums_are_crc32_or_sha256_in_hexadecimal() {
        assert_eq!(checksum(Some(" 75E2D01F "), None), Ok(Some(Checksum::Crc32(0x75e2_d01f))));
        assert_eq!(checksum(Some("ba504fc"), Some("CRC32")), Ok(Some(Checksum::Crc32(0x0ba5_04fc))));
        assert_eq!(checksum(Some(&"0a".repeat(32)), Some("SHA256")), Ok(Some(Checksum::Sha256(vec![10; 32]))));
        assert_eq!(checksum(None, None), Ok(None));
        for (sum, algorithm) in
            [(None, Some("SHA256")), (Some("xyz"), None), (Some("1234567890"), None), (Some("00"), Some("MD5"))]
        {
            assert_eq!(checksum(sum, algorithm), Err(()));
        }
    }
}
