//! An answer as server-sent events.

use super::Reply;
use axum::body::Bytes;
use serde_json::{Value, json};

/// Its name is its data's type.
pub fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

pub fn events(reply: &Reply) -> Vec<Bytes> {
    let mut events =
        vec![json!({"type": "message_start", "message": reply.message()}), json!({"type": "ping"})];
    let mut index = 0;
    if !reply.answer.text.is_empty() {
        let deltas =
            reply.answer.tokens().into_iter().map(|text| json!({"type": "text_delta", "text": text}));
        block(&mut events, index, json!({"type": "text", "text": ""}), deltas);
        index += 1;
    }
    for (place, tool) in reply.answer.tools.iter().enumerate() {
        let start = json!({"type": "tool_use", "id": reply.tool_id(place), "name": tool.name, "input": {}});
        // The first piece is empty, as the vendor's is; the rest is cut anywhere.
        let arguments: Vec<char> = tool.arguments.to_string().chars().collect();
        let pieces = std::iter::once(String::new()).chain(arguments.chunks(12).map(String::from_iter));
        let deltas = pieces.map(|piece| json!({"type": "input_json_delta", "partial_json": piece}));
        block(&mut events, index, start, deltas);
        index += 1;
    }
    let delta = json!({"stop_reason": reply.stop_reason(), "stop_sequence": null});
    let usage = json!({"output_tokens": reply.output_tokens()});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(|data| event(data).into()).collect()
}

fn block(events: &mut Vec<Value>, index: usize, start: Value, deltas: impl Iterator<Item = Value>) {
    events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
    events.extend(deltas.map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})));
    events.push(json!({"type": "content_block_stop", "index": index}));
}
