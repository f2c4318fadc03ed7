//! Vendors over real TLS that die in the middle of a turn: the next of the chain takes over within it, and the caller hears of it
//! no more than a pause.

use crate::house::{Log, Phone, Setup, Sipp};
use closare_call::Speaker;
use closare_runtime::{Live, Price, Prices, Tariff};
use closare_store::{CallDetail, Request};
use closare_terms::{CallId, Millis, Unit};
use closare_test_vendors::{Answer, Api, Emulator, Fault, Vendor};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

const LEAK: &str = "There is water on my kitchen floor.";
const ADVICE: &str = "Please close the main tap under the sink. Then call us again tomorrow morning.";

/// From the caller's last word to the second vendor's answer: what the dead one may take before it is given up, and an answer.
const ANSWER_MAX: Duration = Duration::from_secs(8);

/// `stt`, `llm` and `tts` are chains.
fn workflow(stt: &str, llm: &str, tts: &str) -> String {
    format!(
        r#"
closare: 1
name: night
languages: [en]
use: {{stt: {stt}, llm: {llm}, tts: {tts}}}
steps:
  - disclose
  - greet: "This is the night line. What happened?"
  - converse:
      goal: "Find out what is broken."
      turns: 1
      exits: {{later: {{about: "it can wait", do: [hangup]}}}}
      failed: [{{hangup: "Good-bye."}}]
"#
    )
}

struct Tried {
    kept: CallDetail,
    /// What the vendors call its requests.
    requests: Vec<Request>,
    plugins: Vec<String>,
    /// The engine's own record of the wait.
    waited: Duration,
    /// The caller's and the agent's words as watchers saw them, before the turns.
    seen: [Vec<String>; 2],
}

