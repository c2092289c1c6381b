mod readback;

use std::collections::HashSet;

use super::*;
use crate::model::object::ObjectKey;

fn make(domains: u64, seed: u64, format: Format, file: &str) -> (tempfile::TempDir, Generated) {
    let folder = tempfile::tempdir().unwrap();
    let made = generate(domains, seed, format, &folder.path().join(file)).unwrap();
    (folder, made)
}

#[test]
fn the_default_watermark_is_what_it_says() {
    assert_eq!(Order::new(1, 1).watermark.to_string(), "2026-06-01T00:00:00Z");
}

#[test]
fn the_same_order_gives_the_same_bytes_and_another_seed_others() {
    for format in Format::ALL {
        let read = |seed| {
            let (_folder, made) = make(200, seed, *format, "made.xml");
            made.files.iter().map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>()
        };
        let first = read(7);
        assert!(first == read(7), "{format}");
        assert!(first != read(8), "{format}");
    }
}

#[test]
fn names_are_unique_also_beyond_the_words() {
    for domains in [1, 2, 60, 3600, 9000] {
        let register = Register::new(domains, 3, Order::new(1, 1).watermark);
        let names: HashSet<_> = (0..domains + 100).map(|index| register.name(index).unwrap()).collect();
        assert_eq!(names.len() as u64, domains + 100);
    }
}

#[test]
fn counts_and_links_are_right() {
    let register = Register::new(2000, 11, Order::new(1, 1).watermark);
    let mut objects: Vec<Object> = vec![register.idn_table()];
    objects.extend((0..register.registrars).map(|index| register.registrar(index).unwrap()));
    objects.extend((0..register.contacts()).map(|index| register.contact(index).unwrap()));
    objects.extend((0..2 * register.host_pairs).map(|index| register.shared_host(index).unwrap()));
    objects.extend(
        (0..2000)
            .flat_map(|index| (0..2).map(move |number| (index, number)))
            .filter_map(|(i, n)| register.own_host(i, n)),
    );
    objects.extend((0..2000).map(|index| register.domain(index).unwrap()));
    let keys: HashSet<ObjectKey> = objects.iter().map(Object::key).collect();
    assert_eq!(keys.len(), objects.len(), "keys are unique");
    let own_hosts = register.own_hosts();
    for class in Class::ALL.iter().filter(|class| **class != Class::Nndn) {
        let found = keys.iter().filter(|key| key.class() == *class).count() as u64;
        assert_eq!(found, register.count(*class, own_hosts), "{class}");
    }
    for object in &objects {
        if let Object::Domain(domain) = object {
            assert!(keys.contains(&ObjectKey::Contact(domain.registrant.clone().unwrap())));
            assert!(domain.contacts.iter().all(|(_, handle)| keys.contains(&ObjectKey::Contact(handle.clone()))));
            assert!(domain.nameservers.iter().all(|server| keys.contains(&ObjectKey::Host(server.host.clone()))));
            assert!(keys.contains(&ObjectKey::Registrar(domain.registrar.clone())));
            assert!(!domain.statuses.is_empty());
        }
    }
}

#[test]
fn shares_are_as_documented() {
    use crate::model::contact::DeclaredKind;
    let register = Register::new(10_000, 5, Order::new(1, 1).watermark);
    let persons = (0..register.holders)
        .filter_map(|index| register.contact(index))
        .filter(|object| matches!(object, Object::Contact(it) if it.declared_kind == Some(DeclaredKind::NaturalPerson)))
        .count() as u64;
    assert!((570..630).contains(&(persons * 1000 / register.holders)), "{persons}");
    let domains: Vec<_> = (0..10_000).filter_map(|index| register.domain(index)).collect();
    let signed =
        domains.iter().filter(|it| matches!(it, Object::Domain(domain) if domain.secure_dns.is_signed())).count();
    assert!((400..600).contains(&signed), "{signed}");
    let idn = domains.iter().filter(|it| matches!(it, Object::Domain(domain) if domain.name.is_idn())).count();
    assert!((130..270).contains(&idn), "{idn}");
}

#[test]
fn sizes_out_of_bounds_are_refused() {
    let out = Path::new("/nonexistent/never-written");
    assert!(matches!(generate(0, 1, Format::RdeXml, out), Err(GenerateFault::Size)));
    assert!(matches!(diff(&Order::new(10, 1), 11, Format::RdeXml, out), Err(GenerateFault::Size)));
    assert!(matches!(generate(1, 1, Format::RdeXml, out), Err(GenerateFault::Write(..))));
}

#[test]
fn a_compressed_deposit_reads_back_as_the_plain_one() {
    use std::io::Read;
    let (_plain, plain) = make(50, 1, Format::RdeXml, "made.xml");
    let (_packed, packed) = make(50, 1, Format::RdeXml, "made.xml.gz");
    let mut text = Vec::new();
    let file = File::open(packed.files.first().unwrap()).unwrap();
    flate2::read::GzDecoder::new(file).read_to_end(&mut text).unwrap();
    assert!(text == std::fs::read(plain.files.first().unwrap()).unwrap());
}

#[test]
fn a_differential_deposit_follows_the_full_one() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let made = diff(&Order::new(1000, 9), 100, *format, &folder.path().join("diff")).unwrap();
        assert_eq!(made.counts.get(&Class::Domain), Some(&1010));
        assert!(made.deletes >= 10 && made.puts >= 90, "{made:?}");
        let text = std::fs::read_to_string(made.files.first().unwrap()).unwrap();
        assert!(text.contains("GEN-9-1000-D100") && text.contains("GEN-9-1000\""));
    }
}
