//! Bodies in a content coding (RFC 9110 §8.4.1). The levels are the fast ones: what a better one would save is lost in
//! waiting (`docs/http.md` has the figures).

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::negotiate::Coding;

/// Bodies of fewer octets are sent as they are: with its head such an answer is one packet either way.
pub(super) const OCTETS_MIN: usize = 1024;

/// The level of Zstandard.
const ZSTANDARD_LEVEL: i32 = 1;
/// The level of gzip.
const GZIP_LEVEL: u32 = 1;
/// The quality of Brotli.
const BROTLI_QUALITY: i32 = 3;
/// The window of Brotli, as a power of two: wider than most answers are long.
const BROTLI_WINDOW: i32 = 16;

/// The body in a coding. The same body gives the same octets, so that an entity tag can be made without them. `None`
/// where the library fails, which it does only without memory.
pub(super) fn encode(body: &[u8], coding: Coding) -> Option<Vec<u8>> {
    match coding {
        Coding::Zstandard => zstd::bulk::compress(body, ZSTANDARD_LEVEL).ok(),
        Coding::Brotli => brotli(body),
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::new(GZIP_LEVEL));
            encoder.write_all(body).and_then(|()| encoder.finish()).ok()
        }
    }
}

fn brotli(body: &[u8]) -> Option<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: body.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut coded = Vec::with_capacity(body.len() / 2);
    brotli::BrotliCompress(&mut &*body, &mut coded, &parameters).ok()?;
    Some(coded)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Read;

    use super::*;
    use proptest::prelude::*;

    /// The body that a coded one stands for.
    pub(in crate::session::http) fn decode(coded: &[u8], coding: &str) -> Vec<u8> {
        let mut body = Vec::new();
        match coding {
            "zstd" => body = zstd::bulk::decompress(coded, 1 << 20).unwrap(),
            "br" => _ = brotli::Decompressor::new(coded, 4096).read_to_end(&mut body).unwrap(),
            "gzip" => _ = flate2::read::GzDecoder::new(coded).read_to_end(&mut body).unwrap(),
            other => panic!("{other}"),
        }
        body
    }

    proptest! {
        #[test]
        fn ht_28_every_coding_gives_the_body_back(body in proptest::collection::vec(any::<u8>(), 0..4000)) {
            for coding in Coding::ALL {
                let coded = encode(&body, coding).unwrap();
                prop_assert_eq!(&decode(&coded, coding.word()), &body);
                prop_assert_eq!(encode(&body, coding), Some(coded), "the same octets each time");
            }
        }
    }
}
