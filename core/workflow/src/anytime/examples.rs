//! What callers say for the branches that are built in, in English and German.

use closare_terms::Language;

/// The examples of a branch in these languages.
pub(super) fn of(name: &str, languages: &[Language]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for language in languages {
        let known = ALL.iter().filter(|(of, tag, _)| *of == name && *tag == language.primary());
        for example in known.flat_map(|(_, _, examples)| examples.iter()) {
            if !all.iter().any(|there| there == example) {
                all.push((*example).to_owned());
            }
        }
    }
    all
}

const ALL: [(&str, &str, &[&str]); 12] = [
    (
        "human",
        "en",
        &[
            "can I talk to a person",
            "I want to speak to a human",
            "put me through to someone",
            "let me talk to a real person",
            "connect me to an agent",
            "I'd like to speak to somebody",
            "operator please",
            "can a person call me back",
        ],
    ),
    (
        "human",
        "de",
        &[
            "kann ich mit einem Menschen sprechen",
            "ich möchte mit einem Mitarbeiter sprechen",
            "verbinden Sie mich bitte mit jemandem",
            "geben Sie mir einen echten Menschen",
            "ich will mit einer Person reden",
            "kann ich jemanden sprechen",
            "bitte einen Mitarbeiter",
            "ich möchte keinen Computer",
        ],
    ),
    (
        "are_you_a_machine",
        "en",
        &[
            "are you a machine",
            "are you a robot",
            "am I talking to a computer",
            "is this a real person",
            "are you human",
            "are you an AI",
            "is this a recording",
            "who am I speaking with, a bot",
        ],
    ),
    (
        "are_you_a_machine",
        "de",
        &[
            "sind Sie eine Maschine",
            "bist du ein Roboter",
            "spreche ich mit einem Computer",
            "sind Sie ein echter Mensch",
            "ist das eine KI",
            "sind Sie eine künstliche Intelligenz",
            "ist das ein Band",
            "rede ich gerade mit einem Automaten",
        ],
    ),
    (
        "stop_recording",
        "en",
        &[
            "stop recording",
            "don't record this",
            "turn the recording off",
            "I don't want to be recorded",
            "please stop recording me",
            "no recording please",
            "I take my consent back",
            "delete the recording",
        ],
    ),
    (
        "stop_recording",
        "de",
        &[
            "stoppen Sie die Aufnahme",
            "bitte nicht aufzeichnen",
            "schalten Sie die Aufzeichnung aus",
            "ich will nicht aufgenommen werden",
            "keine Aufnahme bitte",
            "hören Sie auf aufzunehmen",
            "ich widerrufe meine Einwilligung",
            "löschen Sie die Aufnahme",
        ],
    ),
    (
        "repeat",
        "en",
        &[
            "can you repeat that",
            "say that again",
            "pardon",
            "what did you say",
            "I didn't catch that",
            "once more please",
            "sorry, what was that",
            "come again",
        ],
    ),
    (
        "repeat",
        "de",
        &[
            "können Sie das wiederholen",
            "noch einmal bitte",
            "wie bitte",
            "was haben Sie gesagt",
            "das habe ich nicht verstanden",
            "sagen Sie das noch mal",
            "wiederholen Sie das bitte",
            "was war das",
        ],
    ),
    (
        "slower",
        "en",
        &[
            "can you speak more slowly",
            "slower please",
            "you're talking too fast",
            "slow down",
            "not so fast",
            "could you go a bit slower",
            "please speak slowly",
            "that's too quick for me",
        ],
    ),
    (
        "slower",
        "de",
        &[
            "können Sie langsamer sprechen",
            "langsamer bitte",
            "Sie reden zu schnell",
            "nicht so schnell",
            "bitte etwas langsamer",
            "sprechen Sie langsam",
            "das ging mir zu schnell",
            "ein bisschen langsamer",
        ],
    ),
    (
        "goodbye",
        "en",
        &[
            "goodbye",
            "bye bye",
            "that's all, thank you",
            "I'm done, thanks, bye",
            "have a nice day",
            "nothing else, goodbye",
            "that was everything",
            "talk to you later",
        ],
    ),
    (
        "goodbye",
        "de",
        &[
            "auf Wiederhören",
            "tschüss",
            "das war alles, danke",
            "auf Wiedersehen",
            "schönen Tag noch",
            "sonst nichts, danke, tschüss",
            "das wäre alles",
            "bis dann",
        ],
    ),
];
