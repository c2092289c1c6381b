//! Settings with mistakes, each with the line that it must be reported at; and the settings that are shipped.

use std::fs;
use std::path::{Path, PathBuf};

use super::limits::{Bounds, Unit};
use super::*;
use crate::guard::Tier;
use crate::guard::settings::Quota;

/// The repository's shipped settings.
fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name)
}

/// The demonstration's settings with one text replaced, written beside the shipped policies' path.
fn altered(change: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let mut text = fs::read_to_string(shipped("demo.toml")).unwrap();
    text = text.replace("folder = \"disclosure\"", &format!("folder = \"{}\"", shipped("disclosure").display()));
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in demo.toml");
        text = text.replacen(from, to, 1);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.toml");
    fs::write(&file, text).unwrap();
    (folder, file)
}

/// Each change must lead to a mistake that holds `words`, at the line where `at` stands (0 for none).
fn check(change: &[(&str, &str)], at: &str, words: &str) {
    let (_folder, file) = altered(change);
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().position(|line| line.contains(at)).map_or(0, |index| index + 1);
    let line = if at.is_empty() { 0 } else { line };
    let mistakes = Config::load(&file).expect_err("a mistake");
    assert!(
        mistakes.0.iter().any(|mistake| mistake.message.contains(words) && mistake.line == line),
        "no `{words}` at line {line} in:\n{mistakes}"
    );
}

#[test]
fn every_shipped_settings_file_is_valid() {
    let mut found = 0;
    for entry in fs::read_dir(shipped("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            found += 1;
            Config::load(&path).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        }
    }
    assert!(found > 0);
}

#[test]
fn the_demonstration_listens_where_the_documentation_says() {
    let config = Config::load(&shipped("demo.toml")).unwrap();
    let one = |text: &str| vec![text.parse::<SocketAddr>().unwrap()];
    assert_eq!(config.listen.http, one("127.0.0.1:8080"));
    assert_eq!(config.listen.https, one("127.0.0.1:8443"));
    assert_eq!(config.listen.whois, one("127.0.0.1:10043"));
    assert_eq!(config.listen.das, one("127.0.0.1:14343"));
    assert_eq!(config.listen.admin, one("127.0.0.1:9090"));
    assert_eq!(config.state, Path::new(env!("CARGO_MANIFEST_DIR")).join("state"));
    assert_eq!(config.site.rdap_bases.first().map(String::as_str), Some("https://127.0.0.1:8443/rdap/"));
    assert_eq!(config.site.zones.iter().count(), 3);
}

#[test]
fn the_effective_settings_read_back_as_the_same() {
    let other = [
        ("watch = \"../deposits\"", "watch_interval_ms = 250\ndeposit_octets_max = 2048\nservers_wait_ms = 0"),
        ("[guard.unlimited]", "[guard.unlimited]\nconnections = 7"),
        ("plain_http = \"answer\"", "plain_http = \"redirect\""),
        ("cache_seconds = 60", "cache_seconds = 0"),
    ];
    let (_folder, other) = altered(&other);
    for file in [shipped("demo.toml"), other] {
        let config = Config::load(&file).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let effective = config.effective();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("effective.toml");
        fs::write(&file, &effective).unwrap();
        let again = Config::load(&file).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(again.effective(), effective);
        assert_eq!(again.guard, config.guard);
        assert_eq!(again.import, config.import);
        assert_eq!(again.site.redirects_plain_http, config.site.redirects_plain_http);
        assert_eq!(again.site.cache_seconds, config.site.cache_seconds);
        assert!(effective.contains("first_byte_ms = 5000"));
    }
}

#[test]
fn the_demonstration_limits_a_client_to_300_questions_and_20_a_second() {
    let guard = Config::load(&shipped("demo.toml")).unwrap().guard;
    let figures = guard.figures(Tier::Default);
    assert_eq!(figures.questions, Some(Quota { burst: 300, per_minute: 20 * 60 }));
    let network = figures.network_questions.unwrap();
    assert!(network.burst >= 100 * 300 && network.per_minute >= 100 * 20 * 60, "{network:?}");
    assert!(figures.network_connections >= 100 * figures.connections);
    let listed = |text: &str| text.parse::<ipnet::IpNet>().unwrap();
    assert_eq!(guard.lists, [(listed("127.0.0.66/32"), Tier::Deny), (listed("127.0.0.9/32"), Tier::Unlimited)]);
    let others = [Tier::Deny, Tier::Registrar, Tier::Monitor, Tier::Unlimited];
    assert!(others.iter().all(|tier| guard.figures(*tier) == Settings::default().figures(*tier)));
    let text = fs::read_to_string(shipped("demo.toml")).unwrap();
    assert!(text.contains("curl --interface 127.0.0.9 ") && text.contains("curl --interface 127.0.0.66 "));
}

