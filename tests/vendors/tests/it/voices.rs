//! The plugins that speak: an utterance of two clauses, and what is reported of each fault.

use crate::plugged::{Plugged, kind, load};
use closare_host::words::{AudioFormat, Said};
use closare_host::{TtsInput, TtsOutput};
use closare_test_vendors::{Api, Emulator, Fault, Vendor};
use serde_json::{Value, json};
use std::time::Duration;

struct Case {
    plugin: &'static str,
    vendor: Vendor,
    api: Api,
    options: fn(&Emulator) -> Value,
    rate: u64,
}

const OPENAI: Case = Case {
    plugin: "openai",
    vendor: Vendor::OpenAi,
    api: Api::OpenAiSpeech,
    options: |emulator| json!({"base_url": format!("{}/v1", emulator.https)}),
    rate: 24_000,
};

const DEEPGRAM: Case = Case {
    plugin: "deepgram",
    vendor: Vendor::Deepgram,
    api: Api::DeepgramSpeak,
    options: |emulator| json!({"base_url": emulator.https}),
    rate: 16_000,
};

const DEEPGRAM_ONCE: Case = Case {
    api: Api::DeepgramSpeakOnce,
    options: |emulator| json!({"base_url": emulator.https, "tts_transport": "http"}),
    ..DEEPGRAM
};

const ELEVENLABS: Case = Case {
    plugin: "elevenlabs",
    vendor: Vendor::ElevenLabs,
    api: Api::ElevenLabsMulti,
    options: |emulator| json!({"base_url": emulator.wss}),
    rate: 16_000,
};

/// What an utterance came to.
#[derive(Debug, Default)]
struct Told {
    /// Of audio.
    milliseconds: u64,
    words: Vec<(String, u64)>,
    /// `done`, or the kind of the failure.
    end: String,
}

impl Case {
    fn open(&self, plugin: &closare_host::Plugin, emulator: &Emulator) -> Plugged<TtsInput> {
        let options = (self.options)(emulator);
        Plugged::open(plugin, emulator, self.vendor, &options, |opening, out| {
            plugin.open_tts(opening, AudioFormat::pcm(16_000), None, out)
        })
    }

    async fn says(&self, session: &mut Plugged<TtsInput>, utterance: u32, clauses: &[&str]) -> Told {
        for (place, clause) in clauses.iter().enumerate() {
            let (said, last) = (Said::plain(*clause), place + 1 == clauses.len());
            session.send(TtsInput::Say { at: session.now(), utterance, said, last });
        }
        let mut told = Told::default();
        let mut bytes = 0;
        loop {
            match session.next().await {
                Ok(TtsOutput::Audio { bytes: audio, utterance: of }) if of == utterance => {
                    bytes += audio.len() as u64
                }
                Ok(TtsOutput::Spoken(word)) => told.words.push((word.text, word.starts.0)),
                Ok(TtsOutput::Done { utterance: of }) if of == utterance => told.end = "done".to_owned(),
                Ok(TtsOutput::Failed { failure, .. }) => told.end = kind(&failure),
                Ok(_) => continue,
                Err(end) => panic!("{end}, after {told:?}"),
            }
            if !told.end.is_empty() {
                told.milliseconds = bytes * 1000 / (self.rate * 2);
                return told;
            }
        }
    }

    /// Gives what was said last.
    async fn speaks(&self) -> Option<Told> {
        let plugin = load(self.plugin)?;
        let emulator = Emulator::start().await.unwrap();
        let mut session = self.open(&plugin, &emulator);
        let mut last = None;
        for utterance in [1, 2] {
            let told = self.says(&mut session, utterance, &["Good day,", "what can I do?"]).await;
            // 60 ms a character; a vendor may be handed a space between the clauses, or not.
            let (least, most) = (23 * 60, 25 * 60);
            assert_eq!(told.end, "done");
            assert!((least..=most).contains(&told.milliseconds), "{told:?}");
            last = Some(told);
        }
        last
    }

    async fn reports(&self, faults: &[(Fault, &str)]) {
        let Some(plugin) = load(self.plugin) else { return };
        let emulator = Emulator::start().await.unwrap();
        let mut found = Vec::new();
        for (fault, _) in faults {
            emulator.fail_always(self.api, fault.clone());
            let mut session = self.open(&plugin, &emulator);
            let told = self.says(&mut session, 1, &["Good day, what can I do for you?"]).await;
            found.push((fault.clone(), told.end));
            emulator.heal(self.api);
        }
        let expected: Vec<_> = faults.iter().map(|(fault, end)| (fault.clone(), (*end).to_owned())).collect();
        assert_eq!(found, expected);
    }
}

const SECONDS_7: Fault = Fault::RateLimited { wait: Duration::from_secs(7) };
const SLOW: Fault = Fault::Slow(Duration::from_secs(8));

/// Of a request whose audio is streamed. That it ends early can't be told from its end.
const OF_REQUESTS: [(Fault, &str); 9] = [
    (Fault::Status(401), "unauthorized"),
    (SECONDS_7, "rate-limited 7000"),
    (Fault::Status(500), "unavailable"),
    (Fault::Status(503), "unavailable"),
    (SLOW, "unavailable"),
    (Fault::EndAfter(2), "done"),
    (Fault::StallAfter(2), "unavailable"),
    (Fault::SilentAfter(2), "unavailable"),
    (Fault::ResetAfter(2), "unavailable"),
];

const OF_SOCKETS: [(Fault, &str); 8] = [
    (Fault::Status(401), "unauthorized"),
    (SECONDS_7, "rate-limited 7000"),
    (Fault::Status(503), "unavailable"),
    (SLOW, "unavailable"),
    (Fault::ErrorAfter(2), "unavailable"),
    (Fault::EndAfter(2), "unavailable"),
    (Fault::ResetAfter(2), "unavailable"),
    (Fault::GarbageAfter(2), "unavailable"),
];

#[tokio::test(flavor = "multi_thread")]
async fn openai_speaks() {
    OPENAI.speaks().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deepgram_speaks() {
    DEEPGRAM.speaks().await;
    DEEPGRAM_ONCE.speaks().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elevenlabs_speaks() {
    let Some(told) = ELEVENLABS.speaks().await else { return };
    let words: Vec<&str> = told.words.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, ["Good", "day,", "what", "can", "I", "do?"]);
    assert!(told.words.is_sorted_by_key(|(_, starts)| *starts), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_reports() {
    OPENAI.reports(&OF_REQUESTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deepgram_reports() {
    DEEPGRAM.reports(&OF_SOCKETS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deepgram_reports_of_requests() {
    DEEPGRAM_ONCE.reports(&OF_REQUESTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elevenlabs_reports() {
    ELEVENLABS.reports(&OF_SOCKETS).await;
}
