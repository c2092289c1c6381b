//! The map of the house, as data, against the `use` lines of the source (invariants 1 to 3 of ARCHITECTURE.md).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the direction of the data, and what each may use. `time` may be used by all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("model", &[]),
    ("generate", &["model", "import"]),
    ("import", &["model"]),
    ("disclosure", &["model"]),
    ("codec", &["model", "disclosure"]),
    ("embedded", &[]),
    ("store", &["model", "disclosure", "codec", "embedded"]),
    ("vault", &["model", "disclosure", "embedded"]),
    ("publish", &["model", "import", "disclosure", "codec", "store", "vault"]),
    ("index", &["model", "disclosure", "codec"]),
    ("guard", &["model"]),
    ("query", &["model", "guard"]),
    ("answer", &["model", "disclosure", "codec", "index", "query"]),
    ("explain", &["model", "disclosure", "answer"]),
    ("render", &["model", "guard", "disclosure", "codec", "index", "query", "answer"]),
    ("session", &["model", "guard", "disclosure", "codec", "index", "query", "answer", "render"]),
    ("config", &["model", "guard", "disclosure", "answer", "render"]),
    ("observe", &["model", "guard", "session", "config", "index"]),
    ("serve", &["model", "guard", "index", "query", "render", "session", "config", "observe"]),
    (
        "app",
        &[
            "model",
            "disclosure",
            "codec",
            "store",
            "publish",
            "import",
            "index",
            "guard",
            "answer",
            "render",
            "session",
            "config",
            "observe",
            "serve",
        ],
    ),
    (
        "cli",
        &[
            "model",
            "generate",
            "import",
            "disclosure",
            "codec",
            "store",
            "publish",
            "index",
            "guard",
            "query",
            "answer",
            "explain",
            "render",
            "session",
            "config",
            "observe",
            "serve",
            "app",
        ],
    ),
];

/// Who may reach what the language alone does not fence off: a word, and the files in which it may stand.
const RESERVED: &[(&str, &[&str])] = &[
    // Records are born in a decision, and read back from bytes that one produced.
    ("Seal::decided", &["src/disclosure/", "src/codec/"]),
    // Personal values are opened where they are decided about, read, written to a deposit, joined or sealed.
    (".reveal()", &["src/disclosure/", "src/import/", "src/generate/", "src/publish/", "src/vault/", "src/model/"]),
    // One file calls sled; none opens it without a configuration.
    ("sled::", &["src/embedded.rs"]),
    ("use sled", &[]),
    ("sled::open", &[]),
    ("Instant::now", &["src/time.rs"]),
    ("SystemTime::now", &["src/time.rs"]),
    ("Timestamp::now", &["src/time.rs"]),
];

/// Rooms that neither wait nor touch files, sockets, environment or randomness.
const PURE: &[&str] =
    &["model", "disclosure", "codec", "index", "guard", "query", "answer", "explain", "render", "session"];
const IMPURE_WORDS: &[&str] =
    &["std::fs", "std::net::Tcp", "std::env", "tokio::", "hyper::", "SystemRandom", "std::io::stdin"];

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test =
                path.file_stem().is_some_and(|stem| stem == "tests" || stem == "arbitrary" || stem == "golden");
            if is_test {
                continue;
            } else if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new("src"), &mut found);
    found.sort();
    found
}

/// The file's code: without comments, and without its test module, which stands last.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn room(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
    first.strip_suffix(".rs").unwrap_or(&first).to_owned()
}

/// The rooms that a file names as `crate::room` or `loket::room`.
fn used(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            for part in group.split('}').next().unwrap_or_default().split(',') {
                rooms.push(part.trim().split("::").next().unwrap_or_default().to_owned());
            }
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    rooms
}

#[test]
fn no_room_uses_one_further_right() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for path in sources() {
        let room = room(&path);
        // `golden` is compiled for tests alone.
        if matches!(room.as_str(), "lib" | "main" | "golden") {
            continue;
        }
        let allowed = table.get(room.as_str()).unwrap_or_else(|| panic!("{room} is not in the table"));
        for used in used(&code(&path)) {
            if used != room && used != "time" && table.contains_key(used.as_str()) && !allowed.contains(&used.as_str())
            {
                wrong.push(format!("{}: {room} may not use {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reserved_words_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for path in sources() {
        let code = code(&path);
        let name = path.to_string_lossy().into_owned();
        for (word, places) in RESERVED {
            if code.contains(word) && !places.iter().any(|place| name.starts_with(place)) {
                wrong.push(format!("{name}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_reach_for_nothing_outside() {
    let mut wrong = Vec::new();
    for path in sources() {
        if !PURE.contains(&room(&path).as_str()) {
            continue;
        }
        let code = code(&path);
        for word in IMPURE_WORDS {
            if code.contains(word) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_use_lines_sees_what_it_should() {
    assert_eq!(used("use crate::{model::name, vault};\nfn f() { crate::store::load() }"), ["model", "vault", "store"]);
}