/// A call in which the caller says one sentence and hears the advice to its end.
async fn call(emulator: &Emulator, plugins: &[&'static str], workflow: &str) -> Option<Tried> {
    call_with_fault(emulator, plugins, workflow, || ()).await
}

/// `arm` is done once the workflow is published: its fixed phrases are spoken before the call.
async fn call_with_fault(
    emulator: &Emulator,
    plugins: &[&'static str],
    workflow: &str,
    arm: impl FnOnce(),
) -> Option<Tried> {
    let keys = tempfile::tempdir().unwrap();
    let (book, ca) = (keys.path().join("keys.json"), keys.path().join("ca.pem"));
    let entry = |name: &str, vendor: Vendor| {
        (name.to_owned(), serde_json::json!({"value": vendor.key(), "for": [emulator.https]}))
    };
    let entries: serde_json::Map<_, _> = [
        entry("DEEPGRAM_API_KEY", Vendor::Deepgram),
        entry("ANTHROPIC_API_KEY", Vendor::Anthropic),
        entry("OPENAI_API_KEY", Vendor::OpenAi),
    ]
    .into_iter()
    .collect();
    std::fs::write(&book, serde_json::Value::from(entries).to_string()).unwrap();
    std::fs::set_permissions(&book, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&ca, &emulator.ca_pem).unwrap();
    let allowed = vec![emulator.https.parse().unwrap()];
    let mut setup = Setup::new().answers("100", workflow).caller_says(LEAK);
    for plugin in plugins {
        setup = setup.plugin(plugin);
    }
    let setup = setup.set(move |config| {
        config.prices = prices();
        config.keys = Some(book);
        config.certificates = vec![ca];
        config.allow_private = allowed;
    });
    let mut engine = setup.start().await?;
    arm();
    let phone = Phone::new().await;
    let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port);
    let mut caller = sipp.start(engine.addr(), engine.folder.path())?;
    let id = engine.call(1).await;
    engine.agent_said(&id, "What happened?").await;
    phone.say(&engine.speech(LEAK));
    let said = Instant::now();
    engine.agent_said(&id, "tomorrow morning").await;
    let seen = [(Speaker::Caller, ""), (Speaker::Agent, "tomorrow morning")];
    let seen = seen.map(|(speaker, turn)| engine.told_while_spoken(&id, speaker, turn));
    let latency = engine
        .until("the wait's record", |live| match live {
            Live::Latency { latency, .. } => Some(latency.total()),
            _ => None,
        })
        .await;
    assert!(said.elapsed() < Duration::from_secs(40), "{}", engine.story());
    engine.runtime.stop("night");
    engine.ended(&id).await;
    caller.end().await;
    let kept = engine.kept(&id).await;
    let store = &engine.runtime.store;
    let requests = store.requests(&id).await.unwrap();
    let plugins = kept.plugins.iter().map(|one| format!("{}: {}", one.role, one.plugin)).collect();
    // What was counted goes with the call, its requests' names with the words.
    store.sweep(kept.call.delete_by + Millis(1)).await.unwrap();
    assert!(store.call(&id).await.unwrap().is_none() && store.requests(&id).await.unwrap().is_empty());
    engine.stop().await;
    Some(Tried { kept, requests, plugins, waited: Duration::from_millis(latency.0), seen })
}

/// What the engine's own log says of a call's requests: all but what leads to its words.
fn is_traced(id: &CallId, requests: &[Request]) {
    let log = Log::text();
    let line = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    let (span, call) = (format!("call{{id={id}}}"), format!("call={id}"));
    for plugin in ["plugin=deepgram", "plugin=anthropic"] {
        assert!(line(&[&span, "exchange", plugin, "latency_ms=", "bytes_out="]), "{plugin} in {span}");
    }
    assert!(line(&[" used ", &call, "plugin=\"deepgram\"", "unit=audio_ms", "micros="]), "{call}");
    assert!(line(&[" requested ", &call, "plugin=\"anthropic\"", "Held(transcript"]), "{call}");
    assert!(requests.iter().all(|request| !log.contains(&request.id)));
}

impl Tried {
    /// What the vendors counted, each unit with its cost, and every request by its vendor's name.
    fn is_counted(&self, booked: &BTreeMap<(&'static str, &'static str), u64>) {
        let rows = &self.kept.usage;
        assert_eq!(rows.len(), booked.len(), "{rows:?}");
        for ((role, unit), amount) in booked {
            let row = rows.iter().find(|row| row.role == *role && row.unit == *unit);
            let row = row.unwrap_or_else(|| panic!("{role} {unit} in {rows:?}"));
            // What was on its way to the ear when the call ended is counted, and may never have come.
            let late = if *unit == "audio_ms" { 200 } else { 0 };
            assert!((*amount..=amount + late).contains(&row.amount), "{amount} booked: {row:?}");
            assert_eq!(row.cost.as_ref().map(|cost| cost.micros), cost(unit, row.amount), "{row:?}");
            assert!(row.cost.as_ref().is_none_or(|cost| cost.currency == "EUR"), "{row:?}");
        }
        let asked = booked[&("language-model", "requests")] as usize;
        let of = |role: &str, plugin: &str| {
            let theirs = |request: &&Request| request.role == role && request.plugin == plugin;
            self.requests.iter().filter(theirs).filter(|request| request.id.len() > 20).count()
        };
        assert_eq!(of("language-model", "anthropic"), asked);
        assert_eq!((of("speech-to-text", "deepgram"), of("text-to-speech", "deepgram")), (1, 1));
    }

    fn used(&self, all: &[&str]) {
        for one in all {
            assert!(self.plugins.iter().any(|used| used == one), "{one} in {:?}", self.plugins);
        }
        assert!(self.waited < ANSWER_MAX, "the caller waited {:?}", self.waited);
    }
}

/// Of Deepgram for both of its roles, of one of Anthropic's models; nobody has a price for a request.
fn prices() -> Prices {
    let tariff = |prices: &[(Unit, &str)]| {
        Tariff::new(prices.iter().map(|(unit, price)| (*unit, Price::parse(price).unwrap())).collect())
    };
    let deepgram = tariff(&[(Unit::AudioMs, "0.0077"), (Unit::Characters, "0.027")]);
    let anthropic = tariff(&[(Unit::InputTokens, "0.25"), (Unit::OutputTokens, "2")]);
    let all = [("deepgram", deepgram), ("anthropic/claude-haiku-5-5", anthropic)];
    Prices::new("EUR", all.map(|(name, tariff)| (name.to_owned(), tariff)).into())
}

/// What the vendors' own books say of a call: amounts by role and unit.
fn booked(emulator: &Emulator, spoken_before: usize) -> BTreeMap<(&'static str, &'static str), u64> {
    let sum = |amounts: &mut dyn Iterator<Item = usize>| amounts.sum::<usize>() as u64;
    let (heard, asked) =
        (emulator.requests_of(Api::DeepgramListen), emulator.requests_of(Api::AnthropicMessages));
    let spoken: Vec<_> = emulator.requests_of(Api::DeepgramSpeak).into_iter().skip(spoken_before).collect();
    let texts = spoken.iter().flat_map(|socket| socket.texts());
    let texts: Vec<String> = texts.filter_map(|told| told["text"].as_str().map(str::to_owned)).collect();
    BTreeMap::from([
        // µ-law at 8 kHz.
        (("speech-to-text", "audio_ms"), sum(&mut heard.iter().map(|socket| socket.audio_bytes() / 8))),
        (("text-to-speech", "characters"), sum(&mut texts.iter().map(|text| text.chars().count()))),
        // As the emulator counts them.
        (
            ("language-model", "input_tokens"),
            sum(&mut asked.iter().map(|one| one.json().to_string().len() / 4)),
        ),
        (("language-model", "output_tokens"), (asked.len() * Answer::text(ADVICE).tokens().len()) as u64),
        (("language-model", "requests"), asked.len() as u64),
    ])
}

/// Of the first price of so many millionths for so many units.
fn cost(unit: &str, amount: u64) -> Option<i64> {
    let (micros, per) = match unit {
        "audio_ms" => (7_700, 60_000),
        "characters" => (27_000, 1_000),
        "input_tokens" => (250_000, 1_000_000),
        "output_tokens" => (2_000_000, 1_000_000),
        _ => return None,
    };
    Some(((amount * micros * 2 + per) / (per * 2)) as i64)
}

async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.script().hear_always(LEAK);
    emulator.script().answer_always(Answer::text(ADVICE));
    emulator
}

