//! baresip as the caller: it speaks files, presses keys, and keeps what it hears.

use super::{Peer, Sound, answers_options, peers, ports};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

pub struct Baresip {
    peer: Peer,
    control: TcpStream,
    folder: PathBuf,
    sounds: u32,
}

/// baresip hangs up when its file ends: every file ends in more silence than any call lasts.
const SILENCE_SECONDS: usize = 120;

impl Baresip {
    /// None, with a word on it, where it is missing.
    pub async fn start(folder: &Path) -> Option<Baresip> {
        let folder = folder.join("baresip");
        let (sip, control) = settings(&folder);
        let mut command = Command::new("baresip");
        command.arg("-f").arg(&folder);
        let peer = Peer::start(command, "baresip", &folder, HOW)?;
        assert!(answers_options(sip).await, "baresip is not ready:\n{}", peer.said());
        let control = TcpStream::connect((Ipv4Addr::LOCALHOST, control)).await.unwrap();
        Some(Baresip { peer, control, folder, sounds: 0 })
    }

    pub async fn dial(&mut self, number: &str, at: SocketAddr) {
        self.command("dial", &format!("sip:{number}@{at}")).await;
    }

    pub async fn say(&mut self, sound: &Sound) {
        self.sounds += 1;
        let path = self.folder.join(format!("say-{}.wav", self.sounds));
        write(&path, &sound.at(8_000));
        self.command("ausrc", &format!("aufile,{}", path.display())).await;
    }

    /// By RFC 4733.
    pub async fn press(&mut self, key: char) {
        self.command("sndcode", &key.to_string()).await;
    }

    /// Ends it, and gives what it has heard.
    pub async fn heard(mut self) -> Sound {
        self.command("quit", "").await;
        self.peer.done().await;
        let dumps = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let dump = dumps.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).max();
        let dump = dump.unwrap_or_else(|| panic!("baresip has heard nothing:\n{}", self.peer.said()));
        let mut reader = hound::WavReader::open(dump).unwrap();
        Sound { rate: reader.spec().sample_rate, samples: reader.samples().map(Result::unwrap).collect() }
    }

    /// Netstrings of JSON; the answer to each is awaited.
    async fn command(&mut self, command: &str, params: &str) {
        let json = serde_json::json!({"command": command, "params": params, "token": command}).to_string();
        let message = format!("{}:{json},", json.len());
        self.control.write_all(message.as_bytes()).await.unwrap();
        let answered = async {
            let (mut all, mut buffer) = (Vec::new(), [0; 4_096]);
            loop {
                let length = self.control.read(&mut buffer).await.unwrap_or(0);
                all.extend_from_slice(&buffer[..length]);
                let text = String::from_utf8_lossy(&all);
                if length == 0 || (text.contains("\"response\":true") && text.contains(command)) {
                    return;
                }
            }
        };
        let answered = timeout(Duration::from_secs(10), answered).await;
        answered.unwrap_or_else(|_| panic!("baresip does not answer `{command}`:\n{}", self.peer.said()));
    }
}

/// Fills the folder; gives the ports for SIP and for commands.
fn settings(folder: &Path) -> (u16, u16) {
    std::fs::create_dir(folder).unwrap();
    let sound = ports::block(26);
    // Whatever its settings say, it listens for TLS one above SIP.
    let (sip, control) = (sound + 22, sound + 24);
    for name in ["accounts", "config", "contacts"] {
        let text = std::fs::read_to_string(peers().join("baresip").join(name)).unwrap();
        let text = text
            .replace("127.0.0.1:5062", &format!("127.0.0.1:{sip}"))
            .replace("127.0.0.1:4444", &format!("127.0.0.1:{control}"))
            .replace("10000-10100", &format!("{sound}-{}", sound + 20));
        std::fs::write(folder.join(name), text).unwrap();
    }
    write(&folder.join("speech.wav"), &Sound { rate: 8_000, samples: Vec::new() });
    (sip, control)
}

fn write(path: &Path, sound: &Sound) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    let silence = std::iter::repeat_n(0, SILENCE_SECONDS * 8_000);
    for sample in sound.samples.iter().copied().chain(silence) {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
}

const HOW: &str = "on Debian: `apt-get install baresip-core`";
