//! Makes a cassette: the plugin in the real host, its network by the real egress, its vendor where it is.

use super::came::{Came, sifted};
use super::file::{Entry, VERSION, What};
use super::given::Given;
use super::session::{Put, Session, open};
use super::told::{Out, Told};
use super::{Cassette, Error, Secrets, effect};
use closare_egress::{Egress, NetSession};
use closare_host::Plugin;
use closare_runtime::grant;
use closare_terms::network::{NetEffect, NetEvent, Ticket, Trouble};
use closare_terms::{Language, Millis, Role, UnixMillis};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// What to record. Everything in it was written for this: a text, a file, options.
pub struct Recording {
    pub about: String,
    pub role: Role,
    pub options: Map<String, Value>,
    pub languages: Vec<Language>,
    pub voice: Option<String>,
    /// A WAV file's name beside the cassette.
    pub sound: Option<String>,
    pub wall: UnixMillis,
    /// Each at its time.
    pub given: Vec<(Millis, Given)>,
    /// How long to wait for the end.
    pub limit: Duration,
}

/// How long what still comes after the answer is waited for: a socket's goodbye, a last usage.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// `folder` is where the cassette and its sound lie.
///
/// # Errors
/// It doesn't fit the plugin, it may not send, no end came in time, or a secret can't be cut out.
pub async fn record(
    plugin: &Plugin,
    egress: &Egress,
    secrets: &Secrets,
    what: Recording,
    folder: &Path,
) -> Result<Cassette, Error> {
    let limit = what.limit;
    let mut given: VecDeque<(Millis, Given)> = what.given.into();
    let answers = given.iter().filter(|(_, given)| is_answered(given)).count();
    let mut cassette = Cassette {
        cassette: VERSION,
        about: what.about,
        role: what.role,
        options: what.options,
        languages: what.languages,
        seed: 1,
        wall: what.wall,
        voice: what.voice,
        sound: what.sound,
        tape: Vec::new(),
        told: Vec::new(),
    };
    let options = plugin.options_checked(&Value::Object(cassette.options.clone()))?;
    let options: Value = serde_json::from_str(&options).unwrap_or_default();
    let (deliver, events) = unbounded_channel();
    let tell = move |event| drop(deliver.send(event));
    let net = egress.session(grant(plugin, &options), tell, || true);
    let (session, outputs) = open(plugin, &cassette, folder)?;
    let mut tape = Tape::new(session, net, events, answers);
    tape.outputs(outputs);

    let ran = timeout(limit, tape.run(secrets, &mut given)).await;
    match ran {
        Ok(ran) => ran?,
        Err(_) => {
            let told = serde_json::to_string(&tape.told.values()).unwrap_or_default();
            return Err(Error::Endless { limit, told });
        }
    }
    tape.settle(secrets).await?;
    tape.give(Given::Finish)?;
    tape.settle(secrets).await?;

    if tape.came.iter().any(is_refusal) {
        return Err(Error::NotSent);
    }
    cassette.told = tape.told.values();
    cassette.tape = tape.entries;
    secrets.look(&cassette.text(), tape.came.iter())?;
    Ok(cassette)
}

/// Whether the plugin says when it is done with it.
fn is_answered(given: &Given) -> bool {
    match given {
        Given::Chat(_) | Given::Extract(_) | Given::Summarize(_) | Given::Flush | Given::Invoke { .. } => {
            true
        }
        Given::Say(say) => say.last,
        Given::Audio(_)
        | Given::Listen(_)
        | Given::Finish
        | Given::CancelJob(_)
        | Given::CancelUtterance(_)
        | Given::CancelInvocation(_) => false,
    }
}

/// The tape as it runs.
struct Tape {
    began: Instant,
    session: Option<Box<dyn Session>>,
    net: NetSession,
    events: UnboundedReceiver<NetEvent>,
    entries: Vec<Entry>,
    came: Vec<NetEvent>,
    told: Told,
    /// Requests and wake-ups, then sockets.
    open: BTreeSet<Ticket>,
    sockets: BTreeSet<Ticket>,
    answers_due: usize,
}

impl Tape {
    fn new(
        session: Option<Box<dyn Session>>,
        net: NetSession,
        events: UnboundedReceiver<NetEvent>,
        answers_due: usize,
    ) -> Tape {
        let (entries, came, told, open, sockets) = Default::default();
        Tape { began: Instant::now(), session, net, events, entries, came, told, open, sockets, answers_due }
    }

