use proptest::prelude::*;

use crate::import::deposit::{DepositType, Item};
use crate::import::problem::ProblemKind;
use crate::import::trial::{Trial, xml};
use crate::model::contact::{Contact, ContactType, DeclaredKind, DiscloseElement, PostalForm};
use crate::model::domain::Domain;
use crate::model::object::{Class, Object, ObjectKey};
use crate::model::status::{DomainStatus, NndnState, RegistrarStatus, RgpStatus};
use crate::model::vocabulary::Role;

const HEADER: &str = "<rdeHeader:header><rdeHeader:tld>be</rdeHeader:tld>\
    <rdeHeader:count uri=\"urn:ietf:params:xml:ns:rdeDomain-1.0\">1</rdeHeader:count>\
    <rdeHeader:count uri=\"urn:ietf:params:xml:ns:rdeDomain-1.0\" registrarId=\"1\">1</rdeHeader:count>\
    <rdeHeader:count uri=\"urn:example:other\">3</rdeHeader:count></rdeHeader:header>";

const DOMAIN: &str = r#"<rdeDomain:domain>
  <rdeDomain:name>Bedrijf.BE</rdeDomain:name> <rdeDomain:roid>D1-BE</rdeDomain:roid>
  <rdeDomain:status s="pendingDelete"/><rdeDomain:rgpStatus s="redemptionPeriod"/>
  <rdeDomain:registrant>c1</rdeDomain:registrant>
  <rdeDomain:contact type="tech">c2</rdeDomain:contact><rdeDomain:contact type="billing">c3</rdeDomain:contact>
  <rdeDomain:ns><domain:hostObj>ns1.bedrijf.be</domain:hostObj><domain:hostObj>ns2.bedrijf.be</domain:hostObj></rdeDomain:ns>
  <rdeDomain:clID>R1</rdeDomain:clID><rdeDomain:crRr client="x">R1</rdeDomain:crRr>
  <rdeDomain:crDate>1999-04-03T22:00:00.0Z</rdeDomain:crDate><rdeDomain:exDate>2027-04-03T22:00:00.0Z</rdeDomain:exDate>
  <rdeDomain:secDNS><secDNS:maxSigLife>604800</secDNS:maxSigLife><secDNS:dsData><secDNS:keyTag>12</secDNS:keyTag>
    <secDNS:alg>8</secDNS:alg><secDNS:digestType>2</secDNS:digestType><secDNS:digest>49fd</secDNS:digest>
    <secDNS:keyData><secDNS:flags>257</secDNS:flags><secDNS:protocol>3</secDNS:protocol><secDNS:alg>8</secDNS:alg>
    <secDNS:pubKey>AwEA AQ==</secDNS:pubKey></secDNS:keyData></secDNS:dsData></rdeDomain:secDNS>
  <rdeDomain:trDate>2009-12-03T09:05:00+01:00</rdeDomain:trDate>
  <rdeDomain:trnData><rdeDomain:trStatus>pending</rdeDomain:trStatus></rdeDomain:trnData>
  <loket:domain><loket:onHold>1</loket:onHold><loket:quarantinedUntil>2026-02-01T00:00:00Z</loket:quarantinedUntil>
    <loket:outOfService>false</loket:outOfService></loket:domain>
</rdeDomain:domain>"#;

const CONTACT: &str = r#"<rdeContact:contact>
  <rdeContact:id>c1</rdeContact:id><rdeContact:roid>C1-BE</rdeContact:roid><rdeContact:status s="linked"/>
  <rdeContact:postalInfo type="int"><contact:name> Jan &amp; An </contact:name><contact:org> n/a </contact:org>
    <contact:addr><contact:street>A 1</contact:street><contact:street>B</contact:street><contact:city>Leuven</contact:city>
    <contact:sp/><contact:pc>3000</contact:pc><contact:cc>BE</contact:cc></contact:addr></rdeContact:postalInfo>
  <rdeContact:voice x="12">+32.16000000</rdeContact:voice><rdeContact:fax/>
  <rdeContact:email>jan@example.be</rdeContact:email><rdeContact:clID>R1</rdeContact:clID>
  <rdeContact:crDate>2009-09-13T08:01:00.0Z</rdeContact:crDate>
  <rdeContact:disclose flag="0"><contact:name type="loc"/><contact:org/><contact:voice/><contact:email/></rdeContact:disclose>
  <loket:contact><loket:kind>natural-person</loket:kind><loket:type>licensee</loket:type><loket:language>nl</loket:language>
    <loket:vat>BE0123</loket:vat><loket:shielded>true</loket:shielded></loket:contact>
