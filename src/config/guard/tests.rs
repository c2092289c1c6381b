//! Figures and networks with mistakes, each with the line that it must be reported at.

use super::*;
use crate::config::limits::Unit;
use crate::config::source::Mistakes;
use crate::guard::settings::{Prefixes, Quota};

/// Reads a text as a settings file that has nothing but its section `[guard]`.
fn read(text: &str) -> Result<Settings, Mistakes> {
    let mut notes = Notes::new("t.toml", text);
    let mut document = Section::document(text, &mut notes).expect("TOML");
    let settings = section(document.section("guard", &mut notes), &mut notes);
    document.finish(&mut notes);
    let mistakes = notes.finish();
    if mistakes.0.is_empty() { Ok(settings) } else { Err(mistakes) }
}

/// The text must have exactly one mistake, at this line and with these words.
fn mistake(text: &str, line: usize, words: &str) {
    let mistakes = read(text).expect_err(text);
    let [mistake] = mistakes.0.as_slice() else {
        panic!("not one mistake in {text}:\n{mistakes}");
    };
    assert_eq!(mistake.line, line, "{mistakes}");
    assert!(mistake.message.contains(words), "no `{words}` in: {mistakes}");
}

/// All pairs of all tiers, each with its section's name.
fn pairs() -> Vec<(&'static str, Pair)> {
    let counted = [BURST, PER_MINUTE, REGISTRATIONS, CONNECTIONS];
    let counting = ["default", "registrar", "monitor"].into_iter().flat_map(|tier| counted.map(|pair| (tier, pair)));
    counting.chain([("deny", CONNECTIONS), ("unlimited", CONNECTIONS)]).collect()
}

/// All bounds, each with the head of its section.
fn all_bounds() -> Vec<(String, Bounds)> {
    let single = GUARD.iter().map(|row| ("guard".to_owned(), row.bounds));
    let bans = BANS.iter().map(|row| ("guard.bans".to_owned(), row.bounds));
    let costs = Question::ALL.iter().map(|question| ("guard.costs".to_owned(), cost(*question)));
    let tiers = pairs();
    let tiers = tiers.iter().flat_map(|(tier, pair)| [pair.client, pair.network].map(|b| (format!("guard.{tier}"), b)));
    single.chain(bans).chain(costs).chain(tiers).collect()
}

#[test]
fn without_a_section_the_defaults_hold() {
    assert_eq!(read("").unwrap(), Settings::default());
    let heads = "[guard]\n[guard.costs]\n[guard.bans]\n[guard.deny]\n[guard.default]\n[guard.registrar]\n[guard.monitor]\n[guard.unlimited]\n";
    assert_eq!(read(heads).unwrap(), Settings::default());
}

#[test]
fn every_default_lies_within_its_bounds_and_every_key_says_its_unit() {
    let printed = print(&Settings::default());
    for (head, bounds) in all_bounds() {
        let section = head.split('.').skip(1).fold(&printed, |section, name| &section[name]);
        let value = u64::try_from(section[bounds.key].as_integer().unwrap()).unwrap();
        assert!((bounds.min..=bounds.max).contains(&value), "{head}.{}: {value}", bounds.key);
        assert!(!bounds.why.is_empty(), "{head}.{}", bounds.key);
        for (end, unit) in [("_bits", Unit::Bits), ("_seconds", Unit::Seconds), ("_mebibytes", Unit::Mebibytes)] {
            assert_eq!(bounds.key.ends_with(end), bounds.unit == unit, "{head}.{}", bounds.key);
        }
    }
    for (tier, pair) in pairs() {
        let figure = |key: &str| printed[tier][key].as_integer().unwrap();
        assert!(figure(pair.client.key) <= figure(pair.network.key), "{tier}.{}", pair.client.key);
    }
}

#[test]
fn a_figure_outside_its_bounds_is_a_mistake_with_their_reason() {
    for (head, bounds) in all_bounds() {
        for value in [bounds.min - 1, bounds.max + 1] {
            let words = format!("{} and {} ({})", bounds.min, bounds.max, bounds.why);
            mistake(&format!("\n[{head}]\n{} = {value}\n", bounds.key), 3, &words);
        }
        mistake(&format!("[{head}]\n{} = \"1\"\n", bounds.key), 2, "wants a whole number");
    }
    mistake("[guard.default]\nburst = 0", 2, "guard.default.burst: 0 is not between 1 and 100000 (0 would");
    mistake("[guard]\nipv6_client_bits = 65", 2, "guard.ipv6_client_bits: 65 bits is not between 16 and 64 (");
}

#[test]
fn every_field_holds_the_largest_figure_of_its_key() {
    for row in GUARD.iter().chain(&BANS) {
        let mut settings = Settings::default();
        (row.set)(&mut settings, row.bounds.max);
        assert_eq!((row.get)(&settings), row.bounds.max, "{}", row.bounds.key);
    }
    for (_, pair) in pairs() {
        assert!(u32::try_from(pair.network.max).is_ok() && pair.network.max >= pair.client.max * NETWORK_CLIENTS);
    }
}

