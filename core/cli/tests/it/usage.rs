use crate::person::Person;

/// The reference of all commands: a change of what a person may type shows here.
#[test]
fn the_help_of_every_command() {
    let commands = [
        "",
        "serve",
        "demo",
        "dial",
        "check",
        "explain",
        "calls",
        "call",
        "stop",
        "page",
        "plugin new",
        "plugin build",
        "plugin check",
        "plugin test",
        "plugin record",
        "plugin list",
        "key set",
        "key list",
        "policy test",
        "config check",
        "doctor",
        "bench call",
        "bench plugin",
    ];
    let person = Person::new();
    let pages: Vec<String> = commands.iter().map(|name| person.runs(&format!("{name} --help"))).collect();
    assert!(pages.iter().all(|page| page.ends_with("-- exit 0\n")));
    insta::assert_snapshot!(pages.join("\n"));
}

#[test]
fn used_wrongly_is_2() {
    let person = Person::new();
    let lines = [
        "",
        "nonsense",
        "check",
        "check missing.yaml",
        "explain flow-9",
        "dial sip:1@127.0.0.1",
        "dial sip:1@127.0.0.1 --talk missing.yaml",
        "doctor --config missing.yaml",
        "key set KEY",
        "policy test missing.yaml",
        "bench call --calls 0",
    ];
    for line in lines {
        let seen = person.runs(line);
        assert!(seen.ends_with("-- exit 2\n"), "{seen}");
    }
    insta::assert_snapshot!(person.runs("explain flow-9"));
}

/// `closare explain | head -1`
#[test]
fn a_reader_who_goes_away_ends_it_quietly() {
    let person = Person::new();
    person.writes("closare.yaml", "plan_days: 30\n");
    let table = crate::person::project().join("core/policy/policies/eu-default.test.yaml");
    let tests = format!("policy test '{}'", table.display());
    // 141 is what a shell reports of a program that SIGPIPE has ended.
    for line in ["explain", "explain law-1", "config check", "plugin list --json", &tests] {
        assert_eq!(person.runs_unread(line), (141, String::new()), "{line}");
    }
}

#[test]
fn a_page_of_the_manual() {
    let seen = Person::new().runs("explain law-1");
    assert!(seen.contains("disclose") && seen.ends_with("-- exit 0\n"), "{seen}");
    let all = Person::new().runs("explain");
    assert_eq!(all.lines().count() - 2, closare_workflow::codes().count(), "{all}");
}

#[test]
fn a_configuration_that_is_wrong_says_where() {
    let person = Person::new();
    person.writes("closare.yaml", "numbers: {\"1000\": workflows/none.yaml}\nlisten: nowhere\n");
    let seen = person.runs("config check");
    assert!(seen.contains("line 2") && seen.ends_with("-- exit 1\n"), "{seen}");
    person.writes("closare.yaml", "numbers: {\"1000\": workflows/none.yaml}\n");
    let seen = person.runs("config check");
    assert!(seen.contains("no such file") && seen.ends_with("-- exit 1\n"), "{seen}");
}

#[test]
fn a_key_is_kept_for_its_owner_and_never_shown() {
    let person = Person::new();
    person.writes("closare.yaml", "keys: keys.json\n");
    let set = person.types("key set VENDOR_KEY --for https://api.vendor.example", "sk-very-secret\n");
    assert!(set.ends_with("-- exit 0\n"), "{set}");
    insta::assert_snapshot!(person.runs("key list"), @r"
    $ closare key list
    VENDOR_KEY  for https://api.vendor.example
    -- exit 0
    ");
    assert!(!set.contains("very-secret"));
    assert!(std::fs::read_to_string(person.folder().join("keys.json")).unwrap().contains("sk-very-secret"));
    let nothing = person.types("key set VENDOR_KEY --for https://api.vendor.example", "\n");
    assert!(nothing.ends_with("-- exit 2\n"), "{nothing}");
}

#[test]
fn the_shipped_policy_passes_its_own_table() {
    let table = crate::person::project().join("core/policy/policies/eu-default.test.yaml");
    let seen = Person::new().runs(&format!("policy test '{}'", table.display()));
    assert!(seen.ends_with("-- exit 0\n"), "{seen}");
}

/// A folder that the file names is the one that is used, whether it is there yet or not.
#[test]
fn a_data_folder_that_is_not_there_yet() {
    let person = Person::new();
    person.writes("closare.yaml", "data: data\ncache: .cache\n");
    let seen = person.runs("config check");
    assert!(seen.contains("data       data\n") && seen.contains("cache      HOME/.cache\n"), "{seen}");
    person.writes("closare.yaml", "plan_days: 30\n");
    let seen = person.runs("config check");
    assert!(seen.contains("data       HOME/.local/share/closare\n"), "{seen}");
}