#[test]
fn gp_02_bs_01_mistakes_of_the_site_stand_at_their_lines() {
    let config = Config::load(&shipped("demo.toml")).unwrap();
    assert_eq!((config.site.redirects_plain_http, config.site.cache_seconds), (false, 60), "what holds by default");
    let answer = "plain_http = \"answer\"";
    let redirect = (answer, "plain_http = \"redirect\"");
    check(&[(answer, "plain_http = \"never\"")], "never", "plain_http: `never` is not one of answer, redirect");
    let hour = ("cache_seconds = 60", "cache_seconds = 3601");
    check(&[hour], hour.1, "site.cache_seconds: 3601 seconds is not between 0 and 3600");
    let plain_first = ("rdap_bases = [\"https://127.0.0.1:8443/rdap/\", ", "rdap_bases = [");
    check(
        &[plain_first, redirect],
        "plain_http = \"redirect\"",
        "wants a URL of https as the first of site.rdap_bases",
    );
    check(&[("https://127.0.0.1:8443/rdap/", "https://RDAP.example/")], "rdap_bases =", "its host in lower case");
    let (_folder, file) = altered(&[redirect]);
    assert!(Config::load(&file).unwrap().site.redirects_plain_http);
}

#[test]
fn mistakes_of_the_guard_stand_at_their_lines() {
    check(&[("burst = 300", "burst = 300000")], "burst = 300000", "guard.default.burst: 300000 is not between");
    check(
        &[("127.0.0.9/32\"]", "127.0.0.66\"]")],
        "networks = [\"127.0.0.66\"]",
        "stands already in [guard.deny], at line",
    );
    check(&[("[guard.deny]", "[guard.denied]")], "[guard.denied]", "unknown key `denied` in [guard]");
}

#[test]
fn the_figures_of_imports_have_defaults_and_bounds() {
    let (_folder, file) = altered(&[("watch = \"../deposits\"", "")]);
    let import = Config::load(&file).unwrap().import;
    assert_eq!(import.watch, None);
    assert_eq!((import.watch_interval_ms, import.servers_wait_ms), (1000, 60_000));
    assert_eq!(import.deposit_octets_max, 4 << 30);
    for limit in &super::import::TABLE {
        let Bounds { key, unit, min, max, why } = limit.bounds;
        assert!((min..=max).contains(&limit.default) && !why.is_empty(), "{key}");
        assert_eq!(key.ends_with("_ms"), unit == Unit::Milliseconds, "{key}");
        assert_eq!(key.contains("_octets"), unit == Unit::Octets, "{key}");
        for value in [min.checked_sub(1), Some(max + 1)].into_iter().flatten() {
            let line = format!("{key} = {value}");
            let words = format!("import.{key}: {value} {unit} is not between {min} and {max} ({why})");
            check(&[("[import]", &format!("[import]\n{line}"))], &line, &words);
        }
        let (_folder, file) = altered(&[("[import]", &format!("[import]\n{key} = {min}"))]);
        assert!(Config::load(&file).unwrap().effective().contains(&format!("{key} = {min}\n")));
    }
}

#[test]
fn the_drop_folder_and_the_state_do_not_lie_in_each_other() {
    let config = Config::load(&shipped("demo.toml")).unwrap();
    assert_eq!(config.import.watch, Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("deposits")));
    for watch in ["../state", "../state/", "../x/../state", "../state/deposits", "..", "/"] {
        let line = format!("watch = \"{watch}\"");
        check(&[("watch = \"../deposits\"", &line)], &line, "lie in each other");
    }
    check(&[("\"../deposits\"", "\"\"")], "watch = ", "import.watch is empty");
    check(&[("\"../deposits\"", "[\"a\"]")], "watch = ", "import.watch wants a string");
    let (_folder, file) = altered(&[("\"../deposits\"", "\"../state-deposits\"")]);
    assert!(Config::load(&file).is_ok());
}

#[cfg(unix)]
#[test]
fn a_drop_folder_that_leads_into_the_state_by_a_link_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let (state, link) = (folder.path().join("state"), folder.path().join("link"));
    fs::create_dir_all(state.join("in")).unwrap();
    std::os::unix::fs::symlink(state.join("in"), &link).unwrap();
    let (state, link) = (format!("\"{}\"", state.display()), format!("\"{}\"", link.display()));
    check(&[("\"../state\"", &state), ("\"../deposits\"", &link)], "watch = ", "lie in each other");
}

