use crate::house::*;
use closare_store::Kept;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use std::path::{Path, PathBuf};

#[tokio::test(flavor = "multi_thread")]
async fn no_word_and_no_number_lies_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let samples = whole_call(&store, "call1").await;
    assert_eq!(store.flush().await, Kept::Database);
    // Into the spool, too.
    let lock = write_lock(folder.path()).await;
    whole_call(&store, "call2").await;
    assert_eq!(store.flush().await, Kept::Spool);

    let files = files(folder.path());
    let named = |name: &str| files.iter().any(|file| file.to_string_lossy().contains(name));
    assert!(named("closare.db-wal") && named(".spool") && named(".rec"), "{files:?}");
    let some_sound: Vec<u8> = samples[100..120].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        for canary in CANARIES {
            assert!(!has(&bytes, canary.as_bytes()), "`{canary}` in {}", file.display());
        }
        assert!(!has(&bytes, &some_sound), "sound in {}", file.display());
    }
    // The search finds what does lie open.
    let database: Vec<u8> = files
        .iter()
        .filter(|file| file.to_string_lossy().contains("closare.db"))
        .flat_map(|file| std::fs::read(file).unwrap())
        .collect();
    assert!(has(&database, b"front_desk"));
    drop(lock);
}

/// Another connection that holds the database's write lock until it is dropped.
pub async fn write_lock(folder: &Path) -> sea_orm::DatabaseConnection {
    let mut options = ConnectOptions::new(format!("sqlite://{}/closare.db", folder.display()));
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    db.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    db
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

pub fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
