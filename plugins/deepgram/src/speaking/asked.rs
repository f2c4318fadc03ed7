//! A request for each clause.

use super::{query, speed};
use crate::options::{Options, Query};
use closare_plugin::network::Request;
use closare_plugin::voice::{Clause, VoiceVendor};
use closare_plugin::{AudioFormat, Failure, Opening};
use serde_json::json;

pub struct Asked {
    options: Options,
    query: Query,
}

impl VoiceVendor for Asked {
    const LONGEST: usize = super::TEXT_MAX;
    const REQUEST_ID: &'static str = "dg-request-id";

    fn open(
        start: &Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Asked, AudioFormat), Failure> {
        let options: Options = start.options()?;
        let (mut query, format) = query(&options, start, wanted, voice)?;
        query.push(("container", "none".to_owned()));
        Ok((Asked { options, query }, format))
    }

    fn request(&self, clause: &Clause) -> Request {
        let mut query = self.query.clone();
        query.extend(speed(clause.pace.unwrap_or(self.options.speed)));
        self.options.post("speak", &query).json(&json!({ "text": clause.text }))
    }
}
