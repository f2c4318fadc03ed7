//! What a call begins with: its id, and what the machine is told of it.

use crate::agents::Agent;
use crate::clock::Clock;
use crate::publish::Published;
use crate::runtime::Runtime;
use closare_call::Setup;
use closare_telephony::Incoming;
use closare_terms::CallId;
use std::collections::BTreeMap;

pub fn setup(
    runtime: &Runtime,
    id: &CallId,
    agent: &Agent,
    published: &Published,
    incoming: &Incoming,
    clock: Clock,
    seed: u64,
) -> Setup {
    Setup {
        call: id.clone(),
        tenant: "default".to_owned(),
        agent: agent.name(),
        from: Some(incoming.from.clone()),
        to: incoming.to.clone(),
        from_country: None,
        to_country: None,
        language: None,
        headers: incoming.headers.iter().cloned().collect::<BTreeMap<_, _>>(),
        blocked: false,
        wall: clock.wall,
        seed,
        plan_days: runtime.config.plan_days,
        basis: runtime.config.basis.clone(),
        vendors: published.vendors.clone(),
    }
}

/// Sorts by the call's begin: the wall's milliseconds, then chance; in Crockford's alphabet, lower case.
pub fn call_id(clock: Clock, seed: u64) -> CallId {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let millis = clock.wall.0.max(0).cast_unsigned();
    let bits = (u128::from(millis & 0xffff_ffff_ffff) << 40) | u128::from(seed & 0xff_ffff_ffff);
    let text: String =
        (0..18).rev().map(|index| char::from(LETTERS[(bits >> (index * 5)) as usize & 31])).collect();
    CallId(text)
}
