//! Pages from questions, against golden files and against what clients look for.
//!
//! `UPDATE_GOLDEN=1` writes the files anew.

#[cfg(test)]
mod pages {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use regex::Regex;

    use crate::answer::{Answer, DomainAnswer, NameserverAnswer, answer};
    use crate::codec::sample::{Draw, kept};
    use crate::disclosure::record::{
        ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn,
        PublicRecord, PublicRegistrar, Reason,
    };
    use crate::guard::{Settings, Tier};
    use crate::index::{Generation, Snapshot, SnapshotBuilder};
    use crate::model::dnssec::{DsData, KeyData, SecureDns};
    use crate::model::name::{Addresses, Name};
    use crate::model::status::{DomainStatus, RgpStatus};
    use crate::model::vocabulary::{Kind, Role};
    use crate::model::zone::{WhoisLayout, Zone, Zones};
    use crate::query::{self, Query};
    use crate::render::site::{PolicyStamp, Site, ZoneTexts};
    use crate::render::whois::{help, refused, render, trap_phrases};
    use crate::render::{das, refusal};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn shown<T>(value: T) -> Disclosed<T> {
        Disclosed::Shown { value, clause: ClauseIndex(1) }
    }

    fn withheld<T>() -> Disclosed<T> {
        Disclosed::Withheld { reason: Reason::NaturalPerson, clause: ClauseIndex(2) }
    }

    fn specimens() -> (PublicDomain, PublicHost, PublicRegistrar, PublicNndn) {
        let [
            (_, PublicRecord::Domain(domain)),
            (_, PublicRecord::Host(host)),
            (_, PublicRecord::Registrar(registrar)),
            (_, PublicRecord::Nndn(nndn)),
        ] = kept()
        else {
            unreachable!()
        };
        (domain, host, registrar, nndn)
    }

    fn organisation(role: Role, title: &str) -> PublicContact {
        let mut contact = specimens().0.registrant.unwrap();
        contact.role = role;
        contact.organisation = shown(title.to_owned());
        contact
    }

    fn person(role: Role) -> PublicContact {
        PublicContact {
            role,
            kind: shown(Kind::NaturalPerson),
            handle: withheld(),
            name: withheld(),
            organisation: Disclosed::Absent,
            street: withheld(),
            city: withheld(),
            postal_code: withheld(),
            country: withheld(),
            voice: withheld(),
            fax: Disclosed::Absent,
            email: withheld(),
            language: withheld(),
            ..organisation(role, "")
        }
    }

    /// A plain domain of an organisation; the cases below change what they are about.
    fn plain(text: &str) -> PublicDomain {
        let name = name(text);
        let (domain, ..) = specimens();
        PublicDomain {
            roid: "D1-LOKET".to_owned(),
            statuses: vec![DomainStatus::Ok],
            rgp_statuses: Vec::new(),
            on_hold: false,
            quarantined_until: None,
            out_of_service: false,
            registrant: Some(organisation(Role::Registrant, "Bedrijf nv")),
            contacts: Vec::new(),
            nameservers: ["ns1.dienst.example", "ns2.dienst.example"]
                .map(|host| PublicDelegation { host: self::name(host), addresses: Addresses::default() })
                .to_vec(),
            secure_dns: SecureDns::default(),
            created: Some("2000-12-12T09:30:00Z".parse().unwrap()),
            expires: Some("2027-12-12T09:30:00Z".parse().unwrap()),
            updated: None,
            transferred: None,
            name,
            ..domain
        }
    }

    fn bedrijf() -> PublicDomain {
        let mut domain = plain("bedrijf.be");
        let registrant = domain.registrant.as_mut().unwrap();
        registrant.street = shown(["Grote Markt 1", "Bus 3", "Verdieping 2"].map(str::to_owned).to_vec());
        registrant.voice = shown(Phone { number: "+32.25550101".to_owned(), extension: Some("42".to_owned()) });
        registrant.organisation = shown("Société Générale d’Œuvres nv".to_owned());
        let mut tech = organisation(Role::Tech, "Technique sprl");
        tech.language = shown("fr".to_owned());
        domain.contacts =
            vec![organisation(Role::Onsite, "Huisdienst bv"), tech, organisation(Role::Tech, "Tweede bv")];
        domain.statuses = vec![DomainStatus::ClientTransferProhibited];
        let v6 = "2001:db8:0:101::3".parse().unwrap();
        let glue = Addresses { v4: vec![[192, 0, 2, 1].into()], v6: vec![v6] };
        domain.nameservers[0] = PublicDelegation { host: name("ns1.bedrijf.be"), addresses: glue };
        domain
    }

