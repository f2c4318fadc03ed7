//! Many layers' words made one: deny > first > redact (union) > allow; the shortest keeping. No layer can undo
//! another's stricter word, and the order of layers doesn't matter.

use crate::sandbox::Word;
use crate::{Fact, Facts, Verdict};
use closare_terms::{Kind, Point};

/// The stricter of two words, holding what both ask.
pub(crate) fn stricter(a: Word, b: Word) -> Word {
    let days = match (a.days, b.days) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Word { verdict: stricter_verdict(a.verdict, b.verdict), days }
}

/// 0 is the mildest.
pub(crate) fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Allow => 0,
        Verdict::Redact { .. } => 1,
        Verdict::First { .. } => 2,
        Verdict::Deny { .. } => 3,
    }
}

/// A word that the point's sink can't follow is a deny: sound has no kinds to redact, and only what is kept can be
/// kept for less.
pub(crate) fn fit(point: Point, facts: &Facts, word: Word) -> Word {
    let deny = |reason: &str| Word { verdict: Verdict::deny(reason), days: None };
    if matches!(word.verdict, Verdict::Redact { .. }) {
        if !matches!(point, Point::Send | Point::Understand | Point::Store) {
            return deny("policy redacts where there is no text");
        }
        if has_audio(facts) {
            return deny("policy redacts audio, which only text allows");
        }
    }
    if word.days.is_some() && !matches!(point, Point::Store | Point::Record) {
        return deny("policy shortens the keeping where nothing is kept");
    }
    word
}

fn has_audio(facts: &Facts) -> bool {
    let audio = Kind::Audio.as_str();
    let among =
        matches!(facts.get("kinds"), Some(Fact::List(kinds)) if kinds.iter().any(|kind| kind == audio));
    among || matches!(facts.get("kind"), Some(Fact::Text(kind)) if kind == audio)
}

fn stricter_verdict(a: Verdict, b: Verdict) -> Verdict {
    use Verdict::{Deny, First, Redact};
    match (a, b) {
        (Deny { reason: a }, Deny { reason: b }) => Deny { reason: join(&a, &b) },
        (First { duty: a }, First { duty: b }) => First { duty: sooner(a, b) },
        (Redact { kinds: mut a }, Redact { kinds: b }) => {
            a.extend(b);
            a.sort();
            a.dedup();
            Redact { kinds: a }
        }
        (a, b) if rank(&a) >= rank(&b) => a,
        (_, b) => b,
    }
}

/// Both reasons, each once, in an order that doesn't depend on the layers'.
fn join(a: &str, b: &str) -> String {
    let mut reasons: Vec<&str> = a.split("; ").chain(b.split("; ")).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.join("; ")
}

/// The disclosure comes before any other duty; the other one comes up when the point is asked again.
fn sooner(a: String, b: String) -> String {
    let disclosure = Point::Disclose.as_str();
    if a == disclosure || (b != disclosure && a <= b) { a } else { b }
}
