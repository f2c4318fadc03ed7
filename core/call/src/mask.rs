//! Takes card numbers and IBANs out of words that go to a model or a voice, in figures and in words said one by one.

/// The kinds that this masks, as a policy's `redact` names them.
pub const KINDS: &[&str] = &["card", "iban"];

/// More characters than any of both has: an IBAN's.
const LONGEST: usize = 34;

/// The words with each card number (12 to 19 digits that pass Luhn) and IBAN (mod 97) replaced by `•••• ` and its end, whatever
/// stands between the parts of it that is neither letter nor figure, and whatever letters follow it without a space.
pub fn mask(text: &str) -> String {
    let parts = parts(text);
    let mut out = String::with_capacity(text.len());
    let (mut at, mut told) = (0, 0);
    while at < parts.len() {
        match secret_from(&parts[at..]) {
            Some((length, end)) => {
                out.push_str(&text[told..parts[at].starts]);
                out.push_str("•••• ");
                out.push_str(&end);
                at += length;
                told = parts[at - 1].ends;
            }
            None => at += 1,
        }
    }
    out.push_str(&text[told..]);
    out
}

/// Letters or figures that stand together, and where in the text, in bytes.
struct Part<'a> {
    letters: &'a str,
    starts: usize,
    ends: usize,
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphanumeric());
    let mut parts = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((starts, first)) = chars.next() {
        while chars.next_if(|(_, next)| kind(*next) == kind(first)).is_some() {}
        let ends = chars.peek().map_or(text.len(), |(at, _)| *at);
        if first.is_alphanumeric() {
            parts.push(Part { letters: &text[starts..ends], starts, ends });
        }
    }
    parts
}

/// How many parts from the first on are a secret, the longest such, and its last characters.
fn secret_from(parts: &[Part<'_>]) -> Option<(usize, String)> {
    let mut run = String::new();
    let mut found = None;
    for (index, part) in parts.iter().take(LONGEST).enumerate() {
        run.push_str(spoken_digit(part.letters).unwrap_or(part.letters));
        run.make_ascii_uppercase();
        if run.len() > LONGEST || !starts_well(&run) {
            break;
        }
        if is_card(&run) {
            found = Some((index + 1, run[run.len() - 4..].to_owned()));
        } else if is_iban(&run) {
            found = Some((index + 1, run[run.len() - 2..].to_owned()));
        }
    }
    found
}

/// A card begins with a digit and stays so; an IBAN begins with two letters and two digits.
fn starts_well(run: &str) -> bool {
    let bytes = run.as_bytes();
    let iban = bytes.len() >= 4
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && run.is_ascii();
    bytes.iter().all(u8::is_ascii_digit)
        || iban
        || (bytes.len() <= 2 && bytes.iter().all(u8::is_ascii_uppercase))
}

/// The figure that a word is, in English and German.
pub(crate) fn spoken_digit(word: &str) -> Option<&'static str> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    Some(match word.as_str() {
        "zero" | "oh" | "null" => "0",
        "one" | "eins" => "1",
        "two" | "zwei" | "zwo" => "2",
        "three" | "drei" => "3",
        "four" | "vier" => "4",
        "five" | "fünf" => "5",
        "six" | "sechs" => "6",
        "seven" | "sieben" => "7",
        "eight" | "acht" => "8",
        "nine" | "neun" => "9",
        _ => return None,
    })
}

/// ISO/IEC 7812: 12 to 19 digits, the last a Luhn check digit.
fn is_card(run: &str) -> bool {
    if !(12..=19).contains(&run.len()) || !run.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = run
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            match (index % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// How long an IBAN is, by country: the registry of ISO 13616, Europe's part. Without the exact length, `on` before a phone number
/// would pass one time in a hundred.
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TR", 26),
    ("UA", 29),
];

/// ISO 13616: rearranged and read as a number, modulo 97 is 1.
fn is_iban(run: &str) -> bool {
    if !IBAN_LENGTHS.iter().any(|(country, length)| run.starts_with(country) && run.len() == *length) {
        return false;
    }
    let rearranged = run[4..].chars().chain(run[..4].chars());
    let rest = rearranged.fold(0u64, |rest, c| {
        let value = u64::from(c.to_digit(36).unwrap_or(0));
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::{is_card, mask};
    use proptest::prelude::*;

    /// By the standard library's Unicode: proptest's is another version.
    fn separator() -> impl Strategy<Value = String> {
        let neither = any::<char>().prop_filter("neither letter nor figure", |c| !c.is_alphanumeric());
        prop::collection::vec(neither, 0..3).prop_map(String::from_iter)
    }

    proptest! {
        /// However it is written, nothing but its end is left of a card.
        #[test]
        fn nothing_of_a_card_is_left(
            digits in "[0-9]{15}",
            between in prop::collection::vec(separator(), 15),
            before in "[x-z]{0,6}",
            after in "[x-z]{0,6}",
        ) {
            let card = (0..10).map(|last| format!("{digits}{last}")).find(|card| is_card(card)).unwrap();
            let mut text = before.clone();
            for (digit, between) in card.chars().zip(between.iter().map(String::as_str).chain([""])) {
                text.push(digit);
                text.push_str(between);
            }
            text.push_str(&after);
            prop_assert_eq!(mask(&text), format!("{before}•••• {}{after}", &card[12..]));
        }
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(mask(text), expect);
    }

    #[test]
    fn card_in_figures_and_in_words() {
        check("my card is 4111 1111 1111 1111 thanks", "my card is •••• 1111 thanks");
        check("four one one one one one one one one one one one one one one one please", "•••• 1111 please");
    }

    #[test]
    fn whatever_stands_between_its_parts() {
        check("4111-1111-1111-1111", "•••• 1111");
        check("4111 - 1111 -  1111. 1111!", "•••• 1111!");
        check("(4111\u{a0}1111\u{202f}1111, 1111)\nthanks", "(•••• 1111)\nthanks");
    }

    #[test]
    fn letters_without_a_space() {
        let glued = "my card is 4111 1111 1111 1111".repeat(2);
        check(&glued, "my card is •••• 1111my card is •••• 1111");
    }

    #[test]
    fn iban() {
        check("it's DE89 3704 0044 0532 0130 00.", "it's •••• 00.");
        check("GB29NWBK60161331926819, thanks", "•••• 19, thanks");
    }

    #[test]
    fn other_numbers_stay() {
        check("call me on 020 7946 0000 at 9", "call me on 020 7946 0000 at 9");
        check("no 47 12 34", "no 47 12 34");
        check("  two  spaces,\tstay ", "  two  spaces,\tstay ");
    }
}
