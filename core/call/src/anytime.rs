//! What the caller may say at any step. The built-in ones are found by patterns of words, so that they work without any model;
//! the file's own by likeness to their examples.

use closare_workflow::{Anytime, AnytimeBranch};

/// Words in order, with at most [`GAP`] others between two; `a|b` is either.
struct Pattern {
    branch: &'static str,
    words: &'static [&'static str],
    /// Only in an utterance of at most this many words: "goodbye" ends a call, "we said goodbye" doesn't.
    at_most: usize,
}

const GAP: usize = 3;
const ANY: usize = usize::MAX;

const fn pattern(branch: &'static str, words: &'static [&'static str], at_most: usize) -> Pattern {
    Pattern { branch, words, at_most }
}

const MACHINE: &str = "machine|robot|bot|computer|ai|recording|program|software|automated|artificial|chatbot|assistant|siri|alexa";
const PERSON: &str =
    "human|person|people|someone|somebody|agent|operator|representative|receptionist|adviser|advisor";

const PATTERNS: &[Pattern] = &[
    pattern("are_you_a_machine", &["are|is|am", "you|this|it|i", MACHINE], ANY),
    pattern("are_you_a_machine", &["are|is", "you|this", "real|human|alive|person|actual"], ANY),
    pattern("are_you_a_machine", &["am", "i", "talking|speaking", "to|with", MACHINE], ANY),
    pattern("are_you_a_machine", &["am", "i", "talking|speaking", "to|with", "human|person|real"], ANY),
    pattern("are_you_a_machine", &["who|what", "are|am", "you|i", "talking|speaking|exactly|actually"], 9),
    pattern("are_you_a_machine", &["what|who", "are", "you"], 4),
    pattern("are_you_a_machine", &["you're|youre|you", "not", "human|person|real"], 8),
    pattern("are_you_a_machine", &["you", "sound", "like", MACHINE], ANY),
    pattern(
        "are_you_a_machine",
        &["sind|bist", "sie|du", "maschine|roboter|computer|ki|mensch|bot|automat|echt|echter|programm"],
        ANY,
    ),
    pattern(
        "are_you_a_machine",
        &["ist", "das|dies", "maschine|roboter|computer|ki|mensch|bot|automat|band|bandansage"],
        ANY,
    ),
    pattern(
        "are_you_a_machine",
        &["spreche|rede", "ich", "maschine|roboter|computer|ki|mensch|menschen|bot|automaten"],
        ANY,
    ),
    pattern("are_you_a_machine", &["mit", "wem|was", "spreche|rede", "ich"], ANY),
    pattern("human", &["talk|speak|connect|transfer|put|get", "to|with|me|through", PERSON], ANY),
    pattern("human", &["want|need|like|give|real|get", PERSON], 8),
    pattern("human", &[PERSON, "please"], 4),
    pattern(
        "human",
        &["mit", "menschen|mitarbeiter|mitarbeiterin|jemandem|person", "sprechen|reden|verbinden"],
        ANY,
    ),
    pattern("human", &["verbinden", "sie", "mich"], ANY),
    pattern(
        "stop_recording",
        &["stop|don't|dont|not|quit|end|no|delete", "record|recording|recorded|recordings"],
        ANY,
    ),
    pattern(
        "stop_recording",
        &["nicht|keine|stopp|stoppen|beenden|aufhören", "aufzeichnen|aufnehmen|aufzeichnung|aufnahme"],
        ANY,
    ),
    pattern("stop_recording", &["aufzeichnung|aufnahme", "nicht|stopp|stoppen|beenden|aus|ausschalten"], ANY),
    pattern("repeat", &["repeat", "that|please|again|it"], 8),
    pattern("repeat", &["repeat"], 2),
    pattern("repeat", &["say", "that|it", "again"], 8),
    pattern("repeat", &["what", "did", "you", "say"], 6),
    pattern("repeat", &["pardon|excuse"], 3),
    pattern("repeat", &["noch", "mal|einmal", "bitte"], 5),
    pattern("repeat", &["wiederholen"], 6),
    pattern("slower", &["slower|slowly", "please"], 8),
    pattern("slower", &["speak|talk|slow|go", "slower|slowly|down"], 8),
    pattern("slower", &["langsamer"], 6),
    pattern("goodbye", &["goodbye|bye|good-bye|byebye"], 3),
    pattern("goodbye", &["good", "bye"], 4),
    pattern("goodbye", &["auf", "wiederhören|wiedersehen"], 4),
    pattern("goodbye", &["tschüss|tschüß|ciao"], 3),
];

/// The branch that these words ask for.
pub fn asked<'a>(anytime: &'a Anytime, text: &str) -> Option<&'a AnytimeBranch> {
    let words = words(text);
    let built_in =
        PATTERNS.iter().find(|pattern| words.len() <= pattern.at_most && matches(pattern.words, &words));
    let named = |name: &str| anytime.branches.iter().find(|branch| branch.name == name);
    built_in.and_then(|pattern| named(pattern.branch)).or_else(|| {
        anytime.branches.iter().find(|branch| branch.examples.iter().any(|example| alike(example, &words)))
    })
}

