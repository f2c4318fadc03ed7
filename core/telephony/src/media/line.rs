//! What a call's task and its audio thread share: orders go by a bounded queue, *stop* and *closed* by counters that the
//! thread reads at each frame, figures come back by counters too. The thread never waits for a lock.

use crate::counters::Tally;
use crate::leg::Stats;
use crate::sdp::Agreed;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What the audio thread is asked to do at its next frame.
#[derive(Debug)]
pub(crate) enum Order {
    Begin(u32),
    Append(u32, Vec<i16>),
    Finish(u32),
    Keys(String),
    /// A key that came by SIP; the thread knows whether it came by RTP too.
    InfoKey(char),
    /// The peer changed address, codec or direction.
    Agreed(Agreed),
}

#[derive(Debug)]
pub(crate) struct Line {
    orders: Sender<Order>,
    shared: Arc<Shared>,
    /// Samples that were appended, by utterance; the thread never looks at this.
    appended: Mutex<BTreeMap<u32, u64>>,
    tally: Arc<Tally>,
    ended: CancellationToken,
    /// For a task that sleeps until there is something to do; the audio threads look by themselves.
    wake: Option<Arc<Notify>>,
}

/// Where the thread takes its orders. Bounded by a count: a queue with room for the most that may wait would be a third of
/// what a call takes in memory.
pub(crate) struct Orders {
    receiver: Receiver<Order>,
    shared: Arc<Shared>,
}

impl Orders {
    pub fn next(&self) -> Option<Order> {
        let order = self.receiver.try_recv().ok()?;
        self.shared.orders.fetch_sub(1, Ordering::Relaxed);
        Some(order)
    }
}

/// The counters between the two.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub rate: AtomicU32,
    /// The first utterance that may still play.
    pub floor: AtomicU32,
    pub closed: AtomicBool,
    /// Something came that could be said at once.
    pub fresh: AtomicBool,
    /// How many wait for the thread.
    pub orders: AtomicU32,
    pub takes_keys: AtomicBool,
    /// The utterance that plays, and how many of its samples were sent.
    pub playing: AtomicU32,
    pub played: AtomicU64,
    pub packets_out: AtomicU64,
    pub packets_in: AtomicU64,
    pub lost: AtomicU64,
    pub late: AtomicU64,
    pub jitter_ms: AtomicU32,
}

impl Line {
    /// The token is set by the thread when it has let go of the call.
    pub fn new(
        rate: u32,
        takes_keys: bool,
        tally: Arc<Tally>,
        wake: Option<Arc<Notify>>,
    ) -> (Arc<Line>, Orders, Arc<Shared>, CancellationToken) {
        let (orders, receiver) = channel();
        let shared = Arc::new(Shared {
            rate: AtomicU32::new(rate),
            takes_keys: AtomicBool::new(takes_keys),
            ..Shared::default()
        });
        let ended = CancellationToken::new();
        let line = Line {
            orders,
            shared: Arc::clone(&shared),
            appended: Mutex::default(),
            tally,
            ended: ended.clone(),
            wake,
        };
        let receiver = Orders { receiver, shared: shared.clone() };
        (Arc::new(line), receiver, shared, ended)
    }

    pub fn rate(&self) -> u32 {
        self.shared.rate.load(Ordering::Relaxed)
    }

    pub fn begin(&self, utterance: u32) {
        if self.may_play(utterance) {
            self.order(Order::Begin(utterance));
        }
    }

    pub fn append(&self, utterance: u32, samples: Vec<i16>) {
        if samples.is_empty() || !self.may_play(utterance) {
            return;
        }
        let count = samples.len() as u64;
        if self.order(Order::Append(utterance, samples)) {
            self.shared.fresh.store(true, Ordering::Release);
            *self.appended().entry(utterance).or_default() += count;
        }
    }

    pub fn finish(&self, utterance: u32) {
        if self.may_play(utterance) {
            self.order(Order::Finish(utterance));
            self.shared.fresh.store(true, Ordering::Release);
        }
    }

    pub fn stop(&self, up_to: u32) {
        self.shared.floor.fetch_max(up_to.saturating_add(1), Ordering::Release);
        self.appended().retain(|utterance, _| *utterance > up_to);
        self.wake();
    }

    /// The peer takes key events by RTP.
    pub fn takes_keys(&self) -> bool {
        self.shared.takes_keys.load(Ordering::Relaxed)
    }

    pub fn send_keys(&self, keys: String) {
        self.order(Order::Keys(keys));
    }

    pub fn queued_ms(&self, utterance: u32) -> u64 {
        let appended = self.appended().get(&utterance).copied().unwrap_or(0);
        let playing = self.shared.playing.load(Ordering::Acquire);
        let played = match utterance {
            earlier if earlier < playing => appended,
            now if now == playing => self.shared.played.load(Ordering::Acquire),
            _ => 0,
        };
        appended.saturating_sub(played) * 1000 / u64::from(self.rate().max(1))
    }

    pub fn info_key(&self, key: char) {
        self.order(Order::InfoKey(key));
    }

    pub fn agreed(&self, agreed: Agreed) {
        self.order(Order::Agreed(agreed));
    }

    /// The thread lets go of the call at its next frame.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
        self.wake();
    }

    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        Stats {
            packets_out: shared.packets_out.load(Ordering::Relaxed),
            packets_in: shared.packets_in.load(Ordering::Relaxed),
            lost: shared.lost.load(Ordering::Relaxed),
            late: shared.late.load(Ordering::Relaxed),
            jitter_ms: shared.jitter_ms.load(Ordering::Relaxed),
        }
    }

    fn may_play(&self, utterance: u32) -> bool {
        utterance >= self.shared.floor.load(Ordering::Acquire)
    }

    /// Whether there was room; the thread empties the queue fifty times a second.
    fn order(&self, order: Order) -> bool {
        if self.shared.orders.fetch_add(1, Ordering::Relaxed) >= ORDERS_MAX {
            self.shared.orders.fetch_sub(1, Ordering::Relaxed);
            self.tally.lost_events.more();
            return false;
        }
        let sent = self.orders.send(order).is_ok();
        if sent {
            self.wake();
        }
        sent
    }

    fn wake(&self) {
        if let Some(wake) = &self.wake {
            wake.notify_one();
        }
    }

    fn appended(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, u64>> {
        self.appended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Between two frames a voice that comes at once as a file of many small pieces must fit.
const ORDERS_MAX: u32 = 4_096;
