use crate::Target;
use closare_telephony::digest::{Challenge, Credentials, answer, choose};
use closare_telephony::number;

pub const TARGET: Target = Target { name: "digest", check, cases: 24_000, length_max: 4_096 };

/// The headers that are read by hand: a challenge's answer stays one header whatever the server wrote, and is read back as it
/// was meant; an address gives a number without control characters.
fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(challenge) = Challenge::parse(&text) {
        assert_eq!(choose([&*text], Some(&challenge.realm)).as_ref(), Some(&challenge));
        answered(&challenge, &text);
    }
    address(&text);
}

fn answered(challenge: &Challenge, text: &str) {
    let who = Credentials { user: "10\"0", password: "Tr0ub4dor&3", realm: None };
    let header = answer(challenge, who, "REGISTER", "sip:pbx.example", "0a4f113b");
    assert!(!header.chars().any(char::is_control), "{header:?}");
    assert!(!header.contains("Tr0ub4dor&3"));
    assert!(header.len() < 3 * text.len() + 400);
    let back = Challenge::parse(&header);
    let back = back.unwrap_or_else(|| panic!("an answer has the form of a challenge: {header}"));
    let shown = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    assert_eq!(back.realm, shown(&challenge.realm), "{header}");
    assert_eq!(back.nonce, shown(&challenge.nonce), "{header}");
    assert_eq!(back.opaque, challenge.opaque.as_deref().map(shown), "{header}");
    assert_eq!((back.algorithm, back.auth), (challenge.algorithm, challenge.auth), "{header}");
}

fn address(text: &str) {
    let clean = |number: &str| !number.chars().any(|c| c.is_control() || c == '\u{fffd}');
    assert!(clean(&number::user_of(text)));
    for trusted in [false, true] {
        let caller = number::caller(text, &[text, ""], trusted);
        assert!(clean(caller.number.as_str()));
        assert!(caller.name.len() <= text.len());
        assert!(trusted || caller.verified == number::Verified::Unknown, "only a trusted peer may vouch");
    }
}
