//! Changes that are fed on two threads, against the same changes one by one.

use proptest::prelude::*;

use super::{drawn, generation, kept_domain};
use crate::codec::{self, Change, CodecFault, RecordKey};
use crate::disclosure::record::PublicRecord;
use crate::index::{Snapshot, SnapshotBuilder};

type Visit<'v> = dyn FnMut(Change<'_>) -> Result<(), CodecFault> + 'v;

fn visit_all(changes: &[(PublicRecord, bool)], visit: &mut Visit<'_>) -> Result<(), CodecFault> {
    changes.iter().try_for_each(|(record, is_removal)| {
        let key = RecordKey::of(record);
        if *is_removal {
            visit(Change::Remove { key })
        } else {
            visit(Change::Put { key, value: &codec::encode(record) })
        }
    })
}

fn live(snapshot: &Snapshot) -> Vec<&[u8]> {
    snapshot.contents.records.live().collect()
}

proptest! {
    #[test]
    fn fed_changes_leave_what_each_alone_leaves(
        seeds in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 1..120), any::<bool>()), 0..12),
        rounds in 1usize..3,
    ) {
        let changes: Vec<(PublicRecord, bool)> = seeds.iter().map(|(seed, removal)| (drawn(seed), *removal)).collect();
        let (mut fed, mut alone) = (SnapshotBuilder::default().expecting(5), SnapshotBuilder::default());
        for _ in 0..rounds {
            let (next, visited) = fed.apply_all(|visit| visit_all(&changes, visit)).unwrap();
            visited.unwrap();
            fed = next;
            visit_all(&changes, &mut |change| alone.apply(change)).unwrap();
        }
        let (fed, alone) = (fed.finish(generation()), alone.finish(generation()));
        prop_assert_eq!(live(&fed), live(&alone));
        prop_assert_eq!(fed.contents.records.octets(), alone.contents.records.octets());
        for (record, _) in &changes {
            let found = |snapshot: &Snapshot| match record {
                PublicRecord::Domain(domain) => snapshot.domain(&domain.name).map(PublicRecord::Domain),
                PublicRecord::Host(host) => snapshot.host(&host.name).map(PublicRecord::Host),
                PublicRecord::Nndn(nndn) => snapshot.nndn(&nndn.name).map(PublicRecord::Nndn),
                PublicRecord::Registrar(registrar) => snapshot.registrar(&registrar.id).map(PublicRecord::Registrar),
            };
            prop_assert_eq!(found(&fed), found(&alone));
        }
    }
}

#[test]
fn many_batches_keep_their_order() {
    let mut domain = kept_domain();
    let (builder, visited) = SnapshotBuilder::default()
        .apply_all(|visit| {
            (0..5_000u32).try_for_each(|number| {
                domain.roid = format!("D{number}-BE");
                let record = PublicRecord::Domain(domain.clone());
                visit(Change::Put { key: RecordKey::of(&record), value: &codec::encode(&record) })
            })
        })
        .unwrap();
    visited.unwrap();
    let snapshot = builder.finish(generation());
    assert_eq!(snapshot.domain(&domain.name).map(|domain| domain.roid).as_deref(), Some("D4999-BE"));
    assert_eq!(snapshot.len(), 1);
}

#[test]
fn a_fault_is_told_to_who_feeds_and_what_came_before_is_there() {
    let record = PublicRecord::Domain(kept_domain());
    let value = codec::encode(&record);
    let (builder, visited) = SnapshotBuilder::default()
        .apply_all(|visit| {
            visit(Change::Put { key: RecordKey::of(&record), value: &value })?;
            visit(Change::Put { key: RecordKey::Registrar("another".to_owned()), value: &value })
        })
        .unwrap();
    assert_eq!(visited, Err(CodecFault::Name));
    assert_eq!(builder.finish(generation()).len(), 1);
}
