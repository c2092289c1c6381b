//! Percent-encoding (RFC 3986 §2.1).

use std::borrow::Cow;

use super::Refusal;

/// Decodes a text once (RFC 3986 §2.4). Everything else stays as it is.
///
/// # Errors
/// [`Refusal::BadEncoding`] for a percent sign without two hexadecimal digits, and for what is not UTF-8.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, Refusal> {
    // Most texts have no need of it.
    if !text.bytes().any(|byte| byte == b'%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (Some(high), Some(low)) = (rest.next().and_then(hexadecimal), rest.next().and_then(hexadecimal))
                else {
                    return Err(Refusal::BadEncoding);
                };
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Refusal::BadEncoding)
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