#[test]
fn unknown_keys_are_mistakes() {
    check(&[("[log]", "[log]\ncolour = 1")], "colour", "unknown key `colour` in [log]");
    check(&[("[log]", "[logs]\na = 1\n[log]")], "[logs]", "unknown key `logs`");
    check(&[("layout = \"gtld\"", "layout = \"gtld\"\nlayot = 1")], "layot", "unknown key `layot` in [zone]");
    check(&[("[site]", "[limits]\nline_bytes = 1\n[site]")], "line_bytes", "unknown key `line_bytes`");
}

#[test]
fn listeners_that_overlap_are_mistakes() {
    check(&[("127.0.0.1:8443", "127.0.0.1:8080")], "https = [", "overlaps with 127.0.0.1:8080 of `http`");
    check(&[("127.0.0.1:8443", "0.0.0.0:8080")], "https = [", "overlaps");
    check(&[("127.0.0.1:14343", "[::]:10043")], "das = [", "overlaps");
    check(&[("\"127.0.0.1:8080\"", "\"127.0.0.1:8080\", \"127.0.0.1:8080\"")], "http = [", "overlaps");
    let (_folder, file) = altered(&[("127.0.0.1:8080", "127.0.0.1:0"), ("127.0.0.1:8443", "127.0.0.1:0")]);
    assert!(Config::load(&file).is_ok(), "port 0 is any free port");
}

#[test]
fn bad_addresses_are_mistakes() {
    check(&[("127.0.0.1:8080", "localhost:8080")], "http = [", "`localhost:8080` is no address");
    check(&[("127.0.0.1:8080", "127.0.0.1:99999")], "http = [", "is no address");
    check(&[("127.0.0.1:9090", "0.0.0.0:9090")], "admin = [", "others than this machine");
    check(&[("http = [\"127.0.0.1:8080\"]", "http = 8080")], "http = 8080", "wants a list of strings");
}

#[test]
fn the_admin_door_opens_to_others_only_when_told_to() {
    let (_folder, file) =
        altered(&[("admin = [\"127.0.0.1:9090\"]", "admin = [\"0.0.0.0:9090\"]\nadmin_from_outside = true")]);
    assert!(Config::load(&file).is_ok());
}

#[test]
fn values_out_of_bounds_are_mistakes_and_never_clamped() {
    check(&[("[site]", "[limits]\nline_octets = 63\n[site]")], "line_octets", "63 octets is not between 64 and 4096");
    check(&[("[site]", "[limits]\nhead_ms = 99999999\n[site]")], "head_ms", "is not between");
    check(&[("[site]", "[limits]\nhead_ms = -1\n[site]")], "head_ms", "wants a whole number");
    check(&[("shrink_share_max = 0.1", "shrink_share_max = 1.5")], "shrink_share", "share from 0 to 1");
}

#[test]
fn tls_files_that_cannot_be_used_are_mistakes() {
    let files = |certificate: &str, key: &str| {
        vec![("self_signed = true".to_owned(), format!("certificate = \"{certificate}\"\nkey = \"{key}\""))]
    };
    let run = |change: Vec<(String, String)>, at: &str, words: &str| {
        let change: Vec<(&str, &str)> = change.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        check(&change, at, words);
    };
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    run(files("/nowhere/c.pem", &key), "certificate =", "cannot be read");
    run(files(&certificate, "/nowhere/k.pem"), "key =", "cannot be read");
    run(files(&certificate, &certificate), "key =", "holds nothing of the wanted kind");
    let other = folder.path().join("o.pem");
    fs::write(&other, rcgen::generate_simple_self_signed(Vec::new()).unwrap().signing_key.serialize_pem()).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    run(files(&certificate, &other.display().to_string()), "key =", "is not the key of the certificate");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        run(files(&certificate, &key), "key =", "open to every user");
    }
    run(vec![("self_signed = true".into(), "certificate = \"c.pem\"".into())], "[tls]", "tls.key is missing");
    check(&[("[tls]", ""), ("self_signed = true", "")], "", "listen.https needs [tls]");
}

#[test]
fn texts_that_clients_misread_are_mistakes() {
    check(
        &[("The WHOIS service is provided", "The WHOIS service is free of charge and provided")],
        "is free of charge",
        "clients take the words",
    );
    check(&[("\"Demonstration registry\"", "\"Fun is free\"")], "Fun is free", "site.operator: clients take the words");
    check(&[("Please visit www", "ReferralServer: www")], "ReferralServer", "clients take the words");
    check(&[("for webbased whois.", "for\\nwhois.")], "whois_withheld", "holds no line ends");
}

