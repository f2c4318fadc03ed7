//! One call, and everything around it that the machine asks for, on one clock.

use crate::caller::{Caller, Doing, LOOK, Missed};
use crate::ear::{self, Ear};
use crate::faults::{Faults, How, Often};
use crate::line::{Line, Piece, Todo};
use crate::model::Model;
use crate::mouth::{Mouth, length};
use crate::talk::{Talk, Words};
use closare_call::{Call, Effect, Event, Party, Setup, Task, TransferOutcome};
use closare_policy::{Facts, Verdict};
use closare_terms::{Held, Kind, Language, Millis, Point, Role};
use closare_workflow::Workflow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Answers a decision point.
pub type Judge = Box<dyn FnMut(Point, &Facts) -> Verdict>;

/// From the caller's first sound to voice activity's word for it.
const VOICE_NOTICED: Millis = Millis(60);
/// From the caller's last sound to voice activity's word for it.
const PAUSE_NOTICED: Millis = Millis(200);
/// From a flush to the final.
const FINAL: Millis = Millis(120);
/// From words to a voice's first audio; a phrase that was rendered before the call is there at once.
const VOICE: Millis = Millis(150);
const RENDERED: Millis = Millis(10);
const BEEP: Millis = Millis(300);
const KEY: Millis = Millis(150);
/// Events at one moment beyond which the machine is taken to run in a circle.
const AT_ONCE_MAX: u32 = 20_000;

#[derive(Clone, Debug)]
pub struct Moment {
    pub at: Millis,
    pub what: Logged,
}

#[derive(Clone, Debug)]
pub enum Logged {
    Event(Event),
    Effect(Effect),
}

pub struct World {
    pub call: Call,
    pub now: Millis,
    pub log: Vec<Moment>,
    judge: Judge,
    line: Line,
    mouth: Mouth,
    ear: Ear,
    model: Model,
    caller: Caller,
    faults: Faults,
    asked: BTreeMap<Role, u32>,
    plugins: BTreeMap<Role, Vec<String>>,
    transfers: VecDeque<TransferOutcome>,
    cancelled: BTreeSet<u32>,
    language: Language,
    disclosed: bool,
    leg_over: bool,
    at_once: u32,
}

impl World {
    pub fn new(workflow: Arc<Workflow>, setup: Setup, judge: Judge) -> World {
        let names =
            |chain: &closare_call::Chain| chain.vendors.iter().map(|vendor| vendor.plugin.clone()).collect();
        let plugins = BTreeMap::from([
            (Role::SpeechToText, names(&setup.vendors.stt)),
            (Role::LanguageModel, names(&setup.vendors.llm)),
            (Role::TextToSpeech, names(&setup.vendors.tts)),
        ]);
        let language = setup.language.clone().unwrap_or_else(|| workflow.main_language().clone());
        let mut world = World {
            call: Call::new(workflow, setup),
            now: Millis::ZERO,
            log: Vec::new(),
            judge,
            line: Line::default(),
            mouth: Mouth::default(),
            ear: Ear::default(),
            model: Model::default(),
            caller: Caller::new(Talk::default()),
            faults: Faults::default(),
            asked: BTreeMap::new(),
            plugins,
            transfers: VecDeque::new(),
            cancelled: BTreeSet::new(),
            language,
            disclosed: false,
            leg_over: false,
            at_once: 0,
        };
        world.line.tell(Millis::ZERO, Event::Offered);
        world
    }

    pub fn with_talk(mut self, talk: Talk) -> World {
        self.caller = Caller::new(talk);
        self
    }

    pub fn with_faults(mut self, faults: Faults) -> World {
        self.faults = faults;
        self
    }

    /// What becomes of each transfer; `Done` where nothing is left.
    pub fn with_transfers(mut self, transfers: Vec<TransferOutcome>) -> World {
        self.transfers = transfers.into();
        self
    }

    /// What a model answers in an open dialogue where no `means` says it.
    pub fn with_answers(mut self, answers: Vec<String>) -> World {
        self.model = Model::new(answers);
        self
    }

    /// Tells the machine something at a moment.
    pub fn tell_at(&mut self, at: Millis, event: Event) {
        self.line.tell(at, event);
    }

    /// Loses what the agent says at a moment: it ends where it is.
    pub fn lose_at(&mut self, at: Millis) {
        self.line.put(at, Todo::Lose);
    }

    /// Runs until the call is closed. False if it wasn't by then.
    pub fn run(&mut self, until: Millis) -> bool {
        while !self.call.is_closed() {
            if !self.step(until) {
                break;
            }
        }
        self.caller.leave(self.now, &self.mouth);
        self.call.is_closed()
    }

