//! Extraction and summary as chats, and what was found in the answer.

use closare_plugin::Failure;
use closare_plugin::language_model::{
    Chat, Choice, Extraction, Field, Found, Intent, Message, Part, Speaker, Summary,
};
use serde_json::{Map, Value, json};

/// A chat model can't tell how sure it is of a value that it read off; it is asked about the intent alone.
const FIELD_CONFIDENCE: f32 = 0.9;

/// Where a server doesn't give a confidence.
const INTENT_CONFIDENCE: f32 = 0.7;

const NO_INTENT: &str = "none";

/// Asks for one JSON object: the intent, how sure, and each field or null.
pub fn extraction(what: &Extraction) -> Chat {
    let mut ask = String::from(
        "You read a phone call between a caller and an agent, and write down what the caller said as JSON. \
         Take only what was said; a value that wasn't said is null. The last words count where callers correct themselves.",
    );
    ask.push_str(&format!("\nToday is {}, time zone {}.", what.today, what.timezone));
    if !what.intents.is_empty() {
        ask.push_str("\n\n`intent` is what the caller wants, `confidence` how sure that is, 0 to 1. Intents, with what callers say:");
        what.intents.iter().for_each(|intent| ask.push_str(&line(intent)));
        ask.push_str(&format!("\n- {NO_INTENT}: anything else, or not said yet"));
    }
    if !what.fields.is_empty() {
        ask.push_str("\n\nValues:");
        what.fields.iter().for_each(|field| ask.push_str(&format!("\n- {}: {}", field.name, field.about)));
    }
    // An intent and a few values are short; what is longer has gone astray.
    let longest_tokens = 200 + 60 * u32::try_from(what.fields.len()).unwrap_or(0);
    asked(ask, &what.messages, Some(schema(what).to_string()), longest_tokens)
}

/// Asks for a text of so many words.
pub fn summary(what: &Summary) -> Chat {
    let ask = format!(
        "You summarize a phone call between a caller and an agent, in the language `{}`, in at most {} words. \
         Style: {}. Tell only what was said. Write the summary alone, without a heading.",
        what.language, what.longest_words, what.style
    );
    // Words of any language are at most about four tokens.
    asked(ask, &what.messages, None, what.longest_words.saturating_mul(4).max(64))
}

/// What the model wrote, read against what was asked. Values of fields that weren't asked are left out.
///
/// # Errors
/// [`Failure::Broken`] where there is no JSON object in it.
pub fn found(what: &Extraction, answer: &str) -> Result<Found, Failure> {
    let object =
        object(answer).ok_or_else(|| Failure::Broken("expected a JSON object as the answer".to_owned()))?;
    let confidence =
        object.get("confidence").and_then(Value::as_f64).map_or(INTENT_CONFIDENCE, |sure| sure as f32);
    let intent = object.get("intent").and_then(Value::as_str);
    let intent = intent.filter(|name| what.intents.iter().any(|intent| intent.name == *name));
    let value = |field: &Field| {
        let value = object.get(&field.name).filter(|value| !value.is_null())?;
        Some((field.name.clone(), value.to_string(), FIELD_CONFIDENCE))
    };
    Ok(Found {
        intent: intent.map(|name| (name.to_owned(), confidence.clamp(0.0, 1.0))),
        fields: what.fields.iter().filter_map(value).collect(),
    })
}

/// The call as one message: a model then doesn't take it for a talk of its own.
fn asked(ask: String, call: &[Message], answer_schema: Option<String>, longest_tokens: u32) -> Chat {
    let message = |speaker, text| Message { speaker, parts: vec![Part::Text(text)] };
    Chat {
        messages: vec![message(Speaker::Instructions, ask), message(Speaker::Caller, transcript(call))],
        tools: Vec::new(),
        choice: Choice::Free,
        answer_schema,
        longest_tokens,
    }
}

fn transcript(call: &[Message]) -> String {
    let lines =
        call.iter().flat_map(|message| message.parts.iter().filter_map(|part| said(message.speaker, part)));
    lines.collect::<Vec<_>>().join("\n")
}

fn said(speaker: Speaker, part: &Part) -> Option<String> {
    match (speaker, part) {
        (Speaker::Instructions, _) | (_, Part::Opaque(_)) => None,
        (Speaker::Caller, Part::Text(text)) => Some(format!("Caller: {text}")),
        (Speaker::Agent, Part::Text(text)) => Some(format!("Agent: {text}")),
        (_, Part::Invoke(call)) => Some(format!("(The agent used {}: {})", call.name, call.arguments)),
        (_, Part::Outcome(outcome)) => Some(format!("(It gave: {})", outcome.content)),
    }
}

fn line(intent: &Intent) -> String {
    let examples: Vec<_> = intent.examples.iter().map(|example| format!("\"{example}\"")).collect();
    format!("\n- {}: {}", intent.name, examples.join(", "))
}

fn schema(what: &Extraction) -> Value {
    let mut properties = Map::new();
    if !what.intents.is_empty() {
        let names = what.intents.iter().map(|intent| intent.name.as_str()).chain([NO_INTENT]);
        properties.insert("intent".into(), json!({"type": "string", "enum": names.collect::<Vec<_>>()}));
        properties.insert("confidence".into(), json!({"type": "number"}));
    }
    for field in &what.fields {
        let schema: Value = serde_json::from_str(&field.schema).unwrap_or_else(|_| json!({"type": "string"}));
        properties.insert(field.name.clone(), json!({"anyOf": [schema, {"type": "null"}]}));
    }
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The object in an answer, also where a model puts a fence or a sentence around it.
fn object(answer: &str) -> Option<Map<String, Value>> {
    let text = answer.get(answer.find('{')?..=answer.rfind('}')?)?;
    serde_json::from_str(text).ok()
}
