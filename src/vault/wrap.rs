//! Blocks on their way into files and back: sealed as one where they hold records.
//!
//! Keys of links say nothing about a person and are not sealed, as in the tree of single links. Nothing is compressed:
//! a quarter of the octets would cost more than all the rest of an import.

use std::sync::Arc;

use super::seal::Sealer;
use crate::embedded::Fault;

/// Wraps and unwraps blocks.
#[derive(Clone)]
pub(super) struct Wrapping(Option<Arc<Sealer>>);

impl Wrapping {
    /// Sealed.
    pub(super) fn sealed(sealer: &Arc<Sealer>) -> Wrapping {
        Wrapping(Some(sealer.clone()))
    }

    /// As they are.
    pub(super) fn plain() -> Wrapping {
        Wrapping(None)
    }

    /// A block as it stands in a file. `about` is what it is unwrapped with.
    pub(super) fn wrap(&self, about: &[u8], octets: Vec<u8>) -> Result<Vec<u8>, Fault> {
        match &self.0 {
            Some(sealer) => {
                let sealed = sealer.seal_block(about, octets);
                sealed.map_err(|_| Fault::Damaged("a block cannot be sealed".to_owned()))
            }
            None => Ok(octets),
        }
    }

    /// The octets of a block.
    ///
    /// # Errors
    /// [`Fault::Damaged`] where it is not what was sealed with `about`.
    pub(super) fn unwrap(&self, about: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, Fault> {
        match &self.0 {
            Some(sealer) => {
                let opened = sealer.open_block(about, wrapped);
                opened.ok_or_else(|| Fault::Damaged("a block cannot be opened: it was altered".to_owned()))
            }
            None => Ok(wrapped.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;

    #[test]
    fn a_sealed_block_comes_back_for_what_it_is_about_unaltered() {
        let (sealer, _, _) = Sealer::create(&MasterKey([7; 32])).unwrap();
        let wrapping = Wrapping::sealed(&Arc::new(sealer));
        let octets = b"Jan Peeters, Jan Peeters, Jan Peeters".repeat(9);
        let wrapped = wrapping.wrap(b"cA", octets.clone()).unwrap();
        assert!(!wrapped.windows(3).any(|window| window == b"Jan"));
        assert_eq!(wrapping.unwrap(b"cA", &wrapped).unwrap(), octets);
        assert!(wrapping.unwrap(b"cB", &wrapped).is_err());
        for at in 0..wrapped.len() {
            let mut altered = wrapped.clone();
            altered[at] ^= 1;
            assert!(wrapping.unwrap(b"cA", &altered).is_err(), "flipped at {at}");
            assert!(wrapping.unwrap(b"cA", &wrapped[..at]).is_err(), "cut at {at}");
        }
    }
}
