//! The caller's turn: when it begins, when it is over, and what was said or pressed in it.

use crate::context::{Context, LatencyDraft};
use crate::effect::{Effect, Listening, Speaker, Turn};
use crate::floor::{Caller, Early, Heard};
use crate::gate::Want;
use crate::timers::Reason;
use closare_terms::{Held, Kind, Millis};
use closare_workflow::{Keys, Listen};
use serde::{Deserialize, Serialize};

/// A pause that ends a turn, where neither step nor file says another.
const END_AFTER: Millis = Millis(500);
/// Speech-to-text that owes a final for this long owes it for ever.
pub(super) const FINAL_MAX: Millis = Millis(2_500);
/// A number is complete when no further key comes for this long.
const KEY_PAUSE: Millis = Millis(3_000);
/// Words that nobody listened to count for this long.
pub(super) const EARLY_MAX: Millis = Millis(3_000);
/// A speech-to-text without a successor is given this many chances.
const OVERDUE_MAX: u32 = 2;

/// What a step wants to hear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListenFor {
    pub silence: Millis,
    pub end_after: Millis,
    pub hints: Vec<String>,
    pub voice: bool,
    pub keys: TakeKeys,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeKeys {
    No,
    /// Each key is an answer.
    One,
    /// Keys make a number of at most this many; `finish` ends it sooner.
    Many {
        most: u8,
        finish: char,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    pub wants: ListenFor,
}

impl ListenFor {
    /// From the file's `listen`, over a default.
    pub fn new(context: &Context, listen: &Listen, keys: TakeKeys) -> ListenFor {
        ListenFor {
            silence: listen.silence.unwrap_or(context.workflow.limits.silence),
            end_after: listen.end_after.unwrap_or(END_AFTER),
            hints: listen.hints.clone(),
            voice: listen.keys != Keys::Only,
            keys: if listen.keys == Keys::Off { TakeKeys::No } else { keys },
        }
    }

    pub fn usual(context: &Context) -> ListenFor {
        ListenFor::new(context, &Listen::default(), TakeKeys::One)
    }
}

/// What came of listening.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Words(Heard),
    Keys(String),
}

impl Context {
    /// A step begins to listen. What the caller said or pressed just before counts, and comes back at once.
    pub fn listen(&mut self, wants: ListenFor) -> Option<Answer> {
        if self.state.hearing.is_some() {
            let listening = self.listening(&wants);
            self.emit(Effect::Listen { listening });
        }
        self.state.floor.listener = Some(Listener { wants });
        let early = self.take_early_keys().map(Answer::Keys).or_else(|| self.take_early().map(Answer::Words));
        if early.is_none() {
            self.mind_silence();
        }
        early
    }

    /// Listens to what comes from now on: what was said or pressed before can't answer a question that was not asked yet. Words
    /// wait for the next step; keys count no more.
    pub fn listen_anew(&mut self, wants: ListenFor) {
        self.state.floor.early_keys.clear();
        let early = std::mem::take(&mut self.state.floor.early);
        self.listen(wants);
        self.state.floor.early = early;
        self.mind_silence();
    }

    pub fn stop_listening(&mut self) {
        self.state.floor.listener = None;
        self.clear(Reason::Silence);
        self.clear(Reason::KeyPause);
    }

    pub fn listening(&self, wants: &ListenFor) -> Listening {
        Listening {
            languages: vec![self.language()],
            hints: wants.hints.clone(),
            end_after: Some(wants.end_after),
        }
    }

    pub fn voice_started(&mut self, at: Millis) -> bool {
        let caller = &mut self.state.floor.caller;
        caller.speaking = Some(at);
        caller.began.get_or_insert(at);
        caller.paused = None;
        self.clear(Reason::EndOfTurn);
        self.clear(Reason::FinalDue);
        self.clear(Reason::Silence);
        if !self.state.timers.is_set(Reason::TurnLimit) {
            self.after(Reason::TurnLimit, self.workflow.limits.turn);
        }
        self.listens_by_voice() && self.interrupt()
    }

    fn listens_by_voice(&self) -> bool {
        self.state.floor.listener.as_ref().is_none_or(|listener| listener.wants.voice)
    }

