//! A plugin that carries a model: its sessions live in one instance, and end with it.

use crate::guests::{self, Talk, say};
use closare_host::words::{Opening, Summary, Task};
use closare_host::{Event, LlmInput, LlmOutput, Plugin};
use closare_terms::{Language, Millis};
use std::sync::Arc;

fn shared() -> Option<Arc<Plugin>> {
    guests::load_with("naughty", |text| text + "instances: shared\n").map(Result::unwrap)
}

#[test]
fn a_trap_ends_every_session_of_the_instance() {
    let Some(plugin) = shared() else { return };
    let talks: Vec<Talk> = (0..3).map(|_| Talk::open(&plugin)).collect();
    for (number, talk) in talks.iter().enumerate() {
        talk.session.send(say(1, "hello")).unwrap();
        assert_eq!(talk.token(), format!("hello from session {number}"));
    }
    talks[1].session.send(say(2, "trap")).unwrap();
    let trap = "it broke: wasm trap: wasm `unreachable` instruction executed";
    assert_eq!(talks[1].end(), format!("plugin `naughty`, language-model: {trap}"));
    for talk in [&talks[0], &talks[2]] {
        let lost = format!("plugin `naughty`, language-model: its shared instance was lost: {trap}");
        assert_eq!(talk.end(), lost);
    }
    let next = Talk::open(&plugin);
    next.session.send(say(1, "hello")).unwrap();
    assert_eq!(next.token(), "hello from session 0");
}

#[test]
fn a_loop_ends_the_instance_but_a_flood_or_a_failure_its_session_alone() {
    let Some(plugin) = shared() else { return };
    let stays = Talk::open(&plugin);
    for (words, end) in [("flood", "(limits.outputs)"), ("fail", "broken: asked to")] {
        let bad = Talk::open(&plugin);
        bad.session.send(say(1, words)).unwrap();
        assert!(bad.end().ends_with(end));
    }
    let refused =
        Talk::open_with(&plugin, Opening { languages: vec![Language::from("xx")], ..guests::opening() });
    assert!(refused.end().ends_with("unsupported: language `xx`"));
    stays.session.send(say(1, "hello")).unwrap();
    assert_eq!(stays.token(), "hello from session 0");
    let bad = Talk::open(&plugin);
    bad.session.send(say(1, "loop")).unwrap();
    assert!(bad.end().ends_with("(limits.call)"));
    assert!(stays.end().contains("its shared instance was lost: expected an answer within 60 ms"));
}

#[test]
fn a_session_that_is_dropped_leaves_the_instance() {
    let Some(plugin) = shared() else { return };
    let first = Talk::open(&plugin);
    let second = Talk::open(&plugin);
    second.session.send(say(1, "hello")).unwrap();
    assert_eq!(second.token(), "hello from session 1");
    assert_eq!(first.close().last(), Some(&Event::Ended(Ok(()))));
    let third = Talk::open(&plugin);
    third.session.send(say(1, "hello")).unwrap();
    assert_eq!(third.token(), "hello from session 1");
}

#[test]
fn the_earliest_deadline_goes_first() {
    let Some(plugin) =
        guests::load_with("naughty", |text| text.replace("60ms", "20s") + "instances: shared\n")
    else {
        return;
    };
    let plugin = plugin.unwrap();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (tell, told) = std::sync::mpsc::channel();
    let open = |name: &'static str| {
        let (order, tell) = (order.clone(), tell.clone());
        plugin.open_llm(guests::opening(), move |event| match event {
            Event::Output(LlmOutput::Done { .. }) => {
                order.lock().unwrap().push(name);
                tell.send(()).unwrap();
            }
            Event::Opened(_) => tell.send(()).unwrap(),
            Event::Output(_) | Event::Ended(_) => {}
        })
    };
    let (busy, summary, chat) = (open("busy"), open("summary"), open("chat"));
    (0..3).for_each(|_| told.recv().unwrap());
    busy.send(say(1, "work")).unwrap();
    let task = Summary {
        messages: Vec::new(),
        language: Language::from("en"),
        style: String::new(),
        longest_words: 9,
    };
    summary.send(LlmInput::Start { at: Millis(1), job: 1, task: Task::Summarize(task) }).unwrap();
    chat.send(say(1, "hello")).unwrap();
    (0..3).for_each(|_| told.recv().unwrap());
    assert_eq!(*order.lock().unwrap(), ["busy", "chat", "summary"]);
}

#[test]
fn it_may_have_no_network_and_no_credential() {
    let Some(result) = guests::load_with("echo", |text| text.replace("per-session", "shared")) else {
        return;
    };
    let error = result.map(drop).unwrap_err().to_string();
    assert!(
        error.contains("network: expected none, since calls share")
            && error.contains("credentials: expected none")
    );
}
