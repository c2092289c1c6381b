//! Answers as bytes. Rendering cannot fail, reads no clock and knows nothing that was withheld.

pub mod das;
pub mod rdap;
pub mod refusal;
pub mod site;
pub mod whois;
