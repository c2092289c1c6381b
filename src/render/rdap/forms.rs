//! All forms that were learned, found by what they were learned from.
//!
//! A form is found by the digest of a shape or a registrar, so that none is ever stale. Readers take no lock and write
//! nothing that they share. Whoever misses a form learns it and publishes a table with it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use hashbrown::HashTable;

use super::entity::Place;
use super::form::Form;
use super::form::learn::{self, Ready};
use super::{Frame, Topmost, notice};
use crate::model::name::Name;
use crate::model::zone::Zone;
use crate::render::site::Site;

/// Most forms of entities. A register has some hundreds of shapes of contacts, at two to four places.
const FORMS_MAX: usize = 8192;

/// Most octets of memory of all forms of entities.
const OCTETS_MAX: usize = 48 << 20;

/// The forms of a site. A copy begins without any: they hold texts of the site, which may be another one's then.
#[derive(Default)]
pub struct Forms {
    learned: ArcSwap<Learned>,
    /// Held by the one who learns.
    learning: Mutex<()>,
}

impl Clone for Forms {
    fn clone(&self) -> Forms {
        Forms::default()
    }
}

impl fmt::Debug for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forms").field("entities", &self.learned.load().entities.len()).finish_non_exhaustive()
    }
}

impl Forms {
    /// What was learned up to now.
    pub(super) fn learned(&self) -> Guard<Arc<Learned>> {
        self.learned.load()
    }

    /// Adds to what was learned, unless somebody else does so at the moment. Where there is no room, all that was
    /// learned before this generation is forgotten; `teach` is not called where that makes none.
    pub(super) fn learn(&self, generation: u64, teach: impl FnOnce(&mut Learned)) {
        let _held = match self.learning.try_lock() {
            Ok(held) => held,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(std::sync::TryLockError::WouldBlock) => return,
        };
        let known = self.learned.load_full();
        let mut learned = match known.is_full() {
            true if known.generation == generation => return,
            true => Learned { generation, ..Learned::default() },
            false => Learned::clone(&known),
        };
        teach(&mut learned);
        self.learned.store(Arc::new(learned));
    }
}

/// Whose form it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// That of every contact of the shape with this digest.
    Shape(u128),
    /// That of the registrar with this digest.
    Registrar(u128),
}

/// Where the entity stands among the others, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) place: Place,
    pub(super) index: usize,
}

/// What was learned.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    entities: HashTable<Entry>,
    memory: usize,
    /// `None` where there is no form to be learned.
    zones: Vec<(Name, Option<Arc<ZoneForm>>)>,
    generation: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    whose: Whose,
    at: At,
    /// `None` where there is no form to be learned.
    ready: Option<Arc<Ready>>,
}

/// A number for an entity at a place. A digest is random already.
fn hash(whose: Whose, at: At) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (Whose::Shape(digest) | Whose::Registrar(digest)) = whose;
    (digest as u64) ^ ((at.index << 3 | at.place as usize) as u64).wrapping_mul(SPREAD)
}

impl Learned {
    /// The form of an entity: `Some(None)` for one that cannot have any, `None` for one that was not met yet.
    pub(super) fn entity(&self, whose: Whose, at: At) -> Option<Option<&Ready>> {
        let found = self.entities.find(hash(whose, at), |entry| entry.at == at && entry.whose == whose);
        found.map(|entry| entry.ready.as_deref())
    }

    /// What stands around the answers of a zone: `Some(None)` where that cannot have a form, `None` for a zone that was
    /// not met yet.
    pub(super) fn zone(&self, zone: &Name) -> Option<Option<&ZoneForm>> {
        self.zones.iter().find(|(name, _)| name == zone).map(|(_, form)| form.as_deref())
    }

    /// Whether the form of an entity can be added.
    pub(super) fn is_new(&self, whose: Whose, at: At) -> bool {
        !self.is_full() && self.entity(whose, at).is_none()
    }

    /// Adds the form of an entity, or that it has none.
    pub(super) fn add_entity(&mut self, whose: Whose, at: At, ready: Option<Ready>) {
        if !self.is_new(whose, at) {
            return;
        }
        self.memory += ready.as_ref().map_or(0, Ready::memory) + size_of::<(Entry, Ready)>();
        let entry = Entry { whose, at, ready: ready.map(Arc::new) };
        self.entities.insert_unique(hash(whose, at), entry, |entry| hash(entry.whose, entry.at));
    }

    /// Adds what stands around the answers of a zone. There are as many as the site has zones.
    pub(super) fn add_zone(&mut self, site: &Site, zone: &Zone) {
        if self.zone(&zone.name).is_none() {
            self.zones.push((zone.name.clone(), ZoneForm::learn(site, zone).map(Arc::new)));
        }
    }