</rdeContact:contact>"#;

const OTHERS: &str = r#"<rdeHost:host><rdeHost:name>ns1.bedrijf.be</rdeHost:name><rdeHost:roid>H1</rdeHost:roid>
  <rdeHost:status s="ok"/><rdeHost:addr ip="v4">192.0.2.2</rdeHost:addr><rdeHost:addr ip="v6">2001:DB8:1::1</rdeHost:addr>
  <rdeHost:clID>R1</rdeHost:clID></rdeHost:host>
<rdeRegistrar:registrar><rdeRegistrar:id>R1</rdeRegistrar:id><rdeRegistrar:name>Registrar X</rdeRegistrar:name>
  <rdeRegistrar:gurid>8</rdeRegistrar:gurid><rdeRegistrar:status>terminated</rdeRegistrar:status>
  <rdeRegistrar:postalInfo type="int"><rdeRegistrar:addr><rdeRegistrar:street>S</rdeRegistrar:street>
  <rdeRegistrar:city>D</rdeRegistrar:city><rdeRegistrar:cc>US</rdeRegistrar:cc></rdeRegistrar:addr></rdeRegistrar:postalInfo>
  <rdeRegistrar:url>http://example.example</rdeRegistrar:url><rdeRegistrar:whoisInfo><rdeRegistrar:name>w</rdeRegistrar:name></rdeRegistrar:whoisInfo>
  <loket:registrar><loket:abuseEmail>abuse@x.example</loket:abuseEmail><loket:abuseVoice x="1">+1.5</loket:abuseVoice>
  <loket:rdapBase>https://rdap.x.example</loket:rdapBase><loket:contact type="tech">t1</loket:contact></loket:registrar></rdeRegistrar:registrar>
<rdeIDN:idnTableRef id="nl"><rdeIDN:url>http://a</rdeIDN:url><rdeIDN:urlPolicy> http://b </rdeIDN:urlPolicy></rdeIDN:idnTableRef>
<rdeNNDN:NNDN><rdeNNDN:aName>blok.be</rdeNNDN:aName><rdeNNDN:nameState>blocked</rdeNNDN:nameState></rdeNNDN:NNDN>
<rdeEppParams:eppParams><rdeEppParams:version>1.0</rdeEppParams:version></rdeEppParams:eppParams>
<rdePolicy:policy scope="//rde:deposit" element="rdeDomain:registrant"/>"#;

fn full(contents: &str) -> String {
    xml("FULL", &format!("<rde:contents>{contents}</rde:contents>"))
}

fn read(contents: &str) -> Trial {
    Trial::of(full(contents).as_bytes())
}

fn domain_of(trial: &Trial) -> &Domain {
    trial.objects().into_iter().find_map(|o| if let Object::Domain(d) = o { Some(d) } else { None }).unwrap()
}

fn contact_of(trial: &Trial) -> &Contact {
    trial.objects().into_iter().find_map(|o| if let Object::Contact(c) = o { Some(c) } else { None }).unwrap()
}

#[test]
fn es_01_the_frame() {
    let trial = read("").expect_clean();
    assert_eq!(trial.frame.unwrap().kind, DepositType::Full);
    for kind in ["DIFF", "INCR"] {
        let frame = Trial::of(xml(kind, "<rde:contents/>").as_bytes()).expect_clean().frame.unwrap();
        assert_eq!((frame.kind.word(), frame.previous_id.as_deref()), (kind, Some("0")));
    }
    let without = |kind: &str| xml(kind, "").replace(" prevId=\"0\"", "");
    Trial::of(without("DIFF").as_bytes()).expect(ProblemKind::BadFrame);
    Trial::of(without("INCR").as_bytes()).expect_clean();
    Trial::of(full("").replace("\"FULL\"", "\"SOME\"").as_bytes()).expect(ProblemKind::BadFrame);
    Trial::of(full("").replace(" id=\"1\"", "").as_bytes()).expect(ProblemKind::BadFrame);
    Trial::of(full("").replace("rde-1.0", "rde-2.0").as_bytes()).expect(ProblemKind::BadFrame);
}

