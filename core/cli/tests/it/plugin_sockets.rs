//! Vendors that speak over a WebSocket, on cassettes: recorded over real TLS, without a key, and played back.

use crate::person::Person;
use crate::plugins::built;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use closare_test_vendors::{Api, Emulator, Vendor};
use serde_json::json;
use std::path::Path;
use tokio::runtime::Runtime;

/// An operator with a built plugin, the vendor's key, and leave to ask the vendor at `origin`.
struct Studio {
    person: Person,
    plugin: &'static str,
    key: String,
    /// `--option base_url=…`
    option: String,
}

impl Studio {
    /// None where the plugin isn't built.
    fn of(plugin: &'static str, secret: &str, key: &str, origin: &str, ca_pem: &str) -> Option<Studio> {
        let folder = built(plugin)?;
        let person = Person::new();
        let home = person.folder().join(plugin);
        std::fs::create_dir_all(&home).unwrap();
        for file in ["plugin.yaml".to_owned(), format!("{plugin}.wasm")] {
            std::fs::copy(folder.join(&file), home.join(&file)).unwrap();
        }
        let trusts = if ca_pem.is_empty() { "" } else { "certificates: [ca.pem]\n" };
        let config = format!("keys: keys.json\nallow_private: [\"{origin}\"]\n{trusts}");
        let book = json!({secret: {"value": key, "for": [origin]}});
        person
            .writes("closare.yaml", &config)
            .writes("keys.json", &book.to_string())
            .writes("ca.pem", ca_pem);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let owner = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(person.folder().join("keys.json"), owner).unwrap();
        }
        let option = format!("--option base_url={origin}");
        Some(Studio { person, plugin, key: key.to_owned(), option })
    }

    /// Records, and looks for the key in all that is kept. Gives the cassette.
    fn records(&self, given: &str) -> String {
        let line = format!("plugin record {} {} {given}", self.plugin, self.option);
        let seen = self.person.runs(&line);
        assert!(seen.ends_with("-- exit 0\n"), "{seen}");
        assert!(!holds(seen.as_bytes(), &self.key), "{seen}");
        for entry in std::fs::read_dir(self.cassettes()).unwrap() {
            let path = entry.unwrap().path();
            assert!(!holds(&std::fs::read(&path).unwrap(), &self.key), "{}", path.display());
        }
        self.cassette()
    }

    fn plays(&self) -> String {
        self.person.runs(&format!("plugin test {}", self.plugin))
    }

    /// Plays the cassette with this in place of that, where it stands last.
    fn plays_with(&self, from: &str, to: &str) -> String {
        let cassette = self.cassette();
        let place = cassette.rfind(from).unwrap_or_else(|| panic!("{from}: {cassette}"));
        let changed = format!("{}{to}{}", &cassette[..place], &cassette[place + from.len()..]);
        let path = self.cassettes().join("recorded.yaml");
        std::fs::write(&path, changed).unwrap();
        let seen = self.plays();
        std::fs::write(&path, cassette).unwrap();
        seen
    }

    fn cassettes(&self) -> std::path::PathBuf {
        self.person.folder().join(self.plugin).join("cassettes")
    }

    fn cassette(&self) -> String {
        std::fs::read_to_string(self.cassettes().join("recorded.yaml")).unwrap()
    }
}

/// Whether the key is in there: as it is, or in base64, wherever it begins.
fn holds(bytes: &[u8], key: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let in_base64 = (0..3).any(|place| {
        let whole = BASE64_STANDARD.encode(format!("{}{key}", &"  "[..place]));
        // Without the letters that depend on what stands before and after it.
        text.contains(&whole[4..whole.len() - 4])
    });
    text.contains(key) || in_base64
}

