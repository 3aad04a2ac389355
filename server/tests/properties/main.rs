//! What no example thinks of: random bytes, mutated examples, and the seeds of the fuzz targets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod checks;

use std::{fs, path::Path};

use proptest::{collection::vec, prelude::*, sample::Index};

/// A check for any bytes.
type Check = fn(&[u8]);

const CHECKS: [(&str, Check); 4] = [
    ("frame_guard", checks::frame_guard),
    ("frame_decoder", checks::frame_decoder),
    ("rest_body", checks::rest_body),
    ("headers", checks::headers),
];

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/seeds")
        .join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let seeds: Vec<_> = files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert!(seeds.len() >= 3, "{target} has few seeds");
    seeds
}

#[test]
fn every_seed_passes_its_check() {
    for (target, check) in CHECKS {
        for seed in seeds(target) {
            check(&seed);
        }
    }
}

#[test]
fn every_check_is_a_fuzz_target() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/targets");
    let mut found: Vec<String> = fs::read_dir(targets)
        .unwrap()
        .map(|file| {
            file.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    found.sort_unstable();
    let mut named = CHECKS.map(|(name, _)| name.to_owned());
    named.sort_unstable();
    assert_eq!(found, named);
}

/// A seed with some bytes replaced, taken out, or put in twice.
fn mutated(seed: &[u8], changes: &[(Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (place, kind, byte) in changes {
        if bytes.is_empty() {
            return bytes;
        }
        let at = place.index(bytes.len());
        match kind % 4 {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.remove(at)),
            _ => {
                let tail = bytes[at..].to_vec();
                bytes.extend(tail);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_pass_every_check(data in vec(any::<u8>(), 0..300)) {
        for (_, check) in CHECKS {
            check(&data);
        }
    }

    #[test]
    fn mutated_seeds_pass_their_check(
        which in any::<Index>(),
        changes in vec((any::<Index>(), any::<u8>(), any::<u8>()), 1..8),
    ) {
        for (target, check) in CHECKS {
            let seeds = seeds(target);
            check(&mutated(&seeds[which.index(seeds.len())], &changes));
        }
    }
}
