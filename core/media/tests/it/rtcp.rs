use closare_media::MediaError;
use closare_media::rtcp::{Incoming, Outgoing, ReportBlock, SenderInfo, ntp, parse, write};
use closare_terms::UnixMillis;

const SENDER: SenderInfo =
    SenderInfo { ntp: 0x0102_0304_0506_0708, rtp_timestamp: 9, packets: 10, octets: 1600 };
const BLOCK: ReportBlock = ReportBlock {
    ssrc: 7,
    fraction_lost: 64,
    lost: -3,
    highest_sequence: 65_600,
    jitter: 12,
    last_report: 5,
    delay_since_last_report: 6,
};

#[test]
fn a_report_with_all_parts_reads_as_it_was_written() {
    let outgoing =
        Outgoing { ssrc: 1, sender: Some(SENDER), block: Some(BLOCK), cname: "call@closare", bye: true };
    let mut datagram = Vec::new();
    write(&outgoing, &mut datagram);
    assert_eq!(datagram.len() % 4, 0);
    let expected = Incoming { ssrc: 1, sender: Some(SENDER), block: Some(BLOCK), bye: true };
    assert_eq!(parse(&datagram).unwrap(), expected);
}

#[test]
fn a_receiver_that_heard_nothing_still_says_its_name() {
    let outgoing = Outgoing { ssrc: 3, sender: None, block: None, cname: "ab", bye: false };
    let mut datagram = Vec::new();
    write(&outgoing, &mut datagram);
    let name = [0x81, 202, 0, 3, 0, 0, 0, 3, 1, 2, b'a', b'b', 0, 0, 0, 0];
    assert_eq!(datagram, [&[0x80, 201, 0, 1, 0, 0, 0, 3][..], &name[..]].concat());
}

#[test]
fn a_cut_report_is_refused() {
    let outgoing = Outgoing { ssrc: 1, sender: Some(SENDER), block: Some(BLOCK), cname: "a", bye: false };
    let mut datagram = Vec::new();
    write(&outgoing, &mut datagram);
    assert!(matches!(parse(&datagram[..20]), Err(MediaError::TooShort { .. })));
    assert!(matches!(parse(&[0x80, 96, 0, 0]), Err(MediaError::PacketType(96))));
}

#[test]
fn the_clock_of_1900() {
    assert_eq!(ntp(UnixMillis(0)) >> 32, 2_208_988_800);
    assert_eq!(ntp(UnixMillis(500)) as u32, 1 << 31);
}
