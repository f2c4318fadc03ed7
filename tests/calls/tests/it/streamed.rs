//! Calls that a carrier streams over a WebSocket: heard, interrupted, ended and handed over by its API.

use crate::house::{Api, Engine, Setup, Sound, Streamed, carrier, likeness};
use crate::workflows::LINE;
use closare_runtime::{StreamConfig, StreamsConfig};
use closare_store::Speaker;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// What is promised of `closare stop`, and half a second of a busy machine.
const STOPPED_MAX: Duration = Duration::from_millis(2_500);

const WISH: &str = "I'd like to make an appointment, please.";
const WAIT: &str = "Wait a moment, please, I have another question.";

const LONG: &str = r#"
closare: 1
name: long
languages: [en]
contacts: {desk: {to: "+44 20 7946 0000"}}
steps:
  - disclose
  - say: "Our house is open from Monday to Friday from eight in the morning until six in the evening, and on Saturday until noon."
  - ask: {say: "What else?", as: story}
  - transfer: desk
"#;

async fn start(workflow: &str, api: &Api) -> Option<Engine> {
    let (origin, allowed) = (api.origin.clone(), api.origin.clone());
    let streams = StreamsConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public: carrier::PUBLIC.to_owned(),
        numbers: BTreeMap::from([(
            "100".to_owned(),
            StreamConfig { token: carrier::TOKEN.to_owned(), auth_token: carrier::AUTH.to_owned() },
        )]),
        carrier_api: origin,
    };
    let setup = Setup::new().answers("100", workflow).caller_says(WISH).caller_says(WAIT);
    setup
        .set(move |config| {
            config.streams = Some(streams);
            config.allow_private = vec![allowed.parse().unwrap()];
        })
        .start()
        .await
}

/// What the carrier was asked, once it was asked this often.
async fn asked(api: &Api, count: usize) -> Vec<carrier::Asked> {
    let mut look = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..500 {
        look.tick().await;
        if api.asked().len() >= count {
            break;
        }
    }
    api.asked()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_heard_and_ended() {
    let api = Api::start().await;
    let Some(mut engine) = start(LINE, &api).await else { return };
    let at = engine.runtime.telephony.streams_addr().unwrap();
    let caller = Streamed::call(at).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "What happened?").await;
    caller.say(&engine.speech(WISH));
    engine.caller_said(&id, "appointment").await;
    assert_eq!(engine.ended(&id).await, "hung_up", "{}", engine.story());
    let asked = asked(&api, 1).await;
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].path, "/2010-04-01/Accounts/AC1/Calls/CA1.json");
    assert_eq!(asked[0].user, format!("AC1:{}", carrier::AUTH));
    assert_eq!(asked[0].form["Status"], "completed");

    let call = engine.kept(&id).await;
    assert!(call.latencies.iter().any(|latency| latency.stage == "total"));
    assert!(call.turns.iter().all(|turn| !turn.interrupted), "{}", engine.story());
    let disclosure = engine.phrase("100", &engine.disclosure("100"));
    let heard = Sound { rate: 8_000, samples: caller.heard().samples };
    let alike = likeness(&heard, &disclosure);
    assert!(alike > 0.7, "the first words on the line are {alike:.2} like the disclosure");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_interrupts_and_is_handed_over() {
    let api = Api::start().await;
    let Some(mut engine) = start(LONG, &api).await else { return };
    let at = engine.runtime.telephony.streams_addr().unwrap();
    let caller = Streamed::call(at).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "an AI").await;
    // The long sentence is under way.
    let begun = caller.heard().samples.len();
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while caller.heard().samples.len() < begun + 16_000 {
        look.tick().await;
    }
    api.ends(&caller);
    caller.say(&engine.speech(WAIT));
    engine
        .until("a sentence that is cut off", |live| match live {
            closare_runtime::Live::Turn { unheard: Some(_), .. } => Some(()),
            _ => None,
        })
        .await;
    engine.caller_said(&id, "question").await;
    assert_eq!(caller.heard().clears, 1);
    assert_eq!(engine.ended(&id).await, "transferred", "{}", engine.story());
    let asked = asked(&api, 1).await;
    let dialled = "<Response><Dial><Number>+442079460000</Number></Dial></Response>";
    assert_eq!(asked[0].form.get("Twiml").map(String::as_str), Some(dialled), "{asked:?}");

    let call = engine.kept(&id).await;
    let cut = call.turns.iter().find(|turn| turn.interrupted).expect("a turn was interrupted");
    assert_eq!(cut.speaker, Speaker::Agent);
    let heard = cut.heard.as_deref().unwrap_or_default();
    assert!(heard.starts_with("Our house") && !heard.contains("Saturday"), "{heard}");
    assert_eq!(api.asked().len(), 1, "a call that was handed over is not ended");
    assert!(caller.heard().closed);
    engine.stop().await;
}

/// A carrier whose API is dead: the caller doesn't wait on an open line.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_agent_leaves_though_nobody_answers() {
    let api = Api::start().await;
    let Some(mut engine) = start(LINE, &api).await else { return };
    api.falls_silent();
    let caller = Streamed::call(engine.runtime.telephony.streams_addr().unwrap()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "an AI").await;
    let stopped = Instant::now();
    engine.runtime.stop("line");
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while !caller.heard().closed {
        look.tick().await;
        assert!(stopped.elapsed() < Duration::from_secs(10), "the stream is still open");
    }
    let took = stopped.elapsed();
    assert!(took < STOPPED_MAX, "the line was open for {took:?}");
    engine.ended(&id).await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves() {
    let api = Api::start().await;
    let Some(mut engine) = start(LINE, &api).await else { return };
    let caller = Streamed::call(engine.runtime.telephony.streams_addr().unwrap()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "an AI").await;
    caller.press('5');
    drop(caller);
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    engine.kept(&id).await;
    engine.stop().await;
}
