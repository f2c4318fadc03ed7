//! A plugin session's side of the door: takes effects without waiting, and has a task for each that is open.

use crate::clients::Kind;
use crate::credentials::Filler;
use crate::egress::Door;
use crate::exchange::{Exchange, What};
use crate::gate::Reach;
use crate::meter::Counts;
use crate::ticket::{Open, Out, Outbox, Over, Waiting};
use crate::trouble::Failed;
use crate::wakes::{WAKES_MAX, Wakes};
use crate::{Error, Grant, Origin, http, socket};
use closare_terms::Millis;
use closare_terms::network::{Body, Head, NetEffect, NetEvent, Request, Socket, Ticket, Trouble};
use reqwest::Client;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tracing::Span;

/// What one plugin session has open. Dropping it cancels all of that.
pub struct NetSession {
    /// Boxes: a channel makes room for many of what it carries, and an effect is large.
    effects: UnboundedSender<Box<NetEffect>>,
    hold: watch::Sender<bool>,
    task: AbortHandle,
}

impl NetSession {
    /// Carries an effect out; what comes of it is delivered. Never blocks. Closing a request's ticket cancels it.
    pub fn carry(&self, effect: NetEffect) {
        // The task ends only when this is dropped.
        let _ = self.effects.send(Box::new(effect));
    }

    /// While held, no answer and no socket is read: the vendor waits, and nothing counts as stalled.
    pub fn hold(&self, hold: bool) {
        self.hold.send_replace(hold);
    }

    pub(crate) fn start(door: Arc<Door>, grant: Grant, deliver: Deliver, room: Room) -> NetSession {
        let (effects, queue) = unbounded_channel();
        let (hold, held) = watch::channel(false);
        let counts = door.meter.counts(&grant.plugin, None);
        let runtime = door.runtime.clone();
        let (complaints, wakes) = (0.into(), Wakes::new(Instant::now()));
        let span = Span::current();
        let session = Session { door, grant, deliver, room, refused: counts, held, complaints, wakes, span };
        let session = Arc::new(session);
        let task = runtime.spawn(run(session, queue)).abort_handle();
        NetSession { effects, hold, task }
    }
}

impl Drop for NetSession {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) type Deliver = Arc<dyn Fn(NetEvent) + Send + Sync>;
pub(crate) type Room = Arc<dyn Fn() -> bool + Send + Sync>;

/// Lines of the log that one session may cause: one that goes wrong in a loop doesn't fill a disk.
const COMPLAINTS_MAX: u32 = 16;
/// How long an answer takes to what is refused after so many.
const REFUSED_AGAIN: Duration = Duration::from_millis(100);
/// How often a plugin that is behind is asked whether it has caught up.
const ROOM_EVERY: Duration = Duration::from_millis(2);

/// What the tasks of a session share.
pub(crate) struct Session {
    pub door: Arc<Door>,
    pub grant: Grant,
    pub deliver: Deliver,
    room: Room,
    /// What never came to an origin.
    pub refused: Arc<Counts>,
    held: watch::Receiver<bool>,
    complaints: AtomicU32,
    wakes: Wakes,
    /// In which it was opened: its exchanges are traced there.
    span: Span,
}

impl Session {
    /// Waits until the session may be read for.
    pub async fn readable(&self) {
        // An error is a session that is gone, and this task with it.
        let _ = self.held.clone().wait_for(|held| !held).await;
        while !(self.room)() {
            tokio::time::sleep(ROOM_EVERY).await;
        }
    }

    pub fn begin(&self, what: What, origin: &Origin) -> Exchange {
        let door = &self.door;
        let lane = door.lanes.of(&self.grant.plugin, origin, &door.meter);
        Exchange::begin(lane, what, self.span.clone())
    }

    /// The client for what was prepared, within the origin's limits.
    pub fn client(&self, exchange: &Exchange, reach: Reach, http1: bool) -> Result<Client, Error> {
        self.door.clients.get(Kind { reach, http1, connect: exchange.lane.limits.connect })
    }

