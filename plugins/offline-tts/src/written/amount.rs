//! Money and measures.

use super::number::{cardinal, figures};

/// Sign, one, many, one hundredth, many.
const CURRENCIES: [(char, &str, &str, &str, &str); 3] = [
    ('$', "dollar", "dollars", "cent", "cents"),
    ('€', "euro", "euros", "cent", "cents"),
    ('£', "pound", "pounds", "penny", "pence"),
];

const UNITS: [(&str, &str, &str); 11] = [
    ("km", "kilometre", "kilometres"),
    ("cm", "centimetre", "centimetres"),
    ("mm", "millimetre", "millimetres"),
    ("kg", "kilogram", "kilograms"),
    ("mg", "milligram", "milligrams"),
    ("ml", "millilitre", "millilitres"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("hrs", "hour", "hours"),
    ("h", "hour", "hours"),
    ("°", "degree", "degrees"),
];

/// `£12.50`, `12€`, `30min`.
pub fn read(core: &str) -> Option<String> {
    money(core).or_else(|| measure(core))
}

fn money(core: &str) -> Option<String> {
    let (_, one, many, cent, cents) = CURRENCIES.into_iter().find(|(sign, ..)| core.contains(*sign))?;
    let amount = core.trim_matches(['$', '€', '£']);
    let (whole, part) = match amount.split_once('.') {
        Some((whole, part)) if part.len() == 2 => (figures(whole)?, figures(part)?),
        Some(_) => return None,
        None => (figures(amount)?, 0),
    };
    let small = || counted(part, cent, cents);
    Some(match (whole, part) {
        (0, 1..) => small(),
        (_, 0) => counted(whole, one, many),
        // "twelve pounds fifty", but "one dollar one cent": a bare "one" isn't understood.
        (_, 1..=9) => format!("{} {}", counted(whole, one, many), small()),
        _ => format!("{} {}", counted(whole, one, many), cardinal(part)),
    })
}

fn measure(core: &str) -> Option<String> {
    let at = core.find(|c: char| !c.is_ascii_digit() && c != ',')?;
    let value = figures(&core[..at])?;
    let (_, one, many) = UNITS.into_iter().find(|(unit, ..)| *unit == &core[at..])?;
    Some(counted(value, one, many))
}

fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", cardinal(value), if value == 1 { one } else { many })
}
