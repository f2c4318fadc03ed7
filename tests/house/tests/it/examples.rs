//! The examples hold what they say.

use crate::house::root;
use closare_policy::cases;

#[test]
fn the_stricter_policy_passes_its_table() {
    let folder = root().join("examples/policy");
    let table = std::fs::read_to_string(folder.join("stricter.test.yaml")).unwrap();
    let load = |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| error.to_string());
    let report = cases::run(&table, load).unwrap();
    assert!(report.failures.is_empty() && report.passed >= 18, "{report}");
}
