//! Asks the policies, remembers what they said, and makes permits. No permit, no effect.
//!
//! What the call wants allowed is a [`Want`]. A want that stands (hearing, recording, keeping) is asked again whenever the dues
//! change: what was not allowed yet may be now, and what was allowed may be no longer.

use crate::effect::RecordingPurpose;
use crate::event::AskId;
use closare_policy::Verdict;
use closare_terms::{Kind, Point};
use serde::{Deserialize, Serialize};

/// Proof that a policy allowed one thing. Only the gate makes one, out of a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Permit {
    point: Point,
    /// The question that was answered; its verdict stands in the log.
    ask: AskId,
}

impl Permit {
    pub fn point(&self) -> Point {
        self.point
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    Answer,
    Disclose,
    /// This speech-to-text of the chain gets the caller's audio.
    Hear(usize),
    /// This language model gets the transcript.
    Model(usize),
    /// This voice speaks the engine's own words.
    Voice(usize),
    /// This voice speaks words that hold a caller's value.
    PersonalVoice(usize),
    Record(RecordingPurpose),
    Keep(Kind),
    Transfer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The verdict is on its way.
    Asked,
    Allowed(AskId),
    /// A duty comes first.
    NotYet(String),
    Denied(String),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Gate {
    last: AskId,
    open: Vec<(AskId, Want)>,
    standing: Vec<(Want, Standing)>,
}

impl Gate {
    /// Notes that the want is asked now; the caller sends the question with the number that comes back.
    pub fn ask(&mut self, want: Want) -> AskId {
        self.last += 1;
        self.open.push((self.last, want.clone()));
        self.set(want, Standing::Asked);
        self.last
    }

    /// Takes a verdict. Only allow is yes: no sink here can cut anything out, so a redaction is a no.
    pub fn answer(&mut self, ask: AskId, verdict: &Verdict) -> Option<(Want, Standing)> {
        let index = self.open.iter().position(|(open, _)| *open == ask)?;
        let (_, want) = self.open.swap_remove(index);
        let standing = match verdict {
            Verdict::Allow => Standing::Allowed(ask),
            Verdict::First { duty } => Standing::NotYet(duty.clone()),
            Verdict::Deny { reason } => Standing::Denied(reason.clone()),
            Verdict::Redact { kinds } if text_can_be_redacted(&want, kinds) => Standing::Allowed(ask),
            Verdict::Redact { .. } => Standing::Denied("nothing can be cut out here".to_owned()),
        };
        self.set(want.clone(), standing.clone());
        Some((want, standing))
    }

    pub fn permit(&self, want: &Want) -> Option<Permit> {
        match self.standing(want)? {
            Standing::Allowed(ask) => Some(Permit { point: point(want), ask: *ask }),
            Standing::Asked | Standing::NotYet(_) | Standing::Denied(_) => None,
        }
    }

    pub fn standing(&self, want: &Want) -> Option<&Standing> {
        self.standing.iter().find(|(known, _)| known == want).map(|(_, standing)| standing)
    }

    /// Wants to ask again when the dues change.
    pub fn lasting(&self) -> Vec<Want> {
        self.standing.iter().map(|(want, _)| want.clone()).filter(lasts).collect()
    }

    fn set(&mut self, want: Want, standing: Standing) {
        match self.standing.iter_mut().find(|(known, _)| *known == want) {
            Some((_, old)) => *old = standing,
            None => self.standing.push((want, standing)),
        }
    }
}

/// The point at which a want is asked. What goes to a plugin is `send` or `understand`, by whether it talks to a network; the
/// permit says `send`, the stricter.
fn point(want: &Want) -> Point {
    match want {
        Want::Answer => Point::Answer,
        Want::Disclose => Point::Disclose,
        Want::Hear(_) | Want::Model(_) | Want::Voice(_) | Want::PersonalVoice(_) => Point::Send,
        Want::Record(_) => Point::Record,
        Want::Keep(_) => Point::Store,
        Want::Transfer => Point::Transfer,
    }
}

/// Words that a model or a voice gets are masked by the engine before they leave (card numbers and IBANs never enter the
/// history); audio can't be masked.
fn text_can_be_redacted(want: &Want, kinds: &[String]) -> bool {
    let masked = kinds.iter().all(|kind| crate::mask::KINDS.contains(&kind.as_str()));
    masked && matches!(want, Want::Model(_) | Want::PersonalVoice(_))
}

fn lasts(want: &Want) -> bool {
    match want {
        Want::Hear(_) | Want::Model(_) | Want::PersonalVoice(_) | Want::Record(_) | Want::Keep(_) => true,
        Want::Answer | Want::Disclose | Want::Voice(_) | Want::Transfer => false,
    }
}
