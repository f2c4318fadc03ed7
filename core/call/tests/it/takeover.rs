//! A vendor that dies at its work: the next begins it anew.

use crate::heard::Heard;
use closare_call::{Effect, Ending, Event, Party, Reason, Speaker};
use closare_terms::{Held, Kind, Millis, Role};

const WORKFLOW: &str = r#"
closare: 1
name: line
languages: [en]
data: {transcript: always, summary: always}
steps:
  - disclose
  - summarize
  - ask: {say: "What happened?", as: story}
  - hangup: "Good-bye."
"#;

fn asked(effects: &[Effect]) -> Option<(u32, usize)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Generate { job, model, .. } => Some((*job, *model)),
        _ => None,
    })
}

#[test]
fn a_summary_that_broke_off_is_begun_again() {
    let mut heard = Heard::new(WORKFLOW);
    heard.happen(Event::Offered);
    heard.says("There is water in the kitchen.");
    let (job, first) = asked(&heard.happen(Event::LegEnded { by: Party::Caller })).unwrap();
    let token = |words: &str| Event::Token { job, text: Held::new(Kind::Summary, words) };
    heard.happen(token("The caller tells of wa"));
    let (again, next) = asked(&heard.happen(Event::JobFailed { job })).unwrap();
    assert_eq!((job, first + 1), (again, next));
    heard.happen(token("Water in the kitchen."));
    let done = heard.happen(Event::JobDone { job, ending: Ending::Complete });
    let summaries = done.iter().filter_map(|effect| match effect {
        Effect::Summary { text, model, .. } => Some((text.words(), *model)),
        _ => None,
    });
    assert_eq!(summaries.collect::<Vec<_>>(), [("Water in the kitchen.", next)]);
}

/// Who is given this to say.
fn said(effects: &[Effect]) -> Option<(u32, usize)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Say { utterance, voice, .. } => Some((*utterance, *voice)),
        _ => None,
    })
}

#[test]
fn a_voice_that_goes_on_with_what_another_began_has_little_time_for_it() {
    let stalled = || {
        let mut heard = Heard::new(WORKFLOW);
        heard.happen(Event::Offered);
        heard.mute = true;
        let text = Held::new(Kind::Transcript, "There is water in the kitchen.");
        let answer =
            heard.happen(Event::Final { text, starts: heard.now, ends: heard.now, confidence: None });
        let (utterance, first) = said(&answer).unwrap();
        heard.happen(Event::FirstAudio { utterance });
        heard.happen(Event::Playing { utterance });
        let reason = "it stalled".to_owned();
        let failed = Event::VendorFailed { role: Role::TextToSpeech, index: first, reason };
        assert_eq!(said(&heard.happen(failed)), Some((utterance, first + 1)));
        (heard, utterance)
    };
    let due = |heard: &Heard| heard.call.wake().filter(|(_, reason)| *reason == Reason::SpeechDue);

    let (mut heard, _) = stalled();
    let (at, _) = due(&heard).unwrap();
    assert_eq!(at.since(heard.now), Millis(2_000));
    heard.now = at;
    heard.mute = false;
    let apology = heard.happen(Event::Woke);
    assert!(said(&apology).is_some(), "the last exit's words: {apology:?}");
    assert!(apology.iter().any(|effect| matches!(effect, Effect::Hangup { .. })), "{apology:?}");

    let (mut heard, utterance) = stalled();
    heard.happen(Event::FirstAudio { utterance });
    let left = due(&heard).map(|(at, _)| at.since(heard.now));
    assert!(left.is_none_or(|left| left > Millis(8_000)), "{left:?}");
}

/// A call whose caller has said something that speech-to-text owes the words of, and has hung up.
fn hung_up_owed(speaking: bool) -> (Heard, Vec<Effect>) {
    let mut heard = Heard::new(WORKFLOW);
    heard.happen(Event::Offered);
    heard.happen(Event::VoiceStarted { at: heard.now });
    let mut effects = Vec::new();
    if !speaking {
        effects.extend(heard.happen(Event::VoiceEnded { at: heard.now }));
    }
    effects.extend(heard.happen(Event::LegEnded { by: Party::Caller }));
    (heard, effects)
}

#[test]
fn words_that_are_owed_at_the_hang_up_are_waited_for() {
    for speaking in [false, true] {
        let (mut heard, effects) = hung_up_owed(speaking);
        let flushes = effects.iter().filter(|effect| matches!(effect, Effect::Flush)).count();
        assert_eq!((flushes, asked(&effects)), (1, None));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Deafen)));
        let text = Held::new(Kind::Transcript, "There is water in the kitchen.");
        let told = heard.happen(Event::Final { text, starts: heard.now, ends: heard.now, confidence: None });
        let turn = told.iter().find_map(|effect| match effect {
            Effect::Turn(turn) => Some(turn.heard.words()),
            _ => None,
        });
        assert_eq!(turn, Some("There is water in the kitchen."));
        assert!(asked(&told).is_some() && told.iter().any(|effect| matches!(effect, Effect::Deafen)));
    }
}

