//! A llama.cpp server as the language model in the house, by `peers/llama/run-llama.sh`.

use super::{Peer, is_root, peers, ports, skip};
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{Instant, timeout};

pub struct Llama {
    peer: Peer,
    pub port: u16,
}

impl Llama {
    /// None, with a word on it, where it can't be run.
    pub async fn start(folder: &Path) -> Option<Llama> {
        let how = "as root, run tests/calls/peers/llama/run-llama.sh --install";
        if !is_root() {
            skip("the llama.cpp server needs root, for chroot", how);
            return None;
        }
        if !super::asterisk::cache().join("forky/usr/bin/llama-server").exists() {
            skip("llama.cpp is not installed", how);
            return None;
        }
        let port = ports::free();
        let mut command = Command::new(peers().join("llama/run-llama.sh"));
        command.env("PORT", port.to_string());
        let peer = Peer::start(command, "llama", folder, how)?;
        let llama = Llama { peer, port };
        assert!(llama.is_ready().await, "the llama.cpp server is not ready:\n{}", llama.peer.said());
        Some(llama)
    }

    /// Asks until its model is loaded.
    async fn is_ready(&self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut pace = tokio::time::interval(Duration::from_millis(200));
        while Instant::now() < deadline {
            pace.tick().await;
            if let Ok(Ok(true)) = timeout(Duration::from_secs(2), self.healthy()).await {
                return true;
            }
        }
        false
    }

    async fn healthy(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        stream.write_all(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        Ok(answer.ends_with(b"200"))
    }

    pub async fn end(mut self) {
        self.peer.end().await;
    }
}
