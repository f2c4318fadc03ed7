//! A slot's value: heard in words, checked, kept.

use crate::context::Context;
use closare_slots::{Form, Type, Value};
use closare_workflow::{Datum, Slot};

/// The value of this kind in what the caller said, as the call's language and time take it.
pub fn hear(context: &Context, kind: &Type, text: &str) -> Option<closare_slots::Heard> {
    let language = context.language();
    let now = crate::scope::local_now(context);
    let moment =
        closare_slots::Context { language: &language, now, country: context.setup.to_country.as_deref() };
    closare_slots::hear(kind, text, &moment)
}

/// Keeps a value. A secret is kept as its end only: nothing in this engine may say or send more of it.
pub fn keep(context: &mut Context, slot: &Slot, value: Value) {
    if slot.secret {
        let plain: String = closare_slots::speak(&value, Form::Plain, &context.language());
        let end: String = plain.chars().filter(char::is_ascii_alphanumeric).rev().take(2).collect();
        let end: String = end.chars().rev().collect();
        context.state.memory.variables.insert(slot.name.clone(), Datum::Text(format!("•••• {end}")));
        return;
    }
    context.state.memory.set_field(&slot.name, Datum::Slot(value));
    context.tell_understood();
}

pub fn known(context: &Context, slot: &Slot) -> bool {
    context.state.memory.variables.get(&slot.name).is_some_and(|datum| *datum != Datum::Nothing)
}

/// Whether the value passes the slot's range and its `check`, which sees the value under the slot's name.
pub fn valid(context: &mut Context, slot: &Slot, value: &Value) -> bool {
    if closare_slots::check(&slot.kind, value).is_err() {
        return false;
    }
    let Some(check) = &slot.check else { return true };
    let before = context.state.memory.variables.insert(slot.name.clone(), Datum::Slot(value.clone()));
    let holds = check.holds(context);
    match before {
        Some(datum) => context.state.memory.variables.insert(slot.name.clone(), datum),
        None => context.state.memory.variables.remove(&slot.name),
    };
    holds
}
