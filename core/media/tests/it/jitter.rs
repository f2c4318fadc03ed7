use closare_media::rtp::Header;
use closare_media::{JitterBuffer, Pulled};
use closare_terms::Millis;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A packet on its way: when it comes, what it is.
#[derive(Clone, Debug)]
struct Packet {
    arrival: u64,
    header: Header,
    payload: Vec<u8>,
}

/// Packet number `index` of a sender that sends `ptime` milliseconds at a time; each byte tells which 10 ms it is of.
fn packet(index: u64, ptime: u64, delay: u64) -> Packet {
    let from = index * ptime;
    let header = Header {
        marker: index == 0,
        payload_type: 9,
        sequence: (index as u16).wrapping_add(65_500),
        timestamp: (from as u32 * 8).wrapping_add(u32::MAX - 2000),
        ssrc: 1,
    };
    let payload = (from..from + ptime).flat_map(|ms| [tag(ms / 10); 8]).collect();
    Packet { arrival: from + delay, header, payload }
}

fn tag(tens: u64) -> u8 {
    (tens % 251) as u8
}

/// What each tick gave: the tags of its two halves, or a word.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Heard {
    Frame(u8, u8),
    Lost,
    Silence,
    NotYet,
}

/// Plays packets into a buffer, with a tick each 20 ms from 1 ms on.
fn play(buffer: &mut JitterBuffer, mut packets: Vec<Packet>, ticks: u64) -> Vec<Heard> {
    packets.sort_by_key(|packet| packet.arrival);
    let mut packets = packets.into_iter().peekable();
    let mut heard = Vec::new();
    for tick in 0..ticks {
        let now = tick * 20 + 1;
        while let Some(packet) = packets.next_if(|packet| packet.arrival <= now) {
            buffer.push(Millis(packet.arrival), &packet.header, &packet.payload);
        }
        heard.push(pull(buffer, now));
    }
    heard
}

fn pull(buffer: &mut JitterBuffer, now: u64) -> Heard {
    match buffer.pop(Millis(now)) {
        Pulled::Frame { payload, .. } => {
            let (first, second) = payload.split_at(80);
            assert!(first.iter().all(|byte| *byte == first[0]), "mixed: {first:?}");
            Heard::Frame(first[0], second[0])
        }
        Pulled::Lost => Heard::Lost,
        Pulled::Silence => Heard::Silence,
        Pulled::NotYet => Heard::NotYet,
    }
}

fn frames(heard: &[Heard]) -> Vec<u8> {
    let halves = |heard: &Heard| match heard {
        Heard::Frame(first, second) => vec![*first, *second],
        Heard::Lost | Heard::Silence | Heard::NotYet => vec![],
    };
    heard.iter().flat_map(halves).collect()
}

fn count(heard: &[Heard], what: &Heard) -> usize {
    heard.iter().filter(|heard| *heard == what).count()
}

#[test]
fn a_steady_stream_begins_after_40_ms_and_loses_nothing() {
    let mut buffer = JitterBuffer::new();
    let heard = play(&mut buffer, (0..100).map(|index| packet(index, 20, 5)).collect(), 90);
    assert_eq!(heard[..3], [Heard::NotYet, Heard::NotYet, Heard::NotYet]);
    assert_eq!(frames(&heard), (0..174).map(tag).collect::<Vec<u8>>());
}

#[test]
fn packets_of_other_lengths_are_cut_into_frames() {
    for ptime in [10, 30, 40, 50, 60] {
        let mut buffer = JitterBuffer::new();
        let heard =
            play(&mut buffer, (0..2000 / ptime).map(|index| packet(index, ptime, ptime)).collect(), 90);
        let played = frames(&heard);
        assert_eq!(played, (0..played.len() as u64).map(tag).collect::<Vec<u8>>(), "{ptime} ms");
        assert!(played.len() > 160 && count(&heard, &Heard::Lost) == 0, "{ptime} ms: {heard:?}");
    }
}

