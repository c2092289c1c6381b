//! Domains from rows (RFC 9022 §5.1.2).

use super::columns::{Column as C, TableName as T};
use super::rows::{Cells, Gurids, ObjectRows, sponsor};
use crate::import::draft::{DomainDraft, DsDraft, KeyDraft, LinkDraft, NameserverDraft, Notes};
use crate::import::problem::ProblemKind;

/// Fills a draft.
pub(super) fn domain(rows: &ObjectRows<'_>, gurids: &Gurids, notes: &mut Notes) -> DomainDraft {
    let parent = rows.parent;
    let mut draft = DomainDraft {
        name: parent.text(C::DomainName).unwrap_or_default(),
        roid: parent.text(C::Roid).unwrap_or_default(),
        u_name: parent.text(C::UnicodeName),
        idn_table: parent.text(C::IdnTable),
        statuses: rows.texts(T::DomainStatuses, C::DomainStatus),
        rgp_statuses: rows.texts(T::DomainStatuses, C::RgpStatus),
        registrant: parent.text(C::Registrant),
        contacts: rows.of(T::DomainContacts).map(link).collect(),
        nameservers: nameservers(rows, notes),
        registrar: sponsor(parent, gurids).unwrap_or_default(),
        created: parent.text(C::Created),
        expires: parent.text(C::Expires),
        updated: parent.text(C::Updated),
        transferred: parent.text(C::Transferred),
        // A flag that cannot be read is an error; until then it restricts.
        on_hold: parent.get(C::OnHold).is_some() && parent.truth(C::OnHold, notes).unwrap_or(true),
        quarantined_until: parent.text(C::QuarantinedUntil),
        out_of_service: parent.get(C::OutOfService).is_some() && parent.truth(C::OutOfService, notes).unwrap_or(true),
        ..DomainDraft::default()
    };
    for cells in rows.of(T::Dnssec) {
        dnssec(cells, &mut draft, notes);
    }
    draft
}

fn link(cells: Cells<'_>) -> LinkDraft {
    LinkDraft {
        role: cells.text(C::LinkType).unwrap_or_default(),
        handle: cells.text(C::ContactId).unwrap_or_default(),
    }
}

/// Name servers of both models, each once, with the addresses that host attributes give them. Where a delegation
/// named its host by ROID, the name stands in that column by now.
fn nameservers(rows: &ObjectRows<'_>, notes: &mut Notes) -> Vec<NameserverDraft> {
    let mut servers: Vec<NameserverDraft> = Vec::new();
    for cells in rows.of(T::DomainNameServers).chain(rows.of(T::DomainNameServersAddresses)) {
        let Some(name) = cells.text(C::HostName).or_else(|| cells.text(C::Roid)) else {
            notes.add(ProblemKind::Missing, format!("{} is empty", cells.what(C::HostName.word())));
            continue;
        };
        let at = servers.iter().position(|server| server.name.eq_ignore_ascii_case(&name));
        let at = at.unwrap_or_else(|| {
            servers.push(NameserverDraft { name, ..NameserverDraft::default() });
            servers.len() - 1
        });
        if let Some(server) = servers.get_mut(at) {
            address(cells, &mut server.v4, &mut server.v6, notes);
        }
    }
    servers
}

/// Puts an address where its version says; without one it is IPv4 (RFC 5732 §2.5).
pub(super) fn address(cells: Cells<'_>, v4: &mut Vec<String>, v6: &mut Vec<String>, notes: &mut Notes) {
    let Some(address) = cells.text(C::Address) else { return };
    match cells.get(C::AddressVersion).map(str::trim) {
        Some("v6") => v6.push(address),
        None | Some("v4") => v4.push(address),
        Some(_) => {
            let what = cells.what(C::AddressVersion.word());
            notes.add(ProblemKind::BadValue, format!("{what} is not v4 or v6"));
        }
    }
}

fn dnssec(cells: Cells<'_>, draft: &mut DomainDraft, notes: &mut Notes) {
    if let Some(seconds) = cells.number(C::MaxSigLife, notes) {
        draft.max_sig_life = Some(draft.max_sig_life.map_or(seconds, |other| other.min(seconds)));
    }
    let filled = |columns: &[C]| columns.iter().filter(|column| cells.get(**column).is_some()).count();
    let ds = filled(&[C::KeyTag, C::DsAlgorithm, C::DigestType, C::Digest]);
    let key = filled(&[C::Flags, C::Protocol, C::KeyAlgorithm, C::PublicKey]);
    if !matches!((ds, key), (4, 0) | (0, 4) | (4, 4)) {
        notes.add(ProblemKind::Missing, format!("{} is not complete", cells.what("dnssec")));
        return;
    }
    if ds == 4 {
        let (tag, algorithm) = (cells.number(C::KeyTag, notes), cells.number(C::DsAlgorithm, notes));
        let (digest_type, digest) = (cells.number(C::DigestType, notes), cells.text(C::Digest));
        if let (Some(key_tag), Some(algorithm), Some(digest_type), Some(digest)) = (tag, algorithm, digest_type, digest)
        {
            draft.ds.push(DsDraft { key_tag, algorithm, digest_type, digest });
        }
    }
    if key == 4 {
        let (flags, protocol) = (cells.number(C::Flags, notes), cells.number(C::Protocol, notes));
        let (algorithm, public_key) = (cells.number(C::KeyAlgorithm, notes), cells.text(C::PublicKey));
        if let (Some(flags), Some(protocol), Some(algorithm), Some(public_key)) =
            (flags, protocol, algorithm, public_key)
        {
            draft.keys.push(KeyDraft { flags, protocol, algorithm, public_key });
        }
    }
}
