//! What of the agent's speech the caller has heard: told by the voice and the pacer, noted in the talk.

use super::{Purpose, Speech, Words};
use crate::context::Context;
use crate::effect::{Effect, Speaker, Turn};
use crate::event::Utterance;
use closare_terms::{Held, Kind, Millis, Role};

impl Context {
    pub fn first_audio(&mut self, utterance: Utterance) {
        let now = self.now;
        if let Some(speech) = self.speech_mut(utterance) {
            speech.first_audio.get_or_insert(now);
            if std::mem::take(&mut speech.taken_over) {
                self.set_speech_timer();
            }
        }
    }

    pub fn spoken(&mut self, utterance: Utterance, chars: u32, ends: Millis) {
        if let Some(speech) = self.speech_mut(utterance) {
            speech.marks.push((chars, ends));
        }
    }

    pub fn voiced(&mut self, utterance: Utterance, length: Millis) {
        if let Some(speech) = self.speech_mut(utterance) {
            speech.length = Some(length);
        }
    }

    /// The first packet is on the wire: if a caller waited for it, the wait is measured.
    pub fn playing(&mut self, utterance: Utterance) {
        let now = self.now;
        let Some(speech) = self.speech_mut(utterance) else { return };
        speech.playing = Some(now);
        let first_audio = speech.first_audio;
        self.set_speech_timer();
        if let Some(mut draft) = self.state.latency.take() {
            draft.first_audio = first_audio;
            let turn = self.state.memory.talk.len() as u32;
            self.emit(Effect::Latency(draft.complete(turn, now)));
        }
    }

    /// An utterance is over. Gives it back with what of it was heard, once.
    pub fn played(&mut self, utterance: Utterance, played: Millis, complete: bool) -> Option<Speech> {
        let index = self.state.floor.queue.iter().position(|speech| speech.utterance == utterance)?;
        let speech = self.state.floor.queue.remove(index)?;
        let complete = complete && speech.closed && !speech.stopped;
        self.state.floor.last_played = played;
        self.sounded(self.now);
        self.state.floor.last_whole = complete;
        let (heard, unheard) = speech.split(played, complete);
        if speech.purpose != Purpose::Beep && (!heard.is_empty() || !unheard.is_empty()) {
            self.tell_turn(&speech, &heard, &unheard);
        }
        if speech.stopped {
            self.keep_cut(&speech, &unheard);
        }
        self.set_speech_timer();
        Some(speech)
    }

    pub(super) fn tell_turn(&mut self, speech: &Speech, heard: &str, unheard: &str) {
        if !heard.is_empty() {
            self.state.memory.spoke(heard);
        }
        let number = self.state.memory.talk.len() as u32;
        let turn = Turn {
            number,
            speaker: Speaker::Agent,
            started: speech.playing.unwrap_or(self.now),
            ended: self.now,
            heard: Held::new(Kind::Transcript, heard),
            unheard: (!unheard.is_empty()).then(|| Held::new(Kind::Transcript, unheard)),
            language: speech.language.clone().unwrap_or_else(|| self.language()),
            made_by: speech
                .model
                .map(|model| (Role::LanguageModel, model))
                .or(Some((Role::TextToSpeech, speech.voice))),
        };
        self.emit(Effect::Turn(turn));
    }

    /// Keeps what a caller's sound cut off; a key, or the engine itself, means it.
    pub(super) fn keep_cut(&mut self, speech: &Speech, unheard: &str) {
        let lost =
            unheard.is_empty() || speech.purpose == Purpose::Beep || !self.state.floor.caller_has_turn();
        if !lost {
            let pieces = vec![Words { text: unheard.to_owned(), slow: false, pause_after: Millis::ZERO }];
            self.state.floor.cut.push(Speech { pieces, ..speech.clone() });
        }
    }
}