#[test]
fn es_02_the_watermark() {
    for bad in ["2026-01-02T00:00:00Z", "yesterday", "2025-06-01T00:00:00"] {
        let text = full("").replace("2025-06-01T00:00:00Z", bad);
        assert!(Trial::of(text.as_bytes()).expect(ProblemKind::BadWatermark).frame.is_none());
    }
}

#[test]
fn es_03_the_menu() {
    let version = full("").replace("<rde:version>1.0", "<rde:version>1.1");
    Trial::of(version.as_bytes()).expect(ProblemKind::BadFrame);
    let text = full("").replace("rde:objURI", "rde:other");
    Trial::of(text.as_bytes()).expect(ProblemKind::BadFrame);
}

#[test]
fn es_04_deletes_in_a_full_deposit_are_ignored() {
    let deletes =
        "<rde:deletes><rdeDomain:delete><rdeDomain:name>a.be</rdeDomain:name></rdeDomain:delete></rde:deletes>";
    let trial = Trial::of(xml("FULL", deletes).as_bytes()).expect(ProblemKind::DeletesIgnored);
    assert!(trial.items.is_empty() && trial.report.errors() == 0);
}

#[test]
fn es_05_es_12_deletes_come_first_and_name_every_class() {
    let deletes = "<rde:deletes><rdeDomain:delete><rdeDomain:name>a.be</rdeDomain:name><rdeDomain:name>B.be</rdeDomain:name>\
        </rdeDomain:delete><rdeHost:delete><rdeHost:name>ns.a.be</rdeHost:name></rdeHost:delete><rdeHost:delete>\
        <rdeHost:roid>H1</rdeHost:roid></rdeHost:delete><rdeContact:delete><rdeContact:id>c1</rdeContact:id></rdeContact:delete>\
        <rdeRegistrar:delete><rdeRegistrar:id>r1</rdeRegistrar:id></rdeRegistrar:delete><rdeIDN:delete><rdeIDN:id>nl</rdeIDN:id>\
        </rdeIDN:delete><rdeNNDN:delete><rdeNNDN:aName>n.be</rdeNNDN:aName></rdeNNDN:delete></rde:deletes>";
    let contents = format!("<rde:contents>{DOMAIN}</rde:contents>");
    let trial = Trial::of(xml("DIFF", &format!("{deletes}{contents}")).as_bytes()).expect_clean();
    let classes: Vec<_> = trial
        .items
        .iter()
        .map(|(item, _)| match item {
            Item::Delete(key) => (true, key.class()),
            Item::Put(object) => (false, object.class()),
            Item::Header(_) => panic!("no header"),
        })
        .collect();
    use Class::*;
    let expected = [Domain, Domain, Host, Host, Contact, Registrar, IdnTable, Nndn].map(|class| (true, class));
    assert_eq!(classes.get(..8).unwrap(), expected);
    assert_eq!(classes.get(8..).unwrap(), [(false, Domain)]);
    assert!(matches!(&trial.items.get(3).unwrap().0, Item::Delete(ObjectKey::HostRoid(roid)) if roid == "H1"));
    Trial::of(xml("DIFF", &format!("{contents}{deletes}")).as_bytes()).expect(ProblemKind::Malformed);
}

#[test]
fn es_09_the_header_without_partial_counts() {
    let trial = read(HEADER).expect_clean();
    let [(Item::Header(header), place)] = trial.items.as_slice() else { panic!("one header") };
    assert_eq!(header.zones, ["be"]);
    let counts: Vec<_> = header.counts.iter().map(|(class, _, count)| (*class, *count)).collect();
    assert_eq!(counts, [(Some(Class::Domain), 1), (None, 3)]);
    assert_eq!(place.line, 5);
}

