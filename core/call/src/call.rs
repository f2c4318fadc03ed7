//! The call: hands each event to the part that owns it.

use crate::anytime;
use crate::context::{Context, State};
use crate::effect::{Effect, Ended};
use crate::event::{Event, Party, TransferOutcome};
use crate::floor::Heard;
use crate::flow::{Flow, Went};
use crate::gate::Want;
use crate::phase::Phase;
use crate::setup::Setup;
use crate::steps::{self, ANYTIME, Active, Input};
use crate::timers::Reason;
use closare_terms::{Millis, Role};
use closare_workflow::{AnytimeBranch, AnytimeThen, Workflow};
use std::sync::Arc;

pub struct Call {
    pub(crate) context: Context,
    pub(crate) flow: Flow,
    pub(crate) phase: Phase,
}

impl Call {
    pub fn new(workflow: Arc<Workflow>, setup: Setup) -> Call {
        let state = State {
            vendors: setup.vendors.clone(),
            language: setup.language.clone().filter(|language| workflow.languages.contains(language)),
            draw: setup.seed,
            ..State::default()
        };
        let context = Context { workflow, setup, now: Millis::ZERO, out: Vec::new(), state };
        Call { context, flow: Flow::default(), phase: Phase::New }
    }

    /// Takes what happened at this moment, and adds what is to be done about it.
    pub fn handle(&mut self, at: Millis, event: Event, effects: &mut Vec<Effect>) {
        self.context.now = self.context.now.max(at);
        if self.phase != Phase::Closed {
            self.dispatch(event);
            self.settle();
        }
        effects.append(&mut self.context.out);
    }

    /// Whatever has happened: what can't be said no longer holds anything up, and nobody waits without an end.
    fn settle(&mut self) {
        for _ in 0..SETTLES_MAX {
            let dropped = self.context.drop_unsayable();
            for speech in &dropped {
                self.exit_spoken(speech);
                self.input(Input::Spoken { utterance: speech.utterance, complete: false });
            }
            if self.context.fell_silent() {
                self.input(Input::SpeechDone);
            }
            if dropped.is_empty() {
                break;
            }
        }
        if self.talks() {
            self.context.mind_silence();
        }
    }

    /// When [`Event::Woke`] is due, and why. `None` only once the call is closed.
    pub fn wake(&self) -> Option<(Millis, Reason)> {
        self.context.state.timers.earliest()
    }

    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// The step that the call is at, for people.
    pub fn step_id(&self) -> Option<&str> {
        self.flow.step_id(&self.context.workflow)
    }

