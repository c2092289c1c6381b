//! Whole deposits in folders of their own.

use std::io::Write;

use flate2::Crc;
use flate2::write::GzEncoder;

use super::*;
use crate::import::trial::{Trial, xml};
use crate::model::contact::{Contact, DiscloseElement, PostalForm};
use crate::model::domain::Domain;
use crate::model::object::{Object, ObjectKey};

fn crc(bytes: &[u8]) -> String {
    let mut crc = Crc::new();
    crc.update(bytes);
    format!("{:08X}", crc.sum())
}

/// A deposit that is being put together: sections of the XML, and files beside it.
struct Folder {
    dir: tempfile::TempDir,
    contents: String,
    deletes: String,
}

/// Field elements from short names: `d:` csvDomain, `h:` csvHost, `c:` csvContact, `r:` csvRegistrar, `n:` csvNNDN,
/// `l:` loket, others rdeCsv; attributes may follow the name.
fn fields(names: &str) -> String {
    let element = |short: &str| {
        let (prefix, rest) = match short.split_once(':') {
            Some(("d", rest)) => ("csvDomain", rest),
            Some(("h", rest)) => ("csvHost", rest),
            Some(("c", rest)) => ("csvContact", rest),
            Some(("r", rest)) => ("csvRegistrar", rest),
            Some(("n", rest)) => ("csvNNDN", rest),
            Some(("l", rest)) => ("loket", rest),
            _ => ("rdeCsv", short),
        };
        format!("<{prefix}:{rest}/>")
    };
    names.split(';').map(|name| element(name.trim())).collect()
}

fn csv_element(name: &str, attributes: &str, columns: &str, file: &str) -> String {
    let fields = fields(columns);
    format!(
        "<rdeCsv:csv name=\"{name}\" {attributes}>\n<rdeCsv:fields>{fields}</rdeCsv:fields>\n\
         <rdeCsv:files>{file}</rdeCsv:files></rdeCsv:csv>\n"
    )
}

impl Folder {
    fn new() -> Folder {
        Folder { dir: tempfile::tempdir().unwrap(), contents: String::new(), deletes: String::new() }
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.dir.path().join(name), bytes).unwrap();
    }

    /// Adds a table with one file, its checksum right.
    fn table(mut self, class: &str, name: &str, columns: &str, text: &str) -> Folder {
        let count = self.contents.matches("<rdeCsv:file ").count();
        let file = format!("{name}-{count}.csv");
        self.write(&file, text.as_bytes());
        let entry = format!("<rdeCsv:file cksum=\"{}\">\n {file}\n</rdeCsv:file>", crc(text.as_bytes()));
        let csv = csv_element(name, "", columns, &entry);
        self.contents += &format!("<csv{class}:contents>{csv}</csv{class}:contents>");
        self
    }

    /// Adds a table of domains as the XML has it.
    fn domains(mut self, attributes: &str, entry: &str) -> Folder {
        let csv = csv_element("domain", attributes, "d:fName;fRoid;fClID", entry);
        self.contents += &format!("<csvDomain:contents>{csv}</csvDomain:contents>");
        self
    }

    fn delete(mut self, class: &str, name: &str, columns: &str, text: &str) -> Folder {
        let file = format!("{name}-delete.csv");
        self.write(&file, text.as_bytes());
        let csv = csv_element(name, "", columns, &format!("<rdeCsv:file>{file}</rdeCsv:file>"));
        self.deletes += &format!("<csv{class}:deletes>{csv}</csv{class}:deletes>");
        self
    }

    fn ok(self, names: &str) -> Folder {
        let rows: String = names.split(' ').map(|name| format!("{name},ok\n")).collect();
        self.table("Domain", "domainStatuses", "d:fName parent=\"true\";d:fStatus", &rows)
    }

    fn read(self, kind: &str) -> Trial {
        let deletes = match self.deletes.as_str() {
            "" => String::new(),
            deletes => format!("<rde:deletes>{deletes}</rde:deletes>"),
        };
        let body = format!("{deletes}<rde:contents>{}</rde:contents>", self.contents);
        self.write("deposit.xml", xml(kind, &body).as_bytes());
        Trial::of_file(&self.dir.path().join("deposit.xml"))
    }
}

const DOMAIN: &str = "d:fName;fRoid;fRegistrant;fClID;fCrDate";
const CONTACT: &str = "c:fId;fRoid;c:fVoice;c:fVoiceExt;c:fEmail;fClID";
const POSTAL: &str = "c:fId parent=\"true\";c:fPostalType;c:fName;c:fOrg;c:fStreet index=\"0\";\
                      c:fStreet index=\"1\";c:fCity;c:fSp;c:fPc;c:fCc";

