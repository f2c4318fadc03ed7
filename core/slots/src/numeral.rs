//! Whole numbers and ordinals, in words or figures.

mod english;
mod german;

use crate::speech::Speech;
use crate::tongue::Tongue;

/// A whole number from `i` on, and the token behind it.
pub(crate) fn cardinal(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    match speech.tongue {
        Tongue::English => english::cardinal(speech, i),
        Tongue::German => german::cardinal(speech, i),
        Tongue::Other => grouped_figures(speech, i, &[",", ".", " ", "'"]),
    }
}

/// A number below a hundred from `i` on. "Twenty six" is one, "nine thirty" is two.
pub(crate) fn below_hundred(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    if let Some(figures) = speech.figures(i) {
        return (figures.len() <= 2).then(|| Some((figures.parse().ok()?, i + 1)))?;
    }
    match speech.tongue {
        Tongue::English => english::below_hundred(speech, i),
        Tongue::German => german::cardinal(speech, i).filter(|&(n, _)| n < 100),
        Tongue::Other => None,
    }
}

/// "Third", "3rd", "dritten", "3." from `i` on, and the token behind it.
pub(crate) fn ordinal(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    match speech.tongue {
        Tongue::English => english::ordinal(speech, i),
        Tongue::German => german::ordinal(speech, i),
        Tongue::Other => None,
    }
}

/// The number in words; in figures where the language's words aren't known.
pub(crate) fn say(n: u64, tongue: Tongue) -> String {
    match tongue {
        Tongue::English => english::say(n),
        Tongue::German => german::say(n),
        Tongue::Other => n.to_string(),
    }
}

/// "Twenty-third". In German as it stands behind `am` or `der … ` in the dative: `dreiundzwanzigsten`.
pub(crate) fn say_ordinal(n: u64, tongue: Tongue) -> String {
    match tongue {
        Tongue::English => english::say_ordinal(n),
        Tongue::German => german::say_ordinal(n),
        Tongue::Other => n.to_string(),
    }
}

/// Figures with their groups of three: `1,200`. `marks` are the signs that may part them.
pub(crate) fn grouped_figures(speech: &Speech, i: usize, marks: &[&str]) -> Option<(u64, usize)> {
    let first = speech.figures(i)?;
    let (mut all, mut to) = (first.to_owned(), i + 1);
    if first.len() <= 3 && !first.starts_with('0') {
        let mark = speech.gap(to);
        while marks.contains(&mark)
            && speech.gap(to) == mark
            && speech.figures(to).is_some_and(|next| next.len() == 3)
        {
            all.push_str(speech.word(to));
            to += 1;
        }
    }
    Some((all.parse().ok()?, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;
    use proptest::prelude::*;

    fn read<T>(
        language: &str,
        text: &str,
        read: impl Fn(&Speech, usize) -> Option<(T, usize)>,
    ) -> Option<(T, usize)> {
        let language = language.into();
        let context = Context {
            language: &language,
            now: jiff::civil::date(2026, 2, 27).at(10, 0, 0, 0),
            country: None,
        };
        read(&Speech::new(text, &context), 0)
    }

    #[track_caller]
    fn check(language: &str, text: &str, n: u64) {
        assert_eq!(read(language, text, cardinal).map(|(n, _)| n), Some(n));
    }

    #[test]
    fn cardinals() {
        check("en", "forty-two", 42);
        check("en", "a hundred and five", 105);
        check("en", "Twelve hundred", 1200);
        check("en", "two thousand and twenty six", 2026);
        check("en", "1,200", 1200);
        check("en", "5 million", 5_000_000);
        check("en", "nine thirty", 9);
        check("de", "dreiundzwanzig", 23);
        check("de", "ein und zwanzig", 21);
        check("de", "zweitausendsechsundzwanzig", 2026);
        check("de", "neunzehnhundertvierundachtzig", 1984);
        check("de", "1.200", 1200);
        check("de", "fünf Millionen dreissig", 5_000_030);
        check("fr", "1 200", 1200);
    }

    #[test]
    fn ordinals() {
        let check =
            |language, text, n| assert_eq!(read(language, text, ordinal).map(|(n, _)| n), Some(n), "{text}");
        check("en", "twenty-third", 23);
        check("en", "3rd", 3);
        check("de", "dreiundzwanzigsten", 23);
        check("de", "dritter", 3);
        check("de", "ersten", 1);
        check("de", "31. März", 31);
    }

    proptest! {
        #[test]
        fn what_is_said_is_heard(n in prop_oneof![0u64..2000, 0u64..1_000_000_000]) {
            for (language, tongue) in [("en", Tongue::English), ("de", Tongue::German)] {
                let said = say(n, tongue);
                let words = read(language, &said, cardinal).map(|(n, _)| n);
                prop_assert_eq!(words, Some(n), "{}", said);
            }
        }

        #[test]
        fn an_ordinal_too(n in 1u64..=99) {
            for (language, tongue) in [("en", Tongue::English), ("de", Tongue::German)] {
                let said = say_ordinal(n, tongue);
                let words = read(language, &said, ordinal).map(|(n, _)| n);
                prop_assert_eq!(words, Some(n), "{}", said);
            }
        }
    }
}
