//! The Rhai engine that policies run in: what a script can call, and the limits that it can't pass.
//!
//! The packages are picked by hand. The standard one has `sleep`, `exit` and a parser of JSON, and no policy needs
//! those; without `Fn` and `eval` a script can only call what stands in its text.

use crate::Verdict;
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicStringPackage,
    LogicPackage, MoreStringPackage, Package,
};
use rhai::{Array, Dynamic, Engine, EvalAltResult, OptimizationLevel};
use std::sync::LazyLock;

/// A policy of a dozen conditions takes some hundred operations.
pub(crate) const OPERATIONS_MAX: u64 = 2_000;
pub(crate) const CALL_DEPTH_MAX: usize = 16;
pub(crate) const STRING_BYTES_MAX: usize = 4 * 1024;
pub(crate) const ARRAY_MAX: usize = 256;
pub(crate) const MAP_MAX: usize = 64;
/// A whole policy's text. The parser works through it before any operation is counted.
pub(crate) const TEXT_BYTES_MAX: usize = 64 * 1024;
/// A hundred years: no plan keeps a call for longer.
const DAYS_MAX: i64 = 36_500;

/// What a policy's function gives back: a verdict, and where it said so, for how many days at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub verdict: Verdict,
    pub days: Option<u32>,
}

/// One engine for all policies: it holds nothing that a script could change.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = Engine::new_raw();
    register_packages(&mut engine);
    set_limits(&mut engine);
    register_verdicts(&mut engine);
    engine
});

fn register_packages(engine: &mut Engine) {
    ArithmeticPackage::new().register_into_engine(engine);
    LogicPackage::new().register_into_engine(engine);
    BasicIteratorPackage::new().register_into_engine(engine);
    BasicArrayPackage::new().register_into_engine(engine);
    BasicMapPackage::new().register_into_engine(engine);
    BasicStringPackage::new().register_into_engine(engine);
    MoreStringPackage::new().register_into_engine(engine);
}

fn set_limits(engine: &mut Engine) {
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(OPERATIONS_MAX)
        .set_max_call_levels(CALL_DEPTH_MAX)
        .set_max_string_size(STRING_BYTES_MAX)
        .set_max_array_size(ARRAY_MAX)
        .set_max_map_size(MAP_MAX)
        .set_max_expr_depths(32, 32)
        .set_max_functions(64)
        .set_max_variables(64)
        // A fact that isn't known is an error, not a value that compares unequal to everything.
        .set_fail_on_invalid_map_property(true);
    // An error is a deny: a script may not catch it. `eval`, `Fn`, `call` and `curry` run what isn't in the text.
    for symbol in ["eval", "print", "debug", "Fn", "call", "curry", "try", "catch"] {
        engine.disable_symbol(symbol);
    }
}

fn register_verdicts(engine: &mut Engine) {
    engine
        .register_type_with_name::<Word>("verdict")
        .register_fn("allow", || Word { verdict: Verdict::Allow, days: None })
        .register_fn("deny", |reason: &str| Word { verdict: Verdict::deny(reason), days: None })
        .register_fn("first", first)
        .register_fn("redact", redact)
        .register_fn("shorten", shorten);
}

fn first(duty: &str) -> Result<Word, Box<EvalAltResult>> {
    if duty.is_empty() {
        return Err("expected what is to be done first, found an empty text".into());
    }
    Ok(Word { verdict: Verdict::First { duty: duty.to_owned() }, days: None })
}

fn redact(kinds: Array) -> Result<Word, Box<EvalAltResult>> {
    let mut kinds =
        kinds.into_iter().map(Dynamic::into_string).collect::<Result<Vec<_>, _>>().map_err(not_text)?;
    kinds.sort();
    kinds.dedup();
    if kinds.is_empty() {
        return Err("expected kinds to redact, found none".into());
    }
    Ok(Word { verdict: Verdict::Redact { kinds }, days: None })
}

fn not_text(found: &str) -> Box<EvalAltResult> {
    format!("expected texts as kinds to redact, found `{found}`").into()
}

fn shorten(days: i64) -> Result<Word, Box<EvalAltResult>> {
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(format!("expected 1 to {DAYS_MAX} days, found `{days}`").into());
    }
    Ok(Word { verdict: Verdict::Allow, days: u32::try_from(days).ok() })
}
