use crate::house::*;
use closare_store::{Reader, Status};
use closare_terms::{CallId, Millis, UnixMillis};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FOLDER: &str = "CLOSARE_TEST_KILLED_FOLDER";
/// As of a call: 20 ms of one channel.
const FRAME: usize = 160;

/// Runs as a process of its own, until it is killed: an entry and a frame every 20 ms, each said on stdout after it
/// was handed in.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the process that `a_killed_process_loses_at_most_a_second` kills"]
async fn process() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = open(Path::new(&folder)).await;
    let call = CallId::from("call1");
    store.begin_call(new_call("call1")).unwrap();
    store.answered(&call, STARTED + Millis(1));
    let mut recorder = store.recorder(&call, 8000, 1, STARTED, marks()).unwrap();
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    for seq in 0.. {
        tick.tick().await;
        store.writer().append(entry(&call, seq, "words"));
        recorder.write(&[seq as i16; FRAME]);
        println!("seq {seq}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_at_most_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let last = run_and_kill(folder.path());

    let store = open(folder.path()).await;
    let call = CallId::from("call1");
    assert_eq!(store.close_interrupted().await.unwrap(), vec![call.clone()]);
    assert_eq!(store.close_interrupted().await.unwrap(), vec![]);

    let log = store.log(&call).await.unwrap();
    let kept = log.last().unwrap().seq;
    assert_eq!(log.len() as u64, kept + 1, "entries are missing in the middle");
    assert!(kept + 50 >= last, "lost {} ms of log", (last - kept) * 20);

    let recordings = store.recordings(&call).await.unwrap();
    let recording = &recordings[0];
    let frames = recording.samples.len() / FRAME;
    assert!(frames as u64 + 50 >= last, "lost {} ms of sound", (last - frames as u64) * 20);
    assert!(recording.samples.chunks(FRAME).enumerate().all(|(seq, frame)| frame == [seq as i16; FRAME]));
    assert!(recording.info.complete && recording.info.sha256.is_some());

    let detail = store.call(&call).await.unwrap().unwrap();
    assert_eq!(detail.call.status, Status::Interrupted);
    assert_eq!(detail.call.end_reason.as_deref(), Some("process_ended"));
    let ended = (STARTED + Millis(kept * 20)).max(recording.info.ended.unwrap());
    assert_eq!(detail.call.ended, Some::<UnixMillis>(ended));
    drop(Reader::open(folder.path(), &key()).await.unwrap());
}

/// The last entry that the process said it had handed in.
fn run_and_kill(folder: &Path) -> u64 {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::process", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut last = 0;
    let mut began = None;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some(seq) = line.rsplit_once("seq ").and_then(|(_, seq)| seq.parse().ok()) else { continue };
        last = seq;
        if began.get_or_insert_with(Instant::now).elapsed() > Duration::from_millis(3300) {
            break;
        }
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(last > 100, "the process said {last}");
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_outlived_its_call_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let call = CallId::from("call1");
    whole_call(&store, "call1").await;
    // Its last block is gone, and so is the word that it was written.
    store.flush().await;
    let path = folder.path().join("recordings").join(&store.recordings(&call).await.unwrap()[0].info.path);
    store.close().await.unwrap();
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let db =
        sea_orm::Database::connect(format!("sqlite://{}/closare.db", folder.path().display())).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&db, "UPDATE recording SET complete = 0, sha256 = NULL")
        .await
        .unwrap();
    db.close().await.unwrap();

    let store = open(folder.path()).await;
    assert_eq!(store.close_interrupted().await.unwrap(), vec![]);
    let recordings = store.recordings(&call).await.unwrap();
    assert!(recordings[0].info.complete && recordings[0].samples == sound());
    assert_eq!(store.call(&call).await.unwrap().unwrap().call.status, Status::Ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_without_a_call_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let path = folder.path().join("recordings/gone-0.rec");
    std::fs::write(&path, "sealed with a key that nobody has").unwrap();
    assert_eq!(store.close_interrupted().await.unwrap(), vec![]);
    assert!(!path.exists());
}
