//! Batches in files while the database is away. A file is one batch, sealed with the tenant's key, though the words
//! in it are sealed already with their calls': a skeleton has no words, but whom a call used when is nobody's.

use super::Stored;
use crate::Error;
use crate::seal::Key;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

pub(crate) struct Spool {
    folder: PathBuf,
    key: Key,
    /// The next file's number.
    next: u64,
}

impl Spool {
    /// # Errors
    /// A folder that can't be made or listed.
    pub fn open(folder: PathBuf, key: Key) -> Result<Spool, Error> {
        fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let mut spool = Spool { folder, key, next: 0 };
        let last = spool.files()?.pop();
        spool.next = last.and_then(|path| number(&path)).map_or(0, |last| last + 1);
        Ok(spool)
    }

    /// The batches that wait, oldest first.
    pub fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let entries = fs::read_dir(&self.folder).map_err(Error::file(&self.folder))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| number(path).is_some());
        files.sort();
        Ok(files)
    }

    /// Keeps a batch; it is on the disk when this returns.
    pub fn write(&mut self, rows: &[Stored]) -> Result<(), Error> {
        let name = format!("{:020}.spool", self.next);
        let path = self.folder.join(&name);
        let plain = postcard::to_stdvec(rows)
            .expect("rows are numbers, texts and bytes, which postcard always holds");
        let unfinished = self.folder.join(format!("{name}.part"));
        write_synced(&unfinished, &self.key.seal(&place(&name), &plain)).map_err(Error::file(&unfinished))?;
        fs::rename(&unfinished, &path).map_err(Error::file(&path))?;
        self.next += 1;
        Ok(())
    }

    /// # Errors
    /// A file that can't be read ([`Error::File`]), or doesn't open with this store's key ([`Error::Sealed`]).
    pub fn read(&self, path: &Path) -> Result<Vec<Stored>, Error> {
        let sealed = fs::read(path).map_err(Error::file(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unreadable = || Error::Sealed(name.to_string());
        let plain = self.key.open(&place(&name), &sealed).ok_or_else(unreadable)?;
        postcard::from_bytes(&plain).map_err(|_| unreadable())
    }

    pub fn remove(&self, path: &Path) -> Result<(), Error> {
        fs::remove_file(path).map_err(Error::file(path))
    }

    /// Puts a file aside that can't be read, so that those after it can be.
    pub fn put_aside(&self, path: &Path) -> Result<(), Error> {
        fs::rename(path, path.with_extension("unreadable")).map_err(Error::file(path))
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn number(path: &Path) -> Option<u64> {
    if path.extension()? != "spool" {
        return None;
    }
    path.file_stem()?.to_str()?.parse().ok()
}

fn place(name: &str) -> String {
    format!("spool/{name}")
}