#[test]
fn wh_10_texts_in_the_layout_of_be_are_ascii() {
    for (from, to) in [
        ("fournit des informations", "fournit des données"),
        ("Not shown, please", "Niet getoond, à voir"),
        ("for more info.", "pour en savoir plus\u{a0}…"),
    ] {
        check(&[(from, to)], to, "port 43 in the layout `be` is ASCII");
    }
    let (_folder, file) = altered(&[("layout = \"be\"", "layout = \"gtld\""), ("sans garantie", "à vos risques")]);
    assert!(Config::load(&file).is_ok(), "the other layout is UTF-8");
}

#[test]
fn ht_25_rs_15_notices_name_their_language() {
    for lang in ["nl_BE", "Nederlands!", "", "n", "nl-", "nl-BE-"] {
        let line = format!("lang = \"{lang}\"");
        check(&[("lang = \"nl\"", &line)], &line, "is no language tag such as nl or fr-BE");
    }
    for lang in ["nl-be", "fr-Latn-BE", "de", "vls"] {
        let (_folder, file) = altered(&[("lang = \"nl\"", &format!("lang = \"{lang}\""))]);
        assert!(Config::load(&file).is_ok(), "{lang}");
    }
    let site = Config::load(&shipped("demo.toml")).unwrap().site;
    for (zone, languages) in [("be", "nl fr en"), ("brussels", "nl fr en"), ("vlaanderen", "nl en")] {
        let texts = &site.texts[&crate::model::name::Name::parse(zone).unwrap()];
        let told: Vec<&str> = texts.notices.iter().filter_map(|notice| notice.lang.as_deref()).collect();
        assert_eq!(told.join(" "), languages, "{zone}");
        assert!(texts.notices.iter().any(|notice| notice.title == "Terms of Use" && notice.link.is_some()), "{zone}");
        for lang in languages.split(' ') {
            assert!(texts.whois_banner.iter().any(|line| line.contains(&format!("{lang}: "))), "{zone} {lang}");
        }
    }
}

#[test]
fn zones_and_policies_must_fit_together() {
    check(&[("default = \"dns-belgium\"", "default = \"dns-belgum\"")], "dns-belgum", "no valid policy `dns-belgum`");
    check(&[("name = \"be\"", "name = \"be\"\npolicy = \"none\"")], "policy = \"none\"", "no valid policy `none`");
    check(&[("layout = \"be\"", "layout = \"bee\"")], "bee", "`bee` is not one of be, gtld");
    check(&[("name = \"brussels\"", "name = \"BE\"")], "name = \"BE\"", "given twice");
    check(&[("name = \"be\"", "name = \"b_e\"")], "b_e", "is no name");
    check(&[("title = \"Terms of Use\"", "title = \"Words\"")], "[[zone]]", "titled `Terms of Use`");
    check(&[("http://127.0.0.1:8080/rdap/", "http://127.0.0.1:8080/rdap")], "rdap_bases", "with a slash at its end");
}

#[test]
fn all_mistakes_are_told_together() {
    let (_folder, file) = altered(&[
        ("127.0.0.1:8080", "x"),
        ("layout = \"be\"", "layout = \"bee\""),
        ("level = \"info\"", "level = \"loud\""),
        ("dir = \"../state\"", "dri = \"../state\""),
    ]);
    let mistakes = Config::load(&file).expect_err("mistakes");
    assert_eq!(mistakes.0.len(), 5, "{mistakes}");
    assert!(mistakes.0.windows(2).all(|pair| pair.iter().map(|m| m.line).is_sorted()), "{mistakes}");
}

#[test]
fn a_file_that_is_not_there_or_no_toml_is_a_mistake() {
    assert!(Config::load(Path::new("/nowhere/loket.toml")).is_err());
    let (_folder, file) = altered(&[("[listen]", "[listen")]);
    assert!(Config::load(&file).expect_err("no TOML").0.iter().all(|mistake| mistake.line > 0));
}

#[test]
fn ht_26_a_profile_is_an_identifier_of_an_extension() {
    let profile = "profile = \"loket_be_level_0\"";
    for wrong in
        ["", "0_level", "loket-be", "xml_be", "rdap_level_0", "icann_rdap_response_profile_1", "redacted", "b\u{e9}"]
    {
        check(&[(profile, &format!("profile = \"{wrong}\""))], "profile = \"", "zone.profile");
    }
    let config = Config::load(&shipped("demo.toml")).unwrap();
    let profiles: Vec<Option<&str>> = config.site.zones.iter().map(|zone| zone.profile.as_deref()).collect();
    assert_eq!(profiles.iter().flatten().collect::<Vec<_>>(), [&"loket_be_level_0"]);
}
