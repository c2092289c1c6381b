//! The section `[guard]`: who may ask how much. Every key may be left out.
//!
//! `[guard.costs]` has a key for each kind of question. `[guard.deny]`, `[guard.registrar]`, `[guard.monitor]` and
//! `[guard.unlimited]` list the networks of a tier; `[guard.default]` is everybody else. A tier that counts questions
//! has figures of a client and of its whole network. Where a client's figure is given and the network's is not, the
//! network's is ten times the client's; where neither is given, both are the defaults.

mod figures;

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use toml::Value;

use self::figures::{BANS, BURST, CONNECTIONS, COST, Figure, GUARD, NETWORK_CLIENTS, PER_MINUTE, Pair, REGISTRATIONS};
use super::effective::{number, table, texts};
use super::limits::{Bounds, size32};
use super::source::{Notes, Section};
use crate::guard::settings::Figures;
use crate::guard::{Question, Settings, Tier};

/// More networks than this, in all tiers together, are refused. Each was written by hand or by a script that
/// could name larger ones; the settings file has room for about ten times as many.
const NETWORKS_MAX: usize = 4096;

/// Checks `[guard]`.
pub fn section(mut section: Section<'_>, notes: &mut Notes) -> Settings {
    let mut settings = Settings::default();
    let [ipv4_client, ipv4_network, ipv6_client, ipv6_network, _] = figures(&mut section, &GUARD, &mut settings, notes);
    for (family, bits, client, network) in
        [("ipv4", settings.ipv4, ipv4_client, ipv4_network), ("ipv6", settings.ipv6, ipv6_client, ipv6_network)]
    {
        if bits.network > bits.client {
            let message = format!(
                "guard.{family}_network_bits: a network of {} bits is smaller than its clients of {} bits; \
                 {family}_network_bits is at most {family}_client_bits",
                bits.network, bits.client
            );
            notes.note(first_line(network, client), message);
        }
    }
    bans(section.section("bans", notes), &mut settings, notes);
    let costs = costs(section.section("costs", notes), &mut settings, notes);
    let mut lists = Lists::default();
    for (tier, figures) in Tier::ALL.iter().zip(&mut settings.tiers) {
        self::tier(section.section(tier.word(), notes), *tier, figures, &mut lists, notes);
    }
    settings.lists = lists.found;
    lower_default_costs(&mut settings, &costs);
    affordable(&settings, &costs, notes);
    section.finish(notes);
    settings
}

/// Takes figures that stand once, and gives the line of each; 0 where it is left out.
fn figures<const N: usize>(
    section: &mut Section<'_>,
    rows: &[Figure; N],
    settings: &mut Settings,
    notes: &mut Notes,
) -> [usize; N] {
    rows.each_ref().map(|row| {
        section.figure(&row.bounds, notes).map_or(0, |figure| {
            (row.set)(settings, figure.value);
            figure.line
        })
    })
}

/// The first of two lines that stands in the file.
fn first_line(a: usize, b: usize) -> usize {
    if a == 0 { b } else { a }
}

fn bans(mut section: Section<'_>, settings: &mut Settings, notes: &mut Notes) {
    let [_, _, first, longest, _] = figures(&mut section, &BANS, settings, notes);
    section.finish(notes);
    let bans = &settings.bans;
    if bans.longest_seconds < bans.first_seconds {
        let message = format!(
            "guard.bans.longest_seconds: {} seconds are less than the {} of first_seconds",
            bans.longest_seconds, bans.first_seconds
        );
        notes.note(first_line(longest, first), message);
    }
}

/// The bounds of the cost of one kind of question.
fn cost(question: Question) -> Bounds {
    Bounds { key: question.word(), ..COST }
}

/// Takes the costs, and gives the line of each in the order of [`Question::ALL`]; 0 where it is left out.
fn costs(mut section: Section<'_>, settings: &mut Settings, notes: &mut Notes) -> Vec<usize> {
    let mut lines = Vec::new();
    for (question, value) in Question::ALL.iter().zip(&mut settings.costs) {
        let given = section.figure(&cost(*question), notes);
        lines.push(given.as_ref().map_or(0, |given| given.line));
        if let Some(given) = given {
            *value = size32(given.value);
        }
    }
    section.finish(notes);
    lines
}

/// The smallest burst of a tier that counts questions, and the tier.
fn smallest_burst(settings: &Settings) -> Option<(u32, Tier)> {
    let bursts = Tier::ALL.iter().filter_map(|tier| Some((settings.figures(*tier).questions?.burst, *tier)));
    bursts.min()
}

/// Where the file leaves a cost out, the question costs the default, or a full budget where that is smaller.
fn lower_default_costs(settings: &mut Settings, lines: &[usize]) {
    let Some((burst, _)) = smallest_burst(settings) else {
        return;
    };
    for (cost, line) in settings.costs.iter_mut().zip(lines) {
        if *line == 0 {
            *cost = (*cost).min(burst);
        }
    }
}

/// A question that costs more than a full budget could never pass.
fn affordable(settings: &Settings, lines: &[usize], notes: &mut Notes) {
    let Some((burst, tier)) = smallest_burst(settings) else {
        return;
    };
    for ((question, cost), line) in Question::ALL.iter().zip(settings.costs).zip(lines) {
        if cost > burst {
            let message = format!(
                "guard.costs.{question}: a question of {cost} can never pass where the burst is {burst}, as in [guard.{tier}]"
            );
            notes.note(*line, message);
        }
    }
}

