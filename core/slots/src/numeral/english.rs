use super::grouped_figures;
use crate::speech::Speech;

pub(super) fn cardinal(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let (mut total, mut to) = (0u64, i);
    let mut ceiling = u64::MAX;
    loop {
        let from = if total > 0 { behind_and(speech, to) } else { to };
        if total > 0 && !(speech.close(to) || speech.gap(to).trim() == ",") {
            break;
        }
        let Some((group, end)) = below_thousand(speech, from) else { break };
        match scale(speech, end) {
            Some(scale) if scale < ceiling => {
                total = total.checked_add(group.checked_mul(scale)?)?;
                (to, ceiling) = (end + 1, scale);
            }
            _ if total == 0 || group < ceiling.min(1000) => return Some((total.checked_add(group)?, end)),
            _ => break,
        }
    }
    (to > i).then_some((total, to))
}

pub(super) fn below_hundred(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let word = speech.word(i);
    if let Some(tens) = place(&TENS, word) {
        let tens = (tens as u64 + 2) * 10;
        let ones =
            place(&ONES, speech.word(i + 1)).filter(|&ones| (1..=9).contains(&ones) && speech.close(i + 1));
        return Some(ones.map_or((tens, i + 1), |ones| (tens + ones as u64, i + 2)));
    }
    match word {
        "nought" => Some((0, i + 1)),
        "fourty" => Some((40, i + 1)),
        _ => place(&ONES, word).map(|n| (n as u64, i + 1)),
    }
}

fn below_thousand(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let large_follows = speech.word(i + 1) == "hundred" || scale(speech, i + 1).is_some();
    let (head, to) = match speech.word(i) {
        "a" if large_follows => (1, i + 1),
        _ if speech.figures(i).is_some() => grouped_figures(speech, i, &[","])?,
        _ => below_hundred(speech, i)?,
    };
    if speech.word(to) != "hundred" || !speech.close(to) || head >= 100 {
        return Some((head, to));
    }
    let hundreds = head * 100;
    let rest = behind_and(speech, to + 1);
    match below_hundred(speech, rest) {
        Some((more, end)) if more > 0 && speech.close(to + 1) => Some((hundreds + more, end)),
        _ => Some((hundreds, to + 1)),
    }
}

fn behind_and(speech: &Speech, i: usize) -> usize {
    if speech.word(i) == "and" { i + 1 } else { i }
}

fn scale(speech: &Speech, i: usize) -> Option<u64> {
    match speech.word(i) {
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        _ => None,
    }
}

pub(super) fn ordinal(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    if let Some(figures) = speech.figures(i) {
        let ending = speech.one_of(i + 1, &["st", "nd", "rd", "th"]) && speech.gap(i + 1).is_empty();
        return if ending { Some((figures.parse().ok()?, i + 2)) } else { None };
    }
    if let Some(tens) = place(&TENS, speech.word(i))
        && let Some(ones) = place(&ORDINALS, speech.word(i + 1)).filter(|&ones| (1..=9).contains(&ones))
    {
        return Some(((tens as u64 + 2) * 10 + ones as u64, i + 2));
    }
    let word = speech.word(i);
    let single = place(&ORDINALS, word).filter(|&n| n > 0).map(|n| n as u64);
    let tens = || {
        word.strip_suffix("ieth")
            .and_then(|stem| TENS.iter().position(|tens| tens.strip_suffix('y') == Some(stem)))
    };
    Some((single.or_else(|| Some((tens()? as u64 + 2) * 10))?, i + 1))
}

pub(super) fn say(n: u64) -> String {
    match n {
        0..20 => ONES[n as usize].to_owned(),
        20..100 if n.is_multiple_of(10) => TENS[n as usize / 10 - 2].to_owned(),
        20..100 => format!("{}-{}", TENS[n as usize / 10 - 2], ONES[n as usize % 10]),
        100..1000 => joined(n, 100, "hundred"),
        1000..1_000_000 => joined(n, 1000, "thousand"),
        1_000_000..1_000_000_000 => joined(n, 1_000_000, "million"),
        1_000_000_000..1_000_000_000_000 => joined(n, 1_000_000_000, "billion"),
        _ => n.to_string(),
    }
}

fn joined(n: u64, scale: u64, word: &str) -> String {
    let head = format!("{} {word}", say(n / scale));
    match n % scale {
        0 => head,
        rest @ 1..100 => format!("{head} and {}", say(rest)),
        rest => format!("{head} {}", say(rest)),
    }
}

pub(super) fn say_ordinal(n: u64) -> String {
    let words = say(n);
    let at = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(at);
    let last = match place(&ONES, last) {
        Some(n) => ORDINALS[n].to_owned(),
        None => last.strip_suffix('y').map_or_else(|| format!("{last}th"), |stem| format!("{stem}ieth")),
    };
    format!("{head}{last}")
}

fn place(words: &[&str], word: &str) -> Option<usize> {
    words.iter().position(|&known| known == word)
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
