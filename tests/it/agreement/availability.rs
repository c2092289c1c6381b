//! The table of `docs/availability.md`, asked at the doors row by row.

use loket::guard::settings::Quota;
use loket::guard::{Settings, Tier};
use loket::model::zone::WhoisLayout;
use loket::session::{Door, Ending};

use super::doors::{Doors, HERE, encoded, unlimited};

/// A row: the state, the name, and what stands between back quotes in each cell after it.
struct Row {
    state: String,
    name: String,
    cells: Vec<Vec<String>>,
}

/// The doors, in the order of the columns.
#[derive(Clone, Copy, Debug)]
enum Column {
    Be,
    Gtld,
    Das,
    Get,
    Head,
    Search,
}

const COLUMNS: [Column; 6] = [Column::Be, Column::Gtld, Column::Das, Column::Get, Column::Head, Column::Search];

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(crate::register::in_repository("docs/availability.md")).unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [state, name, cells @ ..] = cells.as_slice() else { panic!("{line}") };
        assert_eq!(cells.len(), COLUMNS.len(), "{line}");
        let name = quoted(name).concat();
        Row { state: (*state).to_owned(), name, cells: cells.iter().map(|cell| quoted(cell)).collect() }
    };
    text.lines().filter(|line| line.starts_with("| ")).skip(1).map(row).collect()
}

/// The condition under which a row holds, beside the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    None,
    Limited,
    Banned,
    Blocked,
    NoData,
}

fn condition(state: &str) -> Condition {
    match state {
        "too many questions" => Condition::Limited,
        "banned, told once" => Condition::Banned,
        "address not served" => Condition::Blocked,
        "no data to answer from" => Condition::NoData,
        _ => Condition::None,
    }
}

/// Who asks, and whether there is data: doors of their own for each cell, since questions add up.
fn doors(column: Column, condition: Condition) -> Doors {
    let layout = if matches!(column, Column::Gtld) { WhoisLayout::Gtld } else { WhoisLayout::Be };
    let settings = match condition {
        Condition::None | Condition::NoData => unlimited(),
        Condition::Blocked => Settings { lists: vec![(HERE.into(), Tier::Deny)], ..unlimited() },
        Condition::Limited | Condition::Banned => {
            let mut settings = Settings { lists: Vec::new(), costs: [1; 7], ..unlimited() };
            for figures in &mut settings.tiers {
                figures.questions = Some(Quota { burst: 1, per_minute: 1 });
            }
            settings
        }
    };
    Doors::new(|_| layout, settings)
}

/// An answer: the page or the status, and how the question ended.
fn ask(doors: &Doors, column: Column, name: &str, has_data: bool) -> (String, Ending) {
    let http = |method: &str, path: &str, query: Option<&str>| {
        let response = doors.request(method, path, query, has_data);
        assert!(method == "GET" || response.body.is_empty());
        (response.status.to_string(), response.outcome.ending)
    };
    let line = |door| {
        let (page, outcome) = doors.line(door, name, has_data);
        (page.replace('\t', " "), outcome.ending)
    };
    match column {
        Column::Be | Column::Gtld => line(Door::Whois),
        Column::Das => line(Door::Das),
        Column::Get => http("GET", &format!("domain/{}", encoded(name)), None),
        Column::Head => http("HEAD", &format!("domain/{}", encoded(name)), None),
        Column::Search => http("GET", "domains", Some(&format!("name={}", encoded(name)))),
    }
}

/// Asks until the condition holds: a second time for a spent budget, until told of it for a ban.
fn answer(column: Column, condition: Condition, name: &str) -> String {
    let doors = doors(column, condition);
    let ask = || ask(&doors, column, name, condition != Condition::NoData);
    match condition {
        Condition::None | Condition::Blocked | Condition::NoData => ask().0,
        Condition::Limited => {
            ask();
            let (told, ending) = ask();
            assert_eq!(ending, Ending::LimitedQuestions, "{told}");
            told
        }
        Condition::Banned => (0..1_000).map(|_| ask()).find(|(_, ending)| *ending == Ending::Banned).unwrap().0,
    }
}

#[test]
fn wh_12_wh_16_da_04_qp_13_the_table_of_the_documentation_holds() {
    let rows = rows();
    assert_eq!(rows.len(), 18);
    for Row { state, name, cells } in &rows {
        let condition = condition(state);
        for (column, cell) in COLUMNS.into_iter().zip(cells) {
            let answer = answer(column, condition, name);
            assert!(!cell.is_empty(), "{state} {column:?}");
            for told in cell {
                let is_told = answer.lines().any(|line| line.starts_with(told.as_str()));
                assert!(is_told, "{state}, {column:?}: no {told} in {answer}");
            }
            let is_free =
                answer.lines().any(|line| line == "Status: AVAILABLE" || line.starts_with("Domain not found"));
            assert_eq!(is_free, state == "available" && answer.len() > 3, "{state}, {column:?}: {answer}");
        }
    }
}

/// The existence check costs what the lookup costs.
#[test]
fn ht_06_head_is_charged_like_get() {
    for method in ["GET", "HEAD"] {
        let settings = doors(Column::Get, Condition::Limited);
        let ask = || settings.request(method, "domain/bedrijf.be", None, true);
        assert_eq!((ask().status, ask().status), (200, 429), "{method}");
    }
}
