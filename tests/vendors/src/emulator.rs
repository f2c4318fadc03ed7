//! The vendors, running.

use crate::desk::Desk;
use crate::wire::{Line, Wires};
use crate::{Api, Error, Fault, Request, Script, anthropic, deepgram, elevenlabs, openai, tls};
use axum::Router;
use tokio::task::JoinHandle;

/// All vendors on one port of loopback, until it is dropped.
pub struct Emulator {
    /// `https://127.0.0.1:PORT`
    pub https: String,
    /// `wss://127.0.0.1:PORT`
    pub wss: String,
    /// The certificate that a client has to trust.
    pub ca_pem: String,
    desk: Desk,
    serving: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// 0 is any that is free.
    pub port: u16,
    /// Whether requests are kept for [`Emulator::requests`]; not for long runs.
    pub record: bool,
}

impl Emulator {
    /// On a free port, on the tokio runtime that this is called in.
    ///
    /// # Errors
    /// Where loopback or TLS can't be had.
    pub async fn start() -> Result<Emulator, Error> {
        Emulator::start_with(Settings { port: 0, record: true }).await
    }

    /// # Errors
    /// As [`Emulator::start`], and where the port is taken.
    pub async fn start_with(settings: Settings) -> Result<Emulator, Error> {
        let (ca_pem, config) = tls::server()?;
        let wires = Wires::listen(settings.port, config).await?;
        let address = wires.address();
        let desk = Desk::new(settings.record);
        let service = router(desk.clone()).into_make_service_with_connect_info::<Line>();
        let serving = tokio::spawn(async move {
            // Ends only when it is aborted: accepting never fails.
            let _ = axum::serve(wires, service).await;
        });
        let (https, wss) = (format!("https://{address}"), format!("wss://{address}"));
        Ok(Emulator { https, wss, ca_pem, desk, serving })
    }

    pub fn script(&self) -> &Script {
        &self.desk.script
    }

    /// The next request that has no fault yet gets this one.
    pub fn fail(&self, api: Api, fault: Fault) {
        self.desk.arm(|armed| armed.once(api, fault));
    }

    /// Every request gets this one, until [`Emulator::heal`].
    pub fn fail_always(&self, api: Api, fault: Fault) {
        self.desk.arm(|armed| armed.always(api, fault));
    }

    /// Disarms what is left.
    pub fn heal(&self, api: Api) {
        self.desk.arm(|armed| armed.heal(api));
    }

    /// All requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.desk.book.all()
    }

    pub fn requests_of(&self, api: Api) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.api == api).collect()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn router(desk: Desk) -> Router {
    Router::new()
        .merge(deepgram::router())
        .merge(elevenlabs::router())
        .merge(anthropic::router())
        .merge(openai::router())
        .with_state(desk)
}
