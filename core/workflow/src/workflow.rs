//! A checked workflow. Only [`crate::read`] makes one, so nobody who holds one checks again.
//!
//! Lists of steps are kept flat, in `blocks`: a branch, a flow and the main flow are each one block, and a step that has
//! branches names their blocks. So a place in a workflow is two numbers, which can be stored, compared and walked.

use crate::expression::Expression;
use crate::finding::Place;
use crate::phrase::Phrase;
use closare_slots::Type;
use closare_terms::{Language, Millis, Purpose};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Workflow {
    pub name: String,
    pub about: Option<String>,
    /// SHA-256 of the file's text, hex. A call keeps the version that it began with.
    pub version: String,
    /// The first is spoken unless the caller's is known. Never empty.
    pub languages: Vec<Language>,
    /// IANA name.
    pub timezone: String,
    pub uses: Uses,
    pub data: Data,
    pub contacts: BTreeMap<String, Contact>,
    pub variables: BTreeMap<String, Variable>,
    pub phrases: BTreeMap<String, Phrase>,
    pub anytime: Anytime,
    pub limits: Limits,
    /// `blocks[0]` is the main flow.
    pub blocks: Vec<Vec<Step>>,
    pub flows: BTreeMap<String, BlockId>,
    /// Where each step with an `id` of its own stands, for `goto`.
    pub labels: BTreeMap<String, Position>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlockId(pub u32);

impl BlockId {
    pub const MAIN: BlockId = BlockId(0);
}

/// The step with this index in this block; an index past the end is the block's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub block: BlockId,
    pub index: u32,
}

impl Workflow {
    pub fn step(&self, at: Position) -> Option<&Step> {
        self.blocks.get(at.block.0 as usize)?.get(at.index as usize)
    }

    pub fn main_language(&self) -> &Language {
        &self.languages[0]
    }

    /// Every phrase of the file with the step that says it, in the order of the file: what is rendered before a call.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.blocks.iter().flatten()
    }
}

#[derive(Clone, Debug, Default)]
pub struct Uses {
    pub stt: Vec<Use>,
    pub llm: Vec<Use>,
    pub tts: Vec<Use>,
}

/// A plugin of a chain. `offline` stands already resolved to the plugin of its role.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    pub plugin: String,
    /// A JSON object, as written beside `plugin`.
    pub options: serde_json::Value,
}

#[derive(Clone, Debug)]
pub struct Data {
    pub recording: Keep,
    pub transcript: Keep,
    pub summary: Keep,
    pub fields: Keep,
    /// Days; `None` is the plan's.
    pub keep_for: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    Never,
    WithConsent,
    Always,
}

#[derive(Clone, Debug)]
pub struct Contact {
    /// A number or a SIP URI.
    pub to: String,
    pub ring: Millis,
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub kind: Type,
    pub first: Option<closare_slots::Value>,
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub call: Millis,
    pub silence: Millis,
    pub turn: Millis,
    pub tries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            call: Millis::from_secs(30 * 60),
            silence: Millis::from_secs(6),
            turn: Millis::from_secs(45),
            tries: 2,
        }
    }
}

