//! Hides what may become a card number or an IBAN, in words that still grow.
//!
//! Which of both it is shows only when the whole of it was said. By then the machine's mask takes it out of the turn; before,
//! every long row of figures is hidden, and the turn shows those that were something else.

use crate::mask::spoken_digit;

/// Figures in a row that may be seen: a card's first six say who issued it, not whose it is (ISO/IEC 7812).
const FIGURES_MAX: usize = 6;

/// The words with each long row of figures hidden.
pub fn veiled(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut shown = Vec::new();
    for row in words.chunk_by(|one, next| goes_on(one) && goes_on(next)) {
        if row.iter().map(|word| figures(word)).sum::<usize>() > FIGURES_MAX {
            shown.push("••••");
        } else {
            shown.extend(row);
        }
    }
    shown.join(" ")
}

/// Whether a row of figures does, with this word in it.
fn goes_on(word: &str) -> bool {
    figures(word) > 0 || !word.contains(char::is_alphanumeric)
}

fn figures(word: &str) -> usize {
    let parts = word.split(|c: char| !c.is_alphanumeric());
    let count =
        |part| if spoken_digit(part).is_some() { 1 } else { part.chars().filter(|c| c.is_numeric()).count() };
    parts.map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::veiled;

    fn check(words: &str, expect: &str) {
        assert_eq!(veiled(words), expect);
    }

    #[test]
    fn a_card_is_hidden_before_all_of_it_was_said() {
        check("it's 4111 11", "it's 4111 11");
        check("it's 4111 111", "it's ••••");
        check("it's 4111-1111-1111-1111, thanks", "it's •••• thanks");
        check("it's 4111 - 1111 - 1111", "it's ••••");
        check("four one one one one one one, please", "•••• please");
        check("four-one-one-one-one-one-one, please", "•••• please");
    }

    #[test]
    fn so_is_an_iban_with_and_without_letters_in_it() {
        check("DE89 3704 0044 0532", "••••");
        check("NL91 ABNA 0417 1643 00", "NL91 ABNA ••••");
    }

    #[test]
    fn short_numbers_are_seen() {
        check("on 24 November 2026 at 9 or 10:30", "on 24 November 2026 at 9 or 10:30");
        check("one of you, or two", "one of you, or two");
    }
}
