use crate::calendar;
use crate::speech::Speech;
use crate::tongue::Tongue;

/// The part of a day in which an hour from one to twelve lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayPart {
    Morning,
    Midday,
    Afternoon,
    Evening,
    Night,
}

impl DayPart {
    /// The hour of 24 for one of the face.
    pub fn hour(self, face: i8) -> i8 {
        match (self, face) {
            (_, 0 | 13..) => face % 24,
            (DayPart::Morning, 12) => 0,
            (DayPart::Morning, _) => face,
            (DayPart::Midday, 1..=4) => face + 12,
            (DayPart::Midday, _) => face,
            (DayPart::Afternoon, 12) => 12,
            (DayPart::Afternoon, _) => face + 12,
            (DayPart::Evening | DayPart::Night, 12) => 0,
            (DayPart::Evening, 1..=3) => face,
            (DayPart::Night, 1..=5) => face,
            (DayPart::Evening | DayPart::Night, _) => face + 12,
        }
    }

    /// The hour that is meant by the part alone: "tomorrow morning".
    pub fn usual_hour(self) -> i8 {
        match self {
            DayPart::Morning => 9,
            DayPart::Midday => 12,
            DayPart::Afternoon => 15,
            DayPart::Evening => 19,
            DayPart::Night => 22,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Said {
    pub part: DayPart,
    pub from: usize,
    pub to: usize,
}

/// The part of the day that the sentence names: the first from `i` on, else the last before.
pub(crate) fn day_part(speech: &Speech, i: usize) -> Option<Said> {
    let at = |i| part_at(speech, i).map(|(part, to)| Said { part, from: i, to });
    (i..speech.len()).find_map(at).or_else(|| (0..i.min(speech.len())).rev().find_map(at))
}

fn part_at(speech: &Speech, i: usize) -> Option<(DayPart, usize)> {
    let greeting = matches!(speech.before(i), "good" | "guten" | "gute" | "schönen" | "lovely");
    match speech.tongue {
        _ if greeting => None,
        Tongue::English => speech.look_up(i, ENGLISH),
        Tongue::German => speech
            .look_up(i, GERMAN)
            .or_else(|| german_morning(speech, i))
            .or_else(|| german_compound(speech, i)),
        Tongue::Other => None,
    }
}

/// "Morgen" is the morning only behind a day; else it is tomorrow.
fn german_morning(speech: &Speech, i: usize) -> Option<(DayPart, usize)> {
    let behind_day = matches!(speech.before(i), "heute" | "gestern" | "übermorgen")
        || i > 0 && calendar::weekday(speech, i - 1).is_some();
    (speech.word(i) == "morgen" && behind_day).then_some((DayPart::Morning, i + 1))
}

/// "Montagmorgen", "Freitagabend".
fn german_compound(speech: &Speech, i: usize) -> Option<(DayPart, usize)> {
    calendar::weekday(speech, i)?;
    let word = speech.word(i);
    let ends = [
        ("nachmittag", DayPart::Afternoon),
        ("vormittag", DayPart::Morning),
        ("mittag", DayPart::Midday),
        ("morgen", DayPart::Morning),
        ("früh", DayPart::Morning),
        ("abend", DayPart::Evening),
        ("nacht", DayPart::Night),
    ];
    let long_enough = |end: &str| word.len() > end.len() + 4;
    ends.into_iter().find(|(end, _)| word.ends_with(end) && long_enough(end)).map(|(_, part)| (part, i + 1))
}

const ENGLISH: &[(&str, DayPart)] = &[
    ("morning", DayPart::Morning),
    ("in the morning", DayPart::Morning),
    ("this morning", DayPart::Morning),
    ("lunchtime", DayPart::Midday),
    ("at lunchtime", DayPart::Midday),
    ("afternoon", DayPart::Afternoon),
    ("in the afternoon", DayPart::Afternoon),
    ("this afternoon", DayPart::Afternoon),
    ("evening", DayPart::Evening),
    ("in the evening", DayPart::Evening),
    ("this evening", DayPart::Evening),
    ("tonight", DayPart::Evening),
    ("night", DayPart::Night),
    ("at night", DayPart::Night),
    ("last night", DayPart::Night),
];

const GERMAN: &[(&str, DayPart)] = &[
    ("morgens", DayPart::Morning),
    ("am morgen", DayPart::Morning),
    ("früh", DayPart::Morning),
    ("in der früh", DayPart::Morning),
    ("vormittag", DayPart::Morning),
    ("vormittags", DayPart::Morning),
    ("am vormittag", DayPart::Morning),
    ("mittag", DayPart::Midday),
    ("mittags", DayPart::Midday),
    ("am mittag", DayPart::Midday),
    ("nachmittag", DayPart::Afternoon),
    ("nachmittags", DayPart::Afternoon),
    ("am nachmittag", DayPart::Afternoon),
    ("abend", DayPart::Evening),
    ("abends", DayPart::Evening),
    ("am abend", DayPart::Evening),
    ("nacht", DayPart::Night),
    ("nachts", DayPart::Night),
    ("in der nacht", DayPart::Night),
];
