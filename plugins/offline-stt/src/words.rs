//! Pieces put together to words, each with its place in time.
//!
//! The model tells no times. A word's place is estimated: the sound is shared out among the words by their number of
//! letters (plus one, for short words last longer than their letters say). Within a sentence of a few seconds
//! that is right to about 300 ms.

use crate::moonshine::Piece;
use closare_plugin::Millis;
use closare_plugin::speech_to_text::{Transcript, Word};
use std::ops::Range;

/// What `pieces` say, heard in the span `sound` of the call.
pub fn transcript(pieces: &[Piece], sound: Range<Millis>) -> Transcript {
    let words = timed(written(pieces), sound.clone());
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let confidence = mean(words.iter().filter_map(|word| word.confidence));
    Transcript { text, starts: sound.start, ends: sound.end, words, language: Some("en".into()), confidence }
}

/// Several transcripts, one after the other, as one.
pub fn joined(parts: Vec<Transcript>) -> Option<Transcript> {
    let mut parts = parts.into_iter().filter(|part| !part.text.is_empty());
    let mut whole = parts.next()?;
    for part in parts {
        whole.text = format!("{} {}", whole.text, part.text);
        whole.ends = part.ends;
        whole.words.extend(part.words);
    }
    whole.confidence = mean(whole.words.iter().filter_map(|word| word.confidence));
    Some(whole)
}

/// Each word with how sure the model was of it.
fn written(pieces: &[Piece]) -> Vec<(String, f32)> {
    let mut words: Vec<(Vec<u8>, Vec<f32>)> = Vec::new();
    for piece in pieces {
        for (index, part) in piece.bytes.split(|byte| *byte == b' ').enumerate() {
            if index > 0 || words.is_empty() {
                words.push((Vec::new(), Vec::new()));
            }
            if let Some((bytes, confidences)) = words.last_mut() {
                bytes.extend(part);
                confidences.extend((!part.is_empty()).then_some(piece.confidence));
            }
        }
    }
    let texts = words.into_iter().map(|(bytes, confidences)| {
        (String::from_utf8_lossy(&bytes).trim().to_owned(), mean(confidences.into_iter()).unwrap_or(0.0))
    });
    texts.filter(|(text, _)| !text.is_empty()).collect()
}

fn timed(words: Vec<(String, f32)>, sound: Range<Millis>) -> Vec<Word> {
    let weight = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count() as u64 + 1;
    let total: u64 = words.iter().map(|(text, _)| weight(text)).sum();
    let span = sound.end.saturating_sub(sound.start);
    let mut before = 0;
    let place = |before: u64| sound.start + span * before / total.max(1);
    words
        .into_iter()
        .map(|(text, confidence)| {
            let starts = place(before);
            before += weight(&text);
            Word { text, starts, ends: place(before), confidence: Some(confidence) }
        })
        .collect()
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_words_with_times() {
        let piece = |text: &str, confidence| Piece { bytes: text.into(), confidence };
        let pieces = [piece(" Good", 1.0), piece(" m", 0.5), piece("orning", 0.7), piece(".", 0.9)];
        let heard = transcript(&pieces, 1000..2400);
        assert_eq!(heard.text, "Good morning.");
        let words: Vec<_> = heard.words.iter().map(|w| (w.text.as_str(), w.starts, w.ends)).collect();
        assert_eq!(words, [("Good", 1000, 1538), ("morning.", 1538, 2400)]);
        assert!((heard.confidence.unwrap() - 0.85).abs() < 0.01);
    }
}