#[test]
fn unknown_keys_are_mistakes() {
    mistake("[guard]\n\ncolour = 1", 3, "unknown key `colour` in [guard]");
    mistake("[guard.costs]\nip = 1", 2, "unknown key `ip` in [guard.costs]");
    mistake("[guard.bans]\nsecond_seconds = 1", 2, "unknown key `second_seconds` in [guard.bans]");
    mistake("[guard.friends]\nburst = 1", 1, "unknown key `friends` in [guard]");
    mistake("[guard.default]\nnetworks = []", 2, "unknown key `networks` in [guard.default]");
    for tier in ["deny", "unlimited"] {
        for key in ["burst", "network_per_minute", "registrations_per_day"] {
            mistake(&format!("[guard.{tier}]\n{key} = 1"), 2, &format!("unknown key `{key}` in [guard.{tier}]"));
        }
    }
}

#[test]
fn a_network_is_no_smaller_than_its_clients() {
    let words = "a network of 24 bits is smaller than its clients of 16 bits";
    mistake("[guard]\nipv4_network_bits = 24\nipv4_client_bits = 16", 2, words);
    mistake("[guard]\n\nipv4_client_bits = 16", 3, words);
    mistake("[guard]\nipv6_network_bits = 64\nipv6_client_bits = 56", 2, "ipv6_network_bits is at most");
    let settings = read("[guard]\nipv4_client_bits = 24\nipv6_client_bits = 56\nipv6_network_bits = 56").unwrap();
    assert_eq!(settings.ipv4, Prefixes { client: 24, network: 24 });
    assert_eq!(settings.ipv6, Prefixes { client: 56, network: 56 });
}

#[test]
fn a_network_may_do_no_less_than_its_clients() {
    for (tier, Pair { client, network }) in pairs() {
        let text = format!("[guard.{tier}]\n{} = 3\n{} = 2", client.key, network.key);
        let words = format!("guard.{tier}.{}: 2 of a whole network is less than the 3", network.key);
        mistake(&text, 3, &words);
        // The client's figure is the default here.
        mistake(&format!("[guard.{tier}]\n{} = 2", network.key), 2, "is less than");
    }
}

#[test]
fn a_networks_figures_are_ten_times_those_given_for_a_client() {
    let settings = read("[guard.default]\nburst = 1000\nregistrations_per_day = 7\nconnections = 100000\n").unwrap();
    let default = *Settings::default().figures(Tier::Default);
    let figures = settings.figures(Tier::Default);
    assert_eq!(figures.questions.map(|quota| quota.burst), Some(1000));
    assert_eq!(figures.network_questions.map(|quota| quota.burst), Some(10_000));
    assert_eq!(figures.registrations_per_day, Some(7));
    assert_eq!(figures.network_registrations_per_day, Some(70));
    assert_eq!((figures.connections, figures.network_connections), (100_000, 1_000_000));
    let per_minute = |quota: Option<Quota>| quota.map(|quota| quota.per_minute);
    assert_eq!(per_minute(figures.questions), per_minute(default.questions));
    assert_eq!(per_minute(figures.network_questions), per_minute(default.network_questions));
    assert_eq!(settings.figures(Tier::Registrar), Settings::default().figures(Tier::Registrar));
}

#[test]
fn a_question_that_could_never_pass_is_a_mistake() {
    let words = "guard.costs.entity: a question of 51 can never pass where the burst is 50, as in [guard.default]";
    mistake("[guard.costs]\ndomain = 50\nentity = 51", 3, words);
    mistake("[guard.monitor]\nburst = 2\n[guard.costs]\nhelp = 3", 4, "as in [guard.monitor]");
    let settings = read("[guard.costs]\nhelp = 2\nmalformed = 9").unwrap();
    assert_eq!(settings.costs, [1, 1, 1, 1, 10, 2, 9]);
}

#[test]
fn a_cost_that_is_left_out_is_never_more_than_a_full_budget() {
    let search = |text: &str| read(text).unwrap().costs[Question::Search as usize];
    assert_eq!(search(""), 10);
    assert_eq!(search("[guard.default]\nburst = 2"), 2);
    assert_eq!(search("[guard.monitor]\nburst = 9"), 9);
    mistake("[guard.default]\nburst = 2\n[guard.costs]\nsearch = 3", 4, "as in [guard.default]");
}

#[test]
fn the_longest_ban_is_no_shorter_than_the_first() {
    let words = "guard.bans.longest_seconds: 30 seconds are less than the 60 of first_seconds";
    mistake("[guard.bans]\nlongest_seconds = 30\n", 2, words);
    mistake("[guard.bans]\n\nfirst_seconds = 7200", 3, "3600 seconds are less than the 7200 of first_seconds");
    assert!(read("[guard.bans]\nfirst_seconds = 30\nlongest_seconds = 30").is_ok());
}

