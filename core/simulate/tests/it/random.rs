//! Random callers on random workflows, with random faults and random policies. Whatever they do, the promises of the engine hold.

use crate::kit::{policies, workflow};
use crate::law::lawful;
use closare_call::{Event, TransferOutcome};
use closare_policy::{Facts, Verdict};
use closare_simulate::{
    Act, Fault, Faults, How, Judge, Often, Scenario, Talk, Words, World, longest_silence, setup, transcript,
};
use closare_terms::{Millis, Point};
use proptest::prelude::*;
use std::fmt::Write;

/// Steps that a hostile file may hold in any number and order. Each ends well by itself.
const STEPS: [&str; 14] = [
    "say: \"Here is something that you should know, and it takes a while to say.\"",
    "say: {say: \"This must be heard out.\", barge_in: no}",
    "consent: {for: recording}",
    "ask: {say: \"What is it about?\", as: topic}",
    "collect: {day: {type: date, ask: \"Which day?\"}, name: {type: name, ask: \"Your name?\", confirm: always}}",
    "collect: {pin: {type: digits, length: 4, secret: yes, listen: {keys: only}, ask: \"Please key in your PIN.\"}}",
    "extract: {intents: {book: [I'd like an appointment, can I come in, book me], bill: [my bill is wrong, I have a bill, about my invoice]}, fields: {who: {type: name, ask: \"Who is calling?\"}}}",
    "converse: {goal: Find out what it is., turns: 3, exits: {done: {about: it is clear, do: [{say: \"All right.\"}]}}, failed: [{say: \"Let us go on.\"}]}",
    "transfer: {to: \"+442079460000\", ring: 10s, say: \"I'm connecting you.\", busy: [{say: \"Busy.\"}], no_answer: [{say: \"Nobody is there.\"}], declined: [{say: \"Not now.\"}], failed: [{say: \"It failed.\"}]}",
    "summarize",
    "record: \"off\"",
    "record: \"on\"",
    "wait: 2s",
    "decide: [{when: turns > 2, do: [{say: \"You have said much.\"}]}, {else: [{say: \"You have said little.\"}]}]",
];
/// The step that the check refuses where no consent was asked for.
const RECORD: usize = 11;
const WAIT: usize = 12;

const SAID: [&str; 15] = [
    "I'd like an appointment",
    "my bill is wrong",
    "yes",
    "no",
    "no, Wednesday",
    "Ann Reed",
    "next Friday",
    "are you a robot",
    "let me talk to a person",
    "please stop recording",
    "could you say that again",
    "well I don't know what to tell you about any of this",
    "goodbye",
    "uh",
    "",
];

fn file(steps: &[usize], recording: bool, contact: bool, chain: bool) -> String {
    let vendors = match chain {
        true => "use: {llm: [openai, second], tts: [openai, offline-tts], stt: [openai, offline-stt]}",
        false => "use: {llm: openai}",
    };
    let mut text = format!("closare: 1\nname: random\nlanguages: [en]\n{vendors}\n");
    if recording {
        text.push_str("data: {recording: with_consent}\n");
    }
    if contact {
        text.push_str("contacts: {desk: {to: \"+442079460001\", ring: 10s}}\n");
    }
    text.push_str("steps:\n  - disclose\n");
    if recording || steps.contains(&RECORD) {
        text.push_str("  - consent: {for: recording}\n");
    }
    for step in steps {
        let _ = writeln!(text, "  - {}", STEPS[*step]);
    }
    text.push_str("  - hangup: \"Good-bye.\"\n");
    text
}

