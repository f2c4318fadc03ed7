//! The page's own files, which are part of the binary.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// Not opened by a cookie: it holds nothing of a call.
pub(crate) async fn part(Path(file): Path<String>) -> Response {
    match PARTS.iter().find(|(name, _, _)| *name == file) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(crate) async fn call() -> Html<&'static str> {
    Html(include_str!("../../page/call.html"))
}

pub(crate) fn index() -> Html<&'static str> {
    Html(include_str!("../../page/index.html"))
}

/// For who has just come by a link: goes on to `/` by itself. Not a redirect: where the link was clicked on another site's page
/// (a terminal in a browser), a strict cookie doesn't follow one.
pub(crate) fn welcome() -> Html<&'static str> {
    Html(include_str!("../../page/welcome.html"))
}

pub(crate) fn closed() -> (StatusCode, Html<&'static str>) {
    (StatusCode::FORBIDDEN, Html(include_str!("../../page/closed.html")))
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! part {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("../../page/", $name)))
    };
}

const PARTS: &[(&str, &str, &str)] = &[
    part!("style.css", "text/css; charset=utf-8"),
    part!("index.js", SCRIPT),
    part!("ask.js", SCRIPT),
    part!("call.js", SCRIPT),
    part!("kept.js", SCRIPT),
    part!("transcript.js", SCRIPT),
    part!("latency.js", SCRIPT),
    part!("live.js", SCRIPT),
    part!("recording.js", SCRIPT),
    part!("usage.js", SCRIPT),
    part!("vendors.js", SCRIPT),
    part!("wav.js", SCRIPT),
    part!("words.js", SCRIPT),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage that the page doesn't know would have no place in a bar, and no colour.
    #[test]
    fn the_page_knows_each_stage_in_its_order() {
        let script = include_str!("../../page/latency.js");
        let places = closare_call::Latency::STAGES.map(|stage| script.find(&format!("\"{stage}\"")));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    }

    #[test]
    fn the_page_asks_no_other_host_and_writes_no_markup() {
        let pages = [index(), welcome(), closed().1].map(|page| page.0);
        for text in PARTS.iter().map(|(_, _, text)| *text).chain(pages) {
            for word in
                ["http:", "https:", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("]
            {
                assert!(!text.contains(word), "`{word}`");
            }
        }
    }
}
