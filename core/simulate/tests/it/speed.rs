//! How fast calls are simulated: a whole suite of calls must cost nothing.

use crate::kit::{policies, workflow};
use closare_simulate::{Scenarios, speed};
use std::path::Path;
use std::time::Instant;

/// A thousand times faster than real time, on one core and unoptimized.
#[test]
fn a_thousand_times_faster_than_a_call() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows");
    let text = |file: &str| std::fs::read_to_string(folder.join(file)).expect("a file of the repository");
    let workflow = workflow(&text("front-desk.yaml"));
    let scenarios = Scenarios::read(&text("front-desk.test.yaml")).expect("test calls").calls;
    let policies = policies();
    let begun = Instant::now();
    let done = speed(60, &scenarios, &workflow, &policies);
    let took = begun.elapsed();
    let times = done.simulated.0 as f64 / took.as_millis().max(1) as f64;
    println!(
        "{} calls, {} of talk, {} moments in {took:?}: {times:.0} times real time",
        done.calls, done.simulated, done.moments
    );
    assert_eq!(done.failed, 0);
    assert!(times > 1_000.0, "{times:.0} times real time");
}
