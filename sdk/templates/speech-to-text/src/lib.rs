//! Speech-to-text over HTTP: a turn of the caller is one request, a WAV file up and JSON down.

use closare_plugin::network::{Effect, Event, Head, Request, Ticket, failure, trouble};
use closare_plugin::speech_to_text::{Listening, Output, SpeechToText, Transcript};
use closare_plugin::{AudioFormat, Failure, Millis, Opening, audio::wav};
use serde_json::Value;
use std::collections::BTreeMap;

closare_plugin::options! {
    pub struct Options {
        base_url: String = "https://api.example.com/v1".to_owned(),
        model: String = "small".to_owned(),
    }
}

pub struct Ear {
    options: Options,
    format: AudioFormat,
    turn: Vec<u8>,
    /// When each turn that was asked about began and ended, and its answer so far.
    asked: BTreeMap<Ticket, (Millis, Millis, Option<Head>, Vec<u8>)>,
}

impl SpeechToText for Ear {
    fn open(
        start: Opening,
        format: AudioFormat,
        _: Listening,
    ) -> Result<(Ear, Vec<Output>), Failure> {
        let (turn, asked) = Default::default();
        Ok((
            Ear {
                options: start.options()?,
                format,
                turn,
                asked,
            },
            Vec::new(),
        ))
    }

    fn audio(&mut self, _: Millis, bytes: Vec<u8>) -> Vec<Output> {
        self.turn.extend(bytes);
        Vec::new()
    }

    fn flush(&mut self, at: Millis) -> Vec<Output> {
        let ticket = self.asked.last_key_value().map_or(1, |(last, _)| last + 1);
        let turn = std::mem::take(&mut self.turn);
        let starts = at.saturating_sub(self.format.millis(turn.len()));
        let file = wav(self.format, &turn);
        self.asked.insert(ticket, (starts, at, None, Vec::new()));
        let url = format!(
            "{}/listen?model={}",
            self.options.base_url, self.options.model
        );
        let request = Request::post(url)
            .credential("key")
            .body("audio/wav", file)
            .repeatable();
        vec![Output::Net(Effect::Ask(request.ticket(ticket)))]
    }

    fn network(&mut self, _: Millis, event: Event) -> Vec<Output> {
        let ticket = event.ticket();
        let Some((starts, ends, head, body)) = self.asked.get_mut(&ticket) else {
            return Vec::new();
        };
        let output = match event {
            Event::Answered(answered) => {
                *head = Some(answered);
                return Vec::new();
            }
            Event::Chunk((_, bytes)) => {
                body.extend(bytes);
                return Vec::new();
            }
            Event::Ended(_) => match (&head, serde_json::from_slice::<Value>(body)) {
                (Some(head), _) if !head.is_success() => Output::Failed(failure(head, body)),
                (_, answer) => {
                    let answer = answer.unwrap_or_default();
                    let text = answer["text"].as_str().unwrap_or_default();
                    Output::Final(Transcript::new(text, *starts, *ends))
                }
            },
            Event::Failed((_, what)) => Output::Failed(trouble(what)),
            _ => return Vec::new(),
        };
        self.asked.remove(&ticket);
        vec![output]
    }
}

closare_plugin::export_speech_to_text!(Ear);

#[cfg(test)]
mod tests {
    use super::*;
    use closare_plugin::test::{Session, opening};

    #[test]
    fn a_turn_is_one_request() {
        let (start, format) = (opening(serde_json::json!({})), AudioFormat::pcm(16_000));
        let what = Listening {
            languages: Vec::new(),
            hints: Vec::new(),
            end_after: None,
        };
        let mut session = Session::<Ear, Output>::hear(start, format, what).unwrap();
        session.audio(&[0; 640]).flush();
        let request = session.request();
        session.answer(request.ticket, 200, r#"{"text": "Hello."}"#);
        let told = session.told();
        assert!(matches!(&told[..], [Output::Final(heard)] if heard.text == "Hello."));
    }
}
