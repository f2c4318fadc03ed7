//! Each vendor's official Python client talks to the emulator: so that it isn't our own idea of the vendor.
//! Where Python or its packages can't be had, a test says so and is skipped.

use closare_test_vendors::{Answer, Api, Emulator, Fault, Script};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn deepgram() {
    let emulator = Emulator::start().await.unwrap();
    emulator.script().hear("I need a table.");
    emulator.script().hear("For two.");
    // Above the pauses of a client that is just slow.
    emulator.script().idle(Duration::from_millis(1_500));
    if !run("deepgram_client.py", &[], &emulator).await {
        return;
    }
    let heard = &emulator.requests_of(Api::DeepgramListen)[0];
    assert_eq!(heard.audio_bytes(), 3 * 32_000);
    assert_eq!(heard.parameter("model"), Some("nova-3"));
    assert_eq!(heard.header("Authorization"), Some("Token deepgram-test-key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn elevenlabs() {
    let emulator = Emulator::start().await.unwrap();
    if run("elevenlabs_client.py", &[], &emulator).await {
        let texts = emulator.requests_of(Api::ElevenLabsMulti)[0].texts();
        assert_eq!(texts[0], json!({"text": " ", "context_id": "a"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropic() {
    let emulator = Emulator::start().await.unwrap();
    answers(emulator.script());
    // The client waits and asks again, which it does for these alone.
    emulator.fail(Api::AnthropicMessages, Fault::RateLimited { wait: Duration::from_secs(1) });
    emulator.fail(Api::AnthropicMessages, Fault::Status(529));
    if !run("anthropic_client.py", &["answers", "uses_a_tool", "is_refused"], &emulator).await {
        return;
    }
    assert_eq!(emulator.requests().len(), 2 + 4 + 4);
    emulator.fail(Api::AnthropicMessages, Fault::ErrorAfter(4));
    run("anthropic_client.py", &["breaks_off"], &emulator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openai() {
    let emulator = Emulator::start().await.unwrap();
    answers(emulator.script());
    emulator.script().hear("I need a table.");
    emulator.fail(Api::OpenAiChat, Fault::RateLimited { wait: Duration::from_secs(1) });
    emulator.fail(Api::OpenAiChat, Fault::Status(500));
    if !run("openai_client.py", &["answers", "uses_a_tool", "is_refused", "hears_and_speaks"], &emulator)
        .await
    {
        return;
    }
    assert_eq!(emulator.requests_of(Api::OpenAiChat).len(), 2 + 4 + 2);
    emulator.fail(Api::OpenAiChat, Fault::ErrorAfter(2));
    run("openai_client.py", &["breaks_off"], &emulator).await;
}

fn answers(script: &Script) {
    script.answer(Answer::text("Good day, what can I do?"));
    script.answer(Answer::text("We are open."));
    script.answer(Answer { text: "One moment.".to_owned(), ..Answer::tool("book", json!({"seats": 4})) });
    script.answer(Answer::text("Booked."));
}

/// Whether it was run.
///
/// # Panics
/// Where the client isn't content.
async fn run(client: &'static str, parts: &'static [&'static str], emulator: &Emulator) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &emulator.ca_pem).unwrap();
    let (https, wss) = (emulator.https.clone(), emulator.wss.clone());
    let run = move || {
        let python = python()?;
        let mut command = Command::new(python);
        command.arg("-B").arg(clients().join(client)).args(parts).env("SSL_CERT_FILE", &ca);
        command.env("EMULATOR_HTTPS", https).env("EMULATOR_WSS", wss);
        // A proxy or a key of whoever runs the tests is none of theirs.
        let theirs = ["PROXY", "PYTHON", "DEEPGRAM_", "ELEVENLABS_", "ANTHROPIC_", "OPENAI_"];
        for (name, _) in std::env::vars() {
            if theirs.iter().any(|word| name.to_uppercase().contains(word)) {
                command.env_remove(name);
            }
        }
        Some(command.output().unwrap())
    };
    let Some(output) = tokio::task::spawn_blocking(run).await.unwrap() else { return false };
    let says = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{client}: {says}");
    true
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// Of an environment with the clients in it, which is made once.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(|| made().inspect_err(|why| println!("SKIPPED: {why}")).ok()).as_deref()
}

fn made() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vendor-clients");
    let python = folder.join("bin/python");
    let (wanted, done) = (clients().join("requirements.txt"), folder.join("requirements.txt"));
    let text = std::fs::read_to_string(&wanted).unwrap();
    if std::fs::read_to_string(&done).is_ok_and(|made| made == text) {
        return Ok(python);
    }
    let folder_name = folder.to_str().ok_or("the target folder's name is no text")?;
    call(Path::new("python3"), &["-m", "venv", "--clear", folder_name])?;
    let wanted = wanted.to_str().ok_or("the project's folder is no text")?;
    call(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted])?;
    std::fs::write(done, text).map_err(|error| error.to_string())?;
    Ok(python)
}

fn call(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let what = || format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", what()))?;
    let says = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{}: {says}", what())) }
}
