//! A follower, step by step, over a real store.

#![cfg(feature = "publisher")]

use std::collections::BTreeMap;
use std::hash::RandomState;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use super::*;
use crate::codec::{RecordKey, encode};
use crate::disclosure::decide::decide_nndn;
use crate::guard::Guard;
use crate::index::Current;
use crate::model::name::Name;
use crate::model::object::Nndn;
use crate::model::status::NndnState;
use crate::observe::Observe;
use crate::store::{
    Audience, Backend, ChainLink, GenerationKind, GenerationWriter, PolicyMark, Prepared, hear, public_folder,
};
use crate::time::Timestamp;

/// A state folder, a follower of it, and the numbers of what is written there.
struct World {
    folder: tempfile::TempDir,
    follower: Follower,
    rung: Receiver<()>,
    policies: BTreeMap<String, PolicyMark>,
}

/// The reserved name of a number.
fn name(number: u64) -> Name {
    Name::parse(&format!("n{number}.be")).unwrap()
}

fn policies(config: &Config) -> BTreeMap<String, PolicyMark> {
    let mark = |name: &str| {
        let policy = &config.disclosure.policies[name];
        PolicyMark { name: name.to_owned(), version: policy.version().to_owned(), digest: policy.digest().to_owned() }
    };
    config.site.zones.iter().map(|zone| (zone.name.to_string(), mark(&zone.policy))).collect()
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml")).unwrap();
        config.state = folder.path().to_owned();
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let shell = Shell {
            current: Current::empty(),
            site: config.site.clone(),
            limits: config.limits,
            observe: Observe::new(clock.now()),
            guard: Arc::new(Guard::new(config.guard.clone(), RandomState::new())),
            clock: clock.clone(),
            deposits: None,
        };
        let (bell, rung) = Bell::new();
        let policies = policies(&config);
        let follower = Follower::new(Arc::new(config), Arc::new(shell), clock, bell);
        World { folder, follower, rung, policies }
    }

    fn state(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a generation with one reserved name, on the chain of `before`, or as a base.
    fn write(&self, number: u64, before: Option<&Pointer>) -> Pointer {
        let kind = if before.is_some() { GenerationKind::Delta } else { GenerationKind::Base };
        let mut writer = GenerationWriter::begin(&Backend::Sled, self.state(), number, kind).unwrap();
        let record = decide_nndn(&Nndn { name: name(number), state: NndnState::Blocked });
        writer.put(&RecordKey::of(&record), &encode(&record)).unwrap();
        let watermark = Timestamp::from_second(i64::try_from(number).unwrap()).unwrap();
        let written = writer.finish(self.policies.clone(), watermark, Timestamp::UNIX_EPOCH).unwrap();
        let link = written.verify().unwrap();
        let mut chain: Vec<ChainLink> = before.map(|before| before.chain.clone()).unwrap_or_default();
        chain.push(link);
        Pointer { number, chain, vault: None, deposits: None, register: BTreeMap::new() }
    }

    fn prepare(&self, pointer: &Pointer) -> Prepared {
        pointer.prepare(self.state()).unwrap()
    }

    fn commit(&self, pointer: &Pointer) {
        let _ = self.prepare(pointer).commit().unwrap();
    }

    /// Steps until something holds.
    fn steps_until(&mut self, holds: impl Fn(&World) -> bool) {
        for _ in 0..500 {
            self.follower.step();
            if holds(self) {
                return;
            }
            // The end of background work rings; otherwise a little later is as good.
            let _ = self.rung.recv_timeout(Duration::from_millis(20));
        }
        panic!("in vain");
    }

    /// The numbers of the names that are served, of the first ten; empty where nothing is served.
    fn served(&self) -> Vec<u64> {
        let Some(snapshot) = self.follower.shell.current.load() else { return Vec::new() };
        (1..10).filter(|number| snapshot.nndn(&name(*number)).is_some()).collect()
    }

    fn number(&self) -> u64 {
        self.follower.shell.current.load().map_or(0, |snapshot| snapshot.generation().number)
    }

    fn audience(&self, prepared: &Prepared) -> Audience {
        hear(self.state(), prepared.check(), Duration::ZERO, &self.follower.clock)
    }

    fn has_metric(&self, line: &str) -> bool {
        self.follower.shell.observe.metrics.text().lines().any(|found| found == line)
    }

    fn readiness(&self) -> State {
        self.follower.shell.observe.readiness.get()
    }
}

