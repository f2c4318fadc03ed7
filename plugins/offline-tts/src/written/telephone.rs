//! Telephone numbers and codes: figure by figure, with a short pause between groups.

use super::number::digit;

/// A number is dialled from so many figures on.
const DIALLED_MIN: usize = 7;

/// A telephone number at the beginning of `tokens`: how many tokens it takes, and what is said.
pub fn grouped(tokens: &[&str]) -> Option<(usize, String)> {
    let part = |token: &&&str| token.chars().all(|c| c.is_ascii_digit() || "()+-.,/;:?!".contains(c));
    let mut count = 0;
    for token in tokens.iter().take_while(part) {
        count += 1;
        // A mark at a token's end ends the number too.
        if token.ends_with([',', '.', ';', ':', '?', '!']) {
            break;
        }
    }
    let written = tokens[..count].join(" ");
    let plausible =
        written.starts_with(['+', '(', '0']) || tokens[..count].iter().all(|token| token.len() >= 2);
    if count < 2 || !plausible || figures(&written) < DIALLED_MIN || figures(&written) > 15 {
        return None;
    }
    let end = written.trim_end_matches([',', '.', ';', ':', '?', '!']).len();
    Some((count, format!("{}{}", spoken(&written[..end]), &written[end..])))
}

/// A number in one token: dialled, or with a zero in front, which a number of things never has.
pub fn single(core: &str) -> Option<String> {
    let only = core.chars().all(|c| c.is_ascii_digit() || "()+-".contains(c));
    let dialled = figures(core) >= DIALLED_MIN
        && (core.starts_with('+') || core.matches('-').count() != 2 || core.len() != 10);
    let coded = core.starts_with('0') && core.len() >= 2 && core.bytes().all(|b| b.is_ascii_digit());
    (only && (dialled || coded)).then(|| spoken(core))
}

fn figures(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn spoken(written: &str) -> String {
    let plus = if written.starts_with('+') { "plus " } else { "" };
    let groups: Vec<&str> =
        written.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let groups = match groups[..] {
        [only] if only.len() >= DIALLED_MIN => in_threes(only),
        _ => groups,
    };
    let said: Vec<String> =
        groups.iter().map(|group| group.chars().map(digit).collect::<Vec<_>>().join(" ")).collect();
    format!("{plus}{}", said.join(", "))
}

/// Groups of three, the last of up to four.
fn in_threes(mut number: &str) -> Vec<&str> {
    let mut groups = Vec::new();
    while number.len() > 4 {
        let (group, rest) = number.split_at(3);
        groups.push(group);
        number = rest;
    }
    groups.push(number);
    groups
}
