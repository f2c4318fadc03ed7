//! Text-to-speech over HTTP: a clause is one request, its samples are told as they come. One is asked for at a time.

use closare_plugin::network::{Effect, Event, Head, Request, failure, trouble};
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Failure, Millis, Opening, Said, audio::AudioChunks};
use std::collections::VecDeque;

closare_plugin::options! {
    pub struct Options {
        base_url: String = "https://api.example.com/v1".to_owned(),
        voice: String = "anna".to_owned(),
    }
}

const FORMAT: AudioFormat = AudioFormat::pcm(16_000);

pub struct Voice {
    options: Options,
    /// Each with whether it is its utterance's last. The first one is asked for.
    clauses: VecDeque<(Utterance, String, bool)>,
    ticket: u32,
    refused: Option<Head>,
    chunks: AudioChunks,
}

impl TextToSpeech for Voice {
    fn open(
        start: Opening,
        _: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Voice, AudioFormat, Vec<Output>), Failure> {
        let mut options: Options = start.options()?;
        options.voice = voice.unwrap_or(options.voice);
        let (clauses, chunks) = (VecDeque::new(), AudioChunks::new(FORMAT));
        let voice = Voice {
            options,
            clauses,
            ticket: 0,
            refused: None,
            chunks,
        };
        Ok((voice, FORMAT, Vec::new()))
    }

    fn say(&mut self, _: Millis, utterance: Utterance, said: Said, last: bool) -> Vec<Output> {
        self.clauses.push_back((utterance, said.text, last));
        if self.clauses.len() == 1 {
            self.ask()
        } else {
            Vec::new()
        }
    }

    fn cancel(&mut self, _: Millis, utterance: Utterance) -> Vec<Output> {
        let asked = self
            .clauses
            .front()
            .is_some_and(|clause| clause.0 == utterance);
        self.clauses.retain(|clause| clause.0 != utterance);
        if !asked {
            return Vec::new();
        }
        let mut outputs = vec![Output::Net(Effect::Close((self.ticket, 1000)))];
        outputs.extend(self.ask());
        outputs
    }

    fn network(&mut self, _: Millis, event: Event) -> Vec<Output> {
        let Some((utterance, _, last)) = self
            .clauses
            .front()
            .filter(|_| event.ticket() == self.ticket)
        else {
            return Vec::new();
        };
        let (utterance, last) = (*utterance, *last);
        let failed = |why| vec![Output::Failed((Some(utterance), why))];
        let mut outputs = match (event, self.refused.take()) {
            (Event::Answered(head), _) => {
                self.refused = Some(head).filter(|head| !head.is_success());
                return Vec::new();
            }
            (Event::Chunk((_, body)), Some(head)) => failed(failure(&head, &body)),
            (Event::Chunk((_, bytes)), None) => {
                return vec![Output::Audio((utterance, self.chunks.feed(&bytes)))];
            }
            (Event::Ended(_), Some(head)) => failed(failure(&head, &[])),
            (Event::Ended(_), None) if last => vec![Output::Done(utterance)],
            (Event::Failed((_, what)), _) => failed(trouble(what)),
            _ => Vec::new(),
        };
        self.clauses.pop_front();
        outputs.extend(self.ask());
        outputs
    }
}

impl Voice {
    /// For the first clause, if there is one.
    fn ask(&mut self) -> Vec<Output> {
        let Some((_, text, _)) = self.clauses.front() else {
            return Vec::new();
        };
        self.ticket += 1;
        self.chunks = AudioChunks::new(FORMAT);
        let body =
            serde_json::json!({"text": text, "voice": self.options.voice, "format": "pcm_16000"});
        let request = Request::post(format!("{}/speak", self.options.base_url)).credential("key");
        vec![Output::Net(Effect::Ask(
            request.json(&body).ticket(self.ticket),
        ))]
    }
}

closare_plugin::export_text_to_speech!(Voice);

#[cfg(test)]
mod tests {
    use super::*;
    use closare_plugin::test::{Session, opening};

    #[test]
    fn samples_are_told_as_they_come() {
        let start = opening(serde_json::json!({}));
        let (mut session, _) = Session::<Voice, Output>::speak(start, FORMAT, None).unwrap();
        session.say(1, "Hello.");
        let ticket = session.request().ticket;
        session.answer(ticket, 200, [1, 0, 2, 0]);
        assert_eq!(
            session.told(),
            [Output::Audio((1, vec![1, 0, 2, 0])), Output::Done(1)]
        );
    }
}
