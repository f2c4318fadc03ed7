//! Vendors over real TLS that die in the middle of a turn: the next of the chain takes over within it, and the caller hears of it
//! no more than a pause.

use crate::house::{Phone, Setup, Sipp};
use closare_call::Speaker;
use closare_runtime::Live;
use closare_test_vendors::{Answer, Api, Emulator, Fault, Vendor};
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
    let plugins = kept.plugins.iter().map(|one| format!("{}: {}", one.role, one.plugin)).collect();
    engine.stop().await;
    Some(Tried { plugins, waited: Duration::from_millis(latency.0), seen })
}

impl Tried {
    fn used(&self, all: &[&str]) {
        for one in all {
            assert!(self.plugins.iter().any(|used| used == one), "{one} in {:?}", self.plugins);
        }
        assert!(self.waited < ANSWER_MAX, "the caller waited {:?}", self.waited);
    }
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
    let Some(tried) = call(&emulator, &["deepgram", "anthropic"], &workflow).await else { return };
    tried.used(&["speech-to-text: deepgram", "language-model: anthropic", "text-to-speech: deepgram"]);
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
