//! What the clients of port 43 look for, tried on the golden files. They read LF, as text modes make of CRLF.

use std::path::{Path, PathBuf};

use regex::Regex;

use super::specimens::{domains, page};
use crate::disclosure::record::PublicDomain;
use crate::render::whois::trap_phrases;

/// The first group of the first match.
fn first<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    Regex::new(pattern).unwrap().captures(text)?.get(1).map(|found| found.as_str().trim())
}

/// The first group of every match.
fn every<'a>(pattern: &str, text: &'a str) -> Vec<&'a str> {
    Regex::new(pattern)
        .unwrap()
        .captures_iter(text)
        .filter_map(|found| found.get(1))
        .map(|found| found.as_str().trim())
        .collect()
}

/// The answer about a domain, with LF.
fn read(domain: &PublicDomain) -> String {
    page(domain.name.as_str()).replace("\r\n", "\n")
}

fn of_zone(zone: &'static str) -> impl Iterator<Item = PublicDomain> {
    domains().into_iter().filter(move |domain| domain.name.as_str().ends_with(zone))
}

/// How a client reads one value of the layout of .be.
struct Reader {
    client: &'static str,
    name: &'static str,
    status: &'static str,
    registered: &'static str,
    registrar: &'static str,
}

const READERS: [Reader; 6] = [
    Reader {
        client: "whois-parser (Ruby)",
        name: r"Domain:\s+(.+?)\n",
        status: r"Status:\s+(.+?)\n",
        registered: r"Registered:\s+(.+)\n",
        registrar: r"Registrar:\n\s+Name:\s+(.+)\n",
    },
    Reader {
        client: "asyncwhois",
        name: r"(?i)Domain: *(.+)",
        status: r"(?i)Status: *(.+)",
        registered: r"(?i)Registered: *(.+)",
        registrar: r"(?i)Registrar:\n.+Name: *(.+)",
    },
    Reader {
        client: "python-whois",
        name: r"(?i)Domain: *(.+)",
        status: r"(?i)Status: *(.+)",
        registered: r"(?i)Registered: *(.+)",
        registrar: r"(?i)Registrar:\s*\n\s*Name: *(.+)",
    },
    Reader {
        client: "whoisdomain",
        name: r"\nDomain:\s*(.+)",
        status: r"Status:\s*(.+)",
        registered: r"Registered:\s*(.+)",
        registrar: r"Registrar:\s*\n\s+Name:\s*(.+)",
    },
    Reader {
        client: "whoiser, rdapper: a key, a colon, a value",
        name: r"(?m)^Domain:[ \t]*(\S.*)$",
        status: r"(?m)^Status:[ \t]*(\S.*)$",
        registered: r"(?m)^Registered:[ \t]*(\S.*)$",
        registrar: r"(?m)^\s*Name:[ \t]*(\S.*)$",
    },
    Reader {
        client: "phpWhois, php-whois, likexian: blocks",
        name: r"(?i)(?:^|\n)domain:[\s]+([^\s]+)",
        status: r"(?i)(?:^|\n)status:[\s]+([^\n]+)",
        registered: r"(?i)(?:^|\n)registered:[\s]+([^\n]+)",
        registrar: r"(?i)\nregistrar:\n[\s]+name:[\s]+([^\n]+)",
    },
];

/// The statuses that whois-parser knows; any other word is a fault to it.
const STATUSES: [&str; 3] = ["NOT AVAILABLE", "QUARANTINE", "OUT OF SERVICE"];

#[test]
fn wh_15_each_client_reads_each_page_of_be() {
    let mut read_whole = 0;
    for domain in of_zone(".be") {
        let page = read(&domain);
        let status = first(r"(?m)^Status:\t(.+)$", &page).unwrap();
        assert!(STATUSES.contains(&status), "{status}");
        for Reader { client, name, status: state, registered, registrar } in &READERS {
            assert_eq!(first(name, &page), Some(domain.name.as_str()), "{client}: {page}");
            assert_eq!(first(state, &page), Some(status), "{client}: {page}");
            assert_eq!(first(registered, &page), Some("Tue Dec 12 2000"), "{client}: {page}");
            let expected = (status != "QUARANTINE").then_some("Voorbeeld Registrar nv");
            assert_eq!(first(registrar, &page), expected, "{client}: {page}");
        }
        if status == "QUARANTINE" {
            continue;
        }
        assert_eq!(first(r"Registrar:\n.+Name:.+\n.+Website:*(.+)", &page), Some("https://registrar.example/"));
        let servers = servers(&page);
        let expected: Vec<&str> = domain.nameservers.iter().map(|server| server.host.as_str()).collect();
        assert_eq!(servers, expected, "{page}");
        read_whole += 1;
    }
    assert!(read_whole > 30, "{read_whole}");
}

/// The name servers as whois-parser and whoiser take them: the lines of the block, without addresses, each name once.
fn servers(page: &str) -> Vec<&str> {
    let block = first(r"Nameservers:\n((?:\t.+\n)*)", page).unwrap_or_default();
    let mut names: Vec<&str> = block.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.dedup();
    names
}

#[test]
fn wh_15_name_servers_with_and_without_glue() {
    let page = page("bedrijf.be").replace("\r\n", "\n");
    let lines = first(r"Nameservers:\n((?:\t.+\n)+)", &page).unwrap();
    let expected = ["ns1.bedrijf.be (192.0.2.1)", "ns1.bedrijf.be (2001:db8:0:101:0:0:0:3)", "ns2.dienst.example"];
    assert_eq!(lines.lines().map(str::trim).collect::<Vec<_>>(), expected);
    // whoisdomain reads servers without glue alone.
    let without_glue = super::page("hold.be").replace("\r\n", "\n");
    let names = first(r"Nameservers:\s((?:\s+?[\w.]+\s)*)", &without_glue).unwrap();
    assert_eq!(names.split_whitespace().collect::<Vec<_>>(), ["ns1.dienst.example", "ns2.dienst.example"]);
    assert_eq!(first(r"Organisation: *(.+)", &page), Some("Societe Generale d'OEuvres nv"));
    assert_eq!(first(r"Phone: *(.+)", &page), Some("+32.25550101 x42"));
}

