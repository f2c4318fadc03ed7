//! A text cut into pieces of a few seconds: one is spoken while the next is made, and no call of a session takes long.

/// What a piece holds at most: about 4 s of speech, 1.5 s of work in the sandbox.
const LETTERS_MAX: usize = 60;

/// A cut leaves at least so much on both sides, or the melody breaks: "…, please." stays with what it ends.
const LETTERS_MIN: usize = 16;

/// Sentences; long ones in parts. Nothing is lost but the spaces between.
pub fn pieces(text: &str) -> Vec<String> {
    let mut sentences: Vec<Vec<&str>> = vec![Vec::new()];
    for token in text.split_whitespace() {
        if let Some(open) = sentences.last_mut() {
            open.push(token);
            if ends(open) {
                sentences.push(Vec::new());
            }
        }
    }
    sentences.iter().flat_map(|sentence| parts(sentence)).collect()
}

/// "Dr." and "a.m." end no sentence, and "No." alone is no piece of its own.
fn ends(sentence: &[&str]) -> bool {
    let bare = sentence.last().unwrap_or(&"").trim_end_matches(['"', '”', '\'', '’', ')']);
    let word = bare.strip_suffix('.').unwrap_or("");
    let short =
        bare.ends_with('.') && (word.contains('.') || word.len() < 4 && word.starts_with(char::is_uppercase));
    bare.ends_with(['.', '?', '!']) && !short && letters(sentence) > LETTERS_MIN
}

fn parts(mut words: &[&str]) -> Vec<String> {
    let mut parts = Vec::new();
    while letters(words) > LETTERS_MAX {
        let (part, rest) = words.split_at(cut(words));
        parts.push(part.join(" "));
        words = rest;
    }
    parts.extend((!words.is_empty()).then(|| words.join(" ")));
    parts
}

/// How many of the words make the next part: up to the last comma that leaves enough on both sides, else as many as fit.
fn cut(words: &[&str]) -> usize {
    let fits = |count: &usize| *count == 1 || letters(&words[..*count]) <= LETTERS_MAX;
    let most = (1..words.len()).take_while(fits).last().unwrap_or(1);
    let balanced = |count: &usize| {
        words[*count - 1].ends_with([',', ';', ':', '.', '?', '!'])
            && letters(&words[..*count]) >= LETTERS_MIN
            && letters(&words[*count..]) >= LETTERS_MIN
    };
    (1..=most).rev().find(balanced).unwrap_or(most)
}

fn letters(words: &[&str]) -> usize {
    words.iter().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_text_in_pieces() {
        let check = |text, expected: &[&str]| assert_eq!(pieces(text), expected);
        check(
            "  Good morning, Dr. Reed. How are you today? ",
            &["Good morning, Dr. Reed.", "How are you today?"],
        );
        check("No. I mean yes.", &["No. I mean yes."]);
        check(
            "I'd like to make an appointment with the dentist, please.",
            &["I'd like to make an appointment with the dentist, please."],
        );
        check(
            "This call is answered by a machine, which writes down what you say, so that we can call you back.",
            &[
                "This call is answered by a machine,",
                "which writes down what you say,",
                "so that we can call you back.",
            ],
        );
        check(" ", &[]);
    }

    #[test]
    fn none_is_long_and_none_is_lost() {
        for text in ["word ".repeat(90), "a, ".repeat(90), format!("{} b", "x".repeat(200))] {
            let pieces = pieces(&text);
            assert_eq!(pieces.join(" "), text.trim());
            assert!(pieces.iter().all(|piece| piece.len() <= 60 || !piece.contains(' ')));
        }
    }
}
