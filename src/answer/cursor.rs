//! Cursors: where a page ended, sealed so that nobody reads or makes one (RFC 8977 §2.4).
//!
//! A cursor holds the position of the last result that was shown, so that the next page begins behind it whatever was
//! added or removed meanwhile. It is sealed with the search that it belongs to and opens for no other. The same page of
//! the same data has the same cursor, so that answers can be cached: AES-256-GCM-SIV (RFC 8452) is made to be used
//! without a nonce that differs, and then tells no more than that two cursors are the same.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::search::{KEY_OCTETS_MAX, Place, Position, TEXT_OCTETS_MAX, Value};
use crate::index::EntityKey;
use crate::model::name::{NAME_OCTETS_MAX, Name};
use crate::query::search::{CURSOR_CHARACTERS_MAX, SORT_KEYS_MAX};
use crate::time::Timestamp;

/// The first octet of an opened cursor: the form of the others.
const FORM: u8 = 1;

/// The key under which cursors are sealed. A cursor is good for as long as its key.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl CursorKey {
    /// Takes 32 octets that nobody can guess.
    pub fn new(octets: [u8; 32]) -> CursorKey {
        CursorKey(octets)
    }

    /// The cursor of the page behind this end. `None` only for a position that is longer than positions are.
    pub(super) fn seal(&self, search: &str, end: &PageEnd) -> Option<String> {
        let mut octets = encode(end)?;
        self.cipher()?.seal_in_place_append_tag(nonce(), Aad::from(search), &mut octets).ok()?;
        Some(URL_SAFE_NO_PAD.encode(octets))
    }

    /// Where the page before ended; `None` for a cursor that is not ours, or belongs to another search.
    pub(super) fn open(&self, search: &str, cursor: &str) -> Option<PageEnd> {
        if cursor.len() > CURSOR_CHARACTERS_MAX {
            return None;
        }
        let mut octets = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let octets = self.cipher()?.open_in_place(nonce(), Aad::from(search), &mut octets).ok()?;
        decode(octets)
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM_SIV, &self.0).ok().map(LessSafeKey::new)
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(…)")
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageEnd {
    /// The number of the page, from 1.
    pub(super) number: u32,
    /// The position of its last result.
    pub(super) position: Position,
}

fn encode(end: &PageEnd) -> Option<Vec<u8>> {
    let mut octets = vec![FORM];
    octets.extend(end.number.to_be_bytes());
    octets.push(u8::try_from(end.position.values.len()).ok()?);
    for value in &end.position.values {
        match value {
            Value::Absent => octets.push(0),
            Value::Text(text) => {
                octets.push(1);
                put_text(&mut octets, text, TEXT_OCTETS_MAX)?;
            }
            Value::Moment(moment) => {
                octets.push(2);
                octets.extend(moment.as_nanosecond().to_be_bytes());
            }
            Value::Ipv4(address) => {
                octets.push(3);
                octets.extend(address.octets());
            }
            Value::Ipv6(address) => {
                octets.push(4);
                octets.extend(address.octets());
            }
        }
    }
    match &end.position.place {
        Place::Name(name) => {
            octets.push(0);
            put_text(&mut octets, name.as_str(), NAME_OCTETS_MAX)?;
        }
        Place::Entity(text, key) => {
            let (kind, key) = match key {
                EntityKey::Registrar(id) => (1, id),
                EntityKey::Contact(handle) => (2, handle),
            };
            octets.push(kind);
            put_text(&mut octets, text, TEXT_OCTETS_MAX)?;
            put_text(&mut octets, key, KEY_OCTETS_MAX)?;
        }
    }
    Some(octets)
}

fn put_text(octets: &mut Vec<u8>, text: &str, longest: usize) -> Option<()> {
    if text.len() > longest {
        return None;
    }
    octets.push(u8::try_from(text.len()).ok()?);
    octets.extend(text.as_bytes());
    Some(())
}

fn decode(octets: &[u8]) -> Option<PageEnd> {
    let mut rest = Rest(octets);
    let [FORM] = rest.take()? else { return None };
    let number = u32::from_be_bytes(rest.take()?);
    let [count] = rest.take()?;
    if usize::from(count) > SORT_KEYS_MAX {
        return None;
    }
    let values = (0..count).map(|_| value(&mut rest)).collect::<Option<Vec<Value>>>()?;
    let place = match rest.take()? {
        [0] => Place::Name(Name::parse(&rest.text()?).ok()?),
        [1] => Place::Entity(rest.text()?, EntityKey::Registrar(rest.text()?)),
        [2] => Place::Entity(rest.text()?, EntityKey::Contact(rest.text()?)),
        _ => return None,
    };
    rest.0.is_empty().then_some(PageEnd { number, position: Position { values, place } })
}

fn value(rest: &mut Rest<'_>) -> Option<Value> {
    Some(match rest.take()? {
        [0] => Value::Absent,
        [1] => Value::Text(rest.text()?),
        [2] => Value::Moment(Timestamp::from_nanosecond(i128::from_be_bytes(rest.take()?)).ok()?),
        [3] => Value::Ipv4(rest.take::<4>()?.into()),
        [4] => Value::Ipv6(rest.take::<16>()?.into()),
        _ => return None,
    })
}

/// What was not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn text(&mut self) -> Option<String> {
        let [length] = self.take()?;
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests;
