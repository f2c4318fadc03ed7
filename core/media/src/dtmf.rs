//! Keys: as telephone events (RFC 4733), and as tones in the audio (ITU-T Q.23).

mod detect;
mod receive;
mod send;
mod tones;

pub use detect::ToneDetector;
pub use receive::KeyReceiver;
pub use send::{KeyPacket, KeySender, Sending};
pub use tones::tone;

/// The keys in the order of their event codes 0 to 15 (RFC 4733 §3.2).
const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

fn key_of(event: u8) -> Option<char> {
    KEYS.get(usize::from(event)).copied()
}

fn event_of(key: char) -> Option<u8> {
    let upper = key.to_ascii_uppercase();
    (0..).zip(KEYS).find_map(|(event, known)| (known == upper).then_some(event))
}
