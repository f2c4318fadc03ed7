//! What a voice has for its sound before the next of its chain takes over, and the last exit after the last. Together they have what
//! the workflow's silence leaves them.

use super::{Purpose, Speech};
use crate::context::Context;
use crate::gate::Want;
use crate::timers::Reason;
use closare_terms::Millis;

/// A voice that has sent nothing to the wire for this long has failed. Fixed phrases are there at once; a sentence of a
/// minute's length on a slow voice is not.
const VOICE_SILENCE_MAX: Millis = Millis(8_000);
/// What a voice with a successor has for its first sound, however long the silence already is: vendors take up to a second.
const VOICE_SILENCE_MIN: Millis = Millis(1_500);
/// What is kept for the last voice, which runs on this machine where the file is wise, and is as slow as the machine is busy. After
/// it nothing but the last exit is left, so it isn't given up on sooner.
const LAST_VOICE_MIN: Millis = Millis(2_000);
/// The last exit's words are stored; they take a moment to be heard all the same.
const LAST_EXIT: Millis = Millis(500);
/// Silence in the middle of an utterance, after all that came was said. A voice on a busy machine makes a sentence in less.
const STALL_MAX: Millis = Millis(5_000);
/// Slow speech, generously: a sentence that takes longer than this a character is stuck.
const CHAR_MAX: Millis = Millis(180);

impl Context {
    /// The first of the queue owes a packet, or its end.
    pub fn set_speech_timer(&mut self) {
        // On hold nothing is sent, so nothing is late.
        let first = self.state.floor.queue.front().filter(|_| !self.state.floor.on_hold);
        let Some(first) = first else { return self.clear(Reason::SpeechDue) };
        let due = match (first.playing, first.taken_over) {
            (None, _) => self.first_sound_due(first),
            (Some(_), true) => first.since + least(self.successors(first)),
            (Some(playing), false) => {
                let by_text = Millis(first.chars() * CHAR_MAX.0);
                playing.max(self.now) + VOICE_SILENCE_MAX + first.length.unwrap_or(by_text).max(by_text)
            }
        };
        self.state.timers.set(Reason::SpeechDue, due);
    }

    /// What was due and did not come: which voice had it.
    pub fn late_voice(&self) -> Option<usize> {
        self.state.floor.queue.front().map(|speech| speech.voice)
    }

    /// The call is put on hold, or taken back: a voice that owes its first sound has its time from then on.
    pub fn hold_speech(&mut self, on: bool) {
        self.state.floor.on_hold = on;
        let now = self.now;
        self.state.floor.queue.iter_mut().for_each(|speech| speech.since = now);
        self.set_speech_timer();
    }

    /// When a voice that owes its first sound is given up on. What is left of the silence that the workflow allows is shared among
    /// the voices that are left, so that the last exit's words still come within it if none of them speaks.
    fn first_sound_due(&self, speech: &Speech) -> Millis {
        let since = speech.since.max(self.state.floor.last_sound);
        let left = (self.state.floor.last_sound + self.workflow.limits.silence - LAST_EXIT).since(since);
        let successors = self.successors(speech);
        let share = match successors {
            0 => left,
            more => Millis((left - LAST_VOICE_MIN).0 / more),
        };
        since + share.max(least(successors)).min(VOICE_SILENCE_MAX)
    }

    /// How many voices may say it if the one that has it fails. Nothing follows the last exit.
    fn successors(&self, speech: &Speech) -> u64 {
        if speech.purpose == Purpose::LastExit {
            return 0;
        }
        let may = |voice: &usize| {
            let want = if speech.personal { Want::PersonalVoice(*voice) } else { Want::Voice(*voice) };
            *voice != speech.voice && self.allowed(&want)
        };
        self.state.vendors.tts.alive().filter(may).count() as u64
    }
}

/// How long a voice may be silent in the middle of an utterance, after all that came was said, where so many others could go on
/// with it and the workflow allows this much silence in all.
pub fn stall_max(silence: Millis, successors: u64) -> Millis {
    let others = (0..successors).fold(LAST_EXIT, |sum, after| sum + least(after));
    (silence - others).max(least(successors)).min(STALL_MAX)
}

fn least(successors: u64) -> Millis {
    if successors == 0 { LAST_VOICE_MIN } else { VOICE_SILENCE_MIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_leaves_the_others_their_time() {
        let stall = |silence, successors| stall_max(Millis(silence), successors).0;
        assert_eq!([stall(6_000, 0), stall(6_000, 1), stall(6_000, 2)], [5_000, 3_500, 2_000]);
        assert_eq!([stall(3_000, 0), stall(3_000, 1), stall(30_000, 1)], [2_500, 1_500, 5_000]);
    }
}
