//! One call's voice: pieces are spoken one after the other, each by a context of its own.

use crate::line::Line;
use crate::message::{self, Told};
use crate::options::{INACTIVITY_SECONDS, Options};
use crate::piece::{Heard, Piece};
use crate::words::{Word, Words};
use closare_plugin::audio::{AudioChunks, from_base64};
use closare_plugin::network::{Effect, Event, Ticket};
use closare_plugin::socket::Arrived;
use closare_plugin::text_to_speech::{Output, Spoken, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Failure, Millis, Opening, Said, Unit, Usage};
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};

/// Sockets have tickets from 1 on.
const WAKE: Ticket = 0;

/// Three times before the vendor gives a silent context up.
const KEEP_ALIVE_MS: u32 = INACTIVITY_SECONDS * 1000 / 3;

pub struct Speaker {
    options: Options,
    voice: String,
    format: AudioFormat,
    /// The call's, where a text names none.
    language: Option<String>,
    line: Option<Line>,
    tickets: Ticket,
    contexts: u32,
    /// In the order in which they are spoken. The first one alone has a context: the vendor is faster than speech, so the
    /// next one is in time, and its audio never stands before that of an utterance that the caller has to hear first.
    pieces: VecDeque<Piece>,
    /// Milliseconds that were told of utterances that aren't done.
    told: BTreeMap<Utterance, u32>,
    is_waking: bool,
}

impl TextToSpeech for Speaker {
    fn open(
        start: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Speaker, AudioFormat, Vec<Output>), Failure> {
        let options: Options = start.options()?;
        // 16 kHz is more than a telephone has; rates above 24 kHz need a plan of their own.
        let format = AudioFormat::pcm(if wanted.sample_rate <= 16_000 { 16_000 } else { 24_000 });
        let mut speaker = Speaker {
            voice: voice.unwrap_or_else(|| options.voice.clone()),
            format,
            language: options.send_language.then(|| start.language().to_owned()),
            options,
            line: None,
            tickets: 0,
            contexts: 0,
            pieces: VecDeque::new(),
            told: BTreeMap::new(),
            is_waking: false,
        };
        // At once: the first words shouldn't wait for a handshake.
        let outputs = speaker.connect(speaker.language.clone());
        Ok((speaker, format, outputs))
    }

    fn say(&mut self, _at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        let place = self.pieces.iter().rposition(|piece| piece.utterance == utterance);
        match place {
            Some(place) if self.pieces[place].takes(&what) => self.pieces[place].add(what, last),
            place => {
                if let Some(place) = place {
                    self.pieces[place].end();
                }
                let mut piece = Piece::new(utterance);
                piece.add(what, last);
                self.pieces.insert(place.map_or(self.pieces.len(), |place| place + 1), piece);
            }
        }
        self.go_on()
    }

    fn cancel(&mut self, _at: Millis, utterance: Utterance) -> Vec<Output> {
        let mut outputs = self.drop_utterance(utterance);
        outputs.extend(self.go_on());
        outputs
    }

    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        self.pieces.clear();
        self.line.take().map_or_else(Vec::new, |mut line| net(line.close()))
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        if what == Event::Woke(WAKE) {
            return self.keep_alive();
        }
        let Some(line) = &mut self.line else { return Vec::new() };
        let id = match &what {
            Event::Opened(head) => ["request-id", "x-request-id"].iter().find_map(|name| head.header(name)),
            _ => None,
        };
        let id = id.map(|id| Output::RequestId(id.to_owned()));
        match line.socket.arrived(what) {
            Arrived::Opened(effects) => {
                line.is_open = true;
                id.into_iter().chain(net(effects)).collect()
            }
            Arrived::Text(text) => match Told::read(&text) {
                Ok(told) => self.told(told),
                Err(failure) => self.broke(failure),
            },
            Arrived::Closed { code, reason, .. } => self.broke(message::closed(code, &reason)),
            Arrived::Failed(failure) => self.broke(failure),
            Arrived::Binary(_) | Arrived::Nothing => Vec::new(),
        }
    }
}

