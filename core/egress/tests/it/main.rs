//! The door against a real server on loopback.

mod again;
mod http;
mod llama;
mod load;
mod peer;
mod secrets;
mod socket;
mod tls;
