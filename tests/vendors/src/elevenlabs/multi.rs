//! `wss /v1/text-to-speech/{voice}/multi-stream-input`: many texts over one socket, each a context of its own.

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
use std::collections::BTreeMap;
use std::convert::Infallible;
use tokio::time::Instant;

pub async fn socket(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    upgrade: WebSocketUpgrade,
    parts: Parts,
) -> Response {
    match desk.receive(Api::ElevenLabsMulti, line, &parts).await {
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
    let voice = match Voice::of(&record::query(&parts)) {
        Ok(voice) => voice,
        Err((name, message)) => {
            close_with(&mut talk, name, &message).await;
            return;
        }
    };
    let speaking = Speaking { talk, outbox, voice, parts, contexts: BTreeMap::new() };
    // Every way out has been told to the client, or the client is gone.
    let Err(Over) = speaking.run().await;
}

/// So many at once.
const CONTEXTS_MAX: usize = 5;

enum Out {
    Chunk(Value),
    /// A context is closed, and all of its audio was sent.
    Final(String),
    CloseSocket,
}

struct Speaking {
    talk: Talk,
    outbox: Outbox<Out>,
    voice: Voice,
    parts: Parts,
    contexts: BTreeMap<String, (Context, Instant)>,
}

impl Speaking {
    async fn run(mut self) -> Result<Infallible, Over> {
        let opened = Instant::now();
        loop {
            let oldest = self.contexts.values().map(|(_, heard)| *heard).min().unwrap_or(opened);
            tokio::select! {
                heard = self.talk.hear() => match heard? {
                    Heard::Text(text) => self.take(&text).await?,
                    Heard::Binary(_) => {
                        let why = "expected JSON in a text message";
                        return Err(close_with(&mut self.talk, "invalid_message", why).await);
                    }
                },
                out = self.outbox.next() => self.send(out).await?,
                () = tokio::time::sleep_until(oldest + self.voice.patience) => self.forget(oldest).await?,
            }
        }
    }

    async fn send(&mut self, out: Out) -> Result<(), Over> {
        match out {
            Out::Chunk(chunk) => self.talk.say(&chunk).await,
            Out::Final(id) => self.talk.say(&json!({"isFinal": true, "contextId": id})).await,
            Out::CloseSocket => Err(self.talk.close(1000, "").await),
        }
    }

    /// A context that nothing is said in is closed; a socket without one is, too.
    async fn forget(&mut self, heard: Instant) -> Result<(), Over> {
        if self.contexts.is_empty() {
            let why = "No context was used within the inactivity timeout.";
            return Err(close_with(&mut self.talk, "input_timeout_exceeded", why).await);
        }
        let stale = |(_, (_, last)): &(&String, &(Context, Instant))| *last == heard;
        if let Some(id) = self.contexts.iter().find(stale).map(|(id, _)| id.clone()) {
            self.close(&id);
        }
        Ok(())
    }

    async fn take(&mut self, text: &str) -> Result<(), Over> {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        if !message.is_object() {
            return Err(close_with(&mut self.talk, "invalid_message", "expected a JSON object").await);
        }
        if message["close_socket"] == true {
            for id in self.contexts.keys().cloned().collect::<Vec<_>>() {
                self.speak_rest(&id);
                self.close(&id);
            }
            self.outbox.push(Out::CloseSocket);
            return Ok(());
        }
        let id =
            ["context_id", "contextId"].iter().find_map(|name| message[*name].as_str()).unwrap_or("default");
        let id = id.to_owned();
        if message["close_context"] == true {
            self.close(&id);
            return Ok(());
        }
        if self.contexts.contains_key(&id) {
            self.add(id, &message);
            return Ok(());
        }
        self.open(id, &message).await
    }

    async fn open(&mut self, id: String, message: &Value) -> Result<(), Over> {
        if !has_key(&self.parts.headers, message) {
            return Err(close_with(&mut self.talk, "invalid_api_key", "Invalid API key").await);
        }
        if self.contexts.len() >= CONTEXTS_MAX {
            let why = "Maximum simultaneous contexts exceeded (5)";
            return Err(close_with(&mut self.talk, "max_contexts_exceeded", why).await);
        }
        self.contexts.insert(id.clone(), (Context::new(message), Instant::now()));
        self.add(id, message);
        Ok(())
    }

    /// An empty text only keeps the context open.
    fn add(&mut self, id: String, message: &Value) {
        let Some((context, heard)) = self.contexts.get_mut(&id) else { return };
        *heard = Instant::now();
        let spoken = context.add(&self.voice, message);
        self.speak(&id, &spoken);
    }

    fn speak_rest(&mut self, id: &str) {
        let rest = self.contexts.get_mut(id).map(|(context, _)| context.take()).unwrap_or_default();
        self.speak(id, &rest);
    }

    fn speak(&mut self, id: &str, text: &str) {
        for mut chunk in self.voice.chunks(text) {
            chunk["contextId"] = json!(id);
            self.outbox.push(Out::Chunk(chunk));
        }
    }

    /// What was flushed is still spoken, what waits in the buffer isn't.
    fn close(&mut self, id: &str) {
        if self.contexts.remove(id).is_some() {
            self.outbox.push(Out::Final(id.to_owned()));
        }
    }
}
