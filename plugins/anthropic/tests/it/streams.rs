//! Streams as https://platform.claude.com/docs/en/build-with-claude/streaming has them.

use crate::session::{answer, caller, chat, open, text, told};
use closare_plugin::language_model::Task;
use closare_plugin::network::Event;
use serde_json::json;

/// "Basic streaming request".
pub const HELLO: &str = r#"event: message_start
data: {"type": "message_start", "message": {"id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY", "type": "message", "role": "assistant", "content": [], "model": "claude-haiku-5-5", "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 25, "cache_read_input_tokens": 600, "output_tokens": 1}}}

event: content_block_start
data: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüß"}}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " Gott!"}}

event: content_block_stop
data: {"type": "content_block_stop", "index": 0}

event: message_delta
data: {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence":null}, "usage": {"output_tokens": 15}}

event: message_stop
data: {"type": "message_stop"}

"#;

/// "Streaming request with tool use": the arguments are cut anywhere.
pub const WEATHER: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_014p7gG3wDgGV9EUtLvnow3U","type":"message","role":"assistant","model":"claude-haiku-5-5","stop_sequence":null,"usage":{"input_tokens":472,"output_tokens":2},"content":[],"stop_reason":null}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Okay, let's check"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"location\":"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" \"San"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" Francisco, CA\"}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_02","name":"now","input":{}}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89}}

event: message_stop
data: {"type":"message_stop"}

"#;

/// "Streaming request with thinking", shortened.
const THOUGHT: &str = r#"event: message_start
data: {"type": "message_start", "message": {"id": "msg_01...", "type": "message", "role": "assistant", "content": [], "model": "claude-haiku-5-5", "stop_reason": null, "stop_sequence": null}}

event: content_block_start
data: {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "I need to find the GCD"}}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": " of 1071 and 462"}}

event: content_block_delta
data: {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3h"}}

event: content_block_stop
data: {"type": "content_block_stop", "index": 0}

event: content_block_start
data: {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}

event: content_block_delta
data: {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "It is 21."}}

event: content_block_stop
data: {"type": "content_block_stop", "index": 1}

event: message_delta
data: {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}}

event: message_stop
data: {"type": "message_stop"}

"#;

/// What a chat tells that gets this stream, in chunks of this size.
fn run(stream: &str, size: usize) -> String {
    let mut session = open(json!({}));
    session.start(9, Task::Chat(chat(vec![caller(&[text("Hi")])]))).request();
    answer(&mut session, 1, stream, size);
    session.network(Event::Ended((1, Vec::new())));
    told(&mut session)
}

#[test]
fn a_stream_becomes_tokens_however_it_is_cut() {
    let whole = run(HELLO, HELLO.len());
    insta::assert_snapshot!(whole, @r#"
    9 used Unit::Requests 1
    9 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    9 token "Grüß"
    9 token " Gott!"
    9 used Unit::InputTokens 625
    9 used Unit::OutputTokens 15
    9 used Unit::CachedTokens 600
    9 done Ending::Complete
    "#);
    for size in [1, 7, 64] {
        assert_eq!(run(HELLO, size), whole);
    }
}

#[test]
fn a_use_of_a_tool_is_told_with_whole_arguments() {
    insta::assert_snapshot!(run(WEATHER, 50), @r#"
    9 used Unit::Requests 1
    9 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    9 token "Okay, let's check"
    9 used Unit::InputTokens 472
    9 used Unit::OutputTokens 89
    9 invoke toolu_01T1x1fJ34qAmk2tNTrN7Up6 get_weather {"location": "San Francisco, CA"}
    9 invoke toolu_02 now {}
    9 done Ending::Tools
    "#);
}

#[test]
fn a_thought_is_told_whole_to_be_given_back() {
    insta::assert_snapshot!(run(THOUGHT, 50), @r#"
    9 used Unit::Requests 1
    9 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    9 opaque {"type":"thinking","thinking":"I need to find the GCD of 1071 and 462","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3h"}
    9 token "It is 21."
    9 done Ending::Complete
    "#);
}
