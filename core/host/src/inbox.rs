//! What waits for one session, in order, and what was cancelled meanwhile. Sending never waits.

use crate::NotSent;
use crate::roles::{Input, Key};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Ten seconds of audio in frames of 20 ms: a session that is further behind won't catch up.
const WAITING_MAX: usize = 512;

pub(crate) struct Inbox<I: Input> {
    state: Mutex<State<I>>,
}

struct State<I> {
    waiting: VecDeque<Waiting<I>>,
    /// In a thread's queue, or being run.
    scheduled: bool,
    dropped: bool,
    /// The last input was given: after it the session is over.
    finishing: bool,
    over: bool,
    begun: BTreeSet<Key>,
    cancelled: BTreeSet<Key>,
}

struct Waiting<I> {
    input: I,
    deadline: Instant,
}

/// What a thread that runs the session is to do.
pub(crate) enum Turn<I> {
    Take(I),
    /// Nothing waits; the next input schedules the session again.
    Idle,
    /// The session's handle was dropped, or its last input was taken.
    End,
}

impl<I: Input> Inbox<I> {
    /// Scheduled from the beginning, since opening it is the first thing to do.
    pub(crate) fn new() -> Inbox<I> {
        let state = State {
            waiting: VecDeque::new(),
            scheduled: true,
            dropped: false,
            finishing: false,
            over: false,
            begun: BTreeSet::new(),
            cancelled: BTreeSet::new(),
        };
        Inbox { state: Mutex::new(state) }
    }

    /// True where the session must be put into its thread's queue.
    pub(crate) fn send(&self, input: I, now: Instant) -> Result<bool, NotSent> {
        let mut state = self.lock();
        if state.over || state.finishing {
            return Err(NotSent::Over);
        }
        if let Some(key) = input.cancels() {
            state.cancelled.insert(key.clone());
            state.waiting.retain(|waiting| waiting.input.begins().as_ref() != Some(&key));
            if !state.begun.contains(&key) {
                return Ok(false);
            }
        }
        if state.waiting.len() >= WAITING_MAX {
            return Err(NotSent::Full);
        }
        let deadline = now + input.patience();
        state.waiting.push_back(Waiting { input, deadline });
        Ok(!std::mem::replace(&mut state.scheduled, true))
    }

    /// Puts the last input in place of all that waits. True where the session must be put into its thread's queue.
    pub(crate) fn finish(&self, last: I, now: Instant) -> bool {
        let mut state = self.lock();
        if state.over || state.dropped || state.finishing {
            return false;
        }
        let deadline = now + last.patience();
        state.waiting.clear();
        state.waiting.push_back(Waiting { input: last, deadline });
        state.finishing = true;
        !std::mem::replace(&mut state.scheduled, true)
    }

    /// The handle is gone. True where the session must be put into its thread's queue.
    pub(crate) fn close(&self) -> bool {
        let mut state = self.lock();
        state.dropped = true;
        !state.over && !std::mem::replace(&mut state.scheduled, true)
    }

    pub(crate) fn turn(&self) -> Turn<I> {
        let mut state = self.lock();
        if state.dropped && !state.finishing {
            return Turn::End;
        }
        let Some(next) = state.waiting.pop_front() else {
            if state.finishing {
                return Turn::End;
            }
            state.scheduled = false;
            return Turn::Idle;
        };
        state.begun.extend(next.input.begins());
        Turn::Take(next.input)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Nothing is taken from here on.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.over = true;
        state.waiting.clear();
    }

    pub(crate) fn is_cancelled(&self, key: &Key) -> bool {
        self.lock().cancelled.contains(key)
    }

    /// The earliest of all that waits: an input that came before it must be done first, so it inherits the hurry.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.lock().waiting.iter().map(|waiting| waiting.deadline).min()
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        // A panic elsewhere leaves the state whole: it changes in single steps.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TtsInput;
    use crate::words::Said;
    use closare_terms::Millis;

    fn say(utterance: u32) -> TtsInput {
        TtsInput::Say { at: Millis(0), utterance, said: Said::plain("yes"), last: true }
    }

    fn taken(inbox: &Inbox<TtsInput>) -> Option<u32> {
        match inbox.turn() {
            Turn::Take(TtsInput::Say { utterance, .. }) => Some(utterance),
            Turn::Take(TtsInput::Cancel { utterance, .. }) => Some(100 + utterance),
            Turn::Take(_) | Turn::Idle | Turn::End => None,
        }
    }

    #[test]
    fn what_is_cancelled_before_it_began_never_begins() {
        let inbox = Inbox::new();
        let now = Instant::now();
        for input in [say(1), say(2), TtsInput::Cancel { at: Millis(0), utterance: 2 }, say(3)] {
            inbox.send(input, now).unwrap();
        }
        assert_eq!((taken(&inbox), taken(&inbox), taken(&inbox)), (Some(1), Some(3), None));
        inbox.send(TtsInput::Cancel { at: Millis(0), utterance: 1 }, now).unwrap();
        assert_eq!(taken(&inbox), Some(101));
        assert!(inbox.is_cancelled(&Key::Number(1)) && inbox.is_cancelled(&Key::Number(2)));
    }

    #[test]
    fn a_session_is_scheduled_once() {
        let inbox = Inbox::new();
        let now = Instant::now();
        assert_eq!(inbox.send(say(1), now), Ok(false));
        assert_eq!((taken(&inbox), taken(&inbox)), (Some(1), None));
        assert_eq!((inbox.send(say(2), now), inbox.send(say(3), now)), (Ok(true), Ok(false)));
    }

    #[test]
    fn the_last_input_comes_in_place_of_what_waits_and_is_taken_though_the_handle_is_gone() {
        let inbox = Inbox::new();
        let now = Instant::now();
        inbox.send(say(1), now).unwrap();
        assert!(!inbox.finish(say(2), now), "it is scheduled already");
        assert_eq!(inbox.send(say(3), now), Err(NotSent::Over));
        inbox.close();
        assert_eq!(taken(&inbox), Some(2));
        assert!(matches!(inbox.turn(), Turn::End));

        let dropped = Inbox::new();
        dropped.close();
        assert!(!dropped.finish(say(1), now) && matches!(dropped.turn(), Turn::End));
    }

    #[test]
    fn a_full_inbox_refuses() {
        let inbox = Inbox::new();
        let sent = (0..600).take_while(|number| inbox.send(say(*number), Instant::now()).is_ok()).count();
        assert_eq!((sent, inbox.send(say(0), Instant::now())), (WAITING_MAX, Err(NotSent::Full)));
        inbox.end();
        assert_eq!(inbox.send(say(0), Instant::now()), Err(NotSent::Over));
    }
}
