//! SIP. The stack's types are named in these files and nowhere else; what is pure here names none of them.

pub mod admission;
pub(crate) mod call;
pub mod datagram;
pub(crate) mod dialing;
pub(crate) mod driver;
pub mod gate;
mod info;
mod inspect;
mod receiving;
pub(crate) mod refer;
pub mod registration;
mod requests;
mod session;
mod unreadable;
