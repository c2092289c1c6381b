//! Deposits in the CSV model of RFC 9022: a manifest in XML, and CSV files beside it that it names with their CRC-32.
//!
//! The files are never compressed, also where the manifest is. Loket's facts stand in columns of Loket's namespace.

mod layout;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::CrcWriter;

pub(super) use self::layout::namespace;
use self::layout::{DELETES, Kind, LAYOUTS, Layout, prefix};
use super::sink::Sink;
use super::xml::{LOKET_NAMESPACE, hexadecimal};
use super::{GenerateFault, create};
use crate::import::deposit::{DepositFrame, Header};
use crate::model::contact::{Contact, DiscloseElement, PhoneNumber, PostalInfo};
use crate::model::domain::Domain;
use crate::model::host::Host;
use crate::model::object::{Class, Object, ObjectKey};
use crate::model::personal::Personal;
use crate::model::registrar::Registrar;
use crate::time::Timestamp;

/// A CSV file that is being written.
struct Table {
    path: PathBuf,
    rows: ::csv::Writer<CrcWriter<BufWriter<File>>>,
}

/// Writes the CSV files as objects come, and the manifest at the end.
pub(super) struct CsvDeposit {
    manifest: PathBuf,
    frame: DepositFrame,
    header: Header,
    deletes: Vec<Table>,
    contents: Vec<Table>,
}

impl CsvDeposit {
    /// Begins a deposit; `out` is where the manifest will be, the CSV files stand beside it.
    pub(super) fn begin(out: &Path, frame: &DepositFrame, header: Header) -> Result<CsvDeposit, GenerateFault> {
        let open = |section: &str, layouts: &[Layout]| -> Result<Vec<Table>, GenerateFault> {
            layouts.iter().enumerate().map(|(number, layout)| Table::open(out, section, number, layout)).collect()
        };
        let differs = frame.previous_id.is_some();
        Ok(CsvDeposit {
            manifest: out.to_owned(),
            deletes: if differs { open("delete-", DELETES)? } else { Vec::new() },
            contents: open("", LAYOUTS)?,
            frame: frame.clone(),
            header,
        })
    }

