//! The live page in a real browser: Chromium, headless, driven by the DevTools protocol. All of it is in `tests/it`.
//!
//! Pictures of what the browser showed lie in `target/console/` afterwards.