#[test]
fn a_missing_packet_is_lost_and_moves_nothing() {
    let mut buffer = JitterBuffer::new();
    let sent = (0..100).filter(|index| index % 10 != 5).map(|index| packet(index, 20, 0)).collect();
    let heard = play(&mut buffer, sent, 90);
    for (index, tick) in (0..88).zip(&heard[2..]) {
        let expected =
            if index % 10 == 5 { Heard::Lost } else { Heard::Frame(tag(2 * index), tag(2 * index + 1)) };
        assert_eq!(*tick, expected, "frame {index}");
    }
}

#[test]
fn a_sender_that_was_silent_lost_nothing() {
    let mut buffer = JitterBuffer::new();
    // Sequence goes on, the timestamp jumps by three seconds.
    let after = (10..30).map(|index| {
        let mut packet = packet(index, 20, 0);
        packet.arrival += 3000;
        packet.header.timestamp = packet.header.timestamp.wrapping_add(24_000);
        packet
    });
    let heard = play(&mut buffer, (0..10).map(|index| packet(index, 20, 0)).chain(after).collect(), 170);
    assert_eq!(frames(&heard)[..30], (0..30).map(tag).collect::<Vec<u8>>());
    assert_eq!(count(&heard, &Heard::Lost), 3, "concealed until it is sure");
    let resumed = heard.iter().position(|tick| *tick == Heard::Frame(tag(20), tag(21))).unwrap();
    assert!((160..=163).contains(&resumed), "resumed at tick {resumed}");
}

#[test]
fn comfort_noise_says_silence_at_once() {
    let mut buffer = JitterBuffer::new();
    let mut noise = packet(10, 20, 0);
    noise.header.payload_type = 13;
    noise.payload = vec![60];
    let heard = play(&mut buffer, (0..10).map(|index| packet(index, 20, 0)).chain([noise]).collect(), 40);
    assert_eq!((count(&heard, &Heard::Lost), heard.last()), (0, Some(&Heard::Silence)));
}

#[test]
fn a_stall_is_concealed_for_60_ms_then_silent_and_its_burst_is_played() {
    let mut buffer = JitterBuffer::new();
    let sent = (0..400).map(|index| {
        let mut packet = packet(index, 20, 0);
        packet.header.payload_type = 0;
        // Loud until 700 ms, then line noise: there the delay can be caught up.
        packet.payload = vec![if index < 35 { 0x20 | (index as u8 % 16) } else { 0xFE }; 160];
        packet.arrival = if (20..35).contains(&index) { 700 } else { packet.arrival };
        packet
    });
    let heard = play(&mut buffer, sent.collect(), 390);
    let loud = |tick: &&Heard| matches!(tick, Heard::Frame(first, _) if *first < 0x40);
    assert_eq!(heard.iter().filter(loud).count(), 35, "no speech is dropped");
    assert!((3..=4).contains(&count(&heard, &Heard::Lost)), "{heard:?}");
    let stats = buffer.stats();
    assert!(stats.dropped_frames >= 12 && stats.delay_ms < 60, "{stats:?}");
}

#[test]
fn a_jittery_line_gets_a_longer_delay_at_once() {
    let mut buffer = JitterBuffer::new();
    let sent =
        (0..200).map(|index| packet(index, 20, if index > 50 { index * 7 % 11 * 10 } else { 0 })).collect();
    let heard = play(&mut buffer, sent, 190);
    let stats = buffer.stats();
    assert!((100..=120).contains(&stats.target_ms), "{stats:?}");
    assert!(count(&heard[80..], &Heard::Lost) <= 2, "{:?}", &heard[50..]);
}

