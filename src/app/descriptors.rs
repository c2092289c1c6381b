//! Whether the process may open as many files as the settings let connections in.

use crate::config::{Limits, Listen};
use crate::serve::accept::ADMIN_CONNECTIONS;

/// What the process opens beside connections: the runtime's own files, those of an import (which sorts in up to 64),
/// and those of data that is read.
const RESERVE: u64 = 128;

/// Where Linux tells a process its limits.
const TABLE: &str = "/proc/self/limits";

/// The limit of open files is lower than what the settings need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shortage {
    /// So many connections of strangers can be open.
    connections: u64,
    /// So many files are open with them.
    needed: u64,
    /// So many are allowed.
    allowed: u64,
}

/// Logs a warning where the process may open too few files. Silent on systems that do not tell.
pub(super) fn check(limits: &Limits, listen: &Listen) {
    let Ok(table) = std::fs::read_to_string(TABLE) else { return };
    if let Some(Shortage { connections, needed, allowed }) = shortage(limits, listen, &table) {
        tracing::warn!(
            connections,
            needed,
            allowed,
            remedy = "allow the service more open files (`ulimit -n`, LimitNOFILE=), or lower limits.connections",
            "the process may open fewer files than its connections need; when it runs out, new clients wait"
        );
    }
}

/// Compares what the settings need with the soft limit in a table of limits. `None` too where it holds none.
fn shortage(limits: &Limits, listen: &Listen, table: &str) -> Option<Shortage> {
    let allowed = soft_limit(table)?;
    let doors = [&listen.http, &listen.https, &listen.whois, &listen.das];
    let used: u64 = doors.iter().filter(|addresses| !addresses.is_empty()).map(|_| 1).sum();
    let connections = limits.connections.min(limits.connections_per_door.saturating_mul(used));
    let listening: u64 = doors.iter().chain([&&listen.admin]).flat_map(|addresses| addresses.iter()).map(|_| 1).sum();
    let others = [ADMIN_CONNECTIONS as u64, listening, RESERVE];
    let needed = others.into_iter().fold(connections, u64::saturating_add);
    (needed > allowed).then_some(Shortage { connections, needed, allowed })
}

/// The soft limit of open files in a table of limits. `None` where there is none: it may say "unlimited".
fn soft_limit(table: &str) -> Option<u64> {
    let rest = table.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(soft: &str) -> String {
        format!(
            "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max processes             7823                 7823                 processes \n\
             Max open files            {soft:<20} 524288               files     \n\
             Max locked memory         8388608              8388608              bytes     \n"
        )
    }

    #[test]
    fn a_limit_of_open_files_below_what_connections_need_is_found() {
        let here = || vec!["127.0.0.1:0".parse().unwrap()];
        let all =
            Listen { http: here(), https: here(), whois: here(), das: here(), admin: here(), ..Listen::default() };
        let one = Listen { whois: here(), ..Listen::default() };
        let limits = Limits { connections: 1000, connections_per_door: 600, ..Limits::default() };
        for (listen, connections, needed) in [(&all, 1000, 1000 + 32 + 5 + 128), (&one, 600, 600 + 32 + 1 + 128)] {
            assert_eq!(shortage(&limits, listen, &table(&needed.to_string())), None);
            let allowed = needed - 1;
            let expected = Some(Shortage { connections, needed, allowed });
            assert_eq!(shortage(&limits, listen, &table(&allowed.to_string())), expected);
        }
    }

    #[test]
    fn no_limit_is_never_too_low() {
        let limits = Limits { connections: u64::MAX, connections_per_door: u64::MAX, ..Limits::default() };
        for table in [table("unlimited").as_str(), "", "Max open files"] {
            assert_eq!(shortage(&limits, &Listen::default(), table), None, "{table}");
        }
    }
}
