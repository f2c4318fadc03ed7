//! The workflows that more than one test answers with.

/// A disclosure, a question, and the end.
pub const LINE: &str = r#"
closare: 1
name: line
languages: [en]
steps:
  - disclose
  - ask: {say: "What happened?", as: story}
  - hangup: "Good-bye."
"#;

/// As they are delivered.
pub const FRONT_DESK: &str = include_str!("../../../../workflows/front-desk.yaml");
