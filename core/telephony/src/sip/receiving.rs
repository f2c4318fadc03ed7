//! Sorts requests as they come, one after the other: nothing here may wait. What takes time gets a task of its own.

use crate::number;
use crate::signalling::Signalling;
use crate::sip::admission::Verdict;
use crate::sip::call::Call;
use crate::sip::driver::Driver;
use crate::sip::requests;
use crate::{Incoming, sdp};
use closare_terms::PhoneNumber;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::Dialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, HostWithPort, Method, Param, Scheme, StatusCode, Transport, Uri};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::error::TrySendError;

impl Driver {
    pub async fn receive(self: Arc<Self>, mut requests: TransactionReceiver) {
        loop {
            let next = tokio::select! {
                next = requests.recv() => next,
                () = self.stop.cancelled() => None,
            };
            let Some(tx) = next else { return };
            self.sort(tx);
        }
    }

    fn sort(self: &Arc<Self>, tx: Transaction) {
        let Ok(id) = DialogId::try_from(&tx) else {
            return answer(tx, 400, Vec::new());
        };
        let inside = !id.local_tag.is_empty();
        match (tx.original.method, inside) {
            (Method::Ack | Method::Cancel, _) => {}
            (Method::Invite, false) => self.new_call(tx, id),
            (_, true) => match self.dialogs.match_dialog(&tx) {
                Some(dialog) => self.inside(tx, dialog),
                None => answer(tx, 481, Vec::new()),
            },
            (Method::Options, false) => answer(tx, 200, capabilities()),
            (Method::Bye | Method::Update | Method::Info | Method::PRack | Method::Notify, false) => {
                answer(tx, 481, Vec::new());
            }
            (_, false) => answer(tx, 405, vec![requests::header("Allow", requests::ALLOW)]),
        }
    }

    fn new_call(self: &Arc<Self>, tx: Transaction, id: DialogId) {
        self.tally.invites.more();
        let key = (id.call_id, id.remote_tag);
        // The same INVITE by another way (RFC 3261 §8.2.2.2).
        if self.call(&key).is_some() {
            return answer(tx, 482, Vec::new());
        }
        if let Some((status, headers)) = self.turned_away(&tx) {
            return answer(tx, status, headers);
        }
        let Some(source) = requests::source(&tx) else { return answer(tx, 400, Vec::new()) };

        let (sender, states) = self.dialogs.new_dialog_state_channel();
        let contact = self.contact(source, !requests::is_udp(&tx));
        let Ok(dialog) = self.dialogs.get_or_create_server_invite(&tx, sender, None, Some(contact)) else {
            return answer(tx, 400, Vec::new());
        };
        if let Some(target) = requests::behind_nat(&tx.original, source, requests::is_udp(&tx)) {
            Dialog::Invite(dialog.clone())
                .set_remote_target(target, tx.original.contact_header().ok().cloned());
        }
        let call = Call::new(self, dialog.clone(), key.clone(), source, Some(tx.tu_sender.clone()));
        self.add(key, &call);
        let incoming = self.describe(&tx, source, &call);
        tokio::spawn(handle(tx, Dialog::Invite(dialog)));
        tokio::spawn(Arc::clone(&call).follow(states));
        match self.incoming.try_send(incoming) {
            Ok(()) => {}
            Err(TrySendError::Full(incoming) | TrySendError::Closed(incoming)) => {
                incoming.refuse(503, "nobody takes calls", Some(10));
            }
        }
    }

    /// What can be said before a dialog is made, and should: the stack's queues have no bound.
    fn turned_away(&self, tx: &Transaction) -> Option<(u16, Vec<Header>)> {
        let unavailable = |seconds: u32| (503, vec![requests::header("Retry-After", &seconds.to_string())]);
        match self.gate.admission().new_call(Instant::now(), self.count()) {
            Verdict::Welcome => {}
            Verdict::OverRate { retry_after } => {
                self.tally.over_rate.more();
                return Some(unavailable(retry_after));
            }
            Verdict::OverCalls { retry_after } => {
                self.tally.over_calls.more();
                return Some(unavailable(retry_after));
            }
        }
        let request = &tx.original;
        if request.body.is_empty() {
            return None;
        }
        if requests::content_type(request) != requests::SDP {
            return Some((415, vec![requests::header("Accept", requests::SDP)]));
        }
        let ours = sdp::Ours { session: 0, version: 0, address: self.local.ip(), port: 0 };
        let reject = sdp::answer(&request.body, ours).err()?;
        self.tally.no_codec.more();
        Some((
            reject.status,
            vec![requests::header("Warning", &format!("305 closare \"{}\"", reject.warning))],
        ))
    }

