use closare_media::MediaError;
use closare_media::rtp::{Header, Source, parse, write};
use closare_terms::Millis;
use proptest::prelude::*;

fn header(ssrc: u32, sequence: u16) -> Header {
    let timestamp = u32::from(sequence) * 160;
    Header { marker: false, payload_type: 0, sequence, timestamp, ssrc }
}

#[test]
fn csrcs_extension_and_padding_are_cut_off() {
    let mut packet = vec![0x80 | 0x20 | 0x10 | 2, 0x80 | 8, 0, 7, 0, 0, 0, 9, 0, 0, 0, 5];
    packet.extend([1; 8]);
    packet.extend([0xBE, 0xDE, 0, 1, 2, 2, 2, 2]);
    packet.extend(b"voice");
    packet.extend([0, 0, 3]);
    let (header, payload) = parse(&packet).unwrap();
    assert_eq!(header, Header { marker: true, payload_type: 8, sequence: 7, timestamp: 9, ssrc: 5 });
    assert_eq!(payload, b"voice");
}

#[test]
fn what_is_not_rtp_is_refused() {
    let mut packet = Vec::new();
    write(&header(1, 1), b"x", &mut packet);
    assert!(matches!(parse(&packet[..11]), Err(MediaError::TooShort { expected: 12, found: 11 })));
    packet[0] = 0x40;
    assert!(matches!(parse(&packet), Err(MediaError::Version(1))));
    packet[0] = 0xA0;
    assert!(matches!(parse(&packet), Err(MediaError::Padding { room: 1, found: 0x78 })));
    packet[0] = 0x8F;
    assert!(matches!(parse(&packet), Err(MediaError::TooShort { .. })));
}

proptest! {
    #[test]
    fn a_packet_reads_as_it_was_written(
        marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
        payload in prop::collection::vec(any::<u8>(), 0..500),
    ) {
        let header = Header { marker, payload_type, sequence, timestamp, ssrc };
        let mut packet = vec![9; 9];
        write(&header, &payload, &mut packet);
        let (read, rest) = parse(&packet).unwrap();
        prop_assert_eq!((read, rest), (header, payload.as_slice()));
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse(&bytes);
        let _ = closare_media::rtcp::parse(&bytes);
    }
}

/// Feeds sequence numbers of one source; gives those that were accepted.
fn accepted(source: &mut Source, ssrc: u32, sequences: &[u16]) -> Vec<u16> {
    let accept = |sequence: &u16| source.accept(&header(ssrc, *sequence), Millis(0));
    sequences.iter().copied().filter(accept).collect()
}

#[test]
fn a_source_counts_after_two_in_sequence() {
    let mut source = Source::new();
    assert_eq!(accepted(&mut source, 1, &[5, 9, 10, 11, 13, 12]), [10, 11, 13, 12]);
    assert_eq!(source.ssrc(), Some(1));
}

#[test]
fn a_stray_packet_of_another_source_changes_nothing() {
    let mut source = Source::new();
    accepted(&mut source, 1, &[1, 2]);
    assert!(accepted(&mut source, 2, &[70]).is_empty());
    assert_eq!(accepted(&mut source, 1, &[3]), [3]);
    assert_eq!(accepted(&mut source, 2, &[71, 72]), [71, 72]);
    assert_eq!(source.ssrc(), Some(2));
}

#[test]
fn a_far_jump_is_believed_at_the_second_packet() {
    let mut source = Source::new();
    accepted(&mut source, 1, &[1, 2]);
    assert_eq!(accepted(&mut source, 1, &[20_000, 3, 20_000, 20_001, 20_002]), [3, 20_001, 20_002]);
    assert_eq!(source.refused(), 3);
}

#[test]
fn loss_is_counted_over_the_wrap() {
    let mut source = Source::new();
    accepted(&mut source, 1, &[65_531, 65_532, 65_533, 0, 1]);
    let report = source.report().unwrap();
    assert_eq!((report.lost, report.highest_sequence), (2, 65_537));
    assert_eq!(report.fraction_lost, (2 * 256 / 6) as u8);
    accepted(&mut source, 1, &[2, 3]);
    let report = source.report().unwrap();
    assert_eq!((report.lost, report.fraction_lost), (2, 0));
}

#[test]
fn jitter_settles_at_the_mean_change_of_transit() {
    let mut source = Source::new();
    for sequence in 0..500u16 {
        // Each second packet comes 10 ms late: transit changes by 80 ticks each time.
        let arrival = Millis(u64::from(sequence) * 20 + u64::from(sequence % 2) * 10);
        source.accept(&header(1, sequence), arrival);
    }
    let jitter = source.report().unwrap().jitter;
    assert!((78..=80).contains(&jitter), "{jitter}");
}
