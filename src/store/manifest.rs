//! What a generation holds, written outside sled so that sled cannot be wrong about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreFault;
use super::files::{install, read_small, write_beside};
use crate::codec::digest::sha256_hex as sha256;
use crate::model::vocabulary::words;

/// The format of manifests, and of the generations that they describe: in 2, entries stand in blocks.
const FORMAT: u64 = 2;

words! {
    /// What a generation is.
    GenerationKind {
        /// Every public record of the register.
        Base = "base",
        /// What changed since the generation before.
        Delta = "delta",
    }
}

/// Which version of a policy decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyMark {
    /// The policy's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its text, hexadecimal.
    pub digest: String,
}

/// What a generation holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format of this file.
    pub format: u64,
    /// Number of the publication.
    pub number: u64,
    /// `base` or `delta`.
    pub kind: String,
    /// Records by class.
    pub records: BTreeMap<String, u64>,
    /// Tombstones; none in a base.
    pub removed: u64,
    /// Digest over keys and values, in the order of keys.
    pub digest: String,
    /// The policy of each zone.
    pub policies: BTreeMap<String, PolicyMark>,
    /// The state of the register that it describes, RFC 3339.
    pub watermark: String,
    /// When it was published, RFC 3339.
    pub published_at: String,
}

impl Manifest {
    /// The format that this program writes.
    pub fn format() -> u64 {
        FORMAT
    }

    /// Where the manifest of a generation's folder stands: beside it.
    pub fn place(folder: &Path) -> PathBuf {
        let mut name = folder.file_name().unwrap_or_default().to_owned();
        name.push(".manifest.json");
        folder.with_file_name(name)
    }

    /// Records and tombstones together.
    pub fn entries(&self) -> u64 {
        self.records.values().sum::<u64>() + self.removed
    }

    /// Writes the manifest of a folder durably and returns its SHA-256.
    pub fn write(&self, folder: &Path) -> Result<String, StoreFault> {
        let path = Manifest::place(folder);
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|error| StoreFault::BadManifest { path: path.clone(), detail: error.to_string() })?;
        bytes.push(b'\n');
        let beside = path.with_extension("new");
        write_beside(&path, &beside, &bytes)?;
        install(&beside, &path)?;
        Ok(sha256(&bytes))
    }

    /// Reads the manifest of a folder; it must have the SHA-256 that `CURRENT` names.
    pub fn read(folder: &Path, expected: &str) -> Result<Manifest, StoreFault> {
        let path = Manifest::place(folder);
        let bytes = read_small(&path)?.ok_or_else(|| StoreFault::Missing { path: path.clone() })?;
        if sha256(&bytes) != expected {
            return Err(StoreFault::BadManifest { path, detail: "it is not the one that CURRENT names".to_owned() });
        }
        let value: serde_json::Value = serde_json::from_slice(&bytes)
            .map_err(|error| StoreFault::BadManifest { path: path.clone(), detail: error.to_string() })?;
        let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if found != FORMAT {
            return Err(StoreFault::Version { path, found, known: FORMAT });
        }
        serde_json::from_value(value).map_err(|error| StoreFault::BadManifest { path, detail: error.to_string() })
    }
}
