//! The plugins that hear: a turn, and what is reported of each fault.

use crate::plugged::{Plugged, kind, load};
use closare_host::words::{AudioFormat, Listening};
use closare_host::{Plugin, SttInput, SttOutput};
use closare_terms::{Language, Millis};
use closare_test_vendors::{Api, Emulator, Fault, Vendor};
use serde_json::{Value, json};
use std::time::Duration;

struct Case {
    plugin: &'static str,
    vendor: Vendor,
    api: Api,
    options: fn(&Emulator) -> Value,
}

const OPENAI: Case = Case {
    plugin: "openai",
    vendor: Vendor::OpenAi,
    api: Api::OpenAiTranscriptions,
    options: |emulator| json!({"base_url": format!("{}/v1", emulator.https)}),
};

const DEEPGRAM: Case = Case {
    plugin: "deepgram",
    vendor: Vendor::Deepgram,
    api: Api::DeepgramListen,
    options: |emulator| json!({"base_url": emulator.https}),
};

/// A caller: frames of 20 ms, in the call's time.
struct Line {
    session: Plugged<SttInput>,
    at: u64,
}

impl Line {
    fn new(case: &Case, plugin: &Plugin, emulator: &Emulator) -> Line {
        let what = Listening {
            languages: vec![Language::from("en")],
            hints: vec!["Anna".to_owned()],
            end_after: Some(Millis(700)),
        };
        let options = (case.options)(emulator);
        let session = Plugged::open(plugin, emulator, case.vendor, &options, |opening, out| {
            plugin.open_stt(opening, AudioFormat::pcm(16_000), what, out)
        });
        Line { session, at: 0 }
    }

    fn sound(&mut self, milliseconds: u64, loudness: f32) {
        for _ in 0..milliseconds / 20 {
            let sample = |n: u16| (f32::from(n) * 0.1).sin() * loudness;
            let bytes = (0..320).flat_map(|n| (sample(n) as i16).to_le_bytes()).collect();
            self.session.send(SttInput::Audio { at: Millis(self.at), bytes });
            self.at += 20;
        }
    }

    fn flush(&mut self) {
        self.session.send(SttInput::Flush { at: Millis(self.at) });
    }

    /// What is told up to the next final or the end: each output as a word.
    async fn told(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let (word, is_last) = match self.session.next().await {
                Ok(SttOutput::SpeechStarted(at)) => (format!("speech at {}", at.0), false),
                Ok(SttOutput::Interim(interim)) => (format!("interim {}", interim.text), false),
                Ok(SttOutput::Final(it)) => {
                    (format!("final {} {}-{}", it.text, it.starts.0, it.ends.0), true)
                }
                Ok(SttOutput::Failed(failure)) => (kind(&failure), true),
                Ok(SttOutput::TurnEnded(_)) => ("turn ended".to_owned(), false),
                Ok(SttOutput::RequestId(_)) => ("request id".to_owned(), false),
                Ok(_) => continue,
                Err(end) => panic!("{end}, after {told:?}"),
            };
            told.push(word);
            if is_last {
                return told;
            }
        }
    }
}

async fn reports(case: &Case, faults: &[(Fault, &str)]) {
    let Some(plugin) = load(case.plugin) else { return };
    let emulator = Emulator::start().await.unwrap();
    let mut found = Vec::new();
    for (fault, _) in faults {
        emulator.fail_always(case.api, fault.clone());
        let mut line = Line::new(case, &plugin, &emulator);
        line.sound(1_000, 8_000.0);
        line.flush();
        found.push((fault.clone(), line.told().await.pop().unwrap()));
        emulator.heal(case.api);
    }
    let expected: Vec<_> = faults.iter().map(|(fault, end)| (fault.clone(), (*end).to_owned())).collect();
    assert_eq!(found, expected);
}

const SECONDS_7: Fault = Fault::RateLimited { wait: Duration::from_secs(7) };
const SLOW: Fault = Fault::Slow(Duration::from_secs(8));

