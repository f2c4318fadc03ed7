//! WAV with marks: RIFF, `fmt `, `LIST/INFO` (`ISFT`, `ICMT`), `data` (Multimedia Programming Interface 1.0).

use super::Marks;

pub(crate) fn wav(rate: u32, channels: u16, marks: &Marks, samples: &[i16]) -> Vec<u8> {
    let info = [b"INFO".to_vec(), text(b"ISFT", &marks.software), text(b"ICMT", &marks.comment)].concat();
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let body = [
        b"WAVE".to_vec(),
        chunk(b"fmt ", &format(rate, channels)),
        chunk(b"LIST", &info),
        chunk(b"data", &data),
    ];
    chunk(b"RIFF", &body.concat())
}

/// PCM of 16 bits.
fn format(rate: u32, channels: u16) -> Vec<u8> {
    let frame = channels * 2;
    let mut format = Vec::with_capacity(16);
    format.extend(1u16.to_le_bytes());
    format.extend(channels.to_le_bytes());
    format.extend(rate.to_le_bytes());
    format.extend((rate * u32::from(frame)).to_le_bytes());
    format.extend(frame.to_le_bytes());
    format.extend(16u16.to_le_bytes());
    format
}

fn text(id: &[u8; 4], text: &str) -> Vec<u8> {
    chunk(id, &[text.as_bytes(), &[0]].concat())
}

/// A chunk is padded to an even length, which its size doesn't count.
fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let padding: &[u8] = if body.len() % 2 == 1 { &[0] } else { &[] };
    [id.as_slice(), &size.to_le_bytes(), body, padding].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_short_file() {
        let marks = Marks { software: "Closare".into(), comment: "AI".into() };
        let wav = wav(8000, 2, &marks, &[1, -1]);
        assert_eq!(wav.len() % 2, 0);
        assert_eq!(u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize, wav.len() - 8);
        insta::assert_snapshot!(wav.escape_ascii(), @r"RIFFP\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00@\x1f\x00\x00\x00}\x00\x00\x04\x00\x10\x00LIST \x00\x00\x00INFOISFT\x08\x00\x00\x00Closare\x00ICMT\x03\x00\x00\x00AI\x00\x00data\x04\x00\x00\x00\x01\x00\xff\xff");
    }
}
