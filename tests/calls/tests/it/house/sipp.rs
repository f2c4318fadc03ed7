//! SIPp as the caller, by the scenarios in `peers/`.

use super::{Peer, peers, ports};
use std::net::SocketAddr;
use std::path::Path;
use tokio::process::Command;

pub struct Sipp {
    name: String,
    scenario: String,
    args: Vec<String>,
}

impl Sipp {
    /// `uac-speech` is `peers/uac-speech.xml`.
    pub fn new(scenario: &str) -> Sipp {
        let text = std::fs::read_to_string(peers().join(format!("{scenario}.xml"))).unwrap();
        Sipp { name: scenario.to_owned(), scenario: text, args: Vec::new() }
    }

    pub fn calls(self, number: &str) -> Sipp {
        self.args(&["-s", number])
    }

    pub fn args(mut self, args: &[&str]) -> Sipp {
        self.args.extend(args.iter().map(|arg| (*arg).to_owned()));
        self
    }

    pub fn over_tcp(self) -> Sipp {
        self.args(&["-t", "t1"])
    }

    /// How long the scenario's pause without a length of its own is.
    pub fn pauses(self, millis: u64) -> Sipp {
        self.args(&["-d", &millis.to_string()])
    }

    /// The sound goes to and comes from this port instead of SIPp's own.
    pub fn sound_at(self, port: u16) -> Sipp {
        let port = port.to_string();
        self.with("[media_port]", &port).with("[rtpstream_audio_port]", &port)
    }

    /// The scenario with another text in it.
    pub fn with(mut self, text: &str, other: &str) -> Sipp {
        self.scenario = self.scenario.replace(text, other);
        self
    }

    /// In the folder lies `speech.ulaw`, where the scenario plays it. None, with a word on it, where SIPp is missing.
    pub fn start(self, to: SocketAddr, folder: &Path) -> Option<Peer> {
        // SIPp has the sound's port, and one for video two above it.
        let sound = ports::block(6);
        let port = sound + 4;
        let scenario = folder.join(format!("{}-{port}.xml", self.name));
        std::fs::write(&scenario, self.scenario).unwrap();
        let mut command = Command::new("sipp");
        command
            .arg(to.to_string())
            .arg("-sf")
            .arg(scenario)
            .args(["-i", "127.0.0.1", "-p", &port.to_string(), "-mp", &sound.to_string()])
            .args(["-timeout", "80", "-timeout_error", "-nostdin", "-trace_err"]);
        if !self.args.iter().any(|arg| arg == "-m") {
            command.args(["-m", "1"]);
        }
        command.args(&self.args);
        Peer::start(command, &format!("{}-{port}", self.name), folder, HOW)
    }
}

const HOW: &str = "on Debian: `apt-get install sip-tester`";
