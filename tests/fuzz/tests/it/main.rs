//! Each target over its corpus, over random bytes, and over its corpus broken in random ways: the same ways each time.
//!
//! `FUZZ_SECONDS` goes on with further ways for that long, `FUZZ_TARGET` picks one target. `make fuzz` sets them where no guided
//! run is possible.

mod change;
mod found;
mod line;
mod long;

use crate::change::changed;
use closare_test_fuzz::Target;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::fs;
use std::time::{Duration, Instant};

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { holds(stringify!($name)); })*

        #[test]
        fn every_target_has_a_test() {
            let names: Vec<&str> = closare_test_fuzz::ALL.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

targets! { audio call digest events manifest rtcp rtp sdp sip slots stream workflow }

/// Bounds are checked beside the work of others, by a build without optimisation: far above what any input takes.
const CHECK_MAX: Duration = Duration::from_secs(10);

fn holds(name: &str) {
    let target = closare_test_fuzz::find(name).expect("each name is a target's");
    if std::env::var("FUZZ_TARGET").is_ok_and(|wanted| !wanted.is_empty() && wanted != name) {
        return;
    }
    let seeds = seeds(target);
    for seed in &seeds {
        check(target, seed);
    }
    let began = Instant::now();
    let until = std::env::var("FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let mut round = 0;
    loop {
        random(target, &seeds, round);
        round += 1;
        if until.is_none_or(|seconds| began.elapsed().as_secs() >= seconds) {
            break;
        }
    }
    let cases = u64::from(target.cases) * round;
    println!("{name}: {} inputs and {cases} random ones in {:.1?}", seeds.len(), began.elapsed());
}

fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let files = target.seeds().unwrap_or_else(|error| panic!("the corpus of `{}`: {error}", target.name));
    let seeds: Vec<_> = files.iter().map(|path| fs::read(path).expect("a file of the corpus")).collect();
    assert!(seeds.len() >= 3, "expected at least 3 examples of `{}`, found {}", target.name, seeds.len());
    seeds
}

fn random(target: &Target, seeds: &[Vec<u8>], round: u64) {
    let config = Config {
        cases: target.cases,
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&round.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let result = runner.run(&changed(seeds, target.length_max), |bytes| {
        check(target, &bytes);
        Ok::<(), TestCaseError>(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => panic!("{why}\n{}", found::kept(target, &bytes)),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

fn check(target: &Target, bytes: &[u8]) {
    let began = Instant::now();
    (target.check)(bytes);
    assert!(began.elapsed() < CHECK_MAX, "it took {:?} for {} bytes", began.elapsed(), bytes.len());
}
