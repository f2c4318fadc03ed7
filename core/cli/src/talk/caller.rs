//! Plays a talk on a line: waits its turns, speaks, presses, interrupts, and hangs up when all is said.

use super::ear::Ear;
use super::line::{Line, Over};
use super::tape::Tape;
use super::voice::Spoken;
use super::words::fits;
use closare_simulate::{Act, Match, Talk};
use closare_telephony::{Error, Party, Telephony};
use closare_terms::Millis;
use serde::Serialize;
use std::time::Instant;

/// What is needed for a call.
pub struct Call<'a> {
    pub telephony: &'a Telephony,
    pub uri: &'a str,
    pub from: &'a str,
    pub talk: &'a Talk,
    /// One for each line that the talk says, in order.
    pub lines: Vec<Spoken>,
    pub ear: Option<Ear>,
    pub tape: Tape,
}

/// What happened, as it happens. Times are since the answer.
#[derive(Clone, Debug)]
pub enum Reaction {
    Answered {
        after: Millis,
    },
    Said {
        at: Millis,
        text: String,
    },
    Pressed {
        at: Millis,
        keys: String,
    },
    /// How long the caller waited for the agent's first word.
    Waited(Millis),
    /// How long the agent went on after the caller began to speak.
    FellSilent(Millis),
    /// Words are `None` where nobody writes them down.
    Heard {
        at: Millis,
        words: Option<String>,
    },
    Note(String),
}

/// What a call came to.
#[derive(Clone, Debug, Serialize)]
pub struct Played {
    /// At the caller's ear, in milliseconds.
    pub waits: Vec<Millis>,
    pub heard: Vec<String>,
    /// The act that never came, with its line in the file.
    pub missed: Option<String>,
    pub ended_by: &'static str,
    pub reason: String,
    pub lasted: Millis,
}

/// An agent that says nothing for so long won't say what the caller waits for.
const HEAR_MAX: Millis = Millis::from_secs(20);
/// For the agent's last words and its hanging up.
const END_MAX: Millis = Millis::from_secs(20);
/// Before and after speech, for what the detector cuts.
const AROUND: Millis = Millis(300);

/// Calls, and plays the talk to its end.
///
/// # Errors
/// The call didn't come about.
pub async fn call(call: Call<'_>, tell: &mut (dyn FnMut(Reaction) + Send)) -> Result<Played, Error> {
    // Who is called isn't left on a dead line because nobody reads any more what is said.
    crate::out::goes_on_unread();
    let epoch = Instant::now();
    let leg = call.telephony.dial(call.uri, call.from, epoch, call.tape.tap()).await?;
    let line = Line::new(leg, epoch);
    let answered = line.now();
    tell(Reaction::Answered { after: answered });
    let lines = call.lines.into_iter();
    let mut caller = Caller {
        line,
        answered,
        lines,
        ear: call.ear,
        tape: call.tape,
        heard: String::new(),
        turns: 0,
        waits: Vec::new(),
        all_heard: Vec::new(),
        tell,
    };
    let missed = caller.play(call.talk).await;
    Ok(caller.end(missed).await)
}

struct Caller<'a> {
    line: Line,
    answered: Millis,
    lines: std::vec::IntoIter<Spoken>,
    ear: Option<Ear>,
    tape: Tape,
    /// What the agent said since the caller's last act, and in how many turns.
    heard: String,
    turns: u32,
    waits: Vec<Millis>,
    all_heard: Vec<String>,
    tell: &'a mut (dyn FnMut(Reaction) + Send),
}

