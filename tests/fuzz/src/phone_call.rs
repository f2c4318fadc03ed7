//! A call in virtual time: the machine, with a policy, a pacer and a caller around it that do only what they must.
//!
//! After each event: nothing is said before the disclosure was heard out but the disclosure, a permit comes from a verdict, the
//! machine waits with a deadline or is closed, and nothing comes after the end.

use closare_call::{Call, Effect, Event, Party, Setup};
use closare_policy::{Policies, Verdict, eu_default};
use closare_simulate::Scenario;
use closare_terms::{Held, Kind, Millis};
use closare_workflow::Workflow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

pub struct PhoneCall {
    call: Call,
    workflow: Arc<Workflow>,
    now: Millis,
    allowed: BTreeSet<u64>,
    /// Utterances at the pacer in order, and whether each has begun.
    playing: Vec<(u32, bool)>,
    jobs: Vec<u32>,
    disclosed: bool,
    closed: bool,
}

impl PhoneCall {
    pub fn new(workflow: Arc<Workflow>, seed: u64) -> PhoneCall {
        PhoneCall {
            call: Call::new(workflow.clone(), setup(seed, &workflow)),
            workflow,
            now: Millis::ZERO,
            allowed: BTreeSet::new(),
            playing: Vec::new(),
            jobs: Vec::new(),
            disclosed: false,
            closed: false,
        }
    }

    pub fn is_over(&self) -> bool {
        self.closed
    }

    /// The one that is at the pacer.
    pub fn utterance(&self) -> Option<u32> {
        self.playing.first().map(|(utterance, _)| *utterance)
    }

    /// The oldest one that the model works at.
    pub fn job(&self) -> Option<u32> {
        self.jobs.first().copied()
    }

    pub fn offered(&mut self) {
        self.happen(Event::Offered);
    }

    pub fn hang_up(&mut self) {
        if !self.closed {
            self.happen(Event::LegEnded { by: Party::Caller });
        }
    }

    pub fn happen(&mut self, event: Event) {
        let mut events = vec![event];
        let mut answered = 0;
        while let Some(event) = events.pop() {
            answered += 1;
            assert!(answered < ANSWERS_MAX, "one event leads to others without an end");
            let mut effects = Vec::new();
            self.call.handle(self.now, event, &mut effects);
            let mut answers: Vec<Event> =
                effects.into_iter().filter_map(|effect| self.carry_out(effect)).collect();
            answers.reverse();
            events.extend(answers);
        }
        assert_eq!(self.call.is_closed(), self.closed);
        assert!(self.closed || self.call.wake().is_some(), "it waits without a deadline");
    }

    /// The caller says something; speech-to-text writes it down.
    pub fn speak(&mut self, words: &str) {
        self.happen(Event::VoiceStarted { at: self.now });
        self.wait(700);
        self.happen(Event::VoiceEnded { at: self.now - Millis(200) });
        self.happen(Event::Final {
            text: Held::new(Kind::Transcript, words),
            starts: self.now - Millis(900),
            ends: self.now - Millis(200),
            confidence: Some(0.9),
        });
    }

    /// What is at the pacer begins, or is played to its end.
    pub fn play_on(&mut self) {
        let Some((utterance, begun)) = self.playing.first().copied() else { return };
        if begun {
            self.playing.remove(0);
            self.now += Millis(500);
            self.happen(Event::Played { utterance, played: Millis(1_500), complete: true });
        } else {
            self.playing[0].1 = true;
            self.happen(Event::FirstAudio { utterance });
            self.happen(Event::Voiced { utterance, length: Millis(1_500) });
            self.happen(Event::Playing { utterance });
        }
    }

    pub fn wait(&mut self, span_ms: u64) {
        let until = self.now + Millis(span_ms);
        let mut woken = 0;
        while let Some((at, reason)) = self.call.wake().filter(|(at, _)| *at <= until) {
            woken += 1;
            assert!(woken < ANSWERS_MAX, "it wakes without an end: {reason:?}");
            self.now = self.now.max(at);
            self.happen(Event::Woke);
        }
        self.now = until;
    }

