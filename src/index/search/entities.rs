//! Searches for entities.

use super::found::{Budget, Candidates, first_in_order};
use super::tables::{Layered, whole};
use super::texts::Texts;
use super::{EntityKey, Found, Reach};
use crate::disclosure::record::PublicRegistrar;
use crate::index::Snapshot;
use crate::model::pattern::{TextPattern, fold};

impl Snapshot {
    /// Entities that go by such a name: the one on their card, or where that is withheld or absent their
    /// organisation's. Of a contact that stands in several places, what all of them show counts.
    pub fn entities_named(&self, pattern: &TextPattern, reach: Reach) -> Found<EntityKey> {
        self.entities(pattern, reach, |tables| &tables.names, |registrar| registrar.name.shown().cloned())
    }

    /// Entities with such a handle: that of a registrar as its answers show it, or a public one of a contact.
    pub fn entities_with_handle(&self, pattern: &TextPattern, reach: Reach) -> Found<EntityKey> {
        self.entities(pattern, reach, |tables| &tables.handles, |registrar| Some(registrar.handle()))
    }

    fn entities(
        &self,
        pattern: &TextPattern,
        reach: Reach,
        texts: fn(&super::Tables) -> &Layered<Texts>,
        text_of: fn(&PublicRegistrar) -> Option<String>,
    ) -> Found<EntityKey> {
        let Some(tables) = self.contents.searches.as_ref() else { return Found::nothing() };
        let budget = Budget::of(reach);
        let registrars = self.contents.registrars.all().filter_map(|registrar| {
            let text = text_of(registrar).map(|text| fold(&text)).filter(|text| pattern.matches_folded(text))?;
            Some((text.into_bytes(), EntityKey::Registrar(registrar.id.clone())))
        });
        let mut registrars: Vec<(Vec<u8>, EntityKey)> = registrars.collect();
        registrars.sort_unstable();
        let texts = texts(tables);
        let contacts = [(&texts.base, false), (&texts.overlay, true)].map(|(texts, is_overlay)| {
            let layers = self.contents.contacts.layers();
            // Of those that begin alike, the ones that are the same come first.
            let beginning = texts.beginning(pattern.folded());
            let alike = beginning.take_while(|(text, _)| pattern.is_partial() || *text == pattern.folded());
            let counted = alike.filter(move |(_, id)| layers.counts(*id, is_overlay));
            let within = counted.take_while(|_| budget.spend());
            let hits = within.filter(|(text, _)| pattern.matches_folded(text));
            let keyed = hits.map(|(text, id)| {
                let handle = whole(layers.key(id)).to_owned();
                (text.as_bytes().to_vec(), EntityKey::Contact(handle))
            });
            Box::new(keyed) as Candidates<'_, EntityKey>
        });
        let sources = contacts.into_iter().chain([Box::new(registrars.into_iter()) as Candidates<'_, EntityKey>]);
        first_in_order(sources.collect(), &budget, reach.matches, |_| true)
    }
}
