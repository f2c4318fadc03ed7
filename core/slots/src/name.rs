//! A person's name: introduced ("my name is Ann Reed"), bare ("Ann Reed"), or spelled ("R, double E, D").
//!
//! What follows the name in the same breath isn't part of it. A weak introduction ("it's", "this is") is followed by other things too, so
//! behind it ordinary words are no name, and where the transcript has capitals, a name must have them.

use crate::hear::Heard;
use crate::ordinary::is_ordinary;
use crate::speech::Speech;
use crate::spelled;
use crate::tongue::Tongue;
use crate::value::Value;

mod spelling;
pub(crate) use spelling::spell;

/// First name, two middle parts, surname.
const WORDS_MAX: usize = 4;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    let said = introduced(speech).or_else(|| signed(speech)).or_else(|| bare(speech));
    let letters = spelling::spelled_out(speech, said.as_ref().map_or(0, |said| said.from));
    let all = match (said, letters) {
        (Some(said), Some(letters)) => Some(spelling::corrected(said, letters)),
        (said, letters) => said.or(letters),
    };
    let Some(name) = all else { return Vec::new() };
    vec![speech.heard(name.from, name.to, Value::Name(name.words.join(" ")), name.confidence)]
}

struct Name {
    words: Vec<String>,
    from: usize,
    to: usize,
    confidence: f32,
}

/// "My name is …": the last such introduction with a name behind it, since a caller may put himself right.
fn introduced(speech: &Speech) -> Option<Name> {
    let mut found: Option<Name> = None;
    let mut next = 0;
    while next < speech.len() {
        let i = next;
        next += 1;
        let Some((strong, to)) = introduction(speech, i) else { continue };
        next = to;
        let Some(name) = name_from(speech, to, strong) else { continue };
        let mut name = in_full(speech, name);
        let surname = speech.one_of(i, &["surname", "nachname"]) || speech.phrase(i, "last name").is_some();
        match &mut found {
            // "First name Ann, last name Reed."
            Some(first) if surname && first.words.len() == 1 => {
                first.words.append(&mut name.words);
                first.to = name.to;
            }
            Some(earlier) if name.confidence < earlier.confidence => {}
            _ => found = Some(name),
        }
    }
    found
}

/// "Reed, Ann Reed": a name that is said again with more is the longer one.
fn in_full(speech: &Speech, name: Name) -> Name {
    match name_from(speech, name.to, true) {
        Some(longer)
            if name.words.len() == 1 && longer.words.len() > 1 && longer.words.contains(&name.words[0]) =>
        {
            Name { from: name.from, confidence: name.confidence, ..longer }
        }
        _ => name,
    }
}

/// Whether an introduction stands at `i` (true: nothing but a name follows it), and the token behind it.
fn introduction(speech: &Speech, i: usize) -> Option<(bool, usize)> {
    match speech.tongue {
        Tongue::English => speech.look_up(i, ENGLISH),
        Tongue::German => speech.look_up(i, GERMAN),
        Tongue::Other => None,
    }
}

const ENGLISH: &[(&str, bool)] = &[
    ("my name is", true),
    ("my name's", true),
    ("the name is", true),
    ("the name's", true),
    ("name is", true),
    ("name's", true),
    ("name", true),
    ("my full name is", true),
    ("i'm called", true),
    ("call me", true),
    ("first name", true),
    ("first name is", true),
    ("first name's", true),
    ("last name", true),
    ("last name is", true),
    ("last name's", true),
    ("surname", true),
    ("surname is", true),
    ("surname's", true),
    ("you're speaking to", true),
    ("you're speaking with", true),
    ("i'm", false),
    ("i am", false),
    ("it's", false),
    ("it is", false),
    ("its", false),
    ("this is", false),
    ("that's", false),
    ("that is", false),
    ("speaking is", false),
    ("i mean", false),
];

const GERMAN: &[(&str, bool)] = &[
    ("mein name ist", true),
    ("mein name war", true),
    ("name ist", true),
    ("name", true),
    ("ich heiße", true),
    ("ich heisse", true),
    ("heiße", true),
    ("vorname", true),
    ("vorname ist", true),
    ("nachname", true),
    ("nachname ist", true),
    ("hier spricht", true),
    ("hier ist", false),
    ("hier", false),
    ("ich bin", false),
    ("ich bin der", false),
    ("ich bin die", false),
    ("das ist", false),
    ("ich meine", false),
];

/// "Ann Reed here", "Ann Reed from Harbour Street", "Reed am Apparat".
fn signed(speech: &Speech) -> Option<Name> {
    let ends = ["here", "speaking", "calling", "from", "hier", "am apparat", "am telefon"];
    let (from, _) = speech.core();
    let name = name_from(speech, from, false)?;
    let signed =
        ends.iter().any(|end| speech.phrase(name.to, end).is_some()) && speech.gap(name.to).trim().len() < 2;
    signed.then_some(Name { confidence: 0.9, ..name })
}

