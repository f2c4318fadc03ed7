//! What is kept, what never lies open, and what outlives a process that is killed.

mod away;
mod canary;
mod house;
mod killed;
mod round_trip;
mod schema;
mod sweep;
