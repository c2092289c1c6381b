//! XML as tokens: no DTD, no entities but XML's own five, every length bounded.
//!
//! A deposit has some fifty elements for each object, so this is where reading spends its time: names and namespaces
//! are looked up once for each tag that occurs, texts are allocated once, where they stay.

use std::io::BufRead;

use hashbrown::HashMap;
use quick_xml::Error;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, ResolveResult};
use quick_xml::reader::NsReader;

use super::element::{Element, LocalName};
use super::piece::{PIECE_OCTETS, Piece};
use super::plain::Bindings;
use super::space::Space;
use crate::import::problem::ProblemKind;
use crate::import::source::{Lines, is_too_large};

/// Longest tag, text, comment or instruction, in octets.
pub(super) const TOKEN_OCTETS_MAX: usize = 256 * 1024;
/// Deepest nesting of elements; RFC 9022's own objects need eight levels.
pub(super) const DEPTH_MAX: usize = 32;
/// Most attributes of an element.
pub(super) const ATTRIBUTES_MAX: usize = 64;
/// Most octets of text in one element of an object.
pub(super) const TEXT_OCTETS_MAX: usize = 64 * 1024;
/// Most elements within one object.
pub(super) const ELEMENTS_MAX: usize = 10_000;
/// Most octets of texts and attributes within one object.
pub(super) const OBJECT_OCTETS_MAX: usize = 1024 * 1024;

/// Most tags whose namespace and name are remembered.
const TAGS_KEPT: usize = 1024;

/// A fault after which the document cannot be read further.
#[derive(Debug)]
pub(super) struct Fault {
    pub kind: ProblemKind,
    pub detail: String,
}

impl Fault {
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Fault {
        Fault { kind, detail: detail.into() }
    }
}

/// What the document says next.
pub(super) enum Token {
    /// An element begins; it has no children and no text yet.
    Start(Element),
    /// The innermost open element ends.
    End,
    /// Character data, references resolved: [`Tokens::text`] has it until the next token.
    Text,
    /// The document ends, its root closed.
    Eof,
}

/// A document that is being read.
pub(super) struct Tokens<R: BufRead> {
    reader: NsReader<Lines<R>>,
    buffer: Vec<u8>,
    text: String,
    depth: usize,
    root_seen: bool,
    /// What tags mean as they are written, prefix and all, under the declarations of namespaces in force.
    tags: HashMap<Box<str>, (Space, LocalName)>,
    /// The depths of the open elements that declare namespaces.
    declaring: Vec<usize>,
}

impl<R: BufRead> Tokens<R> {
    pub fn new(bytes: R) -> Tokens<R> {
        let mut reader = NsReader::from_reader(Lines::new(bytes, TOKEN_OCTETS_MAX));
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_end_names = true;
        Tokens {
            reader,
            buffer: Vec::new(),
            text: String::new(),
            depth: 0,
            root_seen: false,
            tags: HashMap::new(),
            declaring: Vec::new(),
        }
    }

    /// The text of the last token, where it was one.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line at which reading stands.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }

    /// The namespaces in force, by prefix.
    pub fn bindings(&self) -> Bindings {
        let bindings = self.reader.resolver().bindings().map(|(prefix, namespace)| {
            let prefix = match prefix {
                PrefixDeclaration::Default => "",
                PrefixDeclaration::Named(prefix) => prefix,
            };
            (prefix.into(), Space::of(namespace.as_ref()))
        });
        bindings.collect()
    }

    /// Cuts off what comes next, up to a place that `find` names in the octets at hand, which are about as many as a
    /// piece may have. Only behind an element that has ended, and where `None` comes, nothing was cut off.
    pub fn cut(&mut self, find: impl FnOnce(&[u8]) -> Option<usize>) -> Option<Piece> {
        let (octets, line) = self.reader.get_mut().cut(PIECE_OCTETS, find)?;
        Some(Piece { octets, line })
    }

