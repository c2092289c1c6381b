//! Files of expected output that are kept beside the code, for tests.

use std::path::Path;

/// Demands that the kept file, named from the root of the package, holds `found`. With `UPDATE_GOLDEN=1` in the
/// environment it is written anew instead: read the difference before you keep it.
#[allow(clippy::disallowed_methods, reason = "the switch that writes golden files anew")]
pub(crate) fn check(file: &str, found: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(
        kept == found,
        "{file} (UPDATE_GOLDEN=1 writes it anew) is\n{}\nbut this was made\n{}",
        String::from_utf8_lossy(&kept),
        String::from_utf8_lossy(found)
    );
}
