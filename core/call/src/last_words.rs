//! The line is dead, and what the caller said last is with speech-to-text: its words are waited for before anything is made of the
//! call. Nothing else goes on meanwhile.

use crate::call::Call;
use crate::effect::Ended;
use crate::phase::Phase;
use crate::timers::Reason;
use closare_terms::Millis;

/// A vendor that hears answers a flush within some 100 ms; what follows the call waits for no more than this.
const LAST_WORDS_MAX: Millis = Millis(1_500);

impl Call {
    /// The leg is over in the middle of the call.
    pub(crate) fn hear_out(&mut self, ended: Ended, reason: String) {
        self.phase = Phase::HearingOut(ended, reason);
        if !self.context.owes_last_words() {
            return self.heard_out();
        }
        self.stop_talk();
        self.stop_recording();
        self.context.state.timers.clear_all();
        self.context.after(Reason::Closing, LAST_WORDS_MAX);
    }

    /// Speech-to-text is sure of these words.
    pub(crate) fn words(&mut self, text: &str, confidence: Option<f32>) {
        self.mark_secret();
        if self.talks() {
            self.context.words(text, confidence);
            self.check_turn();
        } else if matches!(self.phase, Phase::HearingOut(..)) {
            self.context.words(text, confidence);
            self.heard_out();
        }
    }

    /// Words that come after this are lost; those that came are a turn, whatever cut it off.
    pub(crate) fn heard_out(&mut self) {
        let Phase::HearingOut(ended, reason) = self.phase.clone() else { return };
        self.context.take_turn();
        self.quiet();
        self.sum_up(ended, reason);
    }
}
