//! Speech whose voice has failed, or that no voice may say.

use super::{Purpose, Speech};
use crate::context::Context;
use crate::event::Utterance;
use crate::gate::Want;

impl Context {
    /// Takes out what no voice may say, and none is asked about.
    pub fn drop_unsayable(&mut self) -> Vec<Speech> {
        let sayable = |speech: &Speech| {
            let want = |voice| if speech.personal { Want::PersonalVoice(voice) } else { Want::Voice(voice) };
            let hopeful = || self.state.vendors.tts.alive().any(|voice| self.asked(&want(voice)));
            let begun = speech.handed > 0 || speech.pieces.is_empty() && !speech.closed;
            begun
                || speech.purpose == Purpose::Beep
                || self.voice_for(speech.personal, speech.purpose).is_some()
                || hopeful()
        };
        let unsayable: Vec<Utterance> = self
            .state
            .floor
            .queue
            .iter()
            .filter(|speech| !sayable(speech))
            .map(|speech| speech.utterance)
            .collect();
        let mut dropped = Vec::new();
        for utterance in unsayable {
            let Some(index) = self.state.floor.queue.iter().position(|speech| speech.utterance == utterance)
            else {
                continue;
            };
            let Some(speech) = self.state.floor.queue.remove(index) else { continue };
            self.tell_turn(&speech, "", &speech.text());
            self.state.floor.dropped = true;
            dropped.push(speech);
        }
        if !dropped.is_empty() {
            self.set_speech_timer();
        }
        dropped
    }

    /// True once after the agent fell silent without a word from the pacer.
    pub fn fell_silent(&mut self) -> bool {
        std::mem::take(&mut self.state.floor.dropped) && !self.state.floor.agent_speaks()
    }

    /// A voice has failed: what it had not finished is said by the next. False where there is no next.
    pub fn revoice(&mut self, failed: usize) -> bool {
        let queue = std::mem::take(&mut self.state.floor.queue);
        let mut lost = true;
        for mut speech in queue {
            let concerned =
                speech.handed > 0 && speech.voice == failed && speech.length.is_none() && !speech.stopped;
            if concerned {
                speech.handed = 0;
                speech.taken_over = speech.playing.is_some();
                speech.marks.clear();
            }
            speech.since = self.now;
            self.state.floor.queue.push_back(speech);
        }
        if self.state.vendors.tts.alive().next().is_some() {
            lost = false;
            self.hand_over();
        }
        self.set_speech_timer();
        !lost
    }
}
