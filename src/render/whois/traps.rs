//! Words by which clients on port 43 take an answer for something that it is not.

/// Phrases, in lower case with single spaces, that common clients look for anywhere in an answer: those that mean
/// "may be registered" or "no such name" to them, and labels that send them to another server.
const PHRASES: &[&str] = &[
    "not found",
    "no match",
    "no entries found",
    "no data found",
    "not registered",
    "invalid query",
    "does not exist",
    "is free",
    "domain available",
    "pending release",
    "not available",
    "status: available",
    "whois server:",
    "referralserver:",
    "refer:",
];

/// The phrases in a text that make common clients misread every answer which carries it. `loket check` reads every
/// configurable text for them; letter case and the kind and number of blanks do not matter.
pub fn trap_phrases(text: &str) -> Vec<&'static str> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    PHRASES.iter().copied().filter(|phrase| text.contains(phrase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_are_found_in_any_case_and_spacing() {
        assert_eq!(trap_phrases("This service is\r\n% free of charge"), Vec::<&str>::new());
        assert_eq!(trap_phrases("This service IS  FREE of charge"), ["is free"]);
        assert_eq!(trap_phrases("Status:\tAVAILABLE"), ["status: available"]);
        assert_eq!(trap_phrases("Registrar WHOIS Server: whois.example"), ["whois server:"]);
        assert_eq!(trap_phrases("Voorbeeld Whois Server 6.1"), Vec::<&str>::new());
    }
}
