use super::event_of;
use std::collections::VecDeque;

/// What to send in one tick of 20 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// A telephone event. No audio goes out in this tick; the sequence number goes on.
    Packet(KeyPacket),
    /// The pause between two keys: silence.
    Pause,
    /// No key waits: audio as usual.
    Idle,
}

/// One packet of a telephone event, at a clock of 8000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPacket {
    /// First packet of the key.
    pub marker: bool,
    /// When the key began: the same in all its packets.
    pub timestamp: u32,
    pub payload: [u8; 4],
}

/// Keys out: 100 ms of tone, the end sent three times, and a pause of 60 ms (at least 50, in whole ticks), in which the
/// last two ends go.
#[derive(Clone, Debug, Default)]
pub struct KeySender {
    events: VecDeque<u8>,
    /// Ticks of the first key that have been sent, and its timestamp.
    ticks: u16,
    timestamp: u32,
}

impl KeySender {
    pub fn new() -> KeySender {
        KeySender::default()
    }

    /// Puts keys in the queue. What isn't a key (`0`–`9`, `*`, `#`, `A`–`D`) is left out.
    pub fn push(&mut self, keys: &str) {
        self.events.extend(keys.chars().filter_map(event_of));
    }

    /// What to send in this tick; `timestamp` is the one that an audio packet would have.
    pub fn next(&mut self, timestamp: u32) -> Sending {
        let Some(event) = self.events.front().copied() else { return Sending::Idle };
        if self.ticks == 0 {
            self.timestamp = timestamp;
        }
        self.ticks += 1;
        let sending = self.sending(event);
        if self.ticks == TONE_TICKS + PAUSE_TICKS {
            self.events.pop_front();
            self.ticks = 0;
        }
        sending
    }

    pub fn is_idle(&self) -> bool {
        self.events.is_empty()
    }

    /// Forgets what waits. A key that is being sent is cut; the receiver ends it by time.
    pub fn stop(&mut self) {
        self.events.clear();
        self.ticks = 0;
    }

    fn sending(&self, event: u8) -> Sending {
        if self.ticks >= TONE_TICKS + END_PACKETS {
            return Sending::Pause;
        }
        let end = if self.ticks >= TONE_TICKS { 0x80 } else { 0 };
        let [high, low] = (self.ticks.min(TONE_TICKS) * TICK).to_be_bytes();
        Sending::Packet(KeyPacket {
            marker: self.ticks == 1,
            timestamp: self.timestamp,
            payload: [event, end | VOLUME, high, low],
        })
    }
}

/// 20 ms at a clock of 8000.
const TICK: u16 = 160;
const TONE_TICKS: u16 = 5;
const PAUSE_TICKS: u16 = 3;
const END_PACKETS: u16 = 3;
/// −10 dBm0, what most senders say.
const VOLUME: u8 = 10;