/// The answer, or its first sentence, is nothing but one to four words that look like a name.
fn bare(speech: &Speech) -> Option<Name> {
    let (from, to) = speech.core();
    let name = in_full(speech, name_from(speech, from, false)?);
    let last = spelled::letters(speech, name.to).map_or(name.to, |(_, end)| end);
    let sentence = name.words.len() > 1 && has_capitals(speech) && speech.gap(name.to).starts_with('.');
    if name.to != to && last != to && !sentence && !spelling_follows(speech, name.to) {
        return None;
    }
    let confidence = match (name.words.len(), has_capitals(speech)) {
        (2..=3, true) => 0.85,
        (2..=3, false) => 0.75,
        _ => 0.65,
    };
    Some(Name { confidence, ..name })
}

fn spelling_follows(speech: &Speech, i: usize) -> bool {
    [
        "that's",
        "that is",
        "spelled",
        "spelt",
        "spelling",
        "it's",
        "so",
        "das ist",
        "buchstabiert",
        "also",
        "mit",
    ]
    .iter()
    .any(|words| speech.phrase(i, words).is_some_and(|to| spelled::letters(speech, to).is_some()))
}

/// The words from `i` on that can be a name. `strong`: a name is expected here, so capitals aren't asked for.
fn name_from(speech: &Speech, i: usize, strong: bool) -> Option<Name> {
    let mut from = i;
    while speech.one_of(from, &["uh", "um", "er", "äh", "ähm", "herr", "frau", "der", "die"]) && from < i + 2
    {
        from += 1;
    }
    let (mut words, mut to): (Vec<String>, usize) = (Vec::new(), from);
    let capitals = !strong && has_capitals(speech);
    while to < speech.len() && words.len() < WORDS_MAX {
        // "Reed R double E D": the spelling isn't part of the name.
        if spelled::letters(speech, to)
            .is_some_and(|(letters, _)| letters.chars().count() >= spelling::LETTERS_MIN)
        {
            break;
        }
        let touching =
            words.is_empty() || speech.close(to) || title(speech, to - 1) && speech.gap(to).trim() == ".";
        if !touching
            || !(is_part(speech, to, capitals, words.is_empty())
                || strong && both(speech, to, words.is_empty()))
        {
            break;
        }
        let written = written(speech, to);
        match words.last_mut() {
            Some(last) if speech.gap(to) == "-" => *last = format!("{last}-{written}"),
            _ => words.push(written),
        }
        to += 1;
    }
    while to > from && PARTICLES.contains(&speech.word(to - 1)) {
        (to, _) = (to - 1, words.pop());
    }
    let enough = words.len() > usize::from(to > from && title(speech, from));
    // "It's everywhere": in a transcript with capitals, a name without them is doubtful.
    let small = from < to
        && !begins_with_capital(speech.tokens[from].raw)
        && begins_with_capital(speech.text.trim_start());
    let confidence = match (strong, small) {
        (true, _) => 0.95,
        (false, false) => 0.85,
        (false, true) => 0.5,
    };
    enough.then_some(Name { words, from, to, confidence })
}

/// Small words inside names.
const PARTICLES: &[&str] = &[
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "la", "le", "zu", "zur", "bin", "al", "el",
    "ter", "dos",
];

fn title(speech: &Speech, i: usize) -> bool {
    speech.one_of(i, &["mr", "mrs", "ms", "miss", "mister", "dr", "prof", "professor", "sir"])
}

fn is_part(speech: &Speech, i: usize, capitals: bool, first: bool) -> bool {
    let word = speech.word(i);
    if !word.chars().next().is_some_and(char::is_alphabetic) || word.chars().count() == 1 && first {
        return false;
    }
    if title(speech, i) {
        return first;
    }
    let mark = PARTICLES.contains(&word) && !first && next_is_name(speech, i + 1);
    let month_or_day = crate::calendar::weekday(speech, i).is_some();
    let plain = !is_ordinary(word, speech.tongue)
        && !month_or_day
        && (!capitals || begins_with_capital(speech.tokens[i].raw));
    mark || plain
}

/// An ordinary word that is also a name: first behind "my name is", or last in its breath.
fn both(speech: &Speech, i: usize, first: bool) -> bool {
    const BOTH: &[&str] =
        &["will", "may", "april", "june", "august", "hope", "bill", "guy", "love", "long", "little", "best"];
    BOTH.contains(&speech.word(i)) && (first || !speech.close(i + 1))
}

fn next_is_name(speech: &Speech, i: usize) -> bool {
    let word = speech.word(i);
    speech.close(i) && (PARTICLES.contains(&word) || !is_ordinary(word, speech.tongue))
}

