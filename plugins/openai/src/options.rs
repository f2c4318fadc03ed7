//! The workflow's options, as `plugin.yaml` describes them.

use closare_plugin::network::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Options {
    pub base_url: String,
    pub auth: bool,
    pub model: String,
    pub temperature: Option<f32>,
    pub extra: Map<String, Value>,
    pub stt_model: String,
    pub tts_model: String,
    pub voice: String,
    pub speech_rate: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            base_url: "https://api.openai.com/v1".to_owned(),
            auth: true,
            model: "gpt-4.1-mini".to_owned(),
            temperature: None,
            extra: Map::new(),
            stt_model: "gpt-4o-mini-transcribe".to_owned(),
            tts_model: "gpt-4o-mini-tts".to_owned(),
            voice: "alloy".to_owned(),
            speech_rate: 24_000,
        }
    }
}

impl Options {
    /// A request to a path below the base URL, signed where the server wants a key.
    pub fn post(&self, path: &str) -> Request {
        let request = Request::post(format!("{}/{path}", self.base_url.trim_end_matches('/')));
        if self.auth { request.credential("key") } else { request }
    }

    /// The name that a limit of tokens goes by. OpenAI and Azure refuse the older one for newer models; some other
    /// servers know no other.
    pub fn longest_tokens(&self) -> &'static str {
        let host = self.base_url.split('/').nth(2).unwrap_or_default();
        if host.ends_with("openai.com") || host.ends_with("azure.com") {
            "max_completion_tokens"
        } else {
            "max_tokens"
        }
    }
}
