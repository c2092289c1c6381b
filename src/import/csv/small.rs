//! Hosts, registrars, IDN tables and NNDNs from rows (RFC 9022 §5.2.2, §5.4.2, §5.5.2, §5.6.2), and deletes.

use super::columns::{Column as C, TableName as T};
use super::contact::postal;
use super::domain::address;
use super::rows::{Cells, Gurids, ObjectRows, registrar_id, sponsor};
use crate::import::draft::{HostDraft, IdnTableDraft, KeyText, LinkDraft, NndnDraft, Notes, RegistrarDraft};
use crate::model::contact::PostalForm;
use crate::model::object::Class;

/// Fills the draft of a host.
pub(super) fn host(rows: &ObjectRows<'_>, gurids: &Gurids, notes: &mut Notes) -> HostDraft {
    let parent = rows.parent;
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    rows.of(T::HostAddresses).for_each(|cells| address(cells, &mut v4, &mut v6, notes));
    HostDraft {
        name: parent.text(C::HostName).unwrap_or_default(),
        roid: parent.text(C::Roid),
        statuses: rows.texts(T::HostStatuses, C::HostStatus),
        v4,
        v6,
        registrar: sponsor(parent, gurids),
        created: parent.text(C::Created),
        updated: parent.text(C::Updated),
    }
}

/// Fills the draft of a registrar. Its address is international where no column says otherwise.
pub(super) fn registrar(rows: &ObjectRows<'_>, gurids: &Gurids, notes: &mut Notes) -> RegistrarDraft {
    let parent = rows.parent;
    let link = |cells: Cells<'_>| LinkDraft {
        role: cells.text(C::RegistrarContactType).or_else(|| cells.text(C::LinkType)).unwrap_or_default(),
        handle: cells.text(C::RegistrarContactId).or_else(|| cells.text(C::ContactId)).unwrap_or_default(),
    };
    RegistrarDraft {
        id: registrar_id(parent, gurids).unwrap_or_default(),
        name: parent.text(C::RegistrarName).unwrap_or_default(),
        iana_id: parent.number(C::Gurid, notes),
        status: parent.text(C::RegistrarStatus),
        postal: postal(parent, PostalForm::International.word()),
        voice: parent.phone(C::Voice, C::VoiceExtension),
        fax: parent.phone(C::Fax, C::FaxExtension),
        email: parent.text(C::Email),
        website: parent.text(C::Url),
        abuse_email: parent.text(C::AbuseEmail),
        abuse_voice: parent.phone(C::AbuseVoice, C::AbuseVoiceExtension),
        rdap_base: parent.text(C::RdapBase),
        contacts: rows.of(T::RegistrarContacts).map(link).collect(),
        created: parent.text(C::Created),
        updated: parent.text(C::Updated),
    }
}

/// Fills the draft of an IDN table reference.
pub(super) fn idn_table(rows: &ObjectRows<'_>) -> IdnTableDraft {
    IdnTableDraft {
        id: rows.parent.text(C::IdnTable).unwrap_or_default(),
        url: rows.parent.text(C::Url),
        policy_url: None,
    }
}

/// Fills the draft of an NNDN.
pub(super) fn nndn(rows: &ObjectRows<'_>) -> NndnDraft {
    NndnDraft {
        name: rows.parent.text(C::NndnName).unwrap_or_default(),
        u_name: rows.parent.text(C::UnicodeName),
        state: rows.parent.text(C::NndnState).unwrap_or_default(),
    }
}

/// The key of what a row of deletes names.
pub(super) fn deleted(class: Class, cells: Cells<'_>, gurids: &Gurids) -> KeyText {
    let text = |column| cells.text(column).unwrap_or_default();
    match class {
        Class::Domain => KeyText::Domain(text(C::DomainName)),
        Class::Host => match cells.text(C::Roid) {
            Some(roid) => KeyText::HostRoid(roid),
            None => KeyText::Host(text(C::HostName)),
        },
        Class::Contact => KeyText::Contact(text(C::ContactId)),
        Class::Registrar => KeyText::Registrar(registrar_id(cells, gurids).unwrap_or_default()),
        Class::IdnTable => KeyText::IdnTable(text(C::IdnTable)),
        Class::Nndn => KeyText::Nndn(text(C::NndnName)),
    }
}
