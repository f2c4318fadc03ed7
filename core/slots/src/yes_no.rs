//! Yes or no. The last clear word counts, so that one can change one's mind; what is neither ("I'm not sure") is nothing.

use crate::hear::Heard;
use crate::speech::Speech;
use crate::tongue::Tongue;
use crate::value::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// Counts where nothing clearer is said: "I do", "right".
    PerhapsYes,
    PerhapsNo,
    Unclear,
}

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    // A weak word that says yes only if it is all that was said.
    if speech.len() == 1 && speech.one_of(0, &["please", "bitte"]) {
        return vec![speech.heard(0, 1, Value::YesNo(true), 0.7)];
    }
    let said = answers(speech);
    let last = |wanted: &[Answer]| said.iter().rev().find(|(answer, ..)| wanted.contains(answer)).copied();
    let clear = last(&[Answer::Yes, Answer::No, Answer::Unclear])
        .or_else(|| last(&[Answer::PerhapsYes, Answer::PerhapsNo]));
    let Some((answer, from, to)) = clear else { return Vec::new() };
    let yes = match answer {
        Answer::Yes | Answer::PerhapsYes => true,
        Answer::No | Answer::PerhapsNo => false,
        Answer::Unclear => return Vec::new(),
    };
    vec![speech.heard(from, to, Value::YesNo(yes), confidence(speech, &said, yes))]
}

/// Every phrase that answers, the longest at each place, from left to right.
fn answers(speech: &Speech) -> Vec<(Answer, usize, usize)> {
    let table: &[(&str, Answer)] = match speech.tongue {
        Tongue::English => ENGLISH,
        Tongue::German => GERMAN,
        Tongue::Other => return Vec::new(),
    };
    let (mut all, mut i): (Vec<(Answer, usize, usize)>, usize) = (Vec::new(), 0);
    while i < speech.len() {
        match speech.look_up(i, table) {
            // "I'm not okay with it": what a denial touches is denied.
            Some((Answer::PerhapsYes, to))
                if all.last().is_some_and(|&(last, _, end)| last == Answer::PerhapsNo && end == i) =>
            {
                all.push((Answer::PerhapsNo, i, to));
                i = to;
            }
            Some((answer, to)) => {
                all.push((answer, i, to));
                i = to;
            }
            None => i += 1,
        }
    }
    all
}

/// Lower where both were said, and where the words are few in a long sentence.
fn confidence(speech: &Speech, said: &[(Answer, usize, usize)], yes: bool) -> f32 {
    let against = if yes { [Answer::No, Answer::PerhapsNo] } else { [Answer::Yes, Answer::PerhapsYes] };
    let clear = said.iter().any(|(answer, ..)| matches!(answer, Answer::Yes | Answer::No));
    let both = said.iter().any(|(answer, ..)| against.contains(answer));
    let words: usize = said.iter().map(|(_, from, to)| to - from).sum();
    match (clear, both) {
        // A yes that something speaks against isn't one to build a consent on.
        (true, true) => {
            if yes {
                0.55
            } else {
                0.8
            }
        }
        (true, false) if speech.len() <= words + 4 => 0.95,
        (true, false) => 0.8,
        (false, _) => {
            if speech.len() <= words + 3 {
                0.75
            } else {
                0.5
            }
        }
    }
}

use Answer::{No, PerhapsNo, PerhapsYes, Unclear, Yes};

