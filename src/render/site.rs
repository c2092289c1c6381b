//! What answers say about the registry itself: names, addresses, terms. Comes from the configuration.

use std::collections::BTreeMap;

use crate::answer::Searching;
use crate::model::name::Name;
use crate::model::zone::Zones;
use crate::render::rdap::Forms;
use crate::render::whois::Frame;
use crate::time::Timestamp;

/// The operator's presentation of itself, the same for all answers until the configuration changes.
#[derive(Clone, Debug)]
pub struct Site {
    /// The operator's name, for example `DNS Belgium`.
    pub operator: String,
    /// RDAP base URLs, each absolute and ending in a slash. The first is the canonical one.
    pub rdap_bases: Vec<String>,
    /// Where people turn with questions: a URL of http(s) or mailto.
    pub contact: Option<String>,
    /// Whether plain HTTP is redirected to the first base of https instead of answered (ICANN's Technical
    /// Implementation Guide 1.4).
    pub redirects_plain_http: bool,
    /// Since when these settings hold: no answer was last modified before.
    pub since: Timestamp,
    /// How long a cache may keep an answer, in seconds: what a holder withdraws stays visible for as long.
    pub cache_seconds: u32,
    /// On which terms searches are answered.
    pub searching: Searching,
    /// The zones.
    pub zones: Zones,
    /// What each zone's answers say, by the zone's name.
    pub texts: BTreeMap<Name, ZoneTexts>,
    /// What RDAP's answers have ready, made of the fields above as it is first needed: they do not change after that.
    pub forms: Forms,
}

/// What the answers for one zone say around the data.
#[derive(Clone, Debug, Default)]
pub struct ZoneTexts {
    /// Host name of the port-43 service, for RDAP's `port43`; `None` where there is none.
    pub port43: Option<String>,
    /// Lines in front of every port-43 answer, without line ends.
    pub whois_banner: Vec<String>,
    /// The text in place of a withheld registrant on port 43.
    pub whois_withheld: String,
    /// The last line of a port-43 answer about a registered .be name.
    pub whois_closing: String,
    /// What port 43 has ready of the texts above, made as it is first needed: they do not change after that.
    pub whois_frame: Frame,
    /// RDAP notices on every answer about this zone. One is titled `Terms of Use` and has a link
    /// `terms-of-service`.
    pub notices: Vec<Notice>,
    /// Name and version of the policy that decides for this zone.
    pub policy: PolicyStamp,
}

/// A policy's name and version, as `help` tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyStamp {
    /// Name, for example `dns-belgium`.
    pub name: String,
    /// Version, for example `2026-11-01`.
    pub version: String,
    /// Where it is published for people.
    pub url: Option<String>,
}

/// A notice (RFC 9083 §4.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Title.
    pub title: String,
    /// Lines of text.
    pub description: Vec<String>,
    /// A link: relation and target; its `value` is the URL that was asked.
    pub link: Option<(String, String)>,
    /// Language of the text, a BCP 47 tag.
    pub lang: Option<String>,
}