#[test]
fn words_that_never_come_hold_nothing_up() {
    let (mut heard, _) = hung_up_owed(false);
    let (at, reason) = heard.call.wake().unwrap();
    assert_eq!((at.since(heard.now), reason), (Millis(1_500), Reason::Closing));
    heard.now = at;
    assert!(asked(&heard.happen(Event::Woke)).is_some(), "a summary of what was said before");
    let (mut heard, _) = hung_up_owed(false);
    let reason = "it broke".to_owned();
    let failed = Event::VendorFailed { role: Role::SpeechToText, index: 0, reason };
    assert!(asked(&heard.happen(failed)).is_some());
}

/// From when on which ear is handed the caller's audio.
fn hears(effects: &[Effect]) -> Option<(usize, Millis)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Hear { stt, from, .. } => Some((*stt, *from)),
        _ => None,
    })
}

#[test]
fn the_next_ear_hears_the_turn_that_the_first_was_silent_about() {
    let mut heard = Heard::new(WORKFLOW);
    heard.happen(Event::Offered);
    let began = heard.now;
    heard.happen(Event::VoiceStarted { at: began });
    heard.now = began + Millis(1_500);
    heard.happen(Event::VoiceEnded { at: heard.now - Millis(200) });
    heard.now += Millis(500);
    heard.happen(Event::Woke);
    let (due, reason) = heard.call.wake().unwrap();
    assert_eq!(reason, Reason::FinalDue);
    // On a busy machine.
    heard.now = due + Millis(2_000);
    let effects = heard.happen(Event::Woke);
    let (next, from) = hears(&effects).unwrap();
    assert!(next == 1 && from <= began, "{from} of {began}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Flush)));
    let text = Held::new(Kind::Transcript, "There is water in the kitchen.");
    let told = heard.happen(Event::Final { text, starts: began, ends: began, confidence: None });
    let turns = told.iter().filter_map(|effect| match effect {
        Effect::Turn(turn) => Some((turn.started, turn.heard.words())),
        _ => None,
    });
    assert_eq!(turns.collect::<Vec<_>>()[0], (began, "There is water in the kitchen."));
}

#[test]
fn the_next_ear_is_not_handed_what_is_known() {
    let mut heard = Heard::new(WORKFLOW);
    heard.happen(Event::Offered);
    heard.happen(Event::VoiceStarted { at: heard.now });
    let ended = heard.now + Millis(700);
    heard.now = ended + Millis(200);
    heard.happen(Event::VoiceEnded { at: ended });
    let text = Held::new(Kind::Transcript, "There is water");
    heard.happen(Event::Final { text, starts: heard.now, ends: heard.now, confidence: None });
    let reason = "it broke".to_owned();
    let failed = Event::VendorFailed { role: Role::SpeechToText, index: 0, reason };
    let effects = heard.happen(failed);
    assert_eq!(hears(&effects), Some((1, ended)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Flush)));
}

#[test]
fn nor_a_turn_whose_final_came_before_it_was_asked_for() {
    let more = "  - ask: {say: \"Where?\", as: place}\n  - hangup";
    let mut heard = Heard::new(&WORKFLOW.replace("  - hangup", more));
    heard.happen(Event::Offered);
    heard.happen(Event::VoiceStarted { at: heard.now });
    let ended = heard.now + Millis(700);
    heard.now = ended + Millis(150);
    let text = Held::new(Kind::Transcript, "There is water in the kitchen.");
    heard.happen(Event::Final { text, starts: heard.now, ends: heard.now, confidence: None });
    heard.now = ended + Millis(200);
    heard.happen(Event::VoiceEnded { at: ended });
    let text = Held::new(Kind::Transcript, "");
    heard.happen(Event::Final { text, starts: heard.now, ends: heard.now, confidence: None });
    let mut effects = Vec::new();
    while !effects
        .iter()
        .any(|effect| matches!(effect, Effect::Turn(turn) if turn.speaker == Speaker::Caller))
    {
        heard.now = heard.call.wake().unwrap().0;
        effects = heard.happen(Event::Woke);
    }
    assert_eq!(heard.call.known_until(), ended);
    heard.now += Millis(300);
    let failed = Event::VendorFailed { role: Role::SpeechToText, index: 0, reason: "it broke".to_owned() };
    let effects = heard.happen(failed);
    assert_eq!(hears(&effects), Some((1, ended)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Flush)));
}