const ENGLISH: &[(&str, Answer)] = &[
    ("yes", Yes),
    ("yeah", Yes),
    ("yep", Yes),
    ("yup", Yes),
    ("yea", Yes),
    ("aye", Yes),
    ("mhm", Yes),
    ("uh huh", Yes),
    ("sure", Yes),
    ("of course", Yes),
    ("certainly", Yes),
    ("absolutely", Yes),
    ("definitely", Yes),
    ("by all means", Yes),
    ("please do", Yes),
    ("go ahead", Yes),
    ("go on then", Yes),
    ("why not", Yes),
    ("no problem", Yes),
    ("not a problem", Yes),
    ("no worries", Yes),
    ("i don't mind", Yes),
    ("i do not mind", Yes),
    ("no objection", Yes),
    ("no objections", Yes),
    ("that's right", Yes),
    ("that is right", Yes),
    ("that's correct", Yes),
    ("that is correct", Yes),
    ("correct", Yes),
    ("i agree", Yes),
    ("i consent", Yes),
    ("sounds good", Yes),
    ("that's fine", Yes),
    ("that is fine", Yes),
    ("fine by me", Yes),
    ("no", No),
    ("nope", No),
    ("nah", No),
    ("no no", No),
    ("no thanks", No),
    ("no thank you", No),
    ("no way", No),
    ("not really", No),
    ("not at all", No),
    ("not now", No),
    ("not today", No),
    ("never", No),
    ("i'd rather not", No),
    ("i would rather not", No),
    ("rather not", No),
    ("i'd prefer not to", No),
    ("prefer not to", No),
    ("of course not", No),
    ("certainly not", No),
    ("absolutely not", No),
    ("definitely not", No),
    ("i'm afraid not", No),
    ("i don't think so", No),
    ("i do not think so", No),
    ("don't do that", No),
    ("please don't", No),
    ("please do not", No),
    ("i don't want", No),
    ("i do not want", No),
    ("i don't agree", No),
    ("i do not agree", No),
    ("i don't consent", No),
    ("i do not consent", No),
    ("i disagree", No),
    ("i refuse", No),
    ("negative", No),
    ("that's wrong", No),
    ("that is wrong", No),
    ("that's not right", No),
    ("that is not right", No),
    ("that isn't right", No),
    ("that's not correct", No),
    ("that isn't correct", No),
    ("not correct", No),
    ("not right", No),
    ("incorrect", No),
    ("you didn't", No),
    ("you don't", No),
    ("you did not", No),
    ("maybe", Unclear),
    ("perhaps", Unclear),
    ("possibly", Unclear),
    ("i don't know", Unclear),
    ("i do not know", Unclear),
    ("don't know", Unclear),
    ("not sure", Unclear),
    ("i'm not sure", Unclear),
    ("i am not sure", Unclear),
    ("not quite sure", Unclear),
    ("are you sure", Unclear),
    ("no idea", Unclear),
    ("it depends", Unclear),
    ("yes or no", Unclear),
    ("do i have to", Unclear),
    ("do i", Unclear),
    ("can i", Unclear),
    ("what do you mean", Unclear),
    ("i do", PerhapsYes),
    ("i am", PerhapsYes),
    ("it is", PerhapsYes),
    ("i have", PerhapsYes),
    ("i would", PerhapsYes),
    ("okay", PerhapsYes),
    ("ok", PerhapsYes),
    ("alright", PerhapsYes),
    ("all right", PerhapsYes),
    ("right", PerhapsYes),
    ("exactly", PerhapsYes),
    ("fine", PerhapsYes),
    ("happy with that", PerhapsYes),
    ("i guess so", PerhapsYes),
    ("i think so", PerhapsYes),
    ("i suppose so", PerhapsYes),
    ("i believe so", PerhapsYes),
    ("you can", PerhapsYes),
    ("you may", PerhapsYes),
    ("i don't", PerhapsNo),
    ("i do not", PerhapsNo),
    ("i'm not", PerhapsNo),
    ("i am not", PerhapsNo),
    ("it isn't", PerhapsNo),
    ("it's not", PerhapsNo),
    ("it is not", PerhapsNo),
    ("i haven't", PerhapsNo),
    ("i have not", PerhapsNo),
    ("i wouldn't", PerhapsNo),
    ("don't", PerhapsNo),
    ("do not", PerhapsNo),
    ("not okay", PerhapsNo),
    ("not fine", PerhapsNo),
    ("not", PerhapsNo),
    ("wrong", PerhapsNo),
    ("stop", PerhapsNo),
    ("nobody", PerhapsNo),
    ("nobody's", PerhapsNo),
];

