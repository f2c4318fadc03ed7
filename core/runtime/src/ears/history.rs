//! The caller's last seconds, so that a session which opens late hears what was just said.

use super::tap::Frames;
use closare_media::{Codec, Decoder, Encoder};
use closare_terms::Millis;
use std::collections::VecDeque;

/// A turn's begin, at most: eight seconds.
const FRAMES_MAX: usize = 400;

/// At the leg's rate.
pub struct History {
    rate: u32,
    ends: VecDeque<Millis>,
    /// As µ-law, half of what samples take: of G.711 nothing is lost, of a wider line nothing that a transcript shows.
    sound: VecDeque<u8>,
    law: Encoder,
    frame: Vec<u8>,
}

impl History {
    pub fn new() -> History {
        let (ends, sound) = (VecDeque::new(), VecDeque::new());
        History { rate: 0, ends, sound, law: Encoder::new(Codec::Pcmu), frame: Vec::new() }
    }

    pub fn note(&mut self, frames: &Frames<'_>) {
        self.rate = frames.rate;
        for (at, caller, _) in frames.each() {
            if self.sound.capacity() == 0 {
                // Grown by doubling it would end at nearly twice of what it holds.
                self.sound.reserve_exact(FRAMES_MAX * caller.len());
            }
            if self.ends.len() == FRAMES_MAX {
                self.ends.pop_front();
                self.sound.drain(..caller.len().min(self.sound.len()));
            }
            self.ends.push_back(at);
            self.law.encode_into(caller, &mut self.frame);
            self.sound.extend(&self.frame);
        }
    }

    /// What was heard after this moment, frame by frame.
    pub fn since(&mut self, from: Millis, mut hear: impl FnMut(Millis, u32, &[i16])) {
        let length = self.sound.len() / self.ends.len().max(1);
        let first = self.ends.iter().take_while(|at| **at <= from).count();
        let mut decoder = Decoder::new(Codec::Pcmu);
        let mut samples = Vec::with_capacity(length);
        let frames = self.sound.make_contiguous().chunks(length.max(1));
        for (at, frame) in self.ends.iter().zip(frames).skip(first) {
            decoder.decode_into(frame, &mut samples);
            hear(*at, self.rate, &samples);
        }
    }
}
