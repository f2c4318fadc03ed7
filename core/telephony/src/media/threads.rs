//! The audio threads. Each walks through ten slots of 2 ms with absolute deadlines; a call sits in one slot and so has its
//! turn every 20 ms, and all calls together don't leave in one burst. Timers of an async runtime would be 2 ms late.

use crate::Error;
use crate::counters::Tally;
use crate::media::call::CallAudio;
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
        let pacer = Pacer { slots: Default::default(), load: Arc::clone(&load), tally };
        thread::Builder::new().name(format!("audio-{number}")).spawn(move || pacer.run(&receiver))?;
        Ok(Thread { calls, load })
    }
}

struct Pacer {
    slots: [Vec<Box<CallAudio>>; SLOTS],
    load: Arc<AtomicUsize>,
    tally: Arc<Tally>,
}

impl Pacer {
    fn run(mut self, calls: &Receiver<Box<CallAudio>>) {
        loop {
            // Nothing to do: sleep until the first call.
            let Ok(first) = calls.recv() else { return };
            self.slots[0].push(first);
            self.pace(calls);
        }
    }

    /// Until the last call is over.
    fn pace(&mut self, calls: &Receiver<Box<CallAudio>>) {
        let mut deadline = Instant::now();
        let mut slot = 0;
        while self.slots.iter().any(|calls| !calls.is_empty()) {
            self.take_in(calls, slot);
            self.turn(slot, deadline);
            slot = (slot + 1) % SLOTS;
            deadline = next(deadline);
            thread::sleep(deadline.saturating_duration_since(Instant::now()));
        }
    }

    /// A new call speaks at once if this slot isn't the fullest.
    fn take_in(&mut self, calls: &Receiver<Box<CallAudio>>, slot: usize) {
        loop {
            match calls.try_recv() {
                Ok(call) => {
                    let emptiest = (0..SLOTS)
                        .map(|step| (slot + step) % SLOTS)
                        .min_by_key(|slot| self.slots[*slot].len());
                    self.slots[emptiest.unwrap_or(slot)].push(call);
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
    }

    fn turn(&mut self, slot: usize, deadline: Instant) {
        let calls = &mut self.slots[slot];
        let before = calls.len();
        calls.retain_mut(|call| {
            let now = Instant::now();
            if now.saturating_duration_since(deadline) > LATE {
                self.tally.late_frames.more();
            }
            // A tap that panics ends its own call, not all of them.
            catch_unwind(AssertUnwindSafe(|| call.turn(now))).unwrap_or(false)
        });
        self.load.fetch_sub(before - calls.len(), Ordering::Relaxed);
    }
}

/// A short stall is caught up with; after a long one (the machine slept) the grid begins anew.
fn next(deadline: Instant) -> Instant {
    let next = deadline + SLOT;
    let now = Instant::now();
    if now.saturating_duration_since(next) > STALL { now } else { next }
}

fn default_count() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

const SLOTS: usize = 10;
const SLOT: Duration = Duration::from_millis(2);
const LATE: Duration = Duration::from_millis(2);
const STALL: Duration = Duration::from_millis(200);
