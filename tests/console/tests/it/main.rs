//! The live page, seen and clicked as a person does.

mod browser;
mod house;
mod look;
mod page;
mod talk;
