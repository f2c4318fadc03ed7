//! Speaks one byte of audio per letter.

use closare_plugin::text_to_speech::{Output, Spoken, Utterance};
use closare_plugin::{AudioFormat, Failure, Opening, Said, TextToSpeech, Unit, Usage};

pub struct Voice {
    characters: u64,
}

impl TextToSpeech for Voice {
    fn open(
        _start: Opening,
        _wanted: AudioFormat,
        _voice: Option<String>,
    ) -> Result<(Voice, AudioFormat, Vec<Output>), Failure> {
        Ok((Voice { characters: 0 }, AudioFormat::pcm(22_050), Vec::new()))
    }

    fn say(&mut self, _at: u64, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        self.characters += what.text.chars().count() as u64;
        let mut outputs = vec![
            Output::Audio((utterance, what.text.clone().into_bytes())),
            Output::Spoken(Spoken { utterance, text: what.text, starts: 0, ends: what.pause_after }),
        ];
        if last {
            outputs.push(Output::Done(utterance));
        }
        outputs
    }

    fn cancel(&mut self, _at: u64, utterance: Utterance) -> Vec<Output> {
        vec![Output::Done(utterance)]
    }

    fn finish(&mut self, _at: u64) -> Vec<Output> {
        vec![Output::Used(Usage::new(Unit::Characters, self.characters))]
    }
}
