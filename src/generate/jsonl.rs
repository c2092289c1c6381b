//! Deposits in Loket's JSON lines, version 1: the frame, the header, then one delete or object a line.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::sink::Sink;
use crate::import::deposit::{DepositFrame, Header};
use crate::import::jsonl;
use crate::model::object::{Class, Object, ObjectKey};

/// Writes a deposit, a line at a time.
pub(super) struct JsonDeposit<W: Write> {
    out: W,
    header: Value,
    headed: bool,
}

impl<W: Write> JsonDeposit<W> {
    /// Begins a deposit: the frame.
    pub(super) fn begin(mut out: W, frame: &DepositFrame, header: &Header) -> io::Result<JsonDeposit<W>> {
        let mut line = json!({ "loket": jsonl::VERSION, "type": frame.kind.word(), "id": frame.id });
        if let Some(members) = line.as_object_mut() {
            members.extend(frame.previous_id.as_ref().map(|id| ("prevId".to_owned(), json!(id))));
            members.insert("watermark".to_owned(), json!(frame.watermark.to_string()));
        }
        writeln!(out, "{line}")?;
        let counts: Map<String, Value> = header
            .counts
            .iter()
            .filter_map(|(class, _, count)| Some((member((*class)?).to_owned(), json!(count))))
            .collect();
        Ok(JsonDeposit { out, header: json!({ "header": { "zones": header.zones, "counts": counts } }), headed: false })
    }

    /// Writes the header before the first object, after the deletes.
    fn head(&mut self) -> io::Result<()> {
        if self.headed {
            return Ok(());
        }
        self.headed = true;
        writeln!(self.out, "{}", self.header)
    }
}

impl<W: Write> Sink for JsonDeposit<W> {
    fn delete(&mut self, key: &ObjectKey) -> io::Result<()> {
        let key = match key {
            ObjectKey::Domain(name) => json!({ "domain": name.as_str() }),
            ObjectKey::Host(name) => json!({ "host": name.as_str() }),
            ObjectKey::HostRoid(roid) => json!({ "hostRoid": roid }),
            ObjectKey::Contact(handle) => json!({ "contact": handle.reveal() }),
            ObjectKey::Registrar(id) => json!({ "registrar": id.as_str() }),
            ObjectKey::IdnTable(id) => json!({ "idnTable": id }),
            ObjectKey::Nndn(name) => json!({ "nndn": name.as_str() }),
        };
        writeln!(self.out, "{}", json!({ "delete": key }))
    }

    fn put(&mut self, object: &Object) -> io::Result<()> {
        self.head()?;
        self.out.write_all(&jsonl::encode(object))?;
        self.out.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.head()?;
        self.out.flush()
    }
}

/// The member of a class in the header's counts.
fn member(class: Class) -> &'static str {
    match class {
        Class::Domain => "domain",
        Class::Host => "host",
        Class::Contact => "contact",
        Class::Registrar => "registrar",
        Class::IdnTable => "idnTable",
        Class::Nndn => "nndn",
    }
}
