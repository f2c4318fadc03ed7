//! Runs the vendors for clients of other languages: `closare-test-vendors --port N --ca FILE`.
//!
//! With `--pace` they take as long as the real ones do, for benches.

use closare_test_vendors::{Api, Emulator, Pace, Settings};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: closare-test-vendors --port N --ca FILE [--pace]";

#[tokio::main]
async fn main() -> ExitCode {
    let Some(arguments) = Arguments::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

struct Arguments {
    port: u16,
    ca: PathBuf,
    pace: bool,
}

impl Arguments {
    fn read(mut given: impl Iterator<Item = String>) -> Option<Arguments> {
        let (mut port, mut ca, mut pace) = (None, None, false);
        while let Some(name) = given.next() {
            match name.as_str() {
                "--port" => port = Some(given.next()?.parse().ok()?),
                "--ca" => ca = Some(given.next()?.into()),
                "--pace" => pace = true,
                _ => return None,
            }
        }
        Some(Arguments { port: port?, ca: ca?, pace })
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    // Whoever waits for the port reads the certificate next: it is written before the port is told.
    let emulator = Emulator::start_with(Settings { port: arguments.port, record: false }).await?;
    tokio::fs::write(&arguments.ca, &emulator.ca_pem).await?;
    if arguments.pace {
        pace(&emulator);
    }
    println!("{}", emulator.https);
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// About what the vendors take on a good day.
fn pace(emulator: &Emulator) {
    let paces = [
        (Api::DeepgramListen, 150, 0),
        (Api::DeepgramSpeak, 150, 40),
        (Api::DeepgramSpeakOnce, 200, 40),
        (Api::ElevenLabsStream, 150, 40),
        (Api::ElevenLabsMulti, 150, 40),
        (Api::AnthropicMessages, 450, 12),
        (Api::OpenAiChat, 350, 12),
        (Api::OpenAiTranscriptions, 400, 0),
        (Api::OpenAiSpeech, 350, 40),
    ];
    for (api, first, each) in paces {
        let pace = Pace { first: Duration::from_millis(first), each: Duration::from_millis(each) };
        emulator.script().pace(api, pace);
    }
}
