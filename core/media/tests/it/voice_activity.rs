use crate::{noise, resampled, speech};
use closare_media::{Voice, VoiceActivity, VoiceConfig};
use closare_terms::Millis;

/// The changes in a recording at 8 kHz, fed in pieces of so many milliseconds, each with the time at which it was told.
fn changes(samples: &[i16], piece_ms: usize) -> Vec<(Voice, u64)> {
    changes_at(8, samples, piece_ms)
}

/// At so many samples a millisecond.
fn changes_at(per_ms: usize, samples: &[i16], piece_ms: usize) -> Vec<(Voice, u64)> {
    let mut activity = VoiceActivity::new(per_ms as u32 * 1000, VoiceConfig::default());
    let mut changes = Vec::new();
    for (index, piece) in samples.chunks(per_ms * piece_ms).enumerate() {
        let end = (index as u64 + 1) * piece_ms as u64;
        changes.extend(activity.feed(piece, Millis(end)).map(|change| (change, end)));
        while let Some(change) = activity.feed(&[], Millis(end)) {
            changes.push((change, end));
        }
    }
    changes
}

#[test]
fn a_sentence_begins_and_ends_where_it_is_heard() {
    let heard = changes(&speech(), 20);
    let [(Voice::Started { at: began }, began_told), (Voice::Ended { at: ended }, ended_told)] = heard[..]
    else {
        panic!("one sentence, found {heard:?}")
    };
    assert!((440..=560).contains(&began.0), "{began:?}");
    assert!((1900..=2080).contains(&ended.0), "{ended:?}");
    assert!((90..=200).contains(&(began_told - began.0)), "told at {began_told}");
    assert!((200..=240).contains(&(ended_told - ended.0)), "told at {ended_told}");
}

#[test]
fn how_the_audio_is_cut_moves_no_time() {
    let at = |(voice, _): (Voice, u64)| voice;
    let expected: Vec<Voice> = changes(&speech(), 20).into_iter().map(at).collect();
    for piece_ms in [1, 10, 30, 3000] {
        let found: Vec<Voice> = changes(&speech(), piece_ms).into_iter().map(at).collect();
        assert_eq!(found, expected, "{piece_ms} ms");
    }
}

#[test]
fn a_wide_line_is_heard_as_a_narrow_one() {
    let at = |(voice, _): (Voice, u64)| match voice {
        Voice::Started { at } | Voice::Ended { at } => at.0,
    };
    let narrow = changes(&speech(), 20).into_iter().map(at);
    let wide = changes_at(16, &resampled(&speech(), 8_000, 16_000), 20).into_iter().map(at);
    assert_eq!(narrow.len(), wide.len());
    for (narrow, wide) in narrow.zip(wide) {
        assert!(narrow.abs_diff(wide) <= 32, "{narrow} {wide}");
    }
}

#[test]
fn a_second_sentence_begins_where_it_is_heard_after_a_long_silence() {
    let silence = noise(3, 8 * 20_000, 20);
    let line = [speech(), silence, speech()].concat();
    let heard = changes(&line, 20);
    let [_, _, (Voice::Started { at: began }, _), (Voice::Ended { at: ended }, _)] = heard[..] else {
        panic!("two sentences, found {heard:?}")
    };
    assert!((23_440..=23_560).contains(&began.0) && (24_900..=25_080).contains(&ended.0), "{began} {ended}");
}

#[test]
fn a_quiet_caller_over_line_noise_is_heard() {
    let hiss = noise(11, 24_000, 40);
    let faint: Vec<i16> = speech().iter().zip(hiss).map(|(voice, hiss)| voice / 5 + hiss).collect();
    let heard = changes(&faint, 20);
    assert!(matches!(heard[..], [(Voice::Started { .. }, _), (Voice::Ended { .. }, _)]), "{heard:?}");
}

#[test]
fn a_caller_in_the_street_is_heard_where_he_speaks() {
    let street = noise(7, 24_000, 800);
    let line: Vec<i16> = speech().iter().zip(street).map(|(voice, noise)| voice + noise).collect();
    let heard = changes(&line, 20);
    let [(Voice::Started { at: began }, _), (Voice::Ended { at: ended }, _)] = heard[..] else {
        panic!("one sentence, found {heard:?}")
    };
    assert!((440..=620).contains(&began.0) && (1850..=2080).contains(&ended.0), "{began} {ended}");
}

#[test]
fn noise_clicks_and_silence_are_no_speech() {
    assert_eq!(changes(&[0; 24_000], 20), []);
    for amplitude in [30, 300, 3000] {
        assert_eq!(changes(&noise(2, 24_000, amplitude), 20), [], "{amplitude}");
    }
    let mut click = vec![0; 24_000];
    click[8000..8160].copy_from_slice(&noise(4, 160, 20_000));
    assert_eq!(changes(&click, 20), []);
}

#[test]
fn a_voice_under_the_floor_is_none() {
    let far: Vec<i16> = speech().iter().map(|voice| voice / 100).collect();
    assert_eq!(changes(&far, 20), []);
}

#[test]
fn speaking_lasts_over_the_pause_and_ends_by_reset() {
    let wide = resampled(&speech(), 8000, 16_000);
    let mut activity = VoiceActivity::new(16_000, VoiceConfig::default());
    activity.feed(&wide[..16_000], Millis(1000));
    assert!(activity.is_speaking());
    activity.reset();
    assert!(!activity.is_speaking());
    assert_eq!(activity.feed(&[0; 16_000], Millis(2000)), None);
}
