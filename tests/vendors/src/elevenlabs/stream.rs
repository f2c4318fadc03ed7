//! `wss /v1/text-to-speech/{voice}/stream-input`: one text, one voice, one socket.

use super::context::Context;
use super::voice::{Voice, has_key};
use super::{break_off, close_with, request_id};
use crate::desk::{Desk, Visit};
use crate::outbox::Outbox;
use crate::talk::{Heard, Over, Talk};
use crate::wire::Line;
use crate::{Api, http, record};
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::convert::Infallible;
use tokio::time::Instant;

pub async fn socket(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    upgrade: WebSocketUpgrade,
    parts: Parts,
) -> Response {
    match desk.receive(Api::ElevenLabsStream, line, &parts).await {
        Ok(visit) => {
            let id = request_id(visit.number);
            let response = upgrade.on_upgrade(|socket| run(socket, visit, parts)).into_response();
            http::with_header(response, "request-id", &id)
        }
        Err(refused) => refused,
    }
}

async fn run(socket: WebSocket, visit: Visit, parts: Parts) {
    let outbox = Outbox::new(visit.pace());
    let mut talk = Talk::new(socket, visit, break_off());
    // Every way out has been told to the client, or the client is gone.
    let Err(Over) = speak(&mut talk, outbox, &parts).await;
}

enum Out {
    Chunk(Value),
    Close,
}

async fn speak(talk: &mut Talk, mut outbox: Outbox<Out>, parts: &Parts) -> Result<Infallible, Over> {
    let voice = match Voice::of(&record::query(parts)) {
        Ok(voice) => voice,
        Err((name, message)) => return Err(close_with(talk, name, &message).await),
    };
    let mut context: Option<Context> = None;
    let mut until = Instant::now() + voice.patience;
    let mut closing = false;
    loop {
        tokio::select! {
            heard = talk.hear(), if !closing => {
                until = Instant::now() + voice.patience;
                let Heard::Text(text) = heard? else {
                    return Err(close_with(talk, "invalid_message", "expected JSON in a text message").await);
                };
                let message: Value = serde_json::from_str(&text).unwrap_or_default();
                let Some(said) = message["text"].as_str() else {
                    return Err(close_with(talk, "invalid_message", "expected a field `text`").await);
                };
                let spoken = match &mut context {
                    None if !has_key(&parts.headers, &message) => {
                        return Err(close_with(talk, "invalid_api_key", "Invalid API key").await);
                    }
                    // The first message opens the stream: a space, the voice's settings.
                    None if said != " " => {
                        let why = "The first message must have the text ' '";
                        return Err(close_with(talk, "invalid_message", why).await);
                    }
                    None => {
                        context = Some(Context::new(&message));
                        String::new()
                    }
                    Some(open) if said.is_empty() => {
                        closing = true;
                        open.take()
                    }
                    Some(open) => open.add(&voice, &message),
                };
                for chunk in voice.chunks(&spoken) {
                    outbox.push(Out::Chunk(chunk));
                }
                if closing {
                    outbox.push(Out::Close);
                }
            }
            out = outbox.next() => match out {
                Out::Chunk(chunk) => talk.say(&chunk).await?,
                Out::Close => {
                    talk.say(&json!({"audio": null, "isFinal": true})).await?;
                    return Err(talk.close(1000, "").await);
                }
            },
            () = tokio::time::sleep_until(until), if outbox.is_empty() => {
                let why = format!(
                    "Have not received a new text input within the timeout of {:.1} seconds. Streaming input terminated.",
                    voice.patience.as_secs_f64(),
                );
                return Err(close_with(talk, "input_timeout_exceeded", &why).await);
            }
        }
    }
}
