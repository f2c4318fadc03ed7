//! What was sent, by when it will have been played: for whoever records both sides.

use closare_media::{Codec, Decoder};
use closare_terms::Millis;
use std::collections::VecDeque;

/// Sent and not played: ten frames, and a hesitating line's.
const FRAMES_MAX: usize = 32;
const FRAME: Millis = Millis(20);
const SAMPLES: usize = 160;

pub(super) struct Said {
    /// As they went onto the line.
    frames: VecDeque<(Millis, [u8; SAMPLES])>,
    decoder: Decoder,
    samples: Vec<i16>,
}

impl Said {
    pub fn new() -> Said {
        let samples = Vec::with_capacity(SAMPLES);
        Said { frames: VecDeque::new(), decoder: Decoder::new(Codec::Pcmu), samples }
    }

    /// A frame was sent that will have been played by then.
    pub fn sent(&mut self, until: Millis, payload: &[u8]) {
        if self.frames.len() < FRAMES_MAX
            && let Ok(payload) = <[u8; SAMPLES]>::try_from(payload)
        {
            self.frames.push_back((until, payload));
        }
    }

    /// What hasn't been played by now will not be.
    pub fn stop(&mut self, now: Millis) {
        self.frames.retain(|(until, _)| *until <= now);
    }

    /// What the other end plays in the frame that ends at this moment.
    pub fn at(&mut self, at: Millis) -> &[i16] {
        while self.frames.pop_front_if(|(until, _)| *until < at).is_some() {}
        match self.frames.front().filter(|(until, _)| until.since(FRAME) < at) {
            Some((_, sent)) => self.decoder.decode_into(sent, &mut self.samples),
            None => {
                self.samples.clear();
                self.samples.resize(SAMPLES, 0);
            }
        }
        &self.samples
    }
}
