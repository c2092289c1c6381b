//! From a search to one page of its results.
//!
//! `find` says which objects are meant, `order` puts them in order and turns the page, [`cursor`](super::cursor)
//! remembers where it ended. A search runs anew for each page: results that did not change meanwhile come exactly once.

mod find;
mod order;
#[cfg(test)]
mod tests;

use self::order::Turned;
pub(super) use self::order::{KEY_OCTETS_MAX, Place, Position, TEXT_OCTETS_MAX, Value};
use super::cursor::{CursorKey, PageEnd};
use super::{DomainAnswer, NameserverAnswer, with_all, with_registrar};
use crate::disclosure::record::{PublicContact, PublicRegistrar};
use crate::index::{EntityKey, Found, Reach, Snapshot};
use crate::model::name::Name;
use crate::query::Refusal;
use crate::query::search::{EntitiesBy, FieldSet, Mistake, Search, SortKey, Target};

/// On which terms searches are answered.
#[derive(Clone, Debug)]
pub struct Searching {
    /// Whether they are offered at all.
    pub is_offered: bool,
    /// Results on a page.
    pub page_size: usize,
    /// Results of a search, over all its pages; what lies beyond cannot be reached.
    pub matches_max: usize,
    /// Entries of the index that one search may look at.
    pub candidates_max: usize,
    /// The key of the cursors.
    pub cursors: CursorKey,
}

impl Searching {
    /// Searches are not offered.
    pub fn closed() -> Searching {
        Searching {
            is_offered: false,
            page_size: 1,
            matches_max: 1,
            candidates_max: 1,
            cursors: CursorKey::new([0; 32]),
        }
    }
}

/// One page of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchAnswer {
    /// What was searched for.
    pub target: Target,
    /// How much of each result is wanted.
    pub fields: FieldSet,
    /// The order that was asked for; empty where none was.
    pub sort: Vec<SortKey>,
    /// The results of this page, at least one.
    pub hits: Hits,
    /// How many there are on all pages.
    pub total: usize,
    /// Whether that was asked for.
    pub count: bool,
    /// True when the search ended before the register did: there may be more results than `total`.
    pub is_truncated: bool,
    /// Results on a full page.
    pub page_size: usize,
    /// The number of this page, from 1.
    pub page_number: usize,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// The results of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hits {
    /// Domains.
    Domains(Vec<DomainAnswer>),
    /// Name servers.
    Nameservers(Vec<NameserverAnswer>),
    /// Entities.
    Entities(Vec<EntityAnswer>),
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "they stand in lists of one page")]
pub enum EntityAnswer {
    /// A registrar.
    Registrar(PublicRegistrar),
    /// A contact whose handle is public.
    Contact(PublicContact),
}

/// Searches a snapshot. `None`: there is no such object, or none that may be told, or none behind the cursor.
///
/// # Errors
/// [`Refusal::BadSearch`] for a cursor that is not ours or belongs to another search.
pub fn search(snapshot: &Snapshot, search: &Search, terms: &Searching) -> Result<Option<SearchAnswer>, Refusal> {
    let order = order::of(search);
    let about = identity(search, &order);
    let after = match &search.wishes.cursor {
        None => None,
        Some(text) => Some(terms.cursors.open(&about, text).ok_or(Refusal::BadSearch(Mistake::Cursor))?),
    };
    let turn = Turn { order: &order, after: after.as_ref().map(|end| &end.position), size: terms.page_size };
    let reach = Reach { matches: terms.matches_max, candidates: terms.candidates_max };
    let (hits, turned) = match &search.target {
        Target::Domains(by) => turn.domains(snapshot, find::domains(snapshot, by, reach)),
        Target::Nameservers(by) => turn.nameservers(snapshot, find::nameservers(snapshot, by, reach)),
        Target::Entities(by) => turn.entities(snapshot, by, find::entities(snapshot, by, reach)),
    };
    if hits.is_empty() {
        return Ok(None);
    }
    let number = after.map_or(1, |end| end.number.saturating_add(1));
    let next = turned.last.and_then(|position| terms.cursors.seal(&about, &PageEnd { number, position }));
    Ok(Some(SearchAnswer {
        target: search.target.clone(),
        fields: search.wishes.fields,
        sort: search.wishes.sort.clone(),
        hits,
        total: turned.total,
        count: search.wishes.count,
        is_truncated: !turned.is_complete,
        page_size: terms.page_size,
        page_number: usize::try_from(number).unwrap_or(usize::MAX),
        next,
    }))
}

/// Everything of a search that decides which results come in which order. It ties cursors to their search and does not
/// outlive the process, so the form is that of `Debug`, which writes every part and quotes every text.
fn identity(search: &Search, order: &[SortKey]) -> String {
    format!("{:?} by {order:?}", search.target)
}

fn entity(snapshot: &Snapshot, key: &EntityKey) -> Option<EntityAnswer> {
    match key {
        EntityKey::Registrar(id) => snapshot.registrar_by_id(id).map(EntityAnswer::Registrar),
        EntityKey::Contact(handle) => snapshot.contact(handle).map(EntityAnswer::Contact),
    }
}

impl Hits {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Hits::Domains(hits) => hits.len(),
            Hits::Nameservers(hits) => hits.len(),
            Hits::Entities(hits) => hits.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Which page of results is wanted.
struct Turn<'a> {
    order: &'a [SortKey],
    after: Option<&'a Position>,
    size: usize,
}

impl Turn<'_> {
    fn domains(&self, snapshot: &Snapshot, found: Found<Name>) -> (Hits, Turned) {
        let position = |name: &Name| order::of_domain(snapshot, self.order, name);
        let load = |name| snapshot.domain(&name).map(|domain| with_all(snapshot, domain));
        let (hits, turned) = self.page(found, position, load);
        (Hits::Domains(hits), turned)
    }

    fn nameservers(&self, snapshot: &Snapshot, found: Found<Name>) -> (Hits, Turned) {
        let position = |name: &Name| order::of_host(snapshot, self.order, name);
        let load = |name| snapshot.host(&name).map(|host| with_registrar(snapshot, host));
        let (hits, turned) = self.page(found, position, load);
        (Hits::Nameservers(hits), turned)
    }

    fn entities(&self, snapshot: &Snapshot, by: &EntitiesBy, found: Found<EntityKey>) -> (Hits, Turned) {
        let Found { items, is_complete } = found;
        let items = items.into_iter().filter_map(|key| Some((entity(snapshot, &key)?, key))).collect();
        let position = |(entity, key): &(EntityAnswer, EntityKey)| Some(order::of_entity(self.order, by, entity, key));
        let (hits, turned) = self.page(Found { items, is_complete }, position, |(entity, _)| Some(entity));
        (Hits::Entities(hits), turned)
    }

    /// Puts what was found in order and loads what stands on the page.
    fn page<K, T>(
        &self,
        found: Found<K>,
        position: impl Fn(&K) -> Option<Position>,
        load: impl Fn(K) -> Option<T>,
    ) -> (Vec<T>, Turned) {
        let Found { items, is_complete } = found;
        let ranked = items.into_iter().filter_map(|item| Some((position(&item)?, item))).collect();
        let (items, total, last) = order::page(ranked, self.order, self.after, self.size);
        (items.into_iter().filter_map(load).collect(), Turned { total, is_complete, last })
    }
}
