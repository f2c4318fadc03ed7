//! Sealing: XChaCha20-Poly1305, whose nonces are long enough to be random. A sealed blob is its nonce (24 bytes),
//! the ciphertext and the tag (16 bytes). The associated data says where the blob belongs, so that one moved to
//! another row doesn't open.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

const NONCE_BYTES: usize = 24;

/// A key of 32 bytes. It has no `Debug` and no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub fn new(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }

    pub fn random() -> Key {
        Key(random())
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random();
        let sealed = XChaCha20Poly1305::new((&self.0).into())
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place.as_bytes() })
            .expect("sealing fails only above 256 GB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// `None` if the blob was changed, cut, sealed for another place or with another key.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        XChaCha20Poly1305::new((&self.0).into()).decrypt(&XNonce::from(nonce), payload).ok()
    }

    pub fn wrap(&self, place: &str, key: &Key) -> Vec<u8> {
        self.seal(place, &key.0)
    }

    pub fn unwrap_key(&self, place: &str, wrapped: &[u8]) -> Option<Key> {
        Some(Key(self.open(place, wrapped)?.try_into().ok()?))
    }

    /// HMAC-SHA256, hexadecimal: equal for equal texts, and nothing to those without the key.
    pub fn salted_hash(&self, purpose: &str, text: &str) -> String {
        let mut hmac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        hmac.update(purpose.as_bytes());
        hmac.update(&[0]);
        hmac.update(text.as_bytes());
        hex(&hmac.finalize().into_bytes())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .expect("the operating system gives random bytes, or nothing on it can be sealed");
    bytes
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn opens_only_where_it_was_sealed_for() {
        let key = Key::random();
        let sealed = key.seal("turn/a/1", b"words");
        assert_eq!(key.open("turn/a/1", &sealed).unwrap(), b"words");
        assert!(key.open("turn/a/2", &sealed).is_none());
        assert!(Key::random().open("turn/a/1", &sealed).is_none());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key.open("turn/a/1", &changed).is_none());
            assert!(key.open("turn/a/1", &sealed[..index]).is_none());
        }
    }
}
