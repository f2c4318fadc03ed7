//! The workflow language: YAML in; a checked [`Workflow`] and [`Finding`]s out. Pure.
//!
//! [`read`] is the way in: `source` makes a tree of the text, `reader` with `file`, `steps`, `slot` and `anytime` types it,
//! `checks` proves what the tree promises, over every path of `paths`.

mod anytime;
mod catalog;
mod checks;
mod explain;
mod expression;
mod file;
mod finding;
mod paths;
mod phrase;
mod read;
mod reader;
mod render;
mod scalar;
mod schema;
mod slot;
mod source;
mod steps;
mod workflow;

pub use catalog::{Catalog, Elsewhere, Holds, Installed, Rule};
pub use explain::{codes, explain};
pub use expression::{Datum, EvalError, Expression, Scope};
pub use finding::{Code, Finding, Place, Severity};
pub use phrase::{Part, Phrase, Piece, Template};
pub use read::{Reading, read};
pub use render::render;
pub use schema::schema;
pub use workflow::*;
