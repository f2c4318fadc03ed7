//! One media stream from its first message to its close: what comes goes to the ear, what is said goes ahead of its time. A task of
//! its own; it waits for its socket alone.

use super::ahead::{Ahead, Out, Told};
use super::ear::StreamEar;
use super::messages::{self, Message, Start, Writer};
use super::said::Said;
use super::server::Guest;
use super::{Ask, Call};
use crate::leg::{Frame, LegEvent, Party, Tap, TransferOutcome};
use crate::media::line::{Line, Order, Orders, Shared};
use crate::number::{self, Verified};
use crate::signalling::Signalling;
use crate::sip::driver::Driver;
use crate::{Incoming, Leg, LegControl, StreamCall, Voice};
use axum::extract::ws::{Message as Socketed, WebSocket};
use closare_media::{Codec, Encoder, Voice as Heard};
use closare_terms::{Millis, PhoneNumber};
use futures::{SinkExt, StreamExt};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Sleep, sleep_until, timeout};
use tokio_util::sync::DropGuard;

/// A carrier says at once what it streams.
const START_MAX: Duration = Duration::from_secs(5);
/// A peer that doesn't take what it is sent has gone.
const SEND_MAX: Duration = Duration::from_secs(5);
const RATE: u32 = 8_000;
/// Some seconds of a lively call.
const EVENTS_WAITING: usize = 256;

/// From the upgrade on.
pub(crate) async fn follow(
    mut socket: WebSocket,
    driver: &Arc<Driver>,
    guest: Guest,
    call: Arc<Call>,
    mut asks: mpsc::UnboundedReceiver<Ask>,
) {
    let over = call.over.clone().drop_guard();
    let Ok(Some(start)) = timeout(START_MAX, started(&mut socket)).await else {
        driver.tally.bad_messages.more();
        tracing::warn!("a media stream began with something else than its start");
        return;
    };
    let writer = Writer::new(&start.stream);
    if driver.incoming.try_send(incoming(&guest, start, &call)).is_err() {
        tracing::warn!("a media stream was closed: nobody takes calls");
        return;
    }
    let Some((epoch, tap, reply)) = ringing(&mut socket, &mut asks).await else { return };
    let (mut talk, leg) = Talk::new(driver, &call, writer, epoch, tap);
    if reply.send(leg).is_ok() {
        talk.run(socket, asks).await;
    }
    drop(over);
}

/// Reads up to the stream's start.
async fn started(socket: &mut WebSocket) -> Option<Start> {
    loop {
        match read(socket.recv().await, &mut Vec::new())? {
            Ok(Message::Start(start)) => return Some(start),
            Ok(Message::Connected | Message::Other) => {}
            Ok(_) | Err(_) => return None,
        }
    }
}

fn incoming(guest: &Guest, mut start: Start, call: &Arc<Call>) -> Incoming {
    let from = guest.from(&start);
    // The caller's number is kept in its own place alone.
    start.parameters.remove("from");
    Incoming {
        to: PhoneNumber(guest.number.clone()),
        // A client of the carrier's own calls as `client:name` or by a SIP URI.
        from: PhoneNumber(if from.contains(':') { number::user_of(&from) } else { from }),
        from_name: String::new(),
        verified: Verified::Unknown,
        headers: start.parameters.into_iter().collect(),
        source: guest.source,
        sip_call_id: start.call.clone(),
        stream: Some(StreamCall { account: start.account, call: start.call }),
        call: Signalling::Stream(call.clone()),
    }
}

type Answered = (Instant, Box<dyn Tap>, tokio::sync::oneshot::Sender<Leg>);

/// Until somebody answers. What the caller says meanwhile nobody hears.
async fn ringing(socket: &mut WebSocket, asks: &mut mpsc::UnboundedReceiver<Ask>) -> Option<Answered> {
    let mut unheard = Vec::new();
    loop {
        tokio::select! {
            ask = asks.recv() => match ask? {
                Ask::Answer { epoch, tap, reply } => return Some((epoch, tap, reply)),
                Ask::Refuse | Ask::HangUp(_) => return None,
                Ask::Transfer => {}
            },
            message = socket.recv() => match read(message, &mut unheard)? {
                Ok(Message::Stop) | Err(_) => return None,
                Ok(_) => {}
            },
        }
    }
}

/// `None` where the socket is closed. Audio goes into `sound`.
fn read(
    message: Option<Result<Socketed, axum::Error>>,
    sound: &mut Vec<u8>,
) -> Option<Result<Message, messages::BadMessage>> {
    match message? {
        Ok(Socketed::Text(text)) => Some(messages::read(&text, sound)),
        Ok(Socketed::Binary(_)) => Some(Err(messages::BadMessage::Json)),
        // The library answers pings.
        Ok(Socketed::Ping(_) | Socketed::Pong(_)) => Some(Ok(Message::Other)),
        Ok(Socketed::Close(_)) | Err(_) => None,
    }
}