#[test]
fn es_10_a_domain_with_everything() {
    let trial = read(DOMAIN).expect_clean();
    let domain = domain_of(&trial);
    assert_eq!(domain.name.as_str(), "bedrijf.be");
    assert_eq!(domain.statuses, [DomainStatus::PendingDelete]);
    assert_eq!(domain.rgp_statuses, [RgpStatus::RedemptionPeriod]);
    assert_eq!(domain.registrant.as_ref().unwrap().reveal(), "c1");
    let roles: Vec<_> = domain.contacts.iter().map(|(role, handle)| (*role, handle.reveal())).collect();
    assert_eq!(roles, [(Role::Tech, "c2"), (Role::Billing, "c3")]);
    assert_eq!(domain.nameservers.len(), 2);
    assert_eq!(domain.transferred.unwrap().to_string(), "2009-12-03T08:05:00Z");
    assert_eq!(domain.secure_dns.max_sig_life, Some(604800));
    assert_eq!(domain.secure_dns.ds.first().unwrap().digest, [0x49, 0xfd]);
    assert_eq!(domain.secure_dns.keys.first().unwrap().public_key, "AwEAAQ==");
    assert!(domain.facts.on_hold && !domain.facts.out_of_service && domain.facts.quarantined_until.is_some());
}

#[test]
fn es_10_host_attributes_carry_glue() {
    let hosts = "<domain:hostAttr><domain:hostName>ns1.bedrijf.be</domain:hostName><domain:hostAddr ip=\"v4\">192.0.2.1\
        </domain:hostAddr><domain:hostAddr ip=\"v6\">2001:DB8::1</domain:hostAddr></domain:hostAttr>";
    let trial = read(&DOMAIN.replace("<domain:hostObj>ns1.bedrijf.be</domain:hostObj>", hosts)).expect_clean();
    let server = domain_of(&trial).nameservers.first().unwrap();
    assert_eq!((server.addresses.v4.len(), server.addresses.v6.len()), (1, 1));
}

#[test]
fn es_10_missing_parts_refuse_the_domain_by_name() {
    for part in [
        "<rdeDomain:roid>D1-BE</rdeDomain:roid>",
        "<rdeDomain:clID>R1</rdeDomain:clID>",
        "<rdeDomain:status s=\"pendingDelete\"/>",
    ] {
        let trial = read(&DOMAIN.replace(part, "")).expect(ProblemKind::Missing);
        assert!(trial.objects().is_empty());
        assert_eq!(trial.report.problems().first().unwrap().object.as_deref(), Some("Bedrijf.BE"));
    }
    read(&DOMAIN.replace("Bedrijf.BE", "xn--belgi-rsa.be")).expect(ProblemKind::Missing);
    let idn = DOMAIN.replace(
        "Bedrijf.BE</rdeDomain:name>",
        "xn--belgi-rsa.be</rdeDomain:name><rdeDomain:uName>belgië.be</rdeDomain:uName><rdeDomain:idnTableId>nl</rdeDomain:idnTableId>",
    );
    read(&idn).expect_clean();
    read(&idn.replace("belgië", "belgie")).expect(ProblemKind::Repaired);
}

#[test]
fn es_11_a_contact_with_everything() {
    let trial = read(CONTACT).expect_clean();
    let contact = contact_of(&trial);
    let postal = contact.postal_in(PostalForm::International).unwrap();
    assert_eq!(postal.name.as_ref().unwrap().reveal(), "Jan & An");
    assert_eq!(postal.organisation.as_ref().unwrap().reveal(), " n/a ");
    assert_eq!((postal.street.len(), postal.province.is_none()), (2, true));
    assert_eq!(contact.voice.as_ref().unwrap().extension.as_ref().unwrap().reveal(), "12");
    assert!(contact.fax.is_none() && contact.shielded);
    assert_eq!(
        (contact.declared_kind, contact.contact_type),
        (Some(DeclaredKind::NaturalPerson), Some(ContactType::Licensee))
    );
}

#[test]
fn ep_01_ep_02_ep_04_disclose() {
    for (flag, allow) in [("0", false), ("1", true), ("false", false), ("true", true)] {
        let trial = read(&CONTACT.replace("flag=\"0\"", &format!("flag=\"{flag}\""))).expect_clean();
        let disclose = contact_of(&trial).disclose.clone().unwrap();
        use DiscloseElement::*;
        assert_eq!(disclose.allow, allow);
        assert_eq!(disclose.elements, [NameLoc, OrganisationInt, OrganisationLoc, Voice, Email]);
    }
    read(&CONTACT.replace("flag=\"0\"", "flag=\"no\"")).expect(ProblemKind::BadValue);
}