const READY: Audience = Audience { ready: 1, cannot: 0, silent: 0 };
const CANNOT: Audience = Audience { ready: 0, cannot: 1, silent: 0 };
const SILENT: Audience = Audience { ready: 0, cannot: 0, silent: 1 };

#[test]
fn what_is_prepared_is_served_in_the_step_after_its_commit_and_not_before() {
    let mut world = World::new();
    world.follower.step();
    assert_eq!((world.readiness(), world.number()), (State::NothingPublished, 0));
    // A first data set, then one over it, then another base.
    let first = world.write(1, None);
    let second = world.write(2, Some(&first));
    let third = world.write(3, None);
    for (pointer, before, after) in
        [(&first, vec![], vec![1]), (&second, vec![1], vec![1, 2]), (&third, vec![1, 2], vec![3])]
    {
        let prepared = world.prepare(pointer);
        assert_eq!(world.audience(&prepared), SILENT);
        world.steps_until(|world| world.audience(&prepared) == READY);
        assert_eq!(world.served(), before);
        let _ = prepared.commit().unwrap();
        world.follower.step();
        assert_eq!((world.served(), world.number()), (after, pointer.number));
        assert_eq!(world.readiness(), State::Ready);
        assert!(world.has_metric(&format!("loket_generation {}", pointer.number)));
        assert!(world.has_metric(&format!("loket_watermark_timestamp_seconds {}", pointer.number)));
    }
}

#[test]
fn only_what_is_new_is_read_where_the_chain_goes_on() {
    let mut world = World::new();
    let first = world.write(1, None);
    world.commit(&first);
    world.steps_until(|world| world.number() == 1);
    // The base is not needed any more: were it read again, it would be missed.
    let second = world.write(2, Some(&first));
    std::fs::remove_dir_all(public_folder(world.state()).join(&first.chain[0].folder)).unwrap();
    world.commit(&second);
    world.steps_until(|world| world.number() == 2);
    assert_eq!(world.served(), [1, 2]);
    assert_eq!(world.follower.served.as_ref().unwrap().changes, 1);
}

#[test]
fn what_was_prepared_and_not_committed_is_let_go() {
    let mut world = World::new();
    let first = world.write(1, None);
    world.commit(&first);
    world.steps_until(|world| world.number() == 1);
    let prepared = world.prepare(&world.write(2, None));
    world.steps_until(|world| world.audience(&prepared) == READY);
    // The import is killed: its file stays, its lock does not.
    let check = prepared.check().to_owned();
    drop(prepared);
    world.follower.step();
    assert!(world.follower.next.is_none());
    assert_eq!(hear(world.state(), &check, Duration::ZERO, &world.follower.clock), SILENT);
    // Another one comes up with something else.
    let other = world.write(3, Some(&first));
    let prepared = world.prepare(&other);
    world.steps_until(|world| world.audience(&prepared) == READY);
    let _ = prepared.commit().unwrap();
    world.follower.step();
    assert_eq!(world.served(), [1, 3]);
    // And one that commits without waiting.
    world.commit(&world.write(4, Some(&other)));
    world.steps_until(|world| world.number() == 4);
    assert_eq!(world.served(), [1, 3, 4]);
}

