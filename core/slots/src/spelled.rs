//! Letters and figures said one at a time: "oh seven seven", "double five", "R, double E, D", "N wie Nordpol".

use crate::numeral;
use crate::speech::Speech;
use crate::tongue::Tongue;

/// The longest run of figures from `i` on, and the token behind it.
pub(crate) fn figures(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let (mut all, mut to) = (String::new(), i);
    loop {
        let from = if all.is_empty() { to } else { behind_filler(speech, to) };
        let Some((chunk, end)) = figure(speech, from, !all.is_empty()) else { break };
        all.push_str(&chunk);
        to = end;
    }
    (!all.is_empty()).then_some((all, to))
}

/// A run of letters from `i` on, in capitals.
pub(crate) fn letters(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let (mut all, mut to) = (String::new(), i);
    while let Some((chunk, end)) = letter(speech, to) {
        all.push_str(&chunk);
        to = end;
    }
    (!all.is_empty()).then_some((all, to))
}

/// A letter, a repeated one, or one with its word: "r", "double e", "n for november", "echo".
pub(crate) fn letter(speech: &Speech, i: usize) -> Option<(String, usize)> {
    if speech.word(i) == "double" && speech.one_of(i + 1, &["u", "you"]) {
        return Some(("W".to_owned(), i + 2));
    }
    if let Some(times) = times(speech, i) {
        let (one, to) = plain_letter(speech, i + 1)?;
        return Some((one.repeat(times), to));
    }
    plain_letter(speech, i)
}

fn plain_letter(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let word = speech.word(i);
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(letter), None) if letter.is_alphabetic() => {
            let capital: String = letter.to_uppercase().collect();
            Some((capital, behind_example(speech, i + 1, letter)))
        }
        _ => match (speech.tongue, word) {
            (Tongue::German, "eszett") => Some(("ß".to_owned(), i + 1)),
            (Tongue::German, "ypsilon") => Some(("Y".to_owned(), i + 1)),
            (Tongue::English, "zed" | "zee") => Some(("Z".to_owned(), i + 1)),
            (Tongue::English, _) if NATO.contains(&word) => Some((word[..1].to_uppercase(), i + 1)),
            _ => None,
        },
    }
}

/// Behind "for november", "as in nut", "wie Nordpol", if that stands at `i` and begins with the letter.
fn behind_example(speech: &Speech, i: usize, letter: char) -> usize {
    let words: &[&str] = speech.tongue.pick(&["for", "like", "as in", "as", "is for"], &["wie", "für"]);
    let example = words.iter().filter_map(|words| speech.phrase(i, words)).max();
    match example {
        Some(at) if speech.word(at).chars().count() > 1 && speech.word(at).starts_with(letter) => at + 1,
        _ => i,
    }
}

/// Figures at `i`. `inside`: others came before, so that sound-alikes ("for", "to") count where another follows.
pub(crate) fn figure(speech: &Speech, i: usize, inside: bool) -> Option<(String, usize)> {
    if let Some(times) = times(speech, i) {
        // Moonshine writes "double oh" as "double, all".
        if speech.one_of(i + 1, &["all", "owe"]) {
            return Some(("0".repeat(times), i + 2));
        }
        let (one, to) = plain_figure(speech, i + 1)?;
        return (one.len() == 1).then(|| (one.repeat(times), to));
    }
    plain_figure(speech, i).or_else(|| if inside { sound_alike(speech, i) } else { None })
}

fn plain_figure(speech: &Speech, i: usize) -> Option<(String, usize)> {
    if let Some(figures) = speech.figures(i) {
        return Some((figures.to_owned(), i + 1));
    }
    if speech.tongue == Tongue::German
        && speech.word(i).starts_with("ein")
        && !matches!(speech.word(i), "eins" | "ein" | "einund")
    {
        // "Eine", "einen" are articles; "einundzwanzig" and its like are numbers.
        return numeral::cardinal(speech, i).filter(|&(n, _)| n > 1).map(|(n, to)| (n.to_string(), to));
    }
    match (speech.tongue, speech.word(i)) {
        (Tongue::English, "o" | "oh") => return Some(("0".to_owned(), i + 1)),
        (Tongue::German, _) => return numeral::cardinal(speech, i).map(|(n, to)| (n.to_string(), to)),
        (Tongue::Other, _) => return None,
        (Tongue::English, _) => {}
    }
    let (n, mut to) = numeral::below_hundred(speech, i)?;
    if let Some((rest, end)) = behind_hundred(speech, to) {
        return Some(((n * 100 + rest).to_string(), end));
    }
    let mut all = n.to_string();
    while let Some(zeros) = match speech.word(to) {
        "hundred" => Some("00"),
        "thousand" => Some("000"),
        _ => None,
    } {
        all.push_str(zeros);
        to += 1;
    }
    Some((all, to))
}

/// "… hundred twenty-three", "… hundred and five"; a figure alone behind the hundred is one of its own.
fn behind_hundred(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let and = speech.word(i + 1) == "and";
    let from = if and { i + 2 } else { i + 1 };
    let (rest, to) =
        numeral::below_hundred(speech, from).filter(|&(rest, _)| rest >= 10 || and && rest > 0)?;
    (speech.word(i) == "hundred" && speech.close(i + 1) && speech.figures(from).is_none())
        .then_some((rest, to))
}

fn sound_alike(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let figure = match (speech.tongue, speech.word(i)) {
        (Tongue::English, "to" | "too") => "2",
        (Tongue::English, "for" | "fore") => "4",
        (Tongue::English, "ate") => "8",
        (Tongue::English, "won") => "1",
        (Tongue::English, "all" | "owe") => "0",
        _ => return None,
    };
    plain_figure(speech, i + 1)?;
    Some((figure.to_owned(), i + 1))
}

fn times(speech: &Speech, i: usize) -> Option<usize> {
    match (speech.tongue, speech.word(i)) {
        (Tongue::English, "double") | (Tongue::German, "doppel" | "doppelt" | "zweimal") => Some(2),
        (Tongue::English, "triple" | "treble") | (Tongue::German, "dreimal") => Some(3),
        _ => None,
    }
}

/// What people put between groups of figures.
fn behind_filler(speech: &Speech, i: usize) -> usize {
    let filler =
        ["then", "and then", "uh", "um", "dash", "hyphen", "slash", "dann", "und dann", "äh", "strich"];
    filler.iter().filter_map(|words| speech.phrase(i, words)).max().unwrap_or(i)
}

const NATO: [&str; 27] = [
    "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform",
    "victor", "whiskey", "xray", "yankee", "zulu",
];
