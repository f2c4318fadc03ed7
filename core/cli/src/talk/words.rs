//! Whether what was heard is what the test call waits for. Loosely: speech-to-text spells as it likes.

use closare_simulate::Match;
use regex::RegexBuilder;

/// `heard` is all that the agent has said since the caller's last act.
pub fn fits(wanted: &Match, heard: &str) -> bool {
    match wanted {
        // Its words are the workflow's own; that the whole of it was played is the engine's to count.
        Match::Disclosure => !words(heard).is_empty(),
        Match::Contains(text) => alike(text, heard),
        Match::Matches(pattern) => {
            let found = RegexBuilder::new(pattern)
                .case_insensitive(true)
                .build()
                .is_ok_and(|regex| regex.is_match(heard));
            found || alike(&plain(pattern), heard)
        }
    }
}

/// Half of the words, as they sound or nearly so, is enough: no two sentences of one workflow are that near.
const SHARE: f64 = 0.5;
/// Levenshtein, relative: one letter of four.
const WORD_ALIKE: f64 = 0.7;

fn alike(wanted: &str, heard: &str) -> bool {
    let (wanted, heard) = (words(wanted), words(heard));
    let there =
        |word: &&String| heard.iter().any(|other| strsim::normalized_levenshtein(word, other) >= WORD_ALIKE);
    let found = wanted.iter().filter(there).count();
    !wanted.is_empty() && found as f64 >= SHARE * wanted.len() as f64
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('\'', "");
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words of a pattern, without what is a sign in it.
fn plain(pattern: &str) -> String {
    pattern.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, heard: &str, expected: bool) {
        assert_eq!(fits(&Match::Contains(wanted.to_owned()), heard), expected, "{wanted} / {heard}");
    }

    #[test]
    fn as_a_model_hears_it() {
        check("How can I help?", "Harbor Dental. How can I help?", true);
        check("Which day suits you?", "Which days suit you", true);
        check("May I have your name?", "Harbour Dental. How can I help?", false);
        check("Which day suits you?", "", false);
        assert!(fits(&Match::Matches("Wednes(day)?".to_owned()), "We'll confirm wednesday by text"));
        assert!(fits(&Match::Matches("connecting you".to_owned()), "I'm conecting you to reception"));
        assert!(!fits(&Match::Disclosure, " … "));
    }
}
