use closare_telephony::digest::{Algorithm, Challenge, Credentials, answer, choose};
use proptest::prelude::*;

const MUFASA: Credentials<'_> = Credentials { user: "Mufasa", password: "Circle of Life", realm: None };

/// RFC 7616 §3.9.1, both algorithms.
#[test]
fn the_vectors_of_rfc_7616() {
    for (algorithm, response) in [
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ] {
        let header = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let challenge = Challenge::parse(&header).unwrap();
        let value = answer(
            &challenge,
            MUFASA,
            "GET",
            "/dir/index.html",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        );
        assert!(value.contains(&format!("response=\"{response}\"")), "{value}");
        assert!(value.contains("nc=00000001") && value.contains("qop=auth"), "{value}");
        assert!(value.contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""), "{value}");
    }
}

/// RFC 2069 §2.4, with the response of its erratum 749.
#[test]
fn the_old_form_without_qop() {
    let challenge =
        Challenge::parse("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"");
    let who = Credentials { password: "CircleOfLife", ..MUFASA };
    let value = answer(&challenge.unwrap(), who, "GET", "/dir/index.html", "unused");
    assert!(value.contains("response=\"1949323746fe6a43ef61f9606e7febea\""), "{value}");
    assert!(!value.contains("qop") && !value.contains("cnonce"), "{value}");
}

#[test]
fn the_first_challenge_that_we_can_answer_is_taken() {
    let offers = [
        "Basic realm=\"a\"",
        "Digest realm=\"a\", nonce=\"n\", algorithm=SHA-512-256",
        "Digest realm=\"a\", nonce=\"n\", algorithm=SHA-256, qop=\"auth-int\"",
        "Digest realm=\"a\", nonce=\"n2\", algorithm=SHA-256, qop=\"auth\"",
        "Digest realm=\"a\", nonce=\"n3\", algorithm=MD5",
    ];
    let chosen = choose(offers, None).unwrap();
    assert_eq!((chosen.algorithm, chosen.nonce.as_str()), (Algorithm::Sha256, "n2"));
    assert_eq!(choose(offers, Some("b")), None);
}

#[test]
fn quotes_and_commas_inside_quotes_are_read() {
    let challenge = Challenge::parse("Digest realm=\"a, \\\"b\\\"\", nonce=\"n=1,\", stale=TRUE").unwrap();
    assert_eq!(
        (challenge.realm.as_str(), challenge.nonce.as_str(), challenge.stale),
        ("a, \"b\"", "n=1,", true)
    );
}

proptest! {
    #[test]
    fn any_header_is_read_without_a_panic(header in ".{0,200}", tail in ".{0,200}") {
        let _ = Challenge::parse(&header);
        if let Some(challenge) = Challenge::parse(&format!("Digest realm=\"r\", nonce=\"n\", {tail}")) {
            let value = answer(&challenge, MUFASA, "REGISTER", &header, "c");
            prop_assert!(!value.contains(['\r', '\n']));
        }
    }
}
