//! The master key: a file that its owner alone may read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::VaultFault;

/// Octets of a master key.
pub(super) const KEY_OCTETS: usize = 32;
/// Permissions that nobody but the owner may have.
const OTHERS: u32 = 0o077;

/// The key under which data keys are sealed. It does not print.
pub struct MasterKey(pub(super) [u8; KEY_OCTETS]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Where the master key stands in the state folder.
pub fn key_path(state: &Path) -> PathBuf {
    state.join("keys").join("vault.key")
}

impl MasterKey {
    /// Reads the key: 64 hexadecimal digits in a file that only its owner can read.
    pub fn read(path: &Path) -> Result<MasterKey, VaultFault> {
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(VaultFault::NoKey { path: path.to_owned() });
            }
            Err(error) => return Err(VaultFault::io(path)(error)),
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & OTHERS != 0 {
            return Err(VaultFault::KeyExposed { path: path.to_owned(), mode });
        }
        if metadata.len() > 1024 {
            return Err(VaultFault::BadKey { path: path.to_owned() });
        }
        let text = std::fs::read(path).map_err(VaultFault::io(path))?;
        parse(&text).map(MasterKey).ok_or_else(|| VaultFault::BadKey { path: path.to_owned() })
    }

    /// Reads the key, or makes one where there is none. The file appears complete or not at all.
    pub fn read_or_create(path: &Path) -> Result<MasterKey, VaultFault> {
        match MasterKey::read(path) {
            Err(VaultFault::NoKey { .. }) => {}
            outcome => {
                // A kill may have left a second name of the key: whoever destroys the key must not miss it.
                let _ = std::fs::remove_file(path.with_extension("new"));
                return outcome;
            }
        }
        let mut key = [0; KEY_OCTETS];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| VaultFault::Crypto)?;
        write(path, &key).map_err(VaultFault::io(path))?;
        MasterKey::read(path)
    }
}

fn write(path: &Path, key: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let beside = path.with_extension("new");
    // What an interrupted start left behind is no key yet.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{text}")?;
    file.sync_all()?;
    // A link, unlike a rename, never replaces a key that is there.
    std::fs::hard_link(&beside, path)?;
    std::fs::remove_file(&beside)?;
    File::open(folder)?.sync_all()
}

fn parse(text: &[u8]) -> Option<[u8; KEY_OCTETS]> {
    let text = std::str::from_utf8(text).ok()?.trim_end();
    if text.len() != 2 * KEY_OCTETS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; KEY_OCTETS];
    for (at, octet) in key.iter_mut().enumerate() {
        *octet = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_readable_by_its_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let path = key_path(state.path());
        assert!(matches!(MasterKey::read(&path), Err(VaultFault::NoKey { .. })));
        let made = MasterKey::read_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(MasterKey::read_or_create(&path).unwrap().0, made.0);
        assert_ne!(made.0, [0; KEY_OCTETS]);
        assert_eq!(format!("{made:?}"), "MasterKey(…)");
    }

    #[test]
    fn an_exposed_or_broken_key_is_refused() {
        let state = tempfile::tempdir().unwrap();
        let path = key_path(state.path());
        MasterKey::read_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o700 | 0o001] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(MasterKey::read_or_create(&path), Err(VaultFault::KeyExposed { .. })), "{mode:o}");
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(MasterKey::read_or_create(&path), Err(VaultFault::BadKey { .. })), "{text}");
        }
    }
}
