//! `wss /v1/speak` and `POST /v1/speak`.

use super::{bad_request, error, request_id};
use crate::desk::{Desk, Visit};
use crate::http::Instead;
use crate::outbox::Outbox;
use crate::sound::{Encoding, encode, spoken, wav};
use crate::talk::{BreakOff, Heard, Over, Talk};
use crate::wire::Line;
use crate::{Api, http, record};
use axum::body::Bytes;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// What the query asks for.
#[derive(Clone, Debug)]
struct Voice {
    model: String,
    encoding: Encoding,
    rate: u32,
    in_wav: bool,
}

impl Voice {
    /// # Errors
    /// A sentence on the first parameter that is wrong.
    fn of(query: &[(String, String)], socket: bool) -> Result<Voice, String> {
        let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let model = get("model").unwrap_or("aura-asteria-en");
        let parts: Vec<&str> = model.split('-').collect();
        if !matches!(parts.as_slice(), ["aura", _, _] | ["aura", "2", _, _]) {
            return Err("No such model/version combination found.".to_owned());
        }
        // A request's own default is mp3, which the emulator can't make.
        let encoding = match get("encoding").or(socket.then_some("linear16")) {
            Some("linear16") => Encoding::Linear16,
            Some("mulaw") => Encoding::Mulaw,
            Some("alaw") => Encoding::Alaw,
            other => return Err(format!("Unsupported audio format: {}", other.unwrap_or("mp3"))),
        };
        let rates: &[u32] = match encoding {
            Encoding::Linear16 => &[8_000, 16_000, 24_000, 32_000, 48_000],
            Encoding::Mulaw | Encoding::Alaw => &[8_000, 16_000],
        };
        let default = if encoding == Encoding::Linear16 { "24000" } else { "8000" };
        let given = get("sample_rate").unwrap_or(default);
        let rate = given.parse().ok().filter(|rate| rates.contains(rate));
        let rate = rate.ok_or(format!("Unsupported audio format: sample_rate {given}"))?;
        let in_wav = !socket && encoding == Encoding::Linear16 && get("container") != Some("none");
        Ok(Voice { model: model.to_owned(), encoding, rate, in_wav })
    }

    /// In chunks of up to five characters.
    fn chunks(&self, text: &str) -> Vec<Vec<u8>> {
        let characters: Vec<char> = text.chars().collect();
        let chunk = |part: &[char]| encode(&spoken(&String::from_iter(part), self.rate), self.encoding);
        characters.chunks(5).map(chunk).collect()
    }
}

/// A message holds at most this many characters.
const CHARACTERS_MAX: usize = 2_000;

pub async fn once(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match desk.receive(Api::DeepgramSpeakOnce, line, &parts).await {
        Ok(visit) => match http::read(&visit, body).await {
            Ok(body) => speak_once(visit, &parts, &body),
            Err(refused) => refused,
        },
        Err(refused) => refused,
    }
}