    /// The words are asked for at the first pause; the turn is over when the pause is long enough. So the vendor works while
    /// we wait.
    pub fn voice_ended(&mut self, at: Millis) {
        let now = self.now;
        let caller = &mut self.state.floor.caller;
        let began = caller.began.unwrap_or(at);
        caller.speaking = None;
        caller.paused = Some((at, now));
        self.state.floor.last_voice = Some((began, at));
        self.sounded(at);
        self.clear(Reason::BargeIn);
        if self.state.hearing.is_some() {
            self.state.floor.caller.flushed = Some(now);
            self.emit(Effect::Flush);
            self.after(Reason::FinalDue, FINAL_MAX);
        }
        let end = at + self.end_after();
        self.state.timers.set(Reason::EndOfTurn, end.max(now));
    }

    fn end_after(&self) -> Millis {
        self.state.floor.listener.as_ref().map_or(END_AFTER, |listener| listener.wants.end_after)
    }

    pub fn words(&mut self, text: &str, confidence: Option<f32>) {
        let now = self.now;
        self.state.floor.overdue = 0;
        let floor = &mut self.state.floor;
        let caller = &mut floor.caller;
        if caller.flushed.take().is_some() {
            self.state.timers.clear(Reason::FinalDue);
            if let Some((_, ended)) = floor.last_voice.take_if(|_| !text.trim().is_empty()) {
                floor.known_until = ended;
            }
        }
        if !text.trim().is_empty() {
            caller.words.push(text.trim().to_owned());
            caller.confidence = match (caller.confidence, confidence) {
                (Some(before), Some(new)) => Some(before.min(new)),
                (before, new) => before.or(new),
            };
        }
        caller.words_final = Some(now);
    }

    /// The caller speaks, or has paused without it being clear that the turn is over.
    pub fn caller_has_the_floor(&self) -> bool {
        self.state.floor.caller.began.is_some()
    }

    /// Whether the turn is over by now: silent for long enough, and no words owed.
    pub fn turn_is_over(&self) -> bool {
        let caller = &self.state.floor.caller;
        caller.speaking.is_none()
            && (caller.began.is_some() || !caller.words.is_empty())
            && caller.flushed.is_none()
            && !self.state.timers.is_set(Reason::EndOfTurn)
    }

    /// A vendor says that the turn is over. True if it can be: words are there, and the caller is silent.
    pub fn vendor_ended_turn(&mut self) -> bool {
        let caller = &mut self.state.floor.caller;
        if caller.speaking.is_some() || caller.words.is_empty() {
            return false;
        }
        caller.flushed = None;
        self.clear(Reason::EndOfTurn);
        self.clear(Reason::FinalDue);
        true
    }

    pub fn current_listening(&self) -> Listening {
        match &self.state.floor.listener {
            Some(listener) => self.listening(&listener.wants),
            None => self.listening(&ListenFor::usual(self)),
        }
    }

    /// Gives up on words that are owed. The speech-to-text that owed them, if another could take its place, or it has owed
    /// before.
    pub fn final_overdue(&mut self) -> Option<usize> {
        self.state.floor.caller.flushed = None;
        self.state.floor.overdue += 1;
        let index = self.state.hearing?;
        let replaced =
            self.state.vendors.stt.alive().any(|other| other != index && self.allowed(&Want::Hear(other)));
        (replaced || self.state.floor.overdue >= OVERDUE_MAX).then_some(index)
    }

    /// Ends the caller's turn whatever the caller does: it has lasted too long.
    pub fn turn_too_long(&mut self) {
        let now = self.now;
        let caller = &mut self.state.floor.caller;
        let began = caller.speaking.take().or(caller.began).unwrap_or(now);
        caller.paused = Some((now, now));
        self.state.floor.last_voice = Some((began, now));
        if self.state.hearing.is_some() {
            self.state.floor.caller.flushed = Some(now);
            self.emit(Effect::Flush);
            self.after(Reason::FinalDue, FINAL_MAX);
        }
    }

    /// The line is dead: whether the caller said something last whose words speech-to-text can still give. It is asked for them.
    pub fn owes_last_words(&mut self) -> bool {
        if self.state.hearing.is_none() || self.state.floor.on_hold {
            return false;
        }
        if self.state.floor.caller.speaking.take().is_some() {
            self.state.floor.caller.paused = Some((self.now, self.now));
            self.state.floor.caller.flushed = Some(self.now);
            self.emit(Effect::Flush);
        }
        self.state.floor.caller.flushed.is_some()
    }