    /// Gives back what was [cut](Tokens::cut) off last.
    pub fn put_back(&mut self, octets: &[u8]) {
        self.reader.get_mut().put_back(octets);
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token, Fault> {
        loop {
            if self.buffer.capacity() > 2 * TOKEN_OCTETS_MAX {
                self.buffer = Vec::new();
            }
            self.buffer.clear();
            self.reader.get_mut().begin_step();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(fault)?;
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    if self.depth == 0 && self.root_seen {
                        return Err(Fault::new(ProblemKind::Malformed, "there is a second root element"));
                    }
                    self.depth += 1;
                    self.root_seen = true;
                    if self.depth > DEPTH_MAX {
                        return Err(Fault::new(ProblemKind::TooLarge, "elements are nested too deep"));
                    }
                    let raw = tag.attributes_raw();
                    if raw.contains("xmlns") {
                        self.declaring.push(self.depth);
                        self.tags.clear();
                    }
                    let (space, name) = match self.tags.get(tag.name().as_ref()) {
                        Some(known) => known.clone(),
                        None => {
                            let meaning = meaning(&self.reader, &tag)?;
                            if self.tags.len() >= TAGS_KEPT {
                                self.tags.clear();
                            }
                            self.tags.insert(tag.name().as_ref().into(), meaning.clone());
                            meaning
                        }
                    };
                    let is_bare = raw.bytes().all(|octet| octet.is_ascii_whitespace());
                    let attributes = if is_bare { Vec::new() } else { attributes(&tag)? };
                    return Ok(Token::Start(Element::new(space, name, self.reader.get_ref().line(), attributes)));
                }
                Event::End(_) => {
                    if self.declaring.last() == Some(&self.depth) {
                        self.declaring.pop();
                        self.tags.clear();
                    }
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::End);
                }
                Event::Text(text) if self.depth > 0 => {
                    self.text.clear();
                    self.text.push_str(&text);
                    return Ok(Token::Text);
                }
                Event::CData(text) if self.depth > 0 => {
                    self.text.clear();
                    self.text.push_str(&text);
                    return Ok(Token::Text);
                }
                Event::GeneralRef(reference) if self.depth > 0 => {
                    self.text.clear();
                    self.text.push(character(&reference)?);
                    return Ok(Token::Text);
                }
                Event::Text(text) if text.trim_ascii().is_empty() => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(Fault::new(ProblemKind::Malformed, "there is text outside the root element"));
                }
                Event::DocType(_) => {
                    return Err(Fault::new(ProblemKind::ForbiddenMarkup, "the document has a DTD"));
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof if self.depth > 0 || !self.root_seen => {
                    return Err(Fault::new(ProblemKind::Unreadable, "the document ends before its root element does"));
                }
                Event::Eof => return Ok(Token::Eof),
            }
        }
    }

    /// The rest of the element that just began, as a tree; inside, the bound beyond which it goes, where it was passed
    /// over for that.
    pub fn tree(&mut self, root: Element) -> Result<Result<Element, &'static str>, Fault> {
        // Elements that are complete wait in one list for their parent to end, which then knows how many they are.
        let (mut open, mut complete) = (vec![(root, 0)], Vec::new());
        let (mut elements, mut octets, mut excess) = (1usize, 0usize, None);
        loop {
            match self.next()? {
                Token::Start(element) => {
                    elements += 1;
                    octets += element.octets();
                    excess = excess.or((elements > ELEMENTS_MAX).then_some("the object has too many elements"));
                    open.push((element, complete.len()));
                }
                Token::Text => {
                    octets += self.text.len();
                    if let Some((element, _)) = open.last_mut().filter(|_| excess.is_none()) {
                        element.text.push_str(&self.text);
                        excess = (element.text.len() > TEXT_OCTETS_MAX).then_some("an element's text is too long");
                    }
                }
                Token::End => {
                    let Some((mut element, first_child)) = open.pop() else { break };
                    if excess.is_some() {
                        complete.clear();
                    } else if complete.len() > first_child {
                        element.children = complete.drain(first_child..).collect();
                        if element.text.bytes().all(|octet| octet.is_ascii_whitespace()) {
                            element.text.clear();
                        }
                    }
                    if open.is_empty() {
                        return Ok(excess.map_or(Ok(element), Err));
                    }
                    if excess.is_none() {
                        complete.push(element);
                    }
                }
                Token::Eof => break,
            }
            excess = excess.or((octets > OBJECT_OCTETS_MAX).then_some("the object is too large"));
        }
        Err(Fault::new(ProblemKind::Unreadable, "the document ends inside an element"))
    }

    /// Passes over the rest of the element that just began.
    pub fn skip(&mut self) -> Result<(), Fault> {
        let inside = self.depth;
        while self.depth >= inside {
            if matches!(self.next()?, Token::Eof) {
                break;
            }
        }
        Ok(())
    }
}

/// The namespace and the local name of a tag.
fn meaning<R>(reader: &NsReader<R>, tag: &BytesStart<'_>) -> Result<(Space, LocalName), Fault> {
    let space = match reader.resolver().resolve_element(tag.name()).0 {
        ResolveResult::Bound(namespace) => Space::of(namespace.as_ref()),
        ResolveResult::Unbound => Space::None,
        ResolveResult::Unknown(_) => return Err(Fault::new(ProblemKind::Malformed, "a prefix has no namespace")),
    };
    Ok((space, tag.local_name().as_ref().into()))
}

fn fault(error: Error) -> Fault {
    match error {
        Error::Io(error) if is_too_large(&error) => Fault::new(ProblemKind::TooLarge, error.to_string()),
        Error::Io(error) => Fault::new(ProblemKind::Unreadable, error.to_string()),
        Error::Encoding(_) => Fault::new(ProblemKind::Malformed, "the bytes are not in the document's encoding"),
        // The parser's own words may quote what it found, so they are not passed on.
        Error::Syntax(_) => Fault::new(ProblemKind::Malformed, "a tag or comment is not closed or not XML"),
        Error::IllFormed(_) => Fault::new(ProblemKind::Malformed, "tags do not match, or a reference is not closed"),
        Error::InvalidAttr(_) => Fault::new(ProblemKind::Malformed, "an attribute is not XML"),
        Error::Escape(_) => Fault::new(ProblemKind::ForbiddenMarkup, "an entity that XML does not define itself"),
        Error::Namespace(_) => Fault::new(ProblemKind::Malformed, "namespaces are declared wrongly, or too many"),
    }
}

fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, Fault> {
    let mut read = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| Fault::new(ProblemKind::Malformed, "an attribute is not XML"))?;
        if read.len() >= ATTRIBUTES_MAX {
            return Err(Fault::new(ProblemKind::TooLarge, "an element has too many attributes"));
        }
        let key = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(fault)?;
        read.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(read)
}

/// The character of a reference: one of the five names that XML defines, or a number. NUL, which XML forbids, is let
/// through: values lose their control characters later, with a note.
pub(super) fn character(name: &str) -> Result<char, Fault> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let found = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix('x') {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            },
            None => {
                return Err(Fault::new(ProblemKind::ForbiddenMarkup, "an entity that XML does not define itself"));
            }
        },
    };
    let fault = || Fault::new(ProblemKind::Malformed, "a character reference names no character");
    found.ok_or_else(fault)
}
