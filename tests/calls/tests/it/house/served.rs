//! The engine as people run it: `closare serve`, a process of its own, which can be killed.

use super::engine::{Setup, turn};
use super::{Peer, ports, project, skip};
use closare_runtime::Config;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::process::Command;
use tokio::sync::MutexGuard;

pub struct Served {
    peer: Peer,
    pub addr: SocketAddr,
    /// Where its calls are kept.
    pub data: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Setup {
    /// None, with a word on it, where the command or a plugin is missing.
    pub async fn serve_apart(self, folder: &Path) -> Option<Served> {
        let closare = project().join("target/debug/closare");
        if !closare.is_file() {
            skip("the command `closare` is not built", "run `cargo build -p closare-cli`");
            return None;
        }
        let turn = turn().await;
        let config = self.config(folder)?;
        let addr = SocketAddr::from(([127, 0, 0, 1], ports::free()));
        let file = folder.join("closare.yaml");
        std::fs::write(&file, written(&config, addr)).unwrap();
        let mut command = Command::new(closare);
        command.arg("--config").arg(file).args(["serve", "--show-calls"]);
        let peer = Peer::start(command, "closare", folder, "run `cargo build -p closare-cli`")?;
        let served = Served { peer, addr, data: config.data, _turn: turn };
        served.says("Ready on").await;
        Some(served)
    }
}

impl Served {
    /// Waits until it has printed this.
    pub async fn says(&self, text: &str) {
        self.peer.says(text).await;
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
        "basis": config.basis.iter().map(|(purpose, basis)| (purpose.to_string(), basis.as_str())).collect::<Vec<_>>()
            .into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "api": format!("127.0.0.1:{}", ports::free()),
    })
    .to_string()
}
