use crate::Target;
use crate::dice::Dice;
use crate::phone_call::PhoneCall;
use crate::targets::workflow::catalog;
use closare_call::{Ending, Event};
use closare_terms::{Held, Kind, Millis, Role};
use closare_workflow::{Workflow, read};
use std::sync::{Arc, LazyLock};

pub const TARGET: Target = Target { name: "call", check, cases: 450, length_max: 600 };

/// What plugins tell in a call, in any order, with times, numbers and words as bad as they come; the caller and the pacer do
/// what they do. `PhoneCall` says what must hold.
fn check(bytes: &[u8]) {
    let mut dice = Dice::new(bytes);
    let mut call = PhoneCall::new(WORKFLOW.clone(), dice.number());
    call.offered();
    while !dice.is_empty() && !call.is_over() {
        match dice.byte() % 16 {
            0 | 1 => call.wait(dice.number().min(10_000)),
            2..=4 => call.play_on(),
            5 => call.speak(&dice.text(&SAID)),
            6 => call.restore(),
            _ => {
                let event = plugin_tells(&mut dice, &call);
                call.happen(event);
            }
        }
    }
    call.ends();
}

fn plugin_tells(dice: &mut Dice<'_>, call: &PhoneCall) -> Event {
    let number = |dice: &mut Dice<'_>, known: Option<u32>| match dice.byte() {
        0..=199 => known.unwrap_or(0),
        _ => dice.number() as u32,
    };
    match dice.byte() % 13 {
        0 => Event::Interim { text: Held::new(Kind::Transcript, dice.text(&SAID)) },
        1 | 2 => Event::Final {
            text: Held::new(Kind::Transcript, dice.text(&SAID)),
            starts: Millis(dice.number()),
            ends: Millis(dice.number()),
            confidence: dice.byte().is_multiple_of(2).then(|| dice.sure()),
        },
        3 => Event::TurnEnded { sure: dice.sure() },
        4 => Event::FirstAudio { utterance: number(dice, call.utterance()) },
        5 => Event::Spoken {
            utterance: number(dice, call.utterance()),
            chars: dice.number() as u32,
            ends: Millis(dice.number()),
        },
        6 => Event::Voiced { utterance: number(dice, call.utterance()), length: Millis(dice.number()) },
        7 => Event::Token {
            job: number(dice, call.job()),
            text: Held::new(Kind::Transcript, dice.text(&SAID)),
        },
        8 => Event::Invoked {
            job: number(dice, call.job()),
            id: dice.text(&["1"]),
            name: dice.text(&["exit_done", "exit_", "book"]),
            arguments: Held::new(Kind::Field, dice.text(&JSON)),
        },
        9 | 10 => Event::Found {
            job: number(dice, call.job()),
            intent: dice.byte().is_multiple_of(2).then(|| (dice.text(&["book", "talk", "?"]), dice.sure())),
            fields: (0..dice.byte() % 4)
                .map(|_| {
                    let name = dice.text(&["name", "day", "sure", "count", "?"]);
                    (name, Held::new(Kind::Field, dice.text(&JSON)), dice.sure())
                })
                .collect(),
        },
        11 => {
            let job = number(dice, call.job());
            let endings = [Ending::Complete, Ending::Cut, Ending::Refused, Ending::Tools];
            if dice.byte() < 230 {
                Event::JobDone { job, ending: dice.one_of(&endings) }
            } else {
                Event::JobFailed { job }
            }
        }
        _ => Event::VendorFailed {
            role: dice.one_of(&[Role::SpeechToText, Role::TextToSpeech, Role::LanguageModel]),
            index: dice.number() as usize,
            reason: dice.text(&["unavailable"]),
        },
    }
}

const SAID: [&str; 12] = [
    "I'd like an appointment",
    "I have a question",
    "yes",
    "no wait yes no",
    "Ann Reed",
    "next Friday",
    "are you a robot",
    "let me talk to a person",
    "stop recording",
    "seven",
    "my card is 4111 1111 1111 1111",
    "ja, am dritten",
];

const JSON: [&str; 10] = [
    "\"Ann Reed\"",
    "\"2026-03-06\"",
    "true",
    "{}",
    "1e999",
    "-9223372036854775809",
    "[[[[[[]]]]]]",
    "\"\\ud800\"",
    "{\"a\": nul",
    "\"0000-00-00\"",
];

static WORKFLOW: LazyLock<Arc<Workflow>> = LazyLock::new(|| {
    let reading = read(include_str!("call/workflow.yaml"), &catalog());
    Arc::new(reading.workflow.unwrap_or_else(|| panic!("{:?}", reading.findings)))
});
