//! What is being said on a call at this moment: for who watches it, before a turn is over. Nothing of it is kept.
//!
//! It knows what the machine was handed and what it asked, and is asked once an event is dealt with. So what a turn tells already
//! is never told beside it, and a caller's words are told only while the policies let a speech-to-text hear.

use crate::veil::veiled;
use crate::{Effect, Event, Speaker, Utterance};
use closare_terms::{Millis, Role};
use std::collections::BTreeMap;

/// Watchers are told of one speaker's words at most this often; a vendor sends some three interims a second.
const TELL_EVERY: Millis = Millis(250);

#[derive(Default)]
pub struct SpokenNow {
    caller: Caller,
    agent: Agent,
    told_caller: Told,
    told_agent: Told,
}

#[derive(Default)]
struct Caller {
    /// The speech-to-text that may hear.
    hearing: Option<usize>,
    /// The machine knows of a turn that is not over.
    has_turn: bool,
    /// Something of this turn is for nobody's eyes, so nothing of it is shown.
    hidden: bool,
    /// Words of this turn that stay; the machine holds them back until it is over.
    finals: Vec<String>,
    interim: String,
}

/// The agent's utterances that are not over.
#[derive(Default)]
struct Agent(BTreeMap<Utterance, Saying>);

struct Saying {
    voice: usize,
    text: String,
    playing: bool,
    /// Its turn tells how much of it was heard.
    stopped: bool,
}

/// What watchers know.
#[derive(Default)]
struct Told {
    words: String,
    at: Option<Millis>,
    /// Something has happened since.
    stale: bool,
}

impl SpokenNow {
    /// An event, before the machine is handed it; `hidden` where no words that come now may be shown.
    pub fn event(&mut self, event: &Event, hidden: bool) {
        match event {
            Event::Interim { text } => self.caller.hear(hidden, |caller| caller.replace(text.words())),
            Event::Final { text, .. } => self.caller.hear(hidden, |caller| caller.add(text.words())),
            Event::VendorFailed { role: Role::SpeechToText, index, .. } => self.caller.lose(*index),
            // The machine forgets what the caller had begun to say.
            Event::Hold { .. } => self.caller.forget(),
            Event::Playing { utterance } => self.agent.play(*utterance),
            Event::Played { utterance, .. } => self.agent.end(*utterance),
            Event::LegEnded { .. } => {
                self.agent = Agent::default();
                self.caller.forget();
            }
            _ => return,
        }
        self.look_again();
    }

    /// What the machine asks.
    pub fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Hear { stt, .. } => self.caller.hearing = Some(*stt),
            Effect::Deafen => self.caller.deafen(),
            Effect::Say { voice, utterance, text, .. } => self.agent.say(*utterance, *voice, text.words()),
            Effect::StopSpeaking { up_to } => self.agent.stop(*up_to),
            _ => return,
        }
        self.look_again();
    }

    /// A turn was told, and ends what its speaker said.
    pub fn turn(&mut self, speaker: Speaker) {
        match speaker {
            Speaker::Caller => {
                self.caller.forget();
                self.told_caller = Told::default();
            }
            Speaker::Agent => {
                self.agent.forget_stopped();
                // Another utterance may be playing already.
                self.told_agent = Told { stale: true, ..Told::default() };
            }
        }
    }

    /// What is to be told, after all that came of an event. No words: nothing is being said after all.
    pub fn news(&mut self, at: Millis, caller_has_turn: bool) -> impl Iterator<Item = (Speaker, String)> {
        if self.caller.has_turn && !caller_has_turn {
            // Over without a turn: it was noise.
            self.caller.forget();
            self.look_again();
        }
        self.caller.has_turn = caller_has_turn;
        let caller = self.told_caller.news(at, || self.caller.words());
        let agent = self.told_agent.news(at, || self.agent.words());
        let caller = caller.map(|words| (Speaker::Caller, words));
        caller.into_iter().chain(agent.map(|words| (Speaker::Agent, words)))
    }

    fn look_again(&mut self) {
        self.told_caller.stale = true;
        self.told_agent.stale = true;
    }
}

impl Caller {
    fn hear(&mut self, hidden: bool, take: impl FnOnce(&mut Caller)) {
        if hidden {
            self.hidden = true;
            self.drop_words();
        } else if self.hearing.is_some() && !self.hidden {
            take(self);
        }
    }

    fn replace(&mut self, interim: &str) {
        interim.trim().clone_into(&mut self.interim);
    }

    fn add(&mut self, words: &str) {
        self.interim.clear();
        if !words.trim().is_empty() {
            self.finals.push(words.trim().to_owned());
        }
    }

    /// A speech-to-text is gone, and what it had not made sure of.
    fn lose(&mut self, index: usize) {
        if self.hearing == Some(index) {
            self.hearing = None;
            self.interim.clear();
        }
    }

    /// Nobody may hear the caller any more.
    fn deafen(&mut self) {
        self.hearing = None;
        self.drop_words();
    }

    fn forget(&mut self) {
        self.hidden = false;
        self.drop_words();
    }

    fn drop_words(&mut self) {
        self.finals.clear();
        self.interim.clear();
    }

    fn words(&self) -> String {
        let parts = self.finals.iter().chain([&self.interim]).filter(|part| !part.is_empty());
        veiled(&parts.map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}

impl Agent {
    fn say(&mut self, utterance: Utterance, voice: usize, text: &str) {
        let fresh = || Saying { voice, text: String::new(), playing: false, stopped: false };
        let saying = self.0.entry(utterance).or_insert_with(fresh);
        if saying.voice != voice {
            // A voice has failed: the next one says it from its begin.
            *saying = Saying { playing: saying.playing, ..fresh() };
        }
        let text = text.trim();
        if !saying.text.is_empty() && !text.is_empty() {
            saying.text.push(' ');
        }
        saying.text.push_str(text);
    }

    fn play(&mut self, utterance: Utterance) {
        if let Some(saying) = self.0.get_mut(&utterance) {
            saying.playing = true;
        }
    }

    fn stop(&mut self, up_to: Utterance) {
        self.0.range_mut(..=up_to).for_each(|(_, saying)| saying.stopped = true);
    }

    /// They are played in the order of their numbers.
    fn end(&mut self, utterance: Utterance) {
        self.0 = self.0.split_off(&utterance.saturating_add(1));
    }

    fn forget_stopped(&mut self) {
        self.0.retain(|_, saying| !saying.stopped);
    }

    fn words(&self) -> String {
        let playing = self.0.values().filter(|saying| saying.playing && !saying.text.is_empty());
        playing.map(|saying| saying.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl Told {
    /// The words, if watchers don't know them and it is time. Taking them back doesn't wait.
    fn news(&mut self, at: Millis, words: impl FnOnce() -> String) -> Option<String> {
        if !std::mem::take(&mut self.stale) {
            return None;
        }
        let words = words();
        if words == self.words {
            return None;
        }
        if !words.is_empty() && self.at.is_some_and(|told| at.since(told) < TELL_EVERY) {
            // Until something happens again, which it does while somebody speaks.
            self.stale = true;
            return None;
        }
        self.at = Some(at);
        self.words.clone_from(&words);
        Some(words)
    }
}

#[cfg(test)]
mod tests;
