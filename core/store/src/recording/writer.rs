use super::thread::Recordings;
use crate::Error;
use closare_terms::UnixMillis;
use serde::Serialize;
use tokio::sync::oneshot;

/// Takes a call's sound. Dropped without [`finish`](Self::finish), it still ends its file in order.
pub struct RecordingWriter {
    recordings: Recordings,
    id: u64,
    /// Less than a second.
    buffer: Vec<i16>,
    second: usize,
    finished: bool,
}

/// A recording that was written to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Below the store's folder `recordings`.
    pub path: String,
    /// Of the sealed file, hexadecimal.
    pub sha256: String,
    pub bytes: u64,
    pub ended: UnixMillis,
}

impl RecordingWriter {
    pub(crate) fn new(recordings: Recordings, id: u64, rate: u32, channels: u16) -> RecordingWriter {
        let second = (rate as usize * usize::from(channels)).max(1);
        RecordingWriter { recordings, id, buffer: Vec::with_capacity(second), second, finished: false }
    }

    /// Takes samples, interleaved. Never waits: each full second is handed to the thread that writes.
    pub fn write(&mut self, mut samples: &[i16]) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(self.second - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            samples = later;
            if self.buffer.len() == self.second {
                self.hand_over();
            }
        }
    }

    /// Drops what is not yet on its way to the disk: consent was withdrawn.
    pub fn forget_unwritten(&mut self) {
        self.buffer.clear();
    }

    /// Writes the rest and ends the file.
    ///
    /// # Errors
    /// A file that could not be made or written.
    pub async fn finish(mut self) -> Result<Recorded, Error> {
        let reply = self.end();
        reply.await.map_err(|_| Error::RecordingsStopped)?
    }

    fn end(&mut self) -> oneshot::Receiver<Result<Recorded, Error>> {
        self.finished = true;
        if !self.buffer.is_empty() {
            self.hand_over();
        }
        let (reply, recorded) = oneshot::channel();
        self.recordings.finish(self.id, reply);
        recorded
    }

    fn hand_over(&mut self) {
        let samples = std::mem::replace(&mut self.buffer, Vec::with_capacity(self.second));
        self.recordings.samples(self.id, samples);
    }
}

impl Drop for RecordingWriter {
    fn drop(&mut self) {
        if !self.finished {
            drop(self.end());
        }
    }
}
