//! Where there is speech in the audio, by its energy, in the audio's own time.

use super::listening::Listening;
use crate::sound::loudness;

/// What the audio held. Times are milliseconds from the stream's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    Started(u64),
    /// Speech goes on; so many times it was told.
    GoesOn(Stretch, u32),
    Ended(Stretch),
    /// So much time has passed since the last word.
    Gap {
        last_word: u64,
    },
    /// Nothing was said for a while.
    Silence(Stretch),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub starts: u64,
    pub ends: u64,
}

pub struct Ear {
    rate: u32,
    endpointing: u64,
    gap: Option<u64>,
    /// Samples of a window that isn't full.
    rest: Vec<i16>,
    now: u64,
    speech: Option<Speech>,
    last_word: Option<u64>,
    silent_since: u64,
}

struct Speech {
    starts: u64,
    /// The end of its last loud window.
    ends: u64,
    spoken: u64,
    told: u32,
}

const WINDOW_MS: u64 = 20;
/// Root mean square of 16-bit samples, -36 dB.
const LOUD: f32 = 500.0;
/// Between two interim results.
const INTERIM_MS: u64 = 300;
/// Shorter sounds are clicks.
const SHORTEST_MS: u64 = 60;
/// Where endpointing is off, what is heard is told after so much silence all the same.
const UNENDED_MS: u64 = 1_000;
/// Silence is told that often: a transcript without a word.
const SILENCE_MS: u64 = 3_000;

impl Ear {
    pub fn new(listening: &Listening, rate: u32) -> Ear {
        Ear {
            rate,
            endpointing: listening.endpointing.unwrap_or(UNENDED_MS),
            gap: listening.utterance_end_ms,
            rest: Vec::new(),
            now: 0,
            speech: None,
            last_word: None,
            silent_since: 0,
        }
    }

    /// How much was heard, in milliseconds.
    pub fn now(&self) -> u64 {
        self.now
    }

    pub fn hear(&mut self, samples: &[i16]) -> Vec<Sound> {
        let window = (u64::from(self.rate) * WINDOW_MS / 1000) as usize;
        self.rest.extend_from_slice(samples);
        let whole = self.rest.len() / window * window;
        let rest = self.rest.split_off(whole);
        let windows = std::mem::replace(&mut self.rest, rest);
        let mut sounds = Vec::new();
        for window in windows.chunks(window) {
            self.window(loudness(window) > LOUD, &mut sounds);
        }
        sounds
    }

    /// What was heard of a stretch so far is all of it.
    pub fn finish(&mut self) -> Option<Stretch> {
        let speech = self.speech.take()?;
        self.silent_since = self.now;
        if speech.spoken < SHORTEST_MS {
            return None;
        }
        self.last_word = Some(speech.ends);
        Some(Stretch { starts: speech.starts, ends: speech.ends })
    }

    fn window(&mut self, loud: bool, sounds: &mut Vec<Sound>) {
        let starts = self.now;
        self.now += WINDOW_MS;
        match &mut self.speech {
            Some(speech) if loud => {
                speech.ends = self.now;
                speech.spoken += WINDOW_MS;
                if speech.spoken.is_multiple_of(INTERIM_MS) {
                    speech.told += 1;
                    let stretch = Stretch { starts: speech.starts, ends: speech.ends };
                    sounds.push(Sound::GoesOn(stretch, speech.told));
                }
            }
            Some(speech) if self.now - speech.ends >= self.endpointing => {
                sounds.extend(self.finish().map(Sound::Ended));
            }
            Some(_) => {}
            None if loud => {
                self.last_word = None;
                self.speech = Some(Speech { starts, ends: self.now, spoken: WINDOW_MS, told: 0 });
                sounds.push(Sound::Started(starts));
            }
            None => self.silence(sounds),
        }
    }

    fn silence(&mut self, sounds: &mut Vec<Sound>) {
        if let (Some(gap), Some(last_word)) = (self.gap, self.last_word)
            && self.now - last_word >= gap
        {
            self.last_word = None;
            sounds.push(Sound::Gap { last_word });
        }
        if self.now - self.silent_since >= SILENCE_MS {
            sounds.push(Sound::Silence(Stretch { starts: self.silent_since, ends: self.now }));
            self.silent_since = self.now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_and_a_pause() {
        let query = "model=nova-3&endpointing=300&interim_results=true&utterance_end_ms=1000";
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query: Vec<_> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let mut ear = Ear::new(&Listening::of(&query).unwrap(), 8_000);
        let audio = [vec![0; 800], vec![4_000; 8 * 700], vec![0; 8 * 3_500]].concat();
        let sounds: Vec<Sound> = audio.chunks(333).flat_map(|chunk| ear.hear(chunk)).collect();
        let stretch = |starts, ends| Stretch { starts, ends };
        assert_eq!(
            sounds,
            [
                Sound::Started(100),
                Sound::GoesOn(stretch(100, 400), 1),
                Sound::GoesOn(stretch(100, 700), 2),
                Sound::Ended(stretch(100, 800)),
                Sound::Gap { last_word: 800 },
                Sound::Silence(stretch(1_100, 4_100)),
            ]
        );
    }
}
