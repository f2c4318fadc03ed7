use crate::Target;
use closare_media::Codec;
use closare_telephony::sdp::{Agreed, Answer, Direction, Ours, accept, answer, offer};
use std::net::{IpAddr, Ipv4Addr};

pub const TARGET: Target = Target { name: "sdp", check, cases: 18_000, length_max: 20_000 };

const OURS: Ours = Ours { session: 42, version: 1, address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 20_000 };

/// An answer has the offer's streams in their order, names one codec, which was offered, and is read as we meant it.
/// A refusal has a status of SIP.
fn check(bytes: &[u8]) {
    match answer(bytes, OURS) {
        Ok(answer) => answered(bytes, &answer),
        Err(reject) => assert!((400..700).contains(&reject.status), "{reject:?}"),
    }
    if let Ok(agreed) = accept(bytes) {
        fits(&agreed);
    }
}

fn answered(bytes: &[u8], Answer { text, agreed }: &Answer) {
    fits(agreed);
    let offer = String::from_utf8_lossy(bytes);
    assert_eq!(streams(text).len(), streams(&offer).len(), "as many streams as offered: {text}");
    let ours: Vec<&str> = streams(text).into_iter().filter(|line| port(line) != Some("0")).collect();
    assert_eq!(ours.len(), 1, "one stream is taken: {text}");
    assert_eq!(formats(ours[0]).next(), Some(agreed.payload), "{text}");
    let offered: Vec<u8> = streams(&offer).into_iter().flat_map(formats).collect();
    assert!(formats(ours[0]).all(|number| offered.contains(&number)), "only offered numbers: {text}");

    let mirrored = accept(text.as_bytes()).unwrap_or_else(|reject| panic!("{reject:?}: {text}"));
    assert_eq!((mirrored.codec, mirrored.payload), (agreed.codec, agreed.payload), "{text}");
    assert_eq!(mirrored.keys, agreed.keys, "{text}");
    assert_eq!(mirrored.direction.sends(), agreed.direction.receives(), "{text}");
    assert_eq!(mirrored.direction.receives(), agreed.direction.sends(), "{text}");
    assert!(text.len() < bytes.len() + 1_000, "an answer doesn't grow");
}

fn fits(agreed: &Agreed) {
    assert!(Codec::ALL.contains(&agreed.codec));
    assert!(agreed.payload < 128 && agreed.keys.is_none_or(|keys| keys < 128));
    assert_ne!(agreed.keys, Some(agreed.payload), "keys and voice have numbers of their own");
    if let Some(remote) = agreed.remote {
        assert!(remote.port() != 0 && !remote.ip().is_unspecified() && !remote.ip().is_multicast());
    }
    // What we send goes somewhere, or waits until the first packets tell where.
    assert!(matches!(
        agreed.direction,
        Direction::SendRecv | Direction::SendOnly | Direction::RecvOnly | Direction::Inactive
    ));
    assert!(accept(offer(OURS).as_bytes()).is_ok());
}

fn streams(text: &str) -> Vec<&str> {
    text.split(['\n', '\r']).filter(|line| line.starts_with("m=")).collect()
}

fn port(line: &str) -> Option<&str> {
    line.split(' ').nth(1)
}

/// The numbers of an m-line.
fn formats(line: &str) -> impl Iterator<Item = u8> {
    line.split_whitespace().skip(3).filter_map(|number| number.parse().ok())
}
