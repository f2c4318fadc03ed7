use crate::{noise, sine, speech};
use closare_media::dtmf::{KeyReceiver, KeySender, Sending, ToneDetector, tone};
use closare_terms::Millis;
use proptest::prelude::*;

const KEYS: &str = "0123456789*#ABCD";

/// All ticks of sending `keys`, each with the packet that it makes.
fn ticks(keys: &str) -> Vec<Sending> {
    let mut sender = KeySender::new();
    sender.push(keys);
    let next = |tick: u32| match sender.next(tick * 160) {
        Sending::Idle => None,
        sending => Some(sending),
    };
    (0..).map_while(next).collect()
}

/// What a receiver makes of these ticks, of which some are lost and some come twice.
fn received(ticks: &[Sending], copies: impl Fn(usize) -> usize) -> String {
    let mut receiver = KeyReceiver::new();
    let mut keys = String::new();
    for (index, tick) in ticks.iter().enumerate() {
        let Sending::Packet(packet) = tick else { continue };
        for _ in 0..copies(index) {
            let at = Millis(index as u64 * 20);
            keys.extend(receiver.feed(packet.timestamp, packet.marker, &packet.payload, at));
        }
    }
    keys
}

#[test]
fn a_key_is_five_packets_of_tone_with_three_ends_and_a_pause() {
    let shown: Vec<String> = ticks("5")
        .iter()
        .map(|tick| match tick {
            Sending::Packet(packet) => {
                format!("{} {} {:02x?}", packet.marker, packet.timestamp, packet.payload)
            }
            other => format!("{other:?}"),
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    true 0 [05, 0a, 00, a0]
    false 0 [05, 0a, 01, 40]
    false 0 [05, 0a, 01, e0]
    false 0 [05, 0a, 02, 80]
    false 0 [05, 8a, 03, 20]
    false 0 [05, 8a, 03, 20]
    false 0 [05, 8a, 03, 20]
    Pause
    ");
}

#[test]
fn every_key_arrives_once() {
    assert_eq!(received(&ticks(KEYS), |_| 1), KEYS);
    assert_eq!(received(&ticks("11 1"), |_| 3), "111");
}

proptest! {
    #[test]
    fn keys_survive_loss_of_all_but_one_packet(keep in 0usize..7) {
        prop_assert_eq!(received(&ticks("123#"), |index| usize::from(index % 8 == keep)), "123#");
    }

    #[test]
    fn no_event_makes_reading_panic(events: Vec<(u32, Vec<u8>, u64)>) {
        let mut receiver = KeyReceiver::new();
        for (timestamp, payload, at) in events {
            receiver.feed(timestamp, false, &payload, Millis(at));
            receiver.is_down(Millis(at));
        }
    }
}

#[test]
fn a_key_is_down_until_its_end_or_60_ms_of_nothing() {
    let mut receiver = KeyReceiver::new();
    assert!(!receiver.is_down(Millis(0)));
    assert_eq!(receiver.feed(160, true, &[5, 10, 0, 160], Millis(100)), Some('5'));
    assert!(receiver.is_down(Millis(159)) && !receiver.is_down(Millis(160)));
    assert_eq!(receiver.feed(160, false, &[5, 0x8A, 3, 32], Millis(170)), None);
    assert!(!receiver.is_down(Millis(171)));
}

#[test]
fn a_straggler_of_an_older_key_is_no_key() {
    let mut receiver = KeyReceiver::new();
    assert_eq!(receiver.feed(1600, true, &[1, 10, 0, 160], Millis(0)), Some('1'));
    assert_eq!(receiver.feed(3200, true, &[2, 10, 0, 160], Millis(200)), Some('2'));
    assert_eq!(receiver.feed(1600, false, &[1, 0x8A, 3, 32], Millis(210)), None);
    assert!(receiver.is_down(Millis(210)));
    assert_eq!(receiver.feed(7, true, &[3, 10, 0, 160], Millis(9000)), Some('3'), "a sender that began anew");
}

#[test]
fn a_key_held_for_long_goes_on_in_segments() {
    let mut receiver = KeyReceiver::new();
    assert_eq!(receiver.feed(0, true, &[9, 10, 0xFF, 0xFF], Millis(8190)), Some('9'));
    assert_eq!(receiver.feed(0xFFFF, false, &[9, 10, 0, 160], Millis(8210)), None);
    assert_eq!(receiver.feed(0xFFFF, false, &[9, 0x8A, 1, 64], Millis(8230)), None);
}

#[test]
fn a_flash_is_no_key() {
    assert_eq!(KeyReceiver::new().feed(0, true, &[16, 10, 0, 160], Millis(0)), None);
}

/// The keys that are found in audio, fed frame by frame.
fn detected(samples: &[i16], rate: u32) -> String {
    let mut detector = ToneDetector::new(rate);
    samples.chunks(rate as usize / 50).filter_map(|frame| detector.feed(frame)).collect()
}

#[test]
fn tones_are_heard_once_each_at_both_rates() {
    for rate in [8000, 16_000] {
        let pause = vec![0; rate as usize / 20];
        let line: Vec<i16> = KEYS.chars().flat_map(|key| [tone(key, rate), pause.clone()].concat()).collect();
        assert_eq!(detected(&line, rate), KEYS);
        let quiet: Vec<i16> = line.iter().map(|sample| sample / 10).collect();
        let hiss = noise(3, quiet.len(), 150);
        let noisy: Vec<i16> = quiet.iter().zip(hiss).map(|(tone, hiss)| tone + hiss).collect();
        assert_eq!(detected(&noisy, rate), KEYS);
    }
}

#[test]
fn speech_noise_and_single_tones_are_no_keys() {
    assert_eq!(detected(&speech(), 8000), "");
    assert_eq!(detected(&noise(1, 80_000, 8000), 8000), "");
    assert_eq!(detected(&sine(8000, 941.0, 1000, 8000.0), 8000), "");
    assert_eq!(tone('x', 8000), []);
}
