//! What was heard and not told yet: the pieces that won't change, and the one that may.

use super::message::{HeardWord, Results};
use super::timeline::Timeline;
use closare_plugin::Millis;
use closare_plugin::speech_to_text::{Transcript, Word};

#[derive(Debug, Default)]
pub struct Heard {
    finals: Vec<Transcript>,
    interim: Option<Transcript>,
    /// Up to which moment of the stream words were told before Deepgram was done with them.
    told: Millis,
}

impl Heard {
    /// Takes a result; true if it holds words that weren't told.
    pub fn take(&mut self, results: &Results, timeline: &Timeline) -> bool {
        self.interim = None;
        let Some(piece) = self.piece(results, timeline) else { return false };
        if results.is_final {
            self.finals.push(piece);
        } else {
            self.interim = Some(piece);
        }
        true
    }

    pub fn is_empty(&self) -> bool {
        self.finals.is_empty()
    }

    /// All of it so far.
    pub fn so_far(&self, at: Millis) -> Transcript {
        join(self.finals.iter().chain(&self.interim), at)
    }

    /// Takes what won't change.
    pub fn tell(&mut self, at: Millis) -> Transcript {
        self.interim = None;
        let told = join(self.finals.iter(), at);
        self.finals.clear();
        told
    }

    /// Takes all of it: Deepgram owes the rest for too long. What it says later of audio up to `sent` is told by this.
    pub fn tell_all(&mut self, at: Millis, sent: Millis) -> Transcript {
        if self.interim.is_some() {
            self.told = sent;
        }
        let told = self.so_far(at);
        self.tell(at);
        told
    }

    fn piece(&self, results: &Results, timeline: &Timeline) -> Option<Transcript> {
        let best = results.best()?;
        let fresh: Vec<&HeardWord> =
            best.words.iter().filter(|word| moment(word.start) >= self.told).collect();
        let text = if fresh.len() == best.words.len() {
            best.transcript.trim().to_owned()
        } else {
            fresh.iter().map(|word| word.text()).collect::<Vec<_>>().join(" ")
        };
        if text.is_empty() {
            return None;
        }
        let at = |seconds| timeline.at(moment(seconds));
        let words: Vec<Word> = fresh
            .iter()
            .map(|word| Word {
                text: word.text().to_owned(),
                starts: at(word.start),
                ends: at(word.end),
                confidence: word.confidence,
            })
            .collect();
        let starts = words.first().map_or_else(|| at(results.start), |word| word.starts);
        let ends = words.last().map_or_else(|| at(results.start + results.duration), |word| word.ends);
        let (language, confidence) = (best.languages.first().cloned(), Some(best.confidence));
        Some(Transcript { text, starts, ends, words, language, confidence })
    }
}

/// Seconds of the stream in milliseconds.
pub fn moment(seconds: f64) -> Millis {
    (seconds.max(0.0) * 1_000.0).round() as Millis
}

/// As sure as the least sure of them; nothing at all is heard at `at`.
fn join<'a>(pieces: impl Iterator<Item = &'a Transcript>, at: Millis) -> Transcript {
    let mut joined: Option<Transcript> = None;
    for piece in pieces {
        let Some(all) = &mut joined else {
            joined = Some(piece.clone());
            continue;
        };
        all.text = format!("{} {}", all.text, piece.text);
        all.ends = piece.ends;
        all.words.extend(piece.words.iter().cloned());
        all.language = all.language.take().or_else(|| piece.language.clone());
        all.confidence = all.confidence.zip(piece.confidence).map(|(one, other)| one.min(other));
    }
    joined.unwrap_or_else(|| Transcript { confidence: Some(0.0), ..Transcript::new("", at, at) })
}