    fn is_full(&self) -> bool {
        self.entities.len() >= FORMS_MAX || self.memory >= OCTETS_MAX
    }
}

/// What stands around the answers about the domains of a zone.
#[derive(Clone, Debug)]
pub(super) struct ZoneForm {
    /// All before the object, where nothing is withheld and where something is.
    heads: [Form; 2],
    /// All after the object.
    pub(super) tail: Form,
    /// A list of the one remark on a domain of which not every contact is shown.
    pub(super) remarks: Box<[u8]>,
    /// The name of the port 43 service, in quotation marks.
    pub(super) port43: Option<Box<[u8]>>,
}

impl ZoneForm {
    /// What stands before the object.
    pub(super) fn head(&self, is_redacted: bool) -> &Form {
        let [plain, redacted] = &self.heads;
        if is_redacted { redacted } else { plain }
    }

    fn learn(site: &Site, zone: &Zone) -> Option<ZoneForm> {
        #[derive(serde::Serialize)]
        struct Object {
            object: &'static str,
        }
        const OBJECT: &str = "\u{f8ff}\u{f8fe}";
        let texts = site.texts.get(&zone.name);
        let around = |is_redacted: bool| {
            let topmost = learn::part(site, |frame: &Frame<'_>| {
                let rdap_conformance = super::identifiers(false, is_redacted, Some(zone));
                let notices = notice::of_domain(frame, zone, texts);
                serde_json::to_vec(&Topmost {
                    rdap_conformance,
                    object: Object { object: OBJECT },
                    notices,
                    lang: notice::LANG,
                })
                .ok()
            })?;
            topmost.around(&format!("\"object\":\"{OBJECT}\""))
        };
        let ((plain, tail), (redacted, _)) = (around(false)?, around(true)?);
        let port43 = match texts.and_then(|texts| texts.port43.as_ref()) {
            Some(host) => Some(serde_json::to_vec(host).ok()?.into()),
            None => None,
        };
        let remarks = serde_json::to_vec(&[notice::fewer_contacts()]).ok()?.into();
        Some(ZoneForm { heads: [plain, redacted], tail, remarks, port43 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(index: usize) -> At {
        At { place: Place::OnDomain, index }
    }

    fn fill(forms: &Forms, generation: u64, first: u128) -> usize {
        let most = FORMS_MAX as u128;
        forms.learn(generation, |learned| {
            (first..first + most + 9).for_each(|digest| learned.add_entity(Whose::Registrar(digest), at(0), None));
        });
        forms.learned().entities.len()
    }

    #[test]
    fn there_are_so_many_and_no_more_until_the_data_change() {
        let forms = Forms::default();
        assert_eq!(fill(&forms, 0, 0), FORMS_MAX);
        forms.learn(0, |_| panic!("there is no room"));
        assert!(forms.learned().entity(Whose::Registrar(0), at(0)).is_some());
        assert_eq!(fill(&forms, 1, 1 << 64), FORMS_MAX);
        assert!(forms.learned().entity(Whose::Registrar(0), at(0)).is_none());
        forms.learn(1, |_| panic!("there is no room"));
    }

    #[test]
    fn their_memory_is_bounded() {
        let forms = Forms::default();
        let large = Ready { notes: vec![b'x'; OCTETS_MAX / 4].into(), ..Ready::default() };
        forms.learn(0, |learned| {
            (0..9).for_each(|digest| learned.add_entity(Whose::Registrar(digest), at(0), Some(large.clone())));
        });
        assert!(forms.learned().entities.len() <= 4);
    }

    #[test]
    fn a_form_is_found_by_all_that_it_depends_on() {
        let mut learned = Learned::default();
        let [first, second] = [b"first", b"other"].map(|notes| Ready { notes: (*notes).into(), ..Ready::default() });
        learned.add_entity(Whose::Shape(7), at(1), Some(first.clone()));
        learned.add_entity(Whose::Registrar(7), at(1), Some(second));
        learned.add_entity(Whose::Shape(7), at(1), None);
        let notes = |whose, at| learned.entity(whose, at).map(|ready| ready.map(|ready| ready.notes.to_vec()));
        assert_eq!(notes(Whose::Shape(7), at(1)), Some(Some(b"first".to_vec())));
        assert_eq!(notes(Whose::Registrar(7), at(1)), Some(Some(b"other".to_vec())));
        assert_eq!(notes(Whose::Shape(7), at(2)), None);
        let elsewhere = At { place: Place::OnGtldDomain, index: 1 };
        assert_eq!(notes(Whose::Shape(7), elsewhere), None);
        assert_eq!(notes(Whose::Shape(7 | 1 << 64), at(1)), None);
    }
}
