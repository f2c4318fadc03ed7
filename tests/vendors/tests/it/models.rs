//! The language models' plugins: a chat, a tool, and what is reported of each fault.

use crate::plugged::{Plugged, kind, load};
use closare_host::words::{
    Chat, Choice, Ending, Invocation, Message, Outcome, Part, Speaker, Task, ToolOffered,
};
use closare_host::{LlmInput, LlmOutput, Plugin};
use closare_test_vendors::{Answer, Api, Emulator, Fault, Vendor};
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
    api: Api::OpenAiChat,
    options: |emulator| json!({"base_url": format!("{}/v1", emulator.https)}),
};

const ANTHROPIC: Case = Case {
    plugin: "anthropic",
    vendor: Vendor::Anthropic,
    api: Api::AnthropicMessages,
    options: |emulator| json!({"base_url": emulator.https}),
};

/// What a job came to.
#[derive(Debug, Default, PartialEq)]
struct Told {
    text: String,
    invoked: Vec<Invocation>,
    opaque: Vec<String>,
    /// The ending, or the kind of the failure.
    end: String,
    has_request_id: bool,
}

impl Case {
    fn open(&self, plugin: &Plugin, emulator: &Emulator) -> Plugged<LlmInput> {
        let options = (self.options)(emulator);
        Plugged::open(plugin, emulator, self.vendor, &options, |opening, out| plugin.open_llm(opening, out))
    }

    async fn talks(&self) {
        let Some(plugin) = load(self.plugin) else { return };
        let emulator = Emulator::start().await.unwrap();
        emulator.script().answer(Answer::text("We are open."));
        emulator.script().answer(Answer {
            text: "One moment.".to_owned(),
            ..Answer::tool("book", json!({"seats": 4, "name": "O'Brien \"Bob\""}))
        });
        emulator.script().answer(Answer::text("Booked."));
        let mut session = self.open(&plugin, &emulator);

        let mut history = vec![
            Message::text(Speaker::Instructions, "You answer the phone of a restaurant."),
            // A call begins with what the agent says, which not every vendor takes.
            Message::text(Speaker::Agent, "Good day."),
            Message::text(Speaker::Caller, "Are you open?"),
        ];
        let told = run(&mut session, 1, &history).await;
        assert_eq!(
            (told.text.as_str(), told.end.as_str(), told.has_request_id),
            ("We are open.", "Complete", true)
        );

        let told = run(&mut session, 2, &history).await;
        assert_eq!((told.text.as_str(), told.end.as_str()), ("One moment.", "Tools"));
        let [invoked] = told.invoked.as_slice() else { panic!("expected one tool, found {told:?}") };
        let arguments: Value = serde_json::from_str(&invoked.arguments).unwrap();
        assert_eq!(arguments, json!({"seats": 4, "name": "O'Brien \"Bob\""}));

        let opaque = told.opaque.iter().cloned().map(Part::Opaque);
        let parts = [Part::Text(told.text.clone()), Part::Invoke(invoked.clone())].into_iter().chain(opaque);
        history.push(Message { speaker: Speaker::Agent, parts: parts.collect() });
        let outcome = Outcome { id: invoked.id.clone(), content: "{\"table\": 7}".to_owned(), failed: false };
        history.push(Message { speaker: Speaker::Caller, parts: vec![Part::Outcome(outcome)] });
        let told = run(&mut session, 3, &history).await;
        assert_eq!((told.text.as_str(), told.end.as_str()), ("Booked.", "Complete"));
        assert!(emulator.requests().iter().all(|request| request.http2), "over HTTP/2");
    }

    async fn reports(&self, faults: &[(Fault, &str)]) {
        let Some(plugin) = load(self.plugin) else { return };
        let emulator = Emulator::start().await.unwrap();
        emulator.script().answer_always(Answer::text("We are open until ten o'clock tonight."));
        let mut found = Vec::new();
        for (fault, _) in faults {
            emulator.fail_always(self.api, fault.clone());
            let mut session = self.open(&plugin, &emulator);
            let history = [Message::text(Speaker::Caller, "Are you open?")];
            found.push((fault.clone(), run(&mut session, 1, &history).await.end));
            emulator.heal(self.api);
        }
        let expected: Vec<_> = faults.iter().map(|(fault, end)| (fault.clone(), (*end).to_owned())).collect();
        assert_eq!(found, expected);
    }
}

async fn run(session: &mut Plugged<LlmInput>, job: u32, history: &[Message]) -> Told {
    let tool = ToolOffered {
        name: "book".to_owned(),
        about: "Books a table.".to_owned(),
        schema: r#"{"type": "object", "properties": {"seats": {"type": "integer"}}}"#.to_owned(),
    };
    let chat = Chat {
        messages: history.to_vec(),
        tools: vec![tool],
        choice: Choice::Free,
        answer_schema: None,
        longest_tokens: 100,
    };
    session.send(LlmInput::Start { at: session.now(), job, task: Task::Chat(chat) });
    let mut told = Told::default();
    loop {
        match session.next().await {
            Ok(LlmOutput::Token { text, .. }) => told.text.push_str(&text),
            Ok(LlmOutput::Invoke { what, .. }) => told.invoked.push(what),
            Ok(LlmOutput::Opaque { text, .. }) => told.opaque.push(text),
            Ok(LlmOutput::RequestId { .. }) => told.has_request_id = true,
            Ok(LlmOutput::Done { ending, .. }) => {
                told.end = name(ending);
                return told;
            }
            Ok(LlmOutput::Failed { failure, .. }) => {
                told.end = kind(&failure);
                return told;
            }
            Ok(LlmOutput::Used { .. } | LlmOutput::Note(_) | LlmOutput::Found { .. }) => {}
            Ok(LlmOutput::Net(_)) => unreachable!("carried out before it is told"),
            Err(end) => panic!("{end}, after {told:?}"),
        }
    }
}

fn name(ending: Ending) -> String {
    format!("{ending:?}")
}

const SECONDS_7: Fault = Fault::RateLimited { wait: Duration::from_secs(7) };
const SLOW: Fault = Fault::Slow(Duration::from_secs(4));

#[tokio::test(flavor = "multi_thread")]
async fn openai_talks() {
    OPENAI.talks().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropic_talks() {
    ANTHROPIC.talks().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_reports() {
    OPENAI
        .reports(&[
            (Fault::Status(401), "unauthorized"),
            (SECONDS_7, "rate-limited 7000"),
            (Fault::Status(500), "unavailable"),
            (Fault::Status(503), "unavailable"),
            (SLOW, "unavailable"),
            (Fault::ErrorAfter(2), "unavailable"),
            (Fault::EndAfter(2), "Cut"),
            (Fault::StallAfter(2), "unavailable"),
            (Fault::SilentAfter(2), "unavailable"),
            (Fault::ResetAfter(2), "unavailable"),
            (Fault::GarbageAfter(2), "broken"),
        ])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropic_reports() {
    ANTHROPIC
        .reports(&[
            (Fault::Status(401), "unauthorized"),
            (SECONDS_7, "rate-limited 7000"),
            (Fault::Status(500), "unavailable"),
            (Fault::Status(529), "unavailable"),
            (SLOW, "unavailable"),
            (Fault::ErrorAfter(4), "unavailable"),
            (Fault::EndAfter(4), "Cut"),
            (Fault::StallAfter(4), "unavailable"),
            (Fault::SilentAfter(4), "unavailable"),
            (Fault::ResetAfter(4), "unavailable"),
            (Fault::GarbageAfter(4), "broken"),
        ])
        .await;
}