    /// The first text of a socket, where the manifest has secrets in it.
    pub fn first_message(&self, text: String, origin: &Origin) -> Result<String, Error> {
        if !self.grant.in_first_message {
            return Ok(text);
        }
        let book = self.door.secrets();
        Filler { grant: &self.grant, book: &book, origin }.text(&text, json_escaped)
    }

    /// Too much of a session at once.
    fn overloaded(&self, ticket: Ticket) {
        tracing::debug!(plugin = %self.grant.plugin, ticket, "a session has too much open or in flight");
        self.refused.failure(Trouble::Overloaded);
        self.fail(ticket, &Trouble::Overloaded.into());
    }

    fn fail(&self, ticket: Ticket, failed: &Failed) {
        self.complain(failed);
        (self.deliver)(NetEvent::Failed { ticket, trouble: failed.trouble() });
    }

    /// As a vendor that refused its key would answer: so every plugin knows what it means.
    fn unauthorized(&self, ticket: Ticket, is_socket: bool, failed: &Failed) {
        self.complain(failed);
        let head = Head { ticket, status: 401, headers: vec![] };
        if is_socket {
            return (self.deliver)(NetEvent::Refused { head, body: vec![] });
        }
        (self.deliver)(NetEvent::Answered(head));
        (self.deliver)(NetEvent::Ended { ticket, trailers: vec![] });
    }

    fn complain(&self, failed: &Failed) {
        let said = match failed {
            Failed::Refused(error) => Some((error, "a plugin's request was refused")),
            Failed::Unauthorized(error) | Failed::Unavailable(error) => {
                Some((error, "no token for a plugin's request"))
            }
            Failed::Trouble(_) => None,
        };
        if let Some((error, what)) = said
            && self.may_complain()
        {
            tracing::warn!(plugin = %self.grant.plugin, %error, "{what}");
        }
    }

    /// Who asks again and again for what is refused is answered late.
    async fn slow_down(&self, failed: &Failed) {
        if !matches!(failed, Failed::Trouble(_)) && self.complaints.load(Relaxed) >= COMPLAINTS_MAX {
            tokio::time::sleep(REFUSED_AGAIN).await;
        }
    }

    fn may_complain(&self) -> bool {
        self.complaints.fetch_add(1, Relaxed) < COMPLAINTS_MAX
    }

    /// Used in a way in which a ticket that isn't open, or whose body is at its end, can't be.
    fn not_open(&self, ticket: Ticket) {
        if self.may_complain() {
            tracing::info!(plugin = %self.grant.plugin, ticket, "expected an open ticket, found a closed one: nothing is sent");
        }
    }
}

/// First messages are JSON with vendors that want a secret in them.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

async fn run(session: Arc<Session>, mut effects: UnboundedReceiver<Box<NetEffect>>) {
    let mut open = BTreeMap::new();
    while let Some(effect) = effects.recv().await {
        carry_out(&session, &mut open, *effect);
    }
}

type Opened = BTreeMap<Ticket, Open>;

fn carry_out(session: &Arc<Session>, open: &mut Opened, effect: NetEffect) {
    match effect {
        NetEffect::Ask(request) => ask(session, open, request),
        NetEffect::Open(socket) => open_socket(session, open, socket),
        NetEffect::Wake { ticket, after } => wake(session, open, ticket, after),
        NetEffect::More { ticket, bytes } | NetEffect::Binary { ticket, bytes } => {
            push(session, open, ticket, Out::Bytes(bytes));
        }
        NetEffect::Text { ticket, text } => push(session, open, ticket, Out::Text(text)),
        NetEffect::End { ticket } => {
            // The end of the queue is the end of the body.
            if let Some(ticket) = open.get_mut(&ticket) {
                ticket.out = None;
            }
        }
        NetEffect::Close { ticket, code } => close(session, open, ticket, code),
    }
}

fn ask(session: &Arc<Session>, open: &mut Opened, request: Request) {
    let ticket = request.ticket;
    let whole = match &request.body {
        Body::Whole(bytes) => bytes.len(),
        Body::None | Body::Streamed => 0,
    };
    let others: usize = open.values().filter(|one| !one.over.is_set()).map(|one| one.whole).sum();
    if others + whole > session.door.limits.in_flight_max {
        return session.overloaded(ticket);
    }
    let outbox = (request.body == Body::Streamed).then(|| outbox(session, ticket));
    let (out, queue) = outbox.unzip();
    spawn(session, open, ticket, Carried { out, is_socket: false, whole }, |session| async move {
        http::ask(&session, request, queue).await
    });
}

