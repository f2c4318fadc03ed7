//! The door against a real server on loopback.

mod http;
mod llama;
mod peer;
mod secrets;
mod socket;
