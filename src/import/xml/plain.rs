//! Objects in plain markup, read quicker than by the parser of all XML.
//!
//! Plain is what programs write: tags, attributes and texts, with references where a character needs one. Comments,
//! CDATA, instructions, declarations of namespaces, texts beside elements and whatever is near a limit are not plain,
//! nor is anything that is not well formed: it is left to [`Tokens`](super::tokens::Tokens), which knows what to say
//! about it. What is read here, reads as the same [`Element`] there.

use std::ops::Range;

use hashbrown::HashMap;

use super::element::{Element, LocalName};
use super::space::Space;
use super::tokens::character;

/// Most octets of an object. Far below every bound of `tokens`, so that none needs to be looked at.
const OBJECT_OCTETS_MAX: usize = 64 * 1024;
/// Most elements of an object.
const ELEMENTS_MAX: usize = 5_000;
/// Deepest nesting within an object.
const DEPTH_MAX: usize = 24;
/// Most attributes of an element.
const ATTRIBUTES_MAX: usize = 8;
/// Most tags whose namespace and name are remembered.
const TAGS_KEPT: usize = 1024;

/// The namespaces in force where objects stand, by prefix; the default one has an empty prefix.
pub(super) type Bindings = Vec<(Box<str>, Space)>;

/// Reads objects.
pub(super) struct PlainReader {
    bindings: Bindings,
    /// What tags mean as they are written, prefix and all.
    tags: HashMap<Box<str>, (Space, LocalName)>,
    /// The open elements, outermost first.
    open: Vec<Open>,
    /// Elements that are complete and wait for their parent to end.
    complete: Vec<Element>,
}

/// An element that has not ended.
struct Open {
    element: Element,
    /// Where in the list of complete elements its children begin.
    first_child: usize,
    /// Where its name stands in the text, prefix and all.
    name: Range<usize>,
    /// White space that is its text if nothing else comes.
    blank: Range<usize>,
}

impl PlainReader {
    /// For objects that stand where these namespaces are in force.
    pub(super) fn new(bindings: Bindings) -> PlainReader {
        PlainReader { bindings, tags: HashMap::new(), open: Vec::new(), complete: Vec::new() }
    }

    /// The element with which `text` begins, its tag first, and how many octets it takes; all of it is said to stand
    /// in `line`. `None` where it is not plain or not complete.
    pub(super) fn element(&mut self, text: &str, line: u64) -> Option<(Element, usize)> {
        self.open.clear();
        self.complete.clear();
        let octets = text.as_bytes();
        let (mut at, mut elements) = (0, 0);
        loop {
            let inside = at + 1;
            let end = inside + position(octets.get(inside..)?, b'>')?;
            let tag = text.get(inside..end)?;
            at = end + 1;
            let ended = if let Some(name) = tag.strip_prefix('/') {
                Some(self.end(name, text)?)
            } else {
                elements += 1;
                if elements > ELEMENTS_MAX || at > OBJECT_OCTETS_MAX || self.open.len() >= DEPTH_MAX {
                    return None;
                }
                if self.open.last().is_some_and(|parent| !parent.element.text.is_empty()) {
                    return None;
                }
                let (opened, is_empty) = match tag.strip_suffix('/') {
                    Some(tag) => (tag, true),
                    None => (tag, false),
                };
                let (element, name) = self.begin(opened, line)?;
                if is_empty {
                    Some(element)
                } else {
                    let first_child = self.complete.len();
                    self.open.push(Open { element, first_child, name: inside..inside + name, blank: 0..0 });
                    None
                }
            };
            if let Some(element) = ended {
                if self.open.is_empty() {
                    return (at <= OBJECT_OCTETS_MAX).then_some((element, at));
                }
                self.complete.push(element);
            }
            let next = at + position(octets.get(at..)?, b'<')?;
            if next > at {
                self.text(text, at..next)?;
            }
            at = next;
        }
    }

