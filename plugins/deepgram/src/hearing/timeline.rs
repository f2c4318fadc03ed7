//! Which moment of the call a moment of the stream is. Both are in milliseconds.

use closare_plugin::{AudioFormat, Millis};

/// The stream's clock counts the audio that was sent. It stands still while the host sends none (the caller is on hold), so
/// each break is noted.
#[derive(Debug)]
pub struct Timeline {
    format: AudioFormat,
    bytes: usize,
    /// From which moment of the stream on which moment of the call counts; ascending.
    marks: Vec<(Millis, Millis)>,
}

/// Audio may come this much early or late without being a break.
const JITTER_MS: Millis = 60;

impl Timeline {
    pub fn new(format: AudioFormat) -> Timeline {
        Timeline { format, bytes: 0, marks: Vec::new() }
    }

    /// How much was sent.
    pub fn sent(&self) -> Millis {
        self.format.millis(self.bytes)
    }

    /// Audio was sent that ended at `at`.
    pub fn send(&mut self, at: Millis, bytes: usize) {
        let starts = at.saturating_sub(self.format.millis(bytes));
        if self.marks.is_empty() || self.at(self.sent()).abs_diff(starts) > JITTER_MS {
            self.marks.push((self.sent(), starts));
        }
        self.bytes += bytes;
    }

    pub fn at(&self, moment: Millis) -> Millis {
        let mark = self.marks.iter().rev().find(|(from, _)| *from <= moment).or(self.marks.first());
        mark.map_or(0, |(from, at)| at + moment.saturating_sub(*from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_moves_what_follows() {
        let mut line = Timeline::new(AudioFormat::pcm(8_000));
        line.send(1_000, 320);
        line.send(1_025, 320);
        line.send(9_000, 16_000);
        assert_eq!(line.sent(), 1_040);
        assert_eq!((line.at(0), line.at(30), line.at(40), line.at(140)), (980, 1_010, 8_000, 8_100));
    }
}