fn open_socket(session: &Arc<Session>, open: &mut Opened, socket: Socket) {
    let ticket = socket.ticket;
    let (out, queue) = outbox(session, ticket);
    let carried = Carried { out: Some(out), is_socket: true, whole: 0 };
    spawn(
        session,
        open,
        ticket,
        carried,
        |session| async move { socket::open(&session, socket, queue).await },
    );
}

fn wake(session: &Arc<Session>, open: &mut Opened, ticket: Ticket, after: Millis) {
    let (sleep, first_over) = session.wakes.sleep(Instant::now(), after);
    if first_over && session.may_complain() {
        tracing::warn!(plugin = %session.grant.plugin, "expected at most {WAKES_MAX} wake-ups a second, found more: they wait");
    }
    spawn(session, open, ticket, Carried::default(), move |_| async move {
        tokio::time::sleep(sleep).await;
        Ok(NetEvent::Woke { ticket })
    });
}

/// What a ticket has to send.
#[derive(Default)]
struct Carried {
    out: Option<Outbox>,
    is_socket: bool,
    whole: usize,
}

/// Starts the task of a ticket; what it gives is the ticket's last event.
fn spawn<F>(
    session: &Arc<Session>,
    open: &mut Opened,
    ticket: Ticket,
    carried: Carried,
    work: impl FnOnce(Arc<Session>) -> F,
) where
    F: Future<Output = Result<NetEvent, Failed>> + Send + 'static,
{
    open.retain(|_, one| !one.over.is_set());
    if open.contains_key(&ticket) {
        if session.may_complain() {
            tracing::warn!(plugin = %session.grant.plugin, ticket, "expected a new ticket, found one that is open");
        }
        return;
    }
    if open.len() >= session.door.limits.open_max {
        return session.overloaded(ticket);
    }
    let Carried { out, is_socket, whole } = carried;
    let (over, work, told) = (Over::default(), work(session.clone()), session.clone());
    let ending = over.clone();
    let task = session.door.runtime.spawn(async move {
        let last = work.await;
        if let Err(failed) = &last {
            told.slow_down(failed).await;
        }
        ending.set();
        match last {
            Ok(event) => (told.deliver)(event),
            Err(failed @ Failed::Unauthorized(_)) => told.unauthorized(ticket, is_socket, &failed),
            Err(failed) => told.fail(ticket, &failed),
        }
    });
    open.insert(ticket, Open { over, out, is_socket, whole, task: task.abort_handle() });
}

fn outbox(session: &Session, ticket: Ticket) -> (Outbox, Inbox) {
    let (queue, received) = unbounded_channel();
    let waiting = Waiting::new(ticket, session.door.limits.waiting_mark);
    (Outbox { queue, waiting: waiting.clone() }, Inbox { queue: received, waiting })
}

/// The other end of an [`Outbox`].
pub(crate) struct Inbox {
    pub queue: UnboundedReceiver<Out>,
    pub waiting: Arc<Waiting>,
}

/// What is sent to a ticket that isn't open is dropped.
fn push(session: &Session, open: &mut Opened, ticket: Ticket, what: Out) {
    let one = open.get(&ticket);
    if one.is_some_and(|one| one.over.is_set()) {
        // Its end may be on its way to the session.
        return;
    }
    let Some(out) = one.and_then(|one| one.out.as_ref()) else { return session.not_open(ticket) };
    let waiting = out.waiting.add(what.len(), &*session.deliver);
    let _ = out.queue.send(what);
    if waiting > session.door.limits.in_flight_max {
        open.remove(&ticket);
        session.overloaded(ticket);
    }
}

/// A socket says goodbye after what waits; all else is dropped at once.
fn close(session: &Session, open: &mut Opened, ticket: Ticket, code: u16) {
    match open.get(&ticket).is_some_and(|one| one.is_socket) {
        true => push(session, open, ticket, Out::Close(code)),
        false => drop(open.remove(&ticket)),
    }
}