    /// Goes to the next moment at which something happens. False if that is later than `until`, or the machine circles.
    pub fn step(&mut self, until: Millis) -> bool {
        let due = self.call.wake().map(|(at, _)| at.max(self.now));
        let next = self.line.next_at();
        let Some(at) = due.into_iter().chain(next).min() else { return false };
        self.at_once = if at > self.now { 0 } else { self.at_once + 1 };
        if at > until || self.at_once > AT_ONCE_MAX {
            return false;
        }
        self.now = at.max(self.now);
        if next.is_some_and(|next| next <= at) {
            if let Some((_, todo)) = self.line.take() {
                self.act(todo);
            }
        } else {
            self.tell(Event::Woke);
        }
        true
    }

    pub fn missed(&self) -> Option<&Missed> {
        self.caller.missed.as_ref()
    }

    fn act(&mut self, todo: Todo) {
        let now = self.now;
        match todo {
            Todo::Tell(Event::LegEnded { by }) => {
                self.leg_over = true;
                self.tell(Event::LegEnded { by });
            }
            Todo::Tell(event) => self.tell(event),
            Todo::Audio { utterance, piece } => self.mouth.audio(now, utterance, piece, &mut self.line),
            Todo::EndOf(utterance) => self.mouth.end_of(now, utterance, &mut self.line),
            Todo::Look => self.look(),
            Todo::Do(doing) => self.do_it(doing),
            Todo::Pause => self.line.tell(now + PAUSE_NOTICED, Event::VoiceEnded { at: now }),
            Todo::Flushed { asked, session } => {
                if self.ear.is_open() && self.ear.session == session {
                    let (text, starts, ends) = self.ear.take(asked);
                    let text = Held::new(Kind::Transcript, text);
                    self.tell(Event::Final { text, starts, ends, confidence: Some(0.95) });
                }
            }
            Todo::Lose => self.mouth.lose(now, &mut self.line),
            Todo::Key(key) => self.tell(Event::Key { key }),
            Todo::FromModel { job, event } => {
                if !self.cancelled.contains(&job) {
                    self.tell(event);
                }
            }
        }
    }

