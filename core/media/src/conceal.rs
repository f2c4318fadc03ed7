//! What to play where a frame is lost: the last one again, fading.

/// Repeats the last good frame for up to 60 ms, then gives silence.
pub struct Concealer {
    last: Vec<i16>,
    lost_frames: usize,
}

/// 60 ms: longer sounds like a robot.
const FADE_FRAMES: usize = 3;

impl Concealer {
    /// For frames of so many samples.
    pub fn new(samples: usize) -> Concealer {
        Concealer { last: vec![0; samples], lost_frames: FADE_FRAMES }
    }

    /// Takes note of a frame that was played.
    pub fn note(&mut self, frame: &[i16]) {
        self.lost_frames = 0;
        self.last.clear();
        self.last.extend_from_slice(frame);
    }

    /// A frame for a lost one; `out` holds it afterwards.
    pub fn conceal_into(&mut self, out: &mut Vec<i16>) {
        out.clear();
        let len = self.last.len();
        let total = (FADE_FRAMES * len).max(1) as i32;
        let done = (self.lost_frames * len) as i32;
        out.extend(self.last.iter().zip(done..).map(|(sample, at)| {
            let gain = (total - at).max(0);
            (i32::from(*sample) * gain / total) as i16
        }));
        self.lost_frames = (self.lost_frames + 1).min(FADE_FRAMES);
    }

    /// Forgets the last frame: after silence or a new stream, nothing is repeated.
    pub fn reset(&mut self) {
        self.lost_frames = FADE_FRAMES;
    }
}
