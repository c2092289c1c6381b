//! Many changes on their way into contents, on two threads: one packs them, the other places them.
//!
//! Both take about as long, and what packing needs (a record, the shapes) and what placing needs (the tables) are
//! apart. Batches go from one to the other in order, through a short queue; their room comes back.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::arena::Full;
use super::contents::Contents;
use crate::codec::packed::{PackedKey, Packer, Shapes, key_of};
use crate::codec::{Change, CodecFault};

/// Octets of packed records that go together.
const BATCH_OCTETS: usize = 256 * 1024;
/// Batches that wait at most, on either way.
const BATCHES_WAITING: usize = 4;

/// Packed records and the keys of removed ones, one after another.
#[derive(Debug, Default)]
struct Batch {
    octets: Vec<u8>,
    steps: Vec<Step>,
    /// The shapes that its records are packed with, where there are more than before.
    shapes: Option<Shapes>,
}

/// What is done with the octets of a batch behind those of the step before.
#[derive(Clone, Copy, Debug)]
struct Step {
    length: usize,
    is_removal: bool,
}

/// Packs changes and sends them to be placed.
struct Packing<'p> {
    packer: &'p mut Packer,
    shapes: Shapes,
    shapes_sent: usize,
    batch: Batch,
    batches: SyncSender<Batch>,
    returned: Receiver<Batch>,
}

/// Packs an encoded record, which must be that of the key.
///
/// # Errors
/// The fault of a value that does not decode, or that belongs to another key.
pub(super) fn pack<'p>(
    change_key: &PackedKey,
    value: &[u8],
    packer: &'p mut Packer,
    shapes: &mut Shapes,
) -> Result<&'p [u8], CodecFault> {
    let octets = packer.repack(value, shapes)?;
    if change_key.as_slice() == key_of(octets) { Ok(octets) } else { Err(CodecFault::Name) }
}

impl Packing<'_> {
    fn add(&mut self, change: &Change<'_>) -> Result<(), CodecFault> {
        let key = PackedKey::of(change.key());
        let (octets, is_removal) = match (change, &key) {
            (Change::Put { value, .. }, Some(key)) => (pack(key, value, self.packer, &mut self.shapes)?, false),
            (Change::Put { .. }, None) => return Err(CodecFault::Name),
            (Change::Remove { .. }, Some(key)) => (key.as_slice(), true),
            // No record has a key as long as that.
            (Change::Remove { .. }, None) => return Ok(()),
        };
        self.batch.octets.extend_from_slice(octets);
        self.batch.steps.push(Step { length: octets.len(), is_removal });
        if self.batch.octets.len() < BATCH_OCTETS || self.send() { Ok(()) } else { Err(CodecFault::TooLong) }
    }

    /// False where nobody takes it any more.
    fn send(&mut self) -> bool {
        let next = self.returned.try_recv().unwrap_or_default();
        let mut batch = std::mem::replace(&mut self.batch, next);
        if self.shapes.len() > self.shapes_sent {
            self.shapes_sent = self.shapes.len();
            batch.shapes = Some(self.shapes.clone());
        }
        self.batches.send(batch).is_ok()
    }
}

/// Gives `feed` what it calls with each change, in order; what it gives is given back. The changes are in `contents`
/// then.
///
/// # Errors
/// The index is full: `contents` has some of the changes. A change that is at fault is told to `feed`, and nothing of it
/// comes into `contents`.
pub(super) fn feed<T>(
    contents: &mut Contents,
    packer: &mut Packer,
    feed: impl FnOnce(&mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>) -> T,
) -> Result<T, Full> {
    let shapes = contents.records.shapes().clone();
    let (batches, waiting) = sync_channel(BATCHES_WAITING);
    let (emptied, returned) = sync_channel(BATCHES_WAITING);
    thread::scope(|scope| {
        let placing = scope.spawn(move || place_all(contents, &waiting, &emptied));
        let shapes_sent = shapes.len();
        let mut packing = Packing { packer, shapes, shapes_sent, batch: Batch::default(), batches, returned };
        let given = feed(&mut |change| packing.add(&change));
        // Where nobody takes it, placing tells why.
        packing.send();
        drop(packing);
        placing.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        Ok(given)
    })
}

fn place_all(contents: &mut Contents, waiting: &Receiver<Batch>, emptied: &SyncSender<Batch>) -> Result<(), Full> {
    for mut batch in waiting {
        if let Some(shapes) = batch.shapes.take() {
            contents.records.go_on_with(shapes);
        }
        let mut rest = batch.octets.as_slice();
        for step in &batch.steps {
            let (octets, others) = rest.split_at_checked(step.length).unwrap_or_default();
            rest = others;
            if step.is_removal { contents.remove(octets)? } else { contents.put(octets)? }
        }
        batch.octets.clear();
        batch.steps.clear();
        // Where there are enough already, this one goes.
        let _ = emptied.try_send(batch);
    }
    Ok(())
}
