//! The audio threads. Each ticks every 2 ms with absolute deadlines; a call has its turn at each tenth tick, and all calls together
//! don't leave in one burst. In between, a call that has become able to speak does. Timers of an async runtime would be 2 ms late.

use crate::Error;
use crate::counters::Tally;
use crate::media::call::CallAudio;
use crate::media::grid::FRAME;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Threads {
    threads: Vec<Thread>,
}

#[derive(Debug)]
struct Thread {
    calls: Sender<Box<CallAudio>>,
    load: Arc<AtomicUsize>,
}

impl Threads {
    /// They end when this is dropped and their calls are over.
    pub fn start(count: usize, tally: &Arc<Tally>) -> std::io::Result<Threads> {
        let count = if count == 0 { default_count() } else { count };
        let threads =
            (0..count).map(|number| Thread::start(number, Arc::clone(tally))).collect::<Result<_, _>>()?;
        Ok(Threads { threads })
    }

    pub fn add(&self, call: CallAudio) -> Result<(), Error> {
        let idle = self.threads.iter().min_by_key(|thread| thread.load.load(Ordering::Relaxed));
        let thread = idle.ok_or(Error::Stopped)?;
        thread.load.fetch_add(1, Ordering::Relaxed);
        thread.calls.send(Box::new(call)).map_err(|_| Error::Stopped)
    }
}

impl Thread {
    fn start(number: usize, tally: Arc<Tally>) -> std::io::Result<Thread> {
        let (calls, receiver) = channel();
        let load = Arc::new(AtomicUsize::new(0));
        let pacer = Pacer { calls: Vec::new(), load: Arc::clone(&load), tally };
        thread::Builder::new().name(format!("audio-{number}")).spawn(move || pacer.run(&receiver))?;
        Ok(Thread { calls, load })
    }
}

struct Pacer {
    calls: Vec<Paced>,
    load: Arc<AtomicUsize>,
    tally: Arc<Tally>,
}

struct Paced {
    /// It has its turn at the ticks of this slot.
    slot: u64,
    call: Box<CallAudio>,
}

impl Pacer {
    fn run(mut self, calls: &Receiver<Box<CallAudio>>) {
        loop {
            // Nothing to do: sleep until the first call.
            let Ok(first) = calls.recv() else { return };
            self.calls.push(Paced { slot: 0, call: first });
            self.pace(calls);
        }
    }

    /// Until the last call is over.
    fn pace(&mut self, calls: &Receiver<Box<CallAudio>>) {
        let mut deadline = Instant::now();
        let mut tick = 0;
        while !self.calls.is_empty() {
            self.take_in(calls, tick);
            self.tick(tick, deadline);
            tick += 1;
            deadline = next(deadline);
            thread::sleep(deadline.saturating_duration_since(Instant::now()));
        }
    }

    /// A new call speaks at once if this tick's slot isn't the fullest.
    fn take_in(&mut self, calls: &Receiver<Box<CallAudio>>, tick: u64) {
        loop {
            match calls.try_recv() {
                Ok(call) => {
                    let slots = (tick..tick + FRAME).map(|tick| tick % FRAME);
                    let filled = |slot: &u64| self.calls.iter().filter(|paced| paced.slot == *slot).count();
                    let slot = slots.min_by_key(filled).unwrap_or(tick % FRAME);
                    self.calls.push(Paced { slot, call });
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
    }

    fn tick(&mut self, tick: u64, deadline: Instant) {
        let before = self.calls.len();
        let tally = &self.tally;
        self.calls.retain_mut(|Paced { slot, call }| {
            // A tap that panics ends its own call, not all of them.
            let work = catch_unwind(AssertUnwindSafe(|| {
                if *slot != tick % FRAME {
                    call.between(tick);
                    return true;
                }
                let now = Instant::now();
                if now.saturating_duration_since(deadline) > LATE {
                    tally.late_frames.more();
                }
                call.turn(now, tick)
            }));
            work.unwrap_or(false)
        });
        self.load.fetch_sub(before - self.calls.len(), Ordering::Relaxed);
    }
}

/// A short stall is caught up with; after a long one (the machine slept) the grid begins anew.
fn next(deadline: Instant) -> Instant {
    let next = deadline + TICK;
    let now = Instant::now();
    if now.saturating_duration_since(next) > STALL { now } else { next }
}

fn default_count() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

const TICK: Duration = Duration::from_millis(2);
const LATE: Duration = Duration::from_millis(2);
const STALL: Duration = Duration::from_millis(200);
