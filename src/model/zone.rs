//! The zones a registry answers for, and what each wants.

use super::name::Name;
use super::vocabulary::words;

words! {
    /// How port 43 answers for a zone.
    WhoisLayout {
        /// The layout of .be (ASCII, tabs).
        Be = "be",
        /// The layout of gTLD registries (UTF-8, key and value).
        Gtld = "gtld",
    }
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name, for example `be`.
    pub name: Name,
    /// How port 43 answers for it.
    pub layout: WhoisLayout,
    /// The disclosure policy that decides for it, by name.
    pub policy: String,
    /// Whether RDAP follows ICANN's gTLD profile.
    pub gtld_profile: bool,
    /// The identifier of a profile of the registry's own that RDAP answers about this zone follow, for
    /// `rdapConformance`.
    pub profile: Option<String>,
}

/// All zones of a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zones(Vec<Zone>);

impl Zones {
    /// Takes the zones, longest name first, so that the most specific one is found first.
    pub fn new(mut zones: Vec<Zone>) -> Zones {
        zones.sort_by(|a, b| b.name.labels().count().cmp(&a.name.labels().count()).then_with(|| a.name.cmp(&b.name)));
        Zones(zones)
    }

    /// The zone in which a name lies, be it the zone's own name.
    pub fn of(&self, name: &Name) -> Option<&Zone> {
        self.0.iter().find(|zone| name.is_within(&zone.name))
    }

    /// All zones.
    pub fn iter(&self) -> impl Iterator<Item = &Zone> {
        self.0.iter()
    }
}
