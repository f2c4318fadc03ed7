//! What a verdict means for the call: what may begin, what must end.

use crate::call::Call;
use crate::effect::{Effect, Ended, RecordingPurpose};
use crate::gate::{Standing, Want};
use crate::phase::Phase;
use crate::steps::Input;
use closare_terms::{Kind, Role};

impl Call {
    /// A verdict has come.
    pub(crate) fn ruled(&mut self, want: Want, standing: Standing) {
        let allowed = matches!(standing, Standing::Allowed(_));
        match want {
            Want::Answer => self.answer_ruled(standing),
            Want::Disclose | Want::Voice(_) => self.begin_if_ready(),
            Want::Hear(index) => self.hear_ruled(index, allowed),
            Want::Model(index) => self.model_ruled(index, &standing),
            Want::PersonalVoice(_) => self.context.hand_over(),
            Want::Record(purpose) => self.record_ruled(purpose, allowed),
            Want::Keep(kind) => self.keep_ruled(kind, allowed),
            Want::Transfer => {
                self.input(if allowed {
                    Input::Allowed(Want::Transfer)
                } else {
                    Input::Denied(Want::Transfer)
                });
            }
        }
    }

    fn answer_ruled(&mut self, standing: Standing) {
        if self.phase != Phase::Deciding {
            return;
        }
        match self.context.state.gate.permit(&Want::Answer) {
            Some(permit) => {
                self.phase = Phase::Answering;
                self.context.emit(Effect::Accept { permit });
            }
            None => {
                let reason = match standing {
                    Standing::Denied(reason) | Standing::NotYet(reason) => reason,
                    Standing::Asked | Standing::Allowed(_) => "no verdict".to_owned(),
                };
                self.context.emit(Effect::Refuse { status: 603, reason: reason.clone() });
                self.close(Ended::Refused, reason);
            }
        }
    }

    /// Steps run once it is known that the disclosure may be said, and by which voice.
    fn begin_if_ready(&mut self) {
        if self.phase != Phase::Preparing {
            return;
        }
        let voices: Vec<usize> = self.context.state.vendors.tts.alive().collect();
        let pending = self.context.asked(&Want::Disclose)
            || self.context.state.gate.standing(&Want::Disclose).is_none();
        if pending || voices.iter().any(|&voice| self.context.asked(&Want::Voice(voice))) {
            return;
        }
        let speaks = voices.iter().any(|&voice| self.context.allowed(&Want::Voice(voice)));
        if !speaks || !self.context.allowed(&Want::Disclose) {
            return self.end(Ended::Failed, "no voice may tell the caller that an AI speaks".to_owned());
        }
        self.phase = Phase::Running;
        let went = self.flow.begin(&mut self.context);
        self.went(went);
    }

    fn hear_ruled(&mut self, index: usize, allowed: bool) {
        match (allowed, self.context.state.hearing) {
            (true, None) => self.open_hearing(),
            (false, Some(open)) if open == index => {
                self.context.state.hearing = None;
                self.context.emit(Effect::Deafen);
                self.open_hearing();
                self.note_deafness();
            }
            (false, _) => self.note_deafness(),
            (true, Some(_)) => {}
        }
    }

    /// A step that lives on words need not wait for them any more.
    pub(crate) fn note_deafness(&mut self) {
        if self.context.deaf() {
            self.input(Input::Deaf);
        }
    }

    /// Opens the first speech-to-text that lives and may hear, and hands it what the caller has just said.
    pub(crate) fn open_hearing(&mut self) {
        if !self.talks() {
            return;
        }
        let alive: Vec<usize> = self.context.state.vendors.stt.alive().collect();
        // An earlier one of the chain whose verdict is on its way comes first.
        for index in alive {
            let want = Want::Hear(index);
            if self.context.asked(&want) {
                return;
            }
            if let Some(permit) = self.context.state.gate.permit(&want) {
                let from = self.context.hear_from();
                let listening = self.context.current_listening();
                self.context.state.hearing = Some(index);
                self.context.emit(Effect::Hear { permit, stt: index, from, listening });
                self.context.emit(Effect::Using { role: Role::SpeechToText, index });
                self.context.owe_words();
                return;
            }
        }
    }

    fn model_ruled(&mut self, index: usize, standing: &Standing) {
        match standing {
            Standing::Allowed(_) => self.context.launch_waiting(index),
            Standing::NotYet(_) | Standing::Denied(_) => {
                for job in self.context.jobs_of(index) {
                    self.job_failed(job);
                }
            }
            Standing::Asked => {}
        }
    }

    fn record_ruled(&mut self, purpose: RecordingPurpose, allowed: bool) {
        let context = &mut self.context;
        match (allowed, context.state.recording) {
            (true, false) => {
                let wanted = purpose == RecordingPurpose::Voicemail || context.may_record();
                if let Some(permit) = context.state.gate.permit(&Want::Record(purpose)).filter(|_| wanted) {
                    context.state.recording = true;
                    context.emit(Effect::Record { permit, purpose });
                }
            }
            (false, true) => {
                let purposes = [RecordingPurpose::Call, RecordingPurpose::Voicemail];
                if !purposes.into_iter().any(|purpose| context.allowed(&Want::Record(purpose))) {
                    context.state.recording = false;
                    context.emit(Effect::StopRecording);
                }
            }
            (true, true) | (false, false) => {}
        }
    }

    fn keep_ruled(&mut self, kind: Kind, allowed: bool) {
        let context = &mut self.context;
        let keeping = context.state.keeping.contains(&kind);
        match (allowed, keeping) {
            (true, false) => {
                if let Some(permit) = context.state.gate.permit(&Want::Keep(kind)) {
                    context.state.keeping.push(kind);
                    let days = crate::facts::retention_days(context);
                    context.emit(Effect::Keep { permit, kind, days });
                }
            }
            (false, true) => {
                context.state.keeping.retain(|kept| *kept != kind);
                context.emit(Effect::Forget { kind });
            }
            (true, true) | (false, false) => {}
        }
    }
}