    /// Up to the last answer.
    async fn run(&mut self, secrets: &Secrets, given: &mut VecDeque<(Millis, Given)>) -> Result<(), Error> {
        while !self.is_answered() || !given.is_empty() {
            let due = given.front().map(|(at, _)| self.began + Duration::from_millis(at.0));
            let wait = due.map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
            match timeout(wait, self.events.recv()).await {
                Ok(Some(event)) => self.came(secrets, event)?,
                Ok(None) => break,
                Err(_) => {
                    if let Some((_, given)) = given.pop_front() {
                        self.give(given)?;
                    }
                }
            }
            if self.session.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// What is still open comes to its end.
    async fn settle(&mut self, secrets: &Secrets) -> Result<(), Error> {
        let until = Instant::now() + AFTERWARDS;
        while !(self.open.is_empty() && self.sockets.is_empty()) && self.session.is_some() {
            let left = until.saturating_duration_since(Instant::now());
            match timeout(left, self.events.recv()).await {
                Ok(Some(event)) => self.came(secrets, event)?,
                Ok(None) | Err(_) => break,
            }
        }
        Ok(())
    }

    fn is_answered(&self) -> bool {
        self.answers_due == 0 || self.session.is_none()
    }

    fn at(&self) -> Millis {
        Millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn give(&mut self, given: Given) -> Result<(), Error> {
        self.put(What::Given(given.clone()), Put::Given(given))
    }

    fn came(&mut self, secrets: &Secrets, event: NetEvent) -> Result<(), Error> {
        let event = secrets.cut(sifted(event));
        if let Some(ticket) = ends(&event) {
            self.open.remove(&ticket);
            self.sockets.remove(&ticket);
        }
        self.came.push(event.clone());
        self.put(What::Comes(Came::from(event.clone())), Put::Came(event))
    }

    fn put(&mut self, what: What, put: Put) -> Result<(), Error> {
        let at = self.at();
        let Some(session) = &mut self.session else { return Ok(()) };
        self.entries.push(Entry { at, what });
        let outputs = session.put(at, put)?;
        self.outputs(outputs);
        Ok(())
    }

    fn outputs(&mut self, outputs: Vec<Out>) {
        let at = self.entries.last().map_or(Millis::ZERO, |entry| entry.at);
        for out in outputs {
            match &out {
                Out::Net(net) => {
                    self.entries.push(Entry { at, what: What::Asks(effect::shown(net)) });
                    self.carry(net.clone());
                }
                Out::Answer(_) => self.answers_due = self.answers_due.saturating_sub(1),
                Out::Failed(_) => self.session = None,
                Out::Token { .. } | Out::Audio { .. } | Out::Other(_) => {}
            }
            self.told.add(out);
        }
    }

    fn carry(&mut self, effect: NetEffect) {
        match &effect {
            NetEffect::Ask(request) => drop(self.open.insert(request.ticket)),
            NetEffect::Open(socket) => drop(self.sockets.insert(socket.ticket)),
            NetEffect::Wake { ticket, .. } => drop(self.open.insert(*ticket)),
            // A request's ticket is gone at once, a socket's with its goodbye.
            NetEffect::Close { ticket, .. } => drop(self.open.remove(ticket)),
            NetEffect::More { .. }
            | NetEffect::End { .. }
            | NetEffect::Text { .. }
            | NetEffect::Binary { .. } => {}
        }
        self.net.carry(effect);
    }
}

/// By the operator's own machine, for want of a key or of leave: that says nothing about the vendor.
fn is_refusal(event: &NetEvent) -> bool {
    matches!(event, NetEvent::Failed { trouble: Trouble::NotAllowed, .. })
}

/// The ticket that has its last event.
fn ends(event: &NetEvent) -> Option<Ticket> {
    match event {
        NetEvent::Ended { ticket, .. }
        | NetEvent::Closed { ticket, .. }
        | NetEvent::Failed { ticket, .. }
        | NetEvent::Woke { ticket } => Some(*ticket),
        NetEvent::Refused { head, .. } => Some(head.ticket),
        NetEvent::Answered(_)
        | NetEvent::Opened(_)
        | NetEvent::Chunk { .. }
        | NetEvent::Text { .. }
        | NetEvent::Binary { .. }
        | NetEvent::Waiting { .. } => None,
    }
}
