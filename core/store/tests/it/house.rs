//! A store in a folder of its own, and a call with something in every table.

use closare_store::*;
use closare_terms::{CallId, Kind, Language, Millis, PhoneNumber, Point, Purpose, Unit, UnixMillis};
use serde_json::json;
use std::path::Path;

/// 2026-11-24T08:00:00Z
pub const STARTED: UnixMillis = UnixMillis(1_795_507_200_000);
pub const CALLER: &str = "+4930901820";
/// What nobody may find in a file.
pub const CANARIES: [&str; 7] =
    ["4930901820", "canary", "Zaunkoenig", "4915112", "quietbird", "Rotkehlchen", "Bluthaenfling"];

pub fn key() -> OperatorKey {
    OperatorKey::new([7; 32])
}

pub async fn open(folder: &Path) -> Store {
    Store::open(folder, key()).await.unwrap()
}

pub fn new_call(id: &str) -> NewCall {
    NewCall {
        id: CallId::from(id),
        agent: "reception".into(),
        workflow: "dentist".into(),
        workflow_version: "ab12".into(),
        from: Some(PhoneNumber::from(CALLER)),
        to: PhoneNumber::from("+4915112"),
        language: Language::from("de"),
        started: STARTED,
        retention: Retention::plan("Europe/Berlin", 30),
    }
}

pub fn entry(call: &CallId, seq: u64, words: &str) -> Entry {
    Entry {
        call: call.clone(),
        seq,
        at: Millis(seq * 20),
        kind: EntryKind::Event,
        skeleton: json!({"heard": {"kind": "transcript", "chars": words.chars().count()}}).to_string(),
        contents: vec![Content { index: 0, kind: Kind::Transcript, text: words.into() }],
    }
}

pub fn marks() -> Marks {
    Marks { software: "Closare 0.1.0".into(), comment: "AI-generated speech on channel 2".into() }
}

/// A call that fills every table, up to its end. Gives its recording's samples.
pub async fn whole_call(store: &Store, id: &str) -> Vec<i16> {
    let call = CallId::from(id);
    store.begin_call(new_call(id)).unwrap();
    store.answered(&call, STARTED + Millis(900));
    store.keep_caller(&call, &PhoneNumber::from(CALLER));
    store.writer().append(entry(&call, 0, "my canary is a Zaunkoenig"));
    store.put(&call, plugin());
    store.put(&call, usage());
    store.put(&call, turn(0, Speaker::Agent, "This is quietbird", Some(" speaking")));
    store.put(&call, turn(1, Speaker::Caller, "Rotkehlchen", None));
    store.put(&call, Latency { turn: 1, stage: "total".into(), took: Millis(420) });
    store.put(&call, consent());
    store.put(&call, verdict());
    let samples = sound();
    let mut recorder = store.recorder(&call, 8000, 2, STARTED + Millis(1000), marks()).unwrap();
    samples.chunks(320).for_each(|frame| recorder.write(frame));
    recorder.finish().await.unwrap();
    store.finish_call(&call, outcome());
    store.put(&call, extraction());
    store.put(&call, summary());
    samples
}

/// 2.5 s of a ramp on two channels: a value that repeats only after a second.
pub fn sound() -> Vec<i16> {
    (0..8000 * 2 * 5 / 2).map(|n| (n % 16_000) as i16).collect()
}

pub fn turn(index: u32, speaker: Speaker, heard: &str, unheard: Option<&str>) -> Turn {
    let agent = speaker == Speaker::Agent;
    Turn {
        index,
        speaker,
        started: STARTED + Millis(1000),
        ended: STARTED + Millis(2000),
        heard: Some(heard.into()),
        unheard: unheard.map(Into::into),
        interrupted: unheard.is_some(),
        language: Language::from("de"),
        ai_generated: agent,
        ai_system: agent.then(ai),
    }
}

pub fn ai() -> AiSystem {
    AiSystem { name: "Closare".into(), version: "0.1.0".into(), plugin: "offline-nlu".into(), model: None }
}

pub fn consent() -> Consent {
    Consent {
        purpose: Purpose::Recording,
        wording_id: "recording".into(),
        wording_version: "1".into(),
        language: Language::from("de"),
        wording: "Darf ich das Gespräch aufzeichnen?".into(),
        asked: STARTED + Millis(3000),
        played: Some(STARTED + Millis(5000)),
        answer: Answer::Granted,
        means: Some(Means::Voice),
        confidence: Some(0.93),
        answered: Some(STARTED + Millis(6000)),
        policy_version: "cd34".into(),
        basis: "consent".into(),
    }
}

pub fn verdict() -> Verdict {
    Verdict {
        at: Millis(40),
        point: Point::Record,
        result: "first".into(),
        reason: "consent:recording".into(),
        layer: "operator".into(),
        policy_version: "cd34".into(),
        facts_hash: "ef56".into(),
    }
}

pub fn extraction() -> Extraction {
    Extraction {
        intent: Some("appointment".into()),
        confidence: Some(0.8),
        fields: json!({"name": "Bluthaenfling"}),
        ai_generated: true,
        ai_system: Some(ai()),
    }
}

pub fn summary() -> Summary {
    let text = "The caller asked for a canary.".into();
    Summary { text, language: Language::from("en"), ai_generated: true, ai_system: Some(ai()) }
}

pub fn plugin() -> PluginUse {
    PluginUse {
        role: "speech-to-text".into(),
        plugin: "offline-stt".into(),
        version: "0.1.0".into(),
        sha256: "9f".repeat(32),
    }
}

pub fn usage() -> Usage {
    Usage {
        cost: Some(Cost { micros: 8_100, currency: "EUR".into() }),
        ..Usage::new("speech-to-text".into(), "deepgram".into(), Some("nova-3".into()), Unit::AudioMs, 63_000)
    }
}

pub fn outcome() -> Outcome {
    Outcome {
        ended: STARTED + Millis(60_000),
        status: Status::Ended,
        reason: "caller_hung_up".into(),
        route: Some("front_desk".into()),
        intent: Some("appointment".into()),
    }
}
