use crate::Target;
use closare_media::rtcp::{Outgoing, parse, write};

pub const TARGET: Target = Target { name: "rtcp", check, cases: 60_000, length_max: 1_600 };

/// What a compound packet said is read again as it was, once we write it.
fn check(bytes: &[u8]) {
    let Ok(incoming) = parse(bytes) else { return };
    assert!(bytes.len().is_multiple_of(4), "whole words");
    assert!(incoming.block.is_none_or(|block| (-0x80_0000..=0x7F_FFFF).contains(&block.lost)));
    let mut packet = Vec::new();
    let outgoing = Outgoing {
        ssrc: incoming.ssrc,
        sender: incoming.sender,
        block: incoming.block,
        cname: "x",
        bye: incoming.bye,
    };
    write(&outgoing, &mut packet);
    assert_eq!(parse(&packet).ok(), Some(incoming));
}