fn act() -> impl Strategy<Value = Act> {
    let words = || (0..SAID.len()).prop_map(|which| Words { text: SAID[which].to_owned(), means: None });
    prop_oneof![
        5 => words().prop_map(Act::Say),
        4 => (0u64..4_000, words()).prop_map(|(after, words)| Act::Interrupt { after: Millis(after), words }),
        3 => "[0-9*#]{1,5}".prop_map(Act::Press),
        2 => (0u64..15_000).prop_map(|span| Act::Silence(Millis(span))),
        1 => (0u64..30_000).prop_map(|span| Act::Hold(Millis(span))),
        1 => Just(Act::Hangup),
    ]
}

fn fault() -> impl Strategy<Value = Option<Fault>> {
    let how = prop_oneof![Just(How::Fails), Just(How::TimesOut)];
    let often = prop_oneof![Just(Often::Always), (1u32..4).prop_map(Often::First)];
    let plugin = prop_oneof![Just(None), Just(Some("openai".to_owned()))];
    let fault = (how, often, plugin).prop_map(|(how, often, plugin)| Fault { how, often, plugin });
    prop_oneof![3 => Just(None), 1 => fault.prop_map(Some)]
}

fn faults() -> impl Strategy<Value = Faults> {
    (fault(), fault(), fault()).prop_map(|(stt, llm, tts)| Faults { stt, llm, tts })
}

fn transfers() -> impl Strategy<Value = Vec<TransferOutcome>> {
    use TransferOutcome::{Busy, Declined, Done, Failed, NoAnswer};
    let one = prop_oneof![Just(Done), Just(Busy), Just(NoAnswer), Just(Declined), Just(Failed)];
    proptest::collection::vec(one, 0..4)
}

/// The shipped policies; with `strict` other than 0, a stricter word now and then.
fn judge(strict: u64) -> Judge {
    let policies = policies();
    let mut draw = strict;
    Box::new(move |point: Point, facts: &Facts| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match (strict, draw >> 60) {
            (0, _) | (_, 4..) => policies.ask(point, facts).verdict,
            (_, 0 | 1) => Verdict::deny("by chance"),
            (_, _) => Verdict::First { duty: "consent:vendor".to_owned() },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every call ends, by itself and in time, and is lawful all along.
    #[test]
    fn any_caller_on_any_workflow(
        steps in proptest::collection::vec(0..STEPS.len(), 0..7),
        (recording, contact, chain) in any::<(bool, bool, bool)>(),
        talk in proptest::collection::vec(act(), 0..14),
        faults in faults(),
        transfers in transfers(),
        strict in prop_oneof![3 => Just(0u64), 1 => any::<u64>()],
        seed in any::<u64>(),
        lost in proptest::option::of(0u64..8_000),
        stop in prop_oneof![4 => Just(None), 1 => (0u64..60_000).prop_map(Some)],
    ) {
        let text = file(&steps, recording, contact, chain);
        let workflow = workflow(&text);
        let scenario = Scenario { seed, ..Scenario::default() };
        let until = workflow.limits.call + Millis(120_000);
        let mut world = World::new(workflow.clone(), setup(&scenario, &workflow), judge(strict))
            .with_talk(Talk::from(talk))
            .with_faults(faults.clone())
            .with_transfers(transfers);
        if let Some(at) = lost {
            world.lose_at(Millis(at));
        }
        if let Some(at) = stop {
            world.tell_at(Millis(at), Event::Stop);
        }
        let closed = world.run(until);
        let told = || format!("{text}\n{}", transcript(&world.log));
        prop_assert!(closed, "the call has not ended\n{}", told());
        if let Err(error) = lawful(&world.log) {
            prop_assert!(false, "{error}\n{}", told());
        }
        // Where nothing is broken and nobody forbids anything, a caller never waits in silence for longer than the file says, and
        // the 2 s that a step leaves who has just kept silent to another one. A `wait` is the file's own.
        if strict == 0 && !steps.contains(&WAIT) && faults == Faults::default() && lost.is_none() {
            let silence = longest_silence(&world.log);
            prop_assert!(silence <= workflow.limits.silence + Millis(2_500), "{silence} of silence\n{}", told());
        }
    }
}