#[test]
fn what_cannot_be_served_leaves_the_old_data_in_service() {
    let mut world = World::new();
    let first = world.write(1, None);
    world.commit(&first);
    world.steps_until(|world| world.number() == 1);
    let fitting = world.policies.clone();
    world.policies.values_mut().for_each(|mark| mark.digest = "another".to_owned());
    let other_policy = world.write(2, Some(&first));
    world.policies = fitting;
    let prepared = world.prepare(&other_policy);
    world.steps_until(|world| world.audience(&prepared) == CANNOT);
    assert!(world.has_metric("loket_publication_refused 0"), "it is not committed");
    let _ = prepared.commit().unwrap();
    world.steps_until(|world| world.has_metric("loket_publication_refused 1"));
    assert_eq!((world.number(), world.readiness()), (1, State::Ready));
    // It is not tried again and again.
    world.follower.step();
    assert!(world.follower.reading.is_none() && world.follower.next.is_none());
    // Damage, too, and a CURRENT that does not read.
    let damaged = world.write(3, Some(&first));
    std::fs::remove_dir_all(public_folder(world.state()).join(&damaged.chain[1].folder)).unwrap();
    world.commit(&damaged);
    world.steps_until(|world| world.follower.refused.as_ref() == Some(&damaged));
    std::fs::write(world.state().join("CURRENT"), "rubbish").unwrap();
    world.follower.step();
    assert_eq!((world.number(), world.readiness()), (1, State::Ready));
    assert!(world.has_metric("loket_publication_refused 1"));
    // The next good one is served.
    world.commit(&world.write(5, None));
    world.steps_until(|world| world.number() == 5);
    assert!(world.has_metric("loket_publication_refused 0"));
}

#[test]
fn a_server_without_data_becomes_ready_with_the_first_that_can_be_served() {
    let mut world = World::new();
    let first = world.write(1, None);
    let folder = public_folder(world.state()).join(&first.chain[0].folder);
    std::fs::rename(&folder, folder.with_extension("away")).unwrap();
    world.commit(&first);
    world.steps_until(|world| world.readiness() == State::StoreDamaged);
    assert_eq!(world.number(), 0);
    world.commit(&world.write(2, None));
    world.steps_until(|world| world.number() == 2);
    assert_eq!(world.readiness(), State::Ready);
}

#[test]
fn what_could_not_be_reached_is_tried_again_later() {
    let mut world = World::new();
    let first = world.write(1, None);
    world.commit(&first);
    // A folder where the lock should be: an error of input and output, as a full table of files would be.
    let lock = world.state().join("reading.lock");
    let _ = std::fs::remove_file(&lock);
    std::fs::create_dir(&lock).unwrap();
    world.steps_until(|world| world.has_metric("loket_publication_refused 1"));
    std::fs::remove_dir(&lock).unwrap();
    world.follower.step();
    assert!(world.follower.reading.is_none(), "not at once");
    world.follower.clock.advance(AGAIN_AFTER);
    world.steps_until(|world| world.number() == 1);
}

#[test]
fn a_current_that_could_not_be_read_for_a_while_is_no_lasting_alarm() {
    let mut world = World::new();
    let first = world.write(1, None);
    world.commit(&first);
    world.steps_until(|world| world.number() == 1);
    let current = world.state().join("CURRENT");
    // Damaged and mended; lost and put back.
    for is_lost in [false, true] {
        let good = std::fs::read(&current).unwrap();
        if is_lost {
            std::fs::remove_file(&current).unwrap();
        } else {
            std::fs::write(&current, "rubbish").unwrap();
        }
        world.follower.step();
        assert!(world.has_metric("loket_publication_refused 1"));
        std::fs::write(&current, good).unwrap();
        world.follower.step();
        assert!(world.has_metric("loket_publication_refused 0"));
    }
    // Data that is refused, and the return to what is served.
    std::fs::write(&current, "rubbish").unwrap();
    world.follower.step();
    let second = world.write(2, Some(&first));
    std::fs::remove_dir_all(public_folder(world.state()).join(&second.chain[1].folder)).unwrap();
    world.commit(&second);
    world.steps_until(|world| world.follower.refused.as_ref() == Some(&second));
    world.commit(&first);
    world.follower.step();
    assert!(world.has_metric("loket_publication_refused 0"));
    assert_eq!((world.number(), world.readiness()), (1, State::Ready));
}

