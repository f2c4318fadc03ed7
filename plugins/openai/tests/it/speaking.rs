use crate::server::{answered, chunk, effect, ended, failed, opening};
use closare_plugin::network::{Event, Trouble};
use closare_plugin::text_to_speech::Output;
use closare_plugin::{AudioFormat, Said, TextToSpeech};
use openai::Speaking;

fn open() -> Speaking {
    let (session, format, outputs) =
        Speaking::open(opening("{}"), AudioFormat::pcm(8000), Some("nova".into())).unwrap();
    assert_eq!((format, outputs), (AudioFormat::pcm(24_000), vec![]));
    session
}

fn said(text: &str, pause_after: u32) -> Said {
    Said { text: text.into(), language: None, pace: None, pause_after }
}

fn told(outputs: &[Output]) -> String {
    let line = |output: &Output| match output {
        Output::Net(net) => effect(net),
        Output::Audio((utterance, bytes)) if bytes.len() < 20 => format!("{utterance} audio {bytes:?}"),
        Output::Audio((utterance, bytes)) => format!("{utterance} audio of {} bytes", bytes.len()),
        Output::Done(utterance) => format!("{utterance} done"),
        Output::Used(usage) => format!("used {:?} {}", usage.unit, usage.amount),
        Output::Failed((utterance, failure)) => format!("{utterance:?} failed {failure:?}"),
        other => format!("{other:?}"),
    };
    outputs.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn net(session: &mut Speaking, events: Vec<Event>) -> String {
    told(&events.into_iter().flat_map(|event| session.network(0, event)).collect::<Vec<_>>())
}

#[test]
fn clauses_are_spoken_in_order_two_are_asked_for() {
    let mut session = open();
    let mut outputs = session.say(0, 5, said("Good morning.", 100), false);
    outputs.extend(session.say(0, 5, said("How can I help?", 0), false));
    outputs.extend(session.say(0, 5, said("Please go on.", 0), false));
    outputs.extend(session.say(0, 5, said("", 0), true));
    insta::assert_snapshot!(told(&outputs), @r#"
    ask 1 POST https://api.openai.com/v1/audio/speech (key) {"model":"gpt-4o-mini-tts","voice":"nova","input":"Good morning.","response_format":"pcm","speed":1.0}
    used Unit::Characters 13
    used Unit::Requests 1
    ask 2 POST https://api.openai.com/v1/audio/speech (key) {"model":"gpt-4o-mini-tts","voice":"nova","input":"How can I help?","response_format":"pcm","speed":1.0}
    used Unit::Characters 15
    used Unit::Requests 1
    "#);
    let early = net(&mut session, vec![answered(2, 200, &[]), chunk(2, [9, 9]), ended(2)]);
    insta::assert_snapshot!(early, @r#"
    ask 3 POST https://api.openai.com/v1/audio/speech (key) {"model":"gpt-4o-mini-tts","voice":"nova","input":"Please go on.","response_format":"pcm","speed":1.0}
    used Unit::Characters 13
    used Unit::Requests 1
    "#);
    let first =
        net(&mut session, vec![answered(1, 200, &[]), chunk(1, [1, 2, 3]), chunk(1, [4, 5, 6, 7]), ended(1)]);
    insta::assert_snapshot!(first, @r#"
    5 audio [1, 2]
    5 audio [3, 4, 5, 6]
    5 audio of 4800 bytes
    5 audio [9, 9]
    "#);
    let last = net(&mut session, vec![answered(3, 200, &[]), chunk(3, [8, 8]), ended(3)]);
    insta::assert_snapshot!(last, @r#"
    5 audio [8, 8]
    5 done
    "#);
}

#[test]
fn a_cancelled_utterance_is_closed_and_the_next_one_is_asked_for() {
    let mut session = open();
    for utterance in [1, 2] {
        session.say(0, utterance, said("One.", 0), false);
        session.say(0, utterance, said("Two.", 0), true);
    }
    insta::assert_snapshot!(told(&session.cancel(0, 1)), @r#"
    close 1
    close 2
    ask 3 POST https://api.openai.com/v1/audio/speech (key) {"model":"gpt-4o-mini-tts","voice":"nova","input":"One.","response_format":"pcm","speed":1.0}
    used Unit::Characters 4
    used Unit::Requests 1
    ask 4 POST https://api.openai.com/v1/audio/speech (key) {"model":"gpt-4o-mini-tts","voice":"nova","input":"Two.","response_format":"pcm","speed":1.0}
    used Unit::Characters 4
    used Unit::Requests 1
    "#);
    assert_eq!(net(&mut session, vec![answered(1, 200, &[]), chunk(1, [1, 1])]), "");
}

#[test]
fn a_refusal_fails_the_utterance_and_what_was_asked_for_it() {
    let refused = |events: fn() -> Vec<Event>| {
        let mut session = open();
        session.say(0, 1, said("One.", 0), false);
        session.say(0, 1, said("Two.", 0), true);
        net(&mut session, events())
    };
    insta::assert_snapshot!(refused(|| vec![answered(1, 400, &[]), chunk(1, "no such voice"), ended(1)]), @r#"
    Some(1) failed Failure::Refused("status 400: no such voice")
    close 2
    "#);
    insta::assert_snapshot!(refused(|| vec![failed(1, Trouble::TimeOut)]), @r#"
    Some(1) failed Failure::Unavailable("no answer in time")
    close 2
    "#);
}