impl Speaker {
    /// Sends what is due of the first piece, and passes over those without a word in them.
    fn go_on(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while self.pieces.front().is_some_and(Piece::is_silent) {
            outputs.extend(self.end_piece());
        }
        if self.pieces.front().is_some_and(Piece::has_text) {
            outputs.extend(self.send());
        }
        outputs
    }

    fn send(&mut self) -> Vec<Output> {
        let mut outputs = self.get_line();
        let (Some(line), Some(piece)) = (&mut self.line, self.pieces.front_mut()) else { return outputs };
        if piece.context.is_none() {
            self.contexts += 1;
        }
        let (messages, characters) = piece.messages(&self.options, &format!("c{}", self.contexts));
        outputs.extend(messages.iter().flat_map(|message| net(line.socket.json(message))));
        if characters > 0 {
            outputs.push(Output::Used(Usage::new(Unit::Characters, characters)));
        }
        if piece.waits() && !self.is_waking {
            self.is_waking = true;
            outputs.push(Output::Net(Effect::Wake((WAKE, KEEP_ALIVE_MS))));
        }
        outputs
    }

    /// A connection that the first piece can be spoken on. One with a context of this piece is.
    fn get_line(&mut self) -> Vec<Output> {
        let Some(piece) = self.pieces.front() else { return Vec::new() };
        let own = piece.language.as_deref().and_then(|tag| tag.split('-').next()).map(str::to_owned);
        let language = self.language.as_ref().map(|usual| own.unwrap_or_else(|| usual.clone()));
        let fits = |line: &Line| line.language == language && line.has_room();
        if self.line.as_ref().is_some_and(|line| piece.context.is_some() || fits(line)) {
            return Vec::new();
        }
        // Nothing is lost with the old one: on it are only contexts that were closed.
        let mut outputs = self.line.take().map_or_else(Vec::new, |mut line| net(line.close()));
        outputs.extend(self.connect(language));
        outputs
    }

    fn connect(&mut self, language: Option<String>) -> Vec<Output> {
        self.tickets += 1;
        let url = self.options.url(&self.voice, self.format.sample_rate, language.as_deref());
        let (line, effect) = Line::open(url, self.tickets, language);
        self.line = Some(line);
        net(vec![effect])
    }

    /// A message for the context that speaks; those of cancelled ones are passed over.
    fn told(&mut self, told: Told) -> Vec<Output> {
        let Some(line) = &mut self.line else { return Vec::new() };
        let current = self.pieces.front().and_then(|piece| piece.context.as_deref());
        let is_current = match &told.context {
            Some(context) => current == Some(context),
            None => current.is_some() && line.has_one(),
        };
        if !is_current {
            if let (Some(context), true) = (&told.context, told.is_final) {
                line.ended(context);
            }
            return Vec::new();
        }
        let mut outputs = self.heard(&told);
        if told.is_final {
            outputs.extend(self.end_piece());
            outputs.extend(self.go_on());
        }
        outputs
    }

    fn heard(&mut self, told: &Told) -> Vec<Output> {
        let format = self.format;
        let Some(piece) = self.pieces.front_mut() else { return Vec::new() };
        let utterance = piece.utterance;
        let from = self.told.get(&utterance).copied().unwrap_or(0);
        let bytes = told.audio.as_deref().and_then(from_base64).unwrap_or_default();
        if bytes.is_empty() && told.times.is_none() {
            return Vec::new();
        }
        let begun = || Heard { chunks: AudioChunks::new(format), words: Words::default(), from, bytes: 0 };
        let heard = piece.heard.get_or_insert_with(begun);
        let place = heard.from + format.millis(heard.bytes) as u32;
        let words = told.times.as_ref().map(|times| heard.words.take(times, place)).unwrap_or_default();
        let audio = heard.chunks.feed(&bytes);
        heard.bytes += audio.len();
        let audio = (!audio.is_empty()).then_some(Output::Audio((utterance, audio)));
        audio.into_iter().chain(words.into_iter().map(|word| spoken(utterance, word))).collect()
    }

