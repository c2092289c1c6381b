//! One object of a deposit as a small tree.

use std::ops::Deref;
use std::rc::Rc;

use super::space::Space;
use crate::import::draft::Notes;
use crate::import::problem::ProblemKind;

/// The name of an element without its prefix. Cloning shares it: a deposit has millions of elements and a few dozen
/// names.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::import) struct LocalName(Rc<str>);

impl From<&str> for LocalName {
    fn from(name: &str) -> LocalName {
        LocalName(name.into())
    }
}

impl LocalName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for LocalName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for LocalName {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

/// An element with all that it holds. No `Debug`: it may hold personal data.
#[derive(Clone)]
pub(in crate::import) struct Element {
    pub space: Space,
    pub name: LocalName,
    pub line: u64,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn new(space: Space, name: LocalName, line: u64, attributes: Vec<(String, String)>) -> Element {
        Element { space, name, line, attributes, text: String::new(), children: Vec::new() }
    }

    /// Octets of name and attributes.
    pub fn octets(&self) -> usize {
        self.attributes.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() + self.name.len()
    }

    /// An attribute by its local name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The children of a name in a namespace.
    pub fn named<'a>(&'a self, space: &'a Space, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.space == *space && child.name == name)
    }

    /// Notes an element that is passed over: a secret as such, anything else as unknown.
    pub fn pass_over(&self, notes: &mut Notes) {
        if is_secret(&self.name) {
            notes.add(ProblemKind::SecretDropped, format!("{} was dropped", shortened(&self.name)));
        } else {
            notes.add(ProblemKind::Unknown, format!("element {} was passed over", shortened(&self.name)));
        }
    }
}

/// True for names of elements and columns that hold what no deposit should (RFC 8909 §3).
pub(in crate::import) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("authinfo") || name.contains("private") || matches!(name.as_str(), "pw" | "newpw" | "password")
}

/// A name from the document, short and printable.
pub(in crate::import) fn shortened(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic()).take(60).collect()
}
