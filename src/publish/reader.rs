//! Reading a deposit on a thread of its own, so that parsing and sealing share the work.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::import::deposit::{Deposit, DepositFrame, Item};
use crate::import::problem::{Place, Report};

/// Batches that wait at most.
const BATCHES_WAITING: usize = 8;

/// Opens a deposit; `None` after noting an error.
pub(super) type Opener<'a> = Box<dyn FnOnce(&mut Report) -> Option<Box<dyn Deposit>> + Send + 'a>;

enum Message {
    Frame(DepositFrame),
    Items(Batch),
}

/// Some items in order, and how far the reader is.
pub(super) struct Batch {
    pub(super) items: Vec<(Item, Place)>,
    pub(super) read: u64,
    pub(super) total: u64,
}

/// What comes from the reading thread.
pub(super) struct Incoming(Receiver<Message>);

impl Incoming {
    /// The next items; `None` at the end, be it a good or a bad one: the reader's report knows.
    pub(super) fn next(&mut self) -> Option<Batch> {
        match self.0.recv().ok()? {
            Message::Items(batch) => Some(batch),
            Message::Frame(_) => None,
        }
    }
}

/// Opens a deposit and lets `take` have its items. Returns what `take` made of it (`None` if the deposit did not open)
/// and what the reader found. A panic of the reader goes on in the caller.
pub(super) fn read<T>(open: Opener<'_>, take: impl FnOnce(DepositFrame, &mut Incoming) -> T) -> (Option<T>, Report) {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BATCHES_WAITING);
        let reader = scope.spawn(move || {
            let mut report = Report::default();
            if let Some(mut deposit) = open(&mut report) {
                send_all(&mut *deposit, &sender, &mut report);
            }
            report
        });
        let mut incoming = Incoming(receiver);
        let taken = match incoming.0.recv() {
            Ok(Message::Frame(frame)) => Some(take(frame, &mut incoming)),
            Ok(Message::Items(_)) | Err(_) => None,
        };
        // A reader whose items nobody wants any more ends at its next batch.
        drop(incoming);
        match reader.join() {
            Ok(report) => (taken, report),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn send_all(deposit: &mut dyn Deposit, sender: &SyncSender<Message>, report: &mut Report) {
    if sender.send(Message::Frame(deposit.frame().clone())).is_err() {
        return;
    }
    loop {
        let items = deposit.next_many(report);
        let last = items.is_empty();
        let (read, total) = deposit.progress();
        if sender.send(Message::Items(Batch { items, read, total })).is_err() || last {
            return;
        }
    }
}
