//! Calls as they run.

use crate::house::{House, began, keep_call, said, says};
use closare_runtime::Live;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_sees_a_call_from_its_begin_to_its_end() {
    let house = House::start().await;
    let mut list = house.events("/api/live").await;
    assert_eq!(list.next().await, ("state".into(), serde_json::json!({"calls": []})));
    house.live.tell(began("call1"));
    house.live.tell(said("call1", "hello"));
    assert_eq!(list.next().await.0, "began");
    assert_eq!(list.next().await.0, "turn");
    house.live.tell(says("call1", "good"));
    assert_eq!(list.next().await.0, "words");

    // In mid-call: what was said is there, and what follows comes.
    let mut page = house.events("/api/live?call=call1").await;
    let (event, state) = page.next().await;
    assert_eq!((&*event, &state["calls"][0]["lines"][0]["heard"]), ("state", &"hello".into()));
    let good =
        serde_json::json!({"call": "call1", "speaker": "caller", "words": "good", "ai_generated": false});
    assert_eq!(state["calls"][0]["saying"], serde_json::json!({"caller": good}));
    house.live.tell(says("call1", "goodbye"));
    let (event, words) = page.next().await;
    assert_eq!((&*event, &words["words"]), ("words", &"goodbye".into()));
    house.live.tell(began("call2"));
    house.live.tell(said("call2", "not for this page"));
    house.live.tell(said("call1", "goodbye"));
    let (event, turn) = page.next().await;
    assert_eq!((&*event, &turn["heard"], &turn["ai_generated"]), ("turn", &"goodbye".into(), &false.into()));

    let running = house.with_cookie("/api/calls/call1").await.json();
    assert_eq!(running["live"]["lines"].as_array().unwrap().len(), 2);
    assert_eq!(running["live"]["saying"], serde_json::json!({}));
    keep_call(&house.store, "call1").await;
    house.live.tell(Live::Ended { call: "call1".into(), ended: "hung_up".into(), reason: String::new() });
    house.live.tell(Live::Kept { call: "call1".into() });
    assert_eq!(page.next().await.0, "ended");
    assert_eq!(page.next().await.0, "kept");
    let kept = house.with_cookie("/api/calls/call1").await.json();
    assert!(kept["live"].is_null() && kept["kept"]["call"]["status"] == "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_call_stands_in_one_list_only() {
    let house = House::start().await;
    keep_call(&house.store, "call1").await;
    let mut events = house.events("/api/live").await;
    events.next().await;
    house.live.tell(began("call1"));
    events.next().await;
    let list = house.with_cookie("/api/calls").await.json();
    assert_eq!((&list["live"][0]["id"], &list["kept"]), (&"call1".into(), &serde_json::json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_the_server() {
    let house = House::start().await;
    let mut events = house.events("/api/live").await;
    events.next().await;
    drop(house.server);
    events.ends().await;
}