#[test]
fn networks_and_single_addresses_are_listed() {
    let text = "[guard.unlimited]\nnetworks = [\"192.0.2.0/24\"]\n[guard.deny]\nnetworks = [\"2001:db8::1\", \"198.51.100.7\", \"::/0\"]\n";
    let listed = read(text).unwrap().lists;
    let expected = [
        ("2001:db8::1/128", Tier::Deny),
        ("198.51.100.7/32", Tier::Deny),
        ("::/0", Tier::Deny),
        ("192.0.2.0/24", Tier::Unlimited),
    ];
    assert_eq!(listed, expected.map(|(network, tier)| (network.parse().unwrap(), tier)));
}

#[test]
fn what_is_no_network_is_a_mistake() {
    for text in ["", "192.0.2.0/33", "192.0.2/24", "2001:db8::/129", "host.example", "192.0.2.0/24 ", "192.0.2.1:80"] {
        let words = format!("guard.deny.networks: `{text}` is no network such as 192.0.2.0/24");
        mistake(&format!("[guard.deny]\nnetworks = [\n  \"203.0.113.0/24\",\n  \"{text}\",\n]"), 4, &words);
    }
    mistake("[guard.deny]\nnetworks = \"192.0.2.0/24\"", 2, "wants a list of strings");
}

#[test]
fn bits_behind_the_prefix_are_a_mistake_that_names_the_right_one() {
    let words = "`192.0.2.1/24` has bits behind its prefix: write 192.0.2.0/24, or 192.0.2.1 for this address alone";
    mistake("[guard.registrar]\nnetworks = [\"192.0.2.1/24\"]", 2, words);
    mistake("[guard.registrar]\nnetworks = [\"2001:db8:0:1::/48\"]", 2, "write 2001:db8::/48, or 2001:db8:0:1:: for");
}

#[test]
fn ipv4_in_the_form_of_ipv6_is_a_mistake_that_names_the_right_one() {
    for (given, right) in [
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
    ] {
        let words =
            format!("`{given}` is IPv4 in the form of IPv6, and clients are known by their IPv4 address: list {right}");
        mistake(&format!("[guard.deny]\nnetworks = [\"{given}\"]"), 2, &words);
    }
    assert!(read("[guard.deny]\nnetworks = [\"::/80\", \"::1\"]").is_ok());
}

#[test]
fn a_network_listed_twice_is_a_mistake_that_says_where_the_other_stands() {
    let twice = "[guard.deny]\nnetworks = [\"192.0.2.7\",\n\"192.0.2.7/32\"]";
    mistake(twice, 3, "guard.deny.networks: 192.0.2.7/32 stands already in [guard.deny], at line 2");
    let across = "[guard.monitor]\nnetworks = [\"2001:db8::/48\"]\n[guard.deny]\nnetworks = [\"2001:0db8:0::/48\"]";
    mistake(across, 2, "guard.monitor.networks: 2001:db8::/48 stands already in [guard.deny], at line 4");
    let inside = "[guard.monitor]\nnetworks = [\"192.0.2.0/24\"]\n[guard.deny]\nnetworks = [\"192.0.2.0/25\"]";
    assert!(read(inside).is_ok(), "a network within another is no second time");
}

#[test]
fn there_are_so_many_networks_and_no_more() {
    let list = |from: usize, to: usize| {
        let lines: Vec<String> = (from..to).map(|n| format!("\"10.{}.{}.0/24\",\n", n / 256, n % 256)).collect();
        format!("networks = [\n{}]\n", lines.concat())
    };
    let half = NETWORKS_MAX / 2;
    let full = format!("[guard.deny]\n{}[guard.unlimited]\n{}", list(0, half), list(half, NETWORKS_MAX));
    assert_eq!(read(&full).unwrap().lists.len(), NETWORKS_MAX);
    let line = 2 + half + 1 + 2 + half + 1;
    let over = format!("[guard.deny]\n{}[guard.unlimited]\n{}", list(0, half), list(half, NETWORKS_MAX + 9));
    mistake(&over, line, "guard.unlimited.networks: more than 4096 networks in all tiers");
}

#[test]
fn what_is_printed_reads_back_as_the_same() {
    let mut text = String::new();
    // Rising values keep each network's figure above its client's, and the bursts, which come later, above the costs.
    for (value, (head, bounds)) in (100..).zip(all_bounds()) {
        let network = u64::from(bounds.key.contains("network"));
        let value = if bounds.unit == Unit::Bits { bounds.max - network } else { value };
        text.push_str(&format!("{head}.{} = {value}\n", bounds.key));
    }
    for (tier, networks) in [("deny", "\"192.0.2.0/24\", \"2001:db8::/32\""), ("registrar", "\"192.0.2.7\"")] {
        text.push_str(&format!("guard.{tier}.networks = [{networks}]\n"));
    }
    let settings = read(&text).unwrap();
    let Value::Table(printed) = print(&settings) else { panic!("no table") };
    let printed =
        toml::to_string_pretty(&toml::Table::from_iter([("guard".to_owned(), Value::Table(printed))])).unwrap();
    assert_eq!(read(&printed).unwrap(), settings);
    assert_ne!(settings, Settings::default());
    for (head, bounds) in all_bounds() {
        assert!(printed.contains(&format!("{} = ", bounds.key)), "{head}.{} in {printed}", bounds.key);
    }
}
