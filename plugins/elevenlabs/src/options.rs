//! The workflow's options, as `plugin.yaml` describes them, and what the vendor gets of them.

use closare_plugin::network::encode;
use serde_json::{Map, Value, json};

closare_plugin::options! {
    #[derive(Clone, Debug)]
    pub struct Options {
        base_url: String = "wss://api.elevenlabs.io".to_owned(),
        model: String = "eleven_flash_v2_5".to_owned(),
        voice: String = "JBFqnCBsd6RMkjVDRZzb".to_owned(),
        send_language: bool = true,
        stability: Option<f64>,
        similarity_boost: Option<f64>,
        style: Option<f64>,
        use_speaker_boost: Option<bool>,
        text_normalization: String = "auto".to_owned(),
        logging: bool = true,
    }
}

/// Seconds without text after which the vendor closes a context, and a socket without any: its longest.
pub const INACTIVITY_SECONDS: u32 = 180;

/// What the vendor's voices can do; 1.0 is their own pace.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.7..=1.2;

impl Options {
    /// `auto_mode`: text is spoken as it comes, without waiting for 120 characters. Meant for whole phrases, and clauses are.
    /// `sync_alignment`: times come with the audio that they are of.
    pub fn url(&self, voice: &str, rate: u32, language: Option<&str>) -> String {
        let base = self.base_url.trim_end_matches('/');
        let mut url = format!(
            "{base}/v1/text-to-speech/{}/multi-stream-input?model_id={}&output_format=pcm_{rate}&auto_mode=true\
             &sync_alignment=true&inactivity_timeout={INACTIVITY_SECONDS}&apply_text_normalization={}",
            encode(voice),
            encode(&self.model),
            encode(&self.text_normalization),
        );
        if let Some(language) = language {
            url.push_str(&format!("&language_code={}", encode(language)));
        }
        if !self.logging {
            url.push_str("&enable_logging=false");
        }
        url
    }

    /// Must come with a context's first message, and not change after it.
    pub fn voice_settings(&self, pace: Option<f32>) -> Value {
        let mut settings = Map::new();
        let mut set =
            |name: &str, value: Option<Value>| value.map(|value| settings.insert(name.to_owned(), value));
        set("stability", self.stability.map(|it| json!(it)));
        set("similarity_boost", self.similarity_boost.map(|it| json!(it)));
        set("style", self.style.map(|it| json!(it)));
        set("use_speaker_boost", self.use_speaker_boost.map(|it| json!(it)));
        set("speed", pace.map(|pace| json!(speed(pace))));
        Value::Object(settings)
    }
}

/// In hundredths: what a 32-bit number makes of 0.7 is less than that, and refused.
fn speed(pace: f32) -> f64 {
    ((f64::from(pace) * 100.0).round() / 100.0).clamp(*SPEEDS.start(), *SPEEDS.end())
}
