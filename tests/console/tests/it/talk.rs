//! A call that shows all there is: words cut off, answers with their stages, a consent, a denial, a recording.

use crate::house::House;
use closare_call::{Latency, Speaker};
use closare_runtime::{Live, Metered};
use closare_store::{self as store, AiSystem, Answer, Marks, Means, NewCall, Outcome, Retention, Status};
use closare_terms::{CallId, Kind, Language, Millis, PhoneNumber, Point, Purpose, Unit, UnixMillis};
use serde_json::json;
use std::collections::BTreeMap;

/// 2026-11-24T08:12:31Z
pub const STARTED: UnixMillis = UnixMillis(1_795_507_951_000);

pub struct Turn {
    pub speaker: Speaker,
    /// Milliseconds since the call's begin.
    pub from: u64,
    pub to: u64,
    pub heard: &'static str,
    pub unheard: Option<&'static str>,
    /// What each stage took that came before it.
    pub stages: Option<[u64; 8]>,
}

/// What a caller may say without it becoming part of the page.
pub const MARKUP: &str = "<img src=x onerror=\"document.title='owned'\"> & <b>bold</b>";

const AGENT: Speaker = Speaker::Agent;
const CALLER: Speaker = Speaker::Caller;

pub const TALK: [Turn; 9] = [
    turn(
        AGENT,
        900,
        5_200,
        "Hello, this is the automated assistant of Sunrise Dental. I am an AI. May I record this call, so that the practice can look up what you said?",
        None,
        None,
    ),
    turn(CALLER, 5_900, 6_500, "Yes, that's fine.", None, None),
    turn(
        AGENT,
        7_120,
        9_000,
        "Thank you. What can I do for you?",
        None,
        Some([180, 95, 40, 5, 0, 0, 210, 22]),
    ),
    turn(
        CALLER,
        9_800,
        13_100,
        "I'd like an appointment next week. My tooth hurts when I drink something cold.",
        None,
        None,
    ),
    turn(
        AGENT,
        13_980,
        16_400,
        "I'm sorry to hear that. I can offer you Tuesday at nine,",
        Some(" Wednesday at half past two, or Thursday at a quarter to"),
        Some([190, 120, 60, 12, 280, 90, 110, 20]),
    ),
    turn(CALLER, 16_100, 17_600, "Tuesday at nine is perfect.", None, None),
    turn(
        AGENT,
        18_350,
        21_600,
        "Then it's Tuesday the first of December at nine. Which name may I note down?",
        None,
        Some([175, 88, 35, 8, 240, 60, 120, 24]),
    ),
    turn(CALLER, 22_300, 23_700, MARKUP, None, None),
    turn(
        AGENT,
        25_420,
        27_900,
        "It's noted. See you on Tuesday, and all the best until then!",
        None,
        Some([210, 140, 70, 10, 860, 150, 255, 25]),
    ),
];

const fn turn(
    speaker: Speaker,
    from: u64,
    to: u64,
    heard: &'static str,
    unheard: Option<&'static str>,
    stages: Option<[u64; 8]>,
) -> Turn {
    Turn { speaker, from, to, heard, unheard, stages }
}

impl Turn {
    /// The wait before it, where it answers.
    pub fn latency(&self) -> Option<Latency> {
        let stages = self.stages.filter(|_| self.speaker == AGENT)?;
        let mut at = self.from - stages.iter().sum::<u64>();
        let speech_ended = Millis(at);
        let mut mark = |took: u64| {
            at += took;
            Millis(at)
        };
        Some(Latency {
            speech_ended,
            pause_noticed: Some(mark(stages[0])),
            words_final: Some(mark(stages[1])),
            turn_ended: Some(mark(stages[2])),
            model_asked: Some(mark(stages[3])),
            first_token: Some(mark(stages[4])),
            first_clause: Some(mark(stages[5])),
            first_audio: Some(mark(stages[6])),
            first_packet: mark(stages[7]),
            ..Latency::default()
        })
    }