/// 600 ms that a vendor takes for speech, as WAV of 16 bits at 8 kHz.
fn speech(path: &Path) {
    let samples = (0..4_800_u16).map(|n| ((f32::from(n) * 0.3).sin() * 8_000.0) as i16);
    let bytes: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = u32::try_from(bytes.len()).unwrap();
    let mut wav = [&b"RIFF"[..], &(size + 36).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes()].concat();
    wav.extend([1_u16, 1].into_iter().flat_map(u16::to_le_bytes));
    wav.extend([8_000_u32, 16_000].into_iter().flat_map(u32::to_le_bytes));
    wav.extend([2_u16, 16].into_iter().flat_map(u16::to_le_bytes));
    wav.extend([&b"data"[..], &size.to_le_bytes(), &bytes].concat());
    std::fs::write(path, wav).unwrap();
}

#[test]
fn an_ear_over_tls_on_a_cassette() {
    let runtime = Runtime::new().unwrap();
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    let (key, origin) = (Vendor::Deepgram.key(), &emulator.https);
    let Some(studio) = Studio::of("deepgram", "DEEPGRAM_API_KEY", key, origin, &emulator.ca_pem) else {
        return;
    };
    emulator.script().hear_always("A table for two, please.");
    speech(&studio.person.folder().join("said.wav"));
    let cassette = studio.records("--wav said.wav");
    let asked = emulator.requests_of(Api::DeepgramListen);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("authorization"), Some(format!("Token {key}").as_str()), "it was sent");
    assert!(cassette.contains("credential: key") && cassette.contains("opened:"), "{cassette}");
    assert!(cassette.contains("final:\n      text: \"A table for two, please.\"\n"), "{cassette}");
    // All of it was handed in, at the rate that the plugin hears.
    assert!(cassette.contains("audio: {from: 580, to: 600}"), "{cassette}");

    // Played back, nobody is asked.
    drop((emulator, runtime));
    let seen = studio.plays();
    assert!(seen.contains("ok      recorded.yaml") && seen.ends_with("-- exit 0\n"), "{seen}");
    a_change_names_its_frame(&studio);
}