struct Talk {
    driver: Arc<Driver>,
    writer: Writer,
    epoch: Instant,
    tap: Box<dyn Tap>,
    /// The last audio that came.
    sound: Vec<u8>,
    ear: StreamEar,
    heard: Instant,
    ahead: Ahead,
    encoder: Encoder,
    payload: Vec<u8>,
    said: Said,
    orders: Orders,
    shared: Arc<Shared>,
    floor: u32,
    wake: Arc<Notify>,
    events: mpsc::Sender<LegEvent>,
    _ended: DropGuard,
}

/// Why a talk is over.
type Over = (Party, String);

impl Talk {
    fn new(
        driver: &Arc<Driver>,
        call: &Arc<Call>,
        writer: Writer,
        epoch: Instant,
        tap: Box<dyn Tap>,
    ) -> (Talk, Leg) {
        let wake = Arc::new(Notify::new());
        let (line, orders, shared, ended) =
            Line::new(RATE, false, Arc::clone(&driver.tally), Some(wake.clone()));
        let (events, receiver) = mpsc::channel(EVENTS_WAITING);
        let leg = Leg {
            events: receiver,
            voice: Voice::new(Signalling::Stream(call.clone()), line.clone()),
            control: LegControl::new(Signalling::Stream(call.clone()), line),
        };
        let talk = Talk {
            driver: driver.clone(),
            writer,
            epoch,
            tap,
            sound: Vec::with_capacity(160),
            ear: StreamEar::new(since(epoch)),
            heard: Instant::now(),
            ahead: Ahead::new(RATE),
            encoder: Encoder::new(Codec::Pcmu),
            payload: Vec::with_capacity(160),
            said: Said::new(),
            orders,
            shared,
            floor: 0,
            wake,
            events,
            _ended: ended.drop_guard(),
        };
        (talk, leg)
    }

    async fn run(&mut self, mut socket: WebSocket, mut asks: mpsc::UnboundedReceiver<Ask>) {
        let events = self.events.clone();
        let mut dropped = pin!(events.closed());
        let mut alarm = pin!(sleep_until(self.due().into()));
        let (by, reason) = loop {
            if let Err(over) = self.turn(&mut socket, &mut asks, dropped.as_mut(), alarm.as_mut()).await {
                break over;
            }
        };
        self.ahead.stop_all(self.now());
        self.tell();
        tracing::info!(?by, reason, "call ended");
        let at = self.now();
        let _ = timeout(SEND_MAX, self.events.send(LegEvent::Ended { at, by, reason })).await;
        let _ = timeout(SEND_MAX, socket.close()).await;
    }

    /// One thing that happens, and what is to be sent after it.
    async fn turn(
        &mut self,
        socket: &mut WebSocket,
        asks: &mut mpsc::UnboundedReceiver<Ask>,
        dropped: Pin<&mut impl Future<Output = ()>>,
        mut alarm: Pin<&mut Sleep>,
    ) -> Result<(), Over> {
        // One timer that is moved: fifty new ones a second and call would cost more than the audio.
        alarm.as_mut().reset(self.due().into());
        tokio::select! {
            message = socket.next() => match read(message, &mut self.sound) {
                Some(Ok(message)) => self.take(message)?,
                Some(Err(error)) => {
                    self.driver.tally.bad_messages.more();
                    tracing::warn!(%error, "a media stream is ended");
                    return Err((Party::Network, "a message of the stream can't be read".to_owned()));
                }
                None => return Err((Party::Caller, "the stream was closed".to_owned())),
            },
            ask = asks.recv() => self.asked(ask)?,
            () = self.wake.notified() => {}
            () = alarm => if Instant::now() >= self.silent_at() {
                self.driver.tally.dead_calls.more();
                return Err((Party::Network, "no audio came".to_owned()));
            },
            () = dropped => return Err((Party::Us, "the leg was dropped".to_owned())),
        }
        self.obey();
        self.speak(socket).await?;
        self.tell();
        Ok(())
    }

    /// When there is something to do though nothing comes.
    fn due(&self) -> Instant {
        let frame = self.ahead.wake().map(|at| self.epoch + Duration::from_millis(at.0));
        frame.map_or(self.silent_at(), |frame| frame.min(self.silent_at()))
    }

    /// A carrier sends audio all the time.
    fn silent_at(&self) -> Instant {
        self.heard + self.driver.config.silence_max
    }

