//! The voice with its real model.

mod odd;

use closare_plugin::network::{Effect, Event};
use closare_plugin::text_to_speech::{Output, Spoken, TextToSpeech};
use closare_plugin::{AudioFormat, Failure, Opening, Said};
use offline_tts::Voice;

fn opening(language: &str) -> Opening {
    Opening { at: 0, wall: 0, seed: 1, options: "{}".into(), languages: vec![language.into()] }
}

fn voice() -> Voice {
    Voice::open(opening("en-US"), AudioFormat::pcm(16_000), None).unwrap().0
}

fn said(text: &str) -> Said {
    Said { text: text.into(), language: None, pace: None, pause_after: 0 }
}

#[derive(Default)]
struct Speech {
    samples: Vec<i16>,
    spoken: Vec<Spoken>,
    done: bool,
    calls: usize,
    /// In samples.
    longest_call: usize,
}

/// Says it all, turning the timer on as the host does.
fn say(voice: &mut Voice, what: Said) -> Speech {
    let mut speech = Speech::default();
    let mut outputs = voice.say(0, 7, what, true);
    loop {
        speech.calls += 1;
        let (mut woken, before) = (None, speech.samples.len());
        for output in outputs {
            match output {
                Output::Audio((7, bytes)) => {
                    speech.samples.extend(bytes.chunks(2).map(|b| i16::from_le_bytes([b[0], b[1]])))
                }
                Output::Spoken(word) => speech.spoken.push(word),
                Output::Done(7) => speech.done = true,
                Output::Net(Effect::Wake((ticket, 0))) => woken = Some(ticket),
                other => panic!("found {other:?}"),
            }
        }
        speech.longest_call = speech.longest_call.max(speech.samples.len() - before);
        let Some(ticket) = woken else { return speech };
        outputs = voice.network(0, Event::Woke(ticket));
    }
}

#[test]
fn a_clause_is_sound_with_its_words_in_place() {
    let speech = say(&mut voice(), said("Good morning, Ann. It is 10:30."));
    let ms = (speech.samples.len() * 10 / 221) as u32;
    assert!(speech.done && (1500..4500).contains(&ms), "{ms} ms");
    let words: Vec<&str> = speech.spoken.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["Good", "morning,", "Ann.", "It", "is", "10:30."]);
    assert!(speech.spoken.windows(2).all(|pair| pair[0].ends <= pair[1].starts), "{:?}", speech.spoken);
    assert!(
        speech.spoken.iter().all(|word| word.ends > word.starts + 20 && word.ends <= ms + 20),
        "{:?}",
        speech.spoken
    );
    let loud = speech.samples.iter().map(|s| s.unsigned_abs()).max().unwrap();
    assert!(loud > 3000, "{loud}");
}

#[test]
fn the_same_words_sound_the_same() {
    let first = say(&mut voice(), said("How can I help?"));
    let second = say(&mut voice(), said("How can I help?"));
    assert_eq!(first.samples, second.samples);
}

#[test]
fn pace_and_pause() {
    let own = say(&mut voice(), said("How can I help you today?"));
    let slow = say(&mut voice(), Said { pace: Some(0.7), ..said("How can I help you today?") });
    let paused = say(&mut voice(), Said { pause_after: 500, ..said("How can I help you today?") });
    assert!(slow.samples.len() > own.samples.len() * 12 / 10);
    assert_eq!(paused.samples.len(), own.samples.len() + 11_025);
    let silence = say(&mut voice(), Said { pause_after: 200, ..said("") });
    assert!(silence.done && silence.samples.len() == 4410);
}

#[test]
fn a_long_text_is_made_in_pieces() {
    let text =
        "This call is answered by a machine. It writes down what you say. Somebody will read it tomorrow.";
    let speech = say(&mut voice(), said(text));
    assert!(speech.done);
    assert_eq!((speech.calls, speech.spoken.len()), (3, 18));
}

#[test]
fn no_call_makes_much_sound() {
    for text in
        ["1".repeat(40), "W".repeat(20), "+44 20 7946 0958".to_owned(), "2026-03-03 2026-03-03".to_owned()]
    {
        let speech = say(&mut voice(), said(&text));
        let longest = speech.longest_call / 22_050;
        assert!(speech.done && longest <= 5, "{longest} s for `{text}`");
    }
}

#[test]
fn what_it_cannot_say() {
    assert!(matches!(Voice::open(opening("de"), AudioFormat::pcm(8000), None), Err(Failure::Unsupported(_))));
    let outputs = voice().say(0, 1, Said { language: Some("de".into()), ..said("Guten Tag") }, true);
    assert!(matches!(outputs[..], [Output::Failed((Some(1), Failure::Unsupported(_)))]));
    let silent = say(&mut voice(), said("… — !"));
    assert!(silent.done && silent.samples.is_empty());
}