    /// The CSV files.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.deletes.iter().chain(&self.contents).map(|table| table.path.clone()).collect()
    }

    fn row(&mut self, kind: Kind, cells: &[&str]) -> io::Result<()> {
        self.contents.get_mut(kind as usize).map_or(Ok(()), |table| table.row(cells))
    }

    fn domain(&mut self, domain: &Domain) -> io::Result<()> {
        let name = domain.name.as_str();
        let facts = &domain.facts;
        self.row(
            Kind::Domain,
            &[
                name,
                &domain.roid,
                domain.idn_table.as_deref().unwrap_or(""),
                domain.registrant.as_ref().map_or("", |handle| handle.reveal()),
                domain.registrar.as_str(),
                &moment(domain.created),
                &moment(domain.updated),
                &moment(domain.expires),
                &moment(domain.transferred),
                truth(facts.on_hold),
                &moment(facts.quarantined_until),
                truth(facts.out_of_service),
            ],
        )?;
        for (role, handle) in &domain.contacts {
            self.row(Kind::DomainContacts, &[name, handle.reveal(), role.word()])?;
        }
        for number in 0..domain.statuses.len().max(domain.rgp_statuses.len()) {
            let status = domain.statuses.get(number).or(domain.statuses.last()).map_or("", |status| status.word());
            self.row(
                Kind::DomainStatuses,
                &[name, status, domain.rgp_statuses.get(number).map_or("", |it| it.word())],
            )?;
        }
        for server in &domain.nameservers {
            let host = server.host.as_str();
            self.row(Kind::DomainNameServers, &[name, host])?;
            for address in &server.addresses.v4 {
                self.row(Kind::DomainNameServersAddresses, &[name, host, &address.to_string(), "v4"])?;
            }
            for address in &server.addresses.v6 {
                self.row(Kind::DomainNameServersAddresses, &[name, host, &address.to_string(), "v6"])?;
            }
        }
        self.secure_dns(name, domain)
    }

    fn secure_dns(&mut self, name: &str, domain: &Domain) -> io::Result<()> {
        let life = domain.secure_dns.max_sig_life.map(|life| life.to_string()).unwrap_or_default();
        for ds in &domain.secure_dns.ds {
            let numbers = [ds.key_tag.to_string(), ds.algorithm.to_string(), ds.digest_type.to_string()];
            let [tag, algorithm, digest_type] = &numbers;
            self.row(Kind::DnssecDs, &[name, &life, tag, algorithm, digest_type, &hexadecimal(&ds.digest)])?;
        }
        for key in &domain.secure_dns.keys {
            let numbers = [key.flags.to_string(), key.protocol.to_string(), key.algorithm.to_string()];
            let [flags, protocol, algorithm] = &numbers;
            self.row(Kind::DnssecKeys, &[name, &life, flags, protocol, algorithm, &key.public_key])?;
        }
        Ok(())
    }

    fn host(&mut self, host: &Host) -> io::Result<()> {
        let roid = host.roid.as_deref().unwrap_or("");
        let sponsor = host.sponsor.as_ref().map_or("", |id| id.as_str());
        self.row(Kind::Host, &[host.name.as_str(), roid, sponsor, &moment(host.created), &moment(host.updated)])?;
        for status in &host.statuses {
            self.row(Kind::HostStatuses, &[roid, status.word()])?;
        }
        for address in &host.addresses.v4 {
            self.row(Kind::HostAddresses, &[roid, &address.to_string(), "v4"])?;
        }
        for address in &host.addresses.v6 {
            self.row(Kind::HostAddresses, &[roid, &address.to_string(), "v6"])?;
        }
        Ok(())
    }

    fn contact(&mut self, contact: &Contact) -> io::Result<()> {
        let id = contact.handle.reveal();
        let (voice, fax) = (phone(contact.voice.as_ref()), phone(contact.fax.as_ref()));
        self.row(
            Kind::Contact,
            &[
                id,
                text(contact.roid.as_ref()),
                voice.0,
                voice.1,
                fax.0,
                fax.1,
                text(contact.email.as_ref()),
                contact.sponsor.as_ref().map_or("", |id| id.as_str()),
                &moment(contact.created),
                &moment(contact.updated),
                contact.declared_kind.map_or("", |kind| kind.word()),
                contact.contact_type.map_or("", |kind| kind.word()),
                text(contact.language.as_ref()),
                text(contact.vat.as_ref()),
                truth(contact.shielded),
            ],
        )?;
        for status in &contact.statuses {
            self.row(Kind::ContactStatuses, &[id, status.word()])?;
        }
        for postal in &contact.postal {
            let mut cells =
                vec![id, postal.form.word(), text(postal.name.as_ref()), text(postal.organisation.as_ref())];
            cells.extend(address(postal));
            self.row(Kind::ContactPostal, &cells)?;
        }
        let Some(disclose) = &contact.disclose else { return Ok(()) };
        use DiscloseElement as E;
        let columns = [
            E::NameLoc,
            E::NameInt,
            E::OrganisationLoc,
            E::OrganisationInt,
            E::AddressLoc,
            E::AddressInt,
            E::Voice,
            E::Fax,
            E::Email,
        ];
        let mut cells = vec![id, if disclose.allow { "1" } else { "0" }];
        cells.extend(columns.map(|column| if disclose.elements.contains(&column) { "1" } else { "0" }));
        self.row(Kind::ContactDisclose, &cells)
    }

    fn registrar(&mut self, registrar: &Registrar) -> io::Result<()> {
        let id = registrar.id.as_str();
        let iana_id = registrar.iana_id.map(|id| id.to_string()).unwrap_or_default();
        let (created, updated) = (moment(registrar.created), moment(registrar.updated));
        let mut cells = vec![id, &registrar.name, &iana_id, registrar.status.word()];
        cells.extend(registrar.postal.first().map_or([""; 7], address));
        for number in [&registrar.voice, &registrar.fax] {
            let (number, extension) = phone(number.as_ref());
            cells.extend([number, extension]);
        }
        cells.extend([text(registrar.email.as_ref()), registrar.website.as_deref().unwrap_or(""), &created, &updated]);
        let abuse = phone(registrar.abuse_voice.as_ref());
        cells.extend([registrar.abuse_email.as_deref().unwrap_or(""), abuse.0, abuse.1]);
        cells.push(registrar.rdap_base.as_deref().unwrap_or(""));
        self.row(Kind::Registrar, &cells)?;
        for (role, handle) in &registrar.contacts {
            self.row(Kind::RegistrarContacts, &[id, handle.reveal(), role.word()])?;
        }
        Ok(())
    }

    fn write_manifest(&mut self) -> io::Result<()> {
        let mut out = create(&self.manifest)?;
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        write!(out, "<rde:deposit type=\"{}\" id=\"{}\"", self.frame.kind.word(), self.frame.id)?;
        if let Some(previous) = &self.frame.previous_id {
            write!(out, " prevId=\"{previous}\"")?;
        }
        for name in ["rde", "rdeHeader", "rdeCsv"].into_iter().chain(Class::ALL.iter().map(|class| prefix(*class))) {
            write!(out, "\n    xmlns:{name}=\"urn:ietf:params:xml:ns:{name}-1.0\"")?;
        }
        writeln!(out, "\n    xmlns:loket=\"{LOKET_NAMESPACE}\">")?;
        writeln!(out, "  <rde:watermark>{}</rde:watermark>\n  <rde:rdeMenu>", self.frame.watermark)?;
        writeln!(out, "    <rde:version>1.0</rde:version>")?;
        let header = ["urn:ietf:params:xml:ns:rdeHeader-1.0"];
        for uri in header.into_iter().chain(Class::ALL.iter().map(|class| namespace(*class))).chain([LOKET_NAMESPACE]) {
            writeln!(out, "    <rde:objURI>{uri}</rde:objURI>")?;
        }
        writeln!(out, "  </rde:rdeMenu>")?;
        if !self.deletes.is_empty() {
            writeln!(out, "  <rde:deletes>")?;
            write_section(&mut out, "deletes", DELETES, &mut self.deletes)?;
            writeln!(out, "  </rde:deletes>")?;
        }
        writeln!(out, "  <rde:contents>\n    <rdeHeader:header>")?;
        for zone in &self.header.zones {
            writeln!(out, "      <rdeHeader:tld>{zone}</rdeHeader:tld>")?;
        }
        for (_, uri, count) in &self.header.counts {
            writeln!(out, "      <rdeHeader:count uri=\"{uri}\">{count}</rdeHeader:count>")?;
        }
        writeln!(out, "    </rdeHeader:header>")?;
        write_section(&mut out, "contents", LAYOUTS, &mut self.contents)?;
        writeln!(out, "  </rde:contents>\n</rde:deposit>")?;
        out.flush()
    }
}

