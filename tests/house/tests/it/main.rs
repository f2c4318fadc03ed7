//! One binary for all promises. Each failure lists every place, and says what to do.

mod arrows;
mod bounded;
mod clippy;
mod examples;
mod house;
mod pure_source;
mod pure_trees;
mod tidy;
mod tokens;
