//! What keys are to a slot.

use crate::context::Context;
use crate::floor::TakeKeys;
use closare_slots::{Type, Value};
use closare_workflow::Slot;

pub fn keys_of(slot: &Slot) -> TakeKeys {
    let finish = slot.listen.finish_key.unwrap_or('#');
    match &slot.kind {
        Type::YesNo => TakeKeys::One,
        Type::Choice { of } if of.len() < 10 => TakeKeys::One,
        Type::Digits { max, .. } => TakeKeys::Many { most: *max, finish },
        Type::Date => TakeKeys::Many { most: 8, finish },
        // No key says any of these.
        Type::Text | Type::Name | Type::Email | Type::Duration | Type::DateTime => TakeKeys::One,
        _ => TakeKeys::Many { most: 20, finish },
    }
}

pub fn from_keys(context: &Context, slot: &Slot, keys: &str) -> Option<Value> {
    let (language, now) = (context.language(), crate::scope::local_now(context));
    let country = context.setup.to_country.as_deref();
    closare_slots::from_keys(&slot.kind, keys, &closare_slots::Context { language: &language, now, country })
}
