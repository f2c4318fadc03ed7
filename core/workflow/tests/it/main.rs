//! The language from outside: a file's text in, a workflow and findings out.

mod catalog;
mod expressions;
mod pages;
mod proofs;
mod random;
mod schema;
mod spoken;
mod workflows;
