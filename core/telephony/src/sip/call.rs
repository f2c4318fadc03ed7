//! One call's SIP side: the dialog, its SDP, its end. Events of the dialog come in order to [`Call::follow`].

mod answering;
mod inside;
mod transfer;

use crate::leg::{LegEvent, Party, TransferOutcome};
use crate::media::line::Line;
use crate::media::ports::Lease;
use crate::sip::driver::Driver;
use crate::sip::requests;
use crate::sip::session::Session;
use closare_terms::Millis;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::Header;
use rsipstack::transaction::key::TransactionRole;
use rsipstack::transaction::transaction::TransactionEventSender;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Duration, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

pub(crate) struct Call {
    driver: Arc<Driver>,
    dialog: InviteDialog,
    key: (String, String),
    peer: SocketAddr,
    /// Of the INVITE that we were sent; none for a call that we made.
    invite: Option<TransactionEventSender>,
    state: Mutex<State>,
    /// Before an answer: the caller gave up. After it: the call is over.
    over: CancellationToken,
    /// The audio thread heard nothing for too long.
    dead: CancellationToken,
    acknowledged: watch::Sender<bool>,
    /// Something changed that [`Call::follow`] must look at.
    poke: Notify,
}

#[derive(Default)]
struct State {
    answered: bool,
    refused: bool,
    session: Option<Session>,
    line: Option<Arc<Line>>,
    lease: Option<Lease>,
    events: Option<mpsc::Sender<LegEvent>>,
    epoch: Option<Instant>,
    /// Who ended the call, and why; the first to say so.
    ending: Option<(Party, String)>,
    /// A BYE must wait for the ACK (RFC 3261 §15).
    bye_sent: bool,
    transfer_until: Option<Instant>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("id", &self.key.0).finish_non_exhaustive()
    }
}

impl Call {
    pub fn new(
        driver: &Arc<Driver>,
        dialog: InviteDialog,
        key: (String, String),
        peer: SocketAddr,
        invite: Option<TransactionEventSender>,
    ) -> Arc<Call> {
        Arc::new(Call {
            driver: Arc::clone(driver),
            dialog,
            key,
            peer,
            state: Mutex::default(),
            over: CancellationToken::new(),
            dead: CancellationToken::new(),
            acknowledged: watch::Sender::new(invite.is_none()),
            invite,
            poke: Notify::new(),
        })
    }

    pub async fn cancelled(&self) {
        self.over.cancelled().await;
    }

    pub fn is_cancelled(&self) -> bool {
        self.over.is_cancelled()
    }

    pub fn hang_up(&self, reason: &str) {
        if self.state().answered {
            self.end(Party::Us, reason);
        } else {
            self.refuse(480, reason, None);
        }
    }

    /// Silence at once; the BYE as soon as SIP allows it.
    fn end(&self, by: Party, reason: &str) {
        let mut state = self.state();
        state.ending.get_or_insert_with(|| (by, reason.to_owned()));
        if let Some(line) = &state.line {
            line.close();
        }
        drop(state);
        self.bye();
        self.poke.notify_one();
    }

    fn bye(&self) {
        let mut state = self.state();
        let Some((_, reason)) = state.ending.clone() else { return };
        if state.bye_sent || !self.dialog.state().is_confirmed() {
            return;
        }
        state.bye_sent = true;
        drop(state);
        let dialog = self.dialog.clone();
        let headers = vec![reason_header(200, &reason)];
        self.driver.runtime.spawn(async move {
            if let Err(error) = dialog.bye_with_headers(Some(headers)).await {
                tracing::debug!(%error, "BYE went unanswered");
            }
        });
    }

