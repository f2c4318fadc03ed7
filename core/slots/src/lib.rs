//! Recognisers: text or keys become a number, a date, a phone number, a name; and how a value is said by a voice.
//!
//! Everything here is a function of its arguments. The moment, the language and the country come in a [`Context`]; there is no
//! clock, no network and no file, so the crate runs inside a plugin's sandbox as well as in the call machine.
//!
//! ```
//! use closare_slots::{Context, Form, Type, hear, speak};
//! let english = "en".into();
//! let now = "2026-02-27T10:00".parse().expect("a moment");
//! let heard = hear(&Type::Date, "next Tuesday, please", &Context { language: &english, now, country: None }).expect("a date");
//! assert_eq!(speak(&heard.value, Form::Plain, &english), "Tuesday the third of March");
//! ```
//!
//! A kind of value is one file, with how it is heard, how it is said, and a table of examples. English and German are known in
//! words; in any other language figures and ISO forms are.

mod calendar;
mod check;
mod choice;
mod date;
mod date_time;
mod digits;
mod duration;
mod email;
mod hear;
mod json;
mod keys;
mod kind;
mod money;
mod name;
mod number;
mod numeral;
mod ordinary;
mod phone;
mod postcode;
mod schema;
mod speak;
mod speech;
mod spelled;
mod time;
mod tongue;
mod value;
mod yes_no;

pub use check::{Complaint, check};
pub use hear::{Context, Heard, hear, hear_all};
pub use keys::from_keys;
pub use kind::{Choice, Type};
pub use speak::{Form, speak, speak_on};
pub use value::Value;

#[cfg(test)]
mod table;
