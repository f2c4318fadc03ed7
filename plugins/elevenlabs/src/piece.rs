//! A piece of an utterance: what is said by one context, up to a pause, a change of pace or language, or the end.
//!
//! The vendor marks the end of a context and not that of a clause in it, so what follows a pause has a context of its own.

use crate::Options;
use crate::words::Words;
use closare_plugin::Said;
use closare_plugin::audio::AudioChunks;
use closare_plugin::text_to_speech::Utterance;
use serde_json::{Value, json};

pub struct Piece {
    pub utterance: Utterance,
    pace: Option<f32>,
    pub language: Option<String>,
    texts: Vec<String>,
    /// How many of the texts were sent.
    sent: usize,
    /// How many of them were counted: what is sent again isn't said again.
    counted: usize,
    /// No more text comes; and whether the vendor knows it.
    is_whole: bool,
    is_closed: bool,
    pub pause_after_ms: u32,
    /// The utterance is done with this piece.
    pub is_last: bool,
    /// The name of its context, once it has one.
    pub context: Option<String>,
    pub heard: Option<Heard>,
    /// Whether it was begun anew on another connection.
    pub is_second: bool,
}

/// What came of a piece's audio.
pub struct Heard {
    pub chunks: AudioChunks,
    pub words: Words,
    /// Milliseconds of the utterance before this piece.
    pub from: u32,
    pub bytes: usize,
}

impl Piece {
    pub fn new(utterance: Utterance) -> Piece {
        Piece {
            utterance,
            pace: None,
            language: None,
            texts: Vec::new(),
            sent: 0,
            counted: 0,
            is_whole: false,
            is_closed: false,
            pause_after_ms: 0,
            is_last: false,
            context: None,
            heard: None,
            is_second: false,
        }
    }

    /// Whether this can be said by the same context.
    pub fn takes(&self, what: &Said) -> bool {
        let same = self.pace == what.pace && self.language == what.language;
        !self.is_whole && (same || !has_words(&what.text) || self.texts.is_empty())
    }

    pub fn add(&mut self, what: Said, last: bool) {
        if has_words(&what.text) {
            if self.texts.is_empty() {
                (self.pace, self.language) = (what.pace, what.language);
            }
            // The vendor wants each text to end with a space.
            self.texts.push(format!("{} ", what.text.trim()));
        }
        self.pause_after_ms = what.pause_after;
        self.is_last = last;
        self.is_whole = last || what.pause_after > 0;
    }

    /// Nothing more is said by it: another pace follows.
    pub fn end(&mut self) {
        self.is_whole = true;
    }

    /// Whole, and without a word in it.
    pub fn is_silent(&self) -> bool {
        self.is_whole && self.texts.is_empty()
    }

    pub fn has_text(&self) -> bool {
        !self.texts.is_empty()
    }

    /// More text may come for a context that the vendor has open.
    pub fn waits(&self) -> bool {
        self.context.is_some() && !self.is_closed
    }

    /// The messages that are due, and how many characters they hold that were in none before.
    pub fn messages(&mut self, options: &Options, context: &str) -> (Vec<Value>, u64) {
        let mut messages = Vec::new();
        if self.context.is_none() {
            self.context = Some(context.to_owned());
            messages.push(json!({
                "text": " ", "context_id": context, "voice_settings": options.voice_settings(self.pace),
            }));
        }
        messages
            .extend(self.texts[self.sent..].iter().map(|text| json!({"text": text, "context_id": context})));
        self.sent = self.texts.len();
        if self.is_whole && !self.is_closed {
            self.is_closed = true;
            // A context that closes goes on with what was flushed, and drops the rest.
            messages.push(json!({"context_id": context, "flush": true}));
            messages.push(json!({"context_id": context, "close_context": true}));
        }
        let characters =
            self.texts[self.counted..].iter().map(|text| text.trim().chars().count() as u64).sum();
        self.counted = self.texts.len();
        (messages, characters)
    }

    /// Forgets what a connection that broke was told. Only once, and only before anything was heard.
    pub fn begin_anew(&mut self) -> bool {
        let may = !self.is_second && self.heard.is_none();
        (self.context, self.sent, self.is_closed, self.is_second) = (None, 0, false, true);
        may
    }
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
