use crate::canary::write_lock;
use crate::house::*;
use closare_store::*;
use closare_terms::{CallId, Kind, Millis, PhoneNumber, UnixMillis};
use sea_orm::{ConnectionTrait, Statement};
use std::collections::BTreeMap;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let samples = whole_call(&store, "call1").await;
    assert_eq!(store.flush().await, Kept::Database);

    let call = CallId::from("call1");
    let detail = store.call(&call).await.unwrap().unwrap();
    assert_eq!(detail.call.from, Some(PhoneNumber::from(CALLER)));
    let mut shown = serde_json::to_value(&detail).unwrap();
    shown["recordings"][0]["sha256"] = "…".into();
    insta::assert_yaml_snapshot!(shown);

    let log = store.log(&call).await.unwrap();
    assert_eq!(log.len(), 1);
    assert!(log[0].contents[0].text == "my canary is a Zaunkoenig");

    let recordings = store.recordings(&call).await.unwrap();
    assert!(recordings[0].samples == samples);
    let file = std::fs::read(folder.path().join("recordings").join(&recordings[0].info.path)).unwrap();
    assert_eq!(file.len() as u64, recordings[0].info.bytes);
    assert!(recordings[0].wav().windows(4).any(|bytes| bytes == b"ISFT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_beside_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    whole_call(&store, "call1").await;
    store.begin_call(NewCall { from: None, started: STARTED + Millis(1), ..new_call("call2") }).unwrap();
    store.flush().await;

    let reader = Reader::open(folder.path(), &key()).await.unwrap();
    let ids = async |filter: Filter| {
        let calls = reader.calls(10, &filter).await.unwrap();
        calls.into_iter().map(|call| call.id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids(Filter::default()).await, ["call2", "call1"]);
    assert_eq!(ids(Filter { status: Some(Status::Live), ..Filter::default() }).await, ["call2"]);
    assert_eq!(ids(Filter { since: Some(STARTED + Millis(1)), ..Filter::default() }).await, ["call2"]);
    assert_eq!(ids(Filter { agent: Some("nobody".into()), ..Filter::default() }).await, [""; 0]);
    // The same number in another form.
    assert_eq!(ids(Filter { from: Some("0049 (30) 90-18 20".into()), ..Filter::default() }).await, ["call1"]);
    assert!(reader.call(&CallId::from("call3")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert!(matches!(Store::open(folder.path(), key()).await, Err(Error::InUse(_))));
    store.close().await.unwrap();
    open(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.close().await.unwrap();
    let other = OperatorKey::new([8; 32]);
    assert!(matches!(Reader::open(folder.path(), &other).await, Err(Error::WrongKey)));
    assert!(matches!(Store::open(folder.path(), other).await, Err(Error::WrongKey)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_none_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("closare.db"), "not a database, but long enough to be looked at")
        .unwrap();
    let error = Store::open(folder.path(), key()).await.err().unwrap();
    assert!(error.to_string().contains("expected a database that can be opened at"), "{error}");
}

#[test]
fn the_operators_key_is_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.key");
    OperatorKey::load_or_create(&path).unwrap();
    let made = std::fs::read(&path).unwrap();
    OperatorKey::load_or_create(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), made);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(OperatorKey::load_or_create(&path), Err(Error::KeyExposed { mode: 0o640, .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    std::fs::write(&path, "short").unwrap();
    assert!(matches!(OperatorKey::load_or_create(&path), Err(Error::KeyLength { bytes: 5, .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_after_the_process_ended() {
    let folder = tempfile::tempdir().unwrap();
    let call = CallId::from("call1");
    let store = open(folder.path()).await;
    whole_call(&store, "call1").await;
    store.close().await.unwrap();

    let store = open(folder.path()).await;
    store.put(&call, summary());
    assert_eq!(store.writer().health().lost_rows, 1);
    store.resume(&call).await.unwrap();
    store.put(&call, Summary { text: "Anew.".into(), ..summary() });
    store.put(&call, consent());
    store.flush().await;
    let detail = store.call(&call).await.unwrap().unwrap();
    assert!(detail.summary.unwrap().text == "Anew.");
    assert_eq!(detail.consents.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_comes_twice_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let call = CallId::from("call1");
    store.begin_call(new_call("call1")).unwrap();
    for _ in 0..2 {
        store.put(&call, turn(0, Speaker::Caller, "hello", None));
        store.writer().append(entry(&call, 0, "hello"));
        store.flush().await;
    }
    assert_eq!(store.call(&call).await.unwrap().unwrap().turns.len(), 1);
    assert_eq!(store.log(&call).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_of_the_log_comes_together_is_a_row_and_is_read_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let calls = ["call1", "call2"].map(CallId::from);
    calls.iter().for_each(|call| store.begin_call(new_call(call.as_str())).unwrap());
    let of = |kind, index, text: &str| Content { index, kind, text: text.into() };
    for seqs in [0..30, 30..50] {
        for (seq, call) in seqs.flat_map(|seq| calls.iter().map(move |call| (seq, call))) {
            let mut entry = entry(call, seq, &format!("{call} {seq}"));
            entry.contents.push(of(Kind::Field, 1, "5"));
            store.writer().append(entry);
        }
        store.flush().await;
    }
    // Of a kind that was allowed later than its entry was written.
    store.writer().content(&calls[1], 7, of(Kind::Digits, 2, "1234"));
    store.flush().await;
    for call in &calls {
        let log = store.log(call).await.unwrap();
        assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), Vec::from_iter(0..50));
        for entry in &log {
            assert_eq!((entry.at, entry.name.as_str()), (Millis(entry.seq * 20), "heard"));
            let words = of(Kind::Transcript, 0, &format!("{call} {}", entry.seq));
            let mut expected = vec![words, of(Kind::Field, 1, "5")];
            if call == &calls[1] && entry.seq == 7 {
                expected.push(of(Kind::Digits, 2, "1234"));
            }
            assert!(entry.contents == expected, "{}", entry.seq);
        }
    }
    let db = write_lock(folder.path()).await;
    let count = async |query: &str| {
        let query = Statement::from_string(db.get_database_backend(), query);
        db.query_one_raw(query).await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
    };
    assert_eq!(count("SELECT COUNT(*) FROM log").await, 4);
    assert_eq!(count("SELECT COUNT(*) FROM content").await, 9);
    assert_eq!(count("SELECT MAX(at_ms) FROM log").await, 49 * 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_with_one_entry_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.begin_call(new_call("call1")).unwrap();
    store.flush().await;
    let db = write_lock(folder.path()).await;
    let row = r#"INSERT INTO log VALUES ('call1', 3, 60, 'effect', 'keep', '{"keep": {"days": 30}}', 1798153200000)"#;
    db.execute_unprepared(row).await.unwrap();
    db.execute_unprepared("COMMIT").await.unwrap();
    let log = store.log(&CallId::from("call1")).await.unwrap();
    assert_eq!((log[0].seq, log[0].at, log[0].kind), (3, Millis(60), EntryKind::Effect));
    assert_eq!((log[0].name.as_str(), &log[0].skeleton["keep"]["days"]), ("keep", &30.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_drops_what_is_unwritten() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let call = CallId::from("call1");
    store.begin_call(new_call("call1")).unwrap();
    let mut recorder = store.recorder(&call, 8000, 1, STARTED, marks()).unwrap();
    recorder.write(&[1; 8000]);
    recorder.write(&[2; 1600]);
    recorder.forget_unwritten();
    recorder.finish().await.unwrap();
    store.flush().await;
    assert!(store.recordings(&call).await.unwrap()[0].samples == [1; 8000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_has_its_date() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut retention = Retention::plan("Europe/Berlin", 30);
    retention.shorter_days = BTreeMap::from([(Kind::Audio, 7)]);
    store.begin_call(NewCall { retention, ..new_call("call1") }).unwrap();
    store.flush().await;
    let dates = store.dates(&CallId::from("call1")).await.unwrap().unwrap();
    // 2026-12-25T00:00 and 2026-12-02T00:00 in Berlin.
    assert_eq!(dates.of(Kind::Transcript), UnixMillis(1_798_153_200_000));
    assert_eq!(dates.of(Kind::Audio), UnixMillis(1_796_166_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_id_is_a_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for id in ["", "../call", "Call", "a-1"] {
        assert!(matches!(store.begin_call(new_call(id)), Err(Error::CallId(_))), "{id}");
    }
}
