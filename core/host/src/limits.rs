//! What a session may use: memory, time for a call, outputs for an input. Each has a test that breaks it.

use crate::engine::TICK;
use closare_terms::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use wasmtime::{ResourceLimiter, UpdateDeadline};

/// Bytes of the stack of a call: wasmtime's usual half a megabyte. Threads that run plugins have two.
pub(crate) const STACK_MAX: usize = 512 << 10;
/// Bytes that the outputs for one input may hold together, as they are copied out of the plugin's memory. Some minutes of speech.
pub(crate) const BYTES_MAX: usize = 16 << 20;
/// Bytes of a text that is spoken, written down or logged: an hour of speech. One output of it is a word or a sentence.
pub(crate) const TEXT_MAX: usize = 64 << 10;

/// At most; the operator may set lower ones for all plugins (`HostConfig::limits`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of an instance's linear memory.
    pub memory: u64,
    /// Processor time for one call into the plugin.
    pub call: Millis,
    /// Outputs for one input.
    pub outputs: usize,
}

impl Limits {
    /// What a manifest has that doesn't say.
    pub const USUAL: Limits = Limits { memory: 32 << 20, call: Millis(20), outputs: 256 };

    /// What lowers nothing.
    pub(crate) const NONE: Limits = Limits { memory: u64::MAX, call: Millis::NEVER, outputs: usize::MAX };

    /// An operator's, such as `{memory: 16MiB, call: 10ms}`: what isn't set lowers nothing.
    ///
    /// # Errors
    /// Every problem, each as a sentence that begins with the key.
    pub fn read(map: &Map<String, Value>) -> Result<Limits, Vec<String>> {
        crate::manifest::operators_limits(map)
    }

    /// The lower of each.
    pub fn at_most(self, other: Limits) -> Limits {
        Limits {
            memory: self.memory.min(other.memory),
            call: self.call.min(other.call),
            outputs: self.outputs.min(other.outputs),
        }
    }
}

/// Watches one store. wasmtime asks it for memory, and, at an epoch's end, whether the call may go on.
pub(crate) struct Watch {
    limits: Limits,
    /// Memory was refused in this call; if the plugin then breaks, this is why.
    pub(crate) refused_memory: bool,
    clock: Option<Clock>,
}

impl Watch {
    pub(crate) fn new(limits: Limits) -> Watch {
        Watch { limits, refused_memory: false, clock: None }
    }

    pub(crate) fn begin(&mut self) {
        self.refused_memory = false;
        self.clock = None;
    }

    /// Called at the call's first epoch's end and whenever this asked for it again.
    ///
    /// Time is the thread's own processor time, where the platform tells it: on a busy machine a session isn't ended for
    /// the time in which it wasn't run. It is read from the first epoch on, so that a quick call never pays for it; what
    /// went before is at most one tick.
    pub(crate) fn at_epoch(&mut self) -> UpdateDeadline {
        let limit = Duration::from_millis(self.limits.call.0);
        let clock = self.clock.get_or_insert_with(Clock::start);
        match limit.checked_sub(clock.used()) {
            Some(left) if !left.is_zero() => UpdateDeadline::Continue(ticks(left)),
            _ => UpdateDeadline::Interrupt,
        }
    }
}

/// Epochs that last for this long, at least one.
fn ticks(span: Duration) -> u64 {
    u64::try_from(span.as_millis().div_ceil(TICK.as_millis())).unwrap_or(u64::MAX).max(1)
}

impl ResourceLimiter for Watch {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired as u64 <= self.limits.memory;
        self.refused_memory |= !fits;
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        /// A component's functions; a table isn't counted as memory.
        const ENTRIES_MAX: usize = 100_000;
        Ok(desired <= ENTRIES_MAX)
    }
}

/// Processor time of this thread since the start, or wall time where the platform doesn't tell.
struct Clock {
    wall: Instant,
    processor: Option<Duration>,
}

impl Clock {
    fn start() -> Clock {
        Clock { wall: Instant::now(), processor: processor_time() }
    }

    fn used(&self) -> Duration {
        match (self.processor, processor_time()) {
            (Some(start), Some(now)) => now.saturating_sub(start),
            _ => self.wall.elapsed(),
        }
    }
}

/// Linux tells nanoseconds run, as the first number (kernel, Documentation/scheduler/sched-stats.rst).
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_limits_win_where_they_are_lower() {
        let operator = Limits { memory: 1, call: Millis(1_000), outputs: 10 };
        assert_eq!(Limits::USUAL.at_most(operator), Limits { memory: 1, call: Millis(20), outputs: 10 });
    }

    #[test]
    fn an_operator_writes_what_a_manifest_does() {
        let read = |json: Value| Limits::read(json.as_object().unwrap());
        let limits = read(serde_json::json!({"memory": "16MiB", "outputs": 64})).unwrap();
        let lowered = Limits { memory: 16 << 20, call: Millis(20), outputs: 64 };
        assert_eq!(Limits::USUAL.at_most(limits), lowered);
        let problems = read(serde_json::json!({"call": "10", "memry": "1MiB"})).unwrap_err().join("\n");
        assert!(
            problems.contains("limits.call: ") && problems.contains("did you mean `memory`?"),
            "{problems}"
        );
    }

    #[test]
    fn a_call_may_use_its_time_and_no_more() {
        let mut watch = Watch::new(Limits { call: Millis(0), ..Limits::USUAL });
        assert!(matches!(watch.at_epoch(), UpdateDeadline::Interrupt));
        let mut watch = Watch::new(Limits { call: Millis(60_000), ..Limits::USUAL });
        assert!(matches!(watch.at_epoch(), UpdateDeadline::Continue(1..)));
    }
}
