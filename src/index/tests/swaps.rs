//! Readers while a writer amends, merges and swaps.

use std::sync::{Arc, Barrier};

use super::{kept_domain, name};
use crate::codec::{Change, RecordKey};
use crate::disclosure::record::{ClauseIndex, Disclosed, PublicDelegation, PublicDomain, PublicRecord};
use crate::index::{Current, Generation, Snapshot, SnapshotBuilder};
use crate::model::name::{Addresses, Name};
use crate::time::Timestamp;

const DOMAINS: u16 = 24;
const GENERATIONS: u16 = 200;
const READERS: usize = 2;

fn generation(number: u16) -> Generation {
    Generation { number: number.into(), watermark: Timestamp::UNIX_EPOCH, published_at: Timestamp::UNIX_EPOCH }
}

fn domain_name(number: u16) -> Name {
    name(&format!("d{number}.be"))
}

/// A domain that bears the number of its generation in a field, a contact and a name server.
fn stamped(number: u16, generation: u16) -> PublicRecord {
    let mut domain = PublicDomain { name: domain_name(number), roid: generation.to_string(), ..kept_domain() };
    let [high, low] = generation.to_be_bytes();
    let addresses = Addresses { v4: vec![[192, 0, high, low].into()], v6: vec![] };
    domain.nameservers = vec![PublicDelegation { host: name("ns.elders.be"), addresses }];
    if let Some(registrant) = &mut domain.registrant {
        registrant.city = Disclosed::Shown { value: generation.to_string(), clause: ClauseIndex(1) };
    }
    PublicRecord::Domain(domain)
}

/// All that is there is of one generation: its number.
fn read(snapshot: &Snapshot) -> u64 {
    let number = snapshot.generation().number;
    for domain in 0..DOMAINS {
        let found = snapshot.domain(&domain_name(domain));
        // Each generation leaves one name out, another one each time.
        if u64::from(domain) == number % u64::from(DOMAINS) {
            assert_eq!(found, None, "{domain} in {number}");
        } else {
            assert_eq!(found.unwrap().roid, number.to_string());
        }
    }
    assert_eq!(snapshot.len(), usize::from(DOMAINS) - 1);
    assert_eq!(snapshot.contact("C-1001").unwrap().city.shown(), Some(&number.to_string()));
    let host = snapshot.host(&name("ns.elders.be")).unwrap();
    let [.., high, low] = host.addresses.v4.first().unwrap().octets();
    assert_eq!((host.addresses.v4.len(), u64::from(u16::from_be_bytes([high, low]))), (1, number));
    number
}

fn next(before: &Snapshot, number: u16) -> Snapshot {
    let mut builder = SnapshotBuilder::over(before);
    for domain in 0..DOMAINS {
        if domain == number % DOMAINS {
            builder.apply(Change::Remove { key: RecordKey::Domain(domain_name(domain)) }).unwrap();
        } else {
            builder.put(stamped(domain, number));
        }
    }
    builder.finish(generation(number))
}

#[test]
fn readers_see_whole_generations_in_order() {
    let (current, begin) = (Current::empty(), Barrier::new(READERS + 1));
    let first = Arc::new(next(&SnapshotBuilder::default().finish(generation(0)), 1));
    current.publish(Arc::clone(&first));
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                begin.wait();
                let mut last = 0;
                while last < u64::from(GENERATIONS) {
                    let seen = read(&current.load().unwrap());
                    assert!(seen >= last, "{seen} after {last}");
                    last = seen;
                }
            });
        }
        begin.wait();
        let mut latest = Arc::clone(&first);
        for number in 2..=GENERATIONS {
            latest = Arc::new(next(&latest, number));
            current.publish(Arc::clone(&latest));
            if number % 7 == 0 {
                latest = Arc::new(latest.merged());
                current.publish(Arc::clone(&latest));
            }
        }
    });
    assert_eq!(read(&first), 1, "the first one stays what it was");
}
