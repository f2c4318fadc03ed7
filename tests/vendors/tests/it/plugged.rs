//! A built plugin in Closare's host, joined to the emulator by Closare's egress, as the runtime joins them.

use closare_egress::{
    Egress, EgressConfig, EgressOptions, Grant, Limits, NetSession, Origin, Root, SecretBook,
};
use closare_host::words::{Failure, Opening};
use closare_host::{
    Event, Host, HostConfig, LlmInput, LlmOutput, Plugin, Session, SttInput, SttOutput, TtsInput, TtsOutput,
};
use closare_runtime::grant;
use closare_terms::network::{NetEffect, NetEvent};
use closare_terms::{Language, Millis, UnixMillis};
use closare_test_vendors::{Emulator, Vendor};
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Far longer than anything takes: a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The plugin's component as `make plugins` leaves it, or `None`, with a word why.
pub fn load(name: &str) -> Option<Arc<Plugin>> {
    static HOST: OnceLock<Host> = OnceLock::new();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("closare-plugins").join(name);
    if !folder.join(format!("{name}.wasm")).exists() {
        println!("SKIPPED: {} has no component of the plugin `{name}`", folder.display());
        return None;
    }
    let host = HOST.get_or_init(|| {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("host-cache");
        Host::new(HostConfig {
            plugin_threads: 2,
            model_threads: 1,
            small_sessions: 64,
            ..HostConfig::new(cache)
        })
        .unwrap()
    });
    Some(host.load(&folder).unwrap())
}

/// What a role's session is made of.
pub trait Role: closare_host::Input<Output = Self::Out> {
    type Out: Send + 'static;
    fn network(at: Millis, event: NetEvent) -> Self;
    fn effect(output: Self::Out) -> Result<NetEffect, Self::Out>;
}

macro_rules! role {
    ($input:ident, $output:ident) => {
        impl Role for $input {
            type Out = $output;

            fn network(at: Millis, event: NetEvent) -> Self {
                $input::Network { at, event }
            }

            fn effect(output: $output) -> Result<NetEffect, $output> {
                if let $output::Net(effect) = output { Ok(effect) } else { Err(output) }
            }
        }
    };
}

role!(SttInput, SttOutput);
role!(TtsInput, TtsOutput);
role!(LlmInput, LlmOutput);

/// A session that talks to the emulator.
pub struct Plugged<I: Role> {
    joint: Arc<Joint<I>>,
    told: UnboundedReceiver<Event<I::Out>>,
}

struct Joint<I: Role> {
    opened: Instant,
    session: OnceLock<Session<I>>,
    net: OnceLock<NetSession>,
}

impl<I: Role> Joint<I> {
    fn now(&self) -> Millis {
        Millis(u64::try_from(self.opened.elapsed().as_millis()).unwrap())
    }
}

impl<I: Role> Plugged<I>
where
    Session<I>: Send + Sync,
{
    /// `open` is one of the plugin's; `options` are the workflow's.
    pub fn open(
        plugin: &Plugin,
        emulator: &Emulator,
        vendor: Vendor,
        options: &Value,
        open: impl FnOnce(Opening, Box<dyn FnMut(Event<I::Out>) + Send>) -> Session<I>,
    ) -> Plugged<I> {
        let options = plugin.options_checked(options).unwrap();
        let joint =
            Arc::new(Joint { opened: Instant::now(), session: OnceLock::new(), net: OnceLock::new() });
        let back = Arc::downgrade(&joint);
        let deliver = move |event| {
            if let Some(joint) = back.upgrade() {
                // An ended session shows by its own end.
                let _ = joint.session.wait().send(I::network(joint.now(), event));
            }
        };
        let grant = grant(plugin, &serde_json::from_str(&options).unwrap());
        let net = egress(emulator, vendor, &grant).session(grant, deliver, || true);
        assert!(joint.net.set(net).is_ok());
        let (tell, told) = unbounded_channel();
        let out = Arc::downgrade(&joint);
        let opening = Opening {
            at: Millis(0),
            wall: UnixMillis(1_700_000_000_000),
            seed: 7,
            options,
            languages: vec![Language::from("en")],
        };
        let session = open(
            opening,
            Box::new(move |event| {
                let event = match event {
                    Event::Output(output) => match I::effect(output) {
                        Ok(effect) => {
                            if let Some(joint) = out.upgrade() {
                                joint.net.wait().carry(effect);
                            }
                            return;
                        }
                        Err(output) => Event::Output(output),
                    },
                    Event::Opened(opened) => Event::Opened(opened),
                    Event::Ended(end) => Event::Ended(end),
                };
                // The test may be over.
                let _ = tell.send(event);
            }),
        );
        assert!(joint.session.set(session).is_ok());
        Plugged { joint, told }
    }

    pub fn send(&self, input: I) {
        // One that has ended says so in what it tells.
        let _ = self.joint.session.wait().send(input);
    }

    /// The session's time, as the network's events have it.
    pub fn now(&self) -> Millis {
        self.joint.now()
    }

    /// The next output, or how the session ended.
    pub async fn next(&mut self) -> Result<I::Out, String> {
        loop {
            let told = tokio::time::timeout(PATIENCE, self.told.recv()).await.expect("an output in time");
            match told.expect("an end before the channel's") {
                Event::Opened(_) => {}
                Event::Output(output) => return Ok(output),
                Event::Ended(Ok(())) => return Err("ended".to_owned()),
                Event::Ended(Err(error)) => return Err(error.to_string()),
            }
        }
    }
}

/// What was reported, as a word for tables: the kind alone, but for the wait, which is a number.
pub fn kind(failure: &Failure) -> String {
    match failure {
        Failure::Unauthorized => "unauthorized".to_owned(),
        Failure::RateLimited { wait: Some(Millis(ms)) } => format!("rate-limited {ms}"),
        Failure::RateLimited { wait: None } => "rate-limited".to_owned(),
        Failure::Unavailable(_) => "unavailable".to_owned(),
        Failure::Refused(_) => "refused".to_owned(),
        Failure::Unsupported(_) => "unsupported".to_owned(),
        Failure::Broken(_) => "broken".to_owned(),
    }
}

/// A door of its own, so that no connection and no breaker is shared between cases; impatient, so that they are short.
fn egress(emulator: &Emulator, vendor: Vendor, grant: &Grant) -> Egress {
    let limits = Limits {
        answer: Duration::from_millis(1_500),
        stall: Duration::from_millis(700),
        exchange: Duration::from_secs(10),
        ..Limits::default()
    };
    let origin = Origin::of(&emulator.https).unwrap();
    let mut secrets = SecretBook::default();
    for name in &grant.secrets {
        secrets.set(name, vendor.key(), vec![origin.clone()]);
    }
    let config = EgressConfig { limits, allow_private: vec![origin], secrets };
    let options =
        EgressOptions { roots: vec![Root::Pem(emulator.ca_pem.clone())], ..EgressOptions::default() };
    Egress::with(config, options).unwrap()
}
