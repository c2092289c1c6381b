//! A domain as it stands in memory, written straight into one buffer, with its entities from forms.
//!
//! What is written is, octet for octet, what `domain` serialises. Where that cannot be promised nothing is written: the
//! domain is then rendered in that other way.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::domain::Dates;
use super::entity::Place;
use super::form::learn::{self, Ready, VALUES_MAX};
use super::form::{Unfit, Urls};
use super::forms::{At, Learned, Whose, ZoneForm};
use super::seats::{self, Seated, Stands};
use super::{domain, octets, status};
use crate::answer::{DomainAnswer, Glue, Registered};
use crate::codec::packed::{PackedContact, PackedMoment, RawDelegation, RawDomain, RawValue};
use crate::disclosure::record::{PublicContact, Reason};
use crate::model::name::{Name, has_a_label};
use crate::model::status::LocalFacts;
use crate::model::vocabulary::Role;
use crate::render::sheet;
use crate::render::site::Site;
use crate::time::Timestamp;

/// Most entities of a domain that is written so.
const ENTITIES_MAX: usize = 12;

/// Room for what stands once on a domain, beside its entities and URLs.
const DOMAIN_OCTETS: usize = 1024;

/// Room for the values of a contact.
const VALUES_OCTETS: usize = 192;

/// Why a domain was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// A form that it needs was not learned yet.
    Unlearned,
    /// It has something for which there is no form.
    Unfit,
}

impl From<Unfit> for Missed {
    fn from(_: Unfit) -> Missed {
        Missed::Unfit
    }
}

impl Stands for PackedContact<'_> {
    fn role(&self) -> Role {
        PackedContact::role(self)
    }

    fn omission(&self) -> Option<Reason> {
        self.omitted().map(|(reason, _)| reason)
    }
}

/// The answer about a registered domain.
///
/// # Errors
/// Nothing was written.
pub(super) fn write(
    found: &Registered<'_>,
    site: &Site,
    watermark: Timestamp,
    urls: &Urls<'_>,
) -> Result<Vec<u8>, Missed> {
    if !octets::is_plain(urls.asked.as_bytes()) || !octets::is_plain(urls.base.as_bytes()) {
        return Err(Missed::Unfit);
    }
    let learned = site.forms.learned();
    let zone = learned.zone(&found.zone.name).ok_or(Missed::Unlearned)?.ok_or(Missed::Unfit)?;
    let entities = Entities::of(found, &learned)?;
    let room = DOMAIN_OCTETS + 8 * urls.asked.len() + zone.tail.octets(urls) + entities.octets(urls);
    let mut writing = Writing { out: sheet::blank(room), link: 0..0, found, zone, entities, urls, watermark };
    writing.all()?;
    Ok(writing.out)
}

/// Learns what [`write()`] needs for a domain. `answer` is the same domain, owned.
pub(super) fn learn(found: &Registered<'_>, answer: &DomainAnswer, site: &Site, generation: u64) {
    let place = Place::of_zone(found.zone);
    let twins = found.domain.contacts().zip(&answer.domain.contacts);
    let twins = twins.map(|(packed, owned)| Twin { packed, owned });
    let registrant = found.domain.registrant().zip(answer.domain.registrant.as_ref());
    let registrant = registrant.map(|(packed, owned)| Twin { packed, owned });
    site.forms.learn(generation, |learned| {
        learned.add_zone(site, found.zone);
        seats::on_domain(place, registrant, found.registrar.is_some(), twins, |index, seated| {
            let at = At { place, index };
            let Some(whose) = whose(found, seated).filter(|whose| learned.is_new(*whose, at)) else { return };
            let ready = match seated {
                _ if index >= ENTITIES_MAX => return,
                Seated::Contact(twin) => learn::contact(site, twin.owned, place, index),
                Seated::Omitted(twin, reason) => learn::omission(twin.owned, reason, place, index),
                Seated::Registrar => {
                    found.registrar.and_then(|kept| learn::registrar(site, &kept.registrar, place, index))
                }
            };
            learned.add_entity(whose, at, ready);
        });
    });
}

/// A contact in both its forms.
#[derive(Clone, Copy)]
struct Twin<'a> {
    packed: PackedContact<'a>,
    owned: &'a PublicContact,
}

