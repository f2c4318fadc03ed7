//! A voice whose vendor sends an hour of audio at once: most of it stays with the vendor until it is spoken, and an
//! interruption leaves it there.

use crate::house::{Phone, Setup, Sipp};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use axum::routing::post;
use closare_runtime::Live;
use futures::stream;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const WISH: &str = "I'd like to make an appointment, please.";
const WAIT: &str = "Wait a moment, please, I have another question.";

/// At 24,000 samples a second.
const SECOND: usize = 48_000;
const SENT: usize = 3_600 * SECOND;
/// More than what is spoken meanwhile and what the kernel holds for both ends of a connection that was read fast for a moment:
/// up to 32 MiB and 4 MiB where `net.ipv4.tcp_rmem` and `tcp_wmem` are large.
const TAKEN_MAX: usize = SENT / 2;

fn workflow(port: u16) -> String {
    format!(
        r#"
closare: 1
name: line
languages: [en]
use:
  tts: {{plugin: openai, base_url: "http://127.0.0.1:{port}/v1", auth: false}}
steps:
  - disclose
  - ask: {{say: "What happened?", as: story}}
  - say: "So you said {{story}}."
  - ask: {{say: "And what else?", as: more}}
  - hangup: "Good-bye."
"#
    )
}

/// Counts what of the long sentence's audio the engine takes, and tells when it takes no more.
#[derive(Clone, Default)]
struct Vendor {
    taken: Arc<AtomicUsize>,
    closed: Arc<AtomicUsize>,
}

impl Vendor {
    async fn start(&self) -> u16 {
        let vendor = self.clone();
        let speech = post(move |asked: Bytes| {
            let vendor = vendor.clone();
            async move { vendor.speech(&asked) }
        });
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/v1/audio/speech", speech);
        tokio::spawn(async move { axum::serve(listener, router).await });
        port
    }

    fn speech(&self, asked: &[u8]) -> impl IntoResponse + use<> {
        let long = String::from_utf8_lossy(asked).contains("So you said");
        let sounds = Bytes::from([0, 16, 0, 240].repeat(SECOND / 4));
        let seconds = if long { SENT / SECOND } else { 1 };
        let counts = long.then(|| (self.taken.clone(), Closes(self.closed.clone())));
        let body = stream::unfold((0, counts), move |(second, counts)| {
            let sounds = sounds.clone();
            async move {
                if second == seconds {
                    return None;
                }
                if let Some((taken, _)) = &counts {
                    taken.fetch_add(sounds.len(), Ordering::Relaxed);
                }
                Some((Ok::<_, Infallible>(sounds), (second + 1, counts)))
            }
        });
        ([("content-type", "audio/pcm")], Body::from_stream(body))
    }
}

struct Closes(Arc<AtomicUsize>);

impl Drop for Closes {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_far_ahead_stays_with_its_vendor() {
    let vendor = Vendor::default();
    let port = vendor.start().await;
    let setup = Setup::new()
        .answers("100", &workflow(port))
        .plugin("openai")
        .caller_says(WISH)
        .caller_says(WAIT)
        .set(move |config| config.allow_private = vec![format!("http://127.0.0.1:{port}").parse().unwrap()]);
    let Some(mut engine) = setup.start().await else { return };
    let phone = Phone::new().await;
    let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port);
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    engine.agent_said(&id, "What happened?").await;
    phone.say(&engine.speech(WISH));
    engine.until("the long sentence", |live| matches!(live, Live::Latency { .. }).then_some(())).await;

    // Four seconds of it are heard: far longer than all of it takes to come where nobody holds it back.
    let begun = phone.heard().millis();
    let mut look = tokio::time::interval(Duration::from_millis(50));
    while phone.heard().millis() < begun + 4_000 && vendor.closed.load(Ordering::Relaxed) == 0 {
        look.tick().await;
    }
    let taken = vendor.taken.load(Ordering::Relaxed);
    assert!(taken < TAKEN_MAX, "{taken} of {SENT} bytes were taken");
    assert_eq!(vendor.closed.load(Ordering::Relaxed), 0);

    // What is said next comes at once, though the sentence before it was held back.
    phone.say(&engine.speech(WAIT));
    engine.caller_said(&id, "question").await;
    assert_eq!(engine.ended(&id).await, "hung_up", "{}", engine.story());
    assert_eq!(vendor.closed.load(Ordering::Relaxed), 1, "the rest is no longer asked for");
    assert!(vendor.taken.load(Ordering::Relaxed) < TAKEN_MAX);
    caller.succeeds().await;
    engine.kept(&id).await;
    engine.stop().await;
}
