//! Whole calls in virtual time.

mod kit;
mod ready_made;
