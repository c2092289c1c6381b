//! Where objects go, whatever the form of the deposit.

use std::io;

use crate::model::object::{Object, ObjectKey};

/// Takes the objects of one deposit in its order: deletes, then contents.
pub trait Sink {
    /// Writes that an object is to be deleted.
    fn delete(&mut self, key: &ObjectKey) -> io::Result<()>;

    /// Writes an object.
    fn put(&mut self, object: &Object) -> io::Result<()>;

    /// Writes what remains and flushes.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