/// Whether the transcript tells names by capitals: it has some, and not only at the begin of sentences.
fn has_capitals(speech: &Speech) -> bool {
    let inner = |(i, token): (usize, &crate::speech::Token)| {
        i > 0
            && !token.gap.contains(['.', '?', '!'])
            && begins_with_capital(token.raw)
            && token.low != "i"
            && !token.low.starts_with("i'")
    };
    let small = speech.tokens.iter().any(|token| token.raw.chars().next().is_some_and(char::is_lowercase));
    small && speech.tokens.iter().enumerate().any(inner)
}

fn begins_with_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// As people write it: capitals where the transcript has none, its own where it has.
fn written(speech: &Speech, i: usize) -> String {
    let raw = speech.tokens[i].raw;
    let word = raw.strip_suffix("'s").or_else(|| raw.strip_suffix("’s")).unwrap_or(raw);
    if PARTICLES.contains(&speech.word(i)) {
        return word.to_owned();
    }
    let shouted = word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase());
    let mixed = !shouted && word.chars().skip(1).any(char::is_uppercase);
    if mixed { word.to_owned() } else { capitalised(word) }
}

/// `o'brien` becomes `O'Brien`.
fn capitalised(word: &str) -> String {
    let mut begin = true;
    let mut all = String::new();
    for c in word.chars() {
        if begin {
            all.extend(c.to_uppercase());
        } else {
            all.extend(c.to_lowercase());
        }
        begin = matches!(c, '\'' | '’');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard};

    #[test]
    fn introduced() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Name, text), expect, "{text}");
        check("My name is Ann Reed.", "Ann Reed");
        check("It's Ann Reed, could I come tomorrow morning?", "Ann Reed");
        check("it's ann reed and I'd like an appointment", "Ann Reed");
        check("hi this is ann reed calling about my tooth", "Ann Reed");
        check("Hello, this is Ann Reed from Harbour Street", "Ann Reed");
        check("I'm Sean O'Brien", "Sean O'Brien");
        check("my name's jean-luc de la cruz", "Jean-Luc de la Cruz");
        check("This is Dr. Smith", "Dr Smith");
        check("first name Ann, last name Reed", "Ann Reed");
        check("my name is may will", "May Will");
        check("I'm in a lot of pain, my name is Ann Reed", "Ann Reed");
        check("Oh sure, it's Reed, Ann Reed.", "Ann Reed");
        check("I'm calling about my appointment", "-");
        check("it's urgent", "-");
        check("It's Friday", "-");
        check("This is about my tooth", "-");
    }

    #[test]
    fn bare() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Name, text), expect, "{text}");
        check("Ann Reed", "Ann Reed");
        check("ann reed", "Ann Reed");
        check("Yes, Ann Reed, please.", "Ann Reed");
        check("ANN REED", "Ann Reed");
        check("Ann Reed here, my tooth broke", "Ann Reed");
        check("Reed", "Reed");
        check("Ann. Ann Reed.", "Ann Reed");
        check("Hi. Ann Reed. I'd like to book.", "Ann Reed");
        check("Sarah Connor from apartment twelve", "Sarah Connor");
        check("Hello?", "-");
        check("my tooth broke", "-");
        check("could I come tomorrow", "-");
        check("I'd rather not say", "-");
        check("", "-");
    }

    #[test]
    fn spelled() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Name, text), expect, "{text}");
        check("R, double E, D", "Reed");
        check("Ann Reid, that's R E E D", "Ann Reed");
        check("Ann, R for Romeo, double E, D for delta", "Ann Reed");
        check("my name is Ann Read, spelled R-E-E-D", "Ann Reed");
        check("the name's Reed R double E D", "Reed");
        check("romeo echo echo delta", "Reed");
        check("A N N, R E E D", "Ann Reed");
    }

    #[test]
    fn in_german() {
        let check = |text, expect: &str| assert_eq!(german(&Type::Name, text), expect, "{text}");
        check("Mein Name ist Anna Müller", "Anna Müller");
        check("Guten Tag, hier ist Anna Müller, ich hätte gern einen Termin", "Anna Müller");
        check("ich heiße Anna von der Heide und rufe wegen meinem Zahn an", "Anna von der Heide");
        check("Hier spricht Frau Müller", "Müller");
        check("Anna Müller", "Anna Müller");
        check("N wie Nordpol, A wie Anton, H, M", "Nahm");
        check("Maier, M A I E R", "Maier");
        check("Ja hallo, Schneider hier", "Schneider");
        check("Ich habe Zahnschmerzen", "-");
        check("Ich bin krank", "-");
    }

    #[test]
    fn spelled_for_the_ear() {
        assert_eq!(spell("Ann O'Hara", Tongue::English), "A, N, N; O, apostrophe, H, A, R, A");
        assert_eq!(spell("A12-b", Tongue::German), "A, eins, zwei, Bindestrich, B");
    }
}