#[test]
fn ep_05_ep_11_the_extension_of_dns_belgium() {
    let extension = "<d:ext xmlns:d=\"http://www.dns.be/xml/epp/dnsbe-1.0\"><d:infData><d:type>onsite</d:type><d:vat>BE1</d:vat>\
        <d:lang>fr</d:lang></d:infData></d:ext></rdeContact:contact>";
    let plain = CONTACT.split("<loket:contact>").next().unwrap();
    let trial = read(&format!("{plain}{extension}")).expect_clean();
    assert_eq!(contact_of(&trial).contact_type, Some(ContactType::Onsite));
    assert_eq!(contact_of(&trial).declared_kind, None);
}

#[test]
fn es_12_es_13_es_14_es_15_the_other_objects() {
    let trial = read(OTHERS);
    assert_eq!((trial.report.errors(), trial.count(ProblemKind::Repaired)), (0, 1), "the slash of rdapBase");
    let objects = trial.objects();
    let [Object::Host(host), Object::Registrar(registrar), Object::IdnTable(table), Object::Nndn(nndn)] =
        objects.as_slice()
    else {
        panic!("four objects")
    };
    assert_eq!(host.addresses.v6.first().unwrap().to_string(), "2001:db8:1::1");
    assert_eq!((registrar.iana_id, registrar.status), (Some(8), RegistrarStatus::Terminated));
    assert_eq!(registrar.rdap_base.as_deref(), Some("https://rdap.x.example/"));
    assert_eq!(registrar.contacts.first().unwrap().0, Role::Tech);
    assert_eq!(table.policy_url.as_deref(), Some("http://b"));
    assert_eq!(nndn.state, NndnState::Blocked);
}

#[test]
fn es_15_unknown_namespaces_are_passed_over_with_one_warning() {
    let alien = "<a:thing xmlns:a=\"urn:example:a\"><a:deep>x</a:deep></a:thing>";
    let trial = read(&format!("{alien}{alien}{DOMAIN}"));
    assert_eq!((trial.count(ProblemKind::Unknown), trial.report.errors(), trial.objects().len()), (1, 0, 1));
}

#[test]
fn prefixes_do_not_matter() {
    let text = full(DOMAIN)
        .replace("rdeDomain:", "x:")
        .replace("xmlns:rdeDomain", "xmlns:x")
        .replace("rde:", "")
        .replace("xmlns:rde=", "xmlns=");
    assert_eq!(Trial::of(text.as_bytes()).expect_clean().objects().len(), 1);
}

#[test]
fn es_17_spellings_are_normalised() {
    let trial = read(&CONTACT.replace("<contact:cc>BE", "<contact:cc>be").replace("+32.16000000", "+32 16 00 00 00"));
    assert_eq!((trial.count(ProblemKind::Repaired), trial.report.errors()), (2, 0));
    assert_eq!(contact_of(&trial).voice.as_ref().unwrap().number.reveal(), "+32.16000000");
    read(&CONTACT.replace("<contact:cc>BE", "<contact:cc>BEL")).expect(ProblemKind::BadValue);
    read(&CONTACT.replace("+32.16000000", "call me")).expect(ProblemKind::BadValue);
}

#[test]
fn es_25_int_is_ascii() {
    let trial = read(&CONTACT.replace("Jan", "Zoë")).expect(ProblemKind::Repaired);
    assert_eq!((trial.report.errors(), trial.objects().len()), (0, 1));
    read(&CONTACT.replace("Jan", "Zoë").replace("type=\"int\"", "type=\"loc\"")).expect_clean();
}

