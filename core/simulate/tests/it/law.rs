//! A naive model: reads a call's log and counts only what the law counts.

use closare_call::{ConsentAnswer, Effect, Event, Permit, RecordingPurpose};
use closare_policy::{Fact, Facts, Verdict};
use closare_simulate::{Logged, Moment};
use closare_terms::{Point, Purpose};
use std::collections::BTreeMap;

/// # Errors
/// The first moment that breaks a promise, and which.
pub fn lawful(log: &[Moment]) -> Result<(), String> {
    let mut law = Law::default();
    log.iter()
        .try_for_each(|moment| law.see(&moment.what).map_err(|error| format!("at {}: {error}", moment.at)))
}

#[derive(Default)]
struct Law {
    asked: BTreeMap<u32, (Point, Facts)>,
    allowed: BTreeMap<u64, (Point, Facts)>,
    first_said: bool,
    disclosed: bool,
    consented: bool,
    /// The recorder is open for the call itself, not for a message.
    recording: bool,
    closed: bool,
}

impl Law {
    fn see(&mut self, what: &Logged) -> Result<(), String> {
        match what {
            Logged::Event(Event::Verdict { ask, verdict }) => {
                if let (Verdict::Allow | Verdict::Redact { .. }, Some(question)) =
                    (verdict, self.asked.remove(ask))
                {
                    self.allowed.insert(u64::from(*ask), question);
                }
            }
            // Policies answer at once: until they have, the moment is not over.
            Logged::Event(_) if self.recording && !self.consented => {
                return Err("no consent any more, and the recorder is open".to_owned());
            }
            Logged::Event(_) => {}
            Logged::Effect(effect) => {
                self.permitted(effect)?;
                self.effect(effect)?;
            }
        }
        Ok(())
    }

    fn effect(&mut self, effect: &Effect) -> Result<(), String> {
        must(!self.closed, "something after the end", effect)?;
        match effect {
            Effect::Ask { ask, point, facts } => {
                self.asked.insert(*ask, (*point, facts.clone()));
            }
            Effect::Say { text, .. } => {
                let disclosure = text.words().contains("an AI") || text.words().is_empty();
                must(self.first_said || disclosure, "the first words are not the disclosure", effect)?;
                must(self.disclosed || disclosure, "words before the disclosure was heard out", effect)?;
                self.first_said = true;
            }
            Effect::Beep { .. } => must(self.disclosed, "a tone before the disclosure", effect)?,
            Effect::Hear { .. } | Effect::Generate { .. } => {
                must(self.disclosed, "the caller's words to a plugin before the disclosure", effect)?;
            }
            Effect::Disclosed { .. } => self.disclosed = true,
            Effect::Consented(record) if record.purpose == Purpose::Recording => {
                self.consented = record.answer == ConsentAnswer::Granted;
                must(
                    !self.consented || record.fully_played.is_some(),
                    "a consent to a question that was not heard out",
                    effect,
                )?;
            }
            Effect::Record { purpose: RecordingPurpose::Call, .. } => {
                must(self.consented, "recorded without a consent", effect)?;
                self.recording = true;
            }
            Effect::StopRecording => self.recording = false,
            Effect::Closed { .. } => {
                must(!self.recording, "closed with an open recorder", effect)?;
                self.closed = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// What feeds a sink carries a permit, and the question behind it was about this sink and was answered with yes.
    fn permitted(&self, effect: &Effect) -> Result<(), String> {
        let (permit, points): (&Permit, &[Point]) = match effect {
            Effect::Accept { permit } => (permit, &[Point::Answer]),
            Effect::Transfer { permit, .. } => (permit, &[Point::Transfer]),
            Effect::Say { permit, .. } | Effect::Hear { permit, .. } | Effect::Generate { permit, .. } => {
                (permit, &[Point::Send, Point::Understand])
            }
            Effect::Record { permit, .. } => (permit, &[Point::Record]),
            Effect::Keep { permit, .. } => (permit, &[Point::Store]),
            _ => return Ok(()),
        };
        let number =
            serde_json::to_value(permit).ok().and_then(|json| json.get("ask")?.as_u64()).unwrap_or(0);
        let Some((point, facts)) = self.allowed.get(&number) else {
            return Err(format!("a permit that no verdict gave: {effect:?}"));
        };
        must(points.contains(point), "a permit of another decision point", effect)?;
        let says = |name: &str, word: &str| facts.get(name) == Some(&Fact::Text(word.to_owned()));
        match effect {
            Effect::Hear { .. } => must(says("role", "speech-to-text"), "a permit of another role", effect),
            Effect::Generate { .. } => {
                must(says("role", "language-model"), "a permit of another role", effect)
            }
            Effect::Say { .. } => must(says("role", "text-to-speech"), "a permit of another role", effect),
            Effect::Keep { kind, .. } => {
                must(says("kind", kind.as_str()), "a permit of another kind", effect)
            }
            _ => Ok(()),
        }
    }
}

fn must(holds: bool, what: &str, effect: &Effect) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}: {effect:?}")) }
}