impl Stands for Twin<'_> {
    fn role(&self) -> Role {
        self.packed.role()
    }

    fn omission(&self) -> Option<Reason> {
        self.packed.omission()
    }
}

impl<'a> From<Twin<'a>> for PackedContact<'a> {
    fn from(twin: Twin<'a>) -> PackedContact<'a> {
        twin.packed
    }
}

/// What a form is found by. `None` for a registrar that is not there.
fn whose<'a, C: Into<PackedContact<'a>>>(found: &Registered<'a>, seated: Seated<C>) -> Option<Whose> {
    match seated {
        Seated::Contact(contact) | Seated::Omitted(contact, _) => Some(Whose::Shape(contact.into().shape.digest())),
        Seated::Registrar => found.registrar.map(|kept| Whose::Registrar(kept.digest)),
    }
}

/// The entities of a domain in their order, with their forms.
struct Entities<'f, 'a> {
    seats: [Option<Entity<'f, 'a>>; ENTITIES_MAX],
    is_truncated: bool,
}

/// An entity, or what is noted of a contact that is left out.
#[derive(Clone, Copy)]
struct Entity<'f, 'a> {
    ready: &'f Ready,
    contact: Option<PackedContact<'a>>,
}

impl<'f, 'a> Entities<'f, 'a> {
    fn of(found: &Registered<'a>, learned: &'f Learned) -> Result<Entities<'f, 'a>, Missed> {
        let place = Place::of_zone(found.zone);
        let mut seats = [None; ENTITIES_MAX];
        let mut missed = None;
        let domain = &found.domain;
        let has_registrar = found.registrar.is_some();
        let seat = |index: usize, seated: Seated<PackedContact<'a>>| {
            let ready = whose(found, seated).and_then(|whose| learned.entity(whose, At { place, index }));
            match (seats.get_mut(index), ready) {
                (None, _) | (_, Some(None)) => missed = Some(Missed::Unfit),
                (_, None) => missed = missed.or(Some(Missed::Unlearned)),
                (Some(seat), Some(Some(ready))) => {
                    let contact = match seated {
                        Seated::Contact(contact) => Some(contact),
                        Seated::Registrar | Seated::Omitted(..) => None,
                    };
                    *seat = Some(Entity { ready, contact });
                }
            }
        };
        let is_truncated = seats::on_domain(place, domain.registrant(), has_registrar, domain.contacts(), seat);
        match missed {
            Some(missed) => Err(missed),
            None => Ok(Entities { seats, is_truncated }),
        }
    }

    /// All of them, those too that only leave a note.
    fn iter(&self) -> impl Iterator<Item = &Entity<'f, 'a>> {
        self.seats.iter().flatten()
    }

    /// The entries of `redacted` of those that have any.
    fn notes(&self) -> impl Iterator<Item = &'f [u8]> {
        self.iter().map(|entity| &*entity.ready.notes).filter(|notes| !notes.is_empty())
    }

    fn octets(&self, urls: &Urls<'_>) -> usize {
        let of = |entity: &Entity<'_, '_>| entity.ready.entity.octets(urls) + entity.ready.notes.len() + VALUES_OCTETS;
        self.iter().map(of).sum()
    }
}

/// An answer that is being written.
struct Writing<'w, 'a> {
    out: Vec<u8>,
    /// Where the beginning that all links to our own objects share stands among what is written; empty before the first.
    link: Range<usize>,
    found: &'w Registered<'a>,
    zone: &'w ZoneForm,
    entities: Entities<'w, 'a>,
    urls: &'w Urls<'w>,
    watermark: Timestamp,
}

impl Writing<'_, '_> {
    /// The members in the order in which `domain` has them.
    fn all(&mut self) -> Result<(), Unfit> {
        let is_redacted = self.entities.notes().next().is_some();
        self.zone.head(is_redacted).fill(&mut self.out, self.urls, &[])?;
        self.names();
        self.statuses();
        self.events();
        self.entities()?;
        self.nameservers();
        self.secure_dns()?;
        if self.entities.is_truncated {
            self.put(b",\"remarks\":");
            self.put(&self.zone.remarks);
        }
        self.links();
        if let Some(port43) = &self.zone.port43 {
            self.put(b",\"port43\":");
            self.put(port43);
        }
        self.redacted();
        self.zone.tail.fill(&mut self.out, self.urls, &[])
    }

    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    fn names(&mut self) {
        let RawDomain { roid, name, .. } = self.found.raw;
        self.put(b"\"objectClassName\":\"domain\"");
        if !roid.is_empty() {
            self.put(b",\"handle\":\"");
            octets::raw(&mut self.out, roid);
            self.put(b"\"");
        }
        self.put(b",\"ldhName\":\"");
        self.name(name);
    }