    /// The dialog's events, until it is over.
    pub async fn follow(self: Arc<Self>, mut states: DialogStateReceiver) {
        let mut told = false;
        loop {
            if !told && self.state().ending.is_some() {
                told = true;
                self.tell_end().await;
            }
            if self.state().refused {
                break;
            }
            let (transfer_until, events, line) = {
                let state = self.state();
                (state.transfer_until, state.events.clone(), state.line.clone())
            };
            tokio::select! {
                state = states.recv() => match state {
                    Some(DialogState::Terminated(_, reason)) => {
                        self.terminated(&reason);
                        break;
                    }
                    Some(state) => self.on(state).await,
                    None => break,
                },
                () = self.poke.notified() => {}
                () = self.dead.cancelled(), if !told => {
                    self.driver.tally.dead_calls.more();
                    self.end(Party::Network, "no audio came");
                }
                () = wait_until(transfer_until) => self.transfer_went(TransferOutcome::Failed { status: 408 }),
                () = audio_ended(line), if !told => self.end(Party::Network, "the audio failed"),
                () = closed(events), if !told => self.end(Party::Us, "the leg was dropped"),
            }
        }
        if !told && self.state().answered {
            self.tell_end().await;
        }
        self.over.cancel();
        if let Some(line) = &self.state().line {
            line.close();
        }
        self.driver.dialogs.remove_dialog(&self.dialog.id());
        self.driver.remove(&self.key);
    }

    fn terminated(&self, reason: &TerminatedReason) {
        let peer_hung_up = match self.dialog.role() {
            TransactionRole::Server => {
                matches!(reason, TerminatedReason::UacBye | TerminatedReason::UacCancel)
            }
            TransactionRole::Client => matches!(reason, TerminatedReason::UasBye),
        };
        if peer_hung_up {
            // Many trunks send no NOTIFY: they hang up on us once the caller is elsewhere.
            self.transfer_went(TransferOutcome::Done);
        }
        let (by, words) = match reason {
            TerminatedReason::UacCancel => (Party::Caller, "gave up"),
            _ if peer_hung_up => (Party::Caller, "hung up"),
            TerminatedReason::Timeout => (Party::Network, "no ACK came"),
            _ => (Party::Network, "the dialog failed"),
        };
        let mut state = self.state();
        state.ending.get_or_insert_with(|| (by, words.to_owned()));
        if let Some(line) = &state.line {
            line.close();
        }
    }

    /// The last event: after all that the audio thread has to say.
    async fn tell_end(&self) {
        let (events, line, epoch, ending) = {
            let mut state = self.state();
            state.lease = None;
            (state.events.take(), state.line.clone(), state.epoch, state.ending.clone())
        };
        let (Some(events), Some(epoch)) = (events, epoch) else { return };
        if let Some(line) = line {
            line.close();
            let _ = timeout(AUDIO_ENDS, line.ended()).await;
        }
        let (by, reason) = ending.unwrap_or((Party::Network, "the dialog is gone".to_owned()));
        tracing::info!(call = %self.key.0, ?by, reason, "call ended");
        let _ = timeout(AUDIO_ENDS, events.send(LegEvent::Ended { at: since(epoch), by, reason })).await;
    }

    fn emit(&self, event: impl FnOnce(Millis) -> LegEvent) {
        let state = self.state();
        if let (Some(events), Some(epoch)) = (&state.events, state.epoch)
            && events.try_send(event(since(epoch))).is_err()
        {
            self.driver.tally.lost_events.more();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn wait_until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant.into()).await,
        None => std::future::pending().await,
    }
}

async fn closed(events: Option<mpsc::Sender<LegEvent>>) {
    match events {
        Some(events) => events.closed().await,
        None => std::future::pending().await,
    }
}

async fn audio_ended(line: Option<Arc<Line>>) {
    match line {
        Some(line) => line.ended().await,
        None => std::future::pending().await,
    }
}

fn since(epoch: Instant) -> Millis {
    Millis(u64::try_from(epoch.elapsed().as_millis()).unwrap_or(u64::MAX))
}

fn reason_header(cause: u16, text: &str) -> Header {
    let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    requests::header("Reason", &format!("SIP;cause={cause};text=\"{text}\""))
}

const AUDIO_ENDS: Duration = Duration::from_millis(500);
