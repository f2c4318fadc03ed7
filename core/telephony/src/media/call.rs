//! A call on its audio thread: a turn of 20 ms after the other. Nothing here waits.

use crate::counters::Tally;
use crate::leg::{Frame, LegEvent, Tap};
use crate::media::datagrams::Datagrams;
use crate::media::ear::Ear;
use crate::media::grid::Grid;
use crate::media::line::{Line, Order, Orders, Shared};
use crate::media::mouth::Mouth;
use crate::media::report::Reports;
use crate::sdp::{Agreed, Direction};
use closare_media::rtp::Header;
use closare_media::{Tick, Voice};
use closare_terms::Millis;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// What a call's audio is made of.
pub(crate) struct Parts {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub agreed: Agreed,
    pub epoch: Instant,
    pub tap: Box<dyn Tap>,
    pub events: mpsc::Sender<LegEvent>,
    /// Set when nothing came for too long.
    pub dead: CancellationToken,
    pub silence_max: Duration,
    pub tally: Arc<Tally>,
}

pub(crate) struct CallAudio {
    parts: Parts,
    rate: u32,
    orders: Orders,
    shared: Arc<Shared>,
    datagrams: Datagrams,
    ear: Ear,
    mouth: Mouth,
    /// None before the first turn.
    grid: Option<Grid>,
    reports: Reports,
    floor: u32,
    /// Tells the call's task that nothing more will be said.
    _ended: DropGuard,
}

impl CallAudio {
    pub fn new(parts: Parts) -> (CallAudio, Arc<Line>) {
        let rate = parts.agreed.codec.rate();
        let now = since(parts.epoch, Instant::now());
        let (line, orders, shared, ended) =
            Line::new(rate, parts.agreed.keys.is_some(), Arc::clone(&parts.tally), None);
        let begin = Header {
            sequence: rand::random::<u16>() >> 1,
            timestamp: rand::random(),
            ssrc: rand::random(),
            ..Header::default()
        };
        let call = CallAudio {
            datagrams: Datagrams::new(),
            ear: Ear::new(parts.agreed, rate, now),
            mouth: Mouth::new(parts.agreed, rate, begin),
            grid: None,
            reports: Reports::new(now),
            rate,
            orders,
            shared,
            floor: 0,
            _ended: ended.drop_guard(),
            parts,
        };
        (call, line)
    }

    /// A turn of 20 ms, at the pacer's tick. False when the call is over.
    pub fn turn(&mut self, at: Instant, tick: u64) -> bool {
        let now = since(self.parts.epoch, at);
        let closed = self.shared.closed.load(Ordering::Acquire);
        // A key may have come just before the end.
        self.obey(now);
        if closed {
            self.close(now);
            return false;
        }
        self.listen(now);
        if self.grid.get_or_insert_with(|| Grid::new(tick)).is_due(tick) {
            self.speak(now, tick);
        }
        self.show(now);
        self.reports.turn(&self.parts.rtcp, &mut self.ear, &self.mouth, now);
        self.note(now);
        true
    }

    /// Between two turns only what is said can have become due: the first frame of an utterance leaves at once.
    pub fn between(&mut self, tick: u64) {
        let Some(grid) = &self.grid else { return };
        if grid.is_due(tick) {
            let now = since(self.parts.epoch, Instant::now());
            self.obey(now);
            self.speak(now, tick);
        } else if grid.may_hasten(tick) && self.shared.fresh.swap(false, Ordering::AcqRel) {
            let now = since(self.parts.epoch, Instant::now());
            self.obey(now);
            if self.mouth.is_eager() {
                self.speak(now, tick);
            }
        }
    }

    fn obey(&mut self, now: Millis) {
        while let Some(order) = self.orders.next() {
            match order {
                Order::Begin(utterance) => {
                    self.mouth.playout.begin(utterance);
                }
                Order::Append(utterance, samples) => {
                    self.mouth.playout.append(utterance, &samples);
                }
                Order::Finish(utterance) => {
                    self.mouth.playout.finish(utterance);
                }
                Order::Keys(keys) => self.mouth.press(&keys),
                Order::InfoKey(key) => {
                    if let Some(key) = self.ear.info_key(key, now) {
                        self.emit(LegEvent::Key { at: now, key });
                    }
                }
                Order::Agreed(agreed) => self.agree(agreed, now),
            }
        }
        // After the orders: what a stop forbids may just have come in.
        let floor = self.shared.floor.load(Ordering::Acquire);
        if floor > self.floor {
            self.floor = floor;
            self.mouth.playout.stop(floor - 1);
        }
    }

