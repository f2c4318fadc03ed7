//! What the machine asks for. Each variant says who carries it out, and which event answers it.

use crate::event::{AskId, Job, Utterance};
use crate::gate::Permit;
use closare_policy::Facts;
use closare_terms::{Held, Kind, Language, Millis, Point, Purpose, Role};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The policies; at once, before the next event. Answer: `Verdict`.
    Ask {
        ask: AskId,
        point: Point,
        facts: Facts,
    },
    /// The leg. Answer: `Answered`.
    Accept {
        permit: Permit,
    },
    /// The leg: no call. A SIP status.
    Refuse {
        status: u16,
        reason: String,
    },
    /// The leg: BYE. Answer: `LegEnded`.
    Hangup {
        reason: String,
    },
    /// The leg: REFER. Answer: `Transfer`.
    Transfer {
        permit: Permit,
        to: Held,
        ring: Millis,
    },
    /// The pacer: a short tone, as an utterance of its own. Answer: `Playing`, `Played`.
    Beep {
        utterance: Utterance,
    },

    /// A voice: say this piece. Pieces with one number are one utterance; `last` closes it. Answer: `FirstAudio`,
    /// `Spoken`, `Voiced`, `Playing`, `Played`.
    Say {
        permit: Permit,
        voice: usize,
        utterance: Utterance,
        text: Held,
        language: Language,
        slow: bool,
        pause_after: Millis,
        last: bool,
    },
    /// The voice and the pacer: this utterance and all before it fall silent within one frame. Answer: `Played`.
    StopSpeaking {
        up_to: Utterance,
    },

    /// Speech-to-text: open this plugin of the chain, and hand it the caller's audio from this moment on.
    Hear {
        permit: Permit,
        stt: usize,
        from: Millis,
        listening: Listening,
    },
    /// Speech-to-text: the workflow's step has changed.
    Listen {
        listening: Listening,
    },
    /// Speech-to-text: the caller has paused; the final, please. Answer: `Final`.
    Flush,
    /// Speech-to-text: no more audio goes to it.
    Deafen,

    /// The language model. Answer: `Token`, `Found`, `Invoked`, `JobDone`, `JobFailed`.
    Generate {
        permit: Permit,
        model: usize,
        job: Job,
        task: Task,
    },
    Cancel {
        model: usize,
        job: Job,
    },

    /// The recorder opens, or closes within one frame.
    Record {
        permit: Permit,
        purpose: RecordingPurpose,
    },
    StopRecording,
    /// The log's writer: this kind of content may be written from now on, and what waits may be, too.
    Keep {
        permit: Permit,
        kind: Kind,
        days: u32,
    },
    /// The log's writer: content of this kind is no longer written; what waits is dropped.
    Forget {
        kind: Kind,
    },

    /// The store: what one of both said.
    Turn(Turn),
    /// The store: how long the caller waited for an answer.
    Latency(Latency),
    /// The store: what the caller wants, and what was gathered.
    Understood {
        intent: Option<String>,
        confidence: f32,
        fields: Vec<(String, Held)>,
        model: Option<usize>,
    },
    /// The store: the branch that a `route` took.
    Routed {
        step: String,
        route: String,
    },
    /// The store: the AI-made summary.
    Summary {
        text: Held,
        language: Language,
        model: usize,
    },
    /// The store: a question of consent and what came of it.
    Consented(ConsentRecord),
    /// The store: the disclosure was played to its last sample.
    Disclosed {
        utterance: Utterance,
        length: Millis,
        language: Language,
    },
    /// The store: which plugin is in use for a role.
    Using {
        role: Role,
        index: usize,
    },
    /// Everyone: the call is over. Nothing comes after it.
    Closed {
        ended: Ended,
        reason: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listening {
    pub languages: Vec<Language>,
    pub hints: Vec<String>,
    pub end_after: Option<Millis>,
}

/// What a language model is asked to do. The words are `Held` one by one.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    Chat {
        instructions: Held,
        history: Vec<Line>,
        tools: Vec<ToolOffer>,
        longest_tokens: u32,
    },
    Extract {
        history: Vec<Line>,
        intents: Vec<IntentAsked>,
        fields: Vec<FieldAsked>,
        today: String,
        timezone: String,
    },
    Summarize {
        history: Vec<Line>,
        facts: Vec<(String, Held)>,
        language: Language,
        style: String,
        longest_words: u32,
    },
}

/// An intent as a model sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntentAsked {
    pub name: String,
    pub examples: Vec<String>,
}

/// A line of the talk, as it was heard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub speaker: Speaker,
    pub text: Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Caller,
    Agent,
}

