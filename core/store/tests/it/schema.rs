use crate::canary::write_lock;
use crate::house::open;
use sea_orm::{ConnectionTrait, Statement};

#[tokio::test(flavor = "multi_thread")]
async fn the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let db = write_lock(folder.path()).await;
    let query =
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'seaql%' ORDER BY name";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap();
    let schema: Vec<String> = rows.iter().map(|row| row.try_get("", "sql").unwrap()).collect();
    insta::assert_snapshot!(schema.join("\n").replace(", \"", ",\n  \""));

    // Everything that holds personal data has a date (RET-1).
    for table in schema.iter().filter(|sql| sql.starts_with("CREATE TABLE")) {
        assert!(table.contains("delete_by") || table.contains("\"tenants\""), "{table}");
    }
    let pragma = async |name: &str| {
        let query = Statement::from_string(db.get_database_backend(), format!("PRAGMA {name}"));
        db.query_one_raw(query).await.unwrap().unwrap().try_get_by_index::<String>(0).unwrap()
    };
    assert_eq!(pragma("journal_mode").await, "wal");
    drop(store);
}
