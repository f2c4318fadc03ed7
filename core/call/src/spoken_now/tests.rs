use super::*;
use crate::Party;
use closare_terms::{Held, Kind};

/// What watchers are told on a call whose machine does what a test says.
struct Call {
    now: SpokenNow,
    at: Millis,
    has_turn: bool,
}

impl Call {
    /// A speech-to-text may hear. Only a policy's verdict makes the machine ask for one, so it stands in here.
    fn heard() -> Call {
        let mut call = Call::deaf();
        call.now.caller.hearing = Some(0);
        call
    }

    fn deaf() -> Call {
        Call { now: SpokenNow::default(), at: Millis::ZERO, has_turn: false }
    }

    /// An event 300 ms after the last, of which the machine makes no turn yet.
    fn event(&mut self, event: Event) -> Vec<(Speaker, String)> {
        self.now.event(&event, false);
        self.news()
    }

    fn news(&mut self) -> Vec<(Speaker, String)> {
        self.at += Millis(300);
        self.now.news(self.at, self.has_turn).collect()
    }

    /// As [`Effect::Say`], which needs a permit.
    fn say(&mut self, utterance: Utterance, voice: usize, text: &str) -> Vec<(Speaker, String)> {
        self.now.agent.say(utterance, voice, text);
        self.now.look_again();
        self.news()
    }

    fn turn(&mut self, speaker: Speaker) -> Vec<(Speaker, String)> {
        self.now.turn(speaker);
        self.news()
    }
}

fn interim(text: &str) -> Event {
    Event::Interim { text: Held::new(Kind::Transcript, text) }
}

fn last(text: &str) -> Event {
    let text = Held::new(Kind::Transcript, text);
    Event::Final { text, starts: Millis(0), ends: Millis(0), confidence: None }
}

fn played(utterance: Utterance) -> Event {
    Event::Played { utterance, played: Millis(900), complete: true }
}

fn caller(words: &str) -> Vec<(Speaker, String)> {
    vec![(Speaker::Caller, words.to_owned())]
}

fn agent(words: &str) -> Vec<(Speaker, String)> {
    vec![(Speaker::Agent, words.to_owned())]
}

#[test]
fn a_callers_words_grow_over_finals_until_the_turn() {
    let mut call = Call::heard();
    assert_eq!(call.event(interim("I'd")), caller("I'd"));
    assert_eq!(call.event(interim("I'd like")), caller("I'd like"));
    assert_eq!(call.event(last("I'd like an appointment,")), caller("I'd like an appointment,"));
    assert_eq!(call.event(interim("please")), caller("I'd like an appointment, please"));
    assert_eq!(call.event(last("please")), [], "it was told");
    // The turn comes of the event itself: its words are told once.
    call.now.event(&last("tomorrow"), false);
    assert_eq!(call.turn(Speaker::Caller), []);
    assert_eq!(call.event(interim("And")), caller("And"));
}

#[test]
fn watchers_are_not_flooded() {
    let mut now = Call::heard().now;
    let mut told = Vec::new();
    for n in 0..100 {
        now.event(&interim(&format!("word {n}")), false);
        told.extend(now.news(Millis(n * 20), true));
    }
    assert_eq!(told.len(), 8);
    // The newest comes with the next event, whatever that is.
    assert_eq!(now.news(Millis(2_200), true).collect::<Vec<_>>(), caller("word 99"));
    assert_eq!(now.news(Millis(9_000), true).count(), 0);
}

