//! A value about a person, which does not print and cannot be serialised.

use std::fmt;

/// Wraps a value that may tell something about a person.
///
/// `Debug` prints a fixed word, there is no `Display`, no `Serialize` and no `Deref`: the value is
/// reached only by [`Personal::reveal`], which the layering test allows in `disclosure`, in the
/// deposit formats and in the vault's sealing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Personal<T> {
        Personal(value)
    }

    /// The value itself. Whoever calls this answers for where it goes.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_the_value() {
        assert_eq!(format!("{:?}", Some(Personal::new("Jan Peeters"))), "Some(Personal(…))");
    }
}
