//! Every page of the manual is run: its bad example has the finding, its good one has none.

use crate::catalog::catalog;
use closare_workflow::{codes, explain, read, render};
use std::collections::BTreeSet;

#[test]
fn every_page_says_what_happens() {
    let (mut failures, mut shown) = (Vec::new(), String::new());
    for code in codes() {
        let page = explain(code).expect("a page for each code");
        assert!(
            page.starts_with(&format!("# {code}: ")),
            "{code}: expected its code and a title in the first line"
        );
        let (bad, good) = (file(&example(page, "bad")), file(&example(page, "good")));
        let found = read(&bad, &catalog());
        if !found.findings.iter().any(|finding| finding.code == code)
            || found.findings.iter().any(|other| other.code != code)
        {
            failures.push(format!("{code}: bad gives {:#?}", found.findings));
        }
        for finding in found.findings.iter().filter(|finding| finding.code == code) {
            shown += &render(finding, &bad, "example.yaml");
            shown += "\n";
        }
        let found = read(&good, &catalog());
        if !found.findings.is_empty() {
            failures.push(format!("{code}: good gives {:#?}", found.findings));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    insta::assert_snapshot!("findings", shown);
}

#[test]
fn every_page_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/findings");
    let entries = std::fs::read_dir(folder).expect("the folder of pages");
    let files = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let pages: BTreeSet<String> =
        files.filter_map(|name| Some(name.strip_suffix(".md")?.to_owned())).collect();
    let listed: BTreeSet<String> = codes().map(str::to_owned).chain(["README".to_owned()]).collect();
    assert_eq!(pages, listed);
}

fn example(page: &str, which: &str) -> String {
    let fence = format!("```yaml {which}\n");
    let rest = page.split_once(&fence).unwrap_or_else(|| panic!("expected an example `{which}`")).1;
    rest.split_once("```").expect("the fence's end").0.to_owned()
}

fn file(example: &str) -> String {
    let head = "closare: 1\nname: example\nlanguages: [en]\n";
    match example {
        whole if whole.starts_with("closare:") => whole.to_owned(),
        steps if steps.starts_with("- ") => format!("{head}steps:\n{steps}"),
        keys => format!("{head}{keys}"),
    }
}
