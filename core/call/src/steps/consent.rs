//! Asks for one purpose. Keys 1 and 2 always count; silence, noise or an unclear answer is, after one repetition, a no.

use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::dues::Consent as State;
use crate::effect::{ConsentAnswer, ConsentMeans, ConsentRecord, Effect};
use crate::event::Utterance;
use crate::floor::{Answer, Heard, ListenFor, Purpose};
use crate::wording::Wording;
use closare_slots::{Type, Value};
use closare_terms::Millis;
use closare_workflow::{BargeIn, Consent};
use serde::{Deserialize, Serialize};

/// Below it, an answer counts only after one repetition of the question.
const SURE: f32 = 0.8;

/// From it, an answer was said plainly, with nothing besides.
const PLAIN: f32 = 0.9;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consenting {
    question: Option<Utterance>,
    asked: Millis,
    fully_played: Option<Millis>,
    wording: String,
    repeated: bool,
    /// Came while the question still played.
    early: Option<Early>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Early {
    Words(Heard),
    Keys(String),
}

pub fn enter(context: &mut Context, consent: &Consent) -> (Consenting, Next) {
    if context.setup.basis(consent.purpose) != crate::setup::Basis::Consent {
        // The purpose rests on another basis, which the operator has documented: there is nothing to ask.
        return (Consenting::new(context, None), Next::Done(Outcome::Done));
    }
    // Once settled it is asked again only if the caller brings it up.
    match context.state.dues.consent(consent.purpose) {
        State::Granted => return (Consenting::new(context, None), Next::Done(Outcome::Done)),
        State::Refused | State::Withdrawn => return (Consenting::new(context, None), refused(consent)),
        State::NotAsked | State::Asked => {}
    }
    context.state.dues.set(consent.purpose, State::Asked);
    let question = context.say(&consent.ask, BargeIn::No, Purpose::Question);
    let state = Consenting::new(context, question);
    let wants = ListenFor::usual(context);
    context.listen_anew(wants);
    (state, Next::Stay)
}

impl Consenting {
    fn new(context: &Context, question: Option<Utterance>) -> Consenting {
        let wording = question
            .and_then(|number| context.speech(number))
            .map(crate::floor::Speech::text)
            .unwrap_or_default();
        Consenting { question, asked: context.now, fully_played: None, wording, repeated: false, early: None }
    }

    fn listen(&mut self, context: &mut Context) -> Option<Answer> {
        let wants = ListenFor::usual(context);
        context.listen(wants)
    }

    pub fn handle(&mut self, context: &mut Context, consent: &Consent, input: &Input) -> Next {
        match input {
            Input::Spoken { utterance, complete } if Some(*utterance) == self.question => {
                self.question = None;
                // Who did not hear the whole of it has not been asked: no answer to it counts.
                if !*complete {
                    self.early = None;
                    return self.unclear(context, consent, Wording::YesOrNo);
                }
                self.fully_played = Some(context.now);
                match self.early.take() {
                    Some(Early::Keys(keys)) => self.keys(context, consent, &keys),
                    Some(Early::Words(heard)) => self.words(context, consent, &heard),
                    None => Next::Stay,
                }
            }
            Input::Heard(heard) => self.take(context, consent, Answer::Words(heard.clone())),
            Input::Keys(keys) => self.take(context, consent, Answer::Keys(keys.clone())),
            Input::NoInput => self.unclear(context, consent, Wording::NoInput),
            _ => Next::Stay,
        }
    }

    fn take(&mut self, context: &mut Context, consent: &Consent, answer: Answer) -> Next {
        match (answer, self.question.is_some()) {
            // Begun before the question was: whatever it is, it is no answer to it.
            (Answer::Words(heard), _) if heard.began < self.asked => context.keep_early(heard),
            (answer, true) => {
                self.early = Some(match answer {
                    Answer::Keys(keys) => Early::Keys(keys),
                    Answer::Words(heard) => Early::Words(heard),
                });
                // Who answers over the question waits for nothing but its end.
                context.state.latency = None;
            }
            (Answer::Keys(keys), false) => return self.keys(context, consent, &keys),
            (Answer::Words(heard), false) => return self.words(context, consent, &heard),
        }
        Next::Stay
    }

    fn keys(&mut self, context: &mut Context, consent: &Consent, keys: &str) -> Next {
        match keys.chars().last() {
            Some('1') => self.settle(context, consent, ConsentAnswer::Granted, ConsentMeans::Key, 1.0),
            Some('2') => self.settle(context, consent, ConsentAnswer::Refused, ConsentMeans::Key, 1.0),
            _ => self.unclear(context, consent, Wording::YesOrNo),
        }
    }

    fn words(&mut self, context: &mut Context, consent: &Consent, heard: &Heard) -> Next {
        let language = context.language();
        let moment = closare_slots::Context {
            language: &language,
            now: crate::scope::local_now(context),
            country: None,
        };
        match closare_slots::hear(&Type::YesNo, &heard.text, &moment) {
            Some(yes_no) if yes_no.confidence.min(heard.confidence) >= SURE || self.repeated => {
                let answer = match yes_no.value {
                    Value::YesNo(true) => ConsentAnswer::Granted,
                    _ => ConsentAnswer::Refused,
                };
                if yes_no.confidence >= PLAIN {
                    context.state.memory.mark_settled();
                }
                self.settle(
                    context,
                    consent,
                    answer,
                    ConsentMeans::Voice,
                    yes_no.confidence.min(heard.confidence),
                )
            }
            _ => self.unclear(context, consent, Wording::YesOrNo),
        }
    }

    fn unclear(&mut self, context: &mut Context, consent: &Consent, wording: Wording) -> Next {
        if self.repeated {
            return self.settle(context, consent, ConsentAnswer::Refused, ConsentMeans::None, 0.0);
        }
        self.repeated = true;
        context.say_text(wording.text(&context.language()), BargeIn::No, Purpose::Question, false);
        self.question = context.say(&consent.ask, BargeIn::No, Purpose::Question);
        match self.listen(context) {
            Some(answer) => self.take(context, consent, answer),
            None => Next::Stay,
        }
    }

    fn settle(
        &mut self,
        context: &mut Context,
        consent: &Consent,
        answer: ConsentAnswer,
        means: ConsentMeans,
        confidence: f32,
    ) -> Next {
        let granted = answer == ConsentAnswer::Granted;
        context.stop_listening();
        context.refresh_early();
        context.state.dues.set(consent.purpose, if granted { State::Granted } else { State::Refused });
        let language = context.language();
        context.emit(Effect::Consented(ConsentRecord {
            purpose: consent.purpose,
            wording: self.wording.clone(),
            wording_id: format!("{}@{}", consent.purpose, context.workflow.version),
            language,
            asked: self.asked,
            fully_played: self.fully_played,
            answer,
            means,
            confidence,
            answered: context.now,
        }));
        context.dues_changed();
        if granted { Next::Done(Outcome::Done) } else { refused(consent) }
    }
}

fn refused(consent: &Consent) -> Next {
    match consent.refused {
        Some(block) => Next::Branch(Outcome::Refused, block),
        None => Next::Done(Outcome::Refused),
    }
}
