//! Lets a vendor wait that sends audio much faster than it is spoken: what is far from being said stays with the vendor, and an
//! answer that is cut off was not carried home in vain.

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
pub struct Brake {
    /// The utterance that got audio last; none once it was stopped.
    speaking: Arc<watch::Sender<Option<u32>>>,
}

pub fn new() -> (Brake, watch::Receiver<Option<u32>>) {
    let (speaking, pulled) = watch::channel(None);
    (Brake { speaking: Arc::new(speaking) }, pulled)
}

impl Brake {
    pub fn appended(&self, utterance: u32) {
        self.speaking.send_replace(Some(utterance));
    }

    /// What was being said is over: what comes next may come at once.
    pub fn release(&self) {
        self.speaking.send_replace(None);
    }
}

/// Holds the voice's vendor back when it is far ahead. Ends with the last [`Brake`].
pub async fn run(mut pulled: watch::Receiver<Option<u32>>, line: Voice, hold: impl Fn(bool)) {
    while pulled.changed().await.is_ok() {
        let utterance = *pulled.borrow_and_update();
        let ahead = utterance.map_or(Millis::ZERO, |utterance| Millis(line.queued(utterance)));
        if let Some(span) = waits(ahead) {
            hold(true);
            // Audio that was on its way already doesn't end the wait; a stop does.
            let _ = timeout(span, pulled.wait_for(Option::is_none)).await;
            hold(false);
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
