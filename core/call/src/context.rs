//! Everything of a call but its place in the workflow: what the steps are handed.

use crate::dues::Dues;
use crate::effect::{Effect, Latency};
use crate::floor::Floor;
use crate::gate::{Gate, Standing, Want};
use crate::jobs::Jobs;
use crate::memory::Memory;
use crate::setup::Setup;
use crate::timers::{Reason, Timers};
use crate::vendors::Vendors;
use closare_terms::{Kind, Language, Millis, Purpose};
use closare_workflow::{Keep, Workflow};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub struct Context {
    pub workflow: Arc<Workflow>,
    pub setup: Setup,
    pub now: Millis,
    pub out: Vec<Effect>,
    pub state: State,
}

/// What changes during a call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    pub timers: Timers,
    pub gate: Gate,
    pub dues: Dues,
    pub vendors: Vendors,
    pub memory: Memory,
    pub floor: Floor,
    pub jobs: Jobs,
    pub language: Option<Language>,
    /// Speech-to-text that is open, by its place in the chain.
    pub hearing: Option<usize>,
    pub recording: bool,
    /// A `record: off` of the workflow holds.
    pub recording_paused: bool,
    pub keeping: Vec<Kind>,
    /// The answer that the caller waits for, until its first packet leaves.
    pub latency: Option<LatencyDraft>,
    pub slow: bool,
    /// The seed's next draw.
    pub draw: u64,
    pub summary_wanted: Option<SummaryWanted>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SummaryWanted {
    pub style: String,
    pub language: Language,
    pub longest_words: u32,
}

/// [`Latency`] while it grows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LatencyDraft {
    pub speech_ended: Millis,
    pub pause_noticed: Option<Millis>,
    pub words_final: Option<Millis>,
    pub turn_ended: Option<Millis>,
    pub model_asked: Option<Millis>,
    pub first_token: Option<Millis>,
    pub first_clause: Option<Millis>,
    pub first_audio: Option<Millis>,
}

impl LatencyDraft {
    pub fn complete(self, turn: u32, first_packet: Millis) -> Latency {
        Latency {
            turn,
            speech_ended: self.speech_ended,
            pause_noticed: self.pause_noticed,
            words_final: self.words_final,
            turn_ended: self.turn_ended,
            model_asked: self.model_asked,
            first_token: self.first_token,
            first_clause: self.first_clause,
            first_audio: self.first_audio,
            first_packet,
        }
    }
}

impl Context {
    pub fn emit(&mut self, effect: Effect) {
        self.out.push(effect);
    }

    pub fn language(&self) -> Language {
        self.state.language.clone().unwrap_or_else(|| self.workflow.main_language().clone())
    }

    pub fn after(&mut self, reason: Reason, span: Millis) {
        self.state.timers.set(reason, self.now + span);
    }

    pub fn clear(&mut self, reason: Reason) {
        self.state.timers.clear(reason);
    }

    /// A number out of the call's seed: the same call draws the same numbers (splitmix64).
    pub fn draw(&mut self) -> u64 {
        self.state.draw = self.state.draw.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state.draw;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Asks the policies for this want; the verdict comes back as an event.
    pub fn ask(&mut self, want: Want) {
        let (point, facts) = crate::facts::question(self, &want);
        let ask = self.state.gate.ask(want);
        self.emit(Effect::Ask { ask, point, facts });
    }

    pub fn allowed(&self, want: &Want) -> bool {
        self.state.gate.permit(want).is_some()
    }

    pub fn asked(&self, want: &Want) -> bool {
        matches!(self.state.gate.standing(want), Some(Standing::Asked))
    }

    /// Something that verdicts hang on has changed: what stands is asked again, and what the file wants is asked for.
    pub fn dues_changed(&mut self) {
        let mut wants = self.state.gate.lasting();
        for want in self.wanted() {
            if !wants.contains(&want) {
                wants.push(want);
            }
        }
        for want in wants {
            self.ask(want);
        }
    }

    /// Tells the store what the caller wants and has given, as far as it is known.
    pub fn tell_understood(&mut self) {
        let memory = &self.state.memory;
        let (intent, confidence) =
            memory.intent.clone().map_or((None, 0.0), |(name, sure)| (Some(name), sure));
        let fields = memory.gathered();
        self.emit(Effect::Understood { intent, confidence, fields, model: None });
    }

    /// A `converse` was left by this exit: for the rest of the call it is what the caller wants.
    pub fn took_exit(&mut self, name: &str) {
        self.state.memory.intent.get_or_insert((name.to_owned(), 1.0));
        self.state.memory.routes.push(name.to_owned());
        self.emit(Effect::Routed { step: "converse".to_owned(), route: name.to_owned() });
        self.tell_understood();
    }

    /// Says the agent's last words again, the engine's own left out.
    pub fn repeat_question(&mut self) {
        for crate::memory::Repeat { text, personal } in std::mem::take(&mut self.state.memory.repeatable) {
            self.say_text(&text, closare_workflow::BargeIn::Yes, crate::floor::Purpose::Plain, personal);
            self.state.memory.may_repeat(text, personal);
        }
    }

    /// No speech-to-text lives that may hear the caller: only keys are left.
    pub fn deaf(&self) -> bool {
        !self.state.vendors.stt.alive().any(|index| {
            let standing = self.state.gate.standing(&Want::Hear(index));
            !matches!(standing, Some(Standing::NotYet(_) | Standing::Denied(_)))
        })
    }

    /// What the file and the chains would have allowed, from the begin of the call.
    fn wanted(&self) -> Vec<Want> {
        let mut wants = Vec::new();
        wants.extend(self.state.vendors.stt.alive().map(Want::Hear));
        wants.extend(self.state.vendors.llm.alive().map(Want::Model));
        wants.extend(self.state.vendors.tts.alive().map(Want::PersonalVoice));
        if self.may_ask(self.workflow.data.recording, Purpose::Recording) && self.may_record() {
            wants.push(Want::Record(crate::effect::RecordingPurpose::Call));
        }
        for kind in kept_kinds(&self.workflow.data) {
            wants.push(Want::Keep(kind));
        }
        wants
    }

    /// What no policy can give back: the caller has taken the consent back, or the workflow has switched the recording off.
    pub fn may_record(&self) -> bool {
        !self.state.recording_paused
            && self.state.dues.consent(Purpose::Recording) != crate::dues::Consent::Withdrawn
    }

    /// A file may ask for less than the policies allow: `never` is not asked for at all, `with_consent` only once it was given.
    fn may_ask(&self, keep: Keep, purpose: Purpose) -> bool {
        match keep {
            Keep::Never => false,
            Keep::WithConsent => self.state.dues.consent(purpose) == crate::dues::Consent::Granted,
            Keep::Always => true,
        }
    }
}

/// The kinds of content that the file lets the log keep.
fn kept_kinds(data: &closare_workflow::Data) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if data.transcript != Keep::Never {
        kinds.extend([Kind::Transcript, Kind::Digits]);
    }
    if data.fields != Keep::Never {
        kinds.push(Kind::Field);
    }
    if data.summary != Keep::Never {
        kinds.push(Kind::Summary);
    }
    kinds.push(Kind::Number);
    kinds
}
