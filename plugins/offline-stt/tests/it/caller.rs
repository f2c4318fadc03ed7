//! The offline voice as a caller: what it says over a telephone line is heard.

use crate::line::{Line, overlap, telephone};
use closare_plugin::network::{Effect, Event};
use closare_plugin::text_to_speech::{Output, TextToSpeech};
use closare_plugin::{AudioFormat, Opening, Said};
use offline_tts::Voice;
use std::time::Instant;

const SENTENCES: [&str; 5] = [
    "I'd like to make an appointment with the dentist, please.",
    "My tooth broke last night and I am in a lot of pain.",
    "I can't come tomorrow, can we do it on Friday morning instead?",
    "Could you tell me when you open on Saturday?",
    "My name is Anna Reed, and I live near the harbour.",
];

#[test]
fn a_caller_is_understood() {
    let (mut line, mut shares) = (Line::new(), Vec::new());
    for sentence in SENTENCES {
        let samples = spoken(sentence);
        let heard_samples = telephone(&samples, 22_050);
        let began = Instant::now();
        let heard = line.hear(&heard_samples);
        let share = overlap(sentence, &heard.text);
        println!(
            "{share:.2} {:4} ms for {:4} ms {:.2?} {}",
            began.elapsed().as_millis(),
            samples.len() / 22,
            heard.confidence,
            heard.text
        );
        shares.push(share);
    }
    assert!(shares.iter().sum::<f64>() / 5.0 >= 0.8, "{shares:?}");
    assert!(shares.iter().all(|share| *share >= 0.6), "{shares:?}");
}

#[test]
fn short_answers_are_heard() {
    let mut line = Line::new();
    for said in ["Yes.", "No.", "Yes, please.", "Ten o'clock.", "On Tuesday."] {
        let heard = line.hear(&telephone(&spoken(said), 22_050));
        println!("{said} -> {} {:?}", heard.text, heard.confidence);
        assert!(overlap(said, &heard.text) >= 0.5, "said `{said}`, heard `{}`", heard.text);
    }
}

#[test]
fn a_quiet_caller_is_heard() {
    let quiet: Vec<i16> = spoken(SENTENCES[0]).into_iter().map(|sample| sample / 12).collect();
    let heard = Line::new().hear(&telephone(&quiet, 22_050));
    assert!(overlap(SENTENCES[0], &heard.text) >= 0.8, "{}", heard.text);
}

fn spoken(text: &str) -> Vec<i16> {
    let start = Opening { at: 0, wall: 0, seed: 1, options: "{}".into(), languages: vec!["en".into()] };
    let (mut voice, _, _) = Voice::open(start, AudioFormat::pcm(8000), None).unwrap();
    let said = Said { text: text.into(), language: None, pace: None, pause_after: 300 };
    let mut outputs = voice.say(0, 1, said, true);
    let mut samples = Vec::new();
    loop {
        let more = outputs.iter().any(|output| matches!(output, Output::Net(Effect::Wake(_))));
        samples.extend(
            outputs
                .into_iter()
                .filter_map(|output| match output {
                    Output::Audio((_, bytes)) => {
                        Some(bytes.chunks(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect::<Vec<_>>())
                    }
                    _ => None,
                })
                .flatten(),
        );
        if !more {
            return samples;
        }
        outputs = voice.network(0, Event::Woke(1));
    }
}