    fn take(&mut self, message: Message) -> Result<(), Over> {
        match message {
            Message::Media => {
                if !self.ear.hear(&self.sound) {
                    self.driver.tally.bad_packets.more();
                    return Err((Party::Network, "more audio than a call has".to_owned()));
                }
                self.heard = Instant::now();
                self.listen();
            }
            Message::Key(key) => self.emit(LegEvent::Key { at: self.now(), key }),
            Message::Mark(name) => self.ahead.marked(&name, self.now()),
            Message::Stop => return Err((Party::Caller, "the stream was stopped".to_owned())),
            Message::Connected | Message::Start(_) | Message::Other => {}
        }
        Ok(())
    }

    fn listen(&mut self) {
        let now = self.now();
        while let Some((at, heard)) = self.ear.frame(now) {
            match heard {
                Some(Heard::Started { at }) => self.emit(LegEvent::VoiceStarted { at }),
                Some(Heard::Ended { at }) => self.emit(LegEvent::VoiceEnded { at, noticed: now }),
                None => {}
            }
            self.show(at);
        }
    }

    fn show(&mut self, at: Millis) {
        let agent = self.said.at(at);
        self.tap.frame(&Frame {
            at,
            rate: RATE,
            caller: &self.ear.samples,
            agent,
            caller_speaking: self.ear.is_speaking(),
            key_down: false,
        });
    }

    fn asked(&mut self, ask: Option<Ask>) -> Result<(), Over> {
        match ask {
            Some(Ask::HangUp(reason)) => return Err((Party::Us, reason)),
            Some(Ask::Transfer) => {
                self.emit(LegEvent::Transfer {
                    at: self.now(),
                    outcome: TransferOutcome::Failed { status: 501 },
                });
            }
            Some(Ask::Answer { .. } | Ask::Refuse) | None => {}
        }
        Ok(())
    }

    fn obey(&mut self) {
        let now = self.now();
        while let Some(order) = self.orders.next() {
            match order {
                Order::Begin(utterance) => self.ahead.begin(utterance),
                Order::Append(utterance, samples) => self.ahead.append(utterance, &samples),
                Order::Finish(utterance) => self.ahead.finish(utterance),
                Order::Keys(_) | Order::InfoKey(_) | Order::Agreed(_) => {}
            }
        }
        // After the orders: what a stop forbids may just have come in.
        let floor = self.shared.floor.load(Ordering::Acquire);
        if floor > self.floor {
            self.floor = floor;
            self.ahead.stop(floor - 1, now);
            self.said.stop(now);
        }
    }

    async fn speak(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        let mut sends = false;
        while let Some(out) = self.ahead.next(self.now()) {
            let text = match out {
                Out::Frame => self.frame(),
                Out::Mark(name) => self.writer.mark(&name),
                Out::Clear => self.writer.clear(),
            };
            sends = true;
            let fed = timeout(SEND_MAX, socket.feed(Socketed::Text(text.into()))).await;
            fed.ok().and_then(Result::ok).ok_or_else(gone)?;
        }
        if sends {
            let sent = timeout(SEND_MAX, socket.flush()).await;
            sent.ok().and_then(Result::ok).ok_or_else(gone)?;
        }
        Ok(())
    }

    fn frame(&mut self) -> String {
        self.encoder.encode_into(&self.ahead.samples, &mut self.payload);
        self.shared.packets_out.fetch_add(1, Ordering::Relaxed);
        self.said.sent(self.ahead.plays_until(), &self.payload);
        self.writer.media(&self.payload)
    }

    fn tell(&mut self) {
        while let Some(told) = self.ahead.told() {
            let at = self.now();
            match told {
                Told::Playing { utterance } => {
                    self.emit(LegEvent::Playing { utterance, at });
                    self.shared.playing.store(utterance, Ordering::Release);
                }
                Told::Played { utterance, samples, complete } => {
                    self.emit(LegEvent::Played { utterance, samples, complete, at });
                }
            }
        }
        let playing = self.shared.playing.load(Ordering::Relaxed);
        self.shared.played.store(self.ahead.sent_samples(playing), Ordering::Release);
    }

    fn emit(&self, event: LegEvent) {
        if self.events.try_send(event).is_err() {
            self.driver.tally.lost_events.more();
        }
    }

    fn now(&self) -> Millis {
        since(self.epoch)
    }
}

fn gone() -> Over {
    (Party::Network, "the stream takes nothing any more".to_owned())
}

fn since(epoch: Instant) -> Millis {
    Millis(u64::try_from(epoch.elapsed().as_millis()).unwrap_or(u64::MAX))
}