    /// Takes the turn that is over: its words, or `None` where it was only noise.
    pub fn take_turn(&mut self) -> Option<Heard> {
        let caller = std::mem::take(&mut self.state.floor.caller);
        self.state.floor.caller.keys = caller.keys.clone();
        self.clear(Reason::EndOfTurn);
        self.clear(Reason::FinalDue);
        self.clear(Reason::TurnLimit);
        let text = caller.words.join(" ");
        if text.is_empty() {
            return None;
        }
        self.know_what_was_said(&caller);
        self.begin_latency(&caller);
        self.tell_caller_turn(&caller, caller.told(&text));
        let began = caller.began.unwrap_or(self.now);
        Some(Heard { text, confidence: caller.confidence.unwrap_or(1.0), began })
    }

    fn begin_latency(&mut self, caller: &Caller) {
        let Some((speech_ended, noticed)) = caller.paused else { return };
        self.state.latency = Some(LatencyDraft {
            speech_ended,
            pause_noticed: Some(noticed),
            words_final: caller.words_final,
            turn_ended: Some(self.now),
            ..LatencyDraft::default()
        });
    }

    fn tell_caller_turn(&mut self, caller: &Caller, text: &str) {
        self.state.memory.hear(text);
        let ended = caller.paused.map_or(self.now, |(at, _)| at);
        let turn = Turn {
            number: self.state.memory.talk.len() as u32,
            speaker: Speaker::Caller,
            started: caller.began.unwrap_or(ended),
            ended,
            heard: Held::new(Kind::Transcript, crate::mask::mask(text)),
            unheard: None,
            language: self.language(),
            made_by: None,
        };
        self.emit(Effect::Turn(turn));
    }

    /// Keeps words for the next step that listens.
    pub fn keep_early(&mut self, heard: Heard) {
        let since = self.now;
        self.state.floor.early.push(Early { since, heard });
    }

    /// What was said over words that must be heard out does not age while they play.
    pub fn refresh_early(&mut self) {
        let now = self.now;
        self.state.floor.early.iter_mut().for_each(|early| early.since = now);
    }

    fn take_early(&mut self) -> Option<Heard> {
        let now = self.now;
        let early = std::mem::take(&mut self.state.floor.early);
        let fresh =
            early.into_iter().filter(|early| now.since(early.since) <= EARLY_MAX).map(|early| early.heard);
        fresh.reduce(|all, next| Heard {
            text: format!("{} {}", all.text, next.text),
            confidence: all.confidence.min(next.confidence),
            began: all.began,
        })
    }

    fn take_early_keys(&mut self) -> Option<String> {
        let keys = std::mem::take(&mut self.state.floor.early_keys);
        let mut answer = None;
        for key in keys.chars() {
            answer = self.take_key(key);
        }
        answer
    }

    /// A key for the step that listens. Gives the answer when it is complete.
    pub fn take_key(&mut self, key: char) -> Option<String> {
        let keys = self.state.floor.listener.as_ref().map(|listener| listener.wants.keys)?;
        self.clear(Reason::Silence);
        self.sounded(self.now);
        match keys {
            TakeKeys::No => None,
            TakeKeys::One => Some(key.to_string()),
            TakeKeys::Many { most, finish } => {
                let pressed = &mut self.state.floor.caller.keys;
                if key != finish {
                    pressed.push(key);
                }
                if key == finish || pressed.len() >= usize::from(most) {
                    return self.take_keys();
                }
                self.after(Reason::KeyPause, KEY_PAUSE);
                None
            }
        }
    }

    /// The keys pressed so far, as the whole answer.
    pub fn take_keys(&mut self) -> Option<String> {
        self.clear(Reason::KeyPause);
        let keys = std::mem::take(&mut self.state.floor.caller.keys);
        (!keys.is_empty()).then_some(keys)
    }

    pub fn record_key_latency(&mut self) {
        self.state.latency = Some(LatencyDraft {
            speech_ended: self.now,
            turn_ended: Some(self.now),
            ..LatencyDraft::default()
        });
    }
}
