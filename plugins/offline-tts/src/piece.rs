//! A text cut into pieces of a few seconds: one is spoken while the next is made, and no call of a session takes long.

/// A clause longer than this is cut at a comma: about 5 s of speech, 1.5 s of work in the sandbox.
const LETTERS_AT_COMMA: usize = 75;

/// And beyond this, between two words.
const LETTERS_MAX: usize = 130;

/// Sentences at least; long ones in parts. Nothing is lost but the spaces between.
pub fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = true;
    for token in text.split_whitespace() {
        match pieces
            .last_mut()
            .filter(|piece| !open && piece.chars().count() + token.chars().count() < LETTERS_MAX)
        {
            Some(piece) => {
                piece.push(' ');
                piece.push_str(token);
            }
            None => pieces.push(token.to_owned()),
        }
        open = pieces.last().is_some_and(|piece| ends(piece, token));
    }
    pieces
}

fn ends(piece: &str, token: &str) -> bool {
    let letters = piece.chars().count();
    let bare = token.trim_end_matches(['"', '”', '\'', '’', ')']);
    // "Dr." and "a.m." end no sentence.
    let short = bare.ends_with('.')
        && (bare.len() <= 4 && bare.starts_with(char::is_uppercase) || bare[..bare.len() - 1].contains('.'));
    (bare.ends_with(['.', '?', '!']) && !short && letters > 12)
        || (bare.ends_with([',', ';', ':']) && letters > LETTERS_AT_COMMA)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_text_in_pieces() {
        assert_eq!(
            pieces("  Good morning, Dr. Reed. How are you today? "),
            ["Good morning, Dr. Reed.", "How are you today?"]
        );
        assert!(pieces(" ").is_empty());
        let long = "This call is handled by a machine, which writes down what you say, so that the practice can answer you later, and it is never sold";
        assert_eq!(pieces(long).len(), 2);
        assert_eq!(pieces(long).join(" "), long);
        assert!(pieces(&"word ".repeat(90)).iter().all(|piece| piece.len() <= 130));
    }
}
