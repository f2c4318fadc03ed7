//! Figures whose zeros count, said one at a time or in groups: a policy number, a PIN.

use crate::hear::Heard;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::spelled;
use crate::tongue::Tongue;
use crate::value::Value;

/// A run whose length fits `min..=max` is sure; another is a guess, so that the caller can be told what is missing.
pub(crate) fn hear(speech: &Speech, min: u8, max: u8) -> Vec<Heard> {
    let mut all = speech.scan(|i| {
        let (figures, to) = spelled::figures(speech, i)?;
        let fits = (usize::from(min)..=usize::from(max)).contains(&figures.len());
        let confidence = if fits { 0.9 } else { 0.3 };
        Some(Found::new(Value::Digits(figures), to, confidence))
    });
    // Of guesses, the longest is the number that was meant.
    if let Some(longest) = all.iter().map(length).max() {
        all.iter_mut()
            .filter(|heard| heard.confidence < 0.5 && length(heard) == longest)
            .for_each(|heard| heard.confidence = 0.4);
    }
    all
}

fn length(heard: &Heard) -> usize {
    match &heard.value {
        Value::Digits(figures) => figures.len(),
        _ => 0,
    }
}

/// Figure by figure, a pause between groups.
pub(crate) fn say(figures: &str, tongue: Tongue) -> String {
    let groups: Vec<String> = groups(figures).into_iter().map(|group| say_group(group, tongue)).collect();
    groups.join(", ")
}

/// Each figure as a word; other signs as they are.
pub(crate) fn say_group(figures: &str, tongue: Tongue) -> String {
    let words: Vec<String> = figures
        .chars()
        .map(|sign| sign.to_digit(10).map_or(sign.to_string(), |n| numeral::say(n.into(), tongue)))
        .collect();
    words.join(" ")
}

/// Groups of three, the last one of two to four, which is how people read numbers out.
pub(crate) fn groups(figures: &str) -> Vec<&str> {
    let (mut all, mut rest) = (Vec::new(), figures);
    while rest.len() > 4 && rest.is_ascii() {
        let (group, more) = rest.split_at(3);
        all.push(group);
        rest = more;
    }
    all.push(rest);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    const SIX_TO_EIGHT: Type = Type::Digits { min: 6, max: 8 };

    #[test]
    fn heard_one_by_one() {
        let check = |text, expect: &str| assert_eq!(heard(&SIX_TO_EIGHT, text), expect, "{text}");
        check("It's oh seven seven, double five, nine.", "077559");
        check("zero one double, all four five", "010045");
        check("one two for five six seven", "124567");
        check("forty two seventeen eight hundred", "4217800");
        check("one hundred twenty three four five six", "123456");
        check("my number is 1234 5678", "12345678");
        check("I have 2, and the number is one two three", "123");
        check("triple nine one two three then four", "9991234");
        check("no idea", "-");
        assert_eq!(german(&SIX_TO_EIGHT, "null acht neun, dreiundzwanzig, zwo eins"), "0892321");
        assert_eq!(german(&SIX_TO_EIGHT, "Ich hätte eine Frage"), "-");
        assert_eq!(heard_in("it", &SIX_TO_EIGHT, "il numero è 12 34 56"), "123456");
    }

    #[test]
    fn said_in_groups() {
        assert_eq!(say("0775591", Tongue::English), "zero seven seven, five five nine one");
        assert_eq!(say("1234", Tongue::German), "eins zwei drei vier");
        assert_eq!(say("12345", Tongue::Other), "1 2 3, 4 5");
    }
}
