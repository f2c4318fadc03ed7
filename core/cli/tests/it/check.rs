use crate::person::{Person, project};

#[test]
fn every_finding_with_its_place() {
    let person = Person::new();
    person.writes(
        "broken.yaml",
        "closare: 1\n\
         name: broken\n\
         languages: [en]\n\
         steps:\n\
         \x20 - greet: \"Hello {nobody}.\"\n\
         \x20 - disclose\n\
         \x20 - extrct:\n\
         \x20     fields: {}\n\
         \x20 - goto: bokking\n\
         flows:\n\
         \x20 booking:\n\
         \x20   - hangup: \"Good-bye.\"\n",
    );
    insta::assert_snapshot!(person.runs("check broken.yaml"));
}

#[test]
fn a_text_that_is_no_yaml() {
    let person = Person::new();
    person.writes("torn.yaml", "closare: 1\nsteps:\n\t- disclose\n");
    insta::assert_snapshot!(person.runs("check torn.yaml"));
}

#[test]
fn test_calls_are_read_too() {
    let person = Person::new();
    person.writes(
        "desk.test.yaml",
        "workflow: desk.yaml\ncalls:\n  - name: one\n    talk:\n      - sya: \"Hello\"\n",
    );
    let seen = person.runs("check desk.test.yaml");
    assert!(seen.contains("line 5") && seen.contains("sya") && seen.ends_with("-- exit 1\n"), "{seen}");
}

#[test]
fn findings_for_programs() {
    let person = Person::new();
    person.writes("open.yaml", "closare: 1\nname: open\nlanguages: [en]\nsteps:\n  - disclose\n");
    let output = person.output("check open.yaml --json", "");
    assert_eq!(output.status.code(), Some(1));
    let files: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &files[0]["findings"][0];
    assert_eq!(
        (&files[0]["file"], &finding["code"], &finding["severity"]),
        (&"open.yaml".into(), &"flow-1".into(), &"error".into())
    );
    assert_eq!(finding["place"]["line"], 5);
}

/// Before anything is built: the manifests that are shipped stand for their plugins.
#[test]
fn the_shipped_workflows_are_good_on_a_bare_machine() {
    for name in ["front-desk", "booking"] {
        let workflow = project().join(format!("workflows/{name}.yaml"));
        let tests = workflow.with_extension("test.yaml");
        let seen = Person::new().runs(&format!("check '{}' '{}'", workflow.display(), tests.display()));
        assert!(seen.contains("2 files: nothing found") && seen.ends_with("-- exit 0\n"), "{seen}");
    }
}

/// The chain of real vendors that the README shows, with the papers that it shows; without them each vendor is denied.
#[test]
fn the_chain_of_the_readme() {
    let readme = std::fs::read_to_string(project().join("README.md")).unwrap();
    let section = readme.split("## Vendors under European law").nth(1).unwrap();
    let mut blocks = section.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
    let (chain, papers) = (blocks.next().unwrap(), blocks.next().unwrap());
    let talk = "  - converse: {goal: help, turns: 2, exits: {done: {about: all is said, do: [{hangup: Good-bye.}]}}}\n";
    let person = Person::new();
    person.writes(
        "chain.yaml",
        &format!(
            "closare: 1\nname: chain\nlanguages: [en]\n{chain}steps:\n  - disclose\n  - greet: Hello.\n{talk}"
        ),
    );
    let seen = person.runs("check chain.yaml");
    assert_eq!(seen.matches("error[law-6]").count(), 5, "{seen}");
    for reason in
        ["vendor outside the EU: US, without", "no contract with deepgram", "no contract with elevenlabs"]
    {
        assert!(seen.contains(reason), "{reason}: {seen}");
    }
    person.writes("closare.yaml", &format!("closare: 1\n{papers}"));
    let seen = person.runs("check chain.yaml");
    assert!(seen.ends_with("-- exit 0\n"), "{seen}");
}
