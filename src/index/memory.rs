//! What a snapshot takes in memory, table by table.

use std::fmt;

/// Octets that the parts of a snapshot take. What the allocator takes beside is not known here, and registrars, of
/// which there are few, are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Packed records by key.
    pub records: TableMemory,
    /// Contacts by handle.
    pub contacts: TableMemory,
    /// Hosts that domains name.
    pub hosts: TableMemory,
    /// What contacts have in common.
    pub shapes: usize,
    /// What can be searched for.
    pub searches: usize,
}

/// Octets that entries by key take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableMemory {
    /// Keys and what begins with them, with lengths and padding. Those that are no more are counted, too.
    pub arena: usize,
    /// The hash table over them, its empty places included.
    pub table: usize,
    /// What stands beside them elsewhere.
    pub beside: usize,
}

impl TableMemory {
    /// All of it.
    pub fn octets(&self) -> usize {
        self.arena + self.table + self.beside
    }
}

impl Memory {
    /// All of it.
    pub fn octets(&self) -> usize {
        self.records.octets() + self.contacts.octets() + self.hosts.octets() + self.shapes + self.searches
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, table) in [("records", &self.records), ("contacts", &self.contacts), ("hosts", &self.hosts)] {
            let TableMemory { arena, table, beside } = table;
            writeln!(f, "{name}: arena {arena}, table {table}, beside {beside}")?;
        }
        write!(f, "shapes: {}, searches: {}, all: {}", self.shapes, self.searches, self.octets())
    }
}
