use crate::server::{answered, chunk, effect, ended, opening};
use closare_plugin::network::{Body, Effect};
use closare_plugin::speech_to_text::{Listening, Output};
use closare_plugin::{AudioFormat, Failure, Millis, SpeechToText};
use openai::Hearing;

fn open() -> Hearing {
    let what = Listening {
        languages: vec!["de-AT".into()],
        hints: vec!["Huber".into(), "Meier".into()],
        end_after: None,
    };
    Hearing::open(opening("{}"), AudioFormat::pcm(16_000), what).unwrap().0
}

/// Plays frames of 20 ms, of a tone of this height or of silence; gives the time after it.
fn play(session: &mut Hearing, from: Millis, ms: Millis, height: i16) -> Millis {
    for at in (from..from + ms).step_by(20) {
        let frame = (0..320)
            .flat_map(|i| (((i as f32 * 0.3).sin() * f32::from(height)) as i16).to_le_bytes())
            .collect();
        assert_eq!(session.audio(at + 20, frame), []);
    }
    from + ms
}

fn told(outputs: &[Output]) -> String {
    let line = |output: &Output| match output {
        Output::Final(heard) => format!("final {:?} {}-{}", heard.text, heard.starts, heard.ends),
        Output::Used(usage) => format!("used {:?} {}", usage.unit, usage.amount),
        Output::Net(Effect::Ask(request)) => format!("ask {} {}", request.ticket, request.url),
        Output::Net(net) => effect(net),
        other => format!("{other:?}"),
    };
    outputs.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_turn_is_a_file_without_the_silence_before_it() {
    let mut session = open();
    let at = play(&mut session, 0, 5000, 0);
    let at = play(&mut session, at, 1000, 3000);
    let at = play(&mut session, at, 500, 0);
    let outputs = session.flush(at);
    insta::assert_snapshot!(told(&outputs), @r#"
    ask 1 https://api.openai.com/v1/audio/transcriptions
    used Unit::AudioMs 1900
    used Unit::Requests 1
    "#);
    let Output::Net(Effect::Ask(request)) = &outputs[0] else { panic!("expected a request") };
    let Body::Whole(body) = &request.body else { panic!("expected a body") };
    let text = String::from_utf8_lossy(&body[..700]).replace('\r', "");
    insta::assert_snapshot!(text.split("RIFF").next().unwrap(), @r#"
    --closare-0000000000000007
    Content-Disposition: form-data; name="model"

    gpt-4o-mini-transcribe
    --closare-0000000000000007
    Content-Disposition: form-data; name="response_format"

    json
    --closare-0000000000000007
    Content-Disposition: form-data; name="language"

    de
    --closare-0000000000000007
    Content-Disposition: form-data; name="prompt"

    Huber, Meier
    --closare-0000000000000007
    Content-Disposition: form-data; name="file"; filename="turn.wav"
    Content-Type: audio/wav
    "#);
    let file = body.windows(4).position(|four| four == b"RIFF").unwrap();
    let samples = u32::from_le_bytes(body[file + 40..file + 44].try_into().unwrap());
    // The silence before it that is kept, the tone, and the pause.
    assert_eq!(samples, (400 + 1000 + 500) * 32);
    assert!(body.ends_with(b"\r\n--closare-0000000000000007--\r\n"));
    assert_eq!(body.len() - (file + 44 + samples as usize), "\r\n--closare-0000000000000007--\r\n".len());

    session.network(at, answered(1, 200, &[]));
    session.network(at, chunk(1, r#"{"text": " Guten Tag. ","#));
    session.network(at, chunk(1, r#""usage": {"type": "duration"}}"#));
    assert_eq!(told(&session.network(at, ended(1))), "final \"Guten Tag.\" 4600-6500");
}

#[test]
fn silence_is_not_sent() {
    let mut session = open();
    let at = play(&mut session, 0, 3000, 20);
    insta::assert_snapshot!(told(&session.flush(at)), @r#"final "" 3000-3000"#);
}

#[test]
fn finals_come_in_the_order_of_speech() {
    let mut session = open();
    let mut at = 0;
    for _ in 0..2 {
        at = play(&mut session, at, 500, 3000);
        session.flush(at);
    }
    assert_eq!(session.flush(at), [], "nothing was said, and what was said before isn't known yet");
    for ticket in [2, 1] {
        session.network(at, answered(ticket, 200, &[]));
        session.network(at, chunk(ticket, format!(r#"{{"text":"{ticket}"}}"#)));
    }
    assert_eq!(session.network(at, ended(2)), []);
    insta::assert_snapshot!(told(&session.network(at, ended(1))), @r#"
    final "1" 0-500
    final "2" 500-1000
    final "" 1000-1000
    "#);
}

#[test]
fn a_refusal_ends_the_session() {
    let mut session = open();
    let at = play(&mut session, 0, 500, 3000);
    session.flush(at);
    session.network(at, answered(1, 401, &[]));
    assert_eq!(session.network(at, ended(1)), [Output::Failed(Failure::Unauthorized)]);
}

#[test]
fn other_audio_is_refused() {
    let what = Listening { languages: vec![], hints: vec![], end_after: None };
    let refused = Hearing::open(opening("{}"), AudioFormat::pcm(8000), what);
    assert!(matches!(refused, Err(Failure::Unsupported(_))));
}
