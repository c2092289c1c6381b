//! Writing a generation aside, and proving that it can be read back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::backend::Sink;
use super::load::verify_generation;
use super::{
    Backend, ChainLink, GenerationKind, Manifest, PolicyMark, StoreFault, generation_name, public_folder, sync_folder,
};
use crate::codec::{RecordKey, SetDigest};
use crate::time::Timestamp;

/// A generation that is being written. Nobody reads it before a `CURRENT` names it.
pub struct GenerationWriter {
    backend: Backend,
    number: u64,
    kind: GenerationKind,
    folder: PathBuf,
    sink: Box<dyn Sink>,
    digest: SetDigest,
    records: BTreeMap<String, u64>,
    removed: u64,
    last_key: Vec<u8>,
}

impl GenerationWriter {
    /// Begins the folder of a generation. It must not be there yet.
    pub fn begin(
        backend: &Backend,
        state: &Path,
        number: u64,
        kind: GenerationKind,
    ) -> Result<GenerationWriter, StoreFault> {
        let public = public_folder(state);
        std::fs::create_dir_all(&public).map_err(StoreFault::io(&public))?;
        let folder = public.join(generation_name(number, kind));
        Ok(GenerationWriter {
            backend: backend.clone(),
            number,
            kind,
            sink: backend.create(&folder)?,
            folder,
            digest: SetDigest::new(),
            records: BTreeMap::new(),
            removed: 0,
            last_key: Vec::new(),
        })
    }

    /// Adds a record, as `codec::encode` made it. Keys must ascend: the digest is over their order.
    pub fn put(&mut self, key: &RecordKey, value: &[u8]) -> Result<(), StoreFault> {
        if value.is_empty() {
            return Err(StoreFault::damaged(&self.folder, "a record without bytes was to be written"));
        }
        *self.records.entry(class_name(key).to_owned()).or_default() += 1;
        self.add(key.to_bytes(), value)
    }

    /// Adds a tombstone. Only deltas have them.
    pub fn remove(&mut self, key: &RecordKey) -> Result<(), StoreFault> {
        if self.kind == GenerationKind::Base {
            return Err(StoreFault::damaged(&self.folder, "a tombstone was to be written into a base"));
        }
        self.removed += 1;
        self.add(key.to_bytes(), b"")
    }

    fn add(&mut self, key: Vec<u8>, value: &[u8]) -> Result<(), StoreFault> {
        if key <= self.last_key {
            return Err(StoreFault::damaged(&self.folder, "records were to be written out of order"));
        }
        self.digest.add(&key, value);
        self.sink.put(&key, value)?;
        self.last_key = key;
        Ok(())
    }

    /// Entries so far.
    pub fn entries(&self) -> u64 {
        self.records.values().sum::<u64>() + self.removed
    }

    /// Makes the generation durable with its manifest. [`Written::verify`] then proves it.
    pub fn finish(
        self,
        policies: BTreeMap<String, PolicyMark>,
        watermark: Timestamp,
        published_at: Timestamp,
    ) -> Result<Written, StoreFault> {
        let manifest = Manifest {
            format: Manifest::format(),
            number: self.number,
            kind: self.kind.word().to_owned(),
            records: self.records,
            removed: self.removed,
            digest: self.digest.finish(),
            policies,
            watermark: watermark.to_string(),
            published_at: published_at.to_string(),
        };
        self.sink.close()?;
        let sha256 = manifest.write(&self.folder)?;
        let public = self.folder.parent().unwrap_or(&self.folder);
        sync_folder(public).map_err(StoreFault::io(public))?;
        Ok(Written {
            link: ChainLink { folder: generation_name(self.number, self.kind), manifest: sha256 },
            folder: self.folder,
            backend: self.backend,
        })
    }
}

/// A generation that is written and closed.
pub struct Written {
    link: ChainLink,
    folder: PathBuf,
    backend: Backend,
}

impl Written {
    /// Opens the generation again, reads it to the end and decodes every record; its link, for `CURRENT`, is given
    /// only then.
    pub fn verify(self) -> Result<ChainLink, StoreFault> {
        let manifest = Manifest::read(&self.folder, &self.link.manifest)?;
        verify_generation(&self.backend, &self.folder, &manifest)?;
        Ok(self.link)
    }
}

/// How a manifest names the class of a key.
pub(super) fn class_name(key: &RecordKey) -> &'static str {
    match key {
        RecordKey::Domain(_) => "domain",
        RecordKey::Host(_) => "host",
        RecordKey::Registrar(_) => "registrar",
        RecordKey::Nndn(_) => "nndn",
    }
}
