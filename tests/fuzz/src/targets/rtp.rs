use crate::Target;
use closare_media::MediaError;
use closare_media::rtp::{parse, write};

pub const TARGET: Target = Target { name: "rtp", check, cases: 60_000, length_max: 1_600 };

/// The payload is a part of the packet, and header and payload are read again as they were.
fn check(bytes: &[u8]) {
    match parse(bytes) {
        Ok((header, payload)) => {
            assert!(header.payload_type < 128);
            assert!(payload.len() + 12 <= bytes.len());
            assert!(bytes.as_ptr_range().contains(&payload.as_ptr()) || payload.is_empty());
            let mut packet = vec![0xAA; 7];
            write(&header, payload, &mut packet);
            assert_eq!(parse(&packet).ok(), Some((header, payload)));
            // Without CSRCs, extension and padding a packet is its own writing.
            if bytes[0] == 0x80 {
                assert_eq!(packet, bytes);
            }
        }
        Err(MediaError::TooShort { expected, found }) => {
            assert!(found < expected && found == bytes.len());
        }
        Err(MediaError::Version(version)) => assert!(version < 4 && version != 2),
        Err(MediaError::Padding { room, found }) => assert!(found == 0 || found > room),
        Err(other) => panic!("no error of a packet: {other}"),
    }
}
