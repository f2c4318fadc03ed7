//! How a word sounds that no lexicon has, by its letters: names above all. English spelling is a guess; a name that is
//! said nearly right is better than one that is spelled out.

use misaki_rs::Fallback;
use misaki_rs::fallback::FallbackError;

/// Sounds in misaki's letters.
pub struct ByLetters;

impl Fallback for ByLetters {
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        Ok(sounds(word))
    }
}

/// Longest first. `$` is the word's end, `^` its beginning.
const RULES: &[(&str, &str)] = &[
    ("^kn", "n"),
    ("^wr", "ɹ"),
    ("^ps", "s"),
    ("^mc", "mək"),
    ("^x", "z"),
    ("^rh", "ɹ"),
    ("^y", "j"),
    ("^ng", "n"),
    ("tion", "ʃən"),
    ("sion", "ʒən"),
    ("ough", "O"),
    ("augh", "ɔ"),
    ("eigh", "A"),
    ("igh", "I"),
    ("tch", "ʧ"),
    ("sch", "ʃ"),
    ("dge", "ʤ"),
    ("cz", "ʧ"),
    ("sz", "ʃ"),
    ("rz", "ʒ"),
    ("ch", "ʧ"),
    ("sh", "ʃ"),
    ("th", "θ"),
    ("ph", "f"),
    ("gh", "ɡ"),
    ("ck", "k"),
    ("qu", "kw"),
    ("wh", "w"),
    ("ng$", "ŋ"),
    ("ng", "ŋɡ"),
    ("nk", "ŋk"),
    ("zh", "ʒ"),
    ("kh", "k"),
    ("dz", "z"),
    ("ee", "i"),
    ("ea", "i"),
    ("ie", "i"),
    ("ei", "I"),
    ("ey$", "i"),
    ("ey", "A"),
    ("ay", "A"),
    ("ai", "A"),
    ("oo", "u"),
    ("ou", "W"),
    ("ow$", "O"),
    ("ow", "W"),
    ("oa", "O"),
    ("oi", "Y"),
    ("oy", "Y"),
    ("au", "ɔ"),
    ("aw", "ɔ"),
    ("ew", "u"),
    ("eu", "u"),
    ("ue$", "u"),
    ("ui", "u"),
    ("uy", "I"),
    ("ae", "A"),
    ("oe", "O"),
    ("aa", "ɑ"),
    ("er", "əɹ"),
    ("ar", "ɑɹ"),
    ("or", "ɔɹ"),
    ("ir", "ɜɹ"),
    ("ur", "ɜɹ"),
    ("le$", "ᵊl"),
    ("ce", "s"),
    ("ci", "si"),
    ("cy", "si"),
    ("ge$", "ʤ"),
    ("a$", "ə"),
    ("e$", ""),
    ("i$", "i"),
    ("o$", "O"),
    ("y$", "i"),
    ("u$", "u"),
    ("a", "æ"),
    ("b", "b"),
    ("c", "k"),
    ("d", "d"),
    ("e", "ɛ"),
    ("f", "f"),
    ("g", "ɡ"),
    ("h", "h"),
    ("i", "ɪ"),
    ("j", "ʤ"),
    ("k", "k"),
    ("l", "l"),
    ("m", "m"),
    ("n", "n"),
    ("o", "ɑ"),
    ("p", "p"),
    ("q", "k"),
    ("r", "ɹ"),
    ("s", "s"),
    ("t", "t"),
    ("u", "ʌ"),
    ("v", "v"),
    ("w", "w"),
    ("x", "ks"),
    ("y", "ɪ"),
    ("z", "z"),
];

const VOWELS: &str = "AIOWYæɑɔəɛɜiɪuʊʌᵊ";

pub fn sounds(word: &str) -> String {
    let plain: String = word.chars().filter_map(plain_letter).collect();
    if !plain.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
        return spelled(&plain);
    }
    stressed(&read(&plain))
}

fn read(plain: &str) -> String {
    let mut sounds = String::new();
    let mut at = 0;
    while at < plain.len() {
        let rest = &plain[at..];
        let doubled =
            rest.len() > 1 && rest.as_bytes()[0] == rest.as_bytes()[1] && !"aeiou".contains(&rest[..1]);
        if doubled {
            at += 1;
            continue;
        }
        match RULES.iter().find(|(letters, _)| fits(letters, rest, at)) {
            Some((letters, sound)) => {
                sounds.push_str(sound);
                at += letters.trim_matches(['^', '$']).len();
            }
            None => at += 1,
        }
    }
    sounds
}

fn fits(rule: &str, rest: &str, at: usize) -> bool {
    let letters = rule.trim_matches(['^', '$']);
    // "ow" is one sound in "Brown", two in "Kowal".
    let parted = letters.len() == 2
        && letters.ends_with(['w', 'y'])
        && rest[letters.len().min(rest.len())..].starts_with(['a', 'e', 'i', 'o', 'u']);
    rest.starts_with(letters)
        && !parted
        && (!rule.starts_with('^') || at == 0)
        && (!rule.ends_with('$') || (rest.len() == letters.len() && at > 0))
}

/// The stress falls on the last vowel but one, which is right for most names.
fn stressed(sounds: &str) -> String {
    let vowels: Vec<usize> =
        sounds.char_indices().filter(|(_, c)| VOWELS.contains(*c)).map(|(at, _)| at).collect();
    let Some(place) = vowels.len().checked_sub(2).or(vowels.len().checked_sub(1)).and_then(|i| vowels.get(i))
    else {
        return sounds.to_owned();
    };
    format!("{}ˈ{}", &sounds[..*place], &sounds[*place..])
}

/// Without a vowel it can't be said as a word.
fn spelled(plain: &str) -> String {
    let names = |letter: char| match letter {
        'b' => "bˈi",
        'c' => "sˈi",
        'd' => "dˈi",
        'f' => "ˈɛf",
        'g' => "ʤˈi",
        'h' => "ˈAʧ",
        'j' => "ʤˈA",
        'k' => "kˈA",
        'l' => "ˈɛl",
        'm' => "ˈɛm",
        'n' => "ˈɛn",
        'p' => "pˈi",
        'q' => "kjˈu",
        'r' => "ˈɑɹ",
        's' => "ˈɛs",
        't' => "tˈi",
        'v' => "vˈi",
        'w' => "dˈʌbᵊlju",
        'x' => "ˈɛks",
        'z' => "zˈi",
        _ => "",
    };
    plain.chars().map(names).collect::<Vec<_>>().join(" ")
}

/// Lower case, without its accent; `None` for what is no letter.
fn plain_letter(letter: char) -> Option<char> {
    let lower = letter.to_lowercase().next()?;
    Some(match lower {
        'a'..='z' => lower,
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ą' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ø' | 'ö' | 'ő' => 'o',
        'ù' | 'ú' | 'û' | 'ū' | 'ü' | 'ű' | 'ů' => 'u',
        'ñ' | 'ń' | 'ň' => 'n',
        'ç' => 's',
        'ć' | 'č' => 'c',
        'š' | 'ś' | 'ß' | 'ș' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        'ł' => 'w',
        'ý' => 'y',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::sounds;

    #[test]
    fn names_by_their_letters() {
        assert_eq!(sounds("Kowalczyk"), "kɑwˈælʧɪk");
        assert_eq!(sounds("Zieliński"), "zilˈɪnski");
        assert_eq!(sounds("Okafor"), "ɑkˈæfɔɹ");
        assert_eq!(sounds("qzxwv"), "kjˈu zˈi ˈɛks dˈʌbᵊlju vˈi");
    }
}