    /// As the runtime tells it.
    pub fn tell(&self, house: &House, call: &CallId) {
        if let Some(latency) = self.latency() {
            house.tell(Live::Latency { call: call.clone(), latency });
        }
        house.tell(Live::Turn {
            call: call.clone(),
            at: Millis(self.from),
            speaker: self.speaker,
            heard: self.heard.to_owned(),
            unheard: self.unheard.map(str::to_owned),
        });
    }
}

/// Everything that the runtime keeps of this call.
pub async fn keep(house: &House, call: &CallId) {
    let store = &house.store;
    begin(store, call);
    for (index, turn) in (0..).zip(&TALK) {
        store.put(call, row(index, turn));
        let Some(latency) = turn.latency() else { continue };
        for (stage, took) in latency.stages().into_iter().chain([("total", latency.total())]) {
            store.put(call, store::Latency { turn: index, stage: stage.to_owned(), took });
        }
    }
    usage(store, call);
    verdicts(store, call);
    store.put(call, consent());
    results(store, call);
    let marks =
        Marks { software: "Closare 0.1.0".into(), comment: "AI-generated speech on channel 2".into() };
    let mut recorder = store.recorder(call, 8_000, 2, at(6_500), marks).unwrap();
    recorder.write(&sound(6_500, 28_000));
    recorder.finish().await.unwrap();
    let outcome = Outcome {
        ended: at(28_000),
        status: Status::Ended,
        reason: "caller_hung_up".into(),
        route: None,
        intent: Some("appointment".into()),
    };
    store.finish_call(call, outcome);
}

/// What a vendor's meter may say.
pub fn metered() -> Metered {
    Metered {
        plugin: "deepgram".into(),
        origin: "https://api.deepgram.com".into(),
        requests: 3,
        sockets: 1,
        answers: 3,
        failures: BTreeMap::from([("stalled", 1)]),
        bytes_out: 412_000,
        bytes_in: 1_800,
        latency_ms_mean: Some(310),
        latency_ms_max: Some(620),
        ..Metered::default()
    }
}

fn at(ms: u64) -> UnixMillis {
    STARTED + Millis(ms)
}

fn ai(plugin: &str, model: Option<&str>) -> AiSystem {
    let model = model.map(str::to_owned);
    AiSystem { name: "Closare".into(), version: "0.1.0".into(), plugin: plugin.into(), model }
}

fn begin(store: &store::Store, call: &CallId) {
    let mut retention = Retention::plan("Europe/Berlin", 90);
    retention.shorter_days = BTreeMap::from([(Kind::Audio, 30)]);
    let new = NewCall {
        id: call.clone(),
        agent: "Sunrise Dental".into(),
        workflow: "dental-booking".into(),
        workflow_version: "4be1c0ffee12aa34".into(),
        from: Some(PhoneNumber::from("+49 30 901820")),
        to: PhoneNumber::from("+49 30 5550100"),
        language: Language::from("en"),
        started: STARTED,
        retention,
    };
    store.begin_call(new).unwrap();
    store.keep_caller(call, &PhoneNumber::from("+49 30 901820"));
    store.answered(call, at(700));
    let plugins = [
        ("speech-to-text", "offline-stt"),
        ("language-model", "offline-nlu"),
        ("text-to-speech", "offline-tts"),
    ];
    for (role, plugin) in plugins {
        let (role, plugin) = (role.to_owned(), plugin.to_owned());
        store
            .put(call, store::PluginUse { role, plugin, version: "0.1.0".into(), sha256: "5f2a".repeat(16) });
    }
}

/// Of three vendors, one of which has no price.
fn usage(store: &store::Store, call: &CallId) {
    let rows = [
        ("speech-to-text", "deepgram", Some("nova-3"), Unit::AudioMs, 27_300, Some(3_504)),
        ("language-model", "openai", Some("gpt-5-mini"), Unit::InputTokens, 2_480, Some(620)),
        ("text-to-speech", "elevenlabs", None, Unit::Characters, 412, None),
    ];
    for (role, plugin, model, unit, amount, micros) in rows {
        let row = store::Usage::new(role.into(), plugin.into(), model.map(str::to_owned), unit, amount);
        let cost = micros.map(|micros| store::Cost { micros, currency: "EUR".into() });
        store.put(call, store::Usage { cost, ..row });
    }
    store.writer().append(store::Entry {
        call: call.clone(),
        seq: 0,
        at: Millis(14_000),
        kind: store::EntryKind::Event,
        skeleton: json!({"requested": {"role": "language-model", "index": 0, "plugin": "openai"}})
            .to_string(),
        contents: vec![store::Content { index: 0, kind: Kind::Transcript, text: "req_8c8ebea9dbec".into() }],
    });
}

