use closare_telephony::number::{Verified, caller, user_of};
use proptest::prelude::*;

#[test]
fn an_asserted_identity_counts_from_a_trusted_peer_only() {
    let from = "\"Anna, A.\" <sip:anonymous@carrier.example>;tag=1";
    let asserted =
        ["<sip:+4930123;verstat=TN-Validation-Passed-A@carrier.example;user=phone>, <tel:+4930999>"];
    let trusted = caller(from, &asserted, true);
    assert_eq!((trusted.number.as_str(), trusted.name.as_str()), ("+4930123", "Anna, A."));
    assert_eq!(trusted.verified, Verified::Passed);
    let other = caller(from, &asserted, false);
    assert_eq!((other.number.as_str(), other.verified), ("anonymous", Verified::Unknown));
}

#[test]
fn user_parts() {
    for (uri, user) in [
        ("sip:+49301@h;user=phone", "+49301"),
        ("<sip:%2B49%20301:secret@h>", "+49 301"),
        ("tel:+49-30-1;phone-context=x", "+49-30-1"),
        ("sip:h.example", ""),
        ("sip:a%zz@h", "a%zz"),
        ("", ""),
    ] {
        assert_eq!(user_of(uri), user, "{uri}");
    }
}

proptest! {
    #[test]
    fn any_header_is_read_without_a_panic(from in ".{0,100}", asserted in ".{0,100}") {
        let found = caller(&from, &[&asserted], true);
        prop_assert!(!found.number.as_str().contains(['\r', '\n', '\0']));
    }
}
