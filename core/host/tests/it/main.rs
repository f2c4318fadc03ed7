//! The host against real guests (`tests/plugins`), built for WASM on the way. Where no compiler for WASM is installed, a test
//! says what is missing and is skipped.

mod build;
mod contract;
mod guests;
mod limits;
mod manifest;
mod order;
mod roles;
mod shared;
mod speed;
