//! The workflow's options, as `plugin.yaml` describes them, and the addresses that follow from them.

use closare_plugin::network::{Request, Socket, encode};
use closare_plugin::{AudioFormat, Encoding};
use serde::Deserialize;

closare_plugin::options! {
    #[derive(Clone, Debug)]
    pub struct Options {
        base_url: String = "https://api.deepgram.com".to_owned(),
        model: String = "nova-3".to_owned(),
        smart_format: bool = true,
        endpointing: Option<u32>,
        voice: Option<String>,
        speed: f32 = 1.0,
        tts_transport: Transport = Transport::Websocket,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Websocket,
    Http,
}

/// A query's names and values, in order.
pub type Query = Vec<(&'static str, String)>;

impl Options {
    pub fn socket(&self, path: &str, query: &Query) -> Socket {
        let address = self.address(path, query);
        let address = match address.strip_prefix("http") {
            Some(rest) => format!("ws{rest}"),
            None => address,
        };
        Socket::open(address).credential("key")
    }

    pub fn post(&self, path: &str, query: &Query) -> Request {
        Request::post(self.address(path, query)).credential("key")
    }

    /// Deepgram's worldwide endpoint has what its regional ones don't have yet.
    pub fn is_global(&self) -> bool {
        self.base_url.split('/').nth(2) == Some("api.deepgram.com")
    }

    pub fn is_nova_3(&self) -> bool {
        self.model.starts_with("nova-3")
    }

    fn address(&self, path: &str, query: &Query) -> String {
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        format!("{}/v1/{path}?{}", self.base_url.trim_end_matches('/'), query.join("&"))
    }
}

/// What every address says: how the audio is written, and that nothing is kept or learnt from (the Model Improvement
/// Program, from which a request is opted out).
pub fn usual(format: AudioFormat) -> Query {
    let encoding = match format.encoding {
        Encoding::PcmS16le => "linear16",
        Encoding::Mulaw => "mulaw",
        Encoding::Alaw => "alaw",
    };
    vec![
        ("encoding", encoding.to_owned()),
        ("sample_rate", format.sample_rate.to_string()),
        ("mip_opt_out", "true".to_owned()),
    ]
}