#[test]
fn es_26_markup_that_is_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let text = full(DOMAIN).replacen("?>\n", &format!("?>\n{bomb}"), 1);
    Trial::of(text.as_bytes()).expect(ProblemKind::ForbiddenMarkup);
    for entity in ["&lol;", "&xxe;"] {
        let trial = read(&DOMAIN.replace("D1-BE", entity)).expect(ProblemKind::ForbiddenMarkup);
        assert!(trial.objects().is_empty());
    }
    read(&format!("{}{}", "<rde:a>".repeat(100_000), "</rde:a>".repeat(100_000))).expect(ProblemKind::TooLarge);
    read(&DOMAIN.replace("D1-BE", &"x".repeat(2_000_000))).expect(ProblemKind::TooLarge);
    read(&DOMAIN.replace("D1-BE", &"x<!---->".repeat(100_000))).expect(ProblemKind::TooLarge);
    read(&format!("<rdeDomain:domain {}/>", (0..200).map(|n| format!("a{n}=\"\" ")).collect::<String>()))
        .expect(ProblemKind::TooLarge);
    let many =
        DOMAIN.replace("<rdeDomain:status s=\"pendingDelete\"/>", &"<rdeDomain:status s=\"ok\"/>".repeat(20_000));
    let trial = read(&format!("{many}{CONTACT}")).expect(ProblemKind::TooLarge);
    assert_eq!(trial.objects().len(), 1, "the next object is read");
}

#[test]
fn es_29_secrets_are_dropped() {
    let secret = "<rdeDomain:authInfo><domain:pw>canary-secret</domain:pw></rdeDomain:authInfo></rdeDomain:domain>";
    let trial = read(&DOMAIN.replace("</rdeDomain:domain>", secret)).expect(ProblemKind::SecretDropped);
    assert_eq!((trial.report.errors(), trial.objects().len()), (0, 1));
    assert!(!format!("{:?}{:?}", trial.items, trial.report).contains("canary-secret"));
}

#[test]
fn problems_name_no_person() {
    let trial = read(&CONTACT.replace("+32.16000000", "canary-phone").replace("licensee", "canary-type"));
    let problem = trial.report.problems().first().unwrap();
    assert_eq!((problem.object.as_deref(), problem.place.line), (Some("contact at line 5"), 5));
    assert!(!format!("{:?}", trial.report).contains("canary"));
}

#[test]
fn control_characters_go_with_a_warning() {
    for text in ["Ja\0n", "Ja&#0;n", "Ja&#x1b;n"] {
        let trial = read(&CONTACT.replace("Jan", text)).expect(ProblemKind::Repaired);
        let contact = contact_of(&trial);
        assert_eq!(contact.postal.first().unwrap().name.as_ref().unwrap().reveal(), "Jan & An", "{text:?}");
    }
}

#[test]
fn ep_10_a_latin_deposit_is_read() {
    let text = full(&CONTACT.replace("Jan", "Zo@").replace("\"int\"", "\"loc\"")).replace("UTF-8", "ISO-8859-1");
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'@' { 0xcb } else { byte }).collect();
    let trial = Trial::of(&bytes).expect_clean();
    assert_eq!(contact_of(&trial).postal.first().unwrap().name.as_ref().unwrap().reveal(), "ZoË & An");
    let undeclared: Vec<u8> = full(CONTACT).bytes().map(|byte| if byte == b'@' { 0xcb } else { byte }).collect();
    Trial::of(&undeclared).expect(ProblemKind::Malformed);
    Trial::of(full("").replace("UTF-8", "EBCDIC").as_bytes()).expect(ProblemKind::Malformed);
}

