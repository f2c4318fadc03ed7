use crate::person::Person;

#[test]
fn without_calls_it_says_how_to_get_one() {
    let person = Person::new();
    for line in ["calls", "call last"] {
        let seen = person.runs(line);
        assert!(seen.contains("closare serve") && seen.ends_with("-- exit 1\n"), "{seen}");
    }
    // Looking must not make a store, nor a key.
    let made: Vec<_> =
        std::fs::read_dir(person.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(made.is_empty(), "{made:?}");
}

#[test]
fn without_a_server_nothing_is_stopped() {
    let seen = Person::new().runs("stop front-desk");
    assert!(seen.contains("closare serve") && seen.ends_with("-- exit 1\n"), "{seen}");
}