impl Caller<'_> {
    /// The act that never came.
    async fn play(&mut self, talk: &Talk) -> Option<String> {
        for (number, act) in &talk.0 {
            let came = match act {
                Act::Hear(wanted) => self.hear(wanted).await,
                Act::Say(words) => self.say(&words.text).await,
                Act::Interrupt { after, words } => self.interrupt(*after, &words.text).await,
                Act::Press(keys) => self.press(keys).await,
                Act::Silence(span) => self.silence(*span).await,
                Act::Hold(span) => {
                    self.note("holding a call isn't something that this caller can do; it is silent instead");
                    self.silence(*span).await
                }
                Act::Hangup => {
                    self.line.hang_up().await;
                    true
                }
            };
            if !came {
                let place = if *number > 0 { format!("line {number}: ") } else { String::new() };
                return Some(format!("{place}{act}"));
            }
        }
        None
    }

    async fn hear(&mut self, wanted: &Match) -> bool {
        loop {
            let came = if self.ear.is_some() { fits(wanted, &self.heard) } else { self.turns > 0 };
            if came {
                return true;
            }
            if !self.listen(self.line.now() + HEAR_MAX).await {
                return false;
            }
        }
    }

    async fn say(&mut self, text: &str) -> bool {
        if self.turns == 0 {
            // Nobody has to have spoken: then the caller begins.
            self.listen(self.line.now() + HEAR_MAX).await;
        }
        self.speak(text).await
    }

    async fn interrupt(&mut self, after: Millis, text: &str) -> bool {
        let Some(began) = self.line.speech(self.line.now() + HEAR_MAX).await else { return false };
        self.line.until(began + after).await;
        let spoke = self.speak(text).await;
        if let Some(after) = self.line.take_silenced() {
            (self.tell)(Reaction::FellSilent(after));
        }
        spoke
    }

    async fn speak(&mut self, text: &str) -> bool {
        let Some(line) = self.lines.next().filter(|_| self.line.over().is_none()) else { return false };
        let at = self.since_answer(self.line.now());
        (self.tell)(Reaction::Said { at, text: text.to_owned() });
        self.line.say(line.rate, &line.samples).await;
        self.acted();
        true
    }

    async fn press(&mut self, keys: &str) -> bool {
        if self.line.over().is_some() {
            return false;
        }
        let at = self.since_answer(self.line.now());
        (self.tell)(Reaction::Pressed { at, keys: keys.to_owned() });
        self.line.press(keys).await;
        self.acted();
        true
    }

    async fn silence(&mut self, span: Millis) -> bool {
        let end = self.line.now() + span;
        while self.line.over().is_none() && self.line.now() < end {
            self.listen(end).await;
        }
        true
    }

    fn acted(&mut self) {
        self.heard.clear();
        self.turns = 0;
    }

    /// One turn of the agent; false if there is none by `limit`.
    async fn listen(&mut self, limit: Millis) -> bool {
        let Some((began, ended)) = self.line.turn(limit).await else { return false };
        if let Some(wait) = self.line.take_wait() {
            self.waits.push(wait);
            (self.tell)(Reaction::Waited(wait));
        }
        let words = match &self.ear {
            Some(ear) => Some(ear.words(&self.tape.heard(began.since(AROUND), ended + AROUND)).await),
            None => None,
        };
        let at = self.since_answer(began);
        (self.tell)(Reaction::Heard { at, words: words.clone() });
        self.turns += 1;
        if let Some(words) = words {
            self.heard.push(' ');
            self.heard.push_str(&words);
            self.all_heard.push(words);
        }
        true
    }

    fn note(&mut self, text: &str) {
        (self.tell)(Reaction::Note(text.to_owned()));
    }

    fn since_answer(&self, at: Millis) -> Millis {
        at.since(self.answered)
    }

    /// Lets the agent say good-bye; hangs up if it doesn't.
    async fn end(mut self, missed: Option<String>) -> Played {
        if missed.is_none() {
            let limit = self.line.now() + END_MAX;
            while self.line.over().is_none() && self.line.now() < limit {
                self.listen(limit).await;
            }
        }
        if self.line.over().is_none() {
            self.line.hang_up().await;
        }
        let none =
            Over { at: self.line.now(), by: Party::Network, reason: "no answer to the hang-up".to_owned() };
        let over = self.line.over().cloned().unwrap_or(none);
        Played {
            waits: self.waits,
            heard: self.all_heard,
            missed,
            ended_by: match over.by {
                // The party at the other end of a line that was dialed.
                Party::Caller => "agent",
                Party::Us => "caller",
                Party::Network => "network",
            },
            reason: over.reason,
            lasted: over.at.since(self.answered),
        }
    }
}
