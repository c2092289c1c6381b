//! SIGKILL at many points of an import: each time the old or the new data is served, whole, and the next deposit
//! applies. The steps between are stopped one by one in `publish::tests`; here a real process dies.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use loket::codec::Change;
use loket::generate::{Format, Order, diff, generate_at};
use loket::store::{self, StoreFault};

use crate::server::Place;

const DOMAINS: u64 = 400;
const KILLS: u32 = 24;

/// The records that are served, by key.
pub type Register = BTreeMap<Vec<u8>, Vec<u8>>;

pub fn start(place: &Place, deposit: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_loket"))
        .args(["import", "--config"])
        .args([place.config(), deposit])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Every record that is served; `None` where nothing is published. Whatever does not pass its checks fails the test.
pub fn served(place: &Place) -> Option<Register> {
    let mut records = Register::new();
    let outcome = store::load(&place.state(), &mut |change| {
        match change {
            Change::Put { key, value } => drop(records.insert(key.to_bytes(), value.to_vec())),
            Change::Remove { key } => drop(records.remove(&key.to_bytes())),
        }
        Ok(())
    });
    match outcome {
        Ok(_) => Some(records),
        Err(StoreFault::NothingPublished) => None,
        Err(fault) => panic!("{fault:?}"),
    }
}

/// Imports undisturbed, and gives the time that it takes.
fn import(place: &Place, deposit: &Path) -> Duration {
    let begun = Instant::now();
    let output = start(place, deposit).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    begun.elapsed()
}

/// Imports, and kills the process after the given share of the time that an import takes.
fn import_and_kill(place: &Place, deposit: &Path, after: Duration) {
    let mut child = start(place, deposit);
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn es_27_an_import_that_is_killed_leaves_the_old_or_the_new_data() {
    let place = Place::new();
    let order = Order::new(DOMAINS, 7);
    let (full, change) = (place.path("full.xml"), place.path("diff.xml"));
    generate_at(&order, Format::RdeXml, &full).unwrap();
    diff(&order, 40, Format::RdeXml, &change).unwrap();
    let whole = import(&place, &full);
    let old = served(&place).unwrap();
    let amended = import(&place, &change);
    let new = served(&place).unwrap();
    assert_ne!(old, new);

    let (mut before, mut after) = (0, 0);
    for kill in 0..KILLS {
        // First the full deposit is killed on an empty folder, then the differential one on what it left.
        std::fs::remove_dir_all(place.state()).unwrap();
        import_and_kill(&place, &full, whole * kill / KILLS);
        assert!(served(&place).is_none_or(|records| records == old), "full deposit, kill {kill}");
        import(&place, &full);
        assert!(served(&place).unwrap() == old, "full deposit after kill {kill}");

        import_and_kill(&place, &change, amended * kill / KILLS);
        let found = served(&place).unwrap();
        assert!(found == old || found == new, "differential deposit, kill {kill}");
        if found == old {
            before += 1
        } else {
            after += 1
        }
        import(&place, &change);
        assert!(served(&place).unwrap() == new, "differential deposit after kill {kill}");
    }
    println!("{before} kills before the commit, {after} after it");
    assert!(before > 0 && before + after == KILLS);
}
