use crate::canary::{files, has};
use crate::house::*;
use closare_store::{Cost, Entry, NewCall, Retention, Usage};
use closare_terms::{CallId, Kind, Millis};
use serde_json::json;
use std::collections::BTreeMap;

const DAY: u64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn a_requests_name_goes_with_the_words_and_what_it_cost_with_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let call = CallId::from("call1");
    let mut retention = Retention::plan("Europe/Berlin", 30);
    retention.shorter_days = BTreeMap::from([(Kind::Transcript, 7)]);
    store.begin_call(NewCall { retention, ..new_call("call1") }).unwrap();
    store.put(&call, usage());
    store.writer().append(entry(&call, 0, "no request"));
    store.writer().append(Entry {
        skeleton: json!({"requested": {"role": "speech-to-text", "index": 0, "plugin": "deepgram"}})
            .to_string(),
        ..entry(&call, 1, "8c8ebea9")
    });
    store.finish_call(&call, outcome());
    store.flush().await;
    let requests = store.requests(&call).await.unwrap();
    let [request] = &requests[..] else { panic!("{} requests", requests.len()) };
    assert_eq!((&*request.plugin, &*request.role, &*request.id), ("deepgram", "speech-to-text", "8c8ebea9"));

    store.sweep(STARTED + Millis::from_secs(9 * DAY)).await.unwrap();
    assert!(store.requests(&call).await.unwrap().is_empty());
    assert_eq!(store.call(&call).await.unwrap().unwrap().usage, [usage()]);
    let costs = store.costs(std::slice::from_ref(&call)).await.unwrap();
    assert_eq!(costs, BTreeMap::from([(call.clone(), vec![usage().cost.unwrap()])]));

    store.sweep(STARTED + Millis::from_secs(32 * DAY)).await.unwrap();
    assert!(store.costs(&[call]).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_calls_cost_is_summed_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let cost = |micros, currency: &str| Some(Cost { micros, currency: currency.into() });
    let rows = [
        ("call1", "deepgram", cost(8_100, "EUR")),
        ("call1", "openai", cost(900, "EUR")),
        ("call1", "elsewhere", cost(5, "USD")),
        ("call2", "deepgram", None),
    ];
    let ids = ["call1", "call2", "call3"].map(CallId::from);
    for id in &ids {
        store.begin_call(new_call(id.as_str())).unwrap();
    }
    for (call, plugin, cost) in rows {
        store.put(&call.into(), Usage { plugin: plugin.into(), cost, ..usage() });
    }
    store.flush().await;
    let sums = vec![cost(9_000, "EUR").unwrap(), cost(5, "USD").unwrap()];
    assert_eq!(store.costs(&ids).await.unwrap(), BTreeMap::from([(ids[0].clone(), sums)]));
    // A later sum stands in place of the one before.
    store.put(&ids[1], Usage { amount: 64_000, cost: cost(1, "EUR"), ..usage() });
    store.flush().await;
    let kept = store.call(&ids[1]).await.unwrap().unwrap().usage;
    assert_eq!((kept.len(), kept[0].amount, kept[0].cost.clone()), (1, 64_000, cost(1, "EUR")));
}

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
