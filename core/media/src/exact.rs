use crate::Resampler;

/// A resampler that gives as much time as it gets, piece by piece: its filter's delay is silence at the beginning.
pub struct Exact {
    resampler: Option<Resampler>,
    from: usize,
    to: usize,
    waiting: Vec<i16>,
    piece: Vec<i16>,
}

impl Exact {
    /// Between rates in samples a second. Pieces must be of a length that is a whole number of samples at both.
    pub fn new(from: u32, to: u32) -> Exact {
        let resampler = (from != to).then(|| Resampler::new(from, to));
        let (from, to) = (from as usize, to as usize);
        Exact { resampler, from, to, waiting: Vec::new(), piece: Vec::new() }
    }

    pub fn convert(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        out.clear();
        let Some(resampler) = &mut self.resampler else {
            out.extend_from_slice(samples);
            return;
        };
        resampler.process_into(samples, &mut self.piece);
        self.waiting.extend_from_slice(&self.piece);
        let due = samples.len() * self.to / self.from;
        let missing = due.saturating_sub(self.waiting.len());
        out.resize(missing, 0);
        out.extend(self.waiting.drain(..due - missing));
    }
}