#[test]
fn a_current_that_goes_back_is_followed() {
    let mut world = World::new();
    let first = world.write(1, None);
    let second = world.write(2, Some(&first));
    for pointer in [&second, &first] {
        world.commit(pointer);
        world.steps_until(|world| world.number() == pointer.number);
    }
    assert_eq!(world.served(), [1]);
}

/// Until which publication the test of merging wants merges.
static MERGE_UP_TO: AtomicU64 = AtomicU64::new(0);

#[test]
fn what_is_committed_while_changes_are_merged_is_served_at_once_and_not_lost() {
    let mut world = World::new();
    world.follower.merge.is_wanted = |snapshot| snapshot.generation().number == MERGE_UP_TO.load(Ordering::SeqCst);
    let first = world.write(1, None);
    world.commit(&first);
    world.steps_until(|world| world.number() == 1);
    let unmerged = world.follower.shell.current.load().unwrap();
    MERGE_UP_TO.store(1, Ordering::SeqCst);
    world.follower.step();
    assert!(world.follower.merge.is_busy());
    MERGE_UP_TO.store(0, Ordering::SeqCst);
    // Two deltas come before anybody looks at what was merged.
    let second = world.write(2, Some(&first));
    world.commit(&second);
    world.steps_until(|world| world.number() == 2);
    let third = world.write(3, Some(&second));
    world.commit(&third);
    world.steps_until(|world| world.number() == 3);
    let over_the_old = world.follower.shell.current.load().unwrap();
    world.steps_until(|world| !world.follower.merge.is_busy());
    let merged = world.follower.shell.current.load().unwrap();
    assert!(!Arc::ptr_eq(&over_the_old, &merged), "what was merged is in service");
    assert_eq!((world.served(), world.number()), (vec![1, 2, 3], 3));
    assert_eq!(merged.generation(), over_the_old.generation());
    drop((unmerged, over_the_old, merged));
    world.follower.step();
    assert!(world.follower.retired.is_empty(), "nothing old is kept");

    // A base that comes while changes are merged: the merge makes way.
    MERGE_UP_TO.store(3, Ordering::SeqCst);
    world.follower.step();
    assert!(world.follower.merge.is_busy());
    world.commit(&world.write(4, None));
    world.steps_until(|world| world.number() == 4);
    assert_eq!(world.served(), [4]);
    assert!(!world.follower.merge.is_busy());
}

#[test]
fn a_server_is_known_again_after_its_place_was_taken_away() {
    let mut world = World::new();
    let first = world.write(1, None);
    world.commit(&first);
    world.steps_until(|world| world.number() == 1);
    let serving = world.state().join("serving");
    // The folder is emptied; then something stands in its place, and goes.
    for stands_in_the_way in [false, true] {
        std::fs::remove_dir_all(&serving).unwrap();
        if stands_in_the_way {
            std::fs::write(&serving, "").unwrap();
            world.follower.clock.advance(AGAIN_AFTER);
            world.follower.step();
            assert!(world.follower.file.is_none());
            std::fs::remove_file(&serving).unwrap();
        }
        world.follower.step();
        assert!(!serving.exists(), "not at every step");
        world.follower.clock.advance(AGAIN_AFTER);
        world.follower.step();
        let prepared = world.prepare(&world.write(if stands_in_the_way { 3 } else { 2 }, Some(&first)));
        world.steps_until(|world| world.audience(&prepared) == READY);
    }
    assert_eq!(world.served(), [1]);
}

#[tokio::test]
async fn a_follower_that_is_asked_to_stop_ends_and_holds_nobody_up() {
    let World { folder, follower, .. } = World::new();
    let (config, shell) = (Arc::clone(&follower.config), Arc::clone(&follower.shell));
    drop(follower);
    let (settle, settled) = oneshot::channel();
    let following = Following::begin(config, shell, Clock::system(), Bell::new(), settle);
    settled.await.unwrap();
    let serving = folder.path().join("serving");
    assert_eq!(std::fs::read_dir(&serving).unwrap().count(), 1);
    following.stop();
    following.end().await;
    assert_eq!(std::fs::read_dir(&serving).unwrap().count(), 0);
}