/// What is asked again while a consent question is open: only what a caller must be able to say even then.
pub fn urgent(name: &str) -> bool {
    matches!(name, "human" | "stop_recording" | "are_you_a_machine")
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'))
        .filter(|word| !word.is_empty())
        .map(|word| word.replace('’', "'"))
        .collect()
}

fn matches(pattern: &[&str], words: &[String]) -> bool {
    (0..words.len()).any(|start| matches_from(pattern, words, start))
}

fn matches_from(pattern: &[&str], words: &[String], start: usize) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return true };
    let is = |word: &String| first.split('|').any(|option| option == word);
    if !words.get(start).is_some_and(is) {
        return false;
    }
    rest.is_empty() || (start + 1..=start + 1 + GAP).any(|next| matches_from(rest, words, next))
}

/// The example's words and the caller's are nearly the same.
fn alike(example: &str, said: &[String]) -> bool {
    let example = self::words(example);
    if example.is_empty() {
        return false;
    }
    let common = example.iter().filter(|word| said.contains(word)).count();
    let all = example.len().max(said.len());
    common * 5 >= all * 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_workflow::AnytimeThen;

    fn check(text: &str, expect: Option<&str>) {
        let branch = |name: &str| AnytimeBranch {
            name: name.to_owned(),
            examples: Vec::new(),
            then: AnytimeThen::Repeat,
        };
        let names = ["human", "are_you_a_machine", "stop_recording", "repeat", "slower", "goodbye"];
        let anytime =
            Anytime { branches: names.iter().map(|name| branch(name)).collect(), ..Anytime::default() };
        assert_eq!(asked(&anytime, text).map(|branch| branch.name.as_str()), expect, "{text}");
    }

    #[test]
    fn machine_in_many_words() {
        for text in [
            "Are you a machine?",
            "are you a real person",
            "is this a robot?",
            "Am I talking to a computer?",
            "Am I speaking with a human being?",
            "is that an AI? I mean, is this an AI?",
            "are you human",
            "Wait, are you a bot or what?",
            "who am I talking to",
            "What are you?",
            "Who are you exactly?",
            "You're not a real person, are you?",
            "You sound like a robot.",
            "are you even real",
            "is it a recording",
            "are you some kind of machine",
            "Sind Sie ein Roboter?",
            "Spreche ich mit einem Menschen?",
            "Ist das ein Computer?",
            "bist du echt",
            "Mit wem spreche ich?",
        ] {
            check(text, Some("are_you_a_machine"));
        }
    }

    #[test]
    fn the_others() {
        check("Can I talk to a person please", Some("human"));
        check("I'd like to speak with someone", Some("human"));
        check("Please stop recording this", Some("stop_recording"));
        check("could you say that again", Some("repeat"));
        check("a bit slower please", Some("slower"));
        check("Goodbye.", Some("goodbye"));
        check("Bitte nicht aufzeichnen", Some("stop_recording"));
    }

    #[test]
    fn ordinary_words_ask_for_nothing() {
        for text in [
            "my tooth broke and it hurts",
            "I'd like an appointment on Friday",
            "I said goodbye to the person who called me yesterday",
            "are you open on Monday",
            "my washing machine is broken",
            "yes please",
        ] {
            check(text, None);
        }
    }
}