#[test]
fn what_was_noise_is_taken_back() {
    let heard = || {
        let mut call = Call::heard();
        call.has_turn = true;
        assert_eq!(call.event(interim("uh")), caller("uh"));
        call
    };
    assert_eq!(heard().event(last("")), caller(""));
    assert_eq!(heard().event(Event::Hold { on: true }), caller(""));
    assert_eq!(heard().event(Event::LegEnded { by: Party::Caller }), caller(""));
    let failed = |role, index| Event::VendorFailed { role, index, reason: String::new() };
    assert_eq!(heard().event(failed(Role::SpeechToText, 0)), caller(""));
    assert_eq!(heard().event(failed(Role::SpeechToText, 1)), [], "another one");
    assert_eq!(heard().event(failed(Role::TextToSpeech, 0)), []);
    assert_eq!(Call::heard().event(last("")), [], "nothing was told");
    // Its final never came, and the machine waits no longer.
    let mut call = heard();
    call.has_turn = false;
    assert_eq!(call.event(Event::Woke), caller(""));
}

#[test]
fn nothing_is_told_that_no_speech_to_text_may_hear() {
    assert_eq!(Call::deaf().event(interim("I'd like")), []);
    let mut call = Call::heard();
    assert_eq!(call.event(last("I'd like")), caller("I'd like"));
    // A policy says no from here on. What the vendor had under way comes all the same.
    call.now.effect(&Effect::Deafen);
    assert_eq!(call.event(interim("a taxi")), caller(""));
    assert_eq!(call.event(last("a taxi")), []);
}

#[test]
fn a_turn_that_may_hold_a_secret_is_not_told() {
    let mut call = Call::heard();
    assert_eq!(call.event(interim("it's")), caller("it's"));
    call.now.event(&interim("it's 47"), true);
    assert_eq!(call.news(), caller(""));
    // The step is over by then, the turn is not.
    assert_eq!(call.event(interim("it's 4711")), []);
    assert_eq!(call.event(last("it's 4711")), []);
    assert_eq!(call.turn(Speaker::Caller), []);
    assert_eq!(call.event(interim("Thanks")), caller("Thanks"));
}

#[test]
fn a_number_that_may_become_a_card_is_hidden_over_finals() {
    let mut call = Call::heard();
    assert_eq!(call.event(last("4111 11")), caller("4111 11"));
    assert_eq!(call.event(interim("11")), caller("••••"));
}

#[test]
fn the_agents_words_come_when_they_are_played() {
    let mut call = Call::deaf();
    assert_eq!(call.say(1, 0, "Hello."), []);
    assert_eq!(call.say(2, 0, "What can I do for you?"), []);
    assert_eq!(call.event(Event::Playing { utterance: 1 }), agent("Hello."));
    assert_eq!(call.say(1, 0, " I am an AI. "), agent("Hello. I am an AI."));
    assert_eq!(call.say(1, 0, ""), []);
    call.now.event(&played(1), false);
    assert_eq!(call.turn(Speaker::Agent), []);
    assert_eq!(call.event(Event::Playing { utterance: 2 }), agent("What can I do for you?"));
    // The turn of an utterance that no voice may say ends the line; this one goes on.
    assert_eq!(call.turn(Speaker::Agent), agent("What can I do for you?"));
    // Silence of which no turn is made.
    assert_eq!(call.event(played(2)), agent(""));
}

#[test]
fn what_is_cut_off_stays_until_its_turn_says_how_much_was_heard() {
    let mut call = Call::deaf();
    call.say(1, 0, "I can offer you Tuesday.");
    call.event(Event::Playing { utterance: 1 });
    call.now.effect(&Effect::StopSpeaking { up_to: 1 });
    assert_eq!(call.news(), []);
    // At the call's end the turn is told without a word from the pacer.
    assert_eq!(call.turn(Speaker::Agent), []);
}

#[test]
fn another_voice_says_it_from_its_begin() {
    let mut call = Call::deaf();
    call.say(1, 0, "Good morning.");
    assert_eq!(call.event(Event::Playing { utterance: 1 }), agent("Good morning."));
    assert_eq!(call.say(1, 1, "Good morning."), []);
    assert_eq!(call.say(1, 1, "How are you?"), agent("Good morning. How are you?"));
    // A beep has no words.
    assert_eq!(call.event(Event::Playing { utterance: 2 }), []);
}
