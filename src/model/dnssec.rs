//! Delegation signer and key data of a domain (RFC 5910, RFC 9083 §5.3). Public.

/// What the registry knows of a domain's DNSSEC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecureDns {
    /// Longest wished signature life, in seconds; at least 1.
    pub max_sig_life: Option<u32>,
    /// Delegation signer records.
    pub ds: Vec<DsData>,
    /// Keys.
    pub keys: Vec<KeyData>,
}

impl SecureDns {
    /// True when the delegation is signed: there is at least one DS record or key.
    pub fn is_signed(&self) -> bool {
        !self.ds.is_empty() || !self.keys.is_empty()
    }
}

/// One delegation signer record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DsData {
    /// Key tag; printed without padding.
    pub key_tag: u16,
    /// Algorithm number.
    pub algorithm: u8,
    /// Digest type number.
    pub digest_type: u8,
    /// The digest itself; printed in upper case hexadecimal.
    pub digest: Vec<u8>,
}

/// One DNSKEY.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyData {
    /// 256 or 257.
    pub flags: u16,
    /// Always 3.
    pub protocol: u8,
    /// Algorithm number.
    pub algorithm: u8,
    /// The key in base64, as in zone presentation, without white space.
    pub public_key: String,
}
