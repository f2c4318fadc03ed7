//! A plugin session with its network: what it asks goes to egress, what came of it goes back in.

use crate::failure::cause_word;
use closare_egress::{Credential, Egress, Grant, NetSession, OauthClient, Origin};
use closare_host::manifest::CredentialKind;
use closare_host::{Event, Input, Manifest, NotSent, Plugin, Session};
use closare_terms::PluginName;
use closare_terms::network::{NetEffect, NetEvent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, Weak};

/// Of a session that has so much to do, nothing more is read from the network: what is read must never be lost.
const WAITING_MAX: usize = 32;

/// Dropping it ends the session and everything that it has open.
pub struct Plugged<I: Input> {
    joint: Arc<Joint<I>>,
}

struct Joint<I: Input> {
    session: OnceLock<Session<I>>,
    net: OnceLock<NetSession>,
    finished: AtomicBool,
}

impl<I: Input> Plugged<I> {
    pub fn send(&self, input: I) -> Result<(), NotSent> {
        self.joint.session.get().map_or(Err(NotSent::Over), |session| session.send(input))
    }

    /// Ends the session with its last input: what it tells of that is told, what it asks of the network isn't done.
    pub fn finish(self, last: I) {
        self.joint.finished.store(true, Relaxed);
        if let Some(session) = self.joint.session.get() {
            session.finish(last);
        }
    }
}

impl<I: Input> Plugged<I> {
    /// Lets what the session has open at the network wait, or go on. Does nothing once the session is gone.
    pub fn holder(&self) -> impl Fn(bool) + Send + 'static
    where
        I: 'static,
        Session<I>: Send + Sync,
    {
        let joint = Arc::downgrade(&self.joint);
        move |hold| {
            if let Some(joint) = joint.upgrade()
                && let Some(net) = joint.net.get()
            {
                net.hold(hold);
            }
        }
    }
}

/// Whether a session is still held, or tells its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Held,
    Last,
}

/// Opens a session. `open` gets the function that takes the session's events; `inward` makes an input of a network event;
/// `outward` takes the network's effect out of an output, or hands the output on.
pub fn plug<I, O>(
    egress: &Egress,
    grant: Grant,
    inward: impl Fn(NetEvent) -> I + Send + Sync + 'static,
    outward: impl Fn(O) -> Result<NetEffect, O> + Send + 'static,
    mut told: impl FnMut(Event<O>, Stage) + Send + 'static,
    open: impl FnOnce(Box<dyn FnMut(Event<O>) + Send>) -> Session<I>,
) -> Plugged<I>
where
    I: Input + Send + Sync + 'static,
    O: Send + 'static,
    Session<I>: Send + Sync,
{
    let (session, net, finished) = (OnceLock::new(), OnceLock::new(), AtomicBool::new(false));
    let joint = Arc::new(Joint { session, net, finished });
    let back: Weak<Joint<I>> = Arc::downgrade(&joint);
    let deliver = move |event| {
        if let Some(joint) = back.upgrade() {
            // At worst this waits for the line below `open`. An ended session shows by its own end.
            let _ = joint.session.wait().send(inward(event));
        }
    };
    let behind = Arc::downgrade(&joint);
    let room = move || {
        let joint = behind.upgrade();
        joint.is_none_or(|joint| joint.session.get().is_none_or(|session| session.waiting() < WAITING_MAX))
    };
    let net = egress.session(grant, deliver, room);
    let _ = joint.net.set(net);
    let out: Weak<Joint<I>> = Arc::downgrade(&joint);
    let session = open(Box::new(move |event| {
        let joint = out.upgrade();
        let held = joint.as_ref().is_some_and(|joint| !joint.finished.load(Relaxed));
        let stage = if held { Stage::Held } else { Stage::Last };
        match event {
            Event::Output(output) => match outward(output) {
                Ok(effect) => {
                    if let Some(net) = joint.as_ref().and_then(|joint| joint.net.get()) {
                        net.carry(effect);
                    }
                }
                Err(output) => told(Event::Output(output), stage),
            },
            Event::Ended(Err(error)) => {
                let reason = cause_word(&error.cause);
                tracing::warn!(plugin = %error.plugin, role = %error.role, reason, "a plugin's session has ended");
                told(Event::Ended(Err(error)), stage);
            }
            event @ (Event::Opened(_) | Event::Ended(Ok(()))) => told(event, stage),
        }
    }));
    let _ = joint.session.set(session);
    Plugged { joint }
}

/// What a plugin may do outside with these options. One without a network may still ask to be woken.
pub fn grant(plugin: &Plugin, options: &serde_json::Value) -> Grant {
    let manifest = plugin.manifest();
    let origins = manifest.origins(options).iter().filter_map(|url| Origin::of(url).ok()).collect();
    Grant {
        plugin: PluginName(manifest.name.to_string()),
        origins,
        credentials: credentials(manifest),
        secrets: manifest.secrets.keys().cloned().collect::<BTreeSet<_>>(),
        in_first_message: manifest.credentials.values().any(|credential| credential.in_first_message),
    }
}

fn credentials(manifest: &Manifest) -> BTreeMap<String, Credential> {
    // Those that no option of a workflow can change.
    let own = manifest.fixed_origins();
    let own: Vec<Origin> = own.iter().filter_map(|url| Origin::of(url).ok()).collect();
    let of = |credential: &closare_host::manifest::Credential| {
        if credential.kind == CredentialKind::OauthClient
            && let Some(client) = OauthClient::of(&credential.more, own.clone())
        {
            return Credential::OauthClient(client);
        }
        let kind = serde_json::to_value(credential.kind).unwrap_or_default();
        Credential::of(
            kind.as_str().unwrap_or_default(),
            credential.name.as_deref(),
            credential.value.as_deref(),
        )
    };
    manifest.credentials.iter().map(|(name, credential)| (name.clone(), of(credential))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_the_manifests_own_origins() {
        let text = r#"
plugin: 1
name: vendor
version: 0.1.0
about: A vendor with tokens.
license: Apache-2.0
roles: [language-model]
network: ["https://api.example.com", {option: base_url}]
options: {base_url: {type: string, default: "https://elsewhere.example.com"}}
processing: {region: EU, trains_on_data: no, retention: none}
secrets: {SECRET: console}
credentials:
  api:
    kind: oauth_client
    token_url: https://auth.example.com/token
    client_id: us
    client_secret: "{{secret:SECRET}}"
    scopes: [a, b]
    auth: body
"#;
        let expected = OauthClient {
            token_url: "https://auth.example.com/token".to_owned(),
            client_id: "us".to_owned(),
            client_secret: "{{secret:SECRET}}".to_owned(),
            scopes: "a b".to_owned(),
            in_body: true,
            origins: vec![Origin::of("https://api.example.com").unwrap()],
        };
        let manifest = Manifest::parse(text).unwrap();
        assert_eq!(credentials(&manifest)["api"], Credential::OauthClient(expected));
    }
}
