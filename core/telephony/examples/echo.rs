//! Answers every call and says back what it hears.
//!
//! `echo [ADDRESS:PORT] [--ring MS] [--refer URI] [--register URI USER PASSWORD]`
//! `--ring` waits before answering, `--refer` transfers each caller and hangs up when that is done. Ends with its stdin.

use closare_telephony::{
    Account, Config, Frame, Incoming, LegEvent, QUIET, Telephony, TransferOutcome, Voice,
};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| format!("info,{QUIET}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let mut config =
        Config { listen: ([127, 0, 0, 1], 5070).into(), invites_per_second: 1_000, ..Config::loopback() };
    let (mut ring, mut refer) = (Duration::ZERO, None);

    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or_else(|| format!("expected {what}"));
    while let Ok(argument) = next("") {
        match argument.as_str() {
            "--ring" => ring = Duration::from_millis(next("milliseconds")?.parse()?),
            "--refer" => refer = Some(next("a URI")?),
            "--register" => config.register.push(Account {
                registrar: next("a registrar")?,
                user: next("a user")?,
                password: next("a password")?,
                realm: None,
                expires: 60,
            }),
            address => config.listen = address.parse()?,
        }
    }

    let (telephony, mut calls) = Telephony::start(config).await?;
    println!("{}", telephony.local_addr());
    let mut end = tokio::io::stdin();
    let mut byte = [0; 64];
    loop {
        tokio::select! {
            call = calls.recv() => match call {
                Some(call) => { tokio::spawn(echo(call, ring, refer.clone())); }
                None => break,
            },
            read = end.read(&mut byte) => if matches!(read, Ok(0) | Err(_)) { break },
        }
    }
    telephony.shutdown().await;
    println!("{:?}", telephony.counters());
    Ok(())
}

async fn echo(call: Incoming, ring: Duration, refer: Option<String>) {
    call.ring();
    tokio::select! {
        () = tokio::time::sleep(ring) => {}
        () = call.cancelled() => return,
    }
    let voice: Arc<OnceLock<Voice>> = Arc::default();
    let mouth = Arc::clone(&voice);
    let tap = Box::new(move |frame: &Frame<'_>| {
        if let Some(voice) = mouth.get() {
            voice.append(1, frame.caller.to_vec());
        }
    });
    let Ok(mut leg) = call.answer(Instant::now(), tap).await else { return };
    leg.voice.begin(1);
    let _ = voice.set(leg.voice.clone());
    if let Some(target) = refer {
        leg.control.transfer(&target, None);
    }
    while let Some(event) = leg.events.recv().await {
        tracing::debug!(?event, "leg");
        if matches!(event, LegEvent::Transfer { outcome: TransferOutcome::Done, .. }) {
            leg.control.hangup("transferred");
        }
    }
}
