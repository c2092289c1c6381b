//! For the tests of the readers: deposits from texts, and what was read.

use std::path::Path;

use super::deposit::{Deposit, DepositFrame, Item};
use super::problem::{Place, ProblemKind, Report};
use crate::model::object::Object;
use crate::time::Timestamp;

/// What reading a deposit gave.
pub(super) struct Trial {
    pub frame: Option<DepositFrame>,
    pub items: Vec<(Item, Place)>,
    pub report: Report,
}

impl Trial {
    pub fn of_file(path: &Path) -> Trial {
        let mut report = Report::default();
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let Some(mut deposit) = super::open(path, now, &mut report) else {
            return Trial { frame: None, items: Vec::new(), report };
        };
        Trial::read(&mut *deposit, report)
    }

    fn read(deposit: &mut dyn Deposit, mut report: Report) -> Trial {
        let frame = Some(deposit.frame().clone());
        let items = std::iter::from_fn(|| Deposit::next(deposit, &mut report)).collect();
        Trial { frame, items, report }
    }

    /// Reads XML in pieces where that can be, or in one.
    pub fn of_xml(text: &[u8], in_pieces: bool) -> Trial {
        let mut report = Report::default();
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let bytes = Box::new(std::io::Cursor::new(text.to_vec()));
        let opened = if in_pieces {
            let (path, sheet) = (Path::new("d.xml"), super::frame::Sheet("d.xml".into()));
            super::xml::open(bytes, path, sheet, super::source::Meter::default(), now, &mut report)
        } else {
            super::xml::open_in_one(bytes, now, &mut report)
        };
        match opened {
            Some(mut deposit) => Trial::read(&mut *deposit, report),
            None => Trial { frame: None, items: Vec::new(), report },
        }
    }

    pub fn of(bytes: &[u8]) -> Trial {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deposit");
        std::fs::write(&path, bytes).unwrap();
        Trial::of_file(&path)
    }

    pub fn objects(&self) -> Vec<&Object> {
        self.items
            .iter()
            .filter_map(|(item, _)| if let Item::Put(object) = item { Some(object) } else { None })
            .collect()
    }

    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.report.counts().get(&kind).copied().unwrap_or_default()
    }

    #[track_caller]
    pub fn expect_clean(self) -> Trial {
        assert!(self.report.problems().is_empty(), "{:?}", self.report.problems());
        self
    }

    #[track_caller]
    pub fn expect(self, kind: ProblemKind) -> Trial {
        assert!(self.count(kind) > 0, "no {kind} in {:?}", self.report.problems());
        self
    }
}

/// An XML deposit of a type and its sections.
pub(super) fn xml(kind: &str, body: &str) -> String {
    let space = |prefix: &str, name: &str| format!(" xmlns:{prefix}=\"urn:ietf:params:xml:ns:{name}-1.0\"");
    let spaces: String = [
        ("rde", "rde"),
        ("rdeDomain", "rdeDomain"),
        ("rdeHost", "rdeHost"),
        ("rdeContact", "rdeContact"),
        ("rdeRegistrar", "rdeRegistrar"),
        ("rdeIDN", "rdeIDN"),
        ("rdeNNDN", "rdeNNDN"),
        ("rdeHeader", "rdeHeader"),
        ("rdeEppParams", "rdeEppParams"),
        ("rdePolicy", "rdePolicy"),
        ("rdeCsv", "rdeCsv"),
        ("csvDomain", "csvDomain"),
        ("csvHost", "csvHost"),
        ("csvContact", "csvContact"),
        ("csvRegistrar", "csvRegistrar"),
        ("csvIDN", "csvIDN"),
        ("csvNNDN", "csvNNDN"),
        ("domain", "domain"),
        ("contact", "contact"),
    ]
    .iter()
    .map(|(prefix, name)| space(prefix, name))
    .collect();
    let previous = if kind == "FULL" { "" } else { " prevId=\"0\"" };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rde:deposit type=\"{kind}\" id=\"1\"{previous}{spaces} \
         xmlns:secDNS=\"urn:ietf:params:xml:ns:secDNS-1.1\" xmlns:loket=\"urn:loket:registry-1.0\">\n\
         <rde:watermark>2025-06-01T00:00:00Z</rde:watermark>\n<rde:rdeMenu><rde:version>1.0</rde:version>\
         <rde:objURI>urn:ietf:params:xml:ns:rdeDomain-1.0</rde:objURI></rde:rdeMenu>\n{body}</rde:deposit>\n"
    )
}
