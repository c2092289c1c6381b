//! Changes on their way into a snapshot.

use super::contents::Contents;
use super::feeding;
use super::{Generation, Snapshot};
use crate::codec::packed::{PackedKey, Packer};
use crate::codec::{self, Change, CodecFault, RecordKey};
use crate::disclosure::record::PublicRecord;

/// Most records for which room is made before they come: some 300 MB of it.
const RECORDS_EXPECTED_MAX: usize = 1 << 25;

/// Collects records for a snapshot: a whole data set from nothing, or changes over a snapshot.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    contents: Contents,
    packer: Packer,
}

impl SnapshotBuilder {
    /// Collects changes over a snapshot. It stays as it is; the next one answers as if all its records and the changes
    /// had been read anew. What both hold is shared; only the changes since the last merge are copied, and
    /// [`Snapshot::wants_merge`] keeps them few.
    pub fn over(snapshot: &Snapshot) -> SnapshotBuilder {
        SnapshotBuilder { contents: snapshot.contents.clone(), packer: Packer::default() }
    }

    /// The same records and changes, to be searched or not: at first they cannot be, which is quicker and takes less
    /// memory. Changes over a snapshot are searched as it is. Said of records that are there already, this reads them
    /// anew.
    #[must_use]
    pub fn searchable(self, is_searchable: bool) -> SnapshotBuilder {
        SnapshotBuilder { contents: self.contents.searchable(is_searchable), ..self }
    }

    /// Makes room for so many records more at once, which is quicker than growing. More than that may come, or less.
    #[must_use]
    pub fn expecting(mut self, records: usize) -> SnapshotBuilder {
        self.contents.expect(records.min(RECORDS_EXPECTED_MAX));
        self
    }

    /// Applies one entry of a generation. Entries of later generations go over those of earlier ones. A record that is
    /// there already, octet by octet, and the removal of one that is not there cost nothing.
    ///
    /// # Errors
    /// The fault of a value that does not decode, or that belongs to another key; [`CodecFault::TooLong`] where the
    /// index is full, at 16 GiB or [`SHAPES_MAX`](crate::codec::packed::SHAPES_MAX) shapes of contacts. Then nothing has changed.
    pub fn apply(&mut self, change: Change<'_>) -> Result<(), CodecFault> {
        let applied = match change {
            Change::Put { key, value } => {
                let key = PackedKey::of(&key).ok_or(CodecFault::Name)?;
                let octets = feeding::pack(&key, value, &mut self.packer, self.contents.records.shapes_mut())?;
                self.contents.put(octets)
            }
            Change::Remove { key } => match PackedKey::of(&key) {
                Some(key) => self.contents.remove(key.as_slice()),
                // No record has a key as long as that.
                None => Ok(()),
            },
        };
        applied.map_err(|_| CodecFault::TooLong)
    }

    /// Applies many changes on two threads: as [`SnapshotBuilder::apply`] would apply each that `feed` calls its argument
    /// with. Gives what `feed` gives. Where `feed` ends after a fault, the builder has the changes before it.
    ///
    /// # Errors
    /// `feed` is told those of [`SnapshotBuilder::apply`], but [`CodecFault::TooLong`] of a full index maybe some changes
    /// later, and here at the end.
    pub fn apply_all<T>(
        mut self,
        feed: impl FnOnce(&mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>) -> T,
    ) -> Result<(SnapshotBuilder, T), CodecFault> {
        let fed = feeding::feed(&mut self.contents, &mut self.packer, feed).map_err(|_| CodecFault::TooLong)?;
        Ok((self, fed))
    }

    /// Adds or replaces a record, for data sets that are put together in the process. An index that is full stays as it
    /// is; [`SnapshotBuilder::apply`] tells of that. Timestamps keep microseconds.
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