    /// A name behind its first quotation mark, and in U-labels where it is an IDN. Its characters stand in JSON as they
    /// are.
    fn name(&mut self, name: &[u8]) {
        self.put(name);
        self.put(b"\"");
        if has_a_label(name)
            && let Some(unicode) = unicode(name)
        {
            self.put(b",\"unicodeName\":\"");
            octets::text(&mut self.out, &unicode);
            self.put(b"\"");
        }
    }

    fn statuses(&mut self) {
        self.put(b",\"status\":[\"");
        if let Some(status) = self.found.raw.single_status {
            self.put(status::of_single(status).as_bytes());
        } else {
            let domain = &self.found.domain;
            let facts = LocalFacts {
                on_hold: domain.on_hold(),
                quarantined_until: domain.quarantined_until(),
                out_of_service: domain.out_of_service(),
            };
            let words = status::of(domain.statuses(), domain.rgp_statuses(), &facts);
            // There is at least one.
            for (index, word) in words.as_slice().iter().enumerate() {
                self.put(if index == 0 { "" } else { "\",\"" }.as_bytes());
                self.put(word.as_bytes());
            }
        }
        self.put(b"\"]");
    }

    fn events(&mut self) {
        let RawDomain { created, updated, expires, transferred, quarantined_until, .. } = self.found.raw;
        let packed = |moment: Option<PackedMoment>| moment.map(When::Packed);
        let dates = domain::dated(Dates {
            created: packed(created),
            updated: packed(updated),
            expires: packed(expires),
            transferred: packed(transferred),
            quarantined_until: packed(quarantined_until),
            watermark: When::Read(self.watermark),
        });
        let mut before: &[u8] = b",\"events\":[{\"eventAction\":\"";
        for (action, when) in dates {
            let Some(at) = when.and_then(When::settled) else { continue };
            self.put(before);
            self.put(action.as_bytes());
            self.put(b"\",\"eventDate\":\"");
            match at {
                Settled::Second(text) => self.put(&text),
                Settled::Other(at) => octets::moment(&mut self.out, at),
            }
            before = b"\"},{\"eventAction\":\"";
        }
        // The data are of some moment: there is at least that event.
        self.put(b"\"}]");
    }

    fn entities(&mut self) -> Result<(), Unfit> {
        let mut values = [RawValue::Text(b""); VALUES_MAX];
        let mut before: &[u8] = b",\"entities\":[";
        for entity in self.entities.seats.iter().flatten() {
            let mut count = 0;
            if let Some(contact) = &entity.contact {
                for (place, value) in values.iter_mut().zip(contact.raw_values()) {
                    *place = value;
                    count += 1;
                }
            } else if entity.ready.entity.is_empty() {
                continue;
            }
            self.out.extend_from_slice(before);
            entity.ready.entity.fill(&mut self.out, self.urls, values.get(..count).unwrap_or_default())?;
            before = b",";
        }
        if before == b"," {
            self.out.extend_from_slice(b"]");
        }
        Ok(())
    }

    fn nameservers(&mut self) {
        let mut before: &[u8] = b",\"nameservers\":[{\"objectClassName\":\"nameserver\",\"ldhName\":\"";
        let mut after: &[u8] = b"";
        for server in self.found.domain.raw_nameservers() {
            self.put(before);
            self.name(server.host);
            self.addresses(&server);
            self.put(b",\"links\":[");
            self.self_link(b"nameserver/", server.host);
            before = b"]},{\"objectClassName\":\"nameserver\",\"ldhName\":\"";
            after = b"]}]";
        }
        self.put(after);
    }

    fn addresses(&mut self, server: &RawDelegation<'_>) {
        match self.found.glue(server) {
            Glue::Kept { v4: [], v6: [] } => {}
            Glue::Kept { v4, v6 } => self.ip_addresses(v4.iter().copied(), v6.iter().copied()),
            Glue::Gathered(all) if all.is_empty() => {}
            Glue::Gathered(all) => {
                self.ip_addresses(all.v4.iter().map(Ipv4Addr::octets), all.v6.iter().map(Ipv6Addr::octets));
            }
        }
    }