fn speak_once(visit: Visit, parts: &Parts, body: &[u8]) -> Response {
    let number = visit.number;
    let voice = match Voice::of(&record::query(parts), false) {
        Ok(voice) => voice,
        Err(message) => return bad_request(&message, number),
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(text) = body["text"].as_str() else {
        return error(400, "PAYLOAD_ERROR", "Failed to parse the request body as JSON.", number);
    };
    let characters = text.chars().count();
    if text.trim().is_empty() {
        return error(400, "Bad Request", "Input text contained no characters.", number);
    }
    if characters > CHARACTERS_MAX {
        return error(
            413,
            "PAYLOAD_TOO_LARGE",
            "Input text exceeds maximum character limit of 2000.",
            number,
        );
    }
    let mut chunks: Vec<Bytes> = voice.chunks(text).into_iter().map(Bytes::from).collect();
    if voice.in_wav {
        chunks.insert(0, wav(&[], voice.rate).into());
    }
    let content_type = match voice.encoding {
        Encoding::Linear16 if voice.in_wav => "audio/wav".to_owned(),
        Encoding::Linear16 => format!("audio/l16;rate={};channels=1", voice.rate),
        Encoding::Mulaw => "audio/mulaw".to_owned(),
        Encoding::Alaw => "audio/alaw".to_owned(),
    };
    let response = http::streamed(visit, &content_type, chunks, Instead::nothing());
    let response = http::with_header(response, "dg-model-name", &voice.model);
    let response = http::with_header(response, "dg-char-count", &characters.to_string());
    http::with_header(response, "dg-request-id", &request_id(number))
}

pub async fn socket(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    upgrade: WebSocketUpgrade,
    parts: Parts,
) -> Response {
    let visit = match desk.receive(Api::DeepgramSpeak, line, &parts).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let id = request_id(visit.number);
    match Voice::of(&record::query(&parts), true) {
        Ok(voice) => {
            let response = upgrade.on_upgrade(|socket| run(socket, visit, voice)).into_response();
            http::with_header(response, "dg-request-id", &id)
        }
        Err(message) => bad_request(&message, visit.number),
    }
}

/// <https://developers.deepgram.com/docs/tts-troubleshooting-websocket-net-and-data-errors>
const BROKEN: BreakOff = BreakOff { text: None, code: 1011, reason: "NET-0000" };

async fn run(socket: WebSocket, visit: Visit, voice: Voice) {
    let outbox = Outbox::new(visit.pace());
    let talk = Talk::new(socket, visit, BROKEN);
    let speaking = Speaking {
        talk,
        outbox,
        voice,
        text: String::new(),
        flushed: 0,
        cleared: 0,
        flushes: VecDeque::new(),
    };
    // Every way out has been told to the client, or the client is gone.
    let Err(Over) = speaking.run().await;
}

enum Out {
    Audio(Vec<u8>),
    Flushed,
    Close,
}

struct Speaking {
    talk: Talk,
    voice: Voice,
    outbox: Outbox<Out>,
    /// Not yet made into audio.
    text: String,
    flushed: u64,
    cleared: u64,
    /// When the last of them came.
    flushes: VecDeque<Instant>,
}

/// <https://developers.deepgram.com/docs/tts-ws-flush>: at most so many in so much time.
const FLUSHES_MAX: usize = 20;
const FLUSHES_IN: Duration = Duration::from_secs(60);

impl Speaking {
    async fn run(mut self) -> Result<std::convert::Infallible, Over> {
        let metadata = json!({
            "type": "Metadata",
            "request_id": request_id(self.talk.visit.number),
            "model_name": self.voice.model,
            "model_version": "2026-01-01.0",
            "model_uuid": request_id(0),
        });
        self.talk.say(&metadata).await?;
        loop {
            tokio::select! {
                heard = self.talk.hear() => match heard? {
                    Heard::Text(text) => self.control(&text).await?,
                    Heard::Binary(_) => return Err(self.talk.close(1008, "DATA-0000").await),
                },
                out = self.outbox.next() => match out {
                    Out::Audio(audio) => self.talk.play(audio).await?,
                    Out::Flushed => {
                        self.talk.say(&json!({"type": "Flushed", "sequence_id": self.flushed})).await?;
                        self.flushed += 1;
                    }
                    Out::Close => return Err(self.talk.close(1000, "").await),
                },
            }
        }
    }

    async fn control(&mut self, text: &str) -> Result<(), Over> {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        match (message["type"].as_str(), message["text"].as_str()) {
            (Some("Speak"), Some(text)) if text.chars().count() <= CHARACTERS_MAX => {
                self.text.push_str(text);
                // Whole sentences are spoken before a flush asks for it.
                if let Some(end) = self.text.rfind(['.', '!', '?']) {
                    let rest = self.text.split_off(end + 1);
                    self.speak();
                    self.text = rest;
                }
                Ok(())
            }
            (Some("Flush"), _) if self.may_flush() => {
                self.speak();
                self.outbox.push(Out::Flushed);
                Ok(())
            }
            (Some("Flush"), _) => {
                let description = "Too many flush messages, wait for the time window to pass";
                let warning =
                    json!({"type": "Warning", "description": description, "code": "EXCESSIVE_FLUSH"});
                self.talk.say(&warning).await
            }
            (Some("Clear"), _) => {
                self.text.clear();
                self.outbox.retain(|out| matches!(out, Out::Close));
                let cleared = json!({"type": "Cleared", "sequence_id": self.cleared});
                self.cleared += 1;
                self.talk.say(&cleared).await
            }
            (Some("Close"), _) => {
                self.speak();
                self.outbox.push(Out::Close);
                Ok(())
            }
            _ => Err(self.talk.close(1008, "DATA-0000").await),
        }
    }

    fn speak(&mut self) {
        let text = std::mem::take(&mut self.text);
        for chunk in self.voice.chunks(text.trim()) {
            self.outbox.push(Out::Audio(chunk));
        }
    }

    fn may_flush(&mut self) -> bool {
        let now = Instant::now();
        self.flushes.retain(|at| now - *at < FLUSHES_IN);
        let may = self.flushes.len() < FLUSHES_MAX;
        if may {
            self.flushes.push_back(now);
        }
        may
    }
}
