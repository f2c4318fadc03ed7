//! Calls as they were kept.

use crate::house::{House, MARKUP, keep_call};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_data_and_its_page_is_always_the_same() {
    let house = House::start().await;
    keep_call(&house.store, "call1").await;
    let answer = house.with_cookie("/api/calls/call1").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    let call = answer.json();
    assert_eq!(call["timezone"], "Europe/Berlin");
    assert_eq!(call["live"], serde_json::Value::Null);
    let turn = &call["kept"]["turns"][0];
    assert_eq!((&turn["heard"], &turn["unheard"]), (&MARKUP.into(), &" never heard".into()));
    assert_eq!(turn["ai_generated"], true);
    let cost = &call["kept"]["usage"][0]["cost"];
    assert_eq!((&cost["micros"], &cost["currency"]), (&3_000.into(), &"EUR".into()));
    assert_eq!(
        (&call["requests"][0]["plugin"], &call["requests"][0]["id"]),
        (&"openai".into(), &"req_011".into())
    );
    assert!(call["dates"]["consent"].as_i64() > call["dates"]["call"].as_i64());

    let page = house.with_cookie("/calls/call1").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.body, house.with_cookie("/calls/%3Cscript%3Ealert(1)").await.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_calls() {
    let house = House::start().await;
    keep_call(&house.store, "call1").await;
    let list = house.with_cookie("/api/calls").await.json();
    assert_eq!(list["kept"].as_array().unwrap().len(), 1);
    assert_eq!(list["kept"][0]["end_reason"], "caller_hung_up");
    assert_eq!(list["live"], serde_json::json!([]));
    assert_eq!(list["vendors"][0]["failures"], serde_json::json!({"stalled": 1}));
    assert_eq!(house.with_cookie("/api/calls/call2").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_comes_whole_or_in_parts() {
    let house = House::start().await;
    keep_call(&house.store, "call1").await;
    let cookie = house.cookie().await;
    let get = async |query: &str, range: &str| {
        let more = format!("Cookie: {cookie}\r\n{range}");
        house.get(&format!("/api/calls/call1/recording.wav{query}"), &more).await
    };
    let whole = get("", "").await;
    assert_eq!((whole.status, &*whole.headers["content-type"]), (200, "audio/wav"));
    assert!(whole.body.starts_with(b"RIFF") && whole.body.len() > 16_000);
    let length = whole.body.len();

    let part = get("?n=0", "Range: bytes=8-11\r\n").await;
    assert_eq!((part.status, &*part.body), (206, &b"WAVE"[..]));
    assert_eq!(part.headers["content-range"], format!("bytes 8-11/{length}"));
    let beyond = get("", &format!("Range: bytes={length}-\r\n")).await;
    assert_eq!((beyond.status, beyond.headers["content-range"].clone()), (416, format!("bytes */{length}")));
    assert_eq!(get("?n=1", "").await.status, 404);
}
