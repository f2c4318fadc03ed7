use super::*;
use closare_store::{Marks, NewCall, OperatorKey, Retention, Store};
use closare_telephony::{Frame, Tap};
use closare_terms::{CallId, Language, PhoneNumber, UnixMillis};

/// Nothing is recorded that ends before the recording was allowed: later than any test's begin.
const FIRST: u64 = 60_000;

struct Line {
    tap: EarTap,
    batches: Batches,
    task: EarTask,
    frames: u64,
}

impl Line {
    fn new() -> Line {
        let (tap, batches) = tap::tap();
        let clock = Clock::start();
        let task = EarTask { clock, history: History::new(), hearing: None, recording: None, hides: false };
        Line { tap, batches, task, frames: 0 }
    }

    /// Frames of 20 ms, no two alike: the caller's sample, and the agent's below zero.
    fn hear(&mut self, frames: u64) -> impl Iterator<Item = i16> + use<> {
        let from = self.frames;
        self.frames += frames;
        for frame in from..self.frames {
            let sample = frame as i16 + 1;
            let (at, caller, agent) = (Millis(FIRST + 20 * frame), &[sample; 160], &[-sample; 160]);
            self.tap.frame(&Frame { at, rate: 8_000, caller, agent, caller_speaking: true, key_down: false });
        }
        while let Ok(batch) = self.batches.filled.try_recv() {
            self.task.take(batch, &self.batches);
        }
        (from..self.frames).map(|frame| frame as i16 + 1)
    }
}

async fn store(folder: &std::path::Path, id: &CallId) -> Store {
    let store = Store::open(folder, OperatorKey::new([7; 32])).await.unwrap();
    let call = NewCall {
        id: id.clone(),
        agent: "line".into(),
        workflow: "line".into(),
        workflow_version: "1".into(),
        from: None,
        to: PhoneNumber::from("100"),
        language: Language::from("en"),
        started: UnixMillis(0),
        retention: Retention::plan("Europe/Berlin", 30),
    };
    store.begin_call(call).unwrap();
    store
}

#[tokio::test]
async fn a_secret_is_silence_in_the_recording_and_all_else_is_as_it_was() {
    let (folder, id) = (tempfile::tempdir().unwrap(), CallId::from("call"));
    let store = store(folder.path(), &id).await;
    let marks = Marks { software: String::new(), comment: String::new() };
    let writer = store.recorder(&id, 8_000, 2, UnixMillis(0), marks).unwrap();
    let mut line = Line::new();
    line.task.command(Command::Record(writer)).await;
    let mut expected = Vec::new();
    for (frames, hides) in [(10, false), (10, true), (5, true), (15, false)] {
        line.task.command(Command::Hide(hides)).await;
        for sample in line.hear(frames) {
            let caller = if hides { 0 } else { sample };
            expected.extend([caller, -sample].repeat(160));
        }
    }
    line.task.command(Command::StopRecording).await;
    store.flush().await;
    let recordings = store.recordings(&id).await.unwrap();
    assert!(
        recordings[0].samples == expected,
        "{:?}",
        recordings[0].samples.chunks(320).map(|frame| frame[0]).collect::<Vec<_>>()
    );
}
