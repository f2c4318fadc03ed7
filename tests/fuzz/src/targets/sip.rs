use crate::Target;
use closare_telephony::datagram::{Reading, Told, read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub const TARGET: Target = Target { name: "sip", check, cases: 24_000, length_max: 16_384 };

const SOURCE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 5060);

/// Whatever a datagram holds: what we answer is a response that the stack reads, without a line that the sender smuggled in,
/// and not much longer than what came. What we understand of a request is clean.
fn check(bytes: &[u8]) {
    match read(bytes, SOURCE, "Closare") {
        Reading::Blank => assert!(bytes.iter().all(u8::is_ascii_whitespace)),
        Reading::Unreadable { answer: Some(answer) } => answered(&answer, bytes, &[400, 501]),
        Reading::Unreadable { answer: None } => {}
        Reading::Refused { status, answer } => {
            assert!([400, 413, 416, 420, 505].contains(&status), "{status}");
            assert!(answer.starts_with(format!("SIP/2.0 {status} ").as_bytes()));
            answered(&answer, bytes, &[status]);
        }
        Reading::Request(told) => understood(&told),
        Reading::Response { .. } => {}
    }
}

fn answered(answer: &[u8], bytes: &[u8], expected: &[u16]) {
    let text = String::from_utf8_lossy(answer);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    assert!(status.is_some_and(|status| expected.contains(&status)), "{text}");
    assert!(text.starts_with("SIP/2.0 ") && text.ends_with("\r\n\r\n"), "{text}");
    assert_eq!(text.matches("\r\n\r\n").count(), 1, "one head, no body: {text}");
    assert!(
        answer.len() <= bytes.len() * 2 + 400,
        "an answer amplifies: {} for {}",
        answer.len(),
        bytes.len()
    );
}

fn understood(told: &Told) {
    let clean = |text: &str| !text.chars().any(char::is_control);
    assert!(clean(&told.to) && clean(told.caller.number.as_str()), "{told:?}");
    assert!(clean(&told.method) && !told.method.is_empty());
    assert_eq!(told.content_type, told.content_type.to_lowercase());
    assert!(!told.content_type.contains(';'));
    assert!(told.key.is_none_or(|key| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')));
    assert!(told.transfer.is_none_or(|progress| (100..700).contains(&progress.status)));
    assert!(told.sequence.is_none_or(|sequence| sequence < 1 << 31));
    assert!(told.sequence.is_some(), "what passed the rules is filed: {told:?}");
    assert!(told.behind_nat.as_ref().is_none_or(|uri| uri.contains(&SOURCE.to_string())), "{told:?}");
    for (name, _) in &told.extension_headers {
        assert!(name.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("x-")), "{name}");
    }
}
