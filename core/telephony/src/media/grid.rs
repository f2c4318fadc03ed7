//! When a call's frames leave: one each 20 ms, and the first of an utterance at once. A frame that is ready in the middle of a
//! silence doesn't wait for its turn; it and those that follow leave that much ahead, and the silence afterwards catches up: the
//! grid itself never moves, so that a peer gets 50 frames a second however often the agent speaks. Counted in the pacer's ticks.

/// Ticks between two frames: 20 ms.
pub(crate) const FRAME: u64 = 10;

#[derive(Debug)]
pub(crate) struct Grid {
    /// When the next frame is due.
    next: u64,
    /// How much sooner than due frames leave at the moment; less than [`FRAME`].
    ahead: u64,
}

impl Grid {
    /// The first frame is due at this tick.
    pub fn new(first: u64) -> Grid {
        Grid { next: first, ahead: 0 }
    }

    pub fn is_due(&self, tick: u64) -> bool {
        tick + self.ahead >= self.next
    }

    /// The next frame may leave now, though it isn't due.
    pub fn may_hasten(&self, tick: u64) -> bool {
        self.ahead == 0 && tick < self.next && self.next - tick < FRAME
    }

    /// A frame left that was due, or that was hastened.
    pub fn sent(&mut self, tick: u64) {
        self.ahead = self.next.saturating_sub(tick);
        self.next += FRAME;
    }

    /// What left was silence: the next leaves when it is due.
    pub fn silent(&mut self) {
        self.ahead = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The ticks at which frames leave, where an utterance of so many frames is ready at each of these ticks.
    fn left(until: u64, utterances: &[(u64, u32)]) -> Vec<u64> {
        let (mut grid, mut waiting, mut silent) = (Grid::new(0), 0, true);
        let mut left = Vec::new();
        for tick in 0..until {
            waiting += utterances.iter().filter(|(at, _)| *at == tick).map(|(_, frames)| frames).sum::<u32>();
            let hastened = silent && waiting > 0 && grid.may_hasten(tick);
            if !grid.is_due(tick) && !hastened {
                continue;
            }
            grid.sent(tick);
            left.push(tick);
            silent = waiting == 0;
            waiting = waiting.saturating_sub(1);
            if silent {
                grid.silent();
            }
        }
        left
    }

    #[test]
    fn silence_leaves_on_the_grid() {
        assert_eq!(left(41, &[]), [0, 10, 20, 30, 40]);
    }

    #[test]
    fn an_utterance_leaves_at_once_and_the_silence_after_it_catches_up() {
        assert_eq!(left(71, &[(13, 3)]), [0, 10, 13, 23, 33, 43, 60, 70]);
    }

    #[test]
    fn an_utterance_that_is_ready_on_time_changes_nothing() {
        assert_eq!(left(51, &[(20, 2)]), [0, 10, 20, 30, 40, 50]);
    }

    proptest! {
        #[test]
        fn no_frame_is_late_and_none_leaves_more_than_a_frame_ahead(
            utterances in prop::collection::vec((0u64..2_000, 1u32..60), 0..20)
        ) {
            let left = left(2_000, &utterances);
            for (number, tick) in (0u64..).zip(&left) {
                let due = number * FRAME;
                prop_assert!(*tick <= due && due - tick < FRAME, "frame {number} left at {tick}");
            }
        }
    }
}
