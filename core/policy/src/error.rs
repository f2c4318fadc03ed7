/// A policy, or a table of cases for one, that can't be used, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}`, line {line}, column {column}: {message}")]
pub struct Error {
    /// The policy's name as it was handed in, most often its file.
    pub name: String,
    /// From 1; 0 where the whole text is meant.
    pub line: usize,
    /// From 1; 0 where the whole line is meant.
    pub column: usize,
    pub message: String,
}
