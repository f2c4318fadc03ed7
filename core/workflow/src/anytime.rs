//! What the caller may say or press at any step. Six branches are built in: a file may word them, never take them away.

mod examples;

use crate::finding::{Finding, Place};
use crate::phrase::{Part, Phrase, Template};
use crate::reader::Reader;
use crate::scalar;
use crate::source::{Is, Key, Node};
use crate::workflow::{Anytime, AnytimeBranch, AnytimeThen, BlockId, Do, Hangup, Step, Transfer, Voicemail};
use closare_terms::Millis;

pub(crate) const BUILT_IN: [&str; 6] =
    ["human", "are_you_a_machine", "stop_recording", "repeat", "slower", "goodbye"];

const NOBODY: [(&str, &str); 2] = [
    ("en", "Nobody can take your call right now. Please leave a message after the tone."),
    ("de", "Im Moment ist niemand erreichbar. Bitte sprechen Sie nach dem Ton."),
];
const GOOD_BYE: [(&str, &str); 2] = [("en", "Good-bye."), ("de", "Auf Wiederhören.")];

/// A message's longest, where the file has no voicemail of its own.
const MESSAGE_LONGEST: Millis = Millis::from_secs(180);

/// Where what the file doesn't say is placed.
const BEGIN: Place = Place { begin: 0, end: 0, line: 1, column: 1 };

/// `contacts` are the file's, in its order: the first is who a caller gets that wants a person.
pub(crate) fn read(node: Option<&Node>, contacts: &[String], reader: &mut Reader) -> Anytime {
    let mut anytime = Anytime::default();
    for name in BUILT_IN {
        let written = node.and_then(|node| entry(node, name));
        anytime.branches.push(built_in(name, written, contacts, reader));
    }
    let entries = match node {
        Some(node) => reader.entries(node, "a map from names to branches"),
        None => &[],
    };
    for (key, value) in entries {
        match key.text.as_str() {
            "key" => keys(value, &mut anytime, reader),
            "help" => anytime.help = Some(reader.steps(value, "anytime.help")),
            name if BUILT_IN.contains(&name) => {}
            _ => anytime.branches.extend(own(key, value, reader)),
        }
    }
    let human = match anytime.branches[0].then {
        AnytimeThen::Do(block) => Some(block),
        _ => None,
    };
    if let (Some(block), false) = (human, contacts.is_empty()) {
        anytime.keys.entry('0').or_insert(block);
    }
    anytime.help = anytime.help.or_else(|| Some(reach_somebody("anytime.help", contacts, reader)));
    anytime
}

fn entry<'n>(node: &'n Node, name: &str) -> Option<(&'n Key, &'n Node)> {
    match &node.is {
        Is::Map(entries) => entries.iter().find(|(key, _)| key.text == name).map(|(key, node)| (key, node)),
        _ => None,
    }
}

fn built_in(
    name: &'static str,
    written: Option<(&Key, &Node)>,
    contacts: &[String],
    reader: &mut Reader,
) -> AnytimeBranch {
    let languages = reader.languages.clone();
    let mut examples = examples::of(name, &languages);
    let mut does = written.map(|(_, node)| node);
    if let Some((key, node)) = written {
        if taken_away(node) {
            let sentence = format!("`{name}` is built in and can't be taken away");
            reader.error(
                "law-5",
                key.place,
                sentence,
                "leave the line out, or give it other words: `{examples: [\"…\"]}`",
            );
            does = None;
        } else if node.get("examples").is_some() || node.get("do").is_some() {
            let map = reader.map(node, "a branch of `anytime`", &["examples", "do"]);
            examples.extend(
                map.get("examples").map(|node| reader.texts(node, "what a caller says")).unwrap_or_default(),
            );
            does = map.get("do");
        }
    }
    if examples.is_empty() {
        let place = written.map_or(BEGIN, |(key, _)| key.place);
        let sentence = format!("`{name}` has no examples in any language of the file");
        let help = format!("add `anytime: {{{name}: {{examples: [\"…\"]}}}}`");
        reader.findings.push(Finding::warning("ask-2", place, sentence).help(help));
    }
    AnytimeBranch { name: name.to_owned(), examples, then: then(name, does, contacts, reader) }
}

fn taken_away(node: &Node) -> bool {
    let empty = match &node.is {
        Is::Sequence(items) => items.is_empty(),
        Is::Map(entries) => entries.is_empty(),
        Is::Scalar { text, .. } => scalar::yes_no(text) == Some(false),
    };
    empty || node.is_nothing()
}