/// Writes the files of a section, one `csvX:contents` or `csvX:deletes` for each class.
fn write_section(out: &mut impl Write, section: &str, layouts: &[Layout], tables: &mut [Table]) -> io::Result<()> {
    for class in Class::ALL {
        let prefix = prefix(*class);
        writeln!(out, "    <{prefix}:{section}>")?;
        for (Layout(_, name, fields), table) in
            layouts.iter().zip(tables.iter_mut()).filter(|(layout, _)| layout.0 == *class)
        {
            let checksum = table.finish()?;
            let file = table.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let file = file.replace('&', "&amp;").replace('<', "&lt;");
            writeln!(out, "      <rdeCsv:csv name=\"{name}\" sep=\",\">\n        <rdeCsv:fields>")?;
            for field in *fields {
                writeln!(out, "          <{field}/>")?;
            }
            writeln!(out, "        </rdeCsv:fields>\n        <rdeCsv:files>")?;
            writeln!(out, "          <rdeCsv:file cksum=\"{checksum:08X}\">{file}</rdeCsv:file>")?;
            writeln!(out, "        </rdeCsv:files>\n      </rdeCsv:csv>")?;
        }
        writeln!(out, "    </{prefix}:{section}>")?;
    }
    Ok(())
}

impl Table {
    fn open(manifest: &Path, section: &str, number: usize, layout: &Layout) -> Result<Table, GenerateFault> {
        let stem = manifest.file_name().ok_or_else(|| GenerateFault::Path(manifest.to_owned()))?.to_string_lossy();
        let stem = stem.strip_suffix(".gz").unwrap_or(&stem);
        let stem = stem.strip_suffix(".xml").unwrap_or(stem);
        let path = manifest.with_file_name(format!("{stem}-{section}{number:02}-{}.csv", layout.1));
        let file = File::create(&path).map_err(|error| GenerateFault::Write(path.clone(), error))?;
        let rows = ::csv::WriterBuilder::new().from_writer(CrcWriter::new(BufWriter::new(file)));
        Ok(Table { path, rows })
    }

    fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        self.rows.write_record(cells).map_err(io::Error::other)
    }

    /// Flushes the file and gives its CRC-32.
    fn finish(&mut self) -> io::Result<u32> {
        self.rows.flush()?;
        Ok(self.rows.get_ref().crc().sum())
    }
}

impl Sink for CsvDeposit {
    fn delete(&mut self, key: &ObjectKey) -> io::Result<()> {
        let (index, cell) = match key {
            ObjectKey::Domain(name) => (0, name.as_str()),
            ObjectKey::Host(name) => (1, name.as_str()),
            ObjectKey::HostRoid(roid) => (2, roid.as_str()),
            ObjectKey::Contact(handle) => (3, handle.reveal()),
            ObjectKey::Registrar(id) => (4, id.as_str()),
            ObjectKey::IdnTable(id) => (5, id.as_str()),
            ObjectKey::Nndn(name) => (6, name.as_str()),
        };
        self.deletes.get_mut(index).map_or(Ok(()), |table| table.row(&[cell]))
    }

    fn put(&mut self, object: &Object) -> io::Result<()> {
        match object {
            Object::Domain(domain) => self.domain(domain),
            Object::Host(host) => self.host(host),
            Object::Contact(contact) => self.contact(contact),
            Object::Registrar(registrar) => self.registrar(registrar),
            Object::IdnTable(table) => self.row(Kind::IdnTable, &[&table.id, table.url.as_deref().unwrap_or("")]),
            Object::Nndn(nndn) => self.row(Kind::Nndn, &[nndn.name.as_str(), nndn.state.word()]),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_manifest()
    }
}

fn text(value: Option<&Personal<String>>) -> &str {
    value.map_or("", |value| value.reveal())
}

fn truth(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

fn moment(moment: Option<Timestamp>) -> String {
    moment.map(|moment| moment.to_string()).unwrap_or_default()
}

fn phone(phone: Option<&PhoneNumber>) -> (&str, &str) {
    phone.map_or(("", ""), |phone| (phone.number.reveal(), text(phone.extension.as_ref())))
}

/// Three street lines, city, province, postal code, country.
fn address(postal: &PostalInfo) -> [&str; 7] {
    let street = |index: usize| text(postal.street.get(index));
    let fields =
        [&postal.city, &postal.province, &postal.postal_code, &postal.country].map(|field| text(field.as_ref()));
    let [city, province, postal_code, country] = fields;
    [street(0), street(1), street(2), city, province, postal_code, country]
}
