//! Whole calls in virtual time.

mod calls;
mod ends;
mod kit;
mod law;
mod once_wrong;
mod random;
mod ready_made;
mod speed;
