//! Asterisk 22 as a trunk, by `peers/asterisk/run-asterisk.sh`.

use super::{Peer, answers_options, is_root, peers, ports, skip};
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;

pub struct Asterisk {
    peer: Peer,
    /// Its settings and what it writes, apart from another's.
    run: TempDir,
    /// Its SIP port.
    pub port: u16,
}

impl Asterisk {
    /// It knows an engine at the port `closare`. None, with a word on it, where it can't be run.
    pub async fn start(closare: u16, folder: &Path) -> Option<Asterisk> {
        let how = "as root, run tests/calls/peers/asterisk/run-asterisk.sh --install";
        if !is_root() {
            skip("Asterisk needs root, for chroot", how);
            return None;
        }
        let root = std::env::var_os("ROOT").map_or_else(|| cache().join("forky"), Into::into);
        if !root.join(".closare-ready").exists() {
            skip("Asterisk's folder has not been made", how);
            return None;
        }
        let sound = ports::block(42);
        let port = sound + 40;
        let mut command = Command::new(script());
        // Below /tmp, which its root folder sees.
        let run = tempfile::tempdir_in("/tmp").unwrap();
        command.env("RUN", run.path()).envs([
            ("PORT", port.to_string()),
            ("CLOSARE", closare.to_string()),
            ("HTTP", (port + 1).to_string()),
            ("SOUND", sound.to_string()),
            ("SOUND_END", (port - 1).to_string()),
        ]);
        let peer = Peer::start(command, "asterisk", folder, how)?;
        assert!(answers_options(port).await, "Asterisk is not ready:\n{}", peer.said());
        Some(Asterisk { peer, run, port })
    }

    /// What its console answers.
    pub async fn console(&self, command: &str) -> String {
        let output = Command::new(script())
            .args(["-x", command])
            .env("RUN", self.run.path())
            .kill_on_drop(true)
            .output();
        let output = output.await.unwrap();
        assert!(output.status.success(), "`{command}`: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn said(&self) -> String {
        self.peer.said()
    }

    pub async fn end(mut self) {
        self.peer.end().await;
    }
}

fn script() -> std::path::PathBuf {
    peers().join("asterisk/run-asterisk.sh")
}

/// Where the peers' scripts keep what they make.
pub fn cache() -> std::path::PathBuf {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from).or_else(home);
    cache.unwrap_or_default().join("closare")
}
