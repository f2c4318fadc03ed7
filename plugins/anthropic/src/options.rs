//! The workflow's options, as `plugin.yaml` describes them.

use serde_json::Value;

closare_plugin::options! {
    #[derive(Clone, Debug)]
    pub struct Options {
        base_url: String = "https://api.anthropic.com".to_owned(),
        model: String = "claude-haiku-5-5".to_owned(),
        thinking: String = "disabled".to_owned(),
        thinking_tokens: u32 = 2048,
        effort: Option<String>,
        temperature: Option<f64>,
        force_tools: bool = true,
        extra: serde_json::Map<String, Value> = serde_json::Map::new(),
    }
}

impl Options {
    pub fn url(&self) -> String {
        let base = self.base_url.trim_end_matches('/');
        format!("{}/v1/messages", base.strip_suffix("/v1").unwrap_or(base))
    }

    pub fn thinks(&self) -> bool {
        self.thinking != "disabled"
    }
}
