//! A panic in the sandbox ends every call of the instance, so no text whatever may cause one.

use crate::{said, voice};
use closare_plugin::network::Event;
use closare_plugin::text_to_speech::TextToSpeech;

const PARTS: [&str; 48] = [
    "hello",
    "Dr.",
    "St.",
    "No.",
    "$",
    "£12.5",
    "€",
    "%",
    "5%",
    "-",
    "--",
    "+",
    "+4",
    "1/0",
    "0",
    "00",
    "007",
    "1,2,3",
    "1.",
    ".5",
    "1.2.3",
    "99999999999999999999",
    "12:61",
    "25:00",
    "5pm",
    "m",
    "am",
    "2026-13-40",
    "1st",
    "12th",
    "th",
    "é",
    "ß",
    "日本",
    "😀",
    "\u{301}",
    "’",
    "''",
    "[a](b)",
    "[",
    "](",
    "@",
    "a@b",
    "www.",
    "http://",
    "#",
    "#-",
    "Ünïcödé",
];

#[test]
fn odd_texts_are_said_somehow() {
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..4000 {
        let text: String = (0..next(6) + 1)
            .map(|_| PARTS[next(PARTS.len())].to_owned() + ["", " ", ", ", "."][next(4)])
            .collect();
        let words = offline_tts::words(&text);
        let written: Vec<&str> = words.iter().map(|word| word.written.as_str()).collect();
        assert_eq!(written.join(" "), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

#[test]
fn odd_texts_have_sound() {
    let mut voice = voice();
    for pair in PARTS.chunks(6) {
        voice.say(0, 1, said(&pair.join(" ")), true);
        voice.network(0, Event::Woke(1));
        voice.cancel(0, 1);
    }
}
