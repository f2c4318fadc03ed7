//! The engine's own sentences, in the languages that it knows. Rendered with every workflow version, so that saying one needs no
//! vendor.

use closare_terms::Language;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// Nothing was heard.
    NoInput,
    /// Something was heard, and not understood.
    NoMatch,
    /// A model takes its time.
    OneMoment,
    /// The last exit.
    Apology,
    /// The operator stops the agent.
    Stopped,
    /// Nobody could help any further.
    GoodBye,
    YesOrNo,
    RecordingStopped,
    /// Followed by what was understood.
    IsThatRight,
}

impl Wording {
    pub const ALL: [Wording; 9] = [
        Wording::NoInput,
        Wording::NoMatch,
        Wording::OneMoment,
        Wording::Apology,
        Wording::Stopped,
        Wording::GoodBye,
        Wording::YesOrNo,
        Wording::RecordingStopped,
        Wording::IsThatRight,
    ];

    /// The sentence, in English where the language is not known.
    pub fn text(self, language: &Language) -> &'static str {
        match (self, language.primary()) {
            (Wording::NoInput, "de") => "Ich habe nichts gehört.",
            (Wording::NoInput, _) => "I didn't hear anything.",
            (Wording::NoMatch, "de") => "Das habe ich leider nicht verstanden.",
            (Wording::NoMatch, _) => "Sorry, I didn't get that.",
            (Wording::OneMoment, "de") => "Einen Moment bitte.",
            (Wording::OneMoment, _) => "One moment, please.",
            (Wording::Apology, "de") => {
                "Es tut mir leid, ich kann Ihnen gerade nicht weiterhelfen. Bitte rufen Sie später noch einmal an."
            }
            (Wording::Apology, _) => "I'm sorry, I can't help you right now. Please call again later.",
            (Wording::Stopped, "de") => "Ich muss jetzt auflegen.",
            (Wording::Stopped, _) => "I have to go now.",
            (Wording::GoodBye, "de") => "Auf Wiederhören.",
            (Wording::GoodBye, _) => "Good-bye.",
            (Wording::YesOrNo, "de") => {
                "Bitte sagen Sie ja oder nein, oder drücken Sie eins für ja, zwei für nein."
            }
            (Wording::YesOrNo, _) => "Please say yes or no, or press one for yes, two for no.",
            (Wording::RecordingStopped, "de") => "Die Aufzeichnung ist beendet.",
            (Wording::RecordingStopped, _) => "The recording has stopped.",
            (Wording::IsThatRight, "de") => "Ist das richtig?",
            (Wording::IsThatRight, _) => "Is that right?",
        }
    }
}
