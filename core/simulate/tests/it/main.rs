//! Whole calls in virtual time.

mod calls;
mod kit;
mod ready_made;
