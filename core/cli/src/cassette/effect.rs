//! What a plugin asks of the network, as the file shows it. It is only compared and never carried out, so what isn't text is
//! kept by its length and hash.

use closare_terms::network::{Body, NetEffect, Request, Socket};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// A request holds the credential's name and `{{secret:NAME}}`: no plugin has more.
pub fn shown(effect: &NetEffect) -> Value {
    match effect {
        NetEffect::Ask(request) => json!({"request": ask(request)}),
        NetEffect::More { ticket, bytes } => json!({"more": piece(*ticket, bytes)}),
        NetEffect::End { ticket } => json!({"end": {"ticket": ticket}}),
        NetEffect::Open(socket) => json!({"socket": open(socket)}),
        NetEffect::Text { ticket, text } => json!({"text": piece(*ticket, text.as_bytes())}),
        NetEffect::Binary { ticket, bytes } => json!({"binary": piece(*ticket, bytes)}),
        NetEffect::Close { ticket, code } => json!({"close": {"ticket": ticket, "code": code}}),
        NetEffect::Wake { ticket, after } => json!({"wake": {"ticket": ticket, "after": after}}),
    }
}

fn ask(request: &Request) -> Value {
    let mut map = begun(request.ticket);
    map.insert("method".to_owned(), json!(request.method));
    map.insert("url".to_owned(), json!(request.url));
    add_headers(&mut map, &request.headers);
    add(&mut map, "credential", request.credential.as_deref());
    add(&mut map, "time_limit", request.time_limit);
    add(&mut map, "repeatable", request.repeatable.then_some(true));
    match &request.body {
        Body::None => {}
        Body::Whole(bytes) => map.extend(content(bytes)),
        Body::Streamed => add(&mut map, "streamed", Some(true)),
    }
    Value::Object(map)
}

fn open(socket: &Socket) -> Value {
    let mut map = begun(socket.ticket);
    map.insert("url".to_owned(), json!(socket.url));
    add_headers(&mut map, &socket.headers);
    add(&mut map, "protocols", (!socket.protocols.is_empty()).then_some(&socket.protocols));
    add(&mut map, "credential", socket.credential.as_deref());
    Value::Object(map)
}

fn piece(ticket: u32, bytes: &[u8]) -> Value {
    let mut map = begun(ticket);
    map.extend(content(bytes));
    Value::Object(map)
}

fn begun(ticket: u32) -> Map<String, Value> {
    Map::from_iter([("ticket".to_owned(), json!(ticket))])
}

fn add(map: &mut Map<String, Value>, key: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), json!(value));
    }
}

fn add_headers(map: &mut Map<String, Value>, headers: &[(String, String)]) {
    let lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{}: {value}", name.to_lowercase())).collect();
    add(map, "headers", (!lines.is_empty()).then_some(lines));
}

/// JSON, text, or length and hash.
fn content(bytes: &[u8]) -> Vec<(String, Value)> {
    let entry = |key: &str, value: Value| (key.to_owned(), value);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return vec![entry("bytes", json!(bytes.len())), entry("sha256", json!(hash(bytes)))];
    };
    match serde_json::from_str(text) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => vec![entry("json", json)],
        Ok(_) | Err(_) => vec![entry("text", json!(text))],
    }
}

pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