/// `schema` is JSON Schema.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolOffer {
    pub name: String,
    pub about: String,
    pub schema: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldAsked {
    pub name: String,
    pub about: String,
    pub schema: serde_json::Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPurpose {
    Call,
    Voicemail,
}

#[derive(Clone, Debug, Serialize)]
pub struct Turn {
    pub number: u32,
    pub speaker: Speaker,
    pub started: Millis,
    pub ended: Millis,
    /// What was heard: by the engine from the caller, or by the caller from the agent.
    pub heard: Held,
    /// What the agent would have said but for an interruption.
    pub unheard: Option<Held>,
    pub language: Language,
    /// Which plugin made it, by role and place in its chain.
    pub made_by: Option<(Role, usize)>,
}

/// All by the call's clock. A stage that a turn did not have is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// The number of the agent's turn that answers.
    pub turn: u32,
    /// The last speech of the caller on the wire.
    pub speech_ended: Millis,
    pub pause_noticed: Option<Millis>,
    pub words_final: Option<Millis>,
    pub turn_ended: Option<Millis>,
    pub model_asked: Option<Millis>,
    pub first_token: Option<Millis>,
    pub first_clause: Option<Millis>,
    pub first_audio: Option<Millis>,
    /// The agent's first packet on the wire.
    pub first_packet: Millis,
}

impl Latency {
    /// What the caller waited.
    pub fn total(&self) -> Millis {
        self.first_packet.since(self.speech_ended)
    }

    /// What stages are called, in their order.
    pub const STAGES: [&str; 8] = [
        "notice the pause",
        "speech to text",
        "end of turn",
        "ask the model",
        "first token",
        "first clause",
        "voice",
        "onto the wire",
    ];

    /// Each stage's share, in order; they add up to [`Latency::total`].
    pub fn stages(&self) -> Vec<(&'static str, Millis)> {
        let marks = [
            self.pause_noticed,
            self.words_final,
            self.turn_ended,
            self.model_asked,
            self.first_token,
            self.first_clause,
            self.first_audio,
            Some(self.first_packet),
        ];
        let mut last = self.speech_ended;
        let mut stages = Vec::new();
        for (name, mark) in Self::STAGES.into_iter().zip(marks) {
            let Some(mark) = mark else { continue };
            let mark = mark.max(last).min(self.first_packet);
            stages.push((name, mark.since(last)));
            last = mark;
        }
        stages
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct ConsentRecord {
    pub purpose: Purpose,
    pub wording: String,
    pub wording_id: String,
    pub language: Language,
    pub asked: Millis,
    pub fully_played: Option<Millis>,
    pub answer: ConsentAnswer,
    pub means: ConsentMeans,
    pub confidence: f32,
    pub answered: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnswer {
    Granted,
    Refused,
    Withdrawn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMeans {
    Voice,
    Key,
    /// No answer, or none that was clear.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Refused,
    CallerHungUp,
    HungUp,
    Transferred,
    Voicemail,
    Stopped,
    Lost,
    /// The last exit was taken.
    Failed,
}

impl Effect {
    /// The content in it, in a fixed order: what the log keeps apart from the skeleton.
    pub fn contents(&self) -> Vec<&Held> {
        match self {
            Effect::Transfer { to, .. } => vec![to],
            Effect::Say { text, .. } | Effect::Summary { text, .. } => vec![text],
            Effect::Generate { task, .. } => task.contents(),
            Effect::Turn(turn) => std::iter::once(&turn.heard).chain(&turn.unheard).collect(),
            Effect::Understood { fields, .. } => fields.iter().map(|(_, value)| value).collect(),
            Effect::Ask { .. }
            | Effect::Accept { .. }
            | Effect::Refuse { .. }
            | Effect::Hangup { .. }
            | Effect::Beep { .. }
            | Effect::StopSpeaking { .. }
            | Effect::Hear { .. }
            | Effect::Listen { .. }
            | Effect::Flush
            | Effect::Deafen
            | Effect::Cancel { .. }
            | Effect::Record { .. }
            | Effect::StopRecording
            | Effect::Keep { .. }
            | Effect::Forget { .. }
            | Effect::Latency(_)
            | Effect::Routed { .. }
            | Effect::Consented(_)
            | Effect::Disclosed { .. }
            | Effect::Using { .. }
            | Effect::Closed { .. } => Vec::new(),
        }
    }
}

impl Task {
    fn contents(&self) -> Vec<&Held> {
        match self {
            Task::Chat { instructions, history, .. } => {
                std::iter::once(instructions).chain(history.iter().map(|line| &line.text)).collect()
            }
            Task::Extract { history, .. } => history.iter().map(|line| &line.text).collect(),
            Task::Summarize { history, facts, .. } => {
                history.iter().map(|line| &line.text).chain(facts.iter().map(|(_, value)| value)).collect()
            }
        }
    }
}
