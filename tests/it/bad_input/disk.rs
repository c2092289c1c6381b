//! A full disk during an import.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{looked_up, published, said, without_first_import};
use crate::server::Place;

/// A small file system of its own; unmounted when dropped.
struct Small(PathBuf);

impl Small {
    /// `None` where mounting is not permitted.
    fn mount(at: &Path, size: &str) -> Option<Small> {
        fs::create_dir_all(at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Small(at.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may still hold a file.
        let _left = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn stays_whole(output: &Output, what: &str) {
    assert!(!said(output).contains("panicked"), "{what}: {}", said(output));
    let code = output.status.code();
    assert!([Some(74), Some(71)].contains(&code), "{what}: {code:?} {}", said(output));
    assert!(said(output).lines().count() < 40, "{what}: a clear text: {}", said(output));
}

#[test]
fn a_full_disk_refuses_the_import_and_keeps_the_old_data() {
    let place = Place::with(without_first_import);
    let Some(_small) = Small::mount(&place.state(), "6m") else {
        println!("mounting is not permitted; the limit of file sizes stands in for it");
        return;
    };
    place.import(&["data/sample/full.xml"]);
    let before = looked_up(&place, "bedrijf.be");
    let filler = place.state().join("filler");
    for left in [0_u64, 64, 300, 700, 1500] {
        fill(&filler, left * 1024);
        for deposit in ["data/sample/diff.xml", "data/sample/full.xml"] {
            let current = fs::read(place.state().join("CURRENT")).unwrap();
            let output = place.run(&["import", deposit]);
            if output.status.success() {
                // A full deposit may fit. A differential one wants more room than this before it touches the vault.
                assert!(left > 0 && deposit.ends_with("full.xml"), "{left} KiB, {deposit}: {}", said(&output));
                continue;
            }
            stays_whole(&output, &format!("{left} KiB, {deposit}"));
            assert_eq!(fs::read(place.state().join("CURRENT")).unwrap(), current);
            assert_eq!(looked_up(&place, "bedrijf.be"), before, "{left} KiB");
        }
        fs::remove_file(&filler).unwrap();
    }
    // With room again the next deposit applies.
    place.import(&["data/sample/diff.xml"]);
    assert!(looked_up(&place, "verdwijnt.be").contains("Status:\tAVAILABLE"));
    let server = place.serve();
    server.stop();
}

/// Fills the file system but for so many octets.
fn fill(filler: &Path, left: u64) {
    use std::io::Write;
    let mut file = fs::File::create(filler).unwrap();
    while file.write_all(&[0x55; 4096]).is_ok() {}
    let written = file.metadata().unwrap().len();
    file.set_len(written.saturating_sub(left)).unwrap();
}

/// The same where nothing can be mounted: no file may grow beyond a limit.
#[test]
fn a_file_that_cannot_grow_refuses_the_import_and_keeps_the_old_data() {
    let place = published();
    let (before, current) = (looked_up(&place, "bedrijf.be"), fs::read(place.state().join("CURRENT")).unwrap());
    for blocks in [0, 1, 8, 64, 256] {
        // bash counts in KiB. The signal that comes with the limit is ignored: then writing fails as on a full disk.
        let output = Command::new("bash")
            .args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "-", &blocks.to_string()])
            .args([env!("CARGO_BIN_EXE_loket"), "import", "data/sample/diff.xml", "--config"])
            .arg(place.config())
            .output()
            .unwrap();
        stays_whole(&output, &format!("{blocks} KiB"));
        assert_eq!(fs::read(place.state().join("CURRENT")).unwrap(), current);
        assert_eq!(looked_up(&place, "bedrijf.be"), before);
    }
    place.import(&["data/sample/diff.xml"]);
}