const GERMAN: &[(&str, Answer)] = &[
    ("ja", Yes),
    ("jawohl", Yes),
    ("jo", Yes),
    ("jepp", Yes),
    ("jap", Yes),
    ("klar", Yes),
    ("na klar", Yes),
    ("sicher", Yes),
    ("natürlich", Yes),
    ("selbstverständlich", Yes),
    ("gerne", Yes),
    ("gern", Yes),
    ("genau", Yes),
    ("richtig", Yes),
    ("stimmt", Yes),
    ("das stimmt", Yes),
    ("korrekt", Yes),
    ("in ordnung", Yes),
    ("einverstanden", Yes),
    ("passt", Yes),
    ("kein problem", Yes),
    ("warum nicht", Yes),
    ("auf jeden fall", Yes),
    ("unbedingt", Yes),
    ("machen sie das", Yes),
    ("nein", No),
    ("nein danke", No),
    ("nee", No),
    ("ne", No),
    ("nö", No),
    ("lieber nicht", No),
    ("eher nicht", No),
    ("eigentlich nicht", No),
    ("nicht wirklich", No),
    ("auf keinen fall", No),
    ("keinesfalls", No),
    ("natürlich nicht", No),
    ("sicher nicht", No),
    ("bestimmt nicht", No),
    ("gar nicht", No),
    ("überhaupt nicht", No),
    ("niemals", No),
    ("nie", No),
    ("das stimmt nicht", No),
    ("stimmt nicht", No),
    ("nicht richtig", No),
    ("nicht einverstanden", No),
    ("falsch", No),
    ("das möchte ich nicht", No),
    ("möchte ich nicht", No),
    ("ich möchte nicht", No),
    ("will ich nicht", No),
    ("ich will nicht", No),
    ("nicht gerne", No),
    ("nicht gern", No),
    ("nicht so gerne", No),
    ("ungern", No),
    ("vielleicht", Unclear),
    ("ist mir egal", Unclear),
    ("egal", Unclear),
    ("weiß nicht", Unclear),
    ("weiß ich nicht", Unclear),
    ("ich weiß nicht", Unclear),
    ("ich weiß es nicht", Unclear),
    ("keine ahnung", Unclear),
    ("nicht sicher", Unclear),
    ("bin mir nicht sicher", Unclear),
    ("kommt drauf an", Unclear),
    ("kommt darauf an", Unclear),
    ("ja oder nein", Unclear),
    ("ok", PerhapsYes),
    ("okay", PerhapsYes),
    ("gut", PerhapsYes),
    ("von mir aus", PerhapsYes),
    ("meinetwegen", PerhapsYes),
    ("doch", PerhapsYes),
    ("nicht", PerhapsNo),
    ("kein", PerhapsNo),
    ("keine", PerhapsNo),
    ("keiner", PerhapsNo),
    ("niemand", PerhapsNo),
];

pub(crate) fn say(yes: bool, tongue: Tongue) -> String {
    match (yes, tongue) {
        (true, Tongue::German) => "ja",
        (false, Tongue::German) => "nein",
        (true, _) => "yes",
        (false, _) => "no",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    #[test]
    fn in_english() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::YesNo, text), expect, "{text}");
        check("Yes, please.", "true");
        check("yes yes wait no", "false");
        check("no, yes", "true");
        check("sure, go ahead", "true");
        check("not really", "false");
        check("I'd rather not", "false");
        check("I’d rather not", "false");
        check("of course not", "false");
        check("yes, no problem", "true");
        check("yes but I don't want to be recorded", "false");
        check("no that's not right", "false");
        check("I do", "true");
        check("I don't", "false");
        check("okay", "true");
        check("I'm not okay with that", "false");
        check("I'd rather you didn't", "false");
        check("please stop", "false");
        check("do I have to?", "-");
        check("maybe", "-");
        check("I don't know", "-");
        check("I'm not sure", "-");
        check("what?", "-");
        check("my tooth broke", "-");
    }

    #[test]
    fn in_german() {
        let check = |text, expect: &str| assert_eq!(german(&Type::YesNo, text), expect, "{text}");
        check("Ja, gerne", "true");
        check("nein danke", "false");
        check("lieber nicht", "false");
        check("ja, äh, nein", "false");
        check("das stimmt nicht", "false");
        check("warum nicht", "true");
        check("nicht so gerne", "false");
        check("weiß ich nicht", "-");
        check("vielleicht", "-");
        assert_eq!(heard_in("fr", &Type::YesNo, "oui"), "-");
    }
}
