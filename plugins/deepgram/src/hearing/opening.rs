//! The socket's address: what Deepgram is told once.

use crate::options::{Options, Query, usual};
use closare_plugin::speech_to_text::Listening;
use closare_plugin::{AudioFormat, Opening};

/// Milliseconds of pause that end a stretch, where neither option nor step says so: Deepgram's own example for talks.
const ENDPOINTING_MS: u32 = 300;

/// Interim results come about each second, so Deepgram takes no shorter gap between words.
const UTTERANCE_END_MS_MIN: u32 = 1_000;

/// Deepgram refuses keyterms of over 500 tokens together, and a socket with it. A token has 2 bytes at least, names
/// that no vocabulary knows included; two for each term are its borders.
const KEYTERM_BYTES_MAX: usize = 1_000;

/// Of nova-3, each.
const KEYTERMS_MAX: usize = 100;

/// Tags with a region that Deepgram knows; of any other it takes the language alone.
const REGIONAL: [&str; 20] = [
    "da-DK", "de-CH", "en-AU", "en-GB", "en-IN", "en-NZ", "en-US", "es-419", "fr-CA", "ko-KR", "nl-BE",
    "pt-BR", "pt-PT", "sv-SE", "th-TH", "zh-CN", "zh-HK", "zh-Hans", "zh-Hant", "zh-TW",
];

/// The pauses, in milliseconds, that Deepgram will tell of.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    pub endpointing: u32,
    pub utterance_end: u32,
}

impl Pauses {
    pub fn new(options: &Options, what: &Listening) -> Pauses {
        let endpointing = options.endpointing.or(what.end_after).unwrap_or(ENDPOINTING_MS).max(10);
        Pauses { endpointing, utterance_end: endpointing.max(UTTERANCE_END_MS_MIN) }
    }
}

pub fn query(
    options: &Options,
    start: &Opening,
    format: AudioFormat,
    what: &Listening,
    pauses: Pauses,
) -> Query {
    let mut query: Query = vec![("model", options.model.clone())];
    query.extend(languages(
        options,
        if start.languages.is_empty() { &what.languages } else { &start.languages },
    ));
    query.extend(usual(format));
    query.extend([
        ("channels", "1".to_owned()),
        ("interim_results", "true".to_owned()),
        (if options.smart_format { "smart_format" } else { "punctuate" }, "true".to_owned()),
        ("endpointing", pauses.endpointing.to_string()),
        ("utterance_end_ms", pauses.utterance_end.to_string()),
        ("vad_events", "true".to_owned()),
    ]);
    // Older models have keywords, of one word each.
    let name = if options.is_nova_3() { "keyterm" } else { "keywords" };
    query.extend(keyterms(&what.hints).into_iter().map(|term| (name, term)));
    query
}

/// As many of the hints as Deepgram takes.
pub fn keyterms(hints: &[String]) -> Vec<String> {
    let mut left = KEYTERM_BYTES_MAX;
    let mut terms: Vec<String> = Vec::new();
    for hint in hints.iter().map(|hint| hint.trim()).filter(|hint| !hint.is_empty()) {
        let cost = hint.len() + 2;
        if terms.len() < KEYTERMS_MAX && cost <= left && !terms.iter().any(|term| term == hint) {
            left -= cost;
            terms.push(hint.to_owned());
        }
    }
    terms
}

/// One language by its name, several by the model that knows many, with a hint at which they are.
fn languages(options: &Options, tags: &[String]) -> Query {
    let mut known: Vec<&str> = Vec::new();
    for tag in tags.iter().map(|tag| known_tag(tag)) {
        if !known.iter().any(|other| base(other) == base(tag)) {
            known.push(tag);
        }
    }
    match known.as_slice() {
        [] => Vec::new(),
        [_, _, ..] if options.is_nova_3() => {
            let hints = known.iter().map(|tag| ("language_hint", (*tag).to_owned()));
            [("language", "multi".to_owned())].into_iter().chain(hints).collect()
        }
        [first, ..] => vec![("language", (*first).to_owned())],
    }
}

fn known_tag(tag: &str) -> &str {
    if REGIONAL.contains(&tag) { tag } else { base(tag) }
}

fn base(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages_of(model: &str, tags: &[&str]) -> String {
        let options = serde_json::from_value(serde_json::json!({ "model": model })).unwrap();
        let tags: Vec<String> = tags.iter().map(|tag| tag.to_string()).collect();
        let pairs = languages(&options, &tags).into_iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_language_or_many() {
        assert_eq!(languages_of("nova-3", &["de-AT"]), "language=de");
        assert_eq!(languages_of("nova-3", &["de-CH"]), "language=de-CH");
        assert_eq!(languages_of("nova-3", &["de-AT", "de-DE"]), "language=de");
        let many = "language=multi language_hint=de language_hint=en-GB";
        assert_eq!(languages_of("nova-3", &["de-AT", "en-GB"]), many);
        assert_eq!(languages_of("nova-2", &["de", "en"]), "language=de");
        assert_eq!(languages_of("nova-3", &[]), "");
    }

    #[test]
    fn keyterms_stay_within_deepgrams_limit() {
        let hints: Vec<String> = (0..200).map(|i| format!("name number {i:03}")).collect();
        let terms = keyterms(&hints);
        assert!(
            terms.len() > 50 && terms.iter().map(|term| term.len() + 2).sum::<usize>() <= KEYTERM_BYTES_MAX
        );
        let twice = [" Huber ", "Huber", ""].map(str::to_owned);
        assert_eq!(keyterms(&twice), ["Huber"]);
    }
}
