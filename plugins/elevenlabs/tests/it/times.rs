//! Words and their times, by the alignment that comes with audio.

use crate::session::{Speaking, finals, open, said, say, text, told};
use closare_plugin::Said;
use closare_plugin::audio::to_base64;
use serde_json::{Value, json};

/// Audio of so many ms with these characters, each of so many ms, the first one from `from`.
fn chunk(session: &mut Speaking, ms: usize, characters: &str, each: usize, from: usize) {
    let chars: Vec<String> = characters.chars().map(String::from).collect();
    let starts: Vec<usize> = (0..chars.len()).map(|place| from + place * each).collect();
    let alignment = json!({
        "chars": chars, "charStartTimesMs": starts, "charDurationsMs": vec![each; chars.len()],
    });
    send(session, ms, json!(alignment), json!(null));
}

fn send(session: &mut Speaking, ms: usize, alignment: Value, normalized: Value) {
    let audio = to_base64(&vec![1; ms * 32]);
    let message = json!({
        "audio": audio, "isFinal": null, "alignment": alignment, "normalizedAlignment": normalized, "contextId": "c1",
    });
    text(session, 1, message);
}

fn speaking() -> Speaking {
    let mut session = open();
    session.say(7, "Hello big world.");
    told(&mut session);
    session
}

/// "these times are relative to the returned chunk from the model, and not the full audio response".
#[test]
fn times_are_of_the_chunk_and_words_go_over_its_end() {
    let mut session = speaking();
    chunk(&mut session, 100, "Hello b", 10, 0);
    chunk(&mut session, 100, "ig world. ", 10, 0);
    finals(&mut session, 1, "c1");
    insta::assert_snapshot!(told(&mut session), @r#"
    7 audio of 3200 bytes
    7 "Hello" 0-50
    7 audio of 3200 bytes
    7 "big" 60-120
    7 "world." 130-190
    7 done
    "#);
}

#[test]
fn times_that_go_on_are_of_the_whole() {
    let mut session = speaking();
    chunk(&mut session, 100, "Hello b", 10, 0);
    chunk(&mut session, 100, "ig world.", 10, 70);
    finals(&mut session, 1, "c1");
    insta::assert_snapshot!(told(&mut session), @r#"
    7 audio of 3200 bytes
    7 "Hello" 0-50
    7 audio of 3200 bytes
    7 "big" 60-90
    7 "world." 100-160
    7 done
    "#);
}

#[test]
fn times_after_a_pause_count_from_the_start_of_the_utterance() {
    let mut session = open();
    say(&mut session, 7, Said { pause_after: 500, ..said("One.") }, false);
    say(&mut session, 7, said("Two."), true);
    chunk(&mut session, 100, "One. ", 10, 0);
    finals(&mut session, 1, "c1");
    told(&mut session);
    text(
        &mut session,
        1,
        json!({"audio": "AQEBAQ==", "contextId": "c2", "alignment": {"chars": ["T", "w", "o"], "charStartTimesMs": [0, 3, 7], "charDurationsMs": [3, 4, 5]}}),
    );
    text(&mut session, 1, json!({"is_final": true, "contextId": "c2"}));
    insta::assert_snapshot!(told(&mut session), @r#"
    7 audio of 4 bytes
    7 "Two" 600-612
    7 done
    "#);
}

#[test]
fn without_the_text_as_sent_it_is_the_text_as_spoken() {
    let mut session = speaking();
    let normalized = json!({"chars": [" ", "t", "w", "o"], "charStartTimesMs": [0, 3, 7, 9], "charDurationsMs": [3, 4, 2, 2]});
    send(&mut session, 20, json!(null), normalized);
    finals(&mut session, 1, "c1");
    insta::assert_snapshot!(told(&mut session), @r#"
    7 audio of 640 bytes
    7 "two" 3-11
    7 done
    "#);
}

#[test]
fn samples_are_whole() {
    let mut session = speaking();
    for bytes in [[1, 1, 1].as_slice(), &[1, 1], &[1]] {
        text(&mut session, 1, json!({"audio": to_base64(bytes), "contextId": "c1"}));
    }
    assert_eq!(told(&mut session), "7 audio of 2 bytes\n7 audio of 2 bytes\n7 audio of 2 bytes");
}