fn tier(mut section: Section<'_>, tier: Tier, figures: &mut Figures, lists: &mut Lists, notes: &mut Notes) {
    if tier != Tier::Default {
        lists.networks(&mut section, tier, notes);
    }
    if let (Some(client), Some(network)) = (&mut figures.questions, &mut figures.network_questions) {
        pair(&mut section, &BURST, &mut client.burst, &mut network.burst, notes);
        pair(&mut section, &PER_MINUTE, &mut client.per_minute, &mut network.per_minute, notes);
    }
    if let (Some(client), Some(network)) =
        (&mut figures.registrations_per_day, &mut figures.network_registrations_per_day)
    {
        pair(&mut section, &REGISTRATIONS, client, network, notes);
    }
    pair(&mut section, &CONNECTIONS, &mut figures.connections, &mut figures.network_connections, notes);
    section.finish(notes);
}

/// Takes a client's figure and that of its network, which is never the smaller one.
fn pair(section: &mut Section<'_>, pair: &Pair, client: &mut u32, network: &mut u32, notes: &mut Notes) {
    if let Some(given) = section.figure(&pair.client, notes) {
        *client = size32(given.value);
        *network = size32(given.value.saturating_mul(NETWORK_CLIENTS));
    }
    let Some(given) = section.figure(&pair.network, notes) else {
        return;
    };
    *network = size32(given.value);
    if network < client {
        let message = format!(
            "{}: {network} of a whole network is less than the {client} of one client ({})",
            section.path(pair.network.key),
            pair.client.key
        );
        notes.note(given.line, message);
    }
}

/// The networks of all tiers, and where each stands.
#[derive(Default)]
struct Lists {
    found: Vec<(IpNet, Tier)>,
    places: BTreeMap<IpNet, (Tier, usize)>,
}

impl Lists {
    fn networks(&mut self, section: &mut Section<'_>, tier: Tier, notes: &mut Notes) {
        for text in section.texts("networks", notes) {
            match network(&text.value) {
                Ok(network) if self.found.len() < NETWORKS_MAX => self.add(network, tier, text.line, notes),
                Ok(_) => {
                    let message = format!("guard.{tier}.networks: more than {NETWORKS_MAX} networks in all tiers");
                    notes.note(text.line, message);
                    return;
                }
                Err(reason) => notes.note(text.line, format!("guard.{tier}.networks: {reason}")),
            }
        }
    }

    fn add(&mut self, network: IpNet, tier: Tier, line: usize, notes: &mut Notes) {
        if let Some((other, place)) = self.places.get(&network) {
            let message =
                format!("guard.{tier}.networks: {network} stands already in [guard.{other}], at line {place}");
            notes.note(line, message);
        } else {
            self.places.insert(network, (tier, line));
            self.found.push((network, tier));
        }
    }
}

/// A network, or an address as a network of its own.
fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let network = text
        .parse::<IpNet>()
        .or_else(|_| address())
        .map_err(|_| format!("`{text}` is no network such as 192.0.2.0/24 or 2001:db8::/48, and no address"))?;
    if let Some(mapped) = mapped(network) {
        return Err(format!(
            "`{text}` is IPv4 in the form of IPv6, and clients are known by their IPv4 address: list {mapped}"
        ));
    }
    let right = network.trunc();
    if right != network {
        let address = network.addr();
        return Err(format!("`{text}` has bits behind its prefix: write {right}, or {address} for this address alone"));
    }
    Ok(network)
}

/// The IPv4 network that an IPv6 one stands for, where it is one of IPv4-mapped addresses (RFC 4291 §2.5.5.2).
fn mapped(network: IpNet) -> Option<Ipv4Net> {
    let IpNet::V6(network) = network else {
        return None;
    };
    let bits = network.prefix_len().checked_sub(96)?;
    Ipv4Net::new(network.addr().to_ipv4_mapped()?, bits).ok().map(|network| network.trunc())
}

/// The section with every key, as it is read.
pub fn print(settings: &Settings) -> Value {
    let values = |rows: &[Figure]| table(rows.iter().map(|row| (row.bounds.key, number((row.get)(settings)))));
    let Value::Table(mut section) = values(&GUARD) else {
        return values(&GUARD);
    };
    section.insert("bans".into(), values(&BANS));
    let costs = Question::ALL.iter().zip(settings.costs);
    section.insert("costs".into(), table(costs.map(|(question, cost)| (question.word(), number(cost.into())))));
    for tier in Tier::ALL {
        section.insert(tier.word().into(), print_tier(settings, *tier));
    }
    Value::Table(section)
}

fn print_tier(settings: &Settings, tier: Tier) -> Value {
    let figures = settings.figures(tier);
    let quota = |of: fn(&crate::guard::settings::Quota) -> u32| {
        figures.questions.as_ref().zip(figures.network_questions.as_ref()).map(|(a, b)| (of(a), of(b)))
    };
    let rows = [
        (BURST, quota(|quota| quota.burst)),
        (PER_MINUTE, quota(|quota| quota.per_minute)),
        (REGISTRATIONS, figures.registrations_per_day.zip(figures.network_registrations_per_day)),
        (CONNECTIONS, Some((figures.connections, figures.network_connections))),
    ];
    let mut entries = Vec::new();
    for (pair, values) in rows {
        if let Some((client, network)) = values {
            entries.push((pair.client.key, number(client.into())));
            entries.push((pair.network.key, number(network.into())));
        }
    }
    if tier != Tier::Default {
        let listed = settings.lists.iter().filter(|(_, of)| *of == tier);
        let networks: Vec<String> = listed.map(|(network, _)| network.to_string()).collect();
        entries.push(("networks", texts(&networks)));
    }
    table(entries)
}

#[cfg(test)]
mod tests;
