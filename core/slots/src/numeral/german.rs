//! A German number below a million is one word, written in one piece; a transcript may also write its parts apart.

use super::grouped_figures;
use crate::speech::Speech;

/// The parts of one number that a transcript may have written apart: "zwei tausend sechs und zwanzig".
const PARTS_MAX: usize = 6;

pub(super) fn cardinal(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let (n, to) = below_million(speech, i)?;
    if !speech.one_of(to, &["million", "millionen"]) {
        return Some((n, to));
    }
    let millions = n.checked_mul(1_000_000)?;
    match below_million(speech, to + 1) {
        Some((rest, end)) if rest > 0 && rest < 1_000_000 && speech.close(to + 1) => {
            Some((millions.checked_add(rest)?, end))
        }
        _ => Some((millions, to + 1)),
    }
}

fn below_million(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    if speech.figures(i).is_some() {
        let (n, to) = grouped_figures(speech, i, &["."])?;
        return match speech.word(to) {
            "tausend" => Some((n.checked_mul(1000)?, to + 1)),
            "hundert" => Some((n.checked_mul(100)?, to + 1)),
            _ => Some((n, to)),
        };
    }
    let (mut word, mut best) = (String::new(), None);
    for to in i..speech.len().min(i + PARTS_MAX) {
        if to > i && !speech.close(to) {
            break;
        }
        word.push_str(speech.word(to));
        best = number(&plain(&word)).map(|n| (n, to + 1)).or(best);
    }
    best
}

pub(super) fn ordinal(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    if let Some(figures) = speech.figures(i) {
        let dot = speech.gap(i + 1).starts_with('.') && speech.gap(i + 1) != ".";
        return if dot { Some((figures.parse().ok()?, i + 1)) } else { None };
    }
    let word = plain(speech.word(i));
    let stem = word
        .strip_suffix('e')
        .or_else(|| ["en", "er", "es", "em"].iter().find_map(|end| word.strip_suffix(end)))?;
    let odd = ODD_ORDINALS.iter().find_map(|&(end, n)| Some((stem.strip_suffix(end)?, n)));
    let n = match odd {
        Some(("", n)) => n,
        Some((head, n)) if head.ends_with("hundert") || head.ends_with("tausend") => number(head)? + n,
        _ => match stem.strip_suffix("st").and_then(number).filter(|&n| n >= 20) {
            Some(n) => n,
            None => stem.strip_suffix('t').and_then(number).filter(|&n| n < 20)?,
        },
    };
    Some((n, i + 1))
}

pub(super) fn say(n: u64) -> String {
    match n {
        0..1_000_000 => word(n, true),
        1_000_000..1_000_000_000 => {
            let millions = n / 1_000_000;
            let head = if millions == 1 {
                "eine Million".to_owned()
            } else {
                format!("{} Millionen", word(millions, true))
            };
            match n % 1_000_000 {
                0 => head,
                rest => format!("{head} {}", word(rest, true)),
            }
        }
        _ => n.to_string(),
    }
}

pub(super) fn say_ordinal(n: u64) -> String {
    match n {
        1 => "ersten".to_owned(),
        3 => "dritten".to_owned(),
        7 => "siebten".to_owned(),
        8 => "achten".to_owned(),
        0..20 => format!("{}ten", word(n, false)),
        _ => format!("{}sten", word(n, false)),
    }
}

/// `last`: the word ends with this number, so that one is "eins".
fn word(n: u64, last: bool) -> String {
    match n {
        1 if last => "eins".to_owned(),
        0..20 => SPOKEN_ONES[n as usize].to_owned(),
        20..100 if n.is_multiple_of(10) => SPOKEN_TENS[n as usize / 10 - 2].to_owned(),
        20..100 => format!("{}und{}", SPOKEN_ONES[n as usize % 10], SPOKEN_TENS[n as usize / 10 - 2]),
        100..1000 => joined(n, 100, "hundert", last),
        _ => joined(n, 1000, "tausend", last),
    }
}

fn joined(n: u64, scale: u64, name: &str, last: bool) -> String {
    let rest = if n.is_multiple_of(scale) { String::new() } else { word(n % scale, last) };
    format!("{}{name}{rest}", word(n / scale, false))
}

/// A number's one word, spelled as [`plain`] gives it.
fn number(word: &str) -> Option<u64> {
    if let Some((head, rest)) = word.split_once("tausend") {
        return Some(part(head, 1)? * 1000 + part(rest, 0)?);
    }
    if let Some((head, rest)) = word.split_once("hundert") {
        let (head, rest) = (part(head, 1)?, part(rest, 0)?);
        return (head < 100 && rest < 100).then_some(head * 100 + rest);
    }
    if let Some(n) = ones(word).or_else(|| tens(word)) {
        return Some(n);
    }
    let (head, tail) = word.split_once("und")?;
    let one = ones(head).filter(|n| (1..=9).contains(n))?;
    Some(one + tens(tail)?)
}

fn part(word: &str, if_empty: u64) -> Option<u64> {
    match word.strip_prefix("und").unwrap_or(word) {
        "" => Some(if_empty),
        word => number(word).filter(|&n| n < 1000),
    }
}

fn ones(word: &str) -> Option<u64> {
    match word {
        "eins" | "eine" | "einen" | "einem" | "einer" => Some(1),
        "zwo" => Some(2),
        "fuffzehn" => Some(15),
        _ => ONES.iter().position(|&known| known == word).map(|n| n as u64),
    }
}

fn tens(word: &str) -> Option<u64> {
    TENS.iter().position(|&known| known == word).map(|n| (n as u64 + 2) * 10)
}

/// Lower case, without umlauts and ß, which transcripts write in more than one way.
fn plain(word: &str) -> String {
    word.replace('ü', "ue").replace('ö', "oe").replace('ä', "ae").replace('ß', "ss")
}

const ONES: [&str; 20] = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fuenf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwoelf",
    "dreizehn",
    "vierzehn",
    "fuenfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const TENS: [&str; 8] =
    ["zwanzig", "dreissig", "vierzig", "fuenfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
const SPOKEN_ONES: [&str; 20] = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const SPOKEN_TENS: [&str; 8] =
    ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
const ODD_ORDINALS: [(&str, u64); 4] = [("erst", 1), ("dritt", 3), ("siebt", 7), ("acht", 8)];
