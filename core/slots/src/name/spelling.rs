//! Names by their letters: heard ("R, double E, D"), joined with what was said, and spelled out.

use super::{Name, capitalised};
use crate::numeral;
use crate::speech::Speech;
use crate::spelled;
use crate::tongue::Tongue;

/// Fewer letters in a row are words: "a", "I".
pub(super) const LETTERS_MIN: usize = 3;

/// The longest run of letters behind token `from`.
pub(super) fn spelled_out(speech: &Speech, from: usize) -> Option<Name> {
    let mut best: Option<(usize, Name)> = None;
    let mut i = from;
    while i < speech.len() {
        let Some((letters, to)) = spelled::letters(speech, i) else {
            i += 1;
            continue;
        };
        let count = letters.chars().count();
        if count >= LETTERS_MIN && best.as_ref().is_none_or(|(longest, _)| *longest < count) {
            best = Some((count, Name { words: words(speech, i, to), from: i, to, confidence: 0.85 }));
        }
        i = to;
    }
    best.map(|(_, name)| name)
}

/// The words of a run of letters: "A N N, R E E D" is two, "R, double E, D" is one.
fn words(speech: &Speech, from: usize, to: usize) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut commas = 0;
    let mut i = from;
    while let Some((letter, end)) = spelled::letter(speech, i).filter(|_| i < to) {
        let parted = i > from && speech.gap(i).contains([',', '.', ';']);
        commas += usize::from(parted);
        match words.last_mut() {
            Some(word) if !parted => word.push_str(&letter),
            _ => words.push(letter),
        }
        i = end;
    }
    let apart = commas > 0 && commas < 3 && words.iter().all(|word| word.chars().count() > 1);
    let words = if apart { words } else { vec![words.concat()] };
    words.iter().map(|word| capitalised(word)).collect()
}

/// Spelled letters say how the word that sounds like them is written; a word that is missing is added.
pub(super) fn corrected(mut said: Name, mut spelled: Name) -> Name {
    if spelled.words.len() > 1 {
        return Name { from: said.from, to: spelled.to.max(said.to), ..spelled };
    }
    let Some(letters) = spelled.words.pop() else { return said };
    let alike =
        |word: &String| strsim::normalized_damerau_levenshtein(&word.to_lowercase(), &letters.to_lowercase());
    let nearest =
        said.words.iter().enumerate().map(|(i, word)| (i, alike(word))).max_by(|a, b| a.1.total_cmp(&b.1));
    match nearest {
        Some((i, likeness)) if likeness >= 0.5 || i + 1 == said.words.len() && likeness > 0.3 => {
            said.words[i] = letters
        }
        _ => said.words.push(letters),
    }
    Name { to: spelled.to.max(said.to), confidence: 0.95, ..said }
}

/// Letter by letter, a longer pause between words.
pub(crate) fn spell(name: &str, tongue: Tongue) -> String {
    let words: Vec<String> = name.split_whitespace().map(|word| spell_word(word, tongue)).collect();
    words.join("; ")
}

fn spell_word(word: &str, tongue: Tongue) -> String {
    let sign = |c: char| match c {
        '-' => tongue.pick("hyphen", "Bindestrich").to_owned(),
        '\'' | '’' => tongue.pick("apostrophe", "Apostroph").to_owned(),
        'ß' => "Eszett".to_owned(),
        c => c.to_digit(10).map_or_else(|| c.to_uppercase().collect(), |n| numeral::say(n.into(), tongue)),
    };
    let signs: Vec<String> = word.chars().map(sign).collect();
    signs.join(", ")
}
