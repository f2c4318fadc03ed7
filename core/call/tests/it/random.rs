//! Random events in a random order, and a naive model beside the machine that only counts what the law counts.

use crate::ground::{setup, workflow};
use closare_call::{Call, Effect, Ending, Event, Party, TransferOutcome};
use closare_policy::{Policies, Verdict, eu_default};
use closare_terms::{Held, Kind, Millis, Point, Purpose, Role};
use closare_workflow::Workflow;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What happens next, as dice say it.
#[derive(Clone, Debug)]
enum Dice {
    Wait(u16),
    Voice(bool),
    Words(u8),
    Key(u8),
    /// The pacer and the voice do what they owe for the oldest utterance: begin it, end it, or cut it short.
    Play(u8),
    Model(u8),
    Fail(u8),
    Hold(bool),
    Transfer(u8),
    HangUp,
    Stop,
    Snapshot,
}

fn dice() -> impl Strategy<Value = Dice> {
    prop_oneof![
        6 => (0u16..4_000).prop_map(Dice::Wait),
        4 => any::<bool>().prop_map(Dice::Voice),
        4 => any::<u8>().prop_map(Dice::Words),
        2 => any::<u8>().prop_map(Dice::Key),
        10 => any::<u8>().prop_map(Dice::Play),
        6 => any::<u8>().prop_map(Dice::Model),
        1 => any::<u8>().prop_map(Dice::Fail),
        1 => any::<bool>().prop_map(Dice::Hold),
        1 => any::<u8>().prop_map(Dice::Transfer),
        1 => Just(Dice::Snapshot),
    ]
}

const SAID: [&str; 12] = [
    "I'd like an appointment",
    "I have a question",
    "yes",
    "no wait yes no",
    "Ann Reed",
    "next Friday",
    "yesterday",
    "are you a robot",
    "let me talk to a person",
    "stop recording",
    "",
    "my card is 4111 1111 1111 1111",
];

struct World {
    call: Call,
    /// The same call, restored from a snapshot: whatever happens, both must ask for the same.
    twin: Option<Call>,
    workflow: Arc<Workflow>,
    now: Millis,
    policies: Policies,
    /// Every so many verdicts, a deny.
    deny_every: u32,
    asked: u32,
    allowed: BTreeSet<u64>,
    /// Utterances at the pacer, in order: number, and whether it has begun.
    playing: Vec<(u32, bool)>,
    jobs: Vec<u32>,
    disclosed: bool,
    recording_consented: bool,
    recording: bool,
    closed: bool,
}

impl World {
    fn new(seed: u64, deny_every: u32) -> World {
        let workflow = workflow();
        let call = Call::new(workflow.clone(), setup(seed));
        World {
            call,
            twin: None,
            workflow,
            now: Millis::ZERO,
            policies: Policies::new(vec![eu_default()]),
            deny_every,
            asked: 0,
            allowed: BTreeSet::new(),
            playing: Vec::new(),
            jobs: Vec::new(),
            disclosed: false,
            recording_consented: false,
            recording: false,
            closed: false,
        }
    }

