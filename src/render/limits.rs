//! The limits in force, told to the one for whom they hold.

use crate::guard::settings::Quota;
use crate::guard::{Question, Terms, Tier};

/// What holds for one who asks, a sentence a line, in ASCII. The cost of searches is told only `with_searches`, where they
/// are offered.
pub(super) fn sentences(terms: &Terms, with_searches: bool) -> Vec<String> {
    match terms.tier {
        Tier::Deny => vec!["This address is not served.".to_owned()],
        Tier::Unlimited => vec!["The number of your questions is not limited.".to_owned()],
        Tier::Default | Tier::Registrar | Tier::Monitor => counted(terms, with_searches),
    }
}

fn counted(terms: &Terms, with_searches: bool) -> Vec<String> {
    let Terms { figures, ipv4, ipv6, .. } = terms;
    let mut lines = vec![
        format!("Questions of one client, over RDAP, WHOIS and DAS together: {}.", quota(figures.questions)),
        format!("Questions of a client's whole network: {}.", quota(figures.network_questions)),
        format!("Different registrations shown to one client: {}.", sights(figures.registrations_per_day)),
        format!(
            "Different registrations shown to a client's whole network: {}.",
            sights(figures.network_registrations_per_day)
        ),
        format!(
            "Connections at a time: of one client {}, of its whole network {}.",
            figures.connections, figures.network_connections
        ),
        format!(
            "One client is a /{} of IPv4 or a /{} of IPv6; its network is a /{} or a /{}.",
            ipv4.client, ipv6.client, ipv4.network, ipv6.network
        ),
    ];
    lines.extend(costs(terms, with_searches));
    lines.push("A question beyond these limits is refused and told when to ask again.".to_owned());
    lines.push("Whoever keeps asking all the same is closed out for a while, longer each time.".to_owned());
    lines
}

fn quota(quota: Option<Quota>) -> String {
    match quota {
        Some(Quota { burst, per_minute }) => format!("{burst} at once, {per_minute} a minute in the long run"),
        None => number(None),
    }
}

/// A full budget can be spent at once, and fills again in a day.
fn sights(count: Option<u32>) -> String {
    match count {
        Some(count) => format!("{count} at once, {count} a day in the long run"),
        None => number(None),
    }
}

fn number(count: Option<u32>) -> String {
    count.map_or_else(|| "not limited".to_owned(), |count| count.to_string())
}

/// The kinds of questions that count more than once.
fn costs(terms: &Terms, with_searches: bool) -> Option<String> {
    let dear: Vec<String> = Question::ALL
        .iter()
        .zip(terms.costs)
        .filter(|(question, cost)| *cost > 1 && (with_searches || **question != Question::Search))
        .map(|(question, cost)| format!("{question} {cost}"))
        .collect();
    (!dear.is_empty()).then(|| format!("A question counts as 1; of these kinds as more: {}.", dear.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Settings;
    use crate::render::whois::trap_phrases;

    #[test]
    fn er_06_each_figure_of_the_asker_is_told() {
        let mut settings = Settings::default();
        settings.ipv6.client = 56;
        settings.costs[3] = 7;
        settings.costs[6] = 2;
        let text = sentences(&settings.terms(Tier::Default), false).join("\n");
        let figures = settings.figures(Tier::Default);
        for told in [
            "together: 50 at once, 50 a minute",
            "whole network: 500 at once, 500 a minute",
            "shown to one client: 10000 at once, 10000 a day in the long run.",
            "shown to a client's whole network: 100000 at once, 100000 a day in the long run.",
            "of one client 64, of its whole network 512.",
            "a /32 of IPv4 or a /56 of IPv6; its network is a /24 or a /48.",
            "of these kinds as more: entity 7, malformed 2.",
        ] {
            assert!(text.contains(told), "{told} of {figures:?} in\n{text}");
        }
        let registrar = sentences(&settings.terms(Tier::Registrar), false).join("\n");
        assert!(registrar.contains("600 at once, 6000 a minute") && !registrar.contains(": 50 at"), "{registrar}");
    }

    #[test]
    fn er_06_the_cost_of_searches_is_told_where_they_are_offered() {
        let terms = Settings::default().terms(Tier::Default);
        assert!(sentences(&terms, true).join("\n").contains("of these kinds as more: search 10."));
        assert!(!sentences(&terms, false).join("\n").contains("search"));
    }

    #[test]
    fn er_06_what_is_not_counted_is_not_limited() {
        let mut settings = Settings::default();
        assert_eq!(
            sentences(&settings.terms(Tier::Unlimited), false),
            ["The number of your questions is not limited."]
        );
        settings.tiers[1].questions = None;
        settings.tiers[1].network_registrations_per_day = None;
        let text = sentences(&settings.terms(Tier::Default), false).join("\n");
        assert!(
            text.contains("together: not limited.") && text.contains("shown to a client's whole network: not limited."),
            "{text}"
        );
        assert!(!text.contains("of these kinds"), "{text}");
    }

    #[test]
    fn limits_read_as_nothing_else() {
        for tier in Tier::ALL {
            for line in sentences(&Settings::default().terms(*tier), true) {
                assert!(line.is_ascii() && trap_phrases(&line).is_empty(), "{line}");
            }
        }
    }
}