#[test]
fn gzip_is_read_and_its_truncation_seen() {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(full(DOMAIN).as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    assert_eq!(Trial::of(&bytes).expect_clean().objects().len(), 1);
    for length in 2..bytes.len() {
        let trial = Trial::of(bytes.get(..length).unwrap());
        assert!(trial.report.errors() > 0, "cut at {length}");
    }
}

#[test]
fn a_deposit_cut_anywhere_is_an_error_or_complete() {
    let text = full(&format!("{HEADER}{DOMAIN}{CONTACT}{OTHERS}"));
    let whole = text.trim_end().len();
    for length in 0..text.len() {
        let trial = Trial::of(text.as_bytes().get(..length).unwrap());
        assert_eq!(trial.report.errors() == 0, length >= whole, "cut at {length}");
    }
}

/// Things that may stand in contents, plain or not, right or wrong.
const THINGS: [&str; 28] = [
    DOMAIN,
    DOMAIN,
    CONTACT,
    CONTACT,
    OTHERS,
    HEADER,
    "\n\n  ",
    "text",
    "<!-- </rdeDomain:domain> -->",
    "<?php </rdeDomain:domain> ?>",
    "<rdeDomain:domain/>",
    "<rdeDomain:domain a='1' a='2'></rdeDomain:domain>",
    "<rdeNNDN:NNDN><rdeNNDN:aName>a.be</rdeNNDN:aName ><rdeNNDN:nameState >blocked</rdeNNDN:nameState></rdeNNDN:NNDN\n>",
    "<rdeNNDN:NNDN><rdeNNDN:aName> b.be\n</rdeNNDN:aName><rdeNNDN:nameState>with&#x68;eld</rdeNNDN:nameState></rdeNNDN:NNDN>",
    "<rdeNNDN:NNDN><rdeNNDN:aName>c&amp;.be</rdeNNDN:aName><rdeNNDN:nameState>mirrored</rdeNNDN:nameState></rdeNNDN:NNDN>",
    "<rdeNNDN:NNDN><![CDATA[ </rdeNNDN:NNDN> ]]><rdeNNDN:aName>d.be</rdeNNDN:aName></rdeNNDN:NNDN>",
    "<rdeIDN:idnTableRef\n id='a>b'><rdeIDN:url>x</rdeIDN:url></rdeIDN:idnTableRef>",
    "<rdeIDN:idnTableRef id=\"a/\"><rdeIDN:url>]]></rdeIDN:url></rdeIDN:idnTableRef>",
    "<rdeIDN:idnTableRef id=\"a&lt;\"><rdeIDN:url>x<y/>z</rdeIDN:url></rdeIDN:idnTableRef>",
    "<rdeIDN:idnTableRef id=\" a\tb \"><rdeIDN:url> <rdeIDN:x/> </rdeIDN:url></rdeIDN:idnTableRef>",
    "<rdeIDN:idnTableRef id=a><rdeIDN:url>x</rdeIDN:url></rdeIDN:idnTableRef>",
    "<x:idnTableRef xmlns:x='urn:ietf:params:xml:ns:rdeIDN-1.0' id='x'><x:url>x</x:url></x:idnTableRef>",
    "<rdeHost:host><rdeHost:name>a.be</rdeHost:name><none:b/></rdeHost:host>",
    "<rdeHost:host><rdeHost:name xmlns='x'>a.be</rdeHost:name><b:/></rdeHost:host>",
    "<rdeHost:host><rdeHost:name>h.be</rdeHost:name><b><c/> text </b></rdeHost:host>",
    "<alien/><alien></alien>",
    "&amp;",
    "</rde:contents><rde:contents>",
];

fn agree(text: &[u8]) {
    let (pieces, one) = (Trial::of_xml(text, true), Trial::of_xml(text, false));
    let (frame, found) = (pieces.frame == one.frame, (pieces.report.problems(), pieces.report.counts()));
    assert!(frame && found == (one.report.problems(), one.report.counts()), "{:?}\n{:?}", found, one.report.problems());
    assert!(pieces.items == one.items, "{} {}", pieces.items.len(), one.items.len());
}

#[test]
fn each_thing_between_two_objects_reads_the_same_in_pieces_and_in_one() {
    for thing in THINGS {
        agree(full(&format!("{HEADER}{DOMAIN}{thing}\n{CONTACT}\n{thing}{OTHERS}")).as_bytes());
    }
}

#[test]
fn a_deposit_of_many_pieces_is_read_in_order_with_the_lines_of_its_objects() {
    let many = |number: usize| {
        DOMAIN.replace("Bedrijf", &format!("b{number}")) + if number.is_multiple_of(7) { "\n" } else { "" }
    };
    let domains: String = (0..600).map(many).collect();
    let contents = format!("{HEADER}{domains}<!---->{}", domains.replace("b1", "c1"));
    let trial = Trial::of_xml(full(&contents).as_bytes(), true).expect_clean();
    assert_eq!(trial.objects().len(), 1_200);
    agree(full(&contents).as_bytes());
}

proptest! {
    #[test]
    fn pieces_read_as_the_whole_does(
        things in proptest::collection::vec(prop::sample::select(THINGS.to_vec()), 1..9),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = full(&format!("{HEADER}{DOMAIN}{}", things.concat())).into_bytes();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        agree(&bytes);
    }

    #[test]
    fn flipped_bits_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..4)) {
        let mut bytes = full(&format!("{HEADER}{DOMAIN}{CONTACT}{OTHERS}")).into_bytes();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Trial::of(&bytes);
    }
}
