//! The numbers of enums. A number, once given, means the same for ever: new values get new numbers, and the order
//! of declaration is of no account.

use super::bytes::{CodecFault, Reader, Writer};
use super::wire::{Carry, Put, Take, carried_by_value};
use crate::disclosure::record::Reason;
use crate::model::status::{DomainStatus, NndnState, ObjectStatus, RegistrarStatus, RgpStatus};
use crate::model::vocabulary::{Kind, Role};

macro_rules! codes {
    ($type:ident, $what:literal { $($variant:ident = $code:literal,)+ }) => {
        impl Put for $type {
            fn put(&self, writer: &mut Writer<'_>) {
                writer.octet(match self { $($type::$variant => $code,)+ });
            }
        }

        carried_by_value!($type);

        impl Take<'_> for $type {
            fn take(reader: &mut Reader<'_>) -> Result<$type, CodecFault> {
                match reader.octet()? {
                    $($code => Ok($type::$variant),)+
                    other => Err(CodecFault::Number { what: $what, number: u64::from(other) }),
                }
            }
        }
    };
}

codes!(Role, "role" {
    Registrant = 1, Onsite = 2, Tech = 3, Admin = 4, Billing = 5, Reseller = 6, RegistrarContact = 7, Registrar = 8,
});
codes!(Kind, "kind" { NaturalPerson = 1, Organisation = 2, });
codes!(Reason, "reason" {
    NotOpened = 1, NaturalPerson = 2, AskedByContact = 3, RoleNotPublished = 4,
});
codes!(DomainStatus, "domain status" {
    Ok = 1, Inactive = 2, ClientDeleteProhibited = 3, ClientHold = 4, ClientRenewProhibited = 5,
    ClientTransferProhibited = 6, ClientUpdateProhibited = 7, ServerDeleteProhibited = 8, ServerHold = 9,
    ServerRenewProhibited = 10, ServerTransferProhibited = 11, ServerUpdateProhibited = 12, PendingCreate = 13,
    PendingDelete = 14, PendingRenew = 15, PendingTransfer = 16, PendingUpdate = 17,
});
codes!(RgpStatus, "grace period status" {
    AddPeriod = 1, AutoRenewPeriod = 2, RenewPeriod = 3, TransferPeriod = 4, RedemptionPeriod = 5,
    PendingRestore = 6, PendingDelete = 7,
});
codes!(ObjectStatus, "object status" {
    Ok = 1, Linked = 2, ClientDeleteProhibited = 3, ClientTransferProhibited = 4, ClientUpdateProhibited = 5,
    ServerDeleteProhibited = 6, ServerTransferProhibited = 7, ServerUpdateProhibited = 8, PendingCreate = 9,
    PendingDelete = 10, PendingTransfer = 11, PendingUpdate = 12,
});
codes!(RegistrarStatus, "registrar status" { Ok = 1, ReadOnly = 2, Terminated = 3, });
codes!(NndnState, "state of a reserved name" { Blocked = 1, Withheld = 2, Mirrored = 3, });

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of a type's words, in the order of its declaration.
    fn table<T: Put + for<'a> Take<'a> + Copy + PartialEq + std::fmt::Debug + std::fmt::Display>(all: &[T]) -> String {
        let lines = all.iter().map(|value| {
            let mut writer = Writer::default();
            value.put(&mut writer);
            let bytes = writer.finish();
            assert_eq!(T::take(&mut Reader::new(&bytes)), Ok(*value));
            assert_eq!(bytes.len(), 1);
            format!("{}={}", value, bytes.first().unwrap())
        });
        lines.collect::<Vec<_>>().join(" ")
    }

    /// Written out by hand once more: who changes a number by accident fails here.
    #[test]
    fn the_numbers_of_version_1_are_these() {
        assert_eq!(
            table(Role::ALL),
            "registrant=1 onsite=2 tech=3 admin=4 billing=5 reseller=6 registrar-contact=7 registrar=8"
        );
        assert_eq!(table(Kind::ALL), "natural-person=1 organisation=2");
        assert_eq!(table(Reason::ALL), "not-opened=1 natural-person=2 asked-by-contact=3 role-not-published=4");
        assert_eq!(
            table(DomainStatus::ALL),
            "ok=1 inactive=2 clientDeleteProhibited=3 clientHold=4 clientRenewProhibited=5 \
             clientTransferProhibited=6 clientUpdateProhibited=7 serverDeleteProhibited=8 serverHold=9 \
             serverRenewProhibited=10 serverTransferProhibited=11 serverUpdateProhibited=12 pendingCreate=13 \
             pendingDelete=14 pendingRenew=15 pendingTransfer=16 pendingUpdate=17"
        );
        assert_eq!(
            table(RgpStatus::ALL),
            "addPeriod=1 autoRenewPeriod=2 renewPeriod=3 transferPeriod=4 redemptionPeriod=5 pendingRestore=6 \
             pendingDelete=7"
        );
        assert_eq!(
            table(ObjectStatus::ALL),
            "ok=1 linked=2 clientDeleteProhibited=3 clientTransferProhibited=4 clientUpdateProhibited=5 \
             serverDeleteProhibited=6 serverTransferProhibited=7 serverUpdateProhibited=8 pendingCreate=9 \
             pendingDelete=10 pendingTransfer=11 pendingUpdate=12"
        );
        assert_eq!(table(RegistrarStatus::ALL), "ok=1 readonly=2 terminated=3");
        assert_eq!(table(NndnState::ALL), "blocked=1 withheld=2 mirrored=3");
    }

    #[test]
    fn numbers_that_nobody_gave_are_refused() {
        for octet in [0, 9, 255] {
            assert!(Role::take(&mut Reader::new(&[octet])).is_err());
        }
    }
}
