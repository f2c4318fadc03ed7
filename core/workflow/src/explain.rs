//! The pages of the manual, one a code: what `closare explain CODE` prints, and what the tests run.

use crate::finding::Code;

/// The page of a code, in Markdown.
pub fn explain(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code).map(|(_, page)| *page)
}

/// Every code, in the order of the manual.
pub fn codes() -> impl Iterator<Item = Code> {
    PAGES.iter().map(|(code, _)| *code)
}

macro_rules! pages {
    ($($code:literal)+) => {
        const PAGES: &[(Code, &str)] = &[$(($code, include_str!(concat!("../findings/", $code, ".md")))),+];
    };
}

pages! {
    "read-1" "read-2" "read-3" "read-4" "read-5" "read-6" "read-7" "read-8" "read-9"
    "say-1" "say-2" "say-3" "say-4" "say-5"
    "flow-1" "flow-2" "flow-3" "flow-4" "flow-5" "flow-6"
    "law-1" "law-2" "law-3" "law-4" "law-5" "law-6" "law-8"
    "var-1" "var-2" "var-3" "var-4"
    "time-1"
    "use-1" "use-2" "use-5"
    "ask-1" "ask-2" "ask-3"
}
