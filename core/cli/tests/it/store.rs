use crate::person::Person;
use closare_store::{
    Content, Cost, Entry, EntryKind, NewCall, OperatorKey, Outcome, Retention, Status, Store, Usage,
};
use closare_terms::{CallId, Kind, Language, Millis, PhoneNumber, Unit, UnixMillis};
use std::path::Path;

#[test]
fn without_calls_it_says_how_to_get_one() {
    let person = Person::new();
    for line in ["calls", "call last"] {
        let seen = person.runs(line);
        assert!(seen.contains("closare serve") && seen.ends_with("-- exit 1\n"), "{seen}");
    }
    // Looking must not make a store, nor a key.
    let made: Vec<_> =
        std::fs::read_dir(person.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(made.is_empty(), "{made:?}");
}

#[test]
fn without_a_server_nothing_is_stopped() {
    let seen = Person::new().runs("stop front-desk");
    assert!(seen.contains("closare serve") && seen.ends_with("-- exit 1\n"), "{seen}");
}

/// Two calls, one of which had vendors: a price for the ear, none for the voice.
async fn keep(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    let key = OperatorKey::load_or_create(&folder.join("operator.key")).unwrap();
    let store = Store::open(folder, key).await.unwrap();
    let started = UnixMillis(1_795_507_200_000);
    for id in ["call1", "call2"] {
        store
            .begin_call(NewCall {
                id: id.into(),
                agent: "desk".into(),
                workflow: "desk".into(),
                workflow_version: "ab12".into(),
                from: None,
                to: PhoneNumber::from("1000"),
                language: Language::from("en"),
                started,
                retention: Retention::plan("UTC", 30),
            })
            .unwrap();
        let (ended, reason) = (started + Millis(60_000), "hung_up".to_owned());
        let outcome = Outcome { ended, status: Status::Ended, reason, route: None, intent: None };
        store.finish_call(&id.into(), outcome);
    }
    let call = CallId::from("call1");
    let ear =
        Usage::new("speech-to-text".into(), "deepgram".into(), Some("nova-3".into()), Unit::AudioMs, 63_000);
    store.put(&call, Usage { cost: Some(Cost { micros: 8_085, currency: "EUR".into() }), ..ear });
    store.put(&call, Usage::new("text-to-speech".into(), "elevenlabs".into(), None, Unit::Characters, 412));
    store.writer().append(Entry {
        call,
        seq: 0,
        at: Millis(1_000),
        kind: EntryKind::Event,
        skeleton: serde_json::json!({"requested": {"role": "speech-to-text", "plugin": "deepgram"}})
            .to_string(),
        contents: vec![Content { index: 0, kind: Kind::Transcript, text: "8c8ebea9".into() }],
    });
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_says_what_it_cost() {
    let person = Person::new();
    person.writes("closare.yaml", "closare: 1\ndata: kept\n");
    keep(&person.folder().join("kept")).await;
    let seen = person.runs("--config closare.yaml call call1");
    let (_, counted) = seen.split_once("What vendors counted").unwrap_or_else(|| panic!("{seen}"));
    insta::assert_snapshot!(counted.split("What is kept").next().unwrap());
    let seen = person.runs("--config closare.yaml call call2");
    assert!(!seen.contains("vendors") && seen.ends_with("-- exit 0\n"), "{seen}");
    insta::assert_snapshot!(person.runs("--config closare.yaml calls"));
    let json = person.output("--config closare.yaml call call1 --json", "").stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        (&json["usage"][0]["amount"], &json["requests"][0]["id"]),
        (&63_000.into(), &"8c8ebea9".into())
    );
}
