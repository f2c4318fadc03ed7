//! `wss /v1/listen`.

use super::ear::{Ear, Sound, Stretch};
use super::listening::{Codec, Listening};
use super::{bad_request, request_id};
use crate::desk::{Desk, Visit};
use crate::sound::{Encoding, decode};
use crate::talk::{BreakOff, Heard, Over, Talk};
use crate::wire::Line;
use crate::{Api, http, record};
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

pub async fn listen(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    upgrade: WebSocketUpgrade,
    parts: Parts,
) -> Response {
    let visit = match desk.receive(Api::DeepgramListen, line, &parts).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let id = request_id(visit.number);
    match Listening::of(&record::query(&parts)) {
        Ok(listening) => {
            let response = upgrade.on_upgrade(|socket| run(socket, visit, listening)).into_response();
            http::with_header(response, "dg-request-id", &id)
        }
        Err(message) => bad_request(&message, visit.number),
    }
}

/// <https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors>
const NO_RESULT: BreakOff = BreakOff { text: None, code: 1011, reason: "NET-0000" };

async fn run(socket: WebSocket, visit: Visit, listening: Listening) {
    let hearing = Hearing {
        talk: Talk::new(socket, visit, NO_RESULT),
        ear: None,
        codec: Codec::Counted,
        words: String::new(),
        listening,
    };
    // Every way out has been told to the client, or the client is gone.
    let Err(Over) = hearing.run().await;
}

struct Hearing {
    talk: Talk,
    listening: Listening,
    /// From the first audio on.
    ear: Option<Ear>,
    codec: Codec,
    /// Of the stretch of speech that goes on.
    words: String,
}

impl Hearing {
    async fn run(mut self) -> Result<std::convert::Infallible, Over> {
        let idle = self.talk.visit.script.idle_max();
        loop {
            let heard = match timeout_at(Instant::now() + idle, self.talk.hear()).await {
                Ok(heard) => heard?,
                Err(_) => return Err(self.talk.close(1011, "NET-0001").await),
            };
            match heard {
                // An empty message closes the stream, as `CloseStream` does.
                Heard::Binary(bytes) if bytes.is_empty() => return Err(self.close().await),
                Heard::Binary(bytes) => self.audio(&bytes).await?,
                Heard::Text(text) => self.control(&text).await?,
            }
        }
    }

