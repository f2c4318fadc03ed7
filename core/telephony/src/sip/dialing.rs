//! Calls that we make.

use crate::digest::{self, Credentials};
use crate::sip::call::Call;
use crate::sip::driver::Driver;
use crate::sip::requests;
use crate::sip::session::Session;
use crate::{Account, Error, Leg, Tap};
use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Host, Method, Param, Response, StatusCodeKind, Transport, Uri};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

impl Driver {
    pub async fn dial(
        self: &Arc<Self>,
        uri: &str,
        from: &str,
        epoch: Instant,
        tap: Box<dyn Tap>,
    ) -> Result<Leg, Error> {
        let callee = Uri::try_from(uri).map_err(|_| Error::Uri)?;
        let peer = resolve(&callee).await?;
        let sockets = self.sockets()?;
        let mut session = Session::offering(self.ours(peer, sockets.lease.port));
        let mut invite = self.invite(&callee, from, peer, session.text());

        let (dialog, states, response) = self.ask(&mut invite).await?;
        let agreed = match session.answered(&response.body) {
            Ok(change) => change.agreed,
            Err(reject) => {
                let _ = dialog.bye().await;
                self.dialogs.remove_dialog(&dialog.id());
                return Err(Error::Media(reject.warning.to_owned()));
            }
        };
        let id = dialog.id();
        let key = (id.call_id, id.remote_tag);
        let call = Call::new(self, dialog, key.clone(), peer, None);
        self.add(key, &call);
        let leg = call.connect(session, agreed, sockets, epoch, tap);
        tokio::spawn(Arc::clone(&call).follow(states));
        if leg.is_err() {
            call.hang_up("no audio");
        }
        leg
    }

    /// Until the final answer; a challenge is answered once.
    async fn ask(
        &self,
        invite: &mut InviteOption,
    ) -> Result<(InviteDialog, DialogStateReceiver, Response), Error> {
        let mut challenged = false;
        loop {
            let (sender, states) = self.dialogs.new_dialog_state_channel();
            let asked = self.dialogs.do_invite(invite.clone(), sender).await;
            let (dialog, response) = asked.map_err(|error| Error::Peer(error.to_string()))?;
            let response = response.ok_or(Error::Refused { status: 408 })?;
            if response.status_code.kind() == StatusCodeKind::Successful {
                return Ok((dialog, states, response));
            }
            self.dialogs.remove_dialog(&dialog.id());
            let status = response.status_code.code();
            match self.authorization(&invite.callee, &response) {
                Some(header) if !challenged => {
                    challenged = true;
                    invite.headers.get_or_insert_default().push(header);
                }
                _ => return Err(Error::Refused { status }),
            }
        }
    }

    fn invite(&self, callee: &Uri, from: &str, peer: SocketAddr, offer: &str) -> InviteOption {
        let stream = callee.params.iter().any(|param| matches!(param, Param::Transport(Transport::Tcp)));
        let contact = self.contact(peer, stream);
        let caller = Uri { auth: Some(from.into()), params: Vec::new(), ..contact.clone() };
        InviteOption {
            caller,
            callee: callee.clone(),
            content_type: Some(requests::SDP.to_owned()),
            offer: Some(offer.as_bytes().to_vec()),
            contact,
            headers: Some(vec![requests::header("Allow", requests::ALLOW)]),
            ..InviteOption::default()
        }
    }

    /// With the account of that host, if there is one.
    fn authorization(&self, callee: &Uri, response: &Response) -> Option<Header> {
        let account = self.config.register.iter().find(|account| {
            Uri::try_from(account.registrar.as_str()).is_ok_and(|registrar| registrar.host() == callee.host())
        })?;
        authorization(account, response, Method::Invite, &callee.to_string())
    }
}

/// The header that answers a 401 or 407.
pub fn authorization(account: &Account, response: &Response, method: Method, uri: &str) -> Option<Header> {
    let (challenge, name) = match response.status_code.code() {
        401 => ("WWW-Authenticate", "Authorization"),
        407 => ("Proxy-Authenticate", "Proxy-Authorization"),
        _ => return None,
    };
    let offers: Vec<&str> = response
        .headers
        .iter()
        .filter(|header| header.name().eq_ignore_ascii_case(challenge))
        .map(Header::value)
        .collect();
    let chosen = digest::choose(offers, account.realm.as_deref())?;
    let who =
        Credentials { user: &account.user, password: &account.password, realm: account.realm.as_deref() };
    let cnonce = format!("{:016x}", rand::random::<u64>());
    Some(requests::header(name, &digest::answer(&chosen, who, &method.to_string(), uri, &cnonce)))
}

/// Only to know which of our addresses the peer sees; the stack resolves by SRV itself.
pub async fn resolve(uri: &Uri) -> Result<SocketAddr, Error> {
    let port = uri.host_with_port.port.as_ref().map_or(5060, |port| port.value());
    match uri.host() {
        Host::IpAddr(ip) => Ok(SocketAddr::new(*ip, port)),
        Host::Domain(name) => {
            let mut found = tokio::net::lookup_host((name.0.as_str(), port)).await.map_err(|_| Error::Uri)?;
            found.next().ok_or(Error::Uri)
        }
    }
}