    fn signed() -> PublicDomain {
        let mut domain = plain("signed.be");
        let digest = vec![0xAB; 20];
        domain.secure_dns.ds = [(99, 13), (60485, 8)]
            .map(|(key_tag, algorithm)| DsData { key_tag, algorithm, digest_type: 1, digest: digest.clone() })
            .to_vec();
        domain.secure_dns.keys =
            vec![KeyData { flags: 257, protocol: 3, algorithm: 13, public_key: "AQPJ////4Q==".to_owned() }];
        domain
    }

    fn hostile() -> PublicDomain {
        let evil = "Kwaad\r\nStatus:\tAVAILABLE\r\n\r\n% x\nDomain:\tvrij.be\u{2028}\u{202e}<b>\0\x1b[2J";
        let mut domain = plain("multi.be");
        let registrant = domain.registrant.as_mut().unwrap();
        registrant.organisation = shown(evil.to_owned());
        registrant.street = shown(vec![evil.to_owned(), "%".to_owned()]);
        registrant.city = shown("\nRegistrar:\n\tName:\tX".to_owned());
        domain
    }

    fn domains() -> Vec<PublicDomain> {
        let with = |text: &str, change: fn(&mut PublicDomain)| {
            let mut domain = plain(text);
            change(&mut domain);
            domain
        };
        vec![
            bedrijf(),
            signed(),
            hostile(),
            with("persoon.be", |domain| domain.registrant = Some(person(Role::Registrant))),
            with("persoon-tech.be", |domain| domain.contacts = vec![person(Role::Tech), person(Role::Tech)]),
            with("weg.be", |domain| domain.quarantined_until = Some("2012-02-01T00:00:00Z".parse().unwrap())),
            with("hold.be", |domain| domain.on_hold = true),
            with("oos.be", |domain| domain.out_of_service = true),
            with("xn--belgi-rsa.be", |_| {}),
            with("reg.brussels", |domain| {
                domain.contacts = vec![organisation(Role::Admin, "Bedrijf nv"), person(Role::Tech)];
                domain.secure_dns = signed().secure_dns;
                domain.statuses = vec![DomainStatus::ClientHold];
            }),
            with("xn--belgi-rsa.brussels", |domain| {
                domain.registrant = Some(person(Role::Registrant));
                domain.rgp_statuses = vec![RgpStatus::AutoRenewPeriod];
            }),
        ]
    }

    fn generation() -> Generation {
        let watermark = "2026-11-01T02:00:00.5Z".parse().unwrap();
        Generation { number: 3, watermark, published_at: watermark }
    }

    fn snapshot() -> Snapshot {
        let (_, host, registrar, nndn) = specimens();
        let mut builder = SnapshotBuilder::default();
        for domain in domains() {
            builder.put(PublicRecord::Domain(domain));
        }
        builder.put(PublicRecord::Host(host));
        builder.put(PublicRecord::Registrar(PublicRegistrar { contacts: Vec::new(), ..registrar }));
        builder.put(PublicRecord::Nndn(PublicNndn { name: name("stad.brussels"), ..nndn.clone() }));
        builder.put(PublicRecord::Nndn(nndn));
        builder.finish(generation())
    }

    fn site() -> Site {
        let zone = |text, layout, policy: &str| Zone {
            name: name(text),
            layout,
            policy: policy.to_owned(),
            gtld_profile: layout == WhoisLayout::Gtld,
        };
        let texts = ZoneTexts {
            whois_banner: ["% .be Whois Server of a register that does not sell", "%", "Made-up data."]
                .map(str::to_owned)
                .to_vec(),
            whois_withheld: "Not shown, please visit www.register.example for webbased whois.".to_owned(),
            whois_closing: "Please visit www.register.example for more info.".to_owned(),
            policy: PolicyStamp { name: "dns-belgium".to_owned(), version: "2026-11-01".to_owned(), url: None },
            ..ZoneTexts::default()
        };
        let gtld = ZoneTexts {
            whois_banner: vec!["Registre de démonstration".to_owned()],
            policy: PolicyStamp { url: Some("https://register.example/policy".to_owned()), ..texts.policy.clone() },
            ..ZoneTexts::default()
        };
        Site {
            operator: "Voorbeeldregister".to_owned(),
            rdap_bases: vec!["https://rdap.register.example/".to_owned()],
            contact: Some("https://register.example/contact".to_owned()),
            zones: Zones::new(vec![
                zone("be", WhoisLayout::Be, "dns-belgium"),
                zone("brussels", WhoisLayout::Gtld, "icann-gtld"),
            ]),
            texts: BTreeMap::from([(name("be"), texts), (name("brussels"), gtld)]),
        }
    }

