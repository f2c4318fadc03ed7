//! Written text as it is said: numbers, times, money, dates, telephone numbers, abbreviations.

mod abbreviation;
mod amount;
mod number;
mod telephone;
mod time;

/// A word as it stood in the text, and what is said for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub written: String,
    /// In words, with the punctuation that shapes the melody.
    pub said: String,
}

/// Splits a text into its words. A telephone number that is written in groups is one word.
pub fn words(text: &str) -> Vec<Word> {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let mut words = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while !rest.is_empty() {
        let (count, said) =
            telephone::grouped(rest).unwrap_or_else(|| (1, single(rest[0], rest.get(1).copied())));
        words.push(Word { written: rest[..count].join(" "), said });
        rest = &rest[count..];
    }
    words
}

/// The core of a token is what is left without the punctuation around it.
fn single(token: &str, next: Option<&str>) -> String {
    if let Some(said) = abbreviation::read(token, next) {
        return said;
    }
    let (before, core, after) = bare(token);
    format!("{}{}{}", melody(before), read(core).unwrap_or_else(|| plain(core)), melody(after))
}

fn read(core: &str) -> Option<String> {
    if let Some(said) = abbreviation::read(core, None) {
        return Some(said);
    }
    if !core.contains(|c: char| c.is_ascii_digit()) {
        return address(core);
    }
    telephone::single(core)
        .or_else(|| time::date(core))
        .or_else(|| time::clock(core))
        .or_else(|| amount::read(core))
        .or_else(|| number::read(core))
        .or_else(|| address(core))
        .or_else(|| Some(mixed(core)))
}

/// An e-mail address, a web address: `info@harbour.dental`.
fn address(core: &str) -> Option<String> {
    let inner = core.contains('@') || core.split('.').filter(|part| !part.is_empty()).count() > 1;
    if !inner || core.contains("..") {
        return None;
    }
    let core = core.trim_start_matches("https://").trim_start_matches("http://");
    let mut said = String::new();
    for letter in core.chars() {
        match letter {
            '@' => said.push_str(" at "),
            '.' => said.push_str(" dot "),
            '-' => said.push_str(" dash "),
            '_' => said.push_str(" underscore "),
            '/' => said.push_str(" slash "),
            digit if digit.is_ascii_digit() => said.push_str(&format!(" {} ", number::digit(digit))),
            other => said.push(other),
        }
    }
    Some(said.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Letters and figures in one word, such as a postcode or a booking's code: one by one.
fn mixed(core: &str) -> String {
    let one = |letter: char| match letter {
        digit if digit.is_ascii_digit() => number::digit(digit).to_owned(),
        '-' | '/' => String::from(","),
        other => letter_name(other),
    };
    core.chars().map(one).collect::<Vec<_>>().join(" ").replace(" ,", ",")
}

/// A letter by its name. `A` alone would be the article: its phonemes stand beside it.
pub(crate) fn letter_name(letter: char) -> String {
    let upper = letter.to_ascii_uppercase();
    if upper == 'A' { "[A](/ˈA/)".to_owned() } else { upper.to_string() }
}

fn plain(core: &str) -> String {
    core.replace('&', " and ")
        .replace(['[', ']', '*', '_', '#', '`', '~', '|', '<', '>'], " ")
        .trim()
        .to_owned()
}

/// What is around a word, what is the word.
fn bare(token: &str) -> (&str, &str, &str) {
    let inner =
        |c: char| c.is_alphanumeric() || matches!(c, '$' | '£' | '€' | '%' | '+' | '&' | '@' | '#' | '°');
    let Some(first) = token.find(inner) else { return (token, "", "") };
    let last = token
        .rfind(inner)
        .map_or(token.len(), |at| at + token[at..].chars().next().map_or(1, char::len_utf8));
    let first = if token[..first].ends_with('-') && token[first..].starts_with(|c: char| c.is_ascii_digit()) {
        first - 1
    } else {
        first
    };
    (&token[..first], &token[first..last], &token[last..])
}

/// The marks that the voice knows; others are silent.
fn melody(marks: &str) -> String {
    marks
        .replace('…', "...")
        .chars()
        .filter_map(|mark| match mark {
            '.' | ',' | '?' | '!' | ';' | ':' | '\'' => Some(mark),
            '’' => Some('\''),
            '–' | '—' | '-' => Some(','),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    fn said(text: &str) -> String {
        words(text)
            .into_iter()
            .map(|word| word.said)
            .filter(|said| !said.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(said(text), expected);
    }

    #[test]
    fn numbers() {
        check(
            "I have 3 dogs, 21 cats and 1,204 fish.",
            "I have three dogs, twenty-one cats and one thousand two hundred four fish.",
        );
        check("It is -5.25 now", "It is minus five point two five now");
        check("the 3rd, the 21st and the 30th", "the third, the twenty-first and the thirtieth");
        check(
            "in 2026, since 1905 or 2005",
            "in twenty twenty-six, since nineteen oh five or two thousand five",
        );
        check("20% of 1/2", "twenty percent of one half");
        check("#4 & room 12B", "number four and room twelve B");
    }

    #[test]
    fn money() {
        check(
            "£12.50, $1, €0.99 and $2,000.",
            "twelve pounds fifty, one dollar, ninety-nine cents and two thousand dollars.",
        );
        check("12€ (about $1.01)", "twelve euros about one dollar one cent");
    }

    #[test]
    fn times_and_dates() {
        check("at 10:30, 9:05 or 14:00", "at ten thirty, nine oh five or fourteen hundred");
        check("10:00am, 5pm, 12:15 p.m.", "ten [A](/ˈA/) M, five P M, twelve fifteen P M.");
        check("open 9-5", "open nine to five");
        check("on 2026-03-03.", "on March third, twenty twenty-six.");
    }

    #[test]
    fn telephone_numbers() {
        check(
            "Call +44 20 7946 0000.",
            "Call plus four four, two zero, seven nine four six, zero zero zero zero.",
        );
        check("or (555) 010-4477 now", "or five five five, zero one zero, four four seven seven now");
        check("or 5550104477", "or five five five, zero one zero, four four seven seven");
        check("code 00417", "code zero zero four one seven");
    }

    #[test]
    fn abbreviations_and_addresses() {
        check(
            "Dr. Reed lives in Main St. near St. Mary, e.g. on Elm Rd",
            "Doctor Reed lives in Main Street near Saint Mary, for example on Elm Road",
        );
        check(
            "Mail info@harbour.dental, or www.harbour.dental/en",
            "Mail info at harbour dot dental, or W W W dot harbour dot dental slash en",
        );
        check("No. I mean No. 7.", "No. I mean Number seven.");
        check("postcode SW1A 2AA", "postcode S W one [A](/ˈA/) two [A](/ˈA/) [A](/ˈA/)");
        check("Well... “yes” – *sure*", "Well... yes , sure");
    }

    #[test]
    fn every_written_word_is_kept() {
        let written: Vec<String> =
            words("Call +44 20 7946 0000, Dr. Reed!").into_iter().map(|word| word.written).collect();
        assert_eq!(written, ["Call", "+44 20 7946 0000,", "Dr.", "Reed!"]);
    }
}
