//! How long nothing may be said. Runs only while a step listens, the agent is silent, and the caller is, too.

use crate::context::Context;
use crate::timers::Reason;

impl Context {
    /// Starts, or stops, the wait for the caller's first word, by how things stand.
    pub fn mind_silence(&mut self) {
        let floor = &self.state.floor;
        let quiet = !floor.agent_speaks() && floor.caller.speaking.is_none() && !floor.on_hold;
        let undecided = self.state.timers.is_set(Reason::EndOfTurn)
            || self.state.timers.is_set(Reason::FinalDue)
            || self.state.timers.is_set(Reason::KeyPause);
        match &floor.listener {
            Some(listener) if quiet && !undecided => {
                let span = listener.wants.silence;
                if !self.state.timers.is_set(Reason::Silence) {
                    self.after(Reason::Silence, span);
                }
            }
            Some(_) | None => self.clear(Reason::Silence),
        }
    }
}
