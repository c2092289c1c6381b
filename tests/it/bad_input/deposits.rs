//! Deposits that are refused whole, with a text that names file and line where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Numbers, copy, looked_up, published, said};
use crate::server::{Place, loket};

fn sample() -> String {
    fs::read_to_string("data/sample/full.xml").unwrap()
}

/// A register that was published, and what it must still be after each refusal.
struct Victim {
    place: Place,
    current: Vec<u8>,
    answer: String,
}

impl Victim {
    fn new() -> Victim {
        let place = published();
        let current = fs::read(place.state().join("CURRENT")).unwrap();
        let answer = looked_up(&place, "bedrijf.be");
        assert!(answer.contains("Bedrijf Voorbeeld NV"));
        copy(&place.state(), &place.path("state.good"));
        Victim { place, current, answer }
    }

    /// Writes a deposit beside the state.
    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.place.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The deposit is refused with exit code 65 and all of these words, and nothing changed.
    fn refuses(&self, deposit: &Path, words: &[&str]) {
        let output = self.place.run(&["import", deposit.to_str().unwrap()]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(65), "{}: {said}", deposit.display());
        for word in words {
            assert!(said.contains(word), "{}: no {word:?} in {said}", deposit.display());
        }
        assert!(!said.contains("panicked") && !said.contains("unexpectedly"), "{said}");
        assert_eq!(fs::read(self.place.state().join("CURRENT")).unwrap(), self.current, "{}", deposit.display());
    }

    /// What was served before is served after.
    fn is_as_before(&self) {
        assert_eq!(looked_up(&self.place, "bedrijf.be"), self.answer);
        let folders = |of: &str| fs::read_dir(self.place.state().join(of)).unwrap().count();
        assert_eq!((folders("vault"), folders("public")), (1, 2), "what was put aside is gone");
    }

    fn refuses_text(&self, name: &str, deposit: &str, words: &[&str]) {
        self.refuses(&self.write(name, deposit.as_bytes()), words);
        self.is_as_before();
    }
}

#[test]
fn deposits_truncated_anywhere_are_refused() {
    let victim = Victim::new();
    let whole = sample();
    let bytes = whole.as_bytes();
    for cut in 0..40 {
        let deposit = victim.write("cut.xml", &bytes[..bytes.len() * cut / 40]);
        victim.refuses(&deposit, &["cut.xml"]);
    }
    for left_off in [2, 5, 16] {
        victim.refuses(&victim.write("cut.xml", &bytes[..bytes.trim_ascii_end().len() - left_off]), &["cut.xml:"]);
    }
    victim.is_as_before();
    let packed = victim.place.path("whole.jsonl.gz");
    let made = loket(&["generate", "--domains", "200", "--format", "jsonl", "--out", packed.to_str().unwrap()]);
    assert!(made.status.success());
    let bytes = fs::read(packed).unwrap();
    for cut in 1..8 {
        victim.refuses(&victim.write("cut.jsonl.gz", &bytes[..bytes.len() * cut / 8]), &["cut.jsonl.gz"]);
    }
    victim.is_as_before();
}

/// One flipped bit may leave a valid deposit: then that one is published, whole. Anything else is refused.
#[test]
fn deposits_with_flipped_bits_are_refused_or_taken_whole() {
    let taken: usize = std::thread::scope(|scope| {
        let halves = [0xf11b, 0xf11c].map(|seed| scope.spawn(move || flip(seed, 100)));
        halves.into_iter().map(|half| half.join().unwrap()).sum()
    });
    assert!((1..200).contains(&taken), "both happen: {taken}");
}

/// How many of so many flipped deposits were taken.
fn flip(seed: u64, times: usize) -> usize {
    let victim = Victim::new();
    let whole = sample().into_bytes();
    let mut numbers = Numbers(seed);
    let mut taken = 0;
    for _ in 0..times {
        let (at, bit) = (numbers.below(whole.len()), numbers.below(8));
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        let deposit = victim.write("flipped.xml", &bytes);
        let output = victim.place.run(&["import", deposit.to_str().unwrap()]);
        let said = said(&output);
        assert!(!said.contains("panicked") && !said.contains("unexpectedly"), "byte {at} bit {bit}: {said}");
        match output.status.code() {
            Some(65) => {
                assert!(said.contains("flipped.xml"), "byte {at} bit {bit}: {said}");
                assert_eq!(fs::read(victim.place.state().join("CURRENT")).unwrap(), victim.current, "{at} {bit}");
            }
            Some(0) => {
                taken += 1;
                assert!(looked_up(&victim.place, "hold.be").contains("Status:\tNOT AVAILABLE"), "{at} {bit}");
                copy(&victim.place.path("state.good"), &victim.place.state());
            }
            code => panic!("byte {at} bit {bit}: {code:?}: {said}"),
        }
    }
    victim.is_as_before();
    taken
}

