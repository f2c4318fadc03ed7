//! What policies give, and what they can't do.

mod combination;
mod limits;
mod table;