#[tokio::test(flavor = "multi_thread")]
async fn openai_hears() {
    let Some(plugin) = load("openai") else { return };
    let emulator = Emulator::start().await.unwrap();
    emulator.script().hear("I need a table.");
    let mut line = Line::new(&OPENAI, &plugin, &emulator);
    line.sound(1_000, 8_000.0);
    line.flush();
    assert_eq!(line.told().await, ["request id", "final I need a table. 0-1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_reports() {
    let faults = [
        (Fault::Status(401), "unauthorized"),
        (SECONDS_7, "rate-limited 7000"),
        (Fault::Status(500), "unavailable"),
        (SLOW, "unavailable"),
        (Fault::EndAfter(0), "broken"),
        (Fault::StallAfter(0), "unavailable"),
        (Fault::SilentAfter(0), "unavailable"),
        (Fault::ResetAfter(0), "unavailable"),
        (Fault::GarbageAfter(0), "broken"),
    ];
    reports(&OPENAI, &faults).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deepgram_hears() {
    let Some(plugin) = load("deepgram") else { return };
    let emulator = Emulator::start().await.unwrap();
    emulator.script().hear("I need a table.");
    emulator.script().hear("For two.");
    let mut line = Line::new(&DEEPGRAM, &plugin, &emulator);
    line.sound(1_000, 8_000.0);
    line.sound(1_500, 0.0);
    let told = line.told().await;
    assert_eq!(told.last().unwrap(), "final I need a table. 0-1000");
    assert!(told.contains(&"interim I need".to_owned()), "{told:?}");

    line.sound(500, 8_000.0);
    line.flush();
    let told = line.told().await;
    assert_eq!((told[0].as_str(), told.last().unwrap().as_str()), ("turn ended", "final For two. 2500-3000"));

    line.session.send(SttInput::Finish { at: Millis(line.at) });
    let asked = loop {
        let asked = emulator.requests_of(Api::DeepgramListen).remove(0);
        if asked.texts().last().is_some_and(|text| text["type"] == "CloseStream") {
            break asked;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(asked.audio_bytes(), 3 * 32_000);
    assert_eq!(asked.texts()[0], json!({"type": "Finalize"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn deepgram_reports() {
    let faults = [
        (Fault::Status(401), "unauthorized"),
        (Fault::Status(403), "unauthorized"),
        (SECONDS_7, "rate-limited 7000"),
        (Fault::Status(503), "unavailable"),
        (SLOW, "unavailable"),
        (Fault::ErrorAfter(1), "unavailable"),
        (Fault::EndAfter(1), "unavailable"),
        (Fault::ResetAfter(1), "unavailable"),
        (Fault::GarbageAfter(1), "unavailable"),
    ];
    reports(&DEEPGRAM, &faults).await;
}

/// A socket may be quiet for long: that one is dead shows when a final doesn't come, and the call goes on with what there
/// is.
#[tokio::test(flavor = "multi_thread")]
async fn deepgram_that_goes_silent_gives_what_was_heard() {
    let faults =
        [(Fault::StallAfter(2), "final Hello. 0-300"), (Fault::SilentAfter(2), "final Hello. 0-300")];
    reports(&DEEPGRAM, &faults).await;
}

/// Where nothing is heard, that is told with the time at which it was known: of the wake-up, by the session's clock.
#[tokio::test(flavor = "multi_thread")]
async fn deepgram_that_never_speaks_heard_nothing_up_to_then() {
    let Some(plugin) = load("deepgram") else { return };
    let emulator = Emulator::start().await.unwrap();
    emulator.fail_always(DEEPGRAM.api, Fault::SilentAfter(0));
    let mut line = Line::new(&DEEPGRAM, &plugin, &emulator);
    line.sound(1_000, 8_000.0);
    line.flush();
    let told = line.told().await.pop().unwrap();
    let at = told.strip_prefix("final  ").and_then(|times| times.split_once('-'));
    let (starts, ends) = at.unwrap_or_else(|| panic!("expected a final without words, found `{told}`"));
    let ends: u64 = ends.parse().unwrap();
    // Deepgram has 1.2 s for it.
    assert!(starts.parse() == Ok(ends) && ends >= 1_200 && Millis(ends) <= line.session.now(), "{told}");
}