    fn page(line: &str) -> String {
        let (snapshot, site) = (snapshot(), site());
        let bytes = match query::whois::parse(line.as_bytes()) {
            Ok(Query::Help) => help(&site, &Settings::default().terms(Tier::Default)),
            Ok(query) => render(&answer(&snapshot, &site.zones, &query), &site, snapshot.generation()),
            Err(refusal) => refused(line.as_bytes(), &refusal, &site, snapshot.generation()),
        };
        String::from_utf8(bytes).unwrap()
    }

    fn das_page(line: &str) -> String {
        let (snapshot, site) = (snapshot(), site());
        let bytes = match query::das::parse(line.as_bytes()) {
            Ok(query) => das::render(&answer(&snapshot, &site.zones, &query)),
            Err(refusal) => refusal::das(&refusal),
        };
        String::from_utf8(bytes).unwrap()
    }

    /// The page without its banner, CRLF as LF.
    fn body(line: &str) -> String {
        let page = page(line).replace("\r\n", "\n");
        page.lines().skip_while(|line| line.starts_with('%')).skip(1).map(|line| format!("{line}\n")).collect()
    }

    fn check(file: &str, found: &str) {
        crate::golden::check(&format!("tests/golden/{file}"), found.as_bytes());
    }

    #[test]
    fn wh_15_be_02_pages_are_those_of_the_golden_files() {
        for (file, line) in [
            ("bedrijf.be", "bedrijf.be"),
            ("persoon.be", "persoon.be"),
            ("persoon-tech.be", "persoon-tech.be"),
            ("signed.be", "signed.be"),
            ("multi.be", "multi.be"),
            ("weg.be", "weg.be"),
            ("hold.be", "hold.be"),
            ("oos.be", "oos.be"),
            ("belgie.be", "belgië.be"),
            ("reg.brussels", "reg.brussels"),
            ("belgie.brussels", "xn--belgi-rsa.brussels"),
            ("vrij.be", "vrij.be"),
            ("vrij.brussels", "vrij.brussels"),
            ("stad.brussels", "stad.brussels"),
            ("sub-domain.be", "www.bedrijf.be"),
            ("sub-domain.brussels", "www.reg.brussels"),
            ("nameserver", "nameserver ns1.bedrijf.be"),
            ("registrar", "registrar voorbeeld registrar NV"),
            ("registrar-unknown", "registrar Niemand"),
            ("help", "help"),
            ("flag", "-B bedrijf.be"),
        ] {
            check(&format!("whois/{file}.txt"), &page(line));
        }
        for (file, line) in [
            ("bedrijf.be", "bedrijf.be"),
            ("belgie.be", "belgië.be"),
            ("vrij.be", "vrij.be"),
            ("not-allowed", "bedrijf"),
        ] {
            check(&format!("das/{file}.txt"), &das_page(line));
        }
    }

    #[test]
    fn be_01_wh_14_available_is_exactly_two_lines() {
        assert_eq!(body("vrij.be"), "Domain:\tvrij.be\nStatus:\tAVAILABLE\n\n");
    }

    #[test]
    fn be_03_wh_12_wh_13_not_allowed() {
        let approved =
            |name: &str| format!("Domain:\t{name}\nStatus:\tNOT ALLOWED\nMessage:\tUse only approved characters.\n\n");
        for line in ["www.bedrijf.be", "ab--cd.be", "a_b.be", "-a.be", "a..be"] {
            assert_eq!(body(line), approved(line));
        }
        // ID-11, ID-20: one character, and a letter outside the table.
        assert_eq!(body("é.be"), approved("xn--9ca.be"));
        assert_eq!(body("\u{430}\u{431}.be"), approved("xn--80ac.be"));
        let extension = |name: &str| {
            format!("Domain:\t{name}\nStatus:\tNOT ALLOWED\nMessage:\tPlease add correct .be extension.\n\n")
        };
        for line in ["bedrijf", "be", "bedrijf.example"] {
            assert_eq!(body(line), extension(line));
        }
    }

    #[test]
    fn wh_07_a_bad_line_is_repeated_only_in_the_characters_of_names() {
        for line in ["Status:AVAILABLE", "%.be", "*", "<script>.be", "bed\u{ad}rijf.be"] {
            assert_eq!(body(line), "Status:\tNOT ALLOWED\nMessage:\tUse only approved characters.\n\n", "{line}");
        }
    }

