//! RFC 4475's messages and hand-made broken ones. Where Python is missing, this says so and passes.

use crate::calls::Heard;
use closare_telephony::{Config, Telephony};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn after_each_broken_message_the_line_still_answers() {
    let config = Config { invites_per_second: 1_000, ..Config::loopback() };
    let (server, mut calls) = Telephony::start(config).await.unwrap();
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            tokio::spawn(call.answer(Instant::now(), Heard::default().tap()));
        }
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/calls/peers/torture.py");
    let run = Command::new("python3")
        .arg(script)
        .args([&server.local_addr().to_string(), "--rewrite"])
        .kill_on_drop(true)
        .output();
    let output = match timeout(Duration::from_secs(120), run).await.unwrap() {
        Ok(output) => output,
        Err(error) => return eprintln!("skipped: this test needs the program `python3` on PATH ({error})"),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("badvers.dat                  -> SIP/2.0 505"), "{said}");
    assert!(said.contains("intmeth.dat                  -> SIP/2.0 501"), "{said}");
    assert!(server.counters().bad_messages > 40, "{:?}", server.counters());
}