/// What the caller may say or press at any step. A built-in one that the file does not word stands here with its default.
#[derive(Clone, Debug, Default)]
pub struct Anytime {
    pub branches: Vec<AnytimeBranch>,
    pub keys: BTreeMap<char, BlockId>,
    /// Where a step without a `give_up` of its own goes.
    pub help: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct AnytimeBranch {
    /// `human`, `are_you_a_machine`, `stop_recording`, `repeat`, `slower`, `goodbye`, or the file's own.
    pub name: String,
    pub examples: Vec<String>,
    pub then: AnytimeThen,
}

#[derive(Clone, Debug)]
pub enum AnytimeThen {
    /// Runs the block, then comes back to the step that it left.
    Do(BlockId),
    /// Says the disclosure again, then comes back.
    Disclose,
    /// Says the last words again.
    Repeat,
    /// Slows the voice for the rest of the call, and repeats.
    Slower,
    /// Takes the recording's consent back.
    StopRecording,
}

#[derive(Clone, Debug)]
pub struct Step {
    /// Unique in the file: the one that was written, else made from the place, such as `steps.3` or `booking.1`.
    pub id: String,
    pub place: Place,
    pub when: Option<Expression>,
    pub does: Do,
}

#[derive(Clone, Debug)]
pub enum Do {
    Disclose(Disclose),
    Consent(Consent),
    Greet(Phrase),
    Say(Say),
    Ask(Ask),
    Collect(Collect),
    Extract(Extract),
    Decide(Decide),
    Route(Route),
    Converse(Converse),
    Summarize(Summarize),
    Set(BTreeMap<String, Expression>),
    Record(bool),
    Wait(Millis),
    Flow(String),
    Goto(Target),
    Transfer(Transfer),
    Voicemail(Voicemail),
    Hangup(Hangup),
}

#[derive(Clone, Debug)]
pub struct Disclose {
    /// The whole of what is said, the sentences of `with` included.
    pub say: Phrase,
}

#[derive(Clone, Debug)]
pub struct Consent {
    pub purpose: Purpose,
    pub ask: Phrase,
    pub refused: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Say {
    pub phrase: Phrase,
    pub barge_in: BargeIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BargeIn {
    Yes,
    No,
    After(Millis),
}

#[derive(Clone, Debug)]
pub struct Ask {
    pub say: Phrase,
    /// The variable that keeps the words.
    pub to: Option<String>,
    pub listen: Listen,
    pub give_up: Option<BlockId>,
}

/// How a step listens. `None` is the step's own default.
#[derive(Clone, Debug, Default)]
pub struct Listen {
    pub silence: Option<Millis>,
    pub longest: Option<Millis>,
    pub end_after: Option<Millis>,
    pub hints: Vec<String>,
    pub keys: Keys,
    pub finish_key: Option<char>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    #[default]
    On,
    Off,
    Only,
}

#[derive(Clone, Debug)]
pub struct Collect {
    pub slots: Vec<Slot>,
    pub confirm: Confirm,
    pub give_up: Option<BlockId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirm {
    Always,
    #[default]
    WhenUnsure,
    Never,
}

#[derive(Clone, Debug)]
pub struct Slot {
    pub name: String,
    pub kind: Type,
    pub ask: Option<Phrase>,
    pub again: Option<Phrase>,
    pub sorry: Option<Phrase>,
    pub check: Option<Expression>,
    pub confirm: Option<Confirm>,
    pub examples: Vec<String>,
    pub optional: bool,
    pub secret: bool,
    pub listen: Listen,
}

#[derive(Clone, Debug)]
pub struct Extract {
    pub intents: Vec<Intent>,
    pub fields: Vec<Slot>,
    /// 0 to 1: an intent below it is unclear.
    pub confidence: f32,
    pub unclear: Option<BlockId>,
    pub give_up: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Intent {
    pub name: String,
    pub examples: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Decide {
    pub branches: Vec<(Expression, BlockId)>,
    pub otherwise: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Route {
    pub on: Expression,
    pub to: BTreeMap<String, BlockId>,
    pub otherwise: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Converse {
    pub goal: String,
    pub instructions: Option<String>,
    pub know: Vec<String>,
    pub never: Vec<String>,
    pub collect: Vec<Slot>,
    pub done_when: Option<Expression>,
    pub exits: Vec<Exit>,
    pub turns: u32,
    pub barge_in: BargeIn,
    pub listen: Listen,
    pub failed: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Exit {
    pub name: String,
    pub about: String,
    pub then: BlockId,
}

#[derive(Clone, Debug)]
pub struct Summarize {
    pub style: Option<String>,
    pub language: Option<Language>,
    pub longest_words: u32,
}

/// Where a `goto` goes: the step with this label, or a flow, without coming back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Step(Position),
    Flow(BlockId),
}

#[derive(Clone, Debug)]
pub struct Transfer {
    /// Numbers or SIP URIs, tried in order. Contacts stand already resolved.
    pub to: Vec<String>,
    pub ring: Millis,
    pub say: Option<Phrase>,
    pub busy: Option<BlockId>,
    pub no_answer: Option<BlockId>,
    pub declined: Option<BlockId>,
    pub failed: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Voicemail {
    pub say: Phrase,
    pub longest: Millis,
}

#[derive(Clone, Debug)]
pub struct Hangup {
    pub say: Option<Phrase>,
    pub reason: Option<String>,
}