    pub fn workflow(&self) -> &Arc<Workflow> {
        &self.context.workflow
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Offered => self.offered(),
            Event::Answered => self.answered(),
            Event::LegEnded { by } => self.leg_ended(by),
            Event::Hold { on } => self.hold(on),
            Event::Verdict { ask, verdict } => {
                if let Some((want, standing)) = self.context.state.gate.answer(ask, &verdict) {
                    self.ruled(want, standing);
                }
            }
            Event::VoiceStarted { at } => self.voice_started(at),
            Event::VoiceEnded { at } => {
                if self.talks() && !self.context.state.floor.on_hold {
                    self.context.voice_ended(at);
                    self.check_turn();
                }
            }
            Event::Key { key } => {
                if let Some(key) = key.words().chars().next().filter(|_| self.talks()) {
                    self.key(key);
                }
            }
            Event::Interim { .. } | Event::Used { .. } | Event::Requested { .. } => {}
            Event::Final { text, confidence, .. } => self.words(text.words(), confidence),
            Event::TurnEnded { .. } => self.vendor_ended_turn(),
            Event::FirstAudio { utterance } => self.context.first_audio(utterance),
            Event::Spoken { utterance, chars, ends } => self.context.spoken(utterance, chars, ends),
            Event::Voiced { utterance, length } => self.context.voiced(utterance, length),
            Event::Playing { utterance } => self.context.playing(utterance),
            Event::Played { utterance, played, complete } => self.played(utterance, played, complete),
            Event::Token { job, text } => {
                self.context.job_progress(job, false);
                self.token(job, text.words());
            }
            Event::Invoked { job, name, arguments, .. } => {
                self.context.job_progress(job, false);
                self.input(Input::Invoked { job, name, arguments: arguments.words().to_owned() });
            }
            Event::Found { job, intent, fields } => self.found(job, intent, fields),
            Event::JobDone { job, ending } => self.job_done(job, ending),
            Event::JobFailed { job } => self.job_failed(job),
            Event::VendorFailed { role, index, .. } => self.vendor_failed(role, index),
            // Whatever step it is by now: the caller speaks with somebody else.
            Event::Transfer { outcome: TransferOutcome::Done }
                if self.talks() || self.phase == Phase::LastExit =>
            {
                self.end(Ended::Transferred, "transferred".to_owned());
            }
            Event::Transfer { outcome } => self.input(Input::Transfer(outcome)),
            Event::Stop => self.stop(),
            Event::Woke => {
                while let Some(reason) = self.context.state.timers.take_due(self.context.now) {
                    self.due(reason);
                }
            }
        }
    }

    fn offered(&mut self) {
        if self.phase == Phase::New {
            self.phase = Phase::Deciding;
            self.context.after(Reason::CallLimit, self.context.workflow.limits.call);
            self.context.ask(Want::Answer);
        }
    }

    fn answered(&mut self) {
        if self.phase != Phase::Answering {
            return;
        }
        self.phase = Phase::Preparing;
        self.context.sounded(self.context.now);
        self.context.after(Reason::CallLimit, self.context.workflow.limits.call);
        let voices: Vec<usize> = self.context.state.vendors.tts.alive().collect();
        for voice in voices {
            self.context.ask(Want::Voice(voice));
        }
        self.context.dues_changed();
        self.context.ask(Want::Disclose);
    }

    fn hold(&mut self, on: bool) {
        if !self.talks() {
            return;
        }
        for reason in HELD {
            self.context.clear(reason);
        }
        self.context.state.floor.caller = crate::floor::Caller::default();
        self.context.hold_speech(on);
    }

    fn voice_started(&mut self, at: Millis) {
        if !self.talks() || self.context.state.floor.on_hold {
            return;
        }
        self.mark_secret();
        if self.context.voice_started(at) {
            self.input(Input::Interrupted);
        }
    }

    fn vendor_ended_turn(&mut self) {
        if self.talks() && self.context.vendor_ended_turn() {
            self.check_turn();
        }
    }

    /// If the caller's turn is over by now, hands on what was said in it.
    pub(crate) fn check_turn(&mut self) {
        if !self.talks() || !self.context.turn_is_over() {
            return;
        }
        match self.context.take_turn() {
            Some(heard) => {
                self.context.drop_cut();
                self.heard(heard);
            }
            None => {
                self.context.resume_cut();
                if !self.context.state.floor.agent_speaks() {
                    self.input(Input::SpeechDone);
                }
            }
        }
    }

    fn heard(&mut self, heard: Heard) {
        let workflow = self.context.workflow.clone();
        let disclosing = matches!(self.flow.active, Some(Active::Disclose(_)));
        let asking = matches!(self.flow.active, Some(Active::Consent(_)));
        let busy = self
            .flow
            .active
            .as_ref()
            .is_some_and(|active| steps::takes_message(active) || steps::connects(active));
        let anytime = anytime::asked(&workflow.anytime, &heard.text)
            .filter(|branch| !disclosing && !busy && (!asking || anytime::urgent(&branch.name)));
        match anytime {
            Some(branch) => self.branch(branch),
            None if self.context.state.floor.listener.is_some() => self.input(Input::Heard(heard)),
            None => match self.flow.correct(&mut self.context, &heard.text) {
                Some(went) => self.went(went),
                None => {
                    self.context.keep_early(heard);
                    if !self.context.state.floor.agent_speaks() {
                        self.input(Input::SpeechDone);
                    }
                }
            },
        }
    }

    fn branch(&mut self, branch: &AnytimeBranch) {
        self.context.state.memory.mark_understood();
        let went = match branch.then {
            AnytimeThen::Do(block) => {
                self.context.interrupt_for_branch();
                self.flow.detour(&mut self.context, block)
            }
            AnytimeThen::Disclose => {
                self.context.say_disclosure_again();
                self.flow.again(&mut self.context)
            }
            AnytimeThen::Repeat => {
                match self.context.state.memory.repeatable.is_empty() {
                    true => self.context.say_disclosure_again(),
                    false => self.context.repeat_question(),
                }
                Went::On
            }
            AnytimeThen::Slower => {
                self.context.state.slow = true;
                self.context.repeat_question();
                Went::On
            }
            AnytimeThen::StopRecording => {
                steps::stop_recording(&mut self.context);
                self.flow.again(&mut self.context)
            }
        };
        self.went(went);
    }

    fn played(&mut self, utterance: crate::event::Utterance, played: Millis, complete: bool) {
        let Some(speech) = self.context.played(utterance, played, complete) else { return };
        let whole = complete && self.context.state.floor.last_whole;
        self.exit_spoken(&speech);
        self.input(Input::Spoken { utterance, complete: whole });
        if !self.context.state.floor.agent_speaks() {
            self.input(Input::SpeechDone);
            self.context.fill_next_silence();
        }
    }

    fn found(
        &mut self,
        job: crate::event::Job,
        intent: Option<(String, f32)>,
        fields: Vec<(String, closare_terms::Held, f32)>,
    ) {
        self.context.job_progress(job, false);
        let workflow = self.context.workflow.clone();
        let anytime = intent
            .as_ref()
            .filter(|(_, sure)| *sure >= ANYTIME_SURE)
            .and_then(|(name, _)| name.strip_prefix(ANYTIME))
            .and_then(|name| workflow.anytime.branches.iter().find(|branch| branch.name == name));
        if let (Some(branch), true) = (anytime, self.context.job(job).is_some() && self.talks()) {
            self.context.cancel_job(job);
            self.branch(branch);
            // The step waited for the model, not for the caller: it begins again.
            if self.context.state.floor.listener.is_none()
                && matches!(self.flow.active, Some(Active::Extract(_)))
            {
                let went = self.flow.again(&mut self.context);
                self.went(went);
            }
            return;
        }
        let fields =
            fields.into_iter().map(|(name, value, sure)| (name, value.words().to_owned(), sure)).collect();
        self.input(Input::Found { job, intent, fields });
    }

    pub(crate) fn job_failed(&mut self, job: crate::event::Job) {
        if self.context.job(job).is_none() {
            return;
        }
        if self.context.retry_job(job) {
            return self.begun_again(job);
        }
        if self.summary_failed(job) {
            return;
        }
        self.input(Input::JobFailed { job });
    }

    pub(crate) fn vendor_failed(&mut self, role: Role, index: usize) {
        self.context.state.vendors.chain_mut(role).fail(index);
        match role {
            Role::SpeechToText if self.context.state.hearing == Some(index) => {
                self.context.state.hearing = None;
                self.open_hearing();
                self.note_deafness();
                self.heard_out();
            }
            Role::SpeechToText => self.note_deafness(),
            Role::TextToSpeech => {
                if !self.context.revoice(index) && self.talks() && self.phase != Phase::LastExit {
                    self.last_exit("no voice is left".to_owned());
                }
            }
            Role::LanguageModel | Role::Tool => {
                for job in self.context.jobs_of(index) {
                    self.job_failed(job);
                }
            }
        }
    }

    /// Hands the step that waits what happened, while there is a talk.
    pub(crate) fn input(&mut self, input: Input) {
        if self.talks() || self.phase == Phase::LastExit {
            let went = self.flow.input(&mut self.context, &input);
            self.went(went);
        }
    }

    pub(crate) fn went(&mut self, went: Went) {
        match went {
            Went::On => {}
            Went::End(ended, reason) => self.end(ended, reason),
            Went::LastExit(reason) => self.last_exit(reason),
        }
    }

    /// The call is up and the workflow runs.
    pub(crate) fn talks(&self) -> bool {
        matches!(self.phase, Phase::Preparing | Phase::Running)
    }

    fn leg_ended(&mut self, by: Party) {
        let message = self.flow.active.as_ref().is_some_and(steps::takes_message);
        self.over(match by {
            Party::Caller if message => (Ended::Voicemail, "a message was left"),
            Party::Caller => (Ended::CallerHungUp, "the caller hung up"),
            Party::Us => (Ended::HungUp, "hung up"),
            Party::Network => (Ended::Lost, "the line was lost"),
        });
    }
}

/// Timers about the caller's turn: it is over where a hold begins.
const HELD: [Reason; 6] = [
    Reason::Silence,
    Reason::EndOfTurn,
    Reason::FinalDue,
    Reason::TurnLimit,
    Reason::KeyPause,
    Reason::BargeIn,
];
/// Steps that one after the other have nothing that a voice may say.
const SETTLES_MAX: usize = 100;
/// A model that takes ordinary words for a wish to leave the step must be this sure.
const ANYTIME_SURE: f32 = 0.75;
