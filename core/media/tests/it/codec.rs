use crate::{sine, speech};
use closare_media::{Codec, Decoder, Encoder, dominant_frequency, rms};

fn decode(codec: Codec, payload: &[u8]) -> Vec<i16> {
    let mut out = vec![1, 2, 3];
    Decoder::new(codec).decode_into(payload, &mut out);
    out
}

fn encode(codec: Codec, samples: &[i16]) -> Vec<u8> {
    let mut out = vec![1, 2, 3];
    Encoder::new(codec).encode_into(samples, &mut out);
    out
}

/// G.711 §4.2 (µ-law), written from the formula: 14 bits, scaled to 16.
fn ulaw(code: u8) -> i16 {
    let bits = !code;
    let magnitude = ((i16::from(bits & 0x0F) << 3) + 0x84) << ((bits >> 4) & 7);
    if bits & 0x80 != 0 { 0x84 - magnitude } else { magnitude - 0x84 }
}

/// G.711 §4.1 (A-law): 13 bits, scaled to 16.
fn alaw(code: u8) -> i16 {
    let bits = code ^ 0x55;
    let mantissa = (i16::from(bits & 0x0F) << 4) + 8;
    let magnitude = match (bits >> 4) & 7 {
        0 => mantissa,
        segment => (mantissa + 0x100) << (segment - 1),
    };
    if bits & 0x80 != 0 { magnitude } else { -magnitude }
}

#[test]
fn every_code_of_g711_decodes_as_the_formula_says() {
    let codes: Vec<u8> = (0..=255).collect();
    assert_eq!(decode(Codec::Pcmu, &codes), codes.iter().map(|code| ulaw(*code)).collect::<Vec<_>>());
    assert_eq!(decode(Codec::Pcma, &codes), codes.iter().map(|code| alaw(*code)).collect::<Vec<_>>());
}

#[test]
fn known_values_of_g711() {
    assert_eq!(encode(Codec::Pcmu, &[0, 32_767, -32_768, 1000]), [0xFF, 0x80, 0x00, 0xCE]);
    assert_eq!(encode(Codec::Pcma, &[0, 32_767, -32_768, 1000]), [0xD5, 0xAA, 0x2A, 0xFA]);
    assert_eq!(decode(Codec::Pcmu, &[0xFF, 0x80, 0x00]), [0, 32_124, -32_124]);
    assert_eq!(decode(Codec::Pcma, &[0xD5, 0x55, 0xAA, 0x2A]), [8, -8, 32_256, -32_256]);
}

#[test]
fn decoding_and_encoding_again_gives_the_same_codes() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        // µ-law has two zeros, of which the positive is sent.
        let codes: Vec<u8> = (0..=255u8).filter(|code| codec == Codec::Pcma || *code != 0x7F).collect();
        assert_eq!(encode(codec, &decode(codec, &codes)), codes, "{codec:?}");
    }
}

#[test]
fn what_is_encoded_sounds_the_same_again() {
    for codec in Codec::ALL {
        let sent = sine(codec.rate(), 1000.0, 1000, 8000.0);
        let payload = encode(codec, &sent);
        assert_eq!(payload.len(), 50 * codec.payload_bytes(), "{codec:?}");
        let heard = decode(codec, &payload);
        assert_eq!(heard.len(), sent.len(), "{codec:?}");
        assert!((dominant_frequency(&heard, codec.rate()) - 1000.0).abs() < 2.0, "{codec:?}");
        assert!((rms(&heard) / rms(&sent) - 1.0).abs() < 0.03, "{codec:?}: {}", rms(&heard));
    }
}

#[test]
fn g711_keeps_speech_within_a_thirtieth_of_each_sample() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let sent = speech();
        let heard = decode(codec, &encode(codec, &sent));
        for (sent, heard) in sent.iter().zip(heard) {
            let error = (i32::from(*sent) - i32::from(heard)).abs();
            assert!(error <= i32::from(*sent).abs() / 30 + 8, "{codec:?} {sent} {heard}");
        }
    }
}

#[test]
fn silence_bytes_are_silent() {
    for codec in Codec::ALL {
        let heard = decode(codec, &vec![codec.silence(); 1600]);
        assert!(rms(&heard[heard.len() / 2..]) < 12.0, "{codec:?} {}", rms(&heard));
    }
}

#[test]
fn a_codec_is_found_by_type_and_name() {
    for codec in Codec::ALL {
        assert_eq!(Codec::from_payload_type(codec.payload_type()), Some(codec));
        assert_eq!(Codec::from_name(&codec.name().to_lowercase()), Some(codec));
        assert_eq!(codec.rtpmap(), format!("{}/{}", codec.name(), codec.clock()));
    }
    assert_eq!(Codec::from_payload_type(3), None);
    assert_eq!(Codec::from_name("opus"), None);
}

#[test]
fn odd_and_empty_pieces_do_no_harm() {
    for codec in Codec::ALL {
        assert!(decode(codec, &[]).is_empty() && encode(codec, &[]).is_empty());
        assert!(encode(codec, &[1, 2, 3]).len() <= 3);
    }
}