    fn happen(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let mut effects = Vec::new();
            self.call.handle(self.now, event.clone(), &mut effects);
            if let Some(twin) = &mut self.twin {
                let mut same = Vec::new();
                twin.handle(self.now, event, &mut same);
                assert_eq!(told(&same), told(&effects), "a restored call does something else");
            }
            let mut answers: Vec<Event> =
                effects.into_iter().filter_map(|effect| self.carry_out(effect)).collect();
            answers.reverse();
            events.extend(answers);
        }
        let waits = self.call.is_closed() || self.call.wake().is_some();
        assert!(
            waits,
            "it waits without a deadline: {}",
            serde_json::to_value(self.call.snapshot()).unwrap()["phase"]
        );
        assert_eq!(self.call.is_closed(), self.closed);
    }

    /// The naive model: what the law counts.
    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        assert!(!self.closed, "nothing comes after the end");
        self.check_permit(&effect);
        match effect {
            Effect::Ask { ask, point, facts } => {
                let ruling = self.policies.ask(point, &facts);
                self.asked += 1;
                let denied = self.deny_every > 0
                    && self.asked.is_multiple_of(self.deny_every)
                    && point != Point::Answer;
                let verdict =
                    if denied { Verdict::Deny { reason: "by chance".to_owned() } } else { ruling.verdict };
                if matches!(verdict, Verdict::Allow | Verdict::Redact { .. }) {
                    self.allowed.insert(u64::from(ask));
                }
                return Some(Event::Verdict { ask, verdict });
            }
            Effect::Accept { .. } => return Some(Event::Answered),
            Effect::Hangup { .. } => return Some(Event::LegEnded { by: Party::Us }),
            Effect::Say { utterance, text, .. } => {
                // Until it was heard out, nothing but the disclosure itself may be said, however often.
                let told = text.words().contains("an AI") || text.words().is_empty();
                assert!(self.disclosed || told, "words before the disclosure was heard out");
                if !self.playing.iter().any(|(known, _)| *known == utterance) {
                    self.playing.push((utterance, false));
                }
            }
            Effect::Beep { utterance } => {
                assert!(self.disclosed, "a tone before the disclosure");
                self.playing.push((utterance, false));
            }
            Effect::StopSpeaking { up_to } => {
                let stopped: Vec<u32> =
                    self.playing.iter().map(|(known, _)| *known).filter(|known| *known <= up_to).collect();
                self.playing.retain(|(known, _)| *known > up_to);
                // The pacer tells of the first now; the machine must cope with the others' silence, too.
                return stopped.first().map(|utterance| Event::Played {
                    utterance: *utterance,
                    played: Millis(300),
                    complete: false,
                });
            }
            Effect::Disclosed { .. } => self.disclosed = true,
            Effect::Generate { job, .. } => self.jobs.push(job),
            Effect::Cancel { job, .. } => self.jobs.retain(|known| *known != job),
            Effect::Consented(record) if record.purpose == Purpose::Recording => {
                self.recording_consented = serde_json::to_value(record.answer).unwrap() == "granted";
            }
            Effect::Record { purpose, .. } => {
                let voicemail = serde_json::to_value(purpose).unwrap() == "voicemail";
                assert!(self.recording_consented || voicemail, "recorded without a consent");
                self.recording = true;
            }
            Effect::StopRecording => self.recording = false,
            Effect::Closed { .. } => {
                assert!(!self.recording, "closed with an open recorder");
                self.closed = true;
            }
            Effect::Turn(turn) => {
                assert!(!turn.heard.words().contains("4111"), "a card number in the transcript")
            }
            _ => {}
        }
        None
    }

    fn check_permit(&self, effect: &Effect) {
        let json = serde_json::to_value(effect).unwrap();
        let Some(permit) =
            json.as_object().and_then(|map| map.values().next()).and_then(|inner| inner.get("permit"))
        else {
            return;
        };
        let ask = permit["ask"].as_u64().unwrap();
        assert!(self.allowed.contains(&ask), "a permit that no verdict gave: {permit}");
    }

    fn roll(&mut self, dice: &Dice) {
        let text = |kind, words: &str| Held::new(kind, words);
        match dice {
            Dice::Wait(span) => self.wait(Millis(u64::from(*span))),
            Dice::Voice(true) => self.happen(Event::VoiceStarted { at: self.now }),
            Dice::Voice(false) => self.happen(Event::VoiceEnded { at: self.now - Millis(200) }),
            Dice::Words(which) => {
                let words = SAID[usize::from(*which) % SAID.len()];
                self.happen(Event::VoiceStarted { at: self.now });
                self.wait(Millis(700));
                self.happen(Event::VoiceEnded { at: self.now - Millis(200) });
                self.happen(Event::Final {
                    text: text(Kind::Transcript, words),
                    starts: self.now - Millis(900),
                    ends: self.now - Millis(200),
                    confidence: Some(f32::from(which % 10) / 10.0),
                });
            }
            Dice::Key(which) => {
                let key = b"0123456789*#"[usize::from(*which) % 12];
                self.happen(Event::Key { key: text(Kind::Digits, &char::from(key).to_string()) });
            }
            Dice::Play(how) => self.play(*how),
            Dice::Model(how) => self.model(*how),
            Dice::Fail(which) => {
                let role =
                    [Role::SpeechToText, Role::TextToSpeech, Role::LanguageModel][usize::from(*which) % 3];
                self.happen(Event::VendorFailed {
                    role,
                    index: usize::from(which / 3) % 2,
                    reason: "chance".to_owned(),
                });
            }
            Dice::Hold(on) => self.happen(Event::Hold { on: *on }),
            Dice::Transfer(which) => {
                let outcomes = [
                    TransferOutcome::Trying,
                    TransferOutcome::Busy,
                    TransferOutcome::Done,
                    TransferOutcome::Failed,
                ];
                self.happen(Event::Transfer { outcome: outcomes[usize::from(*which) % 4] });
            }
            Dice::HangUp => self.happen(Event::LegEnded { by: Party::Caller }),
            Dice::Stop => self.happen(Event::Stop),
            Dice::Snapshot => self.restore(),
        }
    }

    fn play(&mut self, how: u8) {
        let Some((utterance, begun)) = self.playing.first().copied() else { return };
        if !begun {
            self.playing[0].1 = true;
            self.happen(Event::FirstAudio { utterance });
            self.happen(Event::Spoken { utterance, chars: 5, ends: Millis(300) });
            self.happen(Event::Voiced { utterance, length: Millis(1_500) });
            self.happen(Event::Playing { utterance });
        } else {
            self.playing.remove(0);
            let complete = how % 8 != 0;
            let played = if complete { Millis(1_500) } else { Millis(400) };
            self.now += Millis(500);
            self.happen(Event::Played { utterance, played, complete });
        }
    }

    fn model(&mut self, how: u8) {
        let Some(job) = self.jobs.first().copied() else { return };
        match how % 6 {
            0 => {
                let intent = Some(("book".to_owned(), 0.9));
                let name = ("name".to_owned(), Held::new(Kind::Field, "\"Ann Reed\""), 0.9);
                self.happen(Event::Found { job, intent, fields: vec![name] });
                self.done(job);
            }
            1 => {
                self.happen(Event::Found { job, intent: Some(("talk".to_owned(), 0.9)), fields: Vec::new() });
                self.done(job);
            }
            2 => {
                for token in ["Well", ", that ", "is a good", " question. ", "Let me", " see"] {
                    self.happen(Event::Token { job, text: Held::new(Kind::Transcript, token) });
                }
            }
            3 => {
                let (id, name) = ("1".to_owned(), "exit_done".to_owned());
                self.happen(Event::Invoked { job, id, name, arguments: Held::new(Kind::Field, "{}") });
                self.done(job);
            }
            4 => {
                self.jobs.retain(|known| *known != job);
                self.happen(Event::JobFailed { job });
            }
            _ => self.done(job),
        }
    }

    fn done(&mut self, job: u32) {
        self.jobs.retain(|known| *known != job);
        self.happen(Event::JobDone { job, ending: Ending::Complete });
    }

    /// Time goes by; the machine is woken whenever it wants to be.
    fn wait(&mut self, span: Millis) {
        let until = self.now + span;
        while let Some((at, _)) = self.call.wake().filter(|(at, _)| *at <= until) {
            self.now = self.now.max(at);
            self.happen(Event::Woke);
        }
        self.now = until;
    }

    /// The call goes on in another process, beside this one.
    fn restore(&mut self) {
        let stored = serde_json::to_string(&self.call.snapshot()).unwrap();
        let restored = Call::restore(self.workflow.clone(), serde_json::from_str(&stored).unwrap()).unwrap();
        assert_eq!(serde_json::to_string(&restored.snapshot()).unwrap(), stored);
        self.twin = Some(restored);
    }
}

