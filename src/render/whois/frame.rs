//! What is the same on every page of a zone in the layout of .be.

use std::fmt;
use std::sync::OnceLock;

use super::page::{Charset, Page};
use crate::render::site::ZoneTexts;

/// Octets around the data, made of a zone's texts as they are first needed: the texts do not change after that. A copy
/// begins without any: it may stand beside other texts.
#[derive(Default)]
pub struct Frame(OnceLock<Parts>);

/// The octets.
pub(super) struct Parts {
    /// The banner, and the empty line behind it.
    pub(super) head: Vec<u8>,
    /// The line in place of what is withheld.
    pub(super) withheld: Vec<u8>,
    /// The last line of a registered domain.
    pub(super) closing: Vec<u8>,
}

impl Frame {
    /// The octets of a zone, whose frame this is.
    pub(super) fn of(texts: &ZoneTexts) -> &Parts {
        texts.whois_frame.0.get_or_init(|| Parts::new(texts))
    }
}

impl Parts {
    fn new(texts: &ZoneTexts) -> Parts {
        let written = |write: &dyn Fn(&mut Page)| {
            let mut page = Page::new(Charset::Ascii);
            write(&mut page);
            page.into_bytes()
        };
        Parts {
            head: written(&|page| {
                page.banner(&texts.whois_banner);
                page.blank();
            }),
            withheld: written(&|page| page.line("\t", withheld_text(texts))),
            closing: written(&|page| page.line("", &texts.whois_closing)),
        }
    }
}

/// The configured text; a fixed one where it is empty, so that what is withheld never looks as if it were not there.
fn withheld_text(texts: &ZoneTexts) -> &str {
    if texts.whois_withheld.trim().is_empty() { "Not shown." } else { &texts.whois_withheld }
}

impl Clone for Frame {
    fn clone(&self) -> Frame {
        Frame::default()
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("is_made", &self.0.get().is_some()).finish()
    }
}
