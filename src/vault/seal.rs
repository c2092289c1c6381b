//! Sealing of records and of the data key: AES-256-GCM with random 96-bit nonces, and the index of handles.
//!
//! A data key seals one folder's records. Random nonces are good for 2³² of them under one key (NIST SP 800-38D §8.3);
//! a register has far fewer, and each full deposit begins a new folder with a new key.

use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;

use super::key::KEY_OCTETS;
use super::{MasterKey, VaultFault};

/// Octets of a vault's identity.
const IDENTITY_OCTETS: usize = 16;
/// Octets of the index of a handle: 128 bits of HMAC-SHA-256.
const INDEX_OCTETS: usize = 16;

/// Seals and opens the records of one vault.
pub(super) struct Sealer {
    identity: [u8; IDENTITY_OCTETS],
    records: RandomizedNonceKey,
    handles: hmac::Key,
}

fn derive(key: &[u8], purpose: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), purpose)
}

fn cipher(key: &[u8]) -> Result<RandomizedNonceKey, VaultFault> {
    RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| VaultFault::Crypto)
}

fn seal(cipher: &RandomizedNonceKey, about: &[u8], mut plain: Vec<u8>) -> Result<Vec<u8>, VaultFault> {
    let nonce = cipher.seal_in_place_append_tag(Aad::from(about), &mut plain).map_err(|_| VaultFault::Crypto)?;
    plain.extend_from_slice(nonce.as_ref());
    Ok(plain)
}

fn open(cipher: &RandomizedNonceKey, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (sealed, nonce) = sealed.split_at_checked(sealed.len().checked_sub(NONCE_LEN)?)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut buffer = sealed.to_vec();
    let length = cipher.open_in_place(nonce, Aad::from(about), &mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

impl Sealer {
    fn new(identity: [u8; IDENTITY_OCTETS], data_key: &[u8]) -> Result<Sealer, VaultFault> {
        Ok(Sealer {
            identity,
            records: cipher(derive(data_key, b"loket vault 1: records").as_ref())?,
            handles: hmac::Key::new(hmac::HMAC_SHA256, derive(data_key, b"loket vault 1: handles").as_ref()),
        })
    }

    /// A new identity and data key: the sealer, the identity, and the data key sealed under the master key.
    pub(super) fn create(master: &MasterKey) -> Result<(Sealer, [u8; IDENTITY_OCTETS], Vec<u8>), VaultFault> {
        let (mut identity, mut data_key) = ([0; IDENTITY_OCTETS], [0; KEY_OCTETS]);
        aws_lc_rs::rand::fill(&mut identity).map_err(|_| VaultFault::Crypto)?;
        aws_lc_rs::rand::fill(&mut data_key).map_err(|_| VaultFault::Crypto)?;
        let wrapped = seal(&cipher(&master.0)?, &identity, data_key.to_vec())?;
        Ok((Sealer::new(identity, &data_key)?, identity, wrapped))
    }

    /// The sealer of a vault that is there.
    pub(super) fn open(
        master: &MasterKey,
        identity: &[u8],
        wrapped: &[u8],
        folder: &Path,
    ) -> Result<Sealer, VaultFault> {
        let wrong = || VaultFault::WrongKey { path: folder.to_owned() };
        let data_key = open(&cipher(&master.0)?, identity, wrapped).ok_or_else(wrong)?;
        Sealer::new(identity.try_into().map_err(|_| wrong())?, &data_key)
    }

    fn about(&self, key: &[u8]) -> Vec<u8> {
        [&self.identity[..], key].concat()
    }

    /// Seals the record of a key.
    pub(super) fn seal_record(&self, key: &[u8], plain: Vec<u8>) -> Result<Vec<u8>, VaultFault> {
        seal(&self.records, &self.about(key), plain)
    }

    /// Seals a block of records. What is sealed as a block never opens as a record, nor the other way round.
    pub(super) fn seal_block(&self, about: &[u8], plain: Vec<u8>) -> Result<Vec<u8>, VaultFault> {
        seal(&self.records, &self.about_block(about), plain)
    }

    /// Opens a block; `None` where it is not what was sealed with `about` in this vault.
    pub(super) fn open_block(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.records, &self.about_block(about), sealed)
    }

    /// Keys of records begin with the letter of a class, never with this one.
    fn about_block(&self, about: &[u8]) -> Vec<u8> {
        [&self.identity[..], b"B", about].concat()
    }

    /// Opens the record of a key; `None` where it is not what was sealed for this key in this vault.
    pub(super) fn open_record(&self, key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.records, &self.about(key), sealed)
    }

    /// The index of a handle.
    pub(super) fn index(&self, handle: &str) -> [u8; INDEX_OCTETS] {
        let mut index = [0; INDEX_OCTETS];
        for (to, from) in index.iter_mut().zip(hmac::sign(&self.handles, handle.as_bytes()).as_ref()) {
            *to = *from;
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_only_for_its_key_in_its_vault_unaltered() {
        let master = MasterKey([7; KEY_OCTETS]);
        let (sealer, identity, wrapped) = Sealer::create(&master).unwrap();
        let sealed = sealer.seal_record(b"cA", b"Jan Peeters".to_vec()).unwrap();
        assert_eq!(sealer.open_record(b"cA", &sealed).unwrap(), b"Jan Peeters");
        assert!(sealer.open_record(b"cB", &sealed).is_none());
        assert!(!sealed.windows(3).any(|window| window == b"Jan"));
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(sealer.open_record(b"cA", &altered).is_none(), "flipped at {at}");
            assert!(sealer.open_record(b"cA", &sealed[..at]).is_none(), "cut at {at}");
        }
        assert!(sealer.open_block(b"cA", &sealed).is_none() && sealer.open_block(b"A", &sealed).is_none());
        let (other, _, _) = Sealer::create(&master).unwrap();
        assert!(other.open_record(b"cA", &sealed).is_none());
        assert_ne!(other.index("H1"), sealer.index("H1"));

        let again = Sealer::open(&master, &identity, &wrapped, Path::new("v")).unwrap();
        assert_eq!(again.open_record(b"cA", &sealed).unwrap(), b"Jan Peeters");
        assert_eq!(again.index("H1"), sealer.index("H1"));
        let wrong = Sealer::open(&MasterKey([8; KEY_OCTETS]), &identity, &wrapped, Path::new("v"));
        assert!(matches!(wrong, Err(VaultFault::WrongKey { .. })));
    }
}
