//! What waits for its kind's verdict, oldest first and bounded.

use closare_terms::Kind;
use std::collections::VecDeque;

pub struct Waiting<T> {
    most: usize,
    bytes: usize,
    items: VecDeque<Item<T>>,
}

struct Item<T> {
    kind: Kind,
    bytes: usize,
    what: T,
}

impl<T> Waiting<T> {
    /// Holds up to `most` bytes.
    pub fn new(most: usize) -> Waiting<T> {
        Waiting { most, bytes: 0, items: VecDeque::new() }
    }

    /// Waits from now on. The oldest that have no room beside it any more come back.
    pub fn push(&mut self, kind: Kind, bytes: usize, what: T) -> Vec<T> {
        let mut gone = Vec::new();
        while self.bytes + bytes > self.most {
            let Some(oldest) = self.items.pop_front() else { break };
            self.bytes -= oldest.bytes;
            gone.push(oldest.what);
        }
        self.bytes += bytes;
        self.items.push_back(Item { kind, bytes, what });
        gone
    }

    /// Those of this kind, oldest first: they wait no longer.
    pub fn take(&mut self, kind: Kind) -> Vec<T> {
        self.take_if(|of, _| of == kind)
    }

    pub fn take_all(&mut self) -> Vec<T> {
        self.take_if(|_, _| true)
    }

    pub fn take_if(&mut self, wanted: impl Fn(Kind, &T) -> bool) -> Vec<T> {
        let (taken, kept): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.items).into_iter().partition(|item| wanted(item.kind, &item.what));
        self.bytes = kept.iter().map(|item| item.bytes).sum();
        self.items = kept;
        taken.into_iter().map(|item| item.what).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_taken_in_its_order() {
        let mut waiting = Waiting::new(100);
        for (kind, what) in [(Kind::Transcript, 1), (Kind::Field, 2), (Kind::Transcript, 3)] {
            assert!(waiting.push(kind, 10, what).is_empty());
        }
        assert_eq!(waiting.take(Kind::Transcript), [1, 3]);
        assert_eq!(waiting.take_all(), [2]);
    }

    #[test]
    fn the_oldest_make_room() {
        let mut waiting = Waiting::new(100);
        assert!(waiting.push(Kind::Transcript, 60, 1).is_empty());
        assert!(waiting.push(Kind::Transcript, 40, 2).is_empty());
        assert_eq!(waiting.push(Kind::Transcript, 50, 3), [1]);
        assert_eq!(waiting.take_all(), [2, 3]);
    }

    #[test]
    fn what_was_taken_takes_no_room() {
        let mut waiting = Waiting::new(100);
        for round in 0..50 {
            assert!(waiting.push(Kind::Transcript, 60, round).is_empty());
            assert_eq!(waiting.take(Kind::Transcript), [round]);
        }
    }
}
