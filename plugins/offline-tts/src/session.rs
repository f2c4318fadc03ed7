//! One call's voice.

use crate::phonemes::{Clause, Phonemes};
use crate::piece::pieces;
use crate::piper::{Piper, RATE, Sound};
use closare_plugin::network::{Effect, Event};
use closare_plugin::text_to_speech::{Output, Spoken, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Failure, Millis, Note, Opening, Said, Unit, Usage};
use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;

/// Audio is handed out in parts of 200 ms.
const CHUNK: usize = RATE / 5;

/// The voice is understood between half and twice its own pace.
const PACE: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// A longer pause is a slip of the pen.
const PAUSE_MS_MAX: u32 = 10_000;

/// At the voice's own pace, what one call makes at most: 60 letters of figures are a minute of speech.
const PHONEMES_MAX: f32 = 110.0;

/// The one timer: it comes back at once, and the next piece of a long text is made then.
const NEXT_PIECE: u32 = 1;

/// The only voice's name.
const NAME: &str = "joe";

pub struct Voice {
    engine: &'static Engine,
    utterances: BTreeMap<Utterance, Open>,
    waiting: VecDeque<Piece>,
    /// Whether the timer is set.
    set: bool,
    characters: u64,
}

/// An utterance that is being said.
#[derive(Default)]
struct Open {
    /// Samples given out so far.
    samples: usize,
}

/// What is still to be made, in order.
struct Piece {
    utterance: Utterance,
    what: What,
    slower: f32,
    /// Milliseconds of silence behind it.
    pause: u32,
    last: bool,
}

enum What {
    Text(String),
    /// What was left of a long one.
    Clause(Clause),
}

impl TextToSpeech for Voice {
    fn open(
        start: Opening,
        _wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Voice, AudioFormat, Vec<Output>), Failure> {
        if !start.languages.is_empty() && !start.languages.iter().any(|language| english(language)) {
            return Err(Failure::Unsupported(format!(
                "expected `en`, found `{}`",
                start.languages.join("`, `")
            )));
        }
        let voice = voice.filter(|voice| voice != NAME);
        let note = voice
            .map(|voice| Output::Note(Note::warn(format!("expected the voice `{NAME}`, found `{voice}`"))));
        let session = Voice {
            engine: engine()?,
            utterances: BTreeMap::new(),
            waiting: VecDeque::new(),
            set: false,
            characters: 0,
        };
        Ok((session, AudioFormat::pcm(RATE as u32), note.into_iter().collect()))
    }

    fn say(&mut self, _at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        if let Some(language) = what.language.as_deref().filter(|language| !english(language)) {
            let failure = Failure::Unsupported(format!("expected `en`, found `{language}`"));
            return vec![Output::Failed((Some(utterance), failure))];
        }
        self.utterances.entry(utterance).or_default();
        self.characters += what.text.chars().count() as u64;
        self.waiting.extend(queued(utterance, what, last));
        if self.set { Vec::new() } else { self.make_next() }
    }

    fn cancel(&mut self, _at: Millis, utterance: Utterance) -> Vec<Output> {
        self.waiting.retain(|piece| piece.utterance != utterance);
        self.utterances.remove(&utterance);
        Vec::new()
    }

    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        self.waiting.clear();
        vec![Output::Used(Usage::new(Unit::Characters, self.characters))]
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        match what {
            Event::Woke(NEXT_PIECE) => {
                self.set = false;
                self.make_next()
            }
            _ => Vec::new(),
        }
    }
}

impl Voice {
    /// Makes one piece, and sets the timer where another waits.
    fn make_next(&mut self) -> Vec<Output> {
        let Some(piece) = self.waiting.pop_front() else { return Vec::new() };
        let utterance = piece.utterance;
        let mut outputs = self.make(piece).unwrap_or_else(|error| {
            self.waiting.retain(|piece| piece.utterance != utterance);
            vec![Output::Failed((Some(utterance), Failure::Broken(error)))]
        });
        self.set = !self.waiting.is_empty();
        outputs.extend(self.set.then_some(Output::Net(Effect::Wake((NEXT_PIECE, 0)))));
        outputs
    }

