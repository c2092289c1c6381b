//! Places where a test can stop an import as a kill would: nothing is cleaned up after it.

use super::ImportFailure;

/// The steps of the protocol, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// The lock is held, leftovers are gone.
    Begun,
    /// Half of the objects are put aside.
    HalfRead,
    /// All objects are in the vault or its stage.
    VaultWritten,
    /// Half of the public generation is written.
    HalfDecided,
    /// The public generation and its manifest are written.
    PublicWritten,
    /// They are verified.
    Verified,
    /// The next `CURRENT` stands beside the present one.
    Prepared,
    /// The servers have read what it names.
    Announced,
    /// `CURRENT` is replaced.
    Committed,
    /// The links of an amendment are folded in.
    LinksFolded,
    /// Its records are folded in.
    RecordsFolded,
    /// Its epoch is set and the stage is cleared; nothing is pruned yet.
    Folded,
}

#[cfg(test)]
impl Point {
    /// All steps.
    pub(super) const ALL: [Point; 12] = [
        Point::Begun,
        Point::HalfRead,
        Point::VaultWritten,
        Point::HalfDecided,
        Point::PublicWritten,
        Point::Verified,
        Point::Prepared,
        Point::Announced,
        Point::Committed,
        Point::LinksFolded,
        Point::RecordsFolded,
        Point::Folded,
    ];
}

#[cfg(test)]
thread_local! {
    /// Where the next import of this thread stops.
    pub(super) static ARMED: std::cell::Cell<Option<Point>> = const { std::cell::Cell::new(None) };
}

/// Stops here if a test wants it.
pub(super) fn reach(point: Point) -> Result<(), ImportFailure> {
    #[cfg(test)]
    if ARMED.get() == Some(point) {
        ARMED.set(None);
        return Err(ImportFailure::Abandoned);
    }
    let _ = point;
    Ok(())
}
