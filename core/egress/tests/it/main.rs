//! The door against a real server on loopback.

mod again;
mod http;
mod llama;
mod load;
mod oauth;
mod peer;
mod secrets;
mod socket;
mod tls;
