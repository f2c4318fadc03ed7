//! A vendor made of clockwork: a server on loopback that speaks OpenAI's API for hearing, chatting and speaking, and answers
//! at once. So all that a caller waits for beside the pause that ends a turn is the engine's own share.
//!
//! A model's answer has 60 tokens: the first sentence's seven come at once, the rest at 50 a second. A voice's audio is 66 ms a
//! word, begins at once, and then comes four times as fast as it is spoken.

use crate::problem::{During, Problem};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use axum::routing::post;
use futures::{Stream, stream};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// What every caller is heard to say.
const HEARD: &str = "I would like to book a table for two, tomorrow in the evening.";
const TOKENS: usize = 60;
/// A sentence's tokens.
const SENTENCE: usize = 7;
const TOKEN_EVERY: Duration = Duration::from_millis(20);
const WORD_MS: usize = 66;
/// Samples a second of the API's pcm.
const RATE: usize = 24_000;
const PIECE_MS: usize = 100;
/// Four times as fast as it is spoken.
const PIECE_EVERY: Duration = Duration::from_millis(25);

/// Dropping it ends the server.
pub struct Vendor {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Vendor {
    pub async fn start() -> Result<Vendor, Problem> {
        let router = Router::new()
            .route("/v1/audio/transcriptions", post(transcriptions))
            .route("/v1/chat/completions", post(completions))
            .route("/v1/audio/speech", post(speech));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.during("can't open a port for the vendor that stands in")?;
        let address = listener.local_addr().during("a listener has no address")?;
        let task = tokio::spawn(async move {
            // Ends with the process, or by the handle.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Vendor { address, task })
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The whole turn has to have come.
async fn transcriptions(_turn: Bytes) -> impl IntoResponse {
    axum::Json(serde_json::json!({ "text": HEARD }))
}

async fn completions(_asked: Bytes) -> impl IntoResponse {
    let head = [("content-type", "text/event-stream")];
    (head, Body::from_stream(paced((0..=TOKENS).map(|number| (token(number), token_at(number))))))
}

/// An event of the stream; after the last token its end.
fn token(number: usize) -> Bytes {
    let choice = |delta: serde_json::Value, finish: Option<&str>| {
        let chunk = serde_json::json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
        format!("data: {chunk}\n\n")
    };
    if number == TOKENS {
        return Bytes::from(choice(serde_json::json!({}), Some("stop")) + "data: [DONE]\n\n");
    }
    let end = if (number + 1).is_multiple_of(SENTENCE) { ". " } else { " " };
    Bytes::from(choice(serde_json::json!({ "content": format!("word{number}{end}") }), None))
}

fn token_at(number: usize) -> Duration {
    TOKEN_EVERY * u32::try_from(number.saturating_sub(SENTENCE)).unwrap_or(u32::MAX)
}

async fn speech(asked: Bytes) -> impl IntoResponse {
    let asked: serde_json::Value = serde_json::from_slice(&asked).unwrap_or_default();
    let words = asked["input"].as_str().unwrap_or_default().split_whitespace().count();
    let samples = (words * WORD_MS * RATE / 1_000).max(1);
    let piece = PIECE_MS * RATE / 1_000;
    let pieces = (0..samples.div_ceil(piece)).map(move |number| {
        let begin = number * piece;
        let at = PIECE_EVERY * u32::try_from(number).unwrap_or(u32::MAX);
        (tone(begin..samples.min(begin + piece)), at)
    });
    ([("content-type", "audio/pcm")], Body::from_stream(paced(pieces)))
}

/// A tone that is never silent for a frame.
fn tone(samples: std::ops::Range<usize>) -> Bytes {
    const HZ: f64 = 220.0;
    let sample = |at: usize| {
        let angle = std::f64::consts::TAU * HZ * at as f64 / RATE as f64;
        (angle.sin() * 8_000.0) as i16
    };
    samples.flat_map(|at| sample(at).to_le_bytes()).collect()
}

/// Each piece at its time after the request.
fn paced(
    pieces: impl Iterator<Item = (Bytes, Duration)> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let asked = Instant::now();
    stream::unfold(pieces, move |mut pieces| async move {
        let (piece, at) = pieces.next()?;
        if !at.is_zero() {
            sleep_until(asked + at).await;
        }
        Some((Ok(piece), pieces))
    })
}