fn a_change_names_its_frame(studio: &Studio) {
    let seen = studio.plays_with("json: {type: Finalize}", "json: {type: Clear}");
    for words in
        [" of the tape: message 31 to socket 1)", "text.json.type", "\"Clear\"", "\"Finalize\"", "-- exit 1"]
    {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    let seen = studio.plays_with("for two, please.\\\"", "for ten, please.\\\"");
    let of_final = "of `told`, upon entry ";
    for words in [
        of_final,
        " of the tape: message ",
        " from socket 1)",
        "final.text",
        "for two",
        "for ten",
        "-- exit 1",
    ] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    let seen = studio.plays_with("comes: {closed: {ticket: 1", "comes: {closed: {ticket: one");
    assert!(seen.contains("is no cassette: ") && seen.contains("line "), "{seen}");
}

#[test]
fn voices_over_tls_on_cassettes() {
    let runtime = Runtime::new().unwrap();
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    let voices = [
        (
            "deepgram",
            "DEEPGRAM_API_KEY",
            Vendor::Deepgram,
            &emulator.https,
            Api::DeepgramSpeak,
            "authorization",
        ),
        (
            "elevenlabs",
            "ELEVENLABS_API_KEY",
            Vendor::ElevenLabs,
            &emulator.wss,
            Api::ElevenLabsMulti,
            "xi-api-key",
        ),
    ];
    let mut studios = Vec::new();
    for (plugin, secret, vendor, origin, api, header) in voices {
        let Some(studio) = Studio::of(plugin, secret, vendor.key(), origin, &emulator.ca_pem) else { return };
        let cassette = studio.records("--say 'Good day, what can I do for you?'");
        let asked = emulator.requests_of(api);
        assert!(asked[0].header(header).is_some_and(|value| value.ends_with(vendor.key())), "it was sent");
        assert!(cassette.contains("credential: key") && cassette.contains("opened:"), "{cassette}");
        assert!(cassette.contains("audio: {utterance: 1, bytes: "), "{cassette}");
        studios.push(studio);
    }
    drop((emulator, runtime));
    for studio in studios {
        let seen = studio.plays();
        assert!(seen.contains("ok      recorded.yaml") && seen.ends_with("-- exit 0\n"), "{seen}");
        if studio.plugin == "deepgram" {
            // Its sound is told as one; the frames that it came in are named.
            let seen = studio.plays_with("base64: \"", "base64: \"AAAA");
            assert!(seen.contains("of `told`, upon entries ") && seen.contains("audio.sha256"), "{seen}");
            let seen = studio.plays_with("base64: \"", "text: more\n        base64: \"");
            assert!(seen.contains("expected one of `text` and `base64`"), "{seen}");
        }
    }
}

/// A voice that gives away what it was sent in each part of a socket, as some vendors do in their errors.
async fn talks(mut socket: WebSocket, sent: String, how: Gives) {
    let texts = |parts: &[&str]| parts.iter().map(|part| Message::text(*part)).collect::<Vec<_>>();
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else { continue };
        let answers = match how {
            _ if !text.contains("Flush") => continue,
            Gives::Whole => {
                let words =
                    format!("who is {sent}? In base64 {}", BASE64_STANDARD.encode(format!(" {sent}")));
                let warning = json!({"type": "Warning", "code": "W", "description": words}).to_string();
                let mut audio = [&[0xff, 0xfe][..], sent.as_bytes(), &[0xff, 0xfe]].concat();
                audio.resize(audio.len().next_multiple_of(2), 0);
                let mut answers = texts(&[&warning, r#"{"type": "Flushed"}"#]);
                answers.insert(1, Message::binary(audio));
                answers
            }
            // In two frames: neither of them holds it.
            Gives::Halves => {
                let (left, right) = sent.split_at(sent.len() - 5);
                let warning = |half| json!({"type": "Warning", "description": half}).to_string();
                let pieces = [[&[0xff][..], left.as_bytes()].concat(), [right.as_bytes(), &[0xff]].concat()];
                let mut answers = texts(&[&warning("halves"), r#"{"type": "Flushed"}"#]);
                drop(answers.splice(1..1, pieces.map(Message::binary)));
                answers
            }
        };
        for answer in answers {
            socket.send(answer).await.unwrap();
        }
    }
}

#[derive(Clone, Copy)]
enum Gives {
    Whole,
    Halves,
}

/// Gives its origin.
fn indiscreet(runtime: &Runtime, how: Gives) -> String {
    let speak = move |headers: HeaderMap, upgrade: WebSocketUpgrade| async move {
        let sent = headers[AUTHORIZATION].to_str().unwrap().to_owned();
        let id = [("dg-request-id", sent.clone()), ("set-cookie", sent.clone())];
        (id, upgrade.on_upgrade(move |socket| talks(socket, sent, how))).into_response()
    };
    let router = axum::Router::new().route("/v1/speak", axum::routing::get(speak));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
    origin
}

#[test]
fn a_socket_that_gives_away_the_key() {
    const KEY: &str = "dg+very/secret?0042";
    let runtime = Runtime::new().unwrap();
    let studio_at = |origin: &str| Studio::of("deepgram", "DEEPGRAM_API_KEY", KEY, origin, "");
    let Some(studio) = studio_at(&indiscreet(&runtime, Gives::Whole)) else { return };
    let cassette = studio.records("--say Hello.");
    for (words, times) in [("dg-request-id: Token {{secret:DEEPGRAM_API_KEY}}", 1), ("set-cookie", 0)] {
        assert_eq!(cassette.matches(words).count(), times, "{words}: {cassette}");
    }
    assert!(cassette.contains("who is Token {{secret:DEEPGRAM_API_KEY}}?"), "{cassette}");
    let seen = studio.plays();
    assert!(seen.ends_with("1 cassette, all as expected\n-- exit 0\n"), "{seen}");

    let Some(studio) = studio_at(&indiscreet(&runtime, Gives::Halves)) else { return };
    let line = format!("plugin record deepgram {} --say Hello.", studio.option);
    let seen = studio.person.runs(&line);
    assert!(seen.contains("found `DEEPGRAM_API_KEY`") && seen.contains("nothing is written"), "{seen}");
    assert!(seen.ends_with("-- exit 1\n") && !studio.cassettes().join("recorded.yaml").exists(), "{seen}");
}
