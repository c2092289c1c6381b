//! Changes on their way into a snapshot.

use super::contents::Contents;
use super::{Generation, Snapshot};
use crate::codec::{self, Change, CodecFault, RecordKey};
use crate::disclosure::record::PublicRecord;

/// Collects records for a snapshot: a whole data set from nothing, or changes over a snapshot.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    contents: Contents,
}

impl SnapshotBuilder {
    /// Collects changes over a snapshot. It stays as it is; the next one answers as if all its records and the changes
    /// had been read anew. What both hold is shared; only the changes since the last merge are copied, and
    /// [`Snapshot::wants_merge`] keeps them few.
    pub fn over(snapshot: &Snapshot) -> SnapshotBuilder {
        SnapshotBuilder { contents: snapshot.contents.clone() }
    }

    /// The same records and changes, to be searched or not: at first they cannot be, which is quicker and takes less
    /// memory. Changes over a snapshot are searched as it is. Said of records that are there already, this reads them
    /// anew.
    #[must_use]
    pub fn searchable(self, is_searchable: bool) -> SnapshotBuilder {
        SnapshotBuilder { contents: self.contents.searchable(is_searchable) }
    }

    /// Applies one entry of a generation. Entries of later generations go over those of earlier ones. A record that is
    /// there already, octet by octet, and the removal of one that is not there cost nothing.
    ///
    /// # Errors
    /// The fault of a value that does not decode, or that belongs to another key; [`CodecFault::TooLong`] where the
    /// index is full, at 32 GiB. Then nothing has changed.
    pub fn apply(&mut self, change: Change<'_>) -> Result<(), CodecFault> {
        let applied = match change {
            Change::Put { key, value } => {
                let record = codec::decode(value)?;
                if RecordKey::of(&record) != key {
                    return Err(CodecFault::Name);
                }
                self.contents.put(&key.to_bytes(), value, record)
            }
            Change::Remove { key } => self.contents.remove(&key.to_bytes()),
        };
        applied.map_err(|_| CodecFault::TooLong)
    }

    /// Adds or replaces a record, for data sets that are put together in the process. An index that is full, at
    /// 32 GiB, stays as it is; [`SnapshotBuilder::apply`] tells of that. Timestamps keep microseconds.
    pub fn put(&mut self, record: PublicRecord) {
        let value = codec::encode(&record);
        let _ = self.apply(Change::Put { key: RecordKey::of(&record), value: &value });
    }

    /// The finished snapshot.
    pub fn finish(mut self, generation: Generation) -> Snapshot {
        self.contents.seal();
        Snapshot { generation, contents: self.contents }
    }
}
