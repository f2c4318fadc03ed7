//! The engine as people run it: `closare serve`, a process of its own, which can be killed.

use super::engine::{Setup, Turn};
use super::{Peer, answers_options, ports, project, skip};
use closare_runtime::Config;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::process::Command;

pub struct Served {
    peer: Peer,
    apart: Apart,
    pub addr: SocketAddr,
    /// Where its calls are kept.
    pub data: PathBuf,
}

/// The command with a configuration of its own; one test at a time has the machine.
pub struct Apart {
    file: PathBuf,
    config: Config,
    addr: SocketAddr,
    _turn: Turn,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Setup {
    /// None, with a word on it, where the command or a plugin is missing.
    pub async fn apart(self, folder: &Path) -> Option<Apart> {
        if !closare().is_file() {
            skip("the command `closare` is not built", HOW);
            return None;
        }
        let turn = self.turn().await;
        let config = self.config(folder)?;
        let addr = SocketAddr::from(([127, 0, 0, 1], ports::free()));
        let file = folder.join("closare.yaml");
        std::fs::write(&file, written(&config, addr)).unwrap();
        Some(Apart { file, config, addr, _turn: turn })
    }

    /// None, with a word on it, where the command or a plugin is missing.
    pub async fn serve_apart(self, folder: &Path) -> Option<Served> {
        let apart = self.apart(folder).await?;
        let peer = Peer::start(apart.serves(), "closare", folder, HOW)?;
        let served = Served { peer, addr: apart.addr, data: apart.config.data.clone(), apart };
        served.says("Ready on").await;
        Some(served)
    }

    /// As [`Setup::serve_apart`], where nobody reads what it prints.
    pub async fn serve_unread(self, folder: &Path) -> Option<Served> {
        let apart = self.apart(folder).await?;
        let peer = Peer::start_unread(apart.serves(), "closare", folder, HOW)?;
        assert!(answers_options(apart.addr.port()).await, "the server is not ready");
        Some(Served { peer, addr: apart.addr, data: apart.config.data.clone(), apart })
    }
}

impl Apart {
    pub async fn runs(&self, args: &[&str]) -> Ran {
        let output = self.command().args(args).stdin(std::process::Stdio::null()).output().await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// As before `| head -1`. Gives the exit code.
    pub async fn runs_unread(&self, args: &[&str]) -> Option<i32> {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut running =
            self.command().args(args).stdin(std::process::Stdio::null()).stdout(writer).spawn().unwrap();
        let one = tokio::task::spawn_blocking(|| BufReader::new(reader).read_line(&mut String::new()));
        assert!(one.await.unwrap().unwrap() > 0);
        running.wait().await.unwrap().code()
    }

    fn serves(&self) -> Command {
        let mut command = self.command();
        command.args(["serve", "--show-calls"]);
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(closare());
        command.arg("--config").arg(&self.file);
        command
    }
}

const HOW: &str = "run `cargo build -p closare-cli`";

fn closare() -> PathBuf {
    project().join("target/debug/closare")
}

impl Served {
    /// Waits until it has printed this.
    pub async fn says(&self, text: &str) {
        self.peer.says(text).await;
    }

    /// Another command with the same configuration.
    pub async fn runs(&self, args: &[&str]) -> Ran {
        self.apart.runs(args).await
    }

    pub async fn runs_unread(&self, args: &[&str]) -> Option<i32> {
        self.apart.runs_unread(args).await
    }

    /// SIGKILL: nothing is written, nobody is told.
    pub async fn kill(mut self) {
        self.peer.kill().await;
    }
}

/// JSON is YAML.
fn written(config: &Config, listen: SocketAddr) -> String {
    serde_json::json!({
        "closare": 1,
        "data": config.data,
        "cache": config.cache,
        "listen": listen.to_string(),
        "rtp_ports": [config.rtp_ports.0, config.rtp_ports.1],
        "media_threads": config.media_threads,
        "numbers": config.numbers,
        "plugins": config.plugins,
        "keys": config.keys,
        "certificates": config.certificates,
        "allow_private": config.allow_private,
        "basis": config.basis.iter().map(|(purpose, basis)| (purpose.to_string(), basis.as_str())).collect::<Vec<_>>()
            .into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "api": format!("127.0.0.1:{}", ports::free()),
    })
    .to_string()
}