    async fn audio(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let mut audio = bytes;
        if self.ear.is_none() {
            let Some((codec, rate, skipped)) = opened(&self.listening, bytes) else {
                return Err(self.talk.close(1008, "DATA-0000").await);
            };
            self.codec = codec;
            self.ear = Some(Ear::new(&self.listening, rate));
            audio = &bytes[skipped..];
        }
        let (Codec::Heard(encoding), Some(ear)) = (self.codec, &mut self.ear) else { return Ok(()) };
        for sound in ear.hear(&decode(audio, encoding)) {
            self.tell(sound).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, sound: Sound) -> Result<(), Over> {
        match sound {
            Sound::Started(at) => {
                self.words = self.talk.visit.script.next_heard();
                if self.listening.vad_events {
                    let started =
                        json!({"type": "SpeechStarted", "channel": [0, 1], "timestamp": seconds(at)});
                    self.talk.say(&started).await?;
                }
            }
            Sound::GoesOn(stretch, told) if self.listening.interim_results => {
                let words: Vec<_> = self.words.split_whitespace().take(told as usize).collect();
                let interim = self.results(stretch, &words.join(" "), Kind::Interim);
                self.talk.say(&interim).await?;
            }
            Sound::GoesOn(..) => {}
            Sound::Ended(stretch) => {
                tokio::time::sleep(self.talk.visit.pace().first).await;
                let kind = if self.listening.endpointing.is_some() { Kind::SpeechFinal } else { Kind::Final };
                let results = self.results(stretch, &self.words, kind);
                self.talk.say(&results).await?;
            }
            Sound::Gap { last_word } => {
                let end =
                    json!({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": seconds(last_word)});
                self.talk.say(&end).await?;
            }
            Sound::Silence(stretch) => {
                let nothing = self.results(stretch, "", Kind::Final);
                self.talk.say(&nothing).await?;
            }
        }
        Ok(())
    }

    /// <https://developers.deepgram.com/docs/finalize>, <https://developers.deepgram.com/docs/audio-keep-alive>,
    /// <https://developers.deepgram.com/docs/close-stream>.
    async fn control(&mut self, text: &str) -> Result<(), Over> {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        match message["type"].as_str() {
            Some("KeepAlive") => Ok(()),
            Some("Finalize") => {
                let results = self.rest(Kind::Finalized);
                tokio::time::sleep(self.talk.visit.pace().first).await;
                self.talk.say(&results).await
            }
            Some("CloseStream") => Err(self.close().await),
            Some("Configure") => {
                let answer = self.configured(&message);
                self.talk.say(&answer).await
            }
            _ => {
                let description = "Could not deserialize last text message";
                let error = json!({"type": "Error", "variant": "SchemaError", "description": description, "message": text});
                self.talk.say(&error).await
            }
        }
    }

    /// The fields of `Configure` and of its answers are those of its own client.
    fn configured(&self, message: &Value) -> Value {
        let id = request_id(self.talk.visit.number);
        let keyterms = message.get("keyterms").filter(|terms| !terms.is_null());
        match keyterms {
            Some(_) if !self.listening.model.starts_with("nova-3") => json!({
                "type": "ConfigureFailure",
                "request_id": id,
                "code": "CONFIGURE_KEYTERMS_NOT_SUPPORTED",
                "description": "Only Nova-3 models support keyterms",
            }),
            Some(terms) => json!({"type": "ConfigureSuccess", "request_id": id, "keyterms": terms}),
            None => json!({"type": "ConfigureSuccess", "request_id": id}),
        }
    }

    async fn close(&mut self) -> Over {
        let rest = self.rest(Kind::Final);
        let metadata = json!({
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": request_id(self.talk.visit.number),
            "sha256": "0".repeat(64),
            "created": "2026-01-01T00:00:00.000Z",
            "duration": seconds(self.now()),
            "channels": 1,
        });
        for message in [rest, metadata] {
            if let Err(over) = self.talk.say(&message).await {
                return over;
            }
        }
        self.talk.close(1000, "").await
    }

    /// What was heard and not yet told, or nothing.
    fn rest(&mut self, kind: Kind) -> Value {
        let now = self.now();
        match self.ear.as_mut().and_then(Ear::finish) {
            Some(stretch) => self.results(stretch, &self.words, kind),
            None => self.results(Stretch { starts: now, ends: now }, "", kind),
        }
    }

    fn now(&self) -> u64 {
        self.ear.as_ref().map_or(0, Ear::now)
    }

    fn results(&self, stretch: Stretch, text: &str, kind: Kind) -> Value {
        let count = text.split_whitespace().count().max(1) as f64;
        let each = (seconds(stretch.ends) - seconds(stretch.starts)) / count;
        let word = |(place, word): (usize, &str)| {
            let starts = seconds(stretch.starts) + each * place as f64;
            let plain: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '\'').collect();
            let mut entry = json!({
                "word": plain.to_lowercase(),
                "start": starts,
                "end": starts + each,
                "confidence": 0.98,
            });
            if self.listening.punctuated {
                entry["punctuated_word"] = json!(word);
            }
            entry
        };
        let words: Vec<Value> = text.split_whitespace().enumerate().map(word).collect();
        let plain = || words.iter().filter_map(|word| word["word"].as_str()).collect::<Vec<_>>().join(" ");
        let transcript = if self.listening.punctuated { text.to_owned() } else { plain() };
        let confidence = if transcript.is_empty() { 0.0 } else { 0.98 };
        json!({
            "type": "Results",
            "channel_index": [0, 1],
            "duration": seconds(stretch.ends - stretch.starts),
            "start": seconds(stretch.starts),
            "is_final": kind != Kind::Interim,
            "speech_final": kind == Kind::SpeechFinal,
            "channel": {"alternatives": [{"transcript": transcript, "confidence": confidence, "words": words}]},
            "metadata": {
                "request_id": request_id(self.talk.visit.number),
                "model_info": {"name": self.listening.model, "version": "2026-01-01.0", "arch": "emulated"},
                "model_uuid": request_id(0),
            },
            "from_finalize": kind == Kind::Finalized,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Interim,
    Final,
    SpeechFinal,
    Finalized,
}

/// The codec, the sample rate and the bytes of a header. Without `encoding` the audio must be in a container, of which the
/// emulator reads WAV.
fn opened(listening: &Listening, first: &[u8]) -> Option<(Codec, u32, usize)> {
    match listening.audio {
        Some((codec, rate)) => Some((codec, rate, 0)),
        None => {
            let (head, _) = first.split_at_checked(44).filter(|(head, _)| head.starts_with(b"RIFF"))?;
            let rate = head[24..28].try_into().map(u32::from_le_bytes).ok()?;
            (8_000..=48_000).contains(&rate).then_some((Codec::Heard(Encoding::Linear16), rate, 44))
        }
    }
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
