//! Pure parts by their rules; calls with real sockets on loopback; SIPp where it is installed.

mod admission;
mod calls;
mod digest;
mod latch;
mod number;
mod quiet;
mod register;
mod requests;
mod sdp;
mod sipp;
mod stream;
mod torture;
