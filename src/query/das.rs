//! Availability questions (DAS, DA-01): a line that holds a domain name and nothing else.

use super::{Query, Refusal, whois};
use crate::model::name::Name;

/// Reads a DAS line, with or without its line end. Names are read as on port 43; there are no flags and no keywords.
///
/// # Errors
/// The refusal that says why it is no question; it repeats nothing of the line.
pub fn parse(line: &[u8]) -> Result<Query, Refusal> {
    Name::from_query(whois::text(line)?).map(Query::Domain).map_err(Refusal::BadName)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::NameError;

    #[test]
    fn da_01_a_line_is_a_name() {
        assert_eq!(parse(b" BELGI\xc3\x8b.be.\r\n"), Ok(Query::Domain(Name::parse("xn--belgi-rsa.be").unwrap())));
        assert_eq!(parse(b"help\n"), Ok(Query::Domain(Name::parse("help").unwrap())));
        assert_eq!(parse(b"-T dn bedrijf.be\n"), Err(Refusal::BadName(NameError::Character)));
        assert_eq!(parse(b"\r\n"), Err(Refusal::EmptyLine));
        assert_eq!(parse(b"\xff\xf4\r\n"), Err(Refusal::BadCharacters));
    }
}
