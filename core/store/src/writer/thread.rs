use super::pack::pack;
use super::queue::Taken;
use super::{Kept, Queue, Spool, Stored, commit};
use crate::{Error, background, reader};
use sea_orm::DatabaseConnection;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How long rows may come together before they are committed, from the first of them.
///
/// With [`BUSY`] it bounds what a crash may take to the last second: rows of `GROUP` wait for a database that just went away, and
/// then for the spool.
const GROUP: Duration = Duration::from_millis(400);
/// How long a statement waits for another connection's. Longer, and rows would gather in memory.
const BUSY: Duration = Duration::from_millis(200);
/// How often a database that was away is tried again when nothing new comes.
const RETRY: Duration = Duration::from_secs(1);

/// Starts the thread that writes, and waits until what lies in the spool is in the database.
///
/// It has a connection of its own, so that the threads of its driver step back as it does.
///
/// # Errors
/// A database that can't be opened or takes no rows, a thread that the system doesn't give.
pub(crate) async fn start(folder: PathBuf, queue: Arc<Queue>, spool: Spool) -> Result<(), Error> {
    let (ready, begun) = oneshot::channel();
    let place = folder.clone();
    let work = async move {
        let begin = async {
            let db = reader::connect(&folder, false, BUSY).await?;
            let mut writing = Writing { db, queue, spool, held: Vec::new() };
            while !writing.drain().await? {}
            Ok(writing)
        };
        match begin.await {
            Ok(writing) => {
                // Whoever opens the store may have stopped waiting; rows may come all the same.
                let _ = ready.send(Ok(()));
                writing.run().await;
            }
            Err(error) => drop(ready.send(Err(error))),
        }
    };
    background::spawn("log", move || block_on(work)).map_err(Error::file(place))?;
    begun.await.unwrap_or(Err(Error::WriterStopped))
}

/// What doesn't begin drops what it was to do, which whoever waits for it notices.
fn block_on(work: impl Future<Output = ()>) {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => tracing::error!(%error, "the log's thread could not begin"),
    }
}

struct Writing {
    db: DatabaseConnection,
    queue: Arc<Queue>,
    spool: Spool,
    /// Rows that neither the database nor the spool has taken.
    held: Vec<Stored>,
}

impl Writing {
    async fn run(mut self) {
        let mut kept = Kept::Database;
        loop {
            self.gather(kept).await;
            let Taken { rows, waiting, stop } = self.queue.take();
            self.held.extend(pack(rows));
            let now = self.keep(kept).await;
            if now != kept {
                tracing::warn!(was = ?kept, is = ?now, "where rows are kept has changed");
            }
            kept = now;
            self.queue.report(kept, self.held.iter().map(Stored::weight).sum());
            for reply in waiting {
                // Whoever asked may have stopped waiting.
                let _ = reply.send(kept);
            }
            if let Some(stopped) = stop {
                if let Err(error) = self.db.close().await {
                    tracing::warn!(%error, "the log's connection did not close in order");
                }
                let _ = stopped.send(());
                return;
            }
        }
    }

    /// Until there is something to do, and what comes with it has come.
    async fn gather(&self, kept: Kept) {
        let wait = if kept == Kept::Database { Duration::MAX } else { RETRY };
        let _ = tokio::time::timeout(wait, self.queue.work.notified()).await;
        let due = self.queue.oldest().unwrap_or_else(Instant::now) + GROUP;
        let _ = tokio::time::timeout_at(due, self.queue.hurry.notified()).await;
    }

    /// Brings what is held to the database, after what lies in the spool; if it can't, to the spool.
    async fn keep(&mut self, was: Kept) -> Kept {
        // A database that is away lets whoever asks wait: a crash meanwhile would take what has come.
        if was != Kept::Database {
            self.keep_in_spool();
        }
        match self.keep_in_database().await {
            Ok(true) => Kept::Database,
            Ok(false) => self.keep_in_spool(),
            Err(error) => {
                tracing::debug!(%error, "database takes no rows");
                self.keep_in_spool()
            }
        }
    }

    /// A few milliseconds of disk, only while the database is away.
    fn keep_in_spool(&mut self) -> Kept {
        if self.held.is_empty() {
            return Kept::Spool;
        }
        match self.spool.write(&self.held) {
            Ok(()) => {
                self.held.clear();
                Kept::Spool
            }
            Err(error) => {
                tracing::error!(%error, "spool takes no rows");
                Kept::Memory
            }
        }
    }

    /// False where the spool comes first and there was no time for all of it.
    async fn keep_in_database(&mut self) -> Result<bool, Error> {
        if !self.drain().await? {
            return Ok(false);
        }
        if !self.held.is_empty() {
            let dropped = commit::commit(&self.db, &self.held).await?;
            self.queue.lose(dropped);
            self.held.clear();
        }
        Ok(true)
    }

    /// Brings the spool to the database, oldest first, until newer rows are due: an hour of it must not keep them in memory.
    /// False where some of it is left.
    async fn drain(&mut self) -> Result<bool, Error> {
        for path in self.spool.files()? {
            match self.spool.read(&path) {
                Ok(rows) => {
                    let dropped = commit::commit(&self.db, &rows).await?;
                    self.queue.lose(dropped);
                    self.spool.remove(&path)?;
                }
                Err(error @ Error::Sealed(_)) => {
                    tracing::error!(%error, "spool file put aside");
                    self.spool.put_aside(&path)?;
                }
                Err(error) => return Err(error),
            }
            if self.queue.oldest().is_some_and(|oldest| oldest.elapsed() >= GROUP) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
