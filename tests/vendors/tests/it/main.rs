//! The emulator against the vendors' own clients, and Closare's plugins against the emulator.

mod clients;
mod ears;
mod models;
mod plugged;
mod program;
mod voices;