fn domain(trial: &Trial, name: &str) -> Domain {
    let found = trial.objects().into_iter().find_map(|object| match object {
        Object::Domain(domain) if domain.name.to_string() == name => Some(domain.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name}: {:?}", trial.report.problems()))
}

fn contact(trial: &Trial) -> Contact {
    let found = trial.objects().into_iter().find_map(|object| match object {
        Object::Contact(contact) => Some(contact.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{:?}", trial.report.problems()))
}

#[track_caller]
fn place(trial: &Trial, kind: ProblemKind) -> String {
    let problem = trial.report.problems().iter().find(|problem| problem.kind == kind);
    problem.unwrap_or_else(|| panic!("no {kind} in {:?}", trial.report.problems())).place.to_string()
}

fn one_contact(postal: &str) -> Folder {
    Folder::new().table("Contact", "contact", CONTACT, "c1,C1-T,+32.21,7,a@b.be,r1\n").table(
        "Contact",
        "contactPostal",
        POSTAL,
        postal,
    )
}

const JAN: &str = "c1,int,Jan,,Street 1,Box 2,Leuven,,3000,BE\n";

#[test]
fn es_18_columns_are_in_the_order_of_the_field_list() {
    let rows = "reg1,2020-01-01T00:00:00Z,a.be,c1,ROID-1\n";
    let columns = "fClID;fCrDate;d:fName;fRegistrant;fRoid";
    let trial = Folder::new().table("Domain", "domain", columns, rows).ok("a.be").read("FULL").expect_clean();
    let domain = domain(&trial, "a.be");
    assert_eq!((domain.roid.as_str(), domain.registrar.as_str()), ("ROID-1", "reg1"));
    assert_eq!(domain.registrant.unwrap().reveal(), "c1");
    assert_eq!(domain.created.unwrap().to_string(), "2020-01-01T00:00:00Z");
    assert_eq!(trial.items[0].1.to_string(), "domain-0.csv:1");
}

#[test]
fn es_19_separator_gzip_and_checksums() {
    let text = "a.be|R,1|r1\n";
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let sha = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &packed);
    let sha: String = sha.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    for sum in [format!("cksum=\"{}\"", crc(&packed)), format!("cksum=\"{sha}\" cksumAlg=\"SHA256\""), String::new()] {
        let entry = format!("<rdeCsv:file compression=\"gzip\" encoding=\"UTF-8\" {sum}>d.csv.gz</rdeCsv:file>");
        let folder = Folder::new().domains("sep=\"|\"", &entry).ok("a.be");
        folder.write("d.csv.gz", &packed);
        assert_eq!(domain(&folder.read("FULL").expect_clean(), "a.be").roid, "R,1");
    }
}

#[test]
fn es_19_a_wrong_checksum_keeps_every_row_out() {
    for sum in ["cksum=\"00000000\"".to_owned(), format!("cksum=\"{}\" cksumAlg=\"SHA256\"", "00".repeat(32))] {
        let folder = Folder::new().domains("", &format!("<rdeCsv:file {sum}>d.csv</rdeCsv:file>"));
        folder.write("d.csv", b"a.be,R,r1\n");
        let trial = folder.read("FULL").expect(ProblemKind::BadChecksum);
        assert!(trial.objects().is_empty());
        assert_eq!(place(&trial, ProblemKind::BadChecksum), "d.csv");
    }
}

#[test]
fn es_19_what_cannot_be_read_is_refused() {
    let refused = |attributes: &str, file: &str, kind| {
        let folder = Folder::new().domains(attributes, file);
        folder.write("d.csv", b"a.be,R,r1\n");
        folder.read("FULL").expect(kind);
    };
    refused("sep=\"||\"", "<rdeCsv:file>d.csv</rdeCsv:file>", ProblemKind::BadValue);
    refused("", "<rdeCsv:file encoding=\"UTF-16\">d.csv</rdeCsv:file>", ProblemKind::BadValue);
    refused("", "<rdeCsv:file compression=\"zstd\">d.csv</rdeCsv:file>", ProblemKind::BadValue);
    refused("", "<rdeCsv:file cksumAlg=\"SHA256\">d.csv</rdeCsv:file>", ProblemKind::BadChecksum);
    refused("", "<rdeCsv:file>gone.csv</rdeCsv:file>", ProblemKind::Unreadable);
    refused("", "<rdeCsv:file compression=\"gzip\">d.csv</rdeCsv:file>", ProblemKind::Unreadable);
}

#[test]
fn ep_10_es_19_each_file_has_its_encoding() {
    for (label, expected) in [("ISO-8859-1", "Zoë ¤ \u{bd}uvre"), ("iso-8859-15", "Zoë € œuvre")] {
        let row = b"c1,loc,Zo\xeb \xa4 \xbduvre,,,,Gent,,,BE\n";
        let entry = format!("<rdeCsv:file encoding=\"{label}\" cksum=\"{}\">p.csv</rdeCsv:file>", crc(row));
        let mut folder = Folder::new().table("Contact", "contact", CONTACT, "c1,C1-X,,,a@x.example,r1\n");
        let csv = csv_element("contactPostal", "", POSTAL, &entry);
        folder.contents += &format!("<csvContact:contents>{csv}</csvContact:contents>");
        folder = folder.table("Contact", "contactStatuses", "c:fId parent=\"true\";c:fStatus", "c1,ok\n");
        folder.write("p.csv", row);
        let contact = contact(&folder.read("FULL").expect_clean());
        let postal = contact.postal.iter().find(|postal| postal.form == PostalForm::Local).unwrap();
        assert_eq!(postal.name.as_ref().unwrap().reveal(), expected, "{label}");
    }
    let folder = Folder::new().domains("", "<rdeCsv:file>d.csv</rdeCsv:file>");
    folder.write("d.csv", b"a.be,R\xeb,r1\n");
    folder.read("FULL").expect(ProblemKind::Malformed);
}

#[test]
fn files_lie_in_the_folder_of_the_deposit() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.csv");
    std::fs::write(&secret, "a.be,R,r1\n").unwrap();
    let up = format!("../{}/secret.csv", outside.path().file_name().unwrap().to_str().unwrap());
    for name in [secret.to_str().unwrap(), up.as_str(), "link.csv", "./../x", ""] {
        let folder = Folder::new().domains("", &format!("<rdeCsv:file>{name}</rdeCsv:file>"));
        std::os::unix::fs::symlink(&secret, folder.dir.path().join("link.csv")).unwrap();
        let trial = folder.read("FULL").expect(ProblemKind::BadValue);
        assert!(trial.objects().is_empty(), "{name}");
    }
}

#[test]
fn es_20_quotes_line_ends_and_empty_fields() {
    let postal = "c1,int,\"Jan \"\"J\"\" P\",,\"Street, 1\",\"Box\r\n2\",Leuven,\"\",3000,BE\r\n\r\n";
    let trial = one_contact(postal).read("FULL").expect_clean();
    let contact = contact(&trial);
    let postal = contact.postal_in(PostalForm::International).unwrap();
    assert_eq!(postal.name.as_ref().unwrap().reveal(), "Jan \"J\" P");
    assert!(postal.organisation.is_none() && postal.province.is_none());
    let street: Vec<&str> = postal.street.iter().map(|line| line.reveal().as_str()).collect();
    assert_eq!(street, ["Street, 1", "Box\n2"]);
    assert_eq!(contact.voice.unwrap().extension.unwrap().reveal(), "7");
}

#[test]
fn es_20_broken_rows_are_told_with_file_and_line() {
    for (text, kind, line) in [
        (&b"a.be,R,r1\nb.be,R\n"[..], ProblemKind::Malformed, 2),
        (b"a.be,R,r1\r\n\r\nb.be,R,\"r1\n", ProblemKind::Malformed, 3),
        (b"a.be,R,r1\nb.be,\xff,r1\n", ProblemKind::Malformed, 2),
        (b"a.be,R,r1\nb.be,,r1\n", ProblemKind::Missing, 2),
    ] {
        let folder = Folder::new().domains("", "<rdeCsv:file>d.csv</rdeCsv:file>");
        folder.write("d.csv", text);
        assert_eq!(place(&folder.read("FULL"), kind), format!("d.csv:{line}"));
    }
    let folder = Folder::new().domains("", "<rdeCsv:file>d.csv</rdeCsv:file>");
    folder.write("d.csv", &vec![b'a'; watch::RECORD_OCTETS_MAX + 1]);
    folder.read("FULL").expect(ProblemKind::TooLarge);
}

#[test]
fn es_21_children_are_joined_with_their_parent_whatever_the_order() {
    let trial = Folder::new()
        .table("Domain", "domain", DOMAIN, "b.be,R2,,r1,\nA.be,R1,,r1,\n")
        .table(
            "Domain",
            "domainContacts",
            "d:fName parent=\"true\";c:fId;d:fContactType",
            "a.BE,c2,tech\nb.be,c3,admin\n",
        )
        .ok("a.be. b.be")
        .read("FULL")
        .expect_clean();
    let domain = domain(&trial, "a.be");
    assert_eq!(domain.contacts.len(), 1);
    assert_eq!(domain.contacts[0].1.reveal(), "c2");
    assert_eq!(trial.objects().len(), 2);
}

#[test]
fn es_21_a_child_without_its_parent_is_dangling() {
    let trial = Folder::new().table("Domain", "domain", DOMAIN, "a.be,R1,,r1,\n").ok("a.be b.be").read("FULL");
    assert_eq!(place(&trial, ProblemKind::Dangling), "domainStatuses-1.csv:2");
    assert_eq!(trial.objects().len(), 1);
}

#[test]
fn an_object_given_twice_is_a_duplicate() {
    let rows = "a.be,R1,,r1,\nA.BE.,R2,,r1,\n";
    let trial = Folder::new().table("Domain", "domain", DOMAIN, rows).ok("a.be").read("FULL");
    assert_eq!(place(&trial, ProblemKind::Duplicate), "domain-0.csv:2");
}

#[test]
fn es_22_is_required_holds_and_can_be_overridden() {
    let contact = |column: &str| {
        let columns = CONTACT.replace("c:fEmail", column);
        Folder::new()
            .table("Contact", "contact", &columns, "c1,C1-T,,,,r1\n")
            .table("Contact", "contactPostal", POSTAL, JAN)
            .read("FULL")
    };
    assert_eq!(place(&contact("c:fEmail"), ProblemKind::Missing), "contact-0.csv:1");
    contact("c:fEmail isRequired=\"false\"").expect_clean();
    let columns = "d:fName;fRoid;fRegistrant isRequired=\"true\";fClID;fCrDate";
    let trial = Folder::new().table("Domain", "domain", columns, "a.be,R,,r1,\n").read("FULL");
    assert_eq!(place(&trial, ProblemKind::Missing), "domain-0.csv:1");
}

#[test]
fn es_23_domains_with_all_their_tables() {
    let name = "d:fName parent=\"true\"";
    let ds = format!("{name};d:fMaxSigLife;d:fKeyTag;d:fDsAlg;d:fDigestType;d:fDigest");
    let key = format!("{name};d:fMaxSigLife;d:fFlags;d:fProtocol;d:fKeyAlg;d:fPubKey");
    let attributes = format!("{name};h:fName;h:fAddr;h:fAddrVersion");
    let transfer = format!("{name};fTrStatus;fReRr;fReID;fReDate;fAcRr;fAcID;fAcDate;fExDate");
    let columns = "d:fName;fRoid;fClID;l:onHold;l:quarantinedUntil;l:outOfService";
    let trial = Folder::new()
        .table("Domain", "domain", columns, "a.be,R1,r1,1,2025-07-01T00:00:00Z,false\n")
        .table(
            "Domain",
            "domainStatuses",
            &format!("{name};d:fStatus;fStatusDescription;fLang;d:fRgpStatus"),
            "a.be,pendingDelete,why,en,redemptionPeriod\n",
        )
        .table("Domain", "domainNameServers", &format!("{name};h:fName parent=\"true\""), "a.be,ns1.b.be\n")
        .table("Domain", "domainNameServers", &format!("{name};fRoid"), "a.be,H2-T\n")
        .table(
            "Domain",
            "domainNameServersAddresses",
            &attributes,
            "a.be,ns.a.be,192.0.2.1,v4\na.be,ns.a.be,2001:DB8::1,v6\na.be,ns1.b.be,,\n",
        )
        .table("Domain", "dnssec", &ds, "a.be,604800,30730,8,2,91C9B176\n")
        .table("Domain", "dnssec", &key, "a.be,,257,3,8,AwEAAZD1\n")
        .table(
            "Domain",
            "domainTransfer",
            &transfer,
            "a.be,pending,r1,,2025-01-01T00:00:00Z,r2,,2025-01-02T00:00:00Z,\n",
        )
        .table("Host", "host", "h:fName;fRoid;fClID", "ns2.b.be,H2-T,r1\n")
        .table("Host", "hostStatuses", "fRoid parent=\"true\";h:fStatus;fStatusDescription;fLang", "H2-T,ok,,\n")
        .table(
            "Host",
            "hostAddresses",
            "fRoid parent=\"true\";h:fAddr isRequired=\"true\";h:fAddrVersion",
            "H2-T,192.0.2.9,v4\n",
        )
        .read("FULL")
        .expect_clean();
    let domain = domain(&trial, "a.be");
    let hosts: Vec<String> = domain.nameservers.iter().map(|server| server.host.to_string()).collect();
    assert_eq!(hosts, ["ns1.b.be", "ns2.b.be", "ns.a.be"]);
    assert_eq!(domain.nameservers[2].addresses.v4.len(), 1);
    assert_eq!(domain.nameservers[2].addresses.v6.len(), 1);
    assert_eq!((domain.secure_dns.ds.len(), domain.secure_dns.keys.len()), (1, 1));
    assert_eq!(domain.secure_dns.max_sig_life, Some(604_800));
    assert_eq!(domain.rgp_statuses.len(), 1);
    assert!(domain.facts.on_hold && !domain.facts.out_of_service && domain.facts.quarantined_until.is_some());
    let Some(Object::Host(host)) = trial.objects().into_iter().find(|object| matches!(object, Object::Host(_))) else {
        panic!("no host")
    };
    assert_eq!((host.addresses.v4.len(), host.statuses.len()), (1, 1));
}

#[test]
fn es_23_a_delegation_to_an_unknown_roid_is_dangling() {
    let trial = Folder::new()
        .table("Domain", "domain", DOMAIN, "a.be,R1,,r1,\n")
        .ok("a.be")
        .table("Domain", "domainNameServers", "d:fName parent=\"true\";fRoid", "a.be,H9-T\n")
        .read("FULL");
    assert_eq!(place(&trial, ProblemKind::Dangling), "domainNameServers-2.csv:1");
}

#[test]
fn es_23_registrars_idn_tables_and_nndns() {
    let columns = "r:fId;r:fName isLoc=\"false\";r:fGurid;r:fStatus;c:fStreet isLoc=\"true\" index=\"0\";\
                   c:fCity isLoc=\"true\";c:fCc isLoc=\"true\";c:fEmail isRequired=\"false\";fUrl;r:fWhoisUrl;\
                   l:abuseEmail;l:abuseVoice;l:abuseVoiceExt;l:rdapBase";
    let row = "r1,\"Ex, Inc\",8,ok,Rue é 1,Liège,BE,,https://r.be,whois.r.be,abuse@r.be,+32.21,4,https://rdap.r.be/\n";
    let trial = Folder::new()
        .table("Registrar", "registrar", columns, row)
        .table("Registrar", "registrarContacts", "r:fId parent=\"true\";l:contactType;l:contactId", "r1,admin,c7\n")
        .table("IDN", "idnLanguage", "fIdnTableId;fUrl", "LANG-1,http://x\n")
        .table(
            "NNDN",
            "NNDN",
            "n:fAName;fIdnTableId;n:fOriginalName;n:fNameState;n:fMirroringNS;fCrDate",
            "blocked.be,,,blocked,,2005-04-23T11:49:00.0Z\n",
        )
        .table("Domain", "domain", "d:fName;fRoid;r:fGurid", "a.be,R1,8\n")
        .ok("a.be")
        .read("FULL")
        .expect_clean();
    let Object::Registrar(registrar) = trial.objects()[0] else { panic!("no registrar first") };
    assert_eq!(registrar.iana_id, Some(8));
    assert_eq!(registrar.postal[0].form, PostalForm::Local);
    assert_eq!(registrar.contacts.len(), 1);
    assert_eq!(registrar.abuse_voice.as_ref().unwrap().extension.as_ref().unwrap().reveal(), "4");
    assert!(matches!(trial.objects()[1], Object::IdnTable(table) if table.url.as_deref() == Some("http://x")));
    assert!(matches!(trial.objects()[2], Object::Nndn(_)));
    assert_eq!(domain(&trial, "a.be").registrar.as_str(), "r1");
}

#[test]
fn es_23_deletes_come_first() {
    let trial = Folder::new()
        .delete("Domain", "domain", "d:fName", "b.be\nc.be\n")
        .delete("Host", "host", "fRoid", "H1-T\n")
        .delete("Contact", "contact", "c:fId", "c1\n")
        .delete("Registrar", "registrar", "r:fId", "r9\n")
        .delete("IDN", "idnLanguage", "fIdnTableId", "LANG-2\n")
        .delete("NNDN", "NNDN", "n:fAName", "x.be\n")
        .table("Domain", "domain", DOMAIN, "a.be,R1,,r1,\n")
        .ok("a.be")
        .read("DIFF")
        .expect_clean();
    let deletes = trial.items.iter().take_while(|(item, _)| matches!(item, Item::Delete(_))).count();
    assert_eq!((deletes, trial.items.len()), (7, 8));
    assert!(matches!(&trial.items[2].0, Item::Delete(ObjectKey::HostRoid(roid)) if roid == "H1-T"));
    assert_eq!(trial.items[1].1.to_string(), "domain-delete.csv:2");
}

#[test]
fn es_24_disclose_columns_list_and_the_flag_decides() {
    let columns = "c:fId parent=\"true\";c:fDiscloseFlag;c:fDiscloseNameInt;c:fDiscloseVoice;c:fDiscloseEmail";
    let hidden = one_contact(JAN).table("Contact", "contactDisclose", columns, "c1,0,0,1,true\n").read("FULL");
    let disclose = contact(&hidden.expect_clean()).disclose.unwrap();
    assert!(disclose.hides(DiscloseElement::Voice) && disclose.hides(DiscloseElement::Email));
    assert!(!disclose.hides(DiscloseElement::NameInt));
    let shown = one_contact(JAN).table("Contact", "contactDisclose", columns, "c1,1,0,1,\n").read("FULL");
    let disclose = contact(&shown.expect_clean()).disclose.unwrap();
    assert!(disclose.allow);
    assert_eq!(disclose.elements, [DiscloseElement::Voice]);
    one_contact(JAN)
        .table("Contact", "contactDisclose", columns, "c1,x,0,1,\n")
        .read("FULL")
        .expect(ProblemKind::BadValue);
}

#[test]
fn es_25_is_loc_overrides_the_form_of_the_row() {
    let columns = POSTAL.replace("c:fName", "c:fName isLoc=\"true\"");
    let folder = Folder::new().table("Contact", "contact", CONTACT, "c1,C1-T,,,a@b.be,r1\n");
    let trial = folder.table("Contact", "contactPostal", &columns, "c1,int,Zoë,,S 1,,Leuven,,,BE\n").read("FULL");
    let contact = contact(&trial.expect_clean());
    assert_eq!(contact.postal_in(PostalForm::Local).unwrap().name.as_ref().unwrap().reveal(), "Zoë");
    let int = contact.postal_in(PostalForm::International).unwrap();
    assert!(int.name.is_none() && int.city.is_some());
    one_contact(&format!("{JAN}{JAN}")).read("FULL").expect(ProblemKind::BadValue);
}

#[test]
fn es_29_secrets_are_dropped_and_unknown_columns_passed_over() {
    let columns = "d:fName;fRoid;fClID;d:fAuthInfo;fCustom name=\"authInfo\";fCustom name=\"colour\"";
    let trial =
        Folder::new().table("Domain", "domain", columns, "a.be,R1,r1,canary,canary,red\n").ok("a.be").read("FULL");
    assert_eq!((trial.count(ProblemKind::SecretDropped), trial.count(ProblemKind::Unknown)), (2, 1));
    assert_eq!(trial.report.errors(), 0);
    assert!(!format!("{:?} {:?}", trial.items, trial.report).contains("canary"));
    Folder::new().table("Domain", "surprise", "d:fName", "a.be\n").read("FULL").expect(ProblemKind::Unknown);
}

#[test]
fn missing_columns_are_told() {
    let trial = Folder::new().table("Domain", "domain", "d:fName;fClID", "a.be,r1\n").read("FULL");
    assert!(trial.report.problems()[0].detail.contains("rdeCsv:fRoid"), "{:?}", trial.report.problems());
    Folder::new()
        .table("Domain", "domain", "d:fName;d:fName;fRoid;fClID", "")
        .read("FULL")
        .expect(ProblemKind::BadValue);
}

#[test]
fn lokets_columns_have_two_spellings() {
    let trial = Folder::new()
        .table("Registrar", "registrar", "r:fId;r:fName;l:fAbuseEmail", "r1,Ex,abuse@r.be\n")
        .table("Registrar", "registrarContacts", "r:fId parent=\"true\";d:fContactType;c:fId", "r1,tech,c7\n")
        .read("FULL")
        .expect_clean();
    let Object::Registrar(registrar) = trial.objects()[0] else { panic!("no registrar") };
    assert_eq!(registrar.abuse_email.as_deref(), Some("abuse@r.be"));
    assert_eq!(registrar.contacts.len(), 1);
}