#[test]
fn another_ssrc_a_timestamp_that_goes_back_and_a_sequence_that_jumps_begin_anew() {
    let changes: [fn(&mut Header); 3] = [
        |header| header.ssrc = 2,
        |header| header.timestamp = header.timestamp.wrapping_sub(800_000),
        |header| {
            header.sequence = header.sequence.wrapping_add(30_000);
            header.timestamp = header.timestamp.wrapping_add(99);
        },
    ];
    for change in changes {
        let mut buffer = JitterBuffer::new();
        let sent = (0..100).map(|index| {
            let mut packet = packet(index, 20, 0);
            if index >= 50 {
                change(&mut packet.header);
            }
            packet
        });
        let heard = play(&mut buffer, sent.collect(), 90);
        assert_eq!(buffer.stats().resets, 1);
        assert_eq!(heard.last(), Some(&Heard::Frame(tag(174), tag(175))));
    }
}

#[test]
fn a_sequence_number_that_a_key_took_is_no_loss() {
    let mut buffer = JitterBuffer::new();
    for index in 0..6 {
        let packet = packet(index, 20, 0);
        if index == 3 {
            buffer.skip(&Header { payload_type: 101, ..packet.header });
        } else {
            buffer.push(Millis(packet.arrival), &packet.header, &packet.payload);
        }
    }
    let heard: Vec<Heard> = (7..12).map(|tick| pull(&mut buffer, tick * 20)).collect();
    assert_eq!(frames(&heard), [0, 1, 2, 3, 4, 5, 8, 9, 10, 11].map(tag));
    assert_eq!(count(&heard, &Heard::Lost), 0);
}

/// 20 minutes with a sender whose clock is off by `ppm`, who speaks for 8 s and is silent for 2.
fn drift(ppm: i64) -> (JitterBuffer, Vec<Heard>) {
    let sent = (0..60_000u64).map(|index| {
        let mut packet = packet(index, 20, 0);
        let drifted = packet.arrival as i64 * ppm / 1_000_000;
        packet.arrival = (packet.arrival as i64 + drifted + 2000) as u64;
        packet.header.payload_type = 0;
        packet.payload = vec![if index % 500 < 400 { 0x20 } else { 0xFE }; 160];
        packet
    });
    let mut buffer = JitterBuffer::new();
    let heard = play(&mut buffer, sent.collect(), 59_950);
    (buffer, heard)
}

#[test]
fn a_clock_that_drifts_is_followed_in_silence() {
    for ppm in [-300, 300] {
        let (buffer, heard) = drift(ppm);
        let stats = buffer.stats();
        assert_eq!(count(&heard, &Heard::Lost), 0, "{ppm}: {stats:?}");
        assert!((20..=60).contains(&stats.delay_ms), "{ppm}: {stats:?}");
        // 20 minutes at 300 ppm are 360 ms.
        let frames = if ppm < 0 { stats.dropped_frames } else { stats.added_frames };
        assert!((15..=21).contains(&frames), "{ppm}: {stats:?}");
    }
}

#[test]
fn useless_payloads_are_refused() {
    let mut buffer = JitterBuffer::new();
    buffer.push(Millis(0), &Header::default(), &[]);
    buffer.push(Millis(0), &Header::default(), &[0; 481]);
    assert_eq!((buffer.stats().refused, pull(&mut buffer, 100)), (2, Heard::NotYet));
}

/// What the network does to each packet: lost, how late, twice.
fn network() -> impl Strategy<Value = Vec<(bool, u64, bool)>> {
    let fate =
        (prop::bool::weighted(0.1), prop_oneof![8 => 0u64..30, 1 => 0u64..300], prop::bool::weighted(0.05));
    prop::collection::vec(fate, 1..200)
}

/// A sender that falls silent without a word: nothing waits in the buffer, however long it takes.
#[test]
fn silence_is_no_delay() {
    let mut buffer = JitterBuffer::new();
    play(&mut buffer, (0..50).map(|index| packet(index, 20, 0)).collect(), 150);
    assert!(buffer.stats().delay_ms <= 60, "{:?}", buffer.stats());
}