    /// Hands the machine an event, and answers what it asks; policies at once, before anything else.
    fn tell(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.log.push(Moment { at: self.now, what: Logged::Event(event.clone()) });
            let mut effects = Vec::new();
            self.call.handle(self.now, event, &mut effects);
            for effect in effects {
                if let Effect::Ask { ask, point, facts } = &effect {
                    let verdict = (self.judge)(*point, facts);
                    events.push_back(Event::Verdict { ask: *ask, verdict });
                } else {
                    self.answer(&effect);
                }
                self.log.push(Moment { at: self.now, what: Logged::Effect(effect) });
            }
        }
    }

    fn answer(&mut self, effect: &Effect) {
        let now = self.now;
        match effect {
            Effect::Accept { .. } => {
                self.line.tell(now + Millis(40), Event::Answered);
                self.line.put(now + Millis(40) + LOOK, Todo::Look);
            }
            Effect::Hangup { .. } if !self.leg_over => {
                self.line.tell(now + Millis(40), Event::LegEnded { by: Party::Us })
            }
            Effect::Transfer { ring, .. } => self.transfer(*ring),
            Effect::Beep { utterance } => {
                self.mouth.open(*utterance, 0);
                let piece = Piece { text: String::new(), length: BEEP, last: true };
                self.line.put(now + RENDERED, Todo::Audio { utterance: *utterance, piece });
            }
            Effect::Say { voice, utterance, text, slow, pause_after, last, .. } => {
                let piece = Piece {
                    text: text.words().to_owned(),
                    length: length(text.words(), *slow, *pause_after),
                    last: *last,
                };
                self.say(*voice, *utterance, text.kind() == Kind::Transcript, piece);
            }
            Effect::StopSpeaking { up_to } => self.mouth.stop(now, *up_to, &mut self.line),
            Effect::Hear { stt, from, .. } => match self.fault(Role::SpeechToText, *stt) {
                Some(How::Fails) => self.vendor_fails(Role::SpeechToText, *stt),
                // A session that is never open answers no flush.
                Some(How::TimesOut) => self.ear.close(),
                None => self.ear.open(*from),
            },
            Effect::Flush => {
                let todo = Todo::Flushed { asked: now, session: self.ear.session };
                self.line.put(now + FINAL, todo);
            }
            Effect::Deafen => self.ear.close(),
            Effect::Generate { model, job, task, .. } => self.generate(*model, *job, task),
            Effect::Cancel { job, .. } => {
                self.cancelled.insert(*job);
            }
            Effect::Disclosed { .. } => self.disclosed = true,
            Effect::Ask { .. }
            | Effect::Refuse { .. }
            | Effect::Hangup { .. }
            | Effect::Listen { .. }
            | Effect::Record { .. }
            | Effect::StopRecording
            | Effect::Keep { .. }
            | Effect::Forget { .. }
            | Effect::Turn(_)
            | Effect::Latency(_)
            | Effect::Understood { .. }
            | Effect::Routed { .. }
            | Effect::Summary { .. }
            | Effect::Consented(_)
            | Effect::Using { .. }
            | Effect::Closed { .. } => {}
        }
    }

    fn say(&mut self, voice: usize, utterance: u32, rendered: bool, piece: Piece) {
        self.mouth.open(utterance, voice);
        let fault = if rendered { None } else { self.fault(Role::TextToSpeech, voice) };
        match fault {
            Some(How::Fails) => self.vendor_fails(Role::TextToSpeech, voice),
            Some(How::TimesOut) => {}
            None => {
                let after = if rendered { RENDERED } else { VOICE };
                self.line.put(self.now + after, Todo::Audio { utterance, piece });
            }
        }
    }

    fn generate(&mut self, model: usize, job: u32, task: &Task) {
        match self.fault(Role::LanguageModel, model) {
            Some(How::Fails) => self.line.tell(self.now + Millis(80), Event::JobFailed { job }),
            Some(How::TimesOut) => {}
            None => {
                for (after, event) in self.model.answer(job, task, &self.language) {
                    self.line.put(self.now + after, Todo::FromModel { job, event });
                }
            }
        }
    }

    fn transfer(&mut self, ring: Millis) {
        let outcome = self.transfers.pop_front().unwrap_or(TransferOutcome::Done);
        let takes = match outcome {
            TransferOutcome::NoAnswer => ring,
            TransferOutcome::Trying
            | TransferOutcome::Ringing
            | TransferOutcome::Done
            | TransferOutcome::Busy
            | TransferOutcome::Declined
            | TransferOutcome::Failed => Millis(1_500),
        };
        self.line.tell(self.now + Millis(50), Event::Transfer { outcome: TransferOutcome::Trying });
        self.line.tell(self.now + takes, Event::Transfer { outcome });
    }

    fn vendor_fails(&mut self, role: Role, index: usize) {
        let reason = "it was told to".to_owned();
        self.line.tell(self.now + Millis(50), Event::VendorFailed { role, index, reason });
    }

    /// Whether, and how, this plugin fails the thing that it is asked for now.
    fn fault(&mut self, role: Role, index: usize) -> Option<How> {
        let fault = self.faults.of(role)?;
        let plugin = self.plugins.get(&role).and_then(|names| names.get(index));
        if fault.plugin.as_ref().is_some_and(|only| Some(only) != plugin) {
            return None;
        }
        let asked = self.asked.entry(role).or_default();
        *asked += 1;
        match fault.often {
            Often::Always => Some(fault.how),
            Often::First(times) => (*asked <= times).then_some(fault.how),
        }
    }

    fn look(&mut self) {
        if self.leg_over {
            return;
        }
        for (after, doing) in self.caller.look(self.now, &self.mouth, self.disclosed) {
            self.line.put(self.now + after, Todo::Do(doing));
        }
        if !self.caller.is_done() {
            self.line.put(self.now + LOOK, Todo::Look);
        }
    }

    fn do_it(&mut self, doing: Doing) {
        if self.leg_over {
            return;
        }
        match doing {
            Doing::Speak(words) => self.caller_speaks(&words),
            Doing::Press(keys) => {
                for (index, key) in keys.chars().enumerate() {
                    let at = self.now + Millis(KEY.0 * index as u64);
                    self.line.put(at, Todo::Key(Held::new(Kind::Digits, key.to_string())));
                }
            }
            Doing::Hold(on) => {
                self.mouth.hold(self.now, on, &mut self.line);
                self.tell(Event::Hold { on });
            }
            Doing::HangUp => {
                self.leg_over = true;
                self.tell(Event::LegEnded { by: Party::Caller });
            }
        }
    }

    fn caller_speaks(&mut self, words: &Words) {
        let now = self.now;
        self.ear.hear(now, words);
        self.model.hear(words);
        self.line.tell(now + VOICE_NOTICED, Event::VoiceStarted { at: now });
        self.line.put(now + ear::length(words).max(VOICE_NOTICED + VOICE_NOTICED), Todo::Pause);
    }
}
