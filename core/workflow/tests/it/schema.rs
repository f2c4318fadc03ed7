//! The schema that lies in `schemas/` is the one that the code makes. `UPDATE=1` writes it.

use closare_workflow::schema;

#[test]
fn schema_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/workflow.schema.json");
    let made = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).expect("the folder `schemas`");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(there == made, "schemas/workflow.schema.json is stale: run this test with UPDATE=1");
}
