//! How many connections each client and each network has open.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::prefix::{Block, Origin};
use super::verdict::Turned;

const SHARDS: usize = 64;

/// Exact counts of open connections. Nobody without one has an entry, so what is kept is bounded by what is open.
///
/// A client and its network stand in the same shard, chosen by the network, so that both are checked and counted in
/// one step.
pub struct Connections {
    keys: RandomState,
    shards: [Mutex<HashMap<Block, u32>>; SHARDS],
}

impl Connections {
    /// No connection is open.
    pub fn new(keys: RandomState) -> Connections {
        Connections { shards: std::array::from_fn(|_| Mutex::new(HashMap::with_hasher(keys.clone()))), keys }
    }

    /// Counts one more connection of an origin, unless its client or its network has as many as it may.
    ///
    /// # Errors
    /// Whose connections are too many. Nothing is counted.
    pub fn open(&self, origin: &Origin, client_max: u32, network_max: u32) -> Result<(), Turned> {
        let Some(mut shard) = self.shard(origin) else { return Ok(()) };
        let count = |block| shard.get(block).copied().unwrap_or(0);
        if count(&origin.client) >= client_max {
            return Err(Turned::Client);
        }
        if count(&origin.network) >= network_max {
            return Err(Turned::Network);
        }
        for block in [origin.client, origin.network] {
            *shard.entry(block).or_insert(0) += 1;
        }
        Ok(())
    }

    /// Counts a connection of an origin as closed.
    pub fn close(&self, origin: &Origin) {
        let Some(mut shard) = self.shard(origin) else { return };
        for block in [origin.client, origin.network] {
            if let Entry::Occupied(mut entry) = shard.entry(block) {
                *entry.get_mut() -= 1;
                if *entry.get() == 0 {
                    entry.remove();
                }
            }
        }
    }

    /// How many blocks have an entry.
    #[cfg(test)]
    pub fn entries(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    fn shard(&self, origin: &Origin) -> Option<MutexGuard<'_, HashMap<Block, u32>>> {
        let at = self.keys.hash_one(origin.network) as usize % SHARDS;
        self.shards.get(at).map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}
