//! What a plugin told, put so that two runs can be compared: tokens are joined, audio is its length and hash.

use super::effect::hash;
use closare_host::words::Failure;
use closare_host::{LlmOutput, SttOutput, ToolOutput, TtsOutput};
use closare_terms::network::NetEffect;
use serde::Serialize;
use serde_json::{Value, json};

/// An output.
pub enum Out {
    Net(NetEffect),
    Token {
        job: u32,
        text: String,
    },
    Audio {
        utterance: u32,
        bytes: Vec<u8>,
    },
    Other(Value),
    /// What was handed in has its answer.
    Answer(Value),
    /// The session is over.
    Failed(Value),
}

/// All of it, in order.
#[derive(Default)]
pub struct Told {
    list: Vec<Placed>,
    now: Option<usize>,
}

/// What was told, and the first and the last entry of the tape that it was told upon. None is the opening.
struct Placed {
    one: One,
    first: Option<usize>,
    last: Option<usize>,
}

enum One {
    Token { job: u32, text: String },
    Audio { utterance: u32, bytes: Vec<u8> },
    Other(Value),
}

impl Told {
    /// What is added from here on was told upon this entry of the tape.
    pub fn upon(&mut self, entry: usize) {
        self.now = Some(entry);
    }

    pub fn add(&mut self, out: Out) {
        match out {
            Out::Net(_) => {}
            Out::Token { job, text } => match self.list.last_mut() {
                Some(Placed { one: One::Token { job: same, text: before }, last, .. }) if *same == job => {
                    before.push_str(&text);
                    *last = self.now;
                }
                _ => self.push(One::Token { job, text }),
            },
            Out::Audio { utterance, bytes } => {
                let before = self.list.iter_mut().find_map(|placed| match placed {
                    Placed { one: One::Audio { utterance: same, bytes }, last, .. } if *same == utterance => {
                        Some((bytes, last))
                    }
                    _ => None,
                });
                match before {
                    Some((before, last)) => {
                        before.extend(bytes);
                        *last = self.now;
                    }
                    None => self.push(One::Audio { utterance, bytes }),
                }
            }
            Out::Other(value) | Out::Answer(value) | Out::Failed(value) => self.push(One::Other(value)),
        }
    }

    fn push(&mut self, one: One) {
        self.list.push(Placed { one, first: self.now, last: self.now });
    }

    pub fn values(&self) -> Vec<Value> {
        let shown = |placed: &Placed| match &placed.one {
            One::Token { job, text } => json!({"tokens": {"job": job, "text": text}}),
            One::Audio { utterance, bytes } => {
                json!({"audio": {"utterance": utterance, "bytes": bytes.len(), "sha256": hash(bytes)}})
            }
            One::Other(value) => value.clone(),
        };
        self.list.iter().map(shown).collect()
    }

    /// The first and the last entry of the tape that brought this about.
    pub fn entries(&self, index: usize) -> Option<(usize, usize)> {
        let placed = self.list.get(index)?;
        Some((placed.first?, placed.last?))
    }
}

impl From<LlmOutput> for Out {
    fn from(output: LlmOutput) -> Out {
        match output {
            LlmOutput::Net(effect) => Out::Net(effect),
            LlmOutput::Token { job, text } => Out::Token { job, text },
            LlmOutput::Invoke { job, what } => {
                let arguments = as_json(&what.arguments);
                other("invoke", json!({"job": job, "id": what.id, "name": what.name, "arguments": arguments}))
            }
            LlmOutput::Opaque { job, text } => other("opaque", json!({"job": job, "text": text})),
            LlmOutput::Found { job, what } => {
                let intent =
                    what.intent.map(|(name, sure)| json!({"name": name, "confidence": rounded(sure)}));
                let field = |(name, value, sure): (String, String, f32)| json!({"name": name, "value": as_json(&value), "confidence": rounded(sure)});
                let fields: Vec<Value> = what.fields.into_iter().map(field).collect();
                other("found", json!({"job": job, "intent": intent, "fields": fields}))
            }
            LlmOutput::Done { job, ending } => Out::Answer(json!({"done": {"job": job, "ending": ending}})),
            LlmOutput::RequestId { job, id } => other("request_id", json!({"job": job, "id": id})),
            LlmOutput::Used { job, usage } => {
                other("used", json!({"job": job, "unit": usage.unit, "amount": usage.amount}))
            }
            LlmOutput::Note(note) => other("note", json!(note)),
            LlmOutput::Failed { job, failure } => failed("job", job, &failure),
        }
    }
}

