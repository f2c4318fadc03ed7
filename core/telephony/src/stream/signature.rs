//! That a request comes from Twilio: `X-Twilio-Signature` (<https://www.twilio.com/docs/usage/security>). HMAC-SHA1, under the account's
//! auth token, of the URL as Twilio was told it, and for a form of each of its keys and values in the keys' order; in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::collections::BTreeMap;

/// Whether this signature is that of the request. `url` is the configured one; Twilio's own clients try it with and without a
/// slash at its end, and so does this.
pub fn is_signed(token: &str, url: &str, form: &BTreeMap<String, String>, signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature.trim()) else { return false };
    let bare = url.trim_end_matches('/');
    let with_slash = format!("{bare}/");
    [bare, &with_slash].iter().any(|url| matches(token, url, form, &signature))
}

/// In constant time.
fn matches(token: &str, url: &str, form: &BTreeMap<String, String>, signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(token.as_bytes()) else { return false };
    mac.update(url.as_bytes());
    for (key, value) in form {
        mac.update(key.as_bytes());
        mac.update(value.as_bytes());
    }
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "wss://example.com/twilio/agent-1/9f2c";
    const SIGNATURE: &str = "v+RV1Z0T0fOnVA9s8P5KFngvT/s=";

    #[test]
    fn a_stream_is_signed_by_its_url() {
        let none = BTreeMap::new();
        assert!(is_signed("12345", URL, &none, SIGNATURE));
        assert!(is_signed("12345", &format!("{URL}/"), &none, SIGNATURE));
        for (token, url, signature) in [
            ("12346", URL, SIGNATURE),
            ("12345", "wss://example.com/twilio/agent-1/9f2d", SIGNATURE),
            ("12345", URL, "v+RV1Z0T0fOnVA9s8P5KFngvT/t="),
            ("12345", URL, "not base64 at all"),
            ("12345", URL, ""),
        ] {
            assert!(!is_signed(token, url, &none, signature), "{token} {url} {signature}");
        }
    }

    /// The example in the documentation of Twilio's own library (twilio-php, "Validate Incoming Requests").
    #[test]
    fn a_form_is_signed_with_its_fields_in_order() {
        let fields = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        let form = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert!(is_signed("12345", url, &form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    }
}