    fn agree(&mut self, agreed: Agreed, now: Millis) {
        self.parts.agreed = agreed;
        self.shared.takes_keys.store(agreed.keys.is_some(), Ordering::Relaxed);
        self.ear.agree(agreed, self.rate, now);
        self.mouth.agree(agreed, self.rate);
    }

    fn listen(&mut self, now: Millis) {
        if let Some(key) = self.ear.drain(&mut self.datagrams, &self.parts.rtp, now, &self.parts.tally) {
            self.emit(LegEvent::Key { at: now, key });
        }
        let noticed = self.ear.frame(now);
        if let Some(key) = noticed.key {
            self.emit(LegEvent::Key { at: now, key });
        }
        // On the wire it was as much earlier as the jitter buffer holds back.
        let behind = self.ear.behind();
        match noticed.voice {
            Some(Voice::Started { at }) => self.emit(LegEvent::VoiceStarted { at: at - behind }),
            Some(Voice::Ended { at }) => self.emit(LegEvent::VoiceEnded { at: at - behind, noticed: now }),
            None => {}
        }
    }

    fn speak(&mut self, now: Millis, tick: u64) {
        let (said, sends) = self.mouth.frame();
        if let Some(grid) = &mut self.grid {
            grid.sent(tick);
            if self.mouth.playout.is_silent() {
                grid.silent();
            }
        }
        if sends && let Some(target) = self.ear.target() {
            // A full socket or a route that is gone loses a frame, as the network would.
            let _ = self.parts.rtp.send_to(&self.mouth.packet, target);
        }
        self.tell(said, now);
    }

    fn tell(&mut self, tick: Tick, now: Millis) {
        if let Some(utterance) = tick.started {
            self.emit(LegEvent::Playing { utterance, at: now });
        }
        if let Some(utterance) = tick.speaking {
            self.shared.played.store(self.mouth.playout.played(utterance), Ordering::Release);
            self.shared.playing.store(utterance, Ordering::Release);
        }
        for ended in tick.ended.iter() {
            let utterance = ended.utterance;
            self.shared.played.store(ended.samples_played, Ordering::Release);
            self.shared.playing.store(utterance, Ordering::Release);
            self.emit(LegEvent::Played {
                utterance,
                samples: ended.samples_played,
                complete: ended.complete,
                at: now,
            });
        }
    }

    fn show(&mut self, now: Millis) {
        self.parts.tap.frame(&Frame {
            at: now,
            rate: self.rate,
            caller: &self.ear.samples,
            agent: &self.mouth.samples,
            caller_speaking: self.ear.is_speaking(),
            key_down: self.ear.key_down,
        });
    }

    fn note(&mut self, now: Millis) {
        let shared = &self.shared;
        shared.packets_out.store(self.mouth.packets, Ordering::Relaxed);
        shared.packets_in.store(self.ear.packets, Ordering::Relaxed);
        shared.lost.store(self.ear.lost(), Ordering::Relaxed);
        shared.late.store(self.ear.late(), Ordering::Relaxed);
        shared.jitter_ms.store(self.reports.jitter_ms(), Ordering::Relaxed);
        // A peer that is alive sends, but on hold.
        if self.parts.agreed.direction == Direction::SendRecv
            && u128::from(self.ear.silent_for(now).0) >= self.parts.silence_max.as_millis()
        {
            self.parts.dead.cancel();
        }
    }

    /// What was being said ends here.
    fn close(&mut self, now: Millis) {
        self.mouth.playout.stop_all();
        let tick = self.mouth.playout.next(&mut self.mouth.samples);
        self.tell(Tick { started: None, ..tick }, now);
        self.reports.goodbye(&self.parts.rtcp, &self.ear, &self.mouth);
    }

    fn emit(&self, event: LegEvent) {
        if self.parts.events.try_send(event).is_err() {
            self.parts.tally.lost_events.more();
        }
    }
}

fn since(epoch: Instant, now: Instant) -> Millis {
    Millis(u64::try_from(now.saturating_duration_since(epoch).as_millis()).unwrap_or(u64::MAX))
}