#[test]
fn es_09_es_16_wrong_counts_and_dangling_links_are_refused_with_file_and_line() {
    let victim = Victim::new();
    let count = "<rdeHeader:count uri=\"urn:ietf:params:xml:ns:rdeDomain-1.0\">197<";
    victim.refuses_text(
        "count.xml",
        &sample().replace(count, &count.replace("197", "198")),
        &["wrong-count", "count.xml:", "198", "197"],
    );
    let link = "<rdeDomain:registrant>c1001<";
    let dangling = sample().replacen(link, "<rdeDomain:registrant>c999999<", 1);
    let line = dangling.lines().position(|line| line.contains("c999999")).unwrap();
    victim.refuses_text("link.xml", &dangling, &["dangling", "link.xml:", "bedrijf.be"]);
    let near = |said: &str| {
        let place = said.split("link.xml:").nth(1).unwrap().split(':').next().unwrap().parse::<usize>().unwrap();
        assert!(place.abs_diff(line + 1) < 20, "{place} is near {line}");
    };
    near(&said(&victim.place.run(&["import", victim.place.path("link.xml").to_str().unwrap()])));
    for (from, to) in [
        ("<domain:hostObj>ns1.dienst.example<", "<domain:hostObj>ns1.nergens.example<"),
        ("<rdeDomain:clID>reg-beta<", "<rdeDomain:clID>reg-niemand<"),
        ("<rdeDomain:contact type=\"tech\">c1002<", "<rdeDomain:contact type=\"tech\">c888888<"),
    ] {
        assert!(sample().contains(from), "{from}");
        victim.refuses_text("links.xml", &sample().replacen(from, to, 1), &["dangling", "links.xml:"]);
    }
}

#[test]
fn es_26_bombs_entities_and_depth_are_refused_at_once() {
    let victim = Victim::new();
    let (declaration, rest) = sample().split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let mut lol = String::from("<!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for level in 1..10 {
        let previous = if level == 1 { "lol".to_owned() } else { format!("lol{}", level - 1) };
        lol.push_str(&format!("<!ENTITY lol{level} \"{}\">", format!("&{previous};").repeat(10)));
    }
    lol.push_str("]>");
    let street = "Bedrijvenpark Fictief";
    for (name, deposit, words) in [
        (
            "bomb.xml",
            format!("{declaration}\n{lol}\n{}", rest.replacen(street, "&lol9;", 1)),
            &["forbidden-markup", "bomb.xml:2"][..],
        ),
        (
            "dtd.xml",
            format!("{declaration}\n<!DOCTYPE deposit SYSTEM \"file:///etc/passwd\">\n{rest}"),
            &["forbidden-markup", "dtd.xml:2"],
        ),
        ("entity.xml", sample().replacen(street, "&secret;", 1), &["forbidden-markup", "entity.xml:"]),
        (
            "deep.xml",
            sample().replacen(street, &format!("{}{}", "<x>".repeat(200_000), "</x>".repeat(200_000)), 1),
            &["too-large", "deep.xml:"],
        ),
        ("long.xml", sample().replacen(street, &"x".repeat(20_000_000), 1), &["too-large", "long.xml:"]),
        ("nothing.xml", String::new(), &["nothing.xml"]),
        ("words.xml", "Dit is geen deposit.".to_owned(), &["malformed", "words.xml:1"]),
        ("html.xml", "<html><body>404</body></html>".to_owned(), &["html.xml:1"]),
    ] {
        victim.refuses_text(name, &deposit, words);
    }
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"1\"")).collect();
    victim.refuses_text(
        "wide.xml",
        &sample().replacen("<rde:contents>", &format!("<rde:contents{attributes}>"), 1),
        &["wide.xml"],
    );
    victim.refuses(Path::new("/dev/null"), &["/dev/null"]);
    victim.refuses(Path::new("data"), &["data"]);
    victim.refuses(Path::new("/nowhere.xml"), &["/nowhere.xml"]);
}

#[test]
fn control_characters_are_dropped_with_a_warning() {
    let victim = Victim::new();
    let deposit = victim.write("nul.xml", sample().replacen("Bedrijvenpark Fictief", "Bedrijven\0park", 1).as_bytes());
    let said = victim.place.import(&[deposit.to_str().unwrap()]);
    assert!(said.contains("nul.xml:") && said.contains("repaired"), "{said}");
    assert!(looked_up(&victim.place, "bedrijf.be").contains("\tStreet:\tBedrijvenpark\r\n"));
}

#[test]
fn a_packed_bomb_is_refused_in_little_memory() {
    let victim = Victim::new();
    let bomb = victim.place.path("bomb.xml.gz");
    let made = Command::new("bash")
        .arg("-c")
        .arg("(printf '<?xml version=\"1.0\"?><deposit>'; head -c 300000000 /dev/zero | tr '\\0' 'x') | gzip -1 > \"$0\"")
        .arg(&bomb)
        .status()
        .unwrap();
    assert!(made.success());
    let config = victim.place.config().to_str().unwrap();
    // 1 GiB of address space is far below what the bomb unpacks to in any buffer that grows by doubling.
    let output = Command::new("bash")
        .args(["-c", "ulimit -v 1048576; exec \"$@\"", "-", env!("CARGO_BIN_EXE_loket")])
        .args(["import", bomb.to_str().unwrap(), "--config", config])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(65), "{}", said(&output));
    victim.is_as_before();
}

