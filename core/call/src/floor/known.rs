//! What of the caller's speech is known, and what a speech-to-text that opens now must hear.

use super::Caller;
use super::listening::{EARLY_MAX, FINAL_MAX};
use crate::context::Context;
use crate::effect::Effect;
use crate::timers::Reason;
use closare_terms::Millis;

/// The first sound of a word lies before the moment at which voice activity is sure.
const PRE_ROLL: Millis = Millis(300);
/// What was said over a disclosure is heard after it, as far back as audio is kept.
const KEPT_AUDIO: Millis = Millis(7_500);

impl Context {
    /// From when on a speech-to-text that opens now is handed the caller's audio: what was said within the last seconds, and
    /// the whole of a stretch that reaches into them, but for what is known.
    pub fn hear_from(&self) -> Millis {
        let recent = self.recent();
        let floor = &self.state.floor;
        let began = floor.caller.began.or(floor.caller.speaking);
        let last = floor.last_voice.filter(|(_, ended)| *ended >= recent).map(|(began, _)| began);
        let from = [began, last].into_iter().flatten().min().unwrap_or(recent).min(recent);
        (from - PRE_ROLL).max(floor.known_until)
    }

    /// Since when speech still counts that no speech-to-text has been handed.
    fn recent(&self) -> Millis {
        self.now - if self.state.floor.has_heard { EARLY_MAX } else { KEPT_AUDIO }
    }

    /// A speech-to-text has opened after the caller paused: the words of that stretch are owed now, however long the one before
    /// owed those of a turn that isn't over.
    pub fn owe_words(&mut self) {
        let recent = self.recent();
        let floor = &mut self.state.floor;
        floor.has_heard = true;
        let counts = |ended| floor.caller.began.is_some() || ended >= recent;
        let Some((began, ended)) = floor.last_voice.filter(|(_, ended)| counts(*ended)) else { return };
        if floor.caller.speaking.is_some() {
            return;
        }
        floor.caller.began.get_or_insert(began);
        floor.caller.paused.get_or_insert((ended, self.now));
        floor.caller.flushed = Some(self.now);
        self.emit(Effect::Flush);
        self.after(Reason::FinalDue, FINAL_MAX);
    }

    /// Also where a final came before it was asked for: a speech-to-text that opens next must not hear the turn again.
    pub(super) fn know_what_was_said(&mut self, caller: &Caller) {
        let Some((ended, _)) = caller.paused else { return };
        let floor = &mut self.state.floor;
        floor.known_until = floor.known_until.max(ended);
        floor.last_voice.take_if(|(_, last)| *last <= ended);
    }
}