/// What a built-in branch does: its own way, or steps of the file.
fn then(name: &'static str, does: Option<&Node>, contacts: &[String], reader: &mut Reader) -> AnytimeThen {
    let own_way = match name {
        "are_you_a_machine" => Some(("disclose", AnytimeThen::Disclose)),
        "stop_recording" => Some(("record", AnytimeThen::StopRecording)),
        "repeat" => Some(("repeat", AnytimeThen::Repeat)),
        "slower" => Some(("set", AnytimeThen::Slower)),
        _ => None,
    };
    let id = format!("anytime.{name}");
    match (own_way, does) {
        (Some((_, way)), None) => way,
        (Some((step, way)), Some(node)) => {
            let single = if let Is::Sequence(items) = &node.is { items.first() } else { Some(node) };
            let same = single.is_some_and(|node| node.get(step).is_some() || node.scalar() == Some(step));
            if same {
                return way;
            }
            if matches!(name, "are_you_a_machine" | "stop_recording") {
                let sentence = format!("`{name}` must do what it says, found other steps");
                reader.error(
                    "law-5",
                    node.place,
                    sentence,
                    format!("write `{name}: {{{step}: …}}`, or leave it out"),
                );
                return way;
            }
            AnytimeThen::Do(reader.steps(node, &id))
        }
        (None, Some(node)) => AnytimeThen::Do(reader.steps(node, &id)),
        (None, None) if name == "goodbye" => AnytimeThen::Do(good_bye(&id, reader)),
        (None, None) => AnytimeThen::Do(reach_somebody(&id, contacts, reader)),
    }
}

fn own(key: &Key, node: &Node, reader: &mut Reader) -> Option<AnytimeBranch> {
    if !reader.name(&key.text, key.place) {
        return None;
    }
    let map = reader.map(node, "a branch of `anytime`", &["examples", "do"]);
    let examples = reader
        .need(&map, "examples")
        .map(|node| reader.texts(node, "what a caller says"))
        .unwrap_or_default();
    reader.intent_examples(key, &examples);
    let block = reader.need(&map, "do").map(|node| reader.steps(node, &format!("anytime.{}", key.text)))?;
    Some(AnytimeBranch { name: key.text.clone(), examples, then: AnytimeThen::Do(block) })
}

fn keys(node: &Node, anytime: &mut Anytime, reader: &mut Reader) {
    for (key, value) in reader.entries(node, "a map from keys to steps") {
        let one = key.text.chars().next().filter(|c| key.text.len() == 1 && "0123456789*#".contains(*c));
        let Some(pressed) = one else {
            let sentence =
                format!("expected a key (0-9, `*`, `#`), found `{}`", crate::source::short(&key.text));
            reader.error("read-5", key.place, sentence, "such as `\"0\": {transfer: front_desk}`");
            continue;
        };
        if value.get("repeat").is_some() {
            reader.later(value.place, "`repeat` by a key");
            continue;
        }
        let block = reader.steps(value, &format!("anytime.key.{pressed}"));
        anytime.keys.insert(pressed, block);
    }
}

/// A transfer to the first contact, and a message where nobody answers; without contacts, a message.
fn reach_somebody(id: &str, contacts: &[String], reader: &mut Reader) -> BlockId {
    let Some(first) = contacts.first().and_then(|name| reader.contacts.get(name)) else {
        return message(id, reader);
    };
    let (to, ring, branches) = (first.contact.to.clone(), first.contact.ring, first.branches.clone());
    let message = message(&format!("{id}.1.failed"), reader);
    let branch = |key: &str| Some(branches.get(key).copied().unwrap_or(message));
    let (busy, no_answer, declined, failed) =
        (branch("busy"), branch("no_answer"), branch("declined"), branch("failed"));
    block(
        id,
        Do::Transfer(Transfer { to: vec![to], ring, say: None, busy, no_answer, declined, failed }),
        reader,
    )
}

fn message(id: &str, reader: &mut Reader) -> BlockId {
    let say = reader.ready_words(&NOBODY, "anytime: human", BEGIN);
    block(id, Do::Voicemail(Voicemail { say, longest: MESSAGE_LONGEST }), reader)
}

fn good_bye(id: &str, reader: &mut Reader) -> BlockId {
    let mut phrase = Phrase::default();
    for language in &reader.languages {
        if let Some((_, words)) = GOOD_BYE.iter().find(|(primary, _)| *primary == language.primary()) {
            phrase
                .languages
                .insert(language.clone(), vec![Template { parts: vec![Part::Text((*words).to_owned())] }]);
        }
    }
    let say = (phrase.languages.len() == reader.languages.len()).then_some(phrase);
    block(id, Do::Hangup(Hangup { say, reason: None }), reader)
}

/// A block of one step that no line of the file stands for.
fn block(id: &str, does: Do, reader: &mut Reader) -> BlockId {
    let block = reader.reserve();
    let step = Step { id: format!("{id}.1"), place: BEGIN, when: None, does };
    reader.blocks[block.0 as usize].push(step);
    block
}