/// The keys of ICANN's labelling, as whois-parser, python-whois, asyncwhois, whoiser, likexian and rdapper read them.
#[test]
fn wh_15_each_client_reads_each_page_of_a_gtld() {
    let mut count = 0;
    for domain in of_zone(".brussels") {
        let page = read(&domain);
        for (key, expected) in [
            ("Domain Name", domain.name.as_str()),
            ("Registrar", "Voorbeeld Registrar nv"),
            ("Registrar IANA ID", "9995"),
            ("Registrar URL", "https://registrar.example/"),
            ("Creation Date", "2000-12-12T09:30:00Z"),
            ("Registry Expiry Date", "2027-12-12T09:30:00Z"),
        ] {
            for pattern in [format!(r"(?i){key}: *(.+)"), format!(r"(?m)^{key}: (.+)$")] {
                assert_eq!(first(&pattern, &page), Some(expected), "{pattern}: {page}");
            }
        }
        let servers: Vec<&str> = domain.nameservers.iter().map(|server| server.host.as_str()).collect();
        assert_eq!(every(r"(?i)Name Server: *(.+)", &page), servers, "{page}");
        for status in every(r"(?m)^Domain Status: (.+)$", &page) {
            let (word, url) = status.split_once(' ').unwrap();
            assert_eq!(url, format!("https://icann.org/epp#{word}"));
        }
        assert!(!every(r"(?i)Domain Status: *(.+)", &page).is_empty(), "{page}");
        let update = r">>> Last update of WHOIS database: (.+) <<<";
        assert_eq!(first(update, &page), Some("2026-11-01T02:00:00Z"));
        count += 1;
    }
    assert!(count > 30, "{count}");
}

/// Every golden file of port 43, by its path below the folder, with LF.
fn golden() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/whois");
    let mut files = Vec::new();
    walk(&folder, &mut files);
    let text = |file: &PathBuf| {
        let name = file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(file).unwrap().replace("\r\n", "\n"))
    };
    files.iter().map(text).collect()
}

/// By what each client knows that a name may be registered, or that there is no such name.
const FREE: &[(&str, &str)] = &[
    ("whois-parser (Ruby), .be", r"Status:\s+AVAILABLE\n"),
    ("python-whois, .be", r"Status:[ \t]AVAILABLE"),
    ("whoisdomain", r"(?m)^Status:\s*AVAILABLE"),
    ("DNS Belgium's client of its gTLDs", r"(?m)^(Domain not found|% No match)"),
    ("asyncwhois", r"(?i)not found|no match|invalid query|object does not exist"),
    ("rdapper", r"(?i)is free|not found|does not exist|domain available|pending release"),
    ("likexian", r"(?i)not found|no match|no data found|is free|no entries found"),
    ("python-whois, whoiser, others", r"(?i)no match for|no entries found|nothing found|not registered|is available"),
];

#[test]
fn no_client_takes_another_answer_for_a_free_name() {
    let (mut free, mut others) = (0, 0);
    for (file, page) in golden() {
        let is_free = file.contains("/available");
        for (client, pattern) in FREE {
            assert!(is_free || first(&format!("({pattern})"), &page).is_none(), "{client} misreads {file}: {page}");
        }
        if is_free {
            assert!(FREE.iter().any(|(_, pattern)| Regex::new(pattern).unwrap().is_match(&page)), "{file}: {page}");
            free += 1;
        } else {
            // "Status: NOT AVAILABLE" is the one answer that holds such words, after its line `Domain:`.
            let mut traps = trap_phrases(&page);
            let domain_first = page.lines().find(|line| !line.starts_with('%') && !line.is_empty());
            if domain_first.is_some_and(|line| line.starts_with("Domain:\t")) {
                traps.retain(|phrase| *phrase != "not available");
            }
            assert_eq!(traps, Vec::<&str>::new(), "{file}: {page}");
            others += 1;
        }
    }
    assert!(free == 4 && others > 90, "{free} {others}");
}

/// No page sends a client to another server, and no refusal, notice or help reads as data about a name.
#[test]
fn wh_19_no_client_takes_a_refusal_for_an_answer() {
    let referral = Regex::new(r"(?im)^\s*(Registrar WHOIS Server|Whois Server|ReferralServer|refer|whois):").unwrap();
    let data = Regex::new(
        r"(?im)^[ \t]*(Domain( Name)?|Registrar|Name ?servers?|Registered|Creation Date|Registrant|Domain Status):",
    )
    .unwrap();
    let mut wordless = 0;
    for (file, page) in golden() {
        assert!(!referral.is_match(&page), "{file}: {page}");
        let is_told_in_comments = page.lines().all(|line| line.is_empty() || line.starts_with('%'));
        let is_refusal = file.starts_with("refusals/") || file.starts_with("limited") || file == "banned.txt";
        if is_told_in_comments || is_refusal {
            assert!(!data.is_match(&page), "{file}: {page}");
            wordless += 1;
        }
        // Debian's client cuts lines at 2,000 octets.
        assert!(page.lines().all(|line| line.len() < 2000), "{file}");
    }
    assert!(wordless > 25, "{wordless}");
}
