//! The section `[import]`: where deposits come from, and how much of them is taken.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Value;

use super::Import;
use super::check::path;
use super::effective;
use super::limits::{Bounds, Limit, Unit};
use super::source::{At, Notes, Section};

/// Share of the domains that one import may remove where the settings name none.
const SHRINK_SHARE_MAX_DEFAULT: f64 = 0.1;

/// The figures of `[import]`: the interval of the drop folder, the size of a deposit, the wait for servers.
pub const TABLE: [Limit; 3] = [
    Limit {
        default: 1_000,
        bounds: Bounds {
            key: "watch_interval_ms",
            unit: Unit::Milliseconds,
            min: 100,
            max: 3_600_000,
            why: "a look is one listing of a small folder; deposits come every few minutes to once a day",
        },
    },
    Limit {
        default: 4 << 30,
        bounds: Bounds {
            key: "deposit_octets_max",
            unit: Unit::Octets,
            min: 1 << 10,
            max: 1 << 40,
            why: "a name takes about 1.5 kB of XML: 4 GiB hold 2.8 million names uncompressed, and fit on a small disk twice",
        },
    },
    Limit {
        default: 60_000,
        bounds: Bounds {
            key: "servers_wait_ms",
            unit: Unit::Milliseconds,
            min: 0,
            max: 3_600_000,
            why: "a server reads some hundred thousand records a second; one that stands still must not hold the data back",
        },
    },
];

/// Checks `[import]`. `state` is empty where its own section has a mistake.
pub fn section(mut section: Section<'_>, folder: &Path, state: &Path, notes: &mut Notes) -> Import {
    let initial = section.texts("initial", notes).into_iter().map(|text| path(folder, &text.value)).collect();
    let share = section.fraction("shrink_share_max", notes);
    if let Some(share) = &share
        && !(0.0..=1.0).contains(&share.value)
    {
        notes.note(share.line, format!("import.shrink_share_max is a share from 0 to 1, not {}", share.value));
    }
    let watch = section.text("watch", notes).map(|text| watch(&text, folder, state, notes));
    let [watch_interval_ms, deposit_octets_max, servers_wait_ms] =
        TABLE.map(|limit| section.figure(&limit.bounds, notes).map_or(limit.default, |figure| figure.value));
    section.finish(notes);
    Import {
        initial,
        shrink_share_max: share.map_or(SHRINK_SHARE_MAX_DEFAULT, |share| share.value),
        watch,
        watch_interval_ms,
        deposit_octets_max,
        servers_wait_ms,
    }
}

/// The drop folder: none of ours may lie in it, nor it in ours.
fn watch(text: &At<String>, folder: &Path, state: &Path, notes: &mut Notes) -> PathBuf {
    let watch = path(folder, &text.value);
    if text.value.trim().is_empty() {
        notes.note(text.line, "import.watch is empty");
    } else if !state.as_os_str().is_empty() && (nested(&watch, state) || nested(&real(&watch), &real(state))) {
        let message = format!(
            "import.watch: {} and the state folder {} lie in each other; give deposits a folder of their own",
            watch.display(),
            state.display()
        );
        notes.note(text.line, message);
    }
    watch
}

fn nested(a: &Path, b: &Path) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// The folder without symbolic links; as it stands where it is not there yet.
fn real(folder: &Path) -> PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// The section with every key, as it is read.
pub fn print(import: &Import) -> Value {
    let figures = [import.watch_interval_ms, import.deposit_octets_max, import.servers_wait_ms];
    let initial = import.initial.iter().map(|file| effective::path(file)).collect();
    let mut entries =
        vec![("initial", Value::Array(initial)), ("shrink_share_max", Value::Float(import.shrink_share_max))];
    entries.extend(import.watch.as_deref().map(|watch| ("watch", effective::path(watch))));
    entries.extend(TABLE.iter().zip(figures).map(|(limit, value)| (limit.bounds.key, effective::number(value))));
    effective::table(entries)
}
