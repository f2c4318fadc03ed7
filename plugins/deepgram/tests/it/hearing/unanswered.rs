//! A `Finalize` that Deepgram doesn't answer, or not yet.

use super::{ear, ear_with, play, results, says, told};
use crate::server::opened;
use closare_plugin::network::Event;
use serde_json::json;

#[test]
fn finalize_may_stay_without_an_answer() {
    let mut ear = ear();
    play(&mut ear, 1_200);
    says(&mut ear, results(0.0, 1.0, json!({"is_final": false}), &[("Yes", 0.4, 0.8)]));
    ear.flush();
    ear.at += 1_200;
    ear.outputs.clear();
    ear.network(Event::Woke(3));
    insta::assert_snapshot!(told(&mut ear), @r#"
    final "Yes" 10400-10800 - 1.00 ["Yes 10400-10800"]
    "#);
    // What comes of it later was told; it isn't the answer to the next.
    play(&mut ear, 1_200);
    ear.flush();
    ear.outputs.clear();
    insta::assert_snapshot!(says(&mut ear, results(0.0, 1.2, json!({"from_finalize": true}), &[("Yes.", 0.4, 0.8)])), @"");
    let next = results(1.2, 1.2, json!({"from_finalize": true}), &[("Please.", 1.5, 1.9)]);
    insta::assert_snapshot!(says(&mut ear, next), @r#"
    final "Please." 12700-13100 - 1.00 ["Please. 12700-13100"]
    "#);
}

#[test]
fn a_socket_that_tells_nothing_of_seconds_of_audio_has_heard_no_silence() {
    let stalled = || {
        let mut ear = ear();
        play(&mut ear, 1_200);
        says(&mut ear, results(0.0, 1.0, json!({"is_final": false}), &[("Yes", 0.4, 0.8)]));
        play(&mut ear, 2_060);
        ear.flush();
        ear.at += 1_200;
        ear.outputs.clear();
        ear.network(Event::Woke(3));
        assert_eq!(told(&mut ear).trim(), "wake 3 in 1500", "the host may ask another");
        ear.outputs.clear();
        ear
    };
    // It was late.
    let late = results(0.0, 3.2, json!({"from_finalize": true}), &[("Yes.", 0.4, 0.8)]);
    insta::assert_snapshot!(says(&mut stalled(), late), @r#"
    final "Yes." 10400-10800 - 1.00 ["Yes. 10400-10800"]
    "#);
    // It lives, and had nothing to answer.
    let lives = results(3.2, 1.0, json!({"is_final": false}), &[]);
    insta::assert_snapshot!(says(&mut stalled(), lives), @r#"
    final "" 14440-14440 - 0.00 []
    "#);
    // There was no other: it still waits for what was heard.
    let mut asked = stalled();
    asked.at += 1_500;
    asked.network(Event::Woke(3));
    insta::assert_snapshot!(told(&mut asked), @r#"
    final "Yes" 10400-10800 - 1.00 ["Yes 10400-10800"]
    "#);
    let mut dead = stalled();
    play(&mut dead, 600);
    dead.flush();
    dead.at += 1_200;
    dead.outputs.clear();
    dead.network(Event::Woke(4));
    let told = told(&mut dead);
    assert!(told.contains("Failed(Failure::Unavailable") && !told.contains("final"), "{told}");
}

#[test]
fn a_final_waits_for_a_socket_that_opens_late() {
    let mut ear = ear_with(json!({}), &[], Some(700));
    ear.at = 10_000;
    play(&mut ear, 3_060);
    ear.flush();
    ear.at += 1_200;
    ear.network(opened(1));
    ear.outputs.clear();
    ear.network(Event::Woke(3));
    insta::assert_snapshot!(told(&mut ear), @"wake 3 in 1200");
    ear.at += 1_200;
    ear.network(Event::Woke(3));
    insta::assert_snapshot!(told(&mut ear), @r#"
    final "" 15460-15460 - 0.00 []
    "#);
}
