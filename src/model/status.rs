//! EPP statuses of domains, hosts and contacts, and what RDAP calls them (RFC 8056 §2).

use super::vocabulary::words;
use crate::time::Timestamp;

words! {
    /// A status of a domain (RFC 5731 §2.3).
    DomainStatus {
        /// Nothing else applies.
        Ok = "ok",
        /// No delegation in the zone.
        Inactive = "inactive",
        /// The registrar forbids deletion.
        ClientDeleteProhibited = "clientDeleteProhibited",
        /// The registrar took it out of the zone.
        ClientHold = "clientHold",
        /// The registrar forbids renewal.
        ClientRenewProhibited = "clientRenewProhibited",
        /// The registrar forbids transfer.
        ClientTransferProhibited = "clientTransferProhibited",
        /// The registrar forbids changes.
        ClientUpdateProhibited = "clientUpdateProhibited",
        /// The registry forbids deletion.
        ServerDeleteProhibited = "serverDeleteProhibited",
        /// The registry took it out of the zone.
        ServerHold = "serverHold",
        /// The registry forbids renewal.
        ServerRenewProhibited = "serverRenewProhibited",
        /// The registry forbids transfer.
        ServerTransferProhibited = "serverTransferProhibited",
        /// The registry forbids changes.
        ServerUpdateProhibited = "serverUpdateProhibited",
        /// Creation waits.
        PendingCreate = "pendingCreate",
        /// Deletion waits.
        PendingDelete = "pendingDelete",
        /// Renewal waits.
        PendingRenew = "pendingRenew",
        /// Transfer waits.
        PendingTransfer = "pendingTransfer",
        /// A change waits.
        PendingUpdate = "pendingUpdate",
    }
}

words! {
    /// A grace period status (RFC 3915 §3.1).
    RgpStatus {
        /// After creation.
        AddPeriod = "addPeriod",
        /// After automatic renewal.
        AutoRenewPeriod = "autoRenewPeriod",
        /// After renewal.
        RenewPeriod = "renewPeriod",
        /// After a transfer.
        TransferPeriod = "transferPeriod",
        /// Deleted, may be restored.
        RedemptionPeriod = "redemptionPeriod",
        /// A restore waits for its report.
        PendingRestore = "pendingRestore",
        /// Beyond restoring.
        PendingDelete = "pendingDelete",
    }
}

words! {
    /// A status of a host or contact (RFC 5732 §2.3, RFC 5733 §2.2).
    ObjectStatus {
        /// Nothing else applies.
        Ok = "ok",
        /// Another object refers to it.
        Linked = "linked",
        /// The registrar forbids deletion.
        ClientDeleteProhibited = "clientDeleteProhibited",
        /// The registrar forbids transfer.
        ClientTransferProhibited = "clientTransferProhibited",
        /// The registrar forbids changes.
        ClientUpdateProhibited = "clientUpdateProhibited",
        /// The registry forbids deletion.
        ServerDeleteProhibited = "serverDeleteProhibited",
        /// The registry forbids transfer.
        ServerTransferProhibited = "serverTransferProhibited",
        /// The registry forbids changes.
        ServerUpdateProhibited = "serverUpdateProhibited",
        /// Creation waits.
        PendingCreate = "pendingCreate",
        /// Deletion waits.
        PendingDelete = "pendingDelete",
        /// Transfer waits.
        PendingTransfer = "pendingTransfer",
        /// A change waits.
        PendingUpdate = "pendingUpdate",
    }
}

words! {
    /// Whether a registrar may act (RFC 9022 §5.4.1.1).
    RegistrarStatus {
        /// May register names.
        Ok = "ok",
        /// May not register or change.
        ReadOnly = "readonly",
        /// The contract has ended.
        Terminated = "terminated",
    }
}

words! {
    /// Why a name that is not delegated is not free (RFC 9022 §5.6.1.1).
    NndnState {
        /// May not be registered.
        Blocked = "blocked",
        /// Kept for somebody.
        Withheld = "withheld",
        /// Follows another name.
        Mirrored = "mirrored",
    }
}

/// Facts that EPP's statuses do not tell, from Loket's extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalFacts {
    /// A legal freeze; the name keeps resolving.
    pub on_hold: bool,
    /// In quarantine until this moment, when it is released.
    pub quarantined_until: Option<Timestamp>,
    /// The registrar is gone and the name was stopped.
    pub out_of_service: bool,
}

impl DomainStatus {
    /// The RDAP status value (RFC 8056 §2).
    pub fn rdap(self) -> &'static str {
        match self {
            DomainStatus::Ok => "active",
            DomainStatus::Inactive => "inactive",
            DomainStatus::ClientDeleteProhibited => "client delete prohibited",
            DomainStatus::ClientHold => "client hold",
            DomainStatus::ClientRenewProhibited => "client renew prohibited",
            DomainStatus::ClientTransferProhibited => "client transfer prohibited",
            DomainStatus::ClientUpdateProhibited => "client update prohibited",
            DomainStatus::ServerDeleteProhibited => "server delete prohibited",
            DomainStatus::ServerHold => "server hold",
            DomainStatus::ServerRenewProhibited => "server renew prohibited",
            DomainStatus::ServerTransferProhibited => "server transfer prohibited",
            DomainStatus::ServerUpdateProhibited => "server update prohibited",
            DomainStatus::PendingCreate => "pending create",
            DomainStatus::PendingDelete => "pending delete",
            DomainStatus::PendingRenew => "pending renew",
            DomainStatus::PendingTransfer => "pending transfer",
            DomainStatus::PendingUpdate => "pending update",
        }
    }
}

impl RgpStatus {
    /// The RDAP status value (RFC 8056 §2).
    pub fn rdap(self) -> &'static str {
        match self {
            RgpStatus::AddPeriod => "add period",
            RgpStatus::AutoRenewPeriod => "auto renew period",
            RgpStatus::RenewPeriod => "renew period",
            RgpStatus::TransferPeriod => "transfer period",
            RgpStatus::RedemptionPeriod => "redemption period",
            RgpStatus::PendingRestore => "pending restore",
            RgpStatus::PendingDelete => "pending delete",
        }
    }
}

impl ObjectStatus {
    /// The RDAP status value (RFC 8056 §2).
    pub fn rdap(self) -> &'static str {
        match self {
            ObjectStatus::Ok => "active",
            ObjectStatus::Linked => "associated",
            ObjectStatus::ClientDeleteProhibited => "client delete prohibited",
            ObjectStatus::ClientTransferProhibited => "client transfer prohibited",
            ObjectStatus::ClientUpdateProhibited => "client update prohibited",
            ObjectStatus::ServerDeleteProhibited => "server delete prohibited",
            ObjectStatus::ServerTransferProhibited => "server transfer prohibited",
            ObjectStatus::ServerUpdateProhibited => "server update prohibited",
            ObjectStatus::PendingCreate => "pending create",
            ObjectStatus::PendingDelete => "pending delete",
            ObjectStatus::PendingTransfer => "pending transfer",
            ObjectStatus::PendingUpdate => "pending update",
        }
    }
}
