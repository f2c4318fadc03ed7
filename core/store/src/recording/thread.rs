use super::RecordingWriter;
use super::file::{About, Finished, Head, SealedFile};
use super::writer::Recorded;
use crate::entities::recording;
use crate::live::Live;
use crate::writer::{Queue, RecordingEnd, Stored};
use crate::{Error, Marks, background};
use closare_terms::{Kind, UnixMillis};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// Samples in memory that wait for the disk. Above it a chunk is kept as silence: the recording keeps its length,
/// the process its memory. Half an hour of one call, or 10 s of 200.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The thread that all recordings are written by.
#[derive(Clone)]
pub(crate) struct Recordings {
    folder: PathBuf,
    jobs: mpsc::Sender<Job>,
    waiting: Arc<AtomicUsize>,
    next: Arc<AtomicU64>,
}

pub(crate) type Reply = oneshot::Sender<Result<Recorded, Error>>;

enum Job {
    Open { id: u64, path: PathBuf, head: Head, call: Arc<Live> },
    Samples { id: u64, samples: Vec<i16> },
    Silence { id: u64, samples: usize },
    Finish { id: u64, reply: Reply },
}

impl Recordings {
    /// # Errors
    /// A thread that the system doesn't give.
    pub fn start(folder: PathBuf, queue: Arc<Queue>) -> Result<Recordings, Error> {
        let (jobs, inbox) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let desk = Desk { open: HashMap::new(), queue, waiting: waiting.clone() };
        background::spawn("recordings", move || desk.run(&inbox)).map_err(Error::file(&folder))?;
        Ok(Recordings { folder, jobs, waiting, next: Arc::default() })
    }

    /// Begins a recording. No wait: the file is made by the thread.
    pub fn open(
        &self,
        call: Arc<Live>,
        rate: u32,
        channels: u16,
        started: UnixMillis,
        marks: Marks,
    ) -> RecordingWriter {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{}.rec", call.id, call.next()));
        let head = Head { rate, channels, about: About { started, marks } };
        self.send(Job::Open { id, path, head, call });
        RecordingWriter::new(self.clone(), id, rate, channels)
    }

    pub fn samples(&self, id: u64, samples: Vec<i16>) {
        let bytes = samples.len() * 2;
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > WAITING_BYTES_MAX {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            tracing::error!("recording keeps silence for sound: the disk is too slow");
            return self.send(Job::Silence { id, samples: samples.len() });
        }
        self.send(Job::Samples { id, samples });
    }

    pub fn finish(&self, id: u64, reply: Reply) {
        self.send(Job::Finish { id, reply });
    }

    /// The thread ends only after the last sender, so a job always arrives.
    fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }
}

struct Desk {
    open: HashMap<u64, Open>,
    queue: Arc<Queue>,
    waiting: Arc<AtomicUsize>,
}

/// A recording, or why there is none.
struct Open {
    path: PathBuf,
    file: Result<SealedFile, Error>,
}

impl Desk {
    fn run(mut self, inbox: &mpsc::Receiver<Job>) {
        for job in inbox {
            match job {
                Job::Open { id, path, head, call } => self.open(id, path, head, &call),
                Job::Samples { id, samples } => {
                    self.write(id, &samples);
                    self.waiting.fetch_sub(samples.len() * 2, Ordering::Relaxed);
                }
                Job::Silence { id, samples } => self.write(id, &vec![0; samples]),
                Job::Finish { id, reply } => drop(reply.send(self.finish(id))),
            }
        }
    }

    fn open(&mut self, id: u64, path: PathBuf, head: Head, call: &Live) {
        let row = recording::Model {
            path: name(&path),
            call: call.id.to_string(),
            sha256: None,
            bytes: 0,
            rate: head.rate.into(),
            channels: head.channels.into(),
            started: head.about.started.0,
            ended: None,
            complete: false,
            marks: serde_json::to_string(&head.about.marks).expect("texts are JSON"),
            delete_by: call.dates.of(Kind::Audio).0,
        };
        let file = SealedFile::create(path.clone(), head, call.key.clone());
        match &file {
            Ok(_) => self.queue.push(Stored::Recording(row)),
            Err(error) => tracing::error!(%error, call = %call.id, "recording could not be made"),
        }
        self.open.insert(id, Open { path, file });
    }

    fn write(&mut self, id: u64, samples: &[i16]) {
        let Some(open) = self.open.get_mut(&id) else { return };
        if let Ok(file) = &mut open.file
            && let Err(error) = file.write(samples)
        {
            tracing::error!(%error, "recording ends early");
            open.file = Err(error);
        }
    }

    fn finish(&mut self, id: u64) -> Result<Recorded, Error> {
        let Open { path, file } = self.open.remove(&id).ok_or(Error::RecordingsStopped)?;
        let Finished { sha256, bytes, ended } = file?.finish()?;
        let path = name(&path);
        let bytes_stored = i64::try_from(bytes).unwrap_or(i64::MAX);
        let end =
            RecordingEnd { path: path.clone(), sha256: sha256.clone(), bytes: bytes_stored, ended: ended.0 };
        self.queue.push(Stored::RecordingEnd(end));
        Ok(Recorded { path, sha256, bytes, ended })
    }
}

fn name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
