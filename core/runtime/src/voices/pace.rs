//! How far a voice is ahead of what is spoken, and whether it goes on at all. A vendor that sends audio much faster than it is spoken
//! waits: what is far from being said stays with the vendor, and an answer that is cut off was not carried home in vain. One that
//! has all the words of an utterance and sends no more of it has failed, though its connection says nothing.

use closare_telephony::Voice;
use closare_terms::Millis;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// With more than this to say, nothing more is read.
const AHEAD_MAX: Millis = Millis(2_000);
/// With so little left, it is read again: more than a network takes to get going.
const AHEAD_MIN: Millis = Millis(1_000);

/// Cheap to clone; never waits.
#[derive(Clone)]
pub struct Pace {
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The utterance that got audio last; none once it is done or was stopped.
    speaking: Option<u32>,
    /// The last utterance of which the voice has all words.
    whole: u32,
}

pub fn new() -> (Pace, watch::Receiver<State>) {
    let (state, pulled) = watch::channel(State::default());
    (Pace { state: Arc::new(state) }, pulled)
}

impl Pace {
    /// Audio came.
    pub fn appended(&self, utterance: u32) {
        self.state.send_modify(|state| state.speaking = Some(utterance));
    }

    /// The voice has its last words.
    pub fn whole(&self, utterance: u32) {
        self.state.send_modify(|state| state.whole = utterance);
    }

    /// What was being said is over: what comes next may come at once.
    pub fn release(&self) {
        self.state.send_modify(|state| state.speaking = None);
    }
}

/// Holds the voice's vendor back when it is far ahead, and tells when it has stalled: it has all words of an utterance, all that
/// came was said, and no more came for `stall_max`. Ends with the last [`Pace`].
pub async fn run(
    mut pulled: watch::Receiver<State>,
    line: Voice,
    stall_max: Millis,
    hold: impl Fn(bool),
    stalled: impl Fn() + Send,
) {
    let mut told = None;
    loop {
        let state = *pulled.borrow_and_update();
        let ahead = state.speaking.map(|utterance| Millis(line.queued(utterance)));
        if let Some(span) = ahead.and_then(waits) {
            hold(true);
            // Audio that was on its way already doesn't end the wait; a stop and an end do.
            let _ = timeout(span, pulled.wait_for(|state| state.speaking.is_none())).await;
            hold(false);
            continue;
        }
        let owes = state.speaking.filter(|utterance| *utterance <= state.whole && Some(*utterance) != told);
        let patience = ahead
            .filter(|_| owes.is_some())
            .map_or(Duration::MAX, |ahead| Duration::from_millis((ahead + stall_max).0));
        match timeout(patience, pulled.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => {
                told = owes;
                stalled();
            }
        }
    }
}

/// How long nothing is read, with so much still to say.
fn waits(ahead: Millis) -> Option<Duration> {
    (ahead > AHEAD_MAX).then(|| Duration::from_millis(ahead.since(AHEAD_MIN).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_little_is_left() {
        assert_eq!(waits(Millis(2_000)), None);
        assert_eq!(waits(Millis(5_000)), Some(Duration::from_secs(4)));
    }
}
