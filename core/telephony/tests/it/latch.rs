use closare_telephony::latch::{Latch, Verdict};
use std::net::SocketAddr;

fn at(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

#[test]
fn the_told_address_is_believed_at_once() {
    let mut latch = Latch::new(Some(at(1000)));
    assert_eq!(latch.target(), Some(at(1000)));
    assert_eq!(latch.received(at(1000), 7, 1, 0), Verdict::Take);
    assert_eq!(latch.received(at(2000), 8, 1, 20), Verdict::Ignore);
    assert_eq!(latch.received(at(2000), 8, 2, 40), Verdict::Ignore, "locked for the call");
    assert_eq!(latch.target(), Some(at(1000)));
}

#[test]
fn behind_a_nat_two_packets_in_sequence_make_the_source() {
    let mut latch = Latch::new(Some(at(1000)));
    assert_eq!(latch.received(at(2000), 7, 65_535, 0), Verdict::Ignore);
    assert_eq!(latch.target(), Some(at(1000)));
    assert_eq!(latch.received(at(3000), 9, 5, 5), Verdict::Ignore, "a stray one starts over");
    assert_eq!(latch.received(at(2000), 7, 0, 20), Verdict::Ignore);
    assert_eq!(latch.received(at(2000), 7, 1, 40), Verdict::Take);
    assert_eq!(latch.target(), Some(at(2000)));
}

#[test]
fn the_same_stream_may_move_after_two_silent_seconds() {
    let mut latch = Latch::new(Some(at(1000)));
    latch.received(at(1000), 7, 1, 0);
    assert_eq!(latch.received(at(2000), 7, 2, 1_999), Verdict::Ignore);
    assert_eq!(latch.received(at(2000), 7, 3, 2_000), Verdict::Ignore, "the first of two");
    assert_eq!(latch.received(at(2000), 7, 4, 2_020), Verdict::Take);
    assert_eq!(latch.target(), Some(at(2000)));
    assert_eq!(latch.received(at(3000), 8, 5, 9_000), Verdict::Ignore, "another stream never");
}

#[test]
fn a_new_address_by_signalling_opens_the_latch() {
    let mut latch = Latch::new(Some(at(1000)));
    latch.received(at(1000), 7, 1, 0);
    latch.told(at(4000));
    assert_eq!(latch.target(), Some(at(4000)));
    assert_eq!(latch.received(at(4000), 9, 1, 20), Verdict::Take);
}