    fn describe(&self, tx: &Transaction, source: SocketAddr, call: &Arc<Call>) -> Incoming {
        let request = &tx.original;
        let caller = requests::caller(request);
        let mut to = number::user_of(&request.uri.to_string());
        if self.config.register.iter().any(|account| account.user == to) {
            to = number::user_of(requests::value(request, "To"));
        }
        Incoming {
            to: PhoneNumber(to),
            from: caller.number,
            from_name: caller.name,
            verified: caller.verified,
            headers: requests::extension_headers(request),
            source,
            sip_call_id: requests::value(request, "Call-ID").to_owned(),
            stream: None,
            call: Signalling::Sip(Arc::clone(call)),
        }
    }

    /// A request in a dialog. What the stack would leave without an answer is answered here.
    fn inside(self: &Arc<Self>, tx: Transaction, dialog: Dialog) {
        let Dialog::Invite(invite) = &dialog else { return answer(tx, 481, Vec::new()) };
        let snapshot = invite.snapshot();
        let number = tx.original.cseq_header().and_then(|cseq| cseq.seq()).unwrap_or(0);
        if number < snapshot.remote_cseq {
            return answer(tx, 500, Vec::new());
        }
        let call = self.call(&(snapshot.id.call_id, snapshot.id.remote_tag));
        if !invite.state().is_confirmed() {
            match tx.original.method {
                Method::Options => return answer(tx, 200, capabilities()),
                Method::Info => {
                    let status = call.map_or(481, |call| call.info(&tx.original));
                    return answer(tx, status, Vec::new());
                }
                // Ours isn't settled yet (RFC 3261 §14.2, RFC 3311 §5.2).
                Method::Update | Method::Invite => return answer(tx, 491, Vec::new()),
                Method::Bye | Method::PRack | Method::Ack => {}
                _ => return answer(tx, 405, vec![requests::header("Allow", requests::ALLOW)]),
            }
        }
        match (tx.original.method, call) {
            (Method::Notify, Some(call)) => {
                tokio::spawn(notified(tx, call));
            }
            _ => {
                tokio::spawn(handle(tx, dialog));
            }
        }
    }

    /// Where requests of a dialog find us.
    pub fn contact(&self, peer: SocketAddr, stream: bool) -> Uri {
        let address = SocketAddr::new(self.address_towards(peer.ip()), self.local.port());
        Uri {
            scheme: Some(Scheme::Sip),
            auth: Some("closare".into()),
            host_with_port: HostWithPort::from(address),
            params: if stream { vec![Param::Transport(Transport::Tcp)] } else { Vec::new() },
            headers: Vec::new(),
        }
    }
}

async fn handle(mut tx: Transaction, mut dialog: Dialog) {
    if let Err(error) = dialog.handle(&mut tx).await {
        tracing::debug!(%error, method = %tx.original.method, "a request wasn't handled");
    }
}

/// The answer is on its way before anybody hears of the news: a BYE that follows from it doesn't overtake it.
async fn notified(mut tx: Transaction, call: Arc<Call>) {
    if tx.reply(StatusCode::OK).await.is_ok() {
        call.notified(&tx.original);
    }
}

/// Answers outside a dialog, and keeps the transaction until its end, so that the answer is repeated.
fn answer(mut tx: Transaction, status: u16, headers: Vec<Header>) {
    tokio::spawn(async move {
        if let Err(error) = tx.reply_with(StatusCode::from(status), headers, None).await {
            tracing::debug!(%error, status, "an answer couldn't be sent");
            return;
        }
        while tx.original.method == Method::Invite && tx.receive().await.is_some() {}
    });
}

fn capabilities() -> Vec<Header> {
    vec![requests::header("Allow", requests::ALLOW), requests::header("Accept", requests::SDP)]
}