fn row(index: u32, turn: &Turn) -> store::Turn {
    let agent = turn.speaker == AGENT;
    store::Turn {
        index,
        speaker: if agent { store::Speaker::Agent } else { store::Speaker::Caller },
        started: at(turn.from),
        ended: at(turn.to),
        heard: Some(turn.heard.to_owned()),
        unheard: turn.unheard.map(str::to_owned),
        interrupted: turn.unheard.is_some(),
        language: Language::from("en"),
        ai_generated: agent,
        ai_system: agent.then(|| ai("offline-tts", None)),
    }
}

fn verdicts(store: &store::Store, call: &CallId) {
    let put = |at: u64, point: Point, result: &str, reason: &str| {
        store.put(
            call,
            store::Verdict {
                at: Millis(at),
                point,
                result: result.into(),
                reason: reason.into(),
                layer: "eu-default".into(),
                policy_version: "1".into(),
                facts_hash: "ab".repeat(32),
            },
        );
    };
    put(0, Point::Answer, "allow", "");
    put(20, Point::Disclose, "allow", "");
    (0..4).for_each(|_| put(20, Point::Understand, "allow", ""));
    put(20, Point::Record, "first", "consent:recording");
    put(6_500, Point::Record, "allow", "");
    put(6_500, Point::Store, "allow", "");
    put(6_500, Point::Send, "deny", "special kinds of data leave this machine only by an explicit consent");
}

fn consent() -> store::Consent {
    store::Consent {
        purpose: Purpose::Recording,
        wording_id: "recording".into(),
        wording_version: "1".into(),
        language: Language::from("en"),
        wording: "May I record this call, so that the practice can look up what you said?".into(),
        asked: at(3_100),
        played: Some(at(5_200)),
        answer: Answer::Granted,
        means: Some(Means::Voice),
        confidence: Some(0.97),
        answered: Some(at(6_500)),
        policy_version: "1".into(),
        basis: "consent".into(),
    }
}

fn results(store: &store::Store, call: &CallId) {
    store.put(
        call,
        store::Extraction {
            intent: Some("appointment".into()),
            confidence: Some(0.93),
            fields: json!({"day": "2026-12-01", "time": "09:00", "reason": "toothache", "new_patient": false}),
            ai_generated: true,
            ai_system: Some(ai("offline-nlu", Some("intents-small"))),
        },
    );
    store.put(
        call,
        store::Summary {
            text: "The caller has a tooth that hurts with cold drinks and took Tuesday, 1 December, at nine."
                .into(),
            language: Language::from("en"),
            ai_generated: true,
            ai_system: Some(ai("offline-nlu", Some("intents-small"))),
        },
    );
}

/// Two channels that swell and fade while their side speaks, about as speech does: noise from a fixed seed, in syllables.
fn sound(from: u64, to: u64) -> Vec<i16> {
    let mut seed = 1_u32;
    let mut noise = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed >> 16) / 32_768.0 - 1.0
    };
    let speaks = |speaker: Speaker, ms: f64| {
        TALK.iter().any(|turn| turn.speaker == speaker && (turn.from as f64..turn.to as f64).contains(&ms))
    };
    let mut samples = Vec::new();
    for n in 0..(to - from) * 8 {
        let ms = from as f64 + n as f64 / 8.0;
        let syllable = (ms / 95.0).sin().abs() * (0.55 + 0.45 * (ms / 430.0).sin());
        for speaker in [CALLER, AGENT] {
            let loud = if speaks(speaker, ms) { 0.5 * syllable } else { 0.004 };
            samples.push((noise() * loud * 32_767.0) as i16);
        }
    }
    samples
}
