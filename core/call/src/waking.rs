//! What it means that a timer has run out.

use crate::call::Call;
use crate::effect::{Effect, Ended};
use crate::phase::Phase;
use crate::steps::Input;
use crate::timers::Reason;
use closare_terms::Role;

impl Call {
    pub(crate) fn due(&mut self, reason: Reason) {
        match reason {
            Reason::CallLimit => self.limit_reached(),
            Reason::Silence => self.input(Input::NoInput),
            Reason::EndOfTurn => self.check_turn(),
            Reason::FinalDue => {
                if let Some(index) = self.context.final_overdue() {
                    self.context.emit(Effect::Deafen);
                    self.vendor_failed(Role::SpeechToText, index);
                }
                self.check_turn();
            }
            Reason::TurnLimit => {
                self.context.turn_too_long();
                self.check_turn();
            }
            Reason::KeyPause => {
                if let Some(keys) = self.context.take_keys() {
                    self.keys(keys);
                }
            }
            Reason::BargeIn => {
                if self.context.state.floor.caller.speaking.is_some() && self.context.interrupt() {
                    self.input(Input::Interrupted);
                }
            }
            Reason::SpeechDue => self.speech_overdue(),
            Reason::ModelDue => {
                for job in self.context.jobs_due() {
                    self.job_failed(job);
                }
            }
            Reason::Filler => self.context.fill_silence(),
            Reason::TransferDue => self.input(Input::TransferDue),
            Reason::Step => self.input(Input::Timer),
            Reason::Closing => self.closing_due(),
        }
    }

    fn speech_overdue(&mut self) {
        match self.context.late_voice() {
            _ if self.phase == Phase::LastExit => self.end(Ended::Failed, "nothing can be said".to_owned()),
            Some(voice) => self.vendor_failed(Role::TextToSpeech, voice),
            None => {}
        }
    }
}
