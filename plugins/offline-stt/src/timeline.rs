//! Which moment of the call a sample belongs to.

use crate::gate::RATE;
use closare_plugin::Millis;

/// Audio stands still while the host sends none (the caller is on hold), so that a count of samples isn't enough:
/// each break is noted.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The sample from which on `at` counts; ascending.
    marks: Vec<(usize, Millis)>,
}

/// A frame may come this much early or late without being a break.
const JITTER_MS: Millis = 60;

impl Timeline {
    /// Audio that begins with sample `index` was heard from `at` on.
    pub fn mark(&mut self, index: usize, at: Millis) {
        if self.marks.is_empty() || self.at(index).abs_diff(at) > JITTER_MS {
            self.marks.push((index, at));
        }
    }

    pub fn at(&self, index: usize) -> Millis {
        let mark = self.marks.iter().rev().find(|(first, _)| *first <= index).or(self.marks.first());
        mark.map_or(0, |(first, at)| at + (index.saturating_sub(*first) * 1000 / RATE) as Millis)
    }

    /// The first `count` samples are gone.
    pub fn drop_front(&mut self, count: usize) {
        let at = self.at(count);
        self.marks.retain(|(first, _)| *first > count);
        for (first, _) in &mut self.marks {
            *first -= count;
        }
        self.marks.insert(0, (0, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_moves_what_follows() {
        let mut line = Timeline::default();
        line.mark(0, 1000);
        line.mark(320, 1021);
        line.mark(16_000, 9000);
        assert_eq!((line.at(8_000), line.at(16_000), line.at(32_000)), (1500, 9000, 10_000));
        line.drop_front(8_000);
        assert_eq!((line.at(0), line.at(8_000)), (1500, 9000));
        line.drop_front(16_000);
        assert_eq!(line.at(0), 9500);
    }
}
