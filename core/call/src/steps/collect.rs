//! Asks for typed values until each is valid. The caller may give several at once, in any order, and correct an earlier one.

mod keys;

use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::floor::{Answer, Heard, ListenFor, Purpose};
use crate::slot;
use crate::wording::Wording;
use closare_slots::{Form, Type, Value};
use closare_terms::Millis;
use closare_workflow::{BargeIn, BlockId, Collect, Confirm, Slot};
use keys::{from_keys, keys_of};
use serde::{Deserialize, Serialize};

/// A value that was heard less surely than this is read back, where the file says `when_unsure`.
const SURE: f32 = 0.7;
/// A value that stands in place of one that was given before.
const CORRECTED_SURE: f32 = 0.6;
/// A value that nobody asked for just now must be plain to be taken.
const UNASKED_SURE: f32 = 0.8;
/// Who cuts a value that is read back off before so much of it was heard has begun to speak before there was anything to say
/// yes to.
const READ_BACK_MIN: Millis = Millis(600);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Collecting {
    /// The slot that was asked for last.
    asked: Option<usize>,
    tries: u32,
    /// A value that waits for the caller's yes.
    confirming: Option<(usize, Value)>,
    /// It was cut off before the caller can have known what it is.
    unheard: bool,
    skipped: Vec<usize>,
}

pub fn enter(context: &mut Context, collect: &Collect) -> (Collecting, Next) {
    let mut state = Collecting::default();
    let next = state.begin(context, &collect.slots, collect.confirm, collect.give_up);
    (state, next)
}

impl Collecting {
    /// Takes what the caller has just said for what it answers already, then asks for the rest.
    pub fn begin(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
    ) -> Next {
        if let Some(text) = context.state.memory.unanswered().map(str::to_owned) {
            self.take_unasked(context, slots, &text);
        }
        self.ask_next(context, slots, confirm, give_up)
    }

