//! What the repository promises about its own shape, as tests: who may use whom, what the pure crates may touch, and that
//! the source is tidy. All of it is in `tests/it`.
