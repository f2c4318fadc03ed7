//! A socket's two ends as the vendors use them: what comes in is recorded, what goes out passes the gate.

use crate::desk::Visit;
use crate::fault::Pass;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::Value;
use std::time::Duration;

/// The talk has ended: nothing more can be heard or said.
#[derive(Debug)]
pub struct Over;

#[derive(Debug)]
pub enum Heard {
    Text(String),
    Binary(Bytes),
}

/// How a vendor breaks off with an error.
pub struct BreakOff {
    pub text: Option<Value>,
    pub code: u16,
    pub reason: &'static str,
}

pub struct Talk {
    socket: WebSocket,
    pub visit: Visit,
    /// Said where a fault wants an error.
    break_off: BreakOff,
}

/// For the peer to answer a close frame.
const CLOSING: Duration = Duration::from_secs(2);

impl Talk {
    pub fn new(socket: WebSocket, visit: Visit, break_off: BreakOff) -> Talk {
        Talk { socket, visit, break_off }
    }

    /// Safe to be dropped and asked again.
    pub async fn hear(&mut self) -> Result<Heard, Over> {
        loop {
            match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => {
                    self.visit.entry.text(text.as_str());
                    return Ok(Heard::Text(text.as_str().to_owned()));
                }
                Some(Ok(Message::Binary(bytes))) => {
                    self.visit.entry.binary(bytes.len());
                    return Ok(Heard::Binary(bytes));
                }
                Some(Ok(Message::Close(frame))) => {
                    self.visit.entry.closed(frame.map_or(1005, |frame| frame.code));
                    return Err(Over);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Err(_)) | None => return Err(Over),
            }
        }
    }

    pub async fn say(&mut self, what: &Value) -> Result<(), Over> {
        self.send(Message::text(what.to_string())).await
    }

    pub async fn play(&mut self, audio: Vec<u8>) -> Result<(), Over> {
        self.send(Message::binary(audio)).await
    }

    /// Says why, and waits until the peer has closed, too.
    pub async fn close(&mut self, code: u16, reason: &str) -> Over {
        let frame = CloseFrame { code, reason: reason.into() };
        if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
            // Who doesn't answer in time is dropped.
            let _ = tokio::time::timeout(CLOSING, async { while self.hear().await.is_ok() {} }).await;
        }
        Over
    }

    async fn send(&mut self, message: Message) -> Result<(), Over> {
        match self.visit.gate.pass().await {
            Pass::Whole => {}
            Pass::Garbage => self.visit.gate.line().garble(),
            Pass::Error => return Err(self.break_off().await),
            Pass::End | Pass::Broken => return Err(Over),
        }
        self.socket.send(message).await.map_err(|_| Over)
    }

    async fn break_off(&mut self) -> Over {
        let BreakOff { text, code, reason } = &self.break_off;
        let (text, code, reason) = (text.clone(), *code, *reason);
        if let Some(text) = text
            && self.socket.send(Message::text(text.to_string())).await.is_err()
        {
            return Over;
        }
        self.close(code, reason).await
    }
}
