//! Whatever a file holds, reading it ends, and every finding lies in the file.

use crate::catalog::catalog;
use closare_workflow::{Finding, codes, read, render};
use proptest::prelude::*;

const FILES: [&str; 3] = [
    include_str!("../../../../workflows/front-desk.yaml"),
    include_str!("../../../../workflows/night-line.yaml"),
    include_str!("../../../../workflows/booking.yaml"),
];

/// What people and machines get wrong.
const SCRAPS: [&str; 24] = [
    "\t",
    "  ",
    "\n",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "!x ",
    "|",
    "ß",
    "🦀",
    "{day}",
    "goto: steps",
    "- flow: booking\n",
    "when: x > ",
    "0123",
    "- ask: \"?\"\n",
];

fn check(text: &str) {
    let reading = read(text, &catalog());
    let errors = reading.findings.iter().any(|finding| finding.severity == closare_workflow::Severity::Error);
    assert_eq!(reading.workflow.is_none(), errors, "a workflow exactly where nothing is an error");
    reading.findings.iter().for_each(|finding| lies_within(finding, text));
}

fn lies_within(finding: &Finding, text: &str) {
    assert!(codes().any(|code| code == finding.code), "{} has no page", finding.code);
    for place in finding.related.iter().map(|(place, _)| place).chain([&finding.place]) {
        assert!(text.get(place.begin..place.end).is_some(), "{finding:?} lies outside of the file");
        let line = text[..place.begin].matches('\n').count() + 1;
        assert!(place.line as usize == line || *place == Default::default(), "{finding:?} is in line {line}");
    }
    assert!(render(finding, text, "file.yaml").ends_with('\n'));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,200}|([a-z]{1,8}: ?[\\[{]?[ -~]{0,20}\n){0,8}") {
        check(&text);
    }

    #[test]
    fn a_workflow_with_scraps_in_it(
        file in 0..FILES.len(),
        at in prop::collection::vec((any::<prop::sample::Index>(), 0..SCRAPS.len(), 0usize..12), 1..4),
    ) {
        let mut text = FILES[file].to_owned();
        for (index, scrap, lost) in at {
            let begin = floor(&text, index.index(text.len() + 1));
            let end = floor(&text, (begin + lost).min(text.len())).max(begin);
            text.replace_range(begin..end, SCRAPS[scrap]);
        }
        check(&text);
    }

    #[test]
    fn a_workflow_without_some_lines(file in 0..FILES.len(), lost in prop::collection::btree_set(0usize..70, 1..6)) {
        let kept = FILES[file].lines().enumerate().filter(|(at, _)| !lost.contains(at)).map(|(_, line)| line);
        check(&kept.collect::<Vec<_>>().join("\n"));
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[test]
fn aliases_that_explode_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let repeated = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{repeated}]\n");
    }
    let reading = read(&text, &catalog());
    assert_eq!(reading.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["read-4"]);
}

#[test]
fn deep_expressions_and_lists_end() {
    for text in [
        "(".repeat(5000),
        "-".repeat(900),
        "!".repeat(900),
        "a.".repeat(400),
        "1+".repeat(400) + "1",
        "[".repeat(500),
    ] {
        check(&format!(
            "closare: 1\nname: x\nlanguages: [en]\nsteps:\n- disclose\n- {{hangup: , when: '{text}'}}\n"
        ));
    }
}
