//! The talk so far, as this plugin reads it.

use closare_plugin::language_model::{Message, Part, Speaker};

/// Something the caller said, and what he was asked before.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub said: String,
    /// The agent's words just before, if any.
    pub asked: Option<String>,
}

/// The caller's words, oldest first. Words that came one after the other without the agent between are one answer.
pub fn answers(messages: &[Message]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut asked = None;
    let mut open = false;
    for message in messages {
        let said = text(message);
        match message.speaker {
            Speaker::Caller if said.is_empty() => {}
            Speaker::Caller => {
                match answers.last_mut().filter(|_| open) {
                    Some(answer) => answer.said = format!("{} {said}", answer.said),
                    None => answers.push(Answer { said, asked: asked.take() }),
                }
                open = true;
            }
            Speaker::Agent if said.is_empty() => {}
            Speaker::Agent => (asked, open) = (Some(said), false),
            Speaker::Instructions => {}
        }
    }
    answers
}

/// What the engine knows for sure: each line `name: value` of the instructions.
pub fn facts(messages: &[Message]) -> Vec<(String, String)> {
    let instructions = messages.iter().filter(|message| message.speaker == Speaker::Instructions).map(text);
    let line = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let plain = !name.trim().is_empty()
            && name.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        (plain && !value.trim().is_empty()).then(|| (name.trim().to_owned(), value.trim().to_owned()))
    };
    instructions.flat_map(|text| text.lines().filter_map(line).collect::<Vec<_>>()).collect()
}

/// The sentences of a text; all of it where it has no more than one.
pub fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['.', '?', '!'])
        .map(str::trim)
        .filter(|part| part.chars().any(char::is_alphanumeric))
        .collect()
}

fn text(message: &Message) -> String {
    let texts = message.parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.trim()),
        Part::Invoke(_) | Part::Outcome(_) | Part::Opaque(_) => None,
    });
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}
