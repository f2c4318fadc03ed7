use closare_media::Resampler;

/// A resampler that gives a frame for a frame: its filter's delay is silence at the beginning.
pub(crate) struct Exact {
    resampler: Option<Resampler>,
    per_frame: usize,
    waiting: Vec<i16>,
    piece: Vec<i16>,
}

impl Exact {
    pub fn new(from: u32, to: u32) -> Exact {
        let resampler = (from != to).then(|| Resampler::new(from, to));
        Exact { resampler, per_frame: (to / 50) as usize, waiting: Vec::new(), piece: Vec::new() }
    }

    pub fn convert(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        out.clear();
        let Some(resampler) = &mut self.resampler else {
            out.extend_from_slice(samples);
            return;
        };
        resampler.process_into(samples, &mut self.piece);
        self.waiting.extend_from_slice(&self.piece);
        let missing = self.per_frame.saturating_sub(self.waiting.len());
        out.resize(missing, 0);
        out.extend(self.waiting.drain(..self.per_frame - missing));
    }
}
