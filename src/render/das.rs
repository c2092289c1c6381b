//! Availability lines (DAS): at most four, tab-separated like port 43's, with nothing in them but the name and one
//! word (DA-02, DA-06).

use crate::answer::Answer;
use crate::model::name::Name;

const NOT_AVAILABLE: &str = "NOT AVAILABLE";

/// The lines for a registered name; as [`render`] has them for every name that is taken.
pub fn taken(name: &Name) -> Vec<u8> {
    lines(name, NOT_AVAILABLE)
}

/// An answer as DAS lines. Names that are taken in any way read alike: registered, reserved, in quarantine, on hold
/// or out of service (DA-04). A question that is not about a domain has no answer here: `NOT ALLOWED` alone.
pub fn render(answer: &Answer) -> Vec<u8> {
    match answer {
        Answer::Domain(found) => taken(&found.domain.name),
        Answer::Reserved(name, _) => taken(name),
        Answer::Available(name) => lines(name, "AVAILABLE"),
        Answer::NotAllowed(name, _) => lines(name, "NOT ALLOWED"),
        Answer::Nameserver(_)
        | Answer::Registrar(_)
        | Answer::Contact(_)
        | Answer::Found(_)
        | Answer::Help
        | Answer::NotFound => b"RC:\t0\r\nStatus:\tNOT ALLOWED\r\n".to_vec(),
    }
}

/// The name in U-labels, and in A-labels too where the two differ.
fn lines(name: &Name, status: &str) -> Vec<u8> {
    match name.unicode() {
        Some(unicode) => format!("RC:\t0\r\nDomain:\t{unicode}\r\nA-label:\t{name}\r\nStatus:\t{status}\r\n"),
        None => format!("RC:\t0\r\nDomain:\t{name}\r\nStatus:\t{status}\r\n"),
    }
    .into_bytes()
}
