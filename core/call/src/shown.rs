//! What of a call may be shown to who watches it, while it goes on.

use crate::call::Call;
use closare_terms::Millis;

impl Call {
    /// Keys pressed now are a secret: they go nowhere but into the machine.
    pub fn hides_keys(&self) -> bool {
        self.flow.hides_keys(&self.context.workflow)
    }

    /// So is what the caller says now, up to the end of the turn: its words may come when another step has begun.
    pub fn hides_speech(&self) -> bool {
        self.hides_keys() || self.context.state.floor.caller.secret
    }

    pub(crate) fn mark_secret(&mut self) {
        self.context.state.floor.caller.secret = self.hides_speech();
    }

    /// Words that are heard now are for nobody's eyes before their turn: they may be a secret, or will be no turn at all.
    pub fn hides_words(&self) -> bool {
        self.hides_speech() || !self.talks()
    }

    /// What the caller said by then is known: no speech-to-text that opens later is handed it.
    pub fn known_until(&self) -> Millis {
        self.context.state.floor.known_until
    }

    /// The caller speaks, or has just spoken and the turn is not over. What was heard and is no turn by then was nothing.
    pub fn caller_has_turn(&self) -> bool {
        self.context.state.floor.caller_has_turn()
    }
}