    /// What of the piece is too long for one call goes back to the front.
    fn make(&mut self, piece: Piece) -> Result<Vec<Output>, String> {
        let Piece { utterance, what, slower, pause, last } = piece;
        let clause = match what {
            What::Text(text) => self.engine.phonemes.of(&text)?,
            What::Clause(clause) => clause,
        };
        match clause.split((PHONEMES_MAX / slower) as usize) {
            (clause, None) => {
                let mut outputs = self.sound(utterance, &clause, slower, pause)?;
                outputs.extend(last.then_some(Output::Done(utterance)));
                if last {
                    self.utterances.remove(&utterance);
                }
                Ok(outputs)
            }
            (clause, Some(rest)) => {
                self.waiting.push_front(Piece { utterance, what: What::Clause(rest), slower, pause, last });
                self.sound(utterance, &clause, slower, 0)
            }
        }
    }

    fn sound(
        &mut self,
        utterance: Utterance,
        clause: &Clause,
        slower: f32,
        pause: u32,
    ) -> Result<Vec<Output>, String> {
        let sound = if clause.phonemes.iter().any(|letter| letter.is_alphabetic()) {
            self.engine.piper.speak(&clause.phonemes, slower)?
        } else {
            Sound { samples: Vec::new(), ends: vec![0; clause.phonemes.len()] }
        };
        let given = self.utterances.entry(utterance).or_default();
        let mut outputs = spoken(utterance, clause, &sound, given.samples);
        let mut samples = sound.samples;
        samples.resize(samples.len() + pause as usize * RATE / 1000, 0);
        given.samples += samples.len();
        outputs.extend(samples.chunks(CHUNK).map(|chunk| {
            Output::Audio((utterance, chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect()))
        }));
        Ok(outputs)
    }
}

/// What all sessions of an instance share; it keeps nothing of them.
struct Engine {
    phonemes: Phonemes,
    piper: Piper,
}

fn engine() -> Result<&'static Engine, Failure> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    let load = || Ok(Engine { phonemes: Phonemes::load(), piper: Piper::load()? });
    ENGINE.get_or_init(load).as_ref().map_err(|error: &String| Failure::Broken(error.clone()))
}

fn queued(utterance: Utterance, what: Said, last: bool) -> Vec<Piece> {
    let pace = what.pace.filter(|pace| pace.is_finite()).unwrap_or(1.0).clamp(*PACE.start(), *PACE.end());
    let mut texts = pieces(&what.text);
    if texts.is_empty() && (last || what.pause_after > 0) {
        texts.push(String::new());
    }
    let piece = |text| Piece { utterance, what: What::Text(text), slower: 1.0 / pace, pause: 0, last: false };
    let mut pieces: Vec<Piece> = texts.into_iter().map(piece).collect();
    if let Some(end) = pieces.last_mut() {
        (end.pause, end.last) = (what.pause_after.min(PAUSE_MS_MAX), last);
    }
    pieces
}

/// Where each written word lies, by the lengths that the voice gave its phonemes.
fn spoken(utterance: Utterance, clause: &Clause, sound: &Sound, before: usize) -> Vec<Output> {
    let ms = |sample: usize| ((before + sample) * 1000 / RATE) as u32;
    let end =
        |phonemes: usize| phonemes.checked_sub(1).and_then(|last| sound.ends.get(last)).copied().unwrap_or(0);
    let mut behind = 0;
    let words = clause.words.iter().map(|(text, range)| {
        let (starts, ends) =
            if range.is_empty() { (behind, behind) } else { (end(range.start), end(range.end)) };
        behind = ends;
        Output::Spoken(Spoken { utterance, text: text.clone(), starts: ms(starts), ends: ms(ends) })
    });
    words.collect()
}

fn english(language: &str) -> bool {
    language.split('-').next().is_some_and(|part| part.eq_ignore_ascii_case("en"))
}