/// Out of order, and yet of another time: it is late, and says nothing of the others' delay.
#[test]
fn an_old_number_with_a_far_time_changes_nothing() {
    for far in [10_000_000, -10_000_000i32] {
        let mut wrong = packet(49, 20, 0);
        wrong.header.sequence = wrong.header.sequence.wrapping_sub(20);
        wrong.header.timestamp = wrong.header.timestamp.wrapping_add(far as u32);
        wrong.arrival = 995;
        let mut buffer = JitterBuffer::new();
        let heard = play(&mut buffer, (0..60).map(|index| packet(index, 20, 0)).chain([wrong]).collect(), 60);
        assert_eq!(count(&heard, &Heard::Lost), 0, "{far}");
        let stats = buffer.stats();
        assert_eq!((stats.late, stats.resets), (1, 0), "{stats:?}");
        assert!(stats.delay_ms <= 60 && stats.added_frames <= 1, "{stats:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The naive model: a set of what came. Each is played once, in order, in bounded time, or counted as late.
    #[test]
    fn frames_come_in_order_once_and_in_time(fates in network()) {
        let mut sent = Vec::new();
        let mut came = BTreeSet::new();
        for (index, (lost, delay, twice)) in (0u64..).zip(&fates) {
            if !lost {
                came.insert(index);
                sent.push(packet(index, 20, *delay));
                if *twice { sent.push(packet(index, 20, delay + 10)) }
            }
        }
        let arrived = sent.len() as u64;
        let worst = fates.iter().map(|fate| fate.1).max().unwrap_or(0);
        let mut buffer = JitterBuffer::new();
        let ticks = fates.len() as u64 + 60;
        let heard = play(&mut buffer, sent, ticks);
        let mut played = BTreeSet::new();
        for (tick, what) in (0u64..).zip(&heard) {
            let Heard::Frame(first, second) = what else { continue };
            prop_assert_eq!(*second, tag(u64::from(*first) + 1));
            let index = came.iter().copied().find(|index| !played.contains(index) && tag(2 * index) == *first);
            let index = index.expect("plays only what came, once");
            prop_assert!(played.last().is_none_or(|last| *last < index), "in order");
            prop_assert!(tick * 20 >= index * 20, "not before it was sent");
            prop_assert!(tick * 20 - index * 20 <= worst + 260, "delay {} of {}", tick * 20 - index * 20, worst);
            played.insert(index);
        }
        let stats = buffer.stats();
        prop_assert_eq!(stats.received, arrived);
        prop_assert!(played.len() as u64 + stats.late + stats.duplicate >= came.len() as u64);
        prop_assert_eq!(stats.resets, 0);
    }

    #[test]
    fn on_a_good_line_everything_is_heard(delays in prop::collection::vec(0u64..15, 20..150)) {
        let sent = (0u64..).zip(&delays).map(|(index, delay)| packet(index, 20, *delay)).collect();
        let mut buffer = JitterBuffer::new();
        let heard = play(&mut buffer, sent, delays.len() as u64 + 2);
        let played = frames(&heard);
        prop_assert_eq!(&played, &(0..played.len() as u64).map(tag).collect::<Vec<u8>>());
        prop_assert!(played.len() + 4 >= 2 * delays.len(), "{} of {}", played.len(), 2 * delays.len());
        prop_assert_eq!(count(&heard, &Heard::Lost), 0);
    }

    #[test]
    fn no_packets_make_it_panic(
        packets in prop::collection::vec((any::<u16>(), any::<u32>(), 0u32..3, 0usize..500, any::<u8>(), 0u64..50), 0..150),
        start in prop_oneof![Just(0u64), Just(u64::MAX - 1000), any::<u64>()],
    ) {
        let mut buffer = JitterBuffer::new();
        let mut now = start;
        for (sequence, timestamp, ssrc, len, payload_type, wait) in packets {
            now = now.saturating_add(wait);
            let header = Header { marker: false, payload_type, sequence: sequence % 64, timestamp: timestamp % 20_000, ssrc: ssrc / 2 };
            buffer.push(Millis(now), &header, &vec![1; len]);
            buffer.skip(&Header { sequence, ..header });
            buffer.pop(Millis(now));
        }
    }
}