    /// A start tag: its element, and how many octets its name has.
    fn begin(&mut self, tag: &str, line: u64) -> Option<(Element, usize)> {
        let length = name_octets(tag.as_bytes());
        let (name, rest) = tag.split_at_checked(length)?;
        let (space, local) = match self.tags.get(name) {
            Some(known) => known.clone(),
            None => self.meaning(name)?,
        };
        Some((Element::new(space, local, line, attributes(rest)?), length))
    }

    fn meaning(&mut self, name: &str) -> Option<(Space, LocalName)> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if !is_name(local) || (name.contains(':') && !is_name(prefix)) {
            return None;
        }
        let space = match self.bindings.iter().find(|(bound, _)| **bound == *prefix) {
            Some((_, space)) => space.clone(),
            None if prefix.is_empty() => Space::None,
            None => return None,
        };
        let meaning = (space, local.into());
        if self.tags.len() >= TAGS_KEPT {
            self.tags.clear();
        }
        self.tags.insert(name.into(), meaning);
        self.tags.get(name).cloned()
    }

    /// An end tag: the element that it ends.
    fn end(&mut self, name: &str, text: &str) -> Option<Element> {
        let Open { mut element, first_child, name: opened, blank } = self.open.pop()?;
        if text.get(opened)? != name {
            return None;
        }
        if self.complete.len() > first_child {
            element.children = self.complete.drain(first_child..).collect();
        } else if !blank.is_empty() {
            element.text.push_str(text.get(blank)?);
        }
        Some(element)
    }

    /// What stands between two tags, in the innermost element. White space beside elements is nobody's text.
    fn text(&mut self, text: &str, place: Range<usize>) -> Option<()> {
        let children = self.complete.len();
        let open = self.open.last_mut()?;
        let run = text.get(place.clone())?;
        let has_children = children > open.first_child;
        if run.bytes().all(|octet| octet.is_ascii_whitespace()) {
            if !has_children {
                open.blank = place;
            }
            return Some(());
        }
        if has_children {
            return None;
        }
        unescape(run, &mut open.element.text)
    }
}

/// The attributes of a start tag; `None` where they are not plain.
fn attributes(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut read: Vec<(String, String)> = Vec::new();
    let mut names: [&str; ATTRIBUTES_MAX] = [""; ATTRIBUTES_MAX];
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if trimmed.is_empty() {
            return Some(read);
        }
        if trimmed.len() == rest.len() {
            return None;
        }
        let (name, after) = trimmed.split_at_checked(name_octets(trimmed.as_bytes()))?;
        let local = name.split_once(':').map_or(name, |(_, local)| local);
        let is_declaration = name.starts_with("xmlns");
        if is_declaration || !is_name(local) || !name.starts_with(|first: char| first != ':') || names.contains(&name) {
            return None;
        }
        *names.get_mut(read.len())? = name;
        let quoted = after.strip_prefix('=')?;
        let quote = quoted.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let (value, behind) = quoted.get(1..)?.split_once(quote)?;
        // References and white space in values have rules of their own.
        if value.bytes().any(|octet| matches!(octet, b'&' | b'<' | b'\t' | b'\n' | b'\r')) {
            return None;
        }
        read.push((local.to_owned(), value.to_owned()));
        rest = behind;
    }
}

/// Adds a text, its references resolved.
fn unescape(run: &str, to: &mut String) -> Option<()> {
    let mut rest = run;
    while let Some((before, reference)) = rest.split_once('&') {
        to.push_str(before);
        let (name, after) = reference.split_once(';')?;
        to.push(character(name).ok()?);
        rest = after;
    }
    to.push_str(rest);
    Some(())
}

/// How many octets a name takes at most; it may be none.
fn name_octets(octets: &[u8]) -> usize {
    let is_part = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b':' | b'-' | b'_' | b'.');
    octets.iter().position(|octet| !is_part(octet)).unwrap_or(octets.len())
}

/// True for a name without a prefix.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && !name.contains(':')
}

fn position(octets: &[u8], octet: u8) -> Option<usize> {
    octets.iter().position(|found| *found == octet)
}