#[test]
fn es_19_csv_with_a_wrong_checksum_or_strange_files_is_refused() {
    let victim = Victim::new();
    let folder = victim.place.path("csv");
    fs::create_dir(&folder).unwrap();
    let manifest = folder.join("m.xml");
    let made = loket(&["generate", "--domains", "200", "--format", "rde-csv", "--out", manifest.to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    let file = folder.join("m-00-domain.csv");
    // Younger than the sample, so that nothing but its files is wrong with it.
    let list = fs::read_to_string(&manifest).unwrap().replacen("2026-06-01", "2026-07-01", 1);
    fs::write(&manifest, &list).unwrap();
    let whole = fs::read(&file).unwrap();

    let mut altered = whole.clone();
    let at = altered.windows(4).position(|window| window == b"2034").unwrap_or(altered.len() / 2);
    altered[at + 3] = if altered[at + 3] == b'5' { b'6' } else { b'5' };
    fs::write(&file, &altered).unwrap();
    victim.refuses(&manifest, &["bad-checksum", "m-00-domain.csv"]);
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    victim.refuses(&manifest, &["m-00-domain.csv"]);
    fs::remove_file(&file).unwrap();
    victim.refuses(&manifest, &["m.xml:", "csv domain"]);
    fs::write(&file, &whole).unwrap();
    for name in ["../secret.csv", "/etc/passwd", "..", "a/../../secret.csv"] {
        fs::write(victim.place.path("secret.csv"), &whole).unwrap();
        fs::write(&manifest, list.replace("m-00-domain.csv", name)).unwrap();
        victim.refuses(&manifest, &["m.xml:"]);
    }
    victim.is_as_before();
}

#[test]
fn a_shrinking_register_is_refused_until_told_otherwise() {
    let victim = Victim::new();
    let small = victim.place.path("small.jsonl");
    let small = small.to_str().unwrap();
    assert!(loket(&["generate", "--domains", "50", "--format", "jsonl", "--out", small]).status.success());
    let later = fs::read_to_string(small).unwrap().replacen("2026-06-01", "2026-07-01", 1);
    fs::write(small, later).unwrap();
    victim.refuses(Path::new(small), &["shrinks", "small.jsonl"]);
    victim.is_as_before();
    let output = victim.place.run(&["import", small, "--allow-shrink"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(looked_up(&victim.place, "bedrijf.be").contains("Status:\tAVAILABLE"));
}

#[test]
fn es_06_deposits_out_of_order_are_refused() {
    let victim = Victim::new();
    let diff = fs::read_to_string("data/sample/diff.xml").unwrap();
    for (name, deposit, words) in [
        (
            "gap.xml",
            diff.replace("prevId=\"SAMPLE-20260601\"", "prevId=\"SAMPLE-20260531\""),
            &["out-of-order", "gap.xml"][..],
        ),
        ("chainless.xml", diff.replace(" prevId=\"SAMPLE-20260601\"", ""), &["chainless.xml"]),
        ("older.xml", diff.replace("2026-06-02T00:00:00Z", "2026-05-31T00:00:00Z"), &["out-of-order", "older.xml"]),
        ("future.xml", diff.replace("2026-06-02T00:00:00Z", "2126-06-02T00:00:00Z"), &["bad-watermark", "future.xml:"]),
        (
            "full-future.xml",
            sample().replace("2026-06-01T00:00:00Z", "2126-06-01T00:00:00Z"),
            &["bad-watermark", "full-future.xml:"],
        ),
        (
            "full-older.xml",
            sample().replace("2026-06-01T00:00:00Z", "2020-06-01T00:00:00Z"),
            &["out-of-order", "full-older.xml"],
        ),
        ("type.xml", diff.replace("type=\"DIFF\"", "type=\"PATCH\""), &["bad-frame", "type.xml:"]),
    ] {
        victim.refuses_text(name, &deposit, words);
    }
    // After all of these the right one applies.
    victim.place.import(&["data/sample/diff.xml"]);
    assert!(looked_up(&victim.place, "verdwijnt.be").contains("Status:\tAVAILABLE"));
}

#[test]
fn a_second_import_while_one_runs_is_refused_and_harms_none() {
    let victim = Victim::new();
    let lock = fs::File::options().write(true).open(victim.place.state().join("import.lock")).unwrap();
    lock.lock().unwrap();
    for arguments in [&["import", "data/sample/diff.xml"][..], &["rebuild"]] {
        let output = victim.place.run(arguments);
        assert_eq!(output.status.code(), Some(71), "{}", said(&output));
        assert!(said(&output).contains("another import is running"), "{}", said(&output));
        assert_eq!(looked_up(&victim.place, "bedrijf.be"), victim.answer, "answers go on");
    }
    drop(lock);
    victim.place.import(&["data/sample/diff.xml"]);
}
