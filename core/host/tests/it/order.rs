//! Inputs of one session are taken in their order, whichever thread takes them; what is cancelled is not told.

use crate::guests::{self, Talk, say};
use closare_host::words::Ending;
use closare_host::{Event, LlmInput, LlmOutput, NotSent, SttInput, SttOutput};
use closare_terms::Millis;
use std::sync::mpsc::channel;
use std::time::Duration;

#[test]
fn many_sessions_keep_their_order() {
    let Some(plugin) = guests::load("echo") else { return };
    let talks: Vec<Talk> = (0..40).map(|_| Talk::open(&plugin)).collect();
    for number in 0..200 {
        for talk in &talks {
            talk.session.send(say(number, &format!("line {number}"))).unwrap();
        }
    }
    for talk in &talks {
        for number in 0..200 {
            assert_eq!(talk.token(), format!("line {number}"));
        }
    }
}

#[test]
fn a_plugin_that_was_always_quick_runs_where_it_is_sent_to() {
    let Some(plugin) = guests::load_with("naughty", |text| text.replace("60ms", "5s")) else { return };
    let (tell, told) = channel();
    let session = plugin.unwrap().open_llm(guests::opening(), move |event| {
        if let Event::Output(LlmOutput::Done { .. }) = event {
            let _ = tell.send(std::thread::current().id());
        }
    });
    let mut job = 0;
    let mut runs_here = |words: &str| {
        job += 1;
        // A thread that has told the last answer still has the session for a moment.
        std::thread::sleep(Duration::from_millis(1));
        session.send(say(job, words)).unwrap();
        told.recv().unwrap() == std::thread::current().id()
    };
    assert!(!runs_here("hello"));
    assert!((0..1_000).any(|_| runs_here("hello")));
    runs_here("work");
    assert!(!runs_here("hello"));
}

#[test]
fn audio_flush_and_finish_come_out_in_order() {
    let Some(plugin) = guests::load("echo") else { return };
    let (tell, told) = channel();
    let session =
        plugin.open_stt(guests::opening(), guests::format(), guests::listening("yes"), move |event| {
            drop(tell.send(event));
        });
    for frame in 0..10 {
        session.send(SttInput::Audio { at: Millis(frame * 20), bytes: vec![0; 640] }).unwrap();
    }
    session.send(SttInput::Listen { at: Millis(200), what: guests::listening("no") }).unwrap();
    session.send(SttInput::Flush { at: Millis(200) }).unwrap();
    session.send(SttInput::Finish { at: Millis(201) }).unwrap();
    let mut events = Vec::new();
    while !matches!(events.last(), Some(Event::Output(SttOutput::Used(_)))) {
        events.push(told.recv().unwrap());
    }
    drop(session);
    events.extend(told.iter());
    insta::assert_debug_snapshot!(events);
}

#[test]
fn the_last_usage_is_told_though_the_handle_is_gone() {
    let Some(plugin) = guests::load("echo") else { return };
    let (tell, told) = channel();
    let session =
        plugin.open_stt(guests::opening(), guests::format(), guests::listening("yes"), move |event| {
            drop(tell.send(event));
        });
    session.send(SttInput::Audio { at: Millis(20), bytes: vec![0; 640] }).unwrap();
    session.finish(SttInput::Finish { at: Millis(20) });
    assert_eq!(session.send(SttInput::Flush { at: Millis(20) }), Err(NotSent::Over));
    drop(session);
    let events: Vec<_> = told.iter().collect();
    let [.., used, Event::Ended(Ok(()))] = &events[..] else { panic!("{events:?}") };
    assert!(matches!(used, Event::Output(SttOutput::Used(_))), "{events:?}");
}

#[test]
fn a_cancelled_answer_is_dropped() {
    let Some(plugin) = guests::load_with("naughty", |text| text.replace("60ms", "5s")) else { return };
    let talk = Talk::open(&plugin.unwrap());
    talk.session.send(say(1, "work")).unwrap();
    talk.session.send(say(2, "never begun")).unwrap();
    talk.session.send(LlmInput::Cancel { at: Millis(2), job: 2 }).unwrap();
    talk.session.send(LlmInput::Cancel { at: Millis(2), job: 1 }).unwrap();
    talk.session.send(say(3, "next")).unwrap();
    let first = loop {
        if let Event::Output(output) = talk.next() {
            break output;
        }
    };
    assert_eq!(first, LlmOutput::Token { job: 3, text: "next from session 0".to_owned() });
    assert_eq!(talk.next(), Event::Output(LlmOutput::Done { job: 3, ending: Ending::Complete }));
    assert_eq!(talk.close(), [Event::Ended(Ok(()))]);
}

#[test]
fn a_session_that_is_behind_refuses_and_goes_on() {
    let Some(plugin) = guests::load_with("naughty", |text| text.replace("60ms", "20s")) else { return };
    let talk = Talk::open(&plugin.unwrap());
    talk.session.send(say(0, "work")).unwrap();
    let sent =
        (1..2_000).take_while(|job| talk.session.send(say(*job, "more")) != Err(NotSent::Full)).count();
    assert!((511..1_999).contains(&sent), "{sent}");
    assert_eq!(talk.token(), "tired true");
    assert_eq!(talk.token(), "more from session 0");
}

#[test]
fn a_listener_that_panics_ends_its_session_alone() {
    let Some(plugin) = guests::load("echo") else { return };
    for _ in 0..4 {
        let session = plugin.open_llm(guests::opening(), |event| {
            assert!(matches!(event, Event::Opened(_)), "a listener's own fault");
        });
        session.send(say(1, "hello")).unwrap();
        while session.send(say(2, "hello")) != Err(NotSent::Over) {
            std::thread::yield_now();
        }
    }
    let talk = Talk::open(&plugin);
    talk.session.send(say(1, "still here")).unwrap();
    assert_eq!(talk.token(), "still here");
}