    #[test]
    fn be_04_quarantine_tells_its_dates_only() {
        let expected =
            "Domain:\tweg.be\nStatus:\tQUARANTINE\nRegistered:\tTue Dec 12 2000\nAvailable:\tWed Feb 1 2012\n\n";
        assert_eq!(body("weg.be"), expected);
    }

    #[test]
    fn be_05_be_06_hold_is_taken_and_out_of_service_has_its_word() {
        let hold = body("hold.be");
        assert!(hold.contains("\nStatus:\tNOT AVAILABLE\n"));
        assert!(
            hold.contains("Flags:\n\tserverDeleteProhibited\n\tserverTransferProhibited\n\tserverUpdateProhibited\n")
        );
        assert!(body("oos.be").contains("\nStatus:\tOUT OF SERVICE\n"));
        assert_eq!(body("gereserveerd.be"), "Domain:\tgereserveerd.be\nStatus:\tNOT AVAILABLE\n\n");
    }

    #[test]
    fn be_09_wh_04_wh_10_lines_end_in_crlf_and_be_is_ascii() {
        for domain in domains() {
            let page = page(domain.name.as_str());
            assert_eq!(page.matches('\n').count(), page.matches("\r\n").count());
            assert_eq!(page.matches('\r').count(), page.matches("\r\n").count());
            assert!(page.ends_with("\r\n"));
            assert!(page.is_ascii() || domain.name.as_str().ends_with(".brussels"));
        }
    }

    #[test]
    fn wh_16_wh_17_gtld_answers() {
        assert!(body("vrij.brussels").starts_with("Domain not found"));
        for line in ["vrij.brussels", "reg.brussels", "www.reg.brussels", "stad.brussels", "a_b.brussels"] {
            let page = page(line);
            let last = page.lines().rfind(|line| !line.is_empty());
            assert_eq!(last, Some(">>> Last update of WHOIS database: 2026-11-01T02:00:00Z <<<"), "{line}");
        }
    }

    #[test]
    fn wh_11_the_u_label_stands_in_utf_8_pages_of_idns_only() {
        assert!(
            page("belgië.brussels")
                .contains("Domain Name: xn--belgi-rsa.brussels\r\nDomain U-Label: belgië.brussels\r\n")
        );
        assert!(!page("reg.brussels").contains("U-Label"));
    }

    #[test]
    fn wh_20_flags_change_nothing_in_the_view() {
        for line in [
            "-T dn,ace persoon.be",
            "-C UTF-8 persoon.be",
            "--show-handles persoon.be",
            "-V Md5.6 persoon.be",
            "persoon.be/e",
        ] {
            assert_eq!(page(line), page("persoon.be"), "{line}");
        }
    }

    #[test]
    fn wh_22_hostile_values_forge_no_line() {
        let page = body("multi.be");
        for start in ["Domain:", "Status:", "Registrar:"] {
            assert_eq!(page.lines().filter(|line| line.starts_with(start)).count(), 1, "{start}");
        }
        assert!(!page.contains(['\0', '\x1b']) && !trap_phrases(&page).contains(&"status: available"));
        assert!(!page.lines().any(|line| line.starts_with('%')));
    }

    #[test]
    fn da_02_da_04_da_06_das_tells_a_name_and_a_word() {
        for taken in ["bedrijf.be", "weg.be", "hold.be", "oos.be", "gereserveerd.be"] {
            assert_eq!(das_page(taken), format!("RC:\t0\r\nDomain:\t{taken}\r\nStatus:\tNOT AVAILABLE\r\n"));
        }
        assert_eq!(das_page("vrij.be"), "RC:\t0\r\nDomain:\tvrij.be\r\nStatus:\tAVAILABLE\r\n");
        assert_eq!(das_page("www.vrij.be"), "RC:\t0\r\nDomain:\twww.vrij.be\r\nStatus:\tNOT ALLOWED\r\n");
        let idn = "RC:\t0\r\nDomain:\tbelgië.be\r\nA-label:\txn--belgi-rsa.be\r\nStatus:\tNOT AVAILABLE\r\n";
        assert_eq!(das_page("xn--belgi-rsa.be"), idn);
    }

