//! A peer: a child process, what it wrote, and its end.

use super::skip;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub struct Peer {
    name: String,
    child: Child,
    /// What it says, both ways.
    said: PathBuf,
}

impl Peer {
    /// None, with a word on it, where the program isn't there.
    pub fn start(mut command: Command, name: &str, folder: &Path, how: &str) -> Option<Peer> {
        let said = folder.join(format!("{name}.said"));
        let file = std::fs::File::create(&said).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        Peer::begin(command, name, said, folder, how)
    }

    /// Whoever would read what it prints has gone before its first word.
    pub fn start_unread(mut command: Command, name: &str, folder: &Path, how: &str) -> Option<Peer> {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        Peer::begin(command, name, PathBuf::new(), folder, how)
    }

    fn begin(mut command: Command, name: &str, said: PathBuf, folder: &Path, how: &str) -> Option<Peer> {
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            // A test that fails leaves nobody behind; the process is ended by its id.
            .kill_on_drop(true);
        match command.spawn() {
            Ok(child) => Some(Peer { name: name.to_owned(), child, said }),
            Err(error) => {
                skip(&format!("`{name}` can't be run ({error})"), how);
                None
            }
        }
    }

    pub fn said(&self) -> String {
        let bytes = std::fs::read(&self.said).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether it has ended by now.
    pub fn is_done(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub async fn done(&mut self) -> ExitStatus {
        let done = timeout(Duration::from_secs(90), self.child.wait()).await;
        done.unwrap_or_else(|_| panic!("`{}` does not end:\n{}", self.name, self.said())).unwrap()
    }

    /// Waits until it has printed this.
    pub async fn says(&self, text: &str) {
        self.says_times(text, 1).await;
    }

    /// Waits until it has printed this so often.
    pub async fn says_times(&self, text: &str, times: usize) {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        let says = async {
            while self.said().matches(text).count() < times {
                look.tick().await;
            }
        };
        let said = timeout(Duration::from_secs(60), says).await;
        said.unwrap_or_else(|_| panic!("`{}` does not say `{text}`:\n{}", self.name, self.said()));
    }

    pub async fn succeeds(&mut self) {
        let status = self.done().await;
        assert!(status.success(), "`{}`: {status}\n{}", self.name, self.said());
    }

    /// SIGKILL: it has no time for anything.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and its end.
    pub async fn end(&mut self) {
        if let Some(id) = self.child.id() {
            let _ = std::process::Command::new("kill").arg(id.to_string()).status();
        }
        if timeout(Duration::from_secs(10), self.child.wait()).await.is_err() {
            self.kill().await;
        }
    }
}

/// The folder of scripts and settings for peers.
pub fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// A script of that folder.
pub fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(peers().join(script));
    command
}

/// Raw sockets and chroot are root's.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