    pub fn handle(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        input: &Input,
    ) -> Next {
        match input {
            Input::Heard(heard) => self.words(context, slots, confirm, give_up, heard),
            Input::Keys(keys) => self.keys(context, slots, confirm, give_up, keys),
            Input::NoInput => self.again(context, slots, confirm, give_up, Outcome::NoInput),
            Input::Spoken { complete, .. } => {
                self.unheard = !complete && context.state.floor.last_played < READ_BACK_MIN;
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn ask_next(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
    ) -> Next {
        let missing = slots
            .iter()
            .enumerate()
            .find(|(index, slot)| !slot::known(context, slot) && !self.skipped.contains(index))
            .map(|(index, _)| index);
        let Some(index) = missing else {
            context.stop_listening();
            return Next::Done(Outcome::Done);
        };
        if self.asked != Some(index) {
            self.tries = 0;
        }
        self.asked = Some(index);
        if let Some(phrase) = &slots[index].ask {
            context.say(phrase, BargeIn::Yes, Purpose::Plain);
        }
        self.listen(context, slots, confirm, give_up)
    }

    fn listen(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
    ) -> Next {
        let wants = match (&self.confirming, self.asked.and_then(|index| slots.get(index))) {
            (None, Some(slot)) => ListenFor::new(context, &slot.listen, keys_of(slot)),
            (Some(_), _) | (None, None) => ListenFor::usual(context),
        };
        match context.listen(wants) {
            Some(Answer::Words(heard)) => self.words(context, slots, confirm, give_up, &heard),
            Some(Answer::Keys(keys)) => self.keys(context, slots, confirm, give_up, &keys),
            None => Next::Stay,
        }
    }

    fn words(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        heard: &Heard,
    ) -> Next {
        if let Some((index, value)) = self.confirming.clone() {
            if std::mem::take(&mut self.unheard) {
                self.read_back(context, index, value);
                return self.listen(context, slots, confirm, give_up);
            }
            return self.confirmed(context, slots, confirm, give_up, index, value, &heard.text);
        }
        let asked = self.asked.and_then(|index| Some((index, slots.get(index)?)));
        let answer = asked
            .and_then(|(index, slot)| Some((index, slot, slot::hear(context, &slot.kind, &heard.text)?)));
        let corrected = correct(context, slots, self.asked, &heard.text);
        let taken = self.take_unasked(context, slots, &heard.text);
        // The "no" of "no, I meant Wednesday" answers no question.
        let answer = answer.filter(|(_, slot, _)| !(corrected && matches!(slot.kind, Type::YesNo)));
        match answer {
            Some((index, slot, found)) => {
                let sure = found.confidence.min(heard.confidence);
                self.offer(context, slots, confirm, give_up, index, found.value, sure, slot)
            }
            None if corrected || taken => self.ask_next(context, slots, confirm, give_up),
            None => self.again(context, slots, confirm, give_up, Outcome::NoMatch),
        }
    }

    fn keys(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        keys: &str,
    ) -> Next {
        if let Some((index, value)) = self.confirming.clone() {
            let text = if keys.ends_with('1') { "yes" } else { "no" };
            return self.confirmed(context, slots, confirm, give_up, index, value, text);
        }
        let Some((index, slot)) = self.asked.and_then(|index| Some((index, slots.get(index)?))) else {
            return Next::Stay;
        };
        match from_keys(context, slot, keys) {
            Some(value) => self.offer(context, slots, confirm, give_up, index, value, 1.0, slot),
            None => self.again(context, slots, confirm, give_up, Outcome::NoMatch),
        }
    }

    /// Whether these keys may be the value that is asked for.
    pub fn takes_keys(&self, context: &Context, slots: &[Slot], keys: &str) -> bool {
        let asked = self.asked.and_then(|index| slots.get(index));
        asked.is_none_or(|slot| {
            let value = from_keys(context, slot, keys);
            value.is_some_and(|value| closare_slots::check(&slot.kind, &value).is_ok())
        })
    }

    /// Checks a value, and keeps it or reads it back.
    #[allow(clippy::too_many_arguments)]
    fn offer(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        index: usize,
        value: Value,
        sure: f32,
        slot: &Slot,
    ) -> Next {
        if !slot::valid(context, slot, &value) {
            return self.refuse(context, slots, confirm, give_up, slot);
        }
        let read_back = match slot.confirm.unwrap_or(confirm) {
            Confirm::Always => !slot.secret,
            Confirm::WhenUnsure => sure < SURE && !slot.secret,
            Confirm::Never => false,
        };
        if read_back {
            self.read_back(context, index, value);
            return self.listen(context, slots, confirm, give_up);
        }
        slot::keep(context, slot, value);
        context.state.memory.mark_answered();
        self.ask_next(context, slots, confirm, give_up)
    }

    fn read_back(&mut self, context: &mut Context, index: usize, value: Value) {
        let said = spoken(context, &value);
        let question = format!("{said}. {}", Wording::IsThatRight.text(&context.language()));
        context.say_text(&capital(&question), BargeIn::Yes, Purpose::Plain, true);
        self.confirming = Some((index, value));
        self.unheard = false;
    }

    #[allow(clippy::too_many_arguments)]
    fn confirmed(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        index: usize,
        value: Value,
        text: &str,
    ) -> Next {
        let Some(slot) = slots.get(index) else { return Next::Stay };
        // "No, Wednesday" is a no and the right value at once.
        let other = slot::hear(context, &slot.kind, text)
            .filter(|found| found.value != value && !matches!(slot.kind, Type::YesNo));
        let yes = slot::hear(context, &Type::YesNo, text).map(|found| found.value == Value::YesNo(true));
        self.confirming = None;
        match (yes, other) {
            (Some(true), _) => {
                slot::keep(context, slot, value);
                self.ask_next(context, slots, confirm, give_up)
            }
            (_, Some(found)) => self.offer(context, slots, confirm, give_up, index, found.value, 1.0, slot),
            (Some(false), None) => self.again(context, slots, confirm, give_up, Outcome::NoMatch),
            (None, None) => {
                self.confirming = Some((index, value));
                self.again(context, slots, confirm, give_up, Outcome::NoMatch)
            }
        }
    }

    fn refuse(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        slot: &Slot,
    ) -> Next {
        self.tries += 1;
        if self.tries > context.workflow.limits.tries {
            return Next::GiveUp(Outcome::NoMatch, give_up);
        }
        match &slot.sorry {
            Some(phrase) => {
                context.say(phrase, BargeIn::Yes, Purpose::Plain);
            }
            None => {
                context.say_wording(Wording::NoMatch, Purpose::Plain);
            }
        }
        self.ask_again(context, slots, confirm, give_up)
    }

    fn again(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
        why: Outcome,
    ) -> Next {
        self.tries += 1;
        let slot = self.asked.and_then(|index| slots.get(index));
        if let Some(index) = self.asked.filter(|_| slot.is_some_and(|slot| slot.optional) && self.tries > 1) {
            self.skipped.push(index);
            return self.ask_next(context, slots, confirm, give_up);
        }
        if self.tries > context.workflow.limits.tries {
            return Next::GiveUp(why, give_up);
        }
        let wording = if why == Outcome::NoInput { Wording::NoInput } else { Wording::NoMatch };
        context.say_wording(wording, Purpose::Plain);
        if let Some((index, value)) = self.confirming.clone() {
            self.read_back(context, index, value);
            return self.listen(context, slots, confirm, give_up);
        }
        self.ask_again(context, slots, confirm, give_up)
    }

    fn ask_again(
        &mut self,
        context: &mut Context,
        slots: &[Slot],
        confirm: Confirm,
        give_up: Option<BlockId>,
    ) -> Next {
        if let Some(slot) = self.asked.and_then(|index| slots.get(index))
            && let Some(phrase) = slot.again.as_ref().or(slot.ask.as_ref())
        {
            context.say(phrase, BargeIn::Yes, Purpose::Plain);
        }
        self.listen(context, slots, confirm, give_up)
    }

    /// A value for another slot than the asked one, given beside it.
    fn take_unasked(&mut self, context: &mut Context, slots: &[Slot], text: &str) -> bool {
        let mut taken = false;
        for (index, slot) in slots.iter().enumerate() {
            if Some(index) == self.asked || slot.secret || slot::known(context, slot) || !telling(&slot.kind)
            {
                continue;
            }
            if let Some(found) =
                slot::hear(context, &slot.kind, text).filter(|found| found.confidence >= UNASKED_SURE)
                && slot::valid(context, slot, &found.value)
            {
                slot::keep(context, slot, found.value);
                taken = true;
            }
        }
        taken
    }
}

/// "No, I meant Wednesday" while something else is asked, or is being said.
pub fn correct(context: &mut Context, slots: &[Slot], asked: Option<usize>, text: &str) -> bool {
    if !corrects(text) {
        return false;
    }
    let mut corrected = false;
    for (index, slot) in slots.iter().enumerate() {
        if Some(index) == asked || slot.secret || !slot::known(context, slot) || !telling(&slot.kind) {
            continue;
        }
        // Whoever corrects says what is wrong: a weekday alone is plain enough.
        if let Some(found) =
            slot::hear(context, &slot.kind, text).filter(|found| found.confidence >= CORRECTED_SURE)
            && slot::valid(context, slot, &found.value)
        {
            slot::keep(context, slot, found.value);
            corrected = true;
        }
    }
    corrected
}

/// Kinds of value that tell by themselves what they are: a date in a sentence is a date, any word could be a text.
fn telling(kind: &Type) -> bool {
    matches!(
        kind,
        Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Phone
            | Type::Email
            | Type::Money { .. }
            | Type::Postcode
            | Type::Name
    )
}

fn corrects(text: &str) -> bool {
    let first =
        text.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or("").to_lowercase();
    let lower = text.to_lowercase();
    matches!(first.as_str(), "no" | "sorry" | "actually" | "wait" | "nein" | "doch" | "halt")
        || lower.contains("i meant")
        || lower.contains("i mean")
        || lower.contains("ich meinte")
}

/// As it is read back: a date that isn't near comes with its year.
fn spoken(context: &Context, value: &Value) -> String {
    closare_slots::speak_on(value, Form::Plain, &context.language(), crate::scope::local_now(context).date())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
