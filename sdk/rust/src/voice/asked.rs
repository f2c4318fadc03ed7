//! A clause from the request to the last of its audio.

use super::Clause;
use crate::audio::{AudioChunks, silence};
use crate::network::{Head, Refusal, Ticket};
use crate::text_to_speech::Utterance;
use crate::{AudioFormat, Failure};

pub(super) struct Asked {
    pub(super) utterance: Utterance,
    pub(super) clause: Clause,
    /// Whether the utterance is done with it.
    pub(super) last: bool,
    /// Once it is asked for.
    pub(super) ticket: Option<Ticket>,
    pause_ms: u32,
    refusal: Option<Refusal>,
    chunks: AudioChunks,
    /// Audio that isn't told yet.
    audio: Vec<u8>,
    over: bool,
}

impl Asked {
    pub(super) fn new(
        utterance: Utterance,
        clause: Clause,
        pause_ms: u32,
        last: bool,
        format: AudioFormat,
    ) -> Asked {
        let over = clause.text.is_empty();
        let (ticket, refusal, audio) = Default::default();
        let chunks = AudioChunks::new(format);
        Asked { utterance, clause, last, ticket, pause_ms, refusal, chunks, audio, over }
    }

    pub(super) fn answered(&mut self, head: Head) {
        self.refusal = Refusal::of(head);
    }

    pub(super) fn more(&mut self, bytes: &[u8]) {
        match &mut self.refusal {
            Some(refusal) => refusal.more(bytes),
            None => self.audio.extend(self.chunks.feed(bytes)),
        }
    }

    /// Nothing more comes. Gives why, where that was a refusal.
    pub(super) fn ended(&mut self) -> Option<Failure> {
        self.over = true;
        self.refusal.as_ref().map(Refusal::failure)
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Takes the audio that came, and after the last of it the pause.
    pub(super) fn audio(&mut self, format: AudioFormat) -> Vec<u8> {
        let mut audio = std::mem::take(&mut self.audio);
        if self.over {
            audio.extend(silence(format, self.pause_ms));
        }
        audio
    }
}
