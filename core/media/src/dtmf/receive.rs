use super::key_of;
use closare_terms::Millis;

/// Telephone events in, each key once, at its first packet.
///
/// A key is its timestamp: the marker and the end bit may be lost or repeated. A key ends by its end bit, or when no
/// packet has come for 60 ms.
#[derive(Clone, Debug, Default)]
pub struct KeyReceiver {
    key: Option<Key>,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    event: u8,
    timestamp: u32,
    duration: u16,
    last: Millis,
    ended: bool,
}

impl KeyReceiver {
    pub fn new() -> KeyReceiver {
        KeyReceiver::default()
    }

    /// Takes a packet of the event's payload type. Gives the key (`0`–`9`, `*`, `#`, `A`–`D`) if it is a new one; None
    /// also for flash and other events. Longer payloads hold redundant events, of which the first is read.
    pub fn feed(&mut self, timestamp: u32, _marker: bool, payload: &[u8], at: Millis) -> Option<char> {
        let &[event, flags, high, low, ..] = payload else { return None };
        let ended = flags & END_BIT != 0;
        let key = Key { event, timestamp, duration: u16::from_be_bytes([high, low]), last: at, ended };
        let Some(before) = self.key else { return self.begin(key) };
        if timestamp == before.timestamp || before.is_continued_by(&key) {
            self.key = Some(Key { ended: before.ended || ended, ..key });
            return None;
        }
        let steps = timestamp.wrapping_sub(before.timestamp) as i32;
        let old = steps < 0 && at.since(before.last) < REORDER_MAX;
        if old { None } else { self.begin(key) }
    }

    /// Whether a key is held down: audio is muted for speech recognition meanwhile.
    pub fn is_down(&self, at: Millis) -> bool {
        self.key.is_some_and(|key| !key.ended && at.since(key.last) < SILENCE)
    }

    fn begin(&mut self, key: Key) -> Option<char> {
        self.key = Some(key);
        key_of(key.event)
    }
}

impl Key {
    /// A key over 0xFFFF ticks goes on in a new segment, which begins where the last one ended (RFC 4733 §2.5.1.3).
    fn is_continued_by(&self, next: &Key) -> bool {
        self.event == next.event
            && !self.ended
            && self.duration == u16::MAX
            && next.timestamp.wrapping_sub(self.timestamp) == u32::from(u16::MAX)
    }
}

const END_BIT: u8 = 0x80;
/// Three packets at 20 ms (RFC 4733 §2.5.2.2).
const SILENCE: Millis = Millis(60);
/// A packet with an older timestamp is a straggler for so long; then it is a sender that began anew.
const REORDER_MAX: Millis = Millis(1000);
