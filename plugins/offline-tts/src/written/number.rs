//! Numbers in words.

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
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 4] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

/// `12`, `1,204`, `-5.25`, `3rd`, `20%`, `1/2`, `9-5`, `2026`, `12B`, `#4`.
pub fn read(core: &str) -> Option<String> {
    if let Some(inner) = core.strip_prefix('#') {
        return Some(format!("number {}", read(inner)?));
    }
    if let Some(inner) = core.strip_suffix('%') {
        return Some(format!("{} percent", read(inner)?));
    }
    if let Some(inner) = core.strip_prefix('-') {
        return Some(format!("minus {}", read(inner)?));
    }
    if let Some(inner) = core.strip_prefix('+') {
        return Some(format!("plus {}", read(inner)?));
    }
    year(core)
        .or_else(|| whole(core))
        .or_else(|| decimal(core))
        .or_else(|| ordinal_figure(core))
        .or_else(|| pair(core))
        .or_else(|| house(core))
}

pub fn digit(digit: char) -> &'static str {
    digit.to_digit(10).map_or("", |value| ONES[value as usize])
}

pub fn cardinal(value: u64) -> String {
    if value < 20 {
        return ONES[value as usize].to_owned();
    }
    if value < 100 {
        let (tens, one) = (TENS[(value / 10) as usize], value % 10);
        return if one == 0 { tens.to_owned() } else { format!("{tens}-{}", ONES[one as usize]) };
    }
    if value < 1000 {
        return followed(format!("{} hundred", ONES[(value / 100) as usize]), value % 100);
    }
    let (scale, name) = SCALES.into_iter().find(|(scale, _)| value >= *scale).unwrap_or(SCALES[3]);
    followed(format!("{} {name}", cardinal(value / scale)), value % scale)
}

pub fn ordinal(value: u64) -> String {
    let words = cardinal(value);
    let at = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(at);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
        other => format!("{other}th"),
    };
    format!("{head}{last}")
}

/// A year between 1100 and 2099, as years are said.
pub fn year_words(value: u64) -> String {
    let (century, rest) = (value / 100, value % 100);
    match (century, rest) {
        (20, 0..=9) => cardinal(value),
        (_, 0) => format!("{} hundred", cardinal(century)),
        (_, 1..=9) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Figures, with commas between thousands.
pub fn figures(text: &str) -> Option<u64> {
    let mut groups = text.split(',');
    let first = groups.next().filter(|first| !first.is_empty() && first.len() <= 15)?;
    let right = |group: &str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    if !first.bytes().all(|b| b.is_ascii_digit())
        || (text.contains(',') && first.len() > 3)
        || !groups.all(right)
    {
        return None;
    }
    text.replace(',', "").parse().ok()
}

fn followed(head: String, rest: u64) -> String {
    if rest == 0 { head } else { format!("{head} {}", cardinal(rest)) }
}

fn whole(core: &str) -> Option<String> {
    figures(core).map(cardinal)
}

/// Four figures without a comma are a year more often than a number.
fn year(core: &str) -> Option<String> {
    let value = core.parse().ok().filter(|_| core.len() == 4)?;
    (1100..2100).contains(&value).then(|| year_words(value))
}

fn decimal(core: &str) -> Option<String> {
    let (whole, part) = core.split_once('.')?;
    if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: Vec<&str> = part.chars().map(digit).collect();
    Some(format!("{} point {}", cardinal(figures(whole)?), part.join(" ")))
}

fn ordinal_figure(core: &str) -> Option<String> {
    let end = core.len().checked_sub(2).filter(|end| core.is_char_boundary(*end))?;
    let (value, suffix) = core.split_at(end);
    ["st", "nd", "rd", "th"].contains(&suffix.to_ascii_lowercase().as_str()).then_some(())?;
    figures(value).map(ordinal)
}

/// A fraction or a span.
fn pair(core: &str) -> Option<String> {
    let (from, to) = core.split_once(['/', '-', '–'])?;
    let (a, b) = (figures(from)?, figures(to)?);
    if !core.contains('/') {
        return Some(format!("{} to {}", cardinal(a), cardinal(b)));
    }
    match (a, b) {
        (1, 2) => Some("one half".to_owned()),
        (1, 4) => Some("one quarter".to_owned()),
        (3, 4) => Some("three quarters".to_owned()),
        (24, 7) => Some("twenty-four seven".to_owned()),
        _ => Some(format!("{} over {}", cardinal(a), cardinal(b))),
    }
}

/// A house or a room: `12B`.
fn house(core: &str) -> Option<String> {
    let letter = core.chars().last().filter(char::is_ascii_alphabetic)?;
    let value = figures(&core[..core.len() - 1]).filter(|value| *value < 1000)?;
    Some(format!("{} {}", cardinal(value), super::letter_name(letter)))
}