    fn ip_addresses(
        &mut self,
        v4: impl ExactSizeIterator<Item = [u8; 4]>,
        v6: impl ExactSizeIterator<Item = [u8; 16]>,
    ) {
        self.put(b",\"ipAddresses\":{");
        let (has_v4, has_v6) = (v4.len() > 0, v6.len() > 0);
        for (index, address) in v4.enumerate() {
            self.put(if index == 0 { "\"v4\":[\"" } else { "\",\"" }.as_bytes());
            octets::v4(&mut self.out, address);
        }
        if has_v4 {
            self.put(if has_v6 { "\"]," } else { "\"]" }.as_bytes());
        }
        for (index, address) in v6.enumerate() {
            self.put(if index == 0 { "\"v6\":[\"" } else { "\",\"" }.as_bytes());
            octets::v6(&mut self.out, address);
        }
        if has_v6 {
            self.put(b"\"]");
        }
        self.put(b"}");
    }

    fn secure_dns(&mut self) -> Result<(), Unfit> {
        self.put(b",\"secureDNS\":");
        if !self.found.raw.has_dnssec {
            self.put(b"{\"delegationSigned\":false}");
            return Ok(());
        }
        // Few are signed, and the library writes theirs.
        let secure = self.found.domain.secure_dns();
        serde_json::to_writer(&mut self.out, &domain::dnssec(&secure)).map_err(|_| Unfit)
    }

    fn links(&mut self) {
        let name = self.found.raw.name;
        let Urls { asked, base } = *self.urls;
        self.put(b",\"links\":[");
        self.self_link(b"domain/", name);
        let mut seated = self.entities.seats.iter().flatten();
        let related = seated.find_map(|entity| entity.ready.related.as_deref()).filter(|there| *there != base);
        if let Some(there) = related {
            self.put(b",{\"value\":\"");
            self.put(asked.as_bytes());
            self.put(b"\",\"rel\":\"related\",\"href\":\"");
            self.put(there.as_bytes());
            self.put(b"domain/");
            self.put(name);
            self.put(LINK_END);
        }
        self.put(b"]");
    }

    /// A link to an object of ours.
    fn self_link(&mut self, kind: &[u8], name: &[u8]) {
        if self.link.is_empty() {
            let start = self.out.len();
            self.put(b"{\"value\":\"");
            self.put(self.urls.asked.as_bytes());
            self.put(b"\",\"rel\":\"self\",\"href\":\"");
            self.put(self.urls.base.as_bytes());
            self.link = start..self.out.len();
        } else {
            self.out.extend_from_within(self.link.clone());
        }
        self.put(kind);
        self.put(name);
        self.put(LINK_END);
    }

    fn redacted(&mut self) {
        let mut before: &[u8] = b",\"redacted\":[";
        for entity in self.entities.seats.iter().flatten().filter(|entity| !entity.ready.notes.is_empty()) {
            self.out.extend_from_slice(before);
            self.out.extend_from_slice(&entity.ready.notes);
            before = b",";
        }
        if before == b"," {
            self.put(b"]");
        }
    }
}

/// The end of a link to an object of an RDAP service.
const LINK_END: &[u8] = b"\",\"type\":\"application/rdap+json\"}";

/// When something happens.
#[derive(Clone, Copy)]
enum When {
    /// As the record has it.
    Packed(PackedMoment),
    Read(Timestamp),
}

/// How a moment is written.
enum Settled {
    /// A whole second, which nearly all are, as text.
    Second([u8; 20]),
    Other(Timestamp),
}

impl When {
    /// `None` for what is no moment.
    fn settled(self) -> Option<Settled> {
        match self {
            When::Packed(moment) => match moment.whole_seconds() {
                Some(seconds) => Some(Settled::Second(octets::second(seconds))),
                None => moment.timestamp().map(Settled::Other),
            },
            When::Read(at) => Some(Settled::Other(at)),
        }
    }
}

/// A name in U-labels, where it is an IDN.
#[cold]
fn unicode(name: &[u8]) -> Option<String> {
    Name::parse(std::str::from_utf8(name).ok()?).ok()?.unicode()
}
