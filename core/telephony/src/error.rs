use std::io;
use std::net::SocketAddr;

/// Why telephony didn't start, or a call didn't come about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("expected a free UDP and TCP port at `{listen}`, found it in use or not ours")]
    Listen { listen: SocketAddr, source: io::Error },
    #[error("expected two free ports between `{first}` and `{last}` for a call's audio, found none")]
    NoPort { first: u16, last: u16 },
    #[error("expected a SIP URI such as `sip:100@host`, found one that can't be read")]
    Uri,
    /// The peer has no codec that we speak, or its SDP can't be read.
    #[error("expected audio that both ends speak, found {0}")]
    Media(String),
    #[error("expected an answered call, found status `{status}`")]
    Refused { status: u16 },
    #[error("expected a caller on the line, found that the call was given up")]
    Gone,
    #[error("expected the peer to follow SIP, found {0}")]
    Peer(String),
    #[error("expected the audio threads to run, found that they ended")]
    Stopped,
}
