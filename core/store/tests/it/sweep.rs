use crate::canary::{files, has};
use crate::house::*;
use closare_store::NewCall;
use closare_terms::{CallId, Millis};

const DAY: u64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn after_its_date_nothing_of_a_call_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    whole_call(&store, "call1").await;
    store.begin_call(NewCall { from: None, ..new_call("live") }).unwrap();
    let early = store.sweep(STARTED + Millis::from_secs(29 * DAY)).await.unwrap();
    assert_eq!((early.files, early.rows.values().sum::<u64>()), (0, 0));

    let receipt = store.sweep(STARTED + Millis::from_secs(32 * DAY)).await.unwrap();
    insta::assert_yaml_snapshot!(receipt.rows);
    assert_eq!(receipt.files, 1);
    assert!(store.call(&CallId::from("call1")).await.unwrap().is_none());
    assert!(store.call(&CallId::from("live")).await.unwrap().is_some());
    // What lay open of it is gone from the files, too; the consent record outlives its call.
    for file in files(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!has(&bytes, b"front_desk") && !has(&bytes, b"offline-stt"), "{}", file.display());
    }

    let receipt = store.sweep(STARTED + Millis::from_secs((30 + 1095 + 2) * DAY)).await.unwrap();
    assert_eq!(receipt.rows["consent"], 1);
}
