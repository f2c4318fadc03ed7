//! `closare serve`

use super::{Outcome, Ran};
use crate::out::goes_on_unread;
use crate::problem::During;
use crate::show;
use crate::starting;
use closare_runtime::{Config, PublishError, Runtime};
use closare_server::Server;
use closare_telephony::Registration;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

/// Answer calls until Ctrl-C
///
/// A workflow file that is saved is live for the next call; one with an error changes nothing, and says what is wrong.
#[derive(clap::Args)]
pub struct Args {
    /// Print what is said as it is said, and how long each answer took. Not for where others can read the screen
    #[arg(long)]
    show_calls: bool,
}

pub async fn run(args: Args, config: Config) -> Ran {
    goes_on_unread();
    say!("Closare {}", env!("CARGO_PKG_VERSION"));
    let (runtime, calls) = starting::start(config).await?;
    let server = Server::start(runtime.clone()).await.during("the local API can't be opened")?;
    interrupted(&runtime);
    how_to_call(&runtime);
    say!("To watch calls: {}", server.page().during("a link can't be made")?);
    say!("\nCtrl-C ends calls politely and stops.");
    let registrations = tokio::spawn(watch_registrations(runtime.clone()));
    let transcript = args.show_calls.then(|| tokio::spawn(show_calls(runtime.clone())));
    tokio::select! {
        () = runtime.clone().serve(calls, changed) => {}
        stop = starting::told_to_stop() => stop?,
    }
    say!("Ending {} call(s) …", runtime.live.count());
    registrations.abort();
    drop(server);
    runtime.shutdown().await;
    if let Some(transcript) = transcript {
        transcript.abort();
    }
    say!("Stopped.");
    Ok(Outcome::Good)
}

fn changed(file: &str, outcome: Result<(), PublishError>) {
    match outcome {
        Ok(()) => say!("A new version of {file} is live for the next call."),
        Err(error) => say!("{}\nThe old version of {file} stays.", starting::not_published(&error)),
    }
}

fn interrupted(runtime: &Runtime) {
    if !runtime.interrupted.is_empty() {
        let ids: Vec<&str> = runtime.interrupted.iter().map(|id| id.as_str()).collect();
        say!("The last process ended in the middle of {} call(s): {}", ids.len(), ids.join(", "));
    }
}

fn how_to_call(runtime: &Runtime) {
    let listen = runtime.telephony.local_addr();
    say!("\nReady on {listen} (UDP and TCP).");
    for agent in runtime.agents.iter() {
        say!("  {:6} {}  {}", agent.number, agent.name(), agent.path.display());
    }
    let Some(number) = runtime.agents.iter().next().map(|agent| agent.number.clone()) else { return };
    say!("\nCall it with a softphone (no account needed):");
    for (address, whence) in addresses(listen) {
        say!("  sip:{number}@{}   {whence}", with_port(address, listen.port()));
    }
    if runtime.config.register.is_empty() {
        say!("\nOr make it an extension of your PBX, in closare.yaml:");
        say!("  register:");
        say!("    - {{registrar: \"sip:PBX-ADDRESS\", user: \"{number}\", password: \"…\"}}");
    }
    streams(runtime);
    say!();
}

/// How a carrier reaches us by WebSocket.
fn streams(runtime: &Runtime) {
    let (Some(streams), Some(listen)) = (&runtime.config.streams, runtime.telephony.streams_addr()) else {
        return;
    };
    say!("\nMedia streams on {listen}, behind your proxy at {}:", streams.public);
    for (number, stream) in &streams.numbers {
        let webhook = streams.public.replacen("ws", "http", 1);
        say!("  {number:6} voice webhook (POST)  {webhook}/twilio/{}/voice", stream.token);
        say!(
            "         or in your TwiML      <Connect><Stream url=\"{}/twilio/{}\"/></Connect>",
            streams.public,
            stream.token
        );
    }
}

fn addresses(listen: SocketAddr) -> Vec<(IpAddr, &'static str)> {
    if !listen.ip().is_unspecified() {
        return vec![(listen.ip(), "")];
    }
    let own = own_address().map(|address| (address, "from your network"));
    own.into_iter().chain([(IpAddr::V4(Ipv4Addr::LOCALHOST), "from this machine")]).collect()
}

fn with_port(address: IpAddr, port: u16) -> String {
    const USUAL: u16 = 5060;
    match (address, port) {
        (IpAddr::V4(v4), USUAL) => v4.to_string(),
        (IpAddr::V6(v6), USUAL) => format!("[{v6}]"),
        _ => SocketAddr::new(address, port).to_string(),
    }
}

/// The address from which this machine would go out. Connecting a UDP socket sends nothing.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation (RFC 5737): only the route counts.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// Tells each change of each account's state.
async fn watch_registrations(runtime: Arc<Runtime>) {
    /// Registering takes a few round trips; a person looks for the line about as often.
    const LOOK_EVERY: Duration = Duration::from_millis(500);
    let mut told: Vec<Registration> = Vec::new();
    loop {
        let now = runtime.telephony.registrations();
        for registration in now.iter().filter(|registration| !told.contains(registration)) {
            say!("{}", show::registration(registration));
        }
        told = now;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn show_calls(runtime: Arc<Runtime>) {
    use tokio::sync::broadcast::error::RecvError;
    let mut watch = runtime.live.watch();
    loop {
        match watch.recv().await {
            Ok(live) => {
                if let Some(line) = show::live::line(&live) {
                    say!("{line}");
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}