    /// The call goes on as another process would take it over.
    pub fn restore(&mut self) {
        let stored = serde_json::to_string(&self.call.snapshot()).expect("a snapshot is plain data");
        let snapshot = serde_json::from_str(&stored).unwrap_or_else(|error| panic!("{error}: {stored}"));
        let restored = Call::restore(self.workflow.clone(), snapshot).expect("it is this workflow's");
        let again = serde_json::to_string(&restored.snapshot()).expect("a snapshot is plain data");
        assert_eq!(again, stored, "a restored call is the same");
    }

    /// Nobody does anything any more: the call's own limits end it.
    pub fn ends(&mut self) {
        let limit = self.now + self.workflow.limits.call + Millis::from_secs(120);
        while !self.closed && self.now < limit {
            self.wait(5_000);
        }
        assert!(self.closed, "the call has not ended");
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        assert!(!self.closed, "nothing comes after the end");
        self.check_permit(&effect);
        match effect {
            Effect::Ask { ask, point, facts } => {
                let verdict = POLICIES.ask(point, &facts).verdict;
                if matches!(verdict, Verdict::Allow | Verdict::Redact { .. }) {
                    self.allowed.insert(u64::from(ask));
                }
                return Some(Event::Verdict { ask, verdict });
            }
            Effect::Accept { .. } => return Some(Event::Answered),
            Effect::Hangup { .. } => return Some(Event::LegEnded { by: Party::Us }),
            Effect::Say { utterance, text, .. } => {
                let told = ["an AI", "einer KI"].iter().any(|told| text.words().contains(told));
                let told = told || text.words().is_empty();
                assert!(
                    self.disclosed || told,
                    "words before the disclosure was heard out: {}",
                    text.words()
                );
                self.add(utterance);
            }
            Effect::Beep { utterance } => {
                assert!(self.disclosed, "a tone before the disclosure");
                self.add(utterance);
            }
            Effect::StopSpeaking { up_to } => {
                let stopped = self.playing.iter().map(|(known, _)| *known).find(|known| *known <= up_to);
                self.playing.retain(|(known, _)| *known > up_to);
                return stopped.map(|utterance| Event::Played {
                    utterance,
                    played: Millis(300),
                    complete: false,
                });
            }
            Effect::Disclosed { .. } => self.disclosed = true,
            Effect::Generate { job, .. } => self.jobs.push(job),
            Effect::Cancel { job, .. } => self.jobs.retain(|known| *known != job),
            Effect::Closed { .. } => self.closed = true,
            Effect::Turn(turn) => {
                let words = turn.heard.words();
                assert!(!has_card(words), "a card number in the transcript: {words}");
            }
            _ => {}
        }
        None
    }

    fn add(&mut self, utterance: u32) {
        if !self.playing.iter().any(|(known, _)| *known == utterance) {
            self.playing.push((utterance, false));
        }
    }

    fn check_permit(&self, effect: &Effect) {
        let json = serde_json::to_value(effect).expect("an effect is plain data");
        let inner = json.as_object().and_then(|map| map.values().next());
        if let Some(permit) = inner.and_then(|inner| inner.get("permit")) {
            let ask = permit["ask"].as_u64();
            assert!(
                ask.is_some_and(|ask| self.allowed.contains(&ask)),
                "a permit that no verdict gave: {permit}"
            );
        }
    }
}

/// The card that callers here have, as a number of its own.
fn has_card(words: &str) -> bool {
    const CARD: &str = "4111 1111 1111 1111";
    words.match_indices(CARD).any(|(at, _)| {
        let (before, after) = (&words[..at], &words[at + CARD.len()..]);
        !before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Far above what any event leads to.
const ANSWERS_MAX: usize = 2_000;

static POLICIES: LazyLock<Policies> = LazyLock::new(|| Policies::new(vec![eu_default()]));

fn setup(seed: u64, workflow: &Workflow) -> Setup {
    let from = Some("+447700900123".to_owned());
    closare_simulate::setup(&Scenario { seed, from, ..Scenario::default() }, workflow)
}