#[tokio::test(flavor = "multi_thread")]
async fn all_three_vendors_hold_a_call() {
    let emulator = emulator().await;
    let at = &emulator.https;
    let deepgram = format!("{{plugin: deepgram, base_url: \"{at}\"}}");
    let anthropic = format!("{{plugin: anthropic, base_url: \"{at}\"}}");
    let workflow = workflow(&deepgram, &anthropic, &deepgram);
    let mut spoken_before = 0;
    let arm = || {
        spoken_before = emulator.requests_of(Api::DeepgramSpeak).len();
        Log::clear();
    };
    let plugins = ["deepgram", "anthropic"];
    let Some(tried) = call_with_fault(&emulator, &plugins, &workflow, arm).await else { return };
    tried.used(&["speech-to-text: deepgram", "language-model: anthropic", "text-to-speech: deepgram"]);
    tried.is_counted(&booked(&emulator, spoken_before));
    is_traced(&tried.kept.call.id, &tried.requests);
    let [caller, agent] = &tried.seen;
    assert!(caller.iter().any(|words| words.len() < LEAK.len() && LEAK.starts_with(words)), "{caller:?}");
    assert!(agent.iter().any(|words| !words.is_empty() && ADVICE.starts_with(words.as_str())), "{agent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_dies_in_its_answer() {
    let emulator = emulator().await;
    let at = &emulator.https;
    let llm =
        format!("[{{plugin: anthropic, base_url: \"{at}\"}}, {{plugin: openai, base_url: \"{at}/v1\"}}]");
    let workflow = workflow("offline", &llm, "offline");
    emulator.fail_always(Api::AnthropicMessages, Fault::ResetAfter(2));
    let Some(tried) = call(&emulator, &["anthropic", "openai"], &workflow).await else { return };
    tried.used(&["language-model: anthropic", "language-model: openai"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_that_stalls_in_a_sentence() {
    let emulator = emulator().await;
    let at = &emulator.https;
    let tts = format!("[{{plugin: deepgram, base_url: \"{at}\"}}, offline]");
    let llm = format!("{{plugin: openai, base_url: \"{at}/v1\"}}");
    let workflow = workflow("offline", &llm, &tts);
    for fault in [Fault::StallAfter(2), Fault::SilentAfter(2)] {
        let arm = || emulator.fail_always(Api::DeepgramSpeak, fault);
        let tried = call_with_fault(&emulator, &["deepgram", "openai"], &workflow, arm).await;
        emulator.heal(Api::DeepgramSpeak);
        let Some(tried) = tried else { return };
        tried.used(&["text-to-speech: deepgram", "text-to-speech: offline-tts"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ear_that_dies_while_it_hears() {
    let emulator = emulator().await;
    let at = &emulator.https;
    let stt = format!("[{{plugin: deepgram, base_url: \"{at}\"}}, offline]");
    let llm = format!("{{plugin: openai, base_url: \"{at}/v1\"}}");
    let workflow = workflow(&stt, &llm, "offline");
    for fault in [Fault::ResetAfter(1), Fault::SilentAfter(1)] {
        emulator.fail_always(Api::DeepgramListen, fault);
        let Some(tried) = call(&emulator, &["deepgram", "openai"], &workflow).await else { return };
        tried.used(&["speech-to-text: deepgram", "speech-to-text: offline-stt"]);
    }
}
