use crate::canary::{files, write_lock};
use crate::house::*;
use closare_store::{Kept, Store};
use closare_terms::CallId;
use std::path::Path;
use std::time::{Duration, Instant};

fn spooled(folder: &Path) -> usize {
    files(&folder.join("spool")).len()
}

async fn append(store: &Store, seqs: std::ops::Range<u64>) {
    let writer = store.writer();
    let began = Instant::now();
    for seq in seqs {
        writer.append(entry(&CallId::from("call1"), seq, "words"));
    }
    assert!(began.elapsed() < Duration::from_millis(400), "appending waited for {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_the_database_is_away_is_spooled_and_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let lock = write_lock(folder.path()).await;
    store.begin_call(new_call("call1")).unwrap();
    append(&store, 0..50).await;
    assert_eq!(store.flush().await, Kept::Spool);
    append(&store, 50..100).await;
    assert_eq!(store.flush().await, Kept::Spool);
    assert_eq!(spooled(folder.path()), 2);
    assert_eq!(store.writer().health().queued_bytes, 0);

    lock.close().await.unwrap();
    append(&store, 100..101).await;
    assert_eq!(store.flush().await, Kept::Database);
    assert_eq!(spooled(folder.path()), 0);
    let log = store.log(&CallId::from("call1")).await.unwrap();
    assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (0..101).collect::<Vec<_>>());
    assert_eq!(store.writer().health().lost_rows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spool_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let lock = write_lock(folder.path()).await;
    store.begin_call(new_call("call1")).unwrap();
    append(&store, 0..10).await;
    assert_eq!(store.flush().await, Kept::Spool);
    // Checkpointing needs the lock that is taken: the process ends all the same.
    let _ = store.close().await;
    lock.close().await.unwrap();
    std::fs::write(folder.path().join("spool/00000000000000000099.spool"), "garbage").unwrap();

    let store = open(folder.path()).await;
    assert_eq!(store.log(&CallId::from("call1")).await.unwrap().len(), 10);
    let left = files(&folder.path().join("spool"));
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].extension().unwrap(), "unreadable");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_neither_database_nor_spool_rows_wait_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let lock = write_lock(folder.path()).await;
    std::fs::remove_dir(folder.path().join("spool")).unwrap();
    store.begin_call(new_call("call1")).unwrap();
    append(&store, 0..10).await;
    assert_eq!(store.flush().await, Kept::Memory);
    assert!(store.writer().health().queued_bytes > 0);

    std::fs::create_dir(folder.path().join("spool")).unwrap();
    lock.close().await.unwrap();
    assert_eq!(store.flush().await, Kept::Database);
    assert_eq!(store.log(&CallId::from("call1")).await.unwrap().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_call_was_erased_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.begin_call(new_call("call1")).unwrap();
    store.finish_call(&CallId::from("call1"), outcome());
    store.flush().await;
    store.sweep(STARTED + closare_terms::Millis::from_secs(40 * 86_400)).await.unwrap();
    store.begin_call(new_call("call2")).unwrap();
    store.put(&CallId::from("call1"), summary());
    store.put(&CallId::from("call2"), summary());
    assert_eq!(store.flush().await, Kept::Database);
    assert!(store.call(&CallId::from("call1")).await.unwrap().is_none());
    assert!(store.call(&CallId::from("call2")).await.unwrap().unwrap().summary.is_some());
    assert_eq!(store.writer().health().lost_rows, 1);
}
