//! The vendor's messages, and what its errors mean.

use closare_plugin::Failure;
use serde::Deserialize;
use serde_json::Value;

/// A message. The reference writes `contextId` and `isFinal`, the guide also `context_id` and `is_final`.
#[derive(Debug, Default)]
pub struct Told {
    pub context: Option<String>,
    /// Base64.
    pub audio: Option<String>,
    pub times: Option<Times>,
    pub is_final: bool,
}

/// Milliseconds for each of `chars`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Times {
    pub chars: Vec<String>,
    #[serde(rename = "charStartTimesMs")]
    pub starts: Vec<f64>,
    #[serde(rename = "charDurationsMs")]
    pub durations: Vec<f64>,
}

impl Told {
    /// # Errors
    /// [`Failure::Broken`] where it isn't JSON; what an error of the vendor's means.
    pub fn read(text: &str) -> Result<Told, Failure> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Failure::Broken(format!("expected a message in JSON: {error}")))?;
        let any = |names: [&str; 2]| names.into_iter().map(|name| &value[name]).find(|it| !it.is_null());
        let word = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(error) = Some(&value["error"]).filter(|it| !it.is_null()) {
            let error = word(error).unwrap_or_else(|| error.to_string());
            return Err(failure(&error, value["message"].as_str().unwrap_or_default()));
        }
        Ok(Told {
            context: any(["contextId", "context_id"]).and_then(word),
            audio: word(&value["audio"]),
            // Of the text as it was sent, or else of the text as it is spoken, with numbers as words.
            times: any(["alignment", "normalizedAlignment"]).and_then(|it| Times::deserialize(it).ok()),
            is_final: any(["isFinal", "is_final"]).is_some_and(|it| it == &Value::Bool(true) || it == "true"),
        })
    }
}

/// A socket that the vendor closed by itself: 1008 is its code for any refusal, and the reason says which.
pub fn closed(code: u16, reason: &str) -> Failure {
    failure(&format!("the socket closed with code {code}"), reason)
}

/// By the vendor's own words, of https://elevenlabs.io/docs/eleven-api/resources/errors. What isn't among them, such as
/// `max_active_conversations` or `system_busy`, may be over on a new connection.
fn failure(error: &str, message: &str) -> Failure {
    const UNAUTHORIZED: [&str; 5] =
        ["api_key", "missing_permissions", "authorization", "unauthorized", "unusual_activity"];
    const LIMITED: [&str; 4] =
        ["too_many_concurrent_requests", "concurrent_limit", "concurrency_limit", "rate_limit"];
    const REFUSED: [&str; 5] =
        ["quota_exceeded", "invalid_input", "invalid_parameters", "max_character_limit", "text_too_long"];
    const UNSUPPORTED: [&str; 5] =
        ["voice_not_found", "voice_id_does_not_exist", "model_not_found", "invalid_model", "unsupported"];
    let says = if message.is_empty() { error.to_owned() } else { format!("{error}: {message}") };
    let has = |words: &[&str]| words.iter().any(|word| says.contains(word));
    if has(&UNAUTHORIZED) {
        Failure::Unauthorized
    } else if has(&LIMITED) {
        Failure::RateLimited(None)
    } else if has(&REFUSED) {
        Failure::Refused(says)
    } else if has(&UNSUPPORTED) {
        Failure::Unsupported(says)
    } else {
        Failure::Unavailable(says)
    }
}