    #[test]
    fn nothing_that_clients_take_for_a_free_name_stands_elsewhere() {
        for line in
            ["reg.brussels", "stad.brussels", "www.reg.brussels", "help", "registrar R-77", "-B x.be", "\u{1}", ""]
        {
            assert_eq!(trap_phrases(&page(line)), Vec::<&str>::new(), "{line:?}");
        }
        for line in ["bedrijf.be", "persoon.be", "hold.be", "signed.be"] {
            assert_eq!(trap_phrases(&page(line)), ["not available"], "{line}");
        }
        assert_eq!(trap_phrases(&page("vrij.brussels")), ["not found"]);
    }

    proptest! {
        #[test]
        fn wh_04_wh_22_any_record_gives_a_clean_page(seed in proptest::collection::vec(any::<u8>(), 0..400), is_be in any::<bool>()) {
            let (_, _, registrar, _) = specimens();
            let zone = if is_be { "be" } else { "brussels" };
            let found = match Draw(&seed).record() {
                PublicRecord::Domain(domain) => {
                    let domain = PublicDomain { name: name(&format!("x.{zone}")), ..domain };
                    let addresses = domain.nameservers.iter().map(|server| server.addresses.clone()).collect();
                    Answer::Domain(DomainAnswer { domain, registrar: Some(registrar), addresses })
                }
                PublicRecord::Host(host) => Answer::Nameserver(NameserverAnswer { host, registrar: Some(registrar) }),
                PublicRecord::Registrar(registrar) => Answer::Registrar(registrar),
                PublicRecord::Nndn(nndn) => Answer::Reserved(name(&format!("x.{zone}")), nndn.state),
            };
            let page = String::from_utf8(render(&found, &site(), &generation())).unwrap();
            prop_assert!(page.ends_with("\r\n"));
            prop_assert_eq!(page.matches(['\r', '\n']).count(), 2 * page.matches("\r\n").count());
            prop_assert!(!page.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n')));
            prop_assert!(page.lines().filter(|line| line.starts_with("Status:")).count() <= 1);
            let is_last_comment_in_banner = page.lines().skip(3).all(|line| !line.starts_with('%'));
            prop_assert!(is_last_comment_in_banner);
        }
    }

    /// The first group of the first match.
    fn first<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
        Regex::new(pattern).unwrap().captures(text)?.get(1).map(|found| found.as_str().trim())
    }

    /// The patterns of whoisdomain, python-whois and whois-parser (Ruby) read name, status, date, registrar and
    /// every name server out of our pages. They read LF, as text modes make of CRLF.
    #[test]
    fn wh_15_clients_read_the_be_layout() {
        let page = page("bedrijf.be").replace("\r\n", "\n");
        for pattern in [r"\nDomain:\s*(.+)", r"Domain: *(.+)", r"(?m)^Domain:\s+(.+)\n"] {
            assert_eq!(first(pattern, &page), Some("bedrijf.be"), "{pattern}");
        }
        for pattern in [r"Status:\s*(.+)", r"Status: *(.+)"] {
            assert_eq!(first(pattern, &page), Some("NOT AVAILABLE"), "{pattern}");
        }
        for pattern in [r"Registered:\s*(.+)", r"Registered: *(.+)"] {
            assert_eq!(first(pattern, &page), Some("Tue Dec 12 2000"), "{pattern}");
        }
        for pattern in [r"Registrar:\s*\n\s+Name:\s*(.+)", r"Name: *(.+)"] {
            assert_eq!(first(pattern, &page), Some("Voorbeeld Registrar nv"), "{pattern}");
        }
        assert_eq!(first(r"Website:\s*(.+)", &page), Some("https://registrar.example/"));
        assert_eq!(first(r"Organisation: *(.+)", &page), Some("Societe Generale d'OEuvres nv"));
        let servers = first(r"Nameservers:\n((?:\t.+\n)+)", &page).unwrap();
        let expected = ["ns1.bedrijf.be (192.0.2.1)", "ns1.bedrijf.be (2001:db8:0:101:0:0:0:3)", "ns2.dienst.example"];
        assert_eq!(servers.lines().map(str::trim).collect::<Vec<_>>(), expected);
        let without_glue = self::page("hold.be").replace("\r\n", "\n");
        let servers = first(r"Nameservers:\s((?:\s+?[\w.]+\s)*)", &without_glue).unwrap();
        assert_eq!(servers.split_whitespace().collect::<Vec<_>>(), ["ns1.dienst.example", "ns2.dienst.example"]);
        let free = Regex::new(r"Status:[ \t]AVAILABLE").unwrap();
        assert!(free.is_match(&self::page("vrij.be")) && !free.is_match(&page));
    }
}
