//! The model's pieces of words, as `tokenizer.bin` has them: in the order of their ids, each after its length.

/// Pieces by id. `▁` stands for a space, `<0xNN>` for a byte.
pub struct Vocabulary {
    pieces: Vec<&'static [u8]>,
}

impl Vocabulary {
    pub fn read(mut file: &'static [u8]) -> Vocabulary {
        let mut pieces = Vec::with_capacity(33_000);
        while let Some((length, rest)) = length(file) {
            let (piece, rest) = rest.split_at(length.min(rest.len()));
            pieces.push(piece);
            file = rest;
        }
        Vocabulary { pieces }
    }

    /// The bytes that a piece stands for. A special one (`</s>`, `<<ST_12>>`) stands for none.
    pub fn bytes(&self, id: usize) -> Vec<u8> {
        let Some(piece) = self.pieces.get(id) else { return Vec::new() };
        match std::str::from_utf8(piece) {
            Ok(text) if text.len() == 6 && text.starts_with("<0x") => {
                u8::from_str_radix(&text[3..5], 16).map(|byte| vec![byte]).unwrap_or_default()
            }
            Ok(text) if text.len() > 2 && text.starts_with('<') && text.ends_with('>') => Vec::new(),
            Ok(text) => text.replace('▁', " ").into_bytes(),
            Err(_) => piece.to_vec(),
        }
    }
}

/// A length is one byte below 128, else two: the low seven bits with the high bit set, then the rest.
fn length(file: &[u8]) -> Option<(usize, &[u8])> {
    match file {
        [low, rest @ ..] if *low < 128 => Some((usize::from(*low), rest)),
        [low, high, rest @ ..] => Some((usize::from(*high) * 128 + usize::from(*low) - 128, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Vocabulary;

    #[test]
    fn the_models_pieces() {
        let vocabulary = Vocabulary::read(include_bytes!(env!("MODEL_TOKENIZER_BIN")));
        assert_eq!(vocabulary.pieces.len(), 32_768);
        assert_eq!(vocabulary.bytes(1009), b" their");
        assert_eq!((vocabulary.bytes(2), vocabulary.bytes(13)), (Vec::new(), b"\n".to_vec()));
    }

    #[test]
    fn long_pieces_have_two_bytes_of_length() {
        let file: Vec<u8> = [&[130, 1][..], &[b'x'; 130], &[1, b'y']].concat();
        let vocabulary = Vocabulary::read(file.leak());
        assert_eq!((vocabulary.bytes(0).len(), vocabulary.bytes(1)), (130, b"y".to_vec()));
    }
}
