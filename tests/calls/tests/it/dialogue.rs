//! An open dialogue on a real llama.cpp server, with a caller who interrupts a generated sentence.

use crate::house::{Llama, Phone, Setup, Sipp};
use closare_runtime::Live;
use closare_store::Speaker;
use std::time::{Duration, Instant};

const LEAK: &str = "There is water on my kitchen floor.";
const WAIT: &str = "Wait a moment, please, I have another question.";

/// The caller's sentence begins with some silence, and voice activity takes its time; a person waits no longer than this either.
const SILENT_AFTER_MAX: Duration = Duration::from_millis(600);

fn workflow(port: u16) -> String {
    format!(
        r#"
closare: 1
name: night
languages: [en]
use:
  llm: {{plugin: openai, base_url: "http://127.0.0.1:{port}/v1", model: smollm2, auth: false}}
steps:
  - disclose
  - greet: "This is the night line. What happened?"
  - converse:
      goal: "Find out what is broken. Explain in three long sentences what a caller can do."
      turns: 2
      exits:
        later: {{about: "it can wait until morning", do: [{{hangup: "We'll call you in the morning."}}]}}
      failed: [{{hangup: "Somebody will call you back."}}]
"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_sentence_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let Some(llama) = Llama::start(folder.path()).await else { return };
    let port = llama.port;
    let setup = Setup::new()
        .answers("100", &workflow(port))
        .plugin("openai")
        .caller_says(LEAK)
        .caller_says(WAIT)
        .set(move |config| config.allow_private = vec![format!("http://127.0.0.1:{port}").parse().unwrap()]);
    let Some(mut engine) = setup.start().await else { return };
    let phone = Phone::new().await;
    let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port);
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    engine.agent_said(&id, "What happened?").await;
    phone.say(&engine.speech(LEAK));
    engine.caller_said(&id, "water").await;
    // The wait is measured when the answer's first packet leaves: from then on it is being said.
    engine.until("the model's answer", |live| matches!(live, Live::Latency { .. }).then_some(())).await;
    let heard_first = phone.last_word();
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while phone.last_word() == heard_first {
        look.tick().await;
    }
    let interrupts = Instant::now();
    phone.say(&engine.speech(WAIT));
    engine
        .until("a sentence that is cut off", |live| match live {
            Live::Turn { speaker: closare_call::Speaker::Agent, unheard: Some(_), .. } => Some(()),
            _ => None,
        })
        .await;
    // On the wire: from the caller's first sound, which the engine has to take for speech, to the agent's last.
    let silent_after = phone.last_word().unwrap().saturating_duration_since(interrupts);
    assert!(silent_after < SILENT_AFTER_MAX, "the agent spoke on for {silent_after:?}");
    engine.caller_said(&id, "question").await;
    engine.runtime.stop("night");
    engine.ended(&id).await;
    caller.succeeds().await;

    let call = engine.kept(&id).await;
    let cut = call.turns.iter().find(|turn| turn.interrupted).expect("a turn was interrupted");
    assert_eq!(cut.speaker, Speaker::Agent);
    assert!(cut.unheard.as_deref().is_some_and(|rest| !rest.is_empty()));
    // What was not heard is no part of what the model is told.
    let log = engine.runtime.store.log(&id).await.unwrap();
    let asked = log.iter().rev().find(|entry| entry.name == "generate").expect("the model was asked");
    let told = asked.contents.iter().map(|content| content.text.as_str()).collect::<Vec<_>>().join("\n");
    let (heard, unheard) = (cut.heard.as_deref().unwrap(), cut.unheard.as_deref().unwrap());
    assert!(
        told.contains(heard) && !told.contains(unheard),
        "`{heard}` was heard, `{unheard}` was not:\n{told}"
    );
    assert!(cut.ai_system.as_ref().is_some_and(|ai| ai.plugin == "openai"), "{:?}", cut.ai_system);
    engine.stop().await;
    llama.end().await;
}
