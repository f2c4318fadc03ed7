//! What one session, one exchange and one origin may take.

use crate::breaker::BreakerLimits;
use crate::rate::LoadLimits;
use crate::retry::RetryLimits;
use std::time::Duration;

/// `open_max`, `in_flight_max` and `waiting_mark` are a session's and hold for all of its origins; the rest may
/// differ from origin to origin ([`EgressOptions`](crate::EgressOptions)).
#[derive(Clone, Debug)]
pub struct Limits {
    /// To resolve a name, connect and shake hands.
    pub connect: Duration,
    /// From asking to the head of the answer, for each time that it is asked.
    pub answer: Duration,
    /// Between two pieces of a body, and for a write to a socket to get through.
    pub stall: Duration,
    /// For a whole exchange; a request may ask for less.
    pub exchange: Duration,
    /// Bytes of one answer.
    pub body_max: usize,
    /// Bytes of one message of a socket.
    pub message_max: usize,
    /// Requests, sockets and wake-ups of one session.
    pub open_max: usize,
    /// Bytes of one ticket that wait to leave, and of all whole bodies of a session. More of them fail it.
    pub in_flight_max: usize,
    /// Bytes that wait to leave at which the session is told so, and again when they are fewer.
    pub waiting_mark: usize,
    /// When it is asked again.
    pub retry: RetryLimits,
    /// When an origin is taken to be down.
    pub breaker: BreakerLimits,
    /// How much one plugin may ask of one origin.
    pub load: LoadLimits,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // A caller waits: a vendor that takes longer than this is down, and the next of the chain is tried.
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            stall: Duration::from_secs(20),
            exchange: Duration::from_secs(300),
            // Twenty minutes of speech at 24 kHz, 16 bit.
            body_max: 64 << 20,
            message_max: 4 << 20,
            open_max: 64,
            in_flight_max: 8 << 20,
            // Eight seconds of 16 kHz audio: a vendor that reads in real time never lets it come to that.
            waiting_mark: 256 << 10,
            retry: RetryLimits::default(),
            breaker: BreakerLimits::default(),
            load: LoadLimits::default(),
        }
    }
}
