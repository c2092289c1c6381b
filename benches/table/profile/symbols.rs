//! Functions that the compiler put into others, found by the line tables of a program.

use std::collections::HashMap;
use std::fs;

use addr2line::Loader;

use crate::frame::stacks::{Call, Sample};

/// A program or library with its line tables.
struct Program {
    loader: Loader,
    /// Where pieces of the file are in memory: offset, octets, address.
    pieces: Vec<(u64, u64, u64)>,
}

/// The programs that were met so far, and what was found in them.
#[derive(Default)]
pub struct Symbols {
    programs: HashMap<String, Option<Program>>,
    found: HashMap<(String, u64), Vec<String>>,
}

impl Symbols {
    /// Puts inlined functions between those of a stack. Where a file does not tell, the stack stays as it is.
    pub fn refine(&mut self, sample: Sample) -> Sample {
        let stack = sample.stack.iter().flat_map(|call| self.calls(call)).collect();
        Sample { stack, ..sample }
    }

    fn calls(&mut self, call: &Call) -> Vec<Call> {
        if call.is_kernel() || !call.file.starts_with('/') {
            return vec![call.clone()];
        }
        let key = (call.file.clone(), call.at);
        if !self.found.contains_key(&key) {
            let program = self.programs.entry(call.file.clone()).or_insert_with(|| Program::open(&call.file));
            let names = program.as_ref().map(|program| program.functions(call.at)).unwrap_or_default();
            self.found.insert(key.clone(), names);
        }
        match self.found.get(&key) {
            Some(names) => {
                let inlined = names.iter().map(|name| Call { name: name.clone(), ..call.clone() });
                inlined.chain([call.clone()]).collect()
            }
            None => vec![call.clone()],
        }
    }
}

impl Program {
    fn open(path: &str) -> Option<Program> {
        let loader = Loader::new(path).ok()?;
        Some(Program { loader, pieces: pieces(&fs::read(path).ok()?) })
    }

    /// The functions at an offset of the file that were put into the one that the symbol names. Line tables give them
    /// short names; where they are written tells the rest.
    fn functions(&self, at: u64) -> Vec<String> {
        let piece = self.pieces.iter().find(|(offset, octets, _)| (*offset..offset + octets).contains(&at));
        let Some((offset, _, address)) = piece else { return Vec::new() };
        let Ok(mut frames) = self.loader.find_frames(at - offset + address) else { return Vec::new() };
        let mut names = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let name = frame.function.as_ref().and_then(|function| function.demangle().ok()).unwrap_or_default();
            let written = frame.location.and_then(|location| location.file).map(module).unwrap_or_default();
            names.push(written + &name);
        }
        // The last is the one that the symbol names in full.
        names.pop();
        names
    }
}

/// The path of a module by the file that it is written in: crate and folders, each with `::` behind it.
fn module(file: &str) -> String {
    const OWN: &str = env!("CARGO_MANIFEST_DIR");
    let own = |path: &str| match path.strip_prefix("benches/table/") {
        Some(rest) => format!("table/{rest}"),
        None => format!("loket/{}", path.strip_prefix("src/").unwrap_or(path)),
    };
    let path = if let Some(path) = file.strip_prefix(OWN) {
        own(path.trim_start_matches('/'))
    } else if let Some((_, path)) = file.split_once("/registry/src/") {
        // `index.crates.io-1949cf8c6b5b557f/hyper-util-0.1.21/src/rt/tokio.rs`.
        let path = path.split_once('/').map_or(path, |(_, path)| path);
        let (package, rest) = path.split_once('/').unwrap_or((path, ""));
        let package = package.rsplit_once('-').map_or(package, |(package, _)| package);
        format!("{}/{}", package.replace('-', "_"), rest.strip_prefix("src/").unwrap_or(rest))
    } else if let Some((_, path)) = file.split_once("/library/") {
        path.replacen("/src/", "/", 1).replace("/..", "")
    } else if file.starts_with('/') {
        return String::new();
    } else {
        own(file)
    };
    let path = path.trim_end_matches(".rs").trim_end_matches(".c").trim_end_matches("/mod").trim_end_matches("/lib");
    path.replace('/', "::") + "::"
}

/// Which pieces of a file of ELF with 64 bits are loaded: offset, octets, address.
fn pieces(file: &[u8]) -> Vec<(u64, u64, u64)> {
    /// The type of a piece that is loaded.
    const LOADED: u64 = 1;
    let number = |at: usize, octets: usize| {
        let bytes = file.get(at..at + octets).unwrap_or_default();
        bytes.iter().rev().fold(0_u64, |number, octet| number << 8 | u64::from(*octet))
    };
    let (table, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    (0..count)
        .map(|entry| usize::try_from(table + entry * size).unwrap_or(usize::MAX / 2))
        .filter(|at| number(*at, 4) == LOADED)
        .map(|at| (number(at + 8, 8), number(at + 32, 8), number(at + 16, 8)))
        .collect()
}
