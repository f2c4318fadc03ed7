//! The dentist's telephone, with the real model.

mod dentist;
mod extract;
mod summarize;
