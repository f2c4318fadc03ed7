//! What comes in over a media stream: µ-law to frames of sound, and whether somebody speaks.

use closare_media::{Codec, Decoder, Voice, VoiceActivity, VoiceConfig};
use closare_terms::Millis;

/// Samples of 20 ms at 8 kHz.
const FRAME: usize = 160;
const RATE: u32 = 8_000;
const FRAME_MS: Millis = Millis(20);
/// The stream's clock is set by its quickest frame of two seconds.
const WINDOW: u32 = 100;
/// More than this at once is no telephone's audio: half a minute.
const WAITING_MAX: usize = 30 * RATE as usize;

pub(crate) struct StreamEar {
    decoder: Decoder,
    voice: VoiceActivity,
    waiting: Vec<u8>,
    clock: Clock,
    /// A frame.
    pub samples: Vec<i16>,
}

/// The time of frames: each follows the one before it, whenever it came, for a network that hesitates delivers late what was said
/// in time.
struct Clock {
    /// The end of the last frame.
    at: Millis,
    /// The least that a frame was behind its coming, in this window.
    behind: Millis,
    frames: u32,
}

impl StreamEar {
    pub fn new(now: Millis) -> StreamEar {
        StreamEar {
            decoder: Decoder::new(Codec::Pcmu),
            voice: VoiceActivity::new(RATE, VoiceConfig::default()),
            waiting: Vec::with_capacity(2 * FRAME),
            clock: Clock { at: now, behind: Millis::NEVER, frames: 0 },
            samples: Vec::with_capacity(FRAME),
        }
    }

    /// Takes a piece of any length; false if so much waits that it is no call.
    pub fn hear(&mut self, payload: &[u8]) -> bool {
        self.waiting.extend_from_slice(payload);
        self.waiting.len() <= WAITING_MAX
    }

    /// The next frame's end, and what was noticed in it; its sound is in `samples`.
    pub fn frame(&mut self, now: Millis) -> Option<(Millis, Option<Voice>)> {
        if self.waiting.len() < FRAME {
            return None;
        }
        self.decoder.decode_into(&self.waiting[..FRAME], &mut self.samples);
        self.waiting.drain(..FRAME);
        let at = self.clock.frame(now);
        Some((at, self.voice.feed(&self.samples, at)))
    }

    pub fn is_speaking(&self) -> bool {
        self.voice.is_speaking()
    }
}

impl Clock {
    fn frame(&mut self, now: Millis) -> Millis {
        self.at = (self.at + FRAME_MS).min(now);
        self.behind = self.behind.min(now.since(self.at));
        self.frames += 1;
        if self.frames == WINDOW {
            self.at += self.behind;
            (self.frames, self.behind) = (0, Millis::NEVER);
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_length_make_frames() {
        let mut ear = StreamEar::new(Millis::ZERO);
        assert!(ear.hear(&[0xFF; 100]));
        assert!(ear.frame(Millis(20)).is_none());
        assert!(ear.hear(&[0xFF; 250]));
        assert!(ear.frame(Millis(40)).is_some() && ear.frame(Millis(40)).is_some());
        assert!(ear.frame(Millis(40)).is_none());
        assert_eq!(ear.samples.len(), 160);
        assert!(!ear.hear(&vec![0xFF; WAITING_MAX]));
    }

    #[test]
    fn what_a_network_held_back_keeps_its_time() {
        let mut clock = Clock { at: Millis(1_000), behind: Millis::NEVER, frames: 0 };
        assert_eq!(clock.frame(Millis(1_020)), Millis(1_020));
        let burst: Vec<u64> = (0..5).map(|_| clock.frame(Millis(1_120)).0).collect();
        assert_eq!(burst, [1_040, 1_060, 1_080, 1_100, 1_120]);
    }

    #[test]
    fn a_gap_is_caught_up_with() {
        let mut clock = Clock { at: Millis(0), behind: Millis::NEVER, frames: 0 };
        // Nothing came for a second, and the audio of that second never will.
        let last = (0..200u64).map(|number| clock.frame(Millis(1_000 + 20 * number))).last();
        assert_eq!(last, Some(Millis(1_000 + 20 * 199)));
    }
}
