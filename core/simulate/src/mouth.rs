//! The agent's voice and the pacer behind it: utterances one after the other, a fixed time for each character.

use crate::line::{Line, Piece, Todo};
use closare_call::{Event, Utterance};
use closare_terms::Millis;
use std::collections::VecDeque;

pub const CHAR: u64 = 65;
const CHAR_SLOW: u64 = 87;
/// From the pacer's order to silence: one frame.
const FRAME: Millis = Millis(20);

#[derive(Debug, Default)]
pub struct Mouth {
    queue: VecDeque<Speech>,
    /// What has been on the wire, oldest first.
    pub spoken: Vec<Spoken>,
    on_hold: Option<Millis>,
}

#[derive(Debug)]
struct Speech {
    utterance: Utterance,
    voice: usize,
    text: String,
    audio: Millis,
    /// Its voice has given some of it.
    sounds: bool,
    closed: bool,
    started: Option<Millis>,
    /// When the audio that is there will have been played.
    ends: Millis,
    place: usize,
}

#[derive(Clone, Debug)]
pub struct Spoken {
    pub text: String,
    pub started: Millis,
    pub ended: Option<Millis>,
    held: Millis,
}

impl Spoken {
    /// What of it has been heard by now.
    pub fn heard(&self, now: Millis) -> &str {
        let until = self.ended.unwrap_or(now).min(now);
        let chars = (until.since(self.started + self.held).0 / CHAR) as usize;
        let end = self.text.char_indices().nth(chars + 1).map_or(self.text.len(), |(at, _)| at);
        &self.text[..end]
    }
}

pub fn length(text: &str, slow: bool, pause_after: Millis) -> Millis {
    Millis(text.chars().count() as u64 * if slow { CHAR_SLOW } else { CHAR }) + pause_after
}

impl Mouth {
    /// Opens an utterance, or goes on with one. Another voice than before begins it anew.
    pub fn open(&mut self, utterance: Utterance, voice: usize) {
        match self.queue.iter_mut().find(|speech| speech.utterance == utterance) {
            Some(speech) if speech.voice != voice => {
                speech.voice = voice;
                speech.text.clear();
                (speech.sounds, speech.closed) = (false, false);
            }
            Some(_) => {}
            None => self.queue.push_back(Speech {
                utterance,
                voice,
                text: String::new(),
                audio: Millis::ZERO,
                sounds: false,
                closed: false,
                started: None,
                ends: Millis::ZERO,
                place: usize::MAX,
            }),
        }
    }

    pub fn audio(&mut self, now: Millis, utterance: Utterance, piece: Piece, line: &mut Line) {
        let Some(speech) = self.queue.iter_mut().find(|speech| speech.utterance == utterance) else { return };
        if !speech.sounds && piece.length > Millis::ZERO {
            speech.sounds = true;
            line.tell(now, Event::FirstAudio { utterance });
        }
        let before = speech.text.chars().count() as u32;
        let before = if before == 0 { 0 } else { before + 1 };
        let mut chars = before;
        for word in piece.text.split_inclusive(' ') {
            chars += word.chars().count() as u32;
            let ends = speech.audio + Millis(u64::from(chars - before) * CHAR).min(piece.length);
            line.tell(now, Event::Spoken { utterance, chars, ends });
        }
        if !speech.text.is_empty() && !piece.text.is_empty() {
            speech.text.push(' ');
        }
        speech.text.push_str(&piece.text);
        speech.audio += piece.length;
        speech.closed |= piece.last;
        if speech.closed {
            line.tell(now, Event::Voiced { utterance, length: speech.audio });
        }
        if speech.started.is_some() {
            speech.ends = speech.ends.max(now) + piece.length;
            let (text, place) = (speech.text.clone(), speech.place);
            line.put(speech.ends, Todo::EndOf(utterance));
            if let Some(spoken) = self.spoken.get_mut(place) {
                spoken.text = text;
            }
        }
        self.begin(now, line);
    }

    /// Begins the first of the queue, if its audio is there and it has not begun.
    fn begin(&mut self, now: Millis, line: &mut Line) {
        let Some(speech) = self.queue.front_mut().filter(|_| self.on_hold.is_none()) else { return };
        if speech.started.is_some() || (speech.audio == Millis::ZERO && !speech.closed) {
            return;
        }
        speech.started = Some(now);
        speech.ends = now + speech.audio;
        speech.place = self.spoken.len();
        let (utterance, text) = (speech.utterance, speech.text.clone());
        self.spoken.push(Spoken { text, started: now, ended: None, held: Millis::ZERO });
        line.tell(now, Event::Playing { utterance });
        line.put(speech.ends, Todo::EndOf(utterance));
    }

    pub fn end_of(&mut self, now: Millis, utterance: Utterance, line: &mut Line) {
        let due = self.queue.front().is_some_and(|front| {
            front.utterance == utterance && front.closed && front.started.is_some() && front.ends <= now
        });
        if !due || self.on_hold.is_some() {
            return;
        }
        if let Some(speech) = self.queue.pop_front() {
            self.end(now, &speech);
            line.tell(now, Event::Played { utterance, played: speech.audio, complete: true });
            self.begin(now, line);
        }
    }

    pub fn stop(&mut self, now: Millis, up_to: Utterance, line: &mut Line) {
        while let Some(speech) = self.queue.pop_front_if(|speech| speech.utterance <= up_to) {
            let played = speech.started.map_or(Millis::ZERO, |started| now.since(started)).min(speech.audio);
            self.end(now, &speech);
            line.tell(now + FRAME, Event::Played { utterance: speech.utterance, played, complete: false });
        }
        self.begin(now + FRAME, line);
    }

    /// The audio of an utterance is lost on its way: it ends where it is.
    pub fn lose(&mut self, now: Millis, line: &mut Line) {
        if let Some(front) = self.queue.front().map(|speech| speech.utterance) {
            self.stop(now, front, line);
        }
    }

    /// On hold nothing is sent, and what is to be said waits.
    pub fn hold(&mut self, now: Millis, on: bool, line: &mut Line) {
        match (on, self.on_hold) {
            (true, None) => self.on_hold = Some(now),
            (false, Some(since)) => {
                self.on_hold = None;
                let held = now.since(since);
                if let Some(front) = self.queue.front_mut().filter(|speech| speech.started.is_some()) {
                    front.ends += held;
                    line.put(front.ends, Todo::EndOf(front.utterance));
                    if let Some(spoken) = self.spoken.get_mut(front.place) {
                        spoken.held += held;
                    }
                }
                self.begin(now, line);
            }
            (true, Some(_)) | (false, None) => {}
        }
    }

    /// Something is being said, or will be.
    pub fn talks(&self) -> bool {
        !self.queue.is_empty()
    }

    /// When what is on the wire now began.
    pub fn since(&self) -> Option<Millis> {
        self.queue.front().and_then(|speech| speech.started)
    }

    fn end(&mut self, now: Millis, speech: &Speech) {
        if let Some(spoken) = self.spoken.get_mut(speech.place) {
            spoken.ended = Some(now);
        }
    }
}
