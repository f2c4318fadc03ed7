//! How long nothing may be said. The wait for the caller's first word runs only while a step listens, the agent is silent, the
//! caller is, too, and no model works.

use crate::context::Context;
use crate::timers::Reason;
use closare_terms::Millis;

/// A caller who was asked for a moment is asked once more before the silence is as long as a caller's own may be.
const FILLER_AGAIN: Millis = Millis(5_000);
/// A step that begins to listen in the middle of a silence leaves the caller at least this long.
const LISTEN_MIN: Millis = Millis(2_000);

impl Context {
    /// The agent has fallen silent, and a model still works: the wait for it must not become too long, either.
    pub fn fill_next_silence(&mut self) {
        if self.jobs_running() {
            self.after(Reason::Filler, FILLER_AGAIN);
        }
    }

    /// Something was heard at this moment.
    pub fn sounded(&mut self, at: Millis) {
        self.state.floor.last_sound = self.state.floor.last_sound.max(at);
    }

    /// Starts, or stops, the wait for the caller's first word, by how things stand.
    pub fn mind_silence(&mut self) {
        let floor = &self.state.floor;
        let quiet = !floor.agent_speaks() && floor.caller.speaking.is_none() && !floor.on_hold;
        let undecided = self.state.timers.is_set(Reason::EndOfTurn)
            || self.state.timers.is_set(Reason::FinalDue)
            || self.state.timers.is_set(Reason::KeyPause)
            || self.jobs_running();
        match &floor.listener {
            Some(listener) if quiet && !undecided => {
                let span = listener.wants.silence;
                if !self.state.timers.is_set(Reason::Silence) {
                    let due = (floor.last_sound + span).max(self.now + LISTEN_MIN.min(span));
                    self.state.timers.set(Reason::Silence, due);
                }
            }
            Some(_) | None => self.clear(Reason::Silence),
        }
    }
}
