//! Conditions and values: parsed and typed when the file is checked, evaluated during the call.
//!
//! The grammar is the expression part of Rhai's: literals, names, members (`call.from`), indices (`call.headers["X-Id"]`),
//! `+ - * / %`, comparisons, `&& || !` (`and`, `or`, `not` too), four questions on texts (`contains`, `starts_with`,
//! `ends_with`, `len`), and durations such as `30d`. It has no loop and no function of one's own, and its depth is bounded,
//! so each one ends; there is no clock but `now` and `today` of the scope.

mod evaluate;
mod kind;
mod lex;
mod parse;

pub(crate) use kind::{Kind, KindError};
pub(crate) use parse::{ParseError, Tree};

use crate::finding::Place;
use closare_slots::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an expression gives, and what a variable holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// A typed value that a slot heard; it compares with its like, and says itself.
    Slot(Value),
    List(Vec<Datum>),
    Map(BTreeMap<String, Datum>),
}

/// Gives the values of names: variables, `call`, `now`, `today`, `intent`, `summary`, `turns`, outcomes by step id.
pub trait Scope {
    fn get(&self, name: &str) -> Option<Datum>;
}

/// An expression of Rhai's expression subset: no loops, no functions of one's own, bounded in depth.
#[derive(Clone, Debug)]
pub struct Expression {
    source: String,
    tree: Tree,
    place: Place,
}

/// Why an expression gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` gave no value: {reason}")]
pub struct EvalError {
    pub expression: String,
    pub reason: String,
}

impl Expression {
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Where it stands in the file.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The value. `Nothing` where a name holds none; an error where the values don't fit the signs between them.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Datum, EvalError> {
        evaluate::evaluate(&self.tree, scope)
            .map_err(|reason| EvalError { expression: self.source.clone(), reason })
    }

    /// Whether the condition holds. What can't be evaluated doesn't hold.
    pub fn holds(&self, scope: &dyn Scope) -> bool {
        self.evaluate(scope).is_ok_and(|datum| evaluate::plain(datum) == Datum::Bool(true))
    }

    /// The first names in it: `call` of `call.from`.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.tree.names(&mut names);
        names
    }

    pub(crate) fn parse(source: &str, place: Place) -> Result<Expression, ParseError> {
        Ok(Expression { source: source.to_owned(), tree: parse::parse(source)?, place })
    }

    /// What it gives, as far as the kinds of the names tell.
    pub(crate) fn kind(&self, of: &dyn Fn(&str) -> Kind) -> Result<Kind, KindError> {
        kind::kind(&self.tree, of)
    }
}
