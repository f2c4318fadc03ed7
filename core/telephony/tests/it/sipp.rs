//! SIPp as the caller. Where it isn't installed, these tests say so and pass.

use crate::calls::{Heard, next, until};
use closare_telephony::{Config, LegEvent, Telephony, TransferOutcome};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::time::timeout;

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/calls/peers")
}

/// SIPp is told no port: it searches, and has what it finds. None, with a word on it, where SIPp is missing.
fn sipp(server: &Telephony, scenario: &str, folder: &Path, more: &[&str]) -> Option<Child> {
    let child = Command::new("sipp")
        .arg(server.local_addr().to_string())
        .arg("-sf")
        .arg(peers().join(scenario))
        .args(["-i", "127.0.0.1", "-m", "1", "-timeout", "30", "-timeout_error", "-nostdin"])
        .args(more)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    match child {
        Ok(child) => Some(child),
        Err(error) => {
            eprintln!("skipped: this test needs the program `sipp` on PATH ({error})");
            None
        }
    }
}

async fn succeeds(child: Child) {
    let output = timeout(Duration::from_secs(40), child.wait_with_output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{:?}\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout)
    );
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tone = closare_media::tone::beep(8_000, 440.0, 3_000);
    let mut ulaw = Vec::new();
    closare_media::Encoder::new(closare_media::Codec::Pcmu).encode_into(&tone, &mut ulaw);
    std::fs::write(folder.path().join("speech.ulaw"), ulaw).unwrap();
    folder
}

async fn start() -> (Telephony, tokio::sync::mpsc::Receiver<closare_telephony::Incoming>) {
    Telephony::start(Config::loopback()).await.unwrap()
}

async fn plays_a_tone_and_hangs_up(transport: &str) {
    let (server, mut calls) = start().await;
    let folder = folder();
    let more = ["-t", transport];
    let Some(child) = sipp(&server, "uac-echo-bye.xml", folder.path(), &more) else { return };
    let heard = Heard::default();
    let mut leg = next(&mut calls).await.answer(Instant::now(), heard.tap()).await.unwrap();
    until(&mut leg, |event| matches!(event, LegEvent::Ended { .. })).await;
    succeeds(child).await;
    assert!((heard.frequency() - 440.0).abs() < 10.0, "{}", heard.frequency());
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_udp() {
    plays_a_tone_and_hangs_up("u1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tcp() {
    plays_a_tone_and_hangs_up("t1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_gives_up() {
    let (server, mut calls) = start().await;
    let folder = folder();
    let Some(child) = sipp(&server, "uac-cancel.xml", folder.path(), &[]) else { return };
    let call = next(&mut calls).await;
    call.ring();
    timeout(Duration::from_secs(5), call.cancelled()).await.unwrap();
    assert!(call.is_cancelled());
    succeeds(child).await;
    server.shutdown().await;
    assert_eq!(server.counters().calls, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_holds_and_presses_a_key() {
    let (server, mut calls) = start().await;
    let folder = folder();
    let Some(child) = sipp(&server, "uac-hold.xml", folder.path(), &[]) else { return };
    let mut leg = next(&mut calls).await.answer(Instant::now(), Heard::default().tap()).await.unwrap();
    until(&mut leg, |event| matches!(event, LegEvent::Hold { on: true, .. })).await;
    until(&mut leg, |event| matches!(event, LegEvent::Hold { on: false, .. })).await;
    until(&mut leg, |event| matches!(event, LegEvent::Key { key: '5', .. })).await;
    until(&mut leg, |event| matches!(event, LegEvent::Ended { .. })).await;
    succeeds(child).await;
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_is_transferred() {
    let (server, mut calls) = start().await;
    let folder = folder();
    let Some(child) = sipp(&server, "uac-referred.xml", folder.path(), &[]) else { return };
    let mut leg = next(&mut calls).await.answer(Instant::now(), Heard::default().tap()).await.unwrap();
    leg.control.transfer("sip:200@127.0.0.1", Some("sip:closare@127.0.0.1"));
    let done = |event: &LegEvent| matches!(event, LegEvent::Transfer { outcome: TransferOutcome::Done, .. });
    until(&mut leg, done).await;
    leg.control.hangup("transferred");
    succeeds(child).await;
    server.shutdown().await;
}

/// SIPp makes key events through a raw socket, which only root may open.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_presses_keys() {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").map_or(1, |process| process.uid()) != 0 {
        eprintln!("skipped: SIPp needs root for its raw socket");
        return;
    }
    let (server, mut calls) = start().await;
    let folder = folder();
    let more = ["-d", "2500"];
    let Some(child) = sipp(&server, "uac-dtmf.xml", folder.path(), &more) else { return };
    let mut leg = next(&mut calls).await.answer(Instant::now(), Heard::default().tap()).await.unwrap();
    for wanted in "1234#".chars() {
        let found = until(&mut leg, |event| matches!(event, LegEvent::Key { .. })).await;
        assert!(matches!(found, LegEvent::Key { key, .. } if key == wanted), "{found:?}");
    }
    succeeds(child).await;
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_at_once() {
    let config = Config { invites_per_second: 1_000, max_calls: 500, ..Config::loopback() };
    let (server, mut calls) = Telephony::start(config).await.unwrap();
    let folder = folder();
    let more = ["-r", "100", "-m", "200", "-d", "100", "-l", "500"];
    let Some(child) = sipp(&server, "uac-load.xml", folder.path(), &more) else { return };
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            tokio::spawn(async move {
                let mut leg = call.answer(Instant::now(), Heard::default().tap()).await.unwrap();
                until(&mut leg, |event| matches!(event, LegEvent::Ended { .. })).await;
            });
        }
    });
    succeeds(child).await;
    assert_eq!(server.counters().invites, 200);
    server.shutdown().await;
    assert_eq!(server.counters().calls, 0);
}
