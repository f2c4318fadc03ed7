use super::types::{short, sure};
use super::{all, stt, tts};
use crate::roles::{SttOutput, TtsOutput};
use crate::words::{Listening, Spoken, Transcript, Word};
use closare_terms::{Language, Millis};

impl From<Listening> for stt::Listening {
    fn from(what: Listening) -> stt::Listening {
        stt::Listening {
            languages: what.languages.into_iter().map(|language| language.0).collect(),
            hints: what.hints,
            end_after: what.end_after.map(short),
        }
    }
}

impl From<stt::Word> for Word {
    fn from(word: stt::Word) -> Word {
        Word {
            text: word.text,
            starts: Millis(word.starts),
            ends: Millis(word.ends),
            confidence: word.confidence.map(sure),
        }
    }
}

impl From<stt::Transcript> for Transcript {
    fn from(heard: stt::Transcript) -> Transcript {
        Transcript {
            text: heard.text,
            starts: Millis(heard.starts),
            ends: Millis(heard.ends),
            words: all(heard.words),
            language: heard.language.map(Language),
            confidence: heard.confidence.map(sure),
        }
    }
}

impl From<stt::Output> for SttOutput {
    fn from(output: stt::Output) -> SttOutput {
        match output {
            stt::Output::Net(effect) => SttOutput::Net(effect.into()),
            stt::Output::SpeechStarted(at) => SttOutput::SpeechStarted(Millis(at)),
            stt::Output::Interim(heard) => SttOutput::Interim(heard.into()),
            stt::Output::Final(heard) => SttOutput::Final(heard.into()),
            stt::Output::TurnMayEnd(told) => SttOutput::TurnMayEnd(sure(told)),
            stt::Output::TurnResumed => SttOutput::TurnResumed,
            stt::Output::TurnEnded(told) => SttOutput::TurnEnded(sure(told)),
            stt::Output::RequestId(id) => SttOutput::RequestId(id),
            stt::Output::Used(usage) => SttOutput::Used(usage.into()),
            stt::Output::Note(note) => SttOutput::Note(note.into()),
            stt::Output::Failed(failure) => SttOutput::Failed(failure.into()),
        }
    }
}

impl From<tts::Output> for TtsOutput {
    fn from(output: tts::Output) -> TtsOutput {
        match output {
            tts::Output::Net(effect) => TtsOutput::Net(effect.into()),
            tts::Output::Audio((utterance, bytes)) => TtsOutput::Audio { utterance, bytes },
            tts::Output::Spoken(spoken) => TtsOutput::Spoken(Spoken {
                utterance: spoken.utterance,
                text: spoken.text,
                starts: Millis(u64::from(spoken.starts)),
                ends: Millis(u64::from(spoken.ends)),
            }),
            tts::Output::Done(utterance) => TtsOutput::Done { utterance },
            tts::Output::RequestId(id) => TtsOutput::RequestId(id),
            tts::Output::Used(usage) => TtsOutput::Used(usage.into()),
            tts::Output::Note(note) => TtsOutput::Note(note.into()),
            tts::Output::Failed((utterance, failure)) => {
                TtsOutput::Failed { utterance, failure: failure.into() }
            }
        }
    }
}