impl From<TtsOutput> for Out {
    fn from(output: TtsOutput) -> Out {
        match output {
            TtsOutput::Net(effect) => Out::Net(effect),
            TtsOutput::Audio { utterance, bytes } => Out::Audio { utterance, bytes },
            TtsOutput::Spoken(spoken) => other("spoken", json!(spoken)),
            TtsOutput::Done { utterance } => Out::Answer(json!({"done": {"utterance": utterance}})),
            TtsOutput::RequestId(id) => other("request_id", json!({"id": id})),
            TtsOutput::Used(usage) => other("used", json!(usage)),
            TtsOutput::Note(note) => other("note", json!(note)),
            TtsOutput::Failed { utterance, failure } => failed("utterance", utterance, &failure),
        }
    }
}

impl From<SttOutput> for Out {
    fn from(output: SttOutput) -> Out {
        match output {
            SttOutput::Net(effect) => Out::Net(effect),
            SttOutput::SpeechStarted(at) => other("speech_started", json!({"at": at})),
            SttOutput::Interim(transcript) => other("interim", json!(transcript)),
            SttOutput::Final(transcript) => Out::Answer(json!({"final": tidy(json!(transcript))})),
            SttOutput::TurnMayEnd(sure) => other("turn_may_end", json!({"confidence": rounded(sure)})),
            SttOutput::TurnResumed => other("turn_resumed", json!({})),
            SttOutput::TurnEnded(sure) => other("turn_ended", json!({"confidence": rounded(sure)})),
            SttOutput::RequestId(id) => other("request_id", json!({"id": id})),
            SttOutput::Used(usage) => other("used", json!(usage)),
            SttOutput::Note(note) => other("note", json!(note)),
            SttOutput::Failed(failure) => failed("", None::<u32>, &failure),
        }
    }
}

impl From<ToolOutput> for Out {
    fn from(output: ToolOutput) -> Out {
        match output {
            ToolOutput::Net(effect) => Out::Net(effect),
            ToolOutput::Offers(offers) => {
                let names: Vec<_> = offers
                    .iter()
                    .map(|offer| {
                        json!({
                            "name": offer.name,
                            "about": offer.about,
                            "takes": as_json(&offer.takes),
                            "gives": offer.gives.as_deref().map(as_json),
                            "changes_things": offer.changes_things,
                        })
                    })
                    .collect();
                Out::Other(json!({"offers": tidy(json!(names))}))
            }
            ToolOutput::Answer { id, json } => {
                Out::Answer(json!({"answer": {"id": id, "json": as_json(&json)}}))
            }
            ToolOutput::Rejected { id, why } => Out::Answer(json!({"rejected": {"id": id, "why": why}})),
            ToolOutput::RequestId { id, request } => {
                other("request_id", json!({"id": id, "request": request}))
            }
            ToolOutput::Used(usage) => other("used", json!(usage)),
            ToolOutput::Note(note) => other("note", json!(note)),
            ToolOutput::Failed { id, failure } => failed("id", id, &failure),
        }
    }
}

fn other(kind: &str, what: Value) -> Out {
    Out::Other(json!({ kind: tidy(what) }))
}

/// Without what it belongs to, the session is over.
fn failed(key: &str, of: Option<impl Serialize>, failure: &Failure) -> Out {
    match of {
        Some(of) => Out::Answer(json!({"failed": {key: of, "why": failure.to_string()}})),
        None => Out::Failed(json!({"failed": {"why": failure.to_string()}})),
    }
}

fn as_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

/// Of a float with 24 bits, what a person would have written.
fn rounded(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

/// Without what says nothing, and with confidences as a person would have written them.
fn tidy(value: Value) -> Value {
    let says = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    match value {
        Value::Object(map) => {
            map.into_iter().filter(|(_, value)| says(value)).map(|(key, value)| (key, tidy(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(tidy).collect(),
        Value::Number(number) if number.is_f64() => {
            json!(rounded(number.as_f64().unwrap_or_default() as f32))
        }
        other => other,
    }
}
