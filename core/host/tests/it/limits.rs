//! Each limit is broken once, and each time another session lives on.

use crate::guests::{self, Talk, say};
use closare_host::{Host, HostConfig, Limits};
use closare_terms::{Language, Millis};

fn check(words: &str, end: &str) {
    let Some(plugin) = guests::load("naughty") else { return };
    let (good, bad) = (Talk::open(&plugin), Talk::open(&plugin));
    good.session.send(say(1, "before")).unwrap();
    assert_eq!(good.token(), "before from session 0");
    bad.session.send(say(1, words)).unwrap();
    assert_eq!(bad.end(), format!("plugin `naughty`, language-model: {end}"));
    assert!(bad.session.send(say(2, "after")).is_err());
    good.session.send(say(2, "after")).unwrap();
    assert_eq!(good.token(), "after from session 0");
}

#[test]
fn a_trap_ends_its_session_alone() {
    check("trap", "it broke: wasm trap: wasm `unreachable` instruction executed");
}

#[test]
fn an_endless_loop_is_stopped() {
    check("loop", "expected an answer within 60 ms, found none (limits.call)");
}

#[test]
fn memory_is_refused() {
    check("eat", "expected at most 16777216 bytes of memory, it wanted more (limits.memory)");
}

#[test]
fn a_deep_recursion_is_stopped() {
    check("deep", "expected at most 524288 bytes of stack, it wanted more (the host's own limit)");
}

#[test]
fn a_giant_word_is_refused() {
    let end = "expected at most 65536 bytes of text in an output, found 1048576 (the host's own limit)";
    check("giant", end);
}

#[test]
fn a_flood_of_bytes_is_refused() {
    let more = |manifest: String| manifest.replace("16MiB", "60MiB").replace("60ms", "500ms");
    let Some(plugin) = guests::load_with("naughty", more) else { return };
    let talk = Talk::open(&plugin.unwrap());
    talk.session.send(say(1, "freight")).unwrap();
    let end =
        "expected at most 16777216 bytes in the outputs for an input, it gave more (the host's own limit)";
    assert_eq!(talk.end(), format!("plugin `naughty`, language-model: {end}"));
}

#[test]
fn a_flood_of_notes_is_refused() {
    check("notes", "expected at most 32 outputs, found 33 (limits.outputs)");
}

#[test]
fn a_flood_of_outputs_is_refused() {
    check("flood", "expected at most 32 outputs, found 33 (limits.outputs)");
}

#[test]
fn a_failure_of_the_whole_session_ends_it() {
    check("fail", "broken: asked to");
}

#[test]
fn as_many_outputs_as_allowed_pass() {
    let Some(plugin) = guests::load("naughty") else { return };
    let talk = Talk::open(&plugin);
    talk.session.send(say(1, "brim")).unwrap();
    assert_eq!((0..32).map(|_| talk.token()).last().unwrap(), "31");
}

#[test]
fn a_refusal_to_open_says_why() {
    let Some(plugin) = guests::load("naughty") else { return };
    let talk = Talk::open_with(
        &plugin,
        closare_host::words::Opening { languages: vec![Language::from("xx")], ..guests::opening() },
    );
    assert_eq!(talk.end(), "plugin `naughty`, language-model: unsupported: language `xx`");
}

#[test]
fn a_trap_or_a_flood_while_opening_ends_it() {
    let Some(plugin) = guests::load("naughty") else { return };
    let open = |hint| plugin.stt_sync(guests::opening(), guests::format(), guests::listening(hint)).map(drop);
    let end = |hint| open(hint).unwrap_err().to_string();
    assert_eq!(
        end("flood"),
        "plugin `naughty`, speech-to-text: expected at most 32 outputs, found 1000 (limits.outputs)"
    );
    assert!(end("trap").starts_with("plugin `naughty`, speech-to-text: it broke"));
    assert!(open("nothing").is_ok());
}

#[test]
fn the_operator_may_lower_a_limit_and_the_pool_may_be_full() {
    let Some(folder) = guests::folder("naughty") else { return };
    let cache = tempfile::tempdir().unwrap();
    let limits = Limits { memory: 2 << 20, call: Millis(40), outputs: 1 };
    let config = HostConfig { small_sessions: 2, limits: Some(limits), ..HostConfig::new(cache.path()) };
    let host = Host::new(config).unwrap();
    let plugin = host.load(&folder).unwrap();
    assert_eq!(plugin.limits(), limits);
    let talks = [Talk::open(&plugin), Talk::open(&plugin)];
    for talk in &talks {
        assert!(matches!(talk.next(), closare_host::Event::Opened(_)));
    }
    let end = "plugin `naughty`, language-model: no room for another session (the host's `small_sessions`)";
    assert_eq!(Talk::open(&plugin).end(), end);
    talks[0].session.send(say(1, "eat")).unwrap();
    assert!(talks[0].end().contains("at most 2097152 bytes"));
    talks[1].session.send(say(1, "hello")).unwrap();
    assert!(talks[1].end().ends_with("expected at most 1 outputs, found 2 (limits.outputs)"));
}