/// Everything in these effects, the words included.
fn told(effects: &[Effect]) -> Vec<(String, Vec<String>)> {
    let words = |effect: &Effect| effect.contents().iter().map(|held| held.words().to_owned()).collect();
    effects.iter().map(|effect| (serde_json::to_string(effect).unwrap(), words(effect))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// It never panics, never waits without a deadline, says nothing before the disclosure, feeds no sink without a permit,
    /// records nothing without a consent, and always ends.
    #[test]
    fn any_order_of_events(
        seed in any::<u64>(),
        deny_every in prop_oneof![3 => Just(0u32), 1 => 2u32..9],
        rolls in proptest::collection::vec(dice(), 0..120),
        end in prop_oneof![6 => Just(None), 2 => Just(Some(Dice::HangUp)), 2 => Just(Some(Dice::Stop))],
    ) {
        let mut world = World::new(seed, deny_every);
        world.happen(Event::Offered);
        for roll in rolls.iter().chain(&end) {
            if world.closed {
                break;
            }
            world.roll(roll);
        }
        // Nobody does anything any more: the limits of the call end it.
        let limit = world.now + world.workflow.limits.call + Millis::from_secs(120);
        while !world.closed && world.now < limit {
            world.wait(Millis::from_secs(5));
        }
        prop_assert!(world.closed, "the call has not ended");
    }
}