    /// The first piece is spoken: its last word, its pause, and the utterance's end.
    fn end_piece(&mut self) -> Vec<Output> {
        let Some(mut piece) = self.pieces.pop_front() else { return Vec::new() };
        let utterance = piece.utterance;
        let mut outputs = Vec::new();
        let told = self.told.entry(utterance).or_default();
        if let Some(heard) = &mut piece.heard {
            outputs.extend(heard.words.end().map(|word| spoken(utterance, word)));
            *told = heard.from + self.format.millis(heard.bytes) as u32;
        }
        if piece.pause_after_ms > 0 {
            *told += piece.pause_after_ms;
            outputs.push(Output::Audio((utterance, silence(self.format, piece.pause_after_ms))));
        }
        if piece.is_last {
            self.told.remove(&utterance);
            outputs.push(Output::Done(utterance));
        }
        outputs
    }

    /// The connection is of no more use. A piece of which nothing was heard is tried once more on a new one, where that may
    /// help; another fails. Without a piece there is nothing to fail: the next one connects again.
    fn broke(&mut self, failure: Failure) -> Vec<Output> {
        let Some(mut line) = self.line.take() else { return Vec::new() };
        let mut outputs = net(line.socket.close());
        let never_opened = !line.is_open;
        let may_help = matches!(failure, Failure::Unavailable(_));
        let Some(piece) = self.pieces.front_mut().filter(|piece| piece.context.is_some()) else {
            // A key or a voice that is refused at once will be again: better known before the first words.
            if never_opened && !may_help {
                outputs.push(Output::Failed((None, failure)));
            }
            return outputs;
        };
        if may_help && piece.begin_anew() {
            outputs.extend(self.go_on());
            return outputs;
        }
        let utterance = piece.utterance;
        piece.context = None;
        outputs.push(Output::Failed((Some(utterance), failure)));
        outputs.extend(self.drop_utterance(utterance));
        outputs.extend(self.go_on());
        outputs
    }

    fn drop_utterance(&mut self, utterance: Utterance) -> Vec<Output> {
        self.told.remove(&utterance);
        let first = self.pieces.pop_front_if(|piece| piece.utterance == utterance);
        self.pieces.retain(|piece| piece.utterance != utterance);
        let Some((line, piece)) = self.line.as_mut().zip(first) else { return Vec::new() };
        let is_closed = !piece.waits();
        piece.context.map_or_else(Vec::new, |context| net(line.drop_context(context, is_closed)))
    }

    /// An empty text for the context that waits for more.
    fn keep_alive(&mut self) -> Vec<Output> {
        self.is_waking = false;
        let (Some(line), Some(piece)) = (&mut self.line, self.pieces.front()) else { return Vec::new() };
        if !piece.waits() {
            return Vec::new();
        }
        self.is_waking = true;
        let mut outputs = net(line.socket.json(&json!({"text": "", "context_id": piece.context})));
        outputs.push(Output::Net(Effect::Wake((WAKE, KEEP_ALIVE_MS))));
        outputs
    }
}

fn net(effects: Vec<Effect>) -> Vec<Output> {
    effects.into_iter().map(Output::Net).collect()
}

fn spoken(utterance: Utterance, word: Word) -> Output {
    Output::Spoken(Spoken { utterance, text: word.text, starts: word.starts, ends: word.ends })
}

fn silence(format: AudioFormat, ms: u32) -> Vec<u8> {
    let samples = u64::from(format.sample_rate) * u64::from(ms) / 1000;
    vec![0; usize::try_from(samples).unwrap_or(0) * format.bytes_per_sample()]
}
