//! The file: a head in clear, then sealed blocks. Each block is a length (4 bytes, little-endian) and a sealed blob
//! whose associated data has the file's name, the head and the block's number, so that no block can be changed,
//! moved, left out or put into another file. Block 0 holds the times and the marks, the others samples; a last,
//! empty block says that nothing was cut off.

use super::Marks;
use crate::Error;
use crate::seal::{Key, hex};
use closare_terms::{Millis, UnixMillis};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"closrec1";
const HEAD_BYTES: usize = 8 + 4 + 2;

/// What is known of a recording when it begins.
#[derive(Clone)]
pub(crate) struct Head {
    pub rate: u32,
    pub channels: u16,
    pub about: About,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct About {
    pub started: UnixMillis,
    pub marks: Marks,
}

/// A file that is being written.
pub(crate) struct SealedFile {
    file: File,
    path: PathBuf,
    place: Place,
    key: Key,
    hash: Sha256,
    bytes: u64,
    samples: u64,
    head: Head,
}

/// A file that was written to its end.
pub(crate) struct Finished {
    pub sha256: String,
    pub bytes: u64,
    pub ended: UnixMillis,
}

impl SealedFile {
    pub fn create(path: PathBuf, head: Head, key: Key) -> Result<SealedFile, Error> {
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(Error::file(&path))?;
        let place = Place::new(&path, &head, 0);
        let hash = Sha256::new();
        let mut sealed = SealedFile { file, path, place, key, hash, bytes: 0, samples: 0, head };
        let about = serde_json::to_vec(&sealed.head.about).expect("times and texts are JSON");
        let block = sealed.place.next_block(&sealed.key, &about);
        sealed.append(&[head_bytes(sealed.head.rate, sealed.head.channels), block].concat())?;
        Ok(sealed)
    }

    pub fn write(&mut self, samples: &[i16]) -> Result<(), Error> {
        let plain: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let block = self.place.next_block(&self.key, &plain);
        self.samples += samples.len() as u64;
        self.append(&block)
    }

    pub fn finish(mut self) -> Result<Finished, Error> {
        let block = self.place.last_block(&self.key);
        self.append(&block)?;
        self.file.sync_all().map_err(Error::file(&self.path))?;
        Ok(Finished {
            sha256: hex(&self.hash.finalize()),
            bytes: self.bytes,
            ended: end(&self.head, self.samples),
        })
    }

    /// One write a block: a process that is killed leaves whole blocks, or one that is cut at the file's end.
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(Error::file(&self.path))?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// What a file holds, as far as it is whole.
pub(crate) struct Contents {
    pub head: Head,
    pub samples: Vec<i16>,
    /// The last block is there.
    pub complete: bool,
    /// Up to the end of the last whole block.
    whole_bytes: usize,
    blocks: u64,
}

/// # Errors
/// A file that can't be read, or whose head or first block isn't one of this store's. Where a later block doesn't
/// open, the contents end before it, and are not complete.
pub(crate) fn read(path: &Path, key: &Key) -> Result<Contents, Error> {
    let bytes = std::fs::read(path).map_err(Error::file(path))?;
    parse(path, &bytes, key).ok_or_else(|| Error::Sealed(path.display().to_string()))
}

/// Ends a file that was cut off: drops a block that isn't whole, and adds the last one.
pub(crate) fn repair(path: &Path, key: &Key) -> Result<(Head, Finished), Error> {
    let contents = read(path, key)?;
    if !contents.complete {
        let file = OpenOptions::new().write(true).open(path).map_err(Error::file(path))?;
        file.set_len(contents.whole_bytes as u64).map_err(Error::file(path))?;
        let mut file = OpenOptions::new().append(true).open(path).map_err(Error::file(path))?;
        let mut place = Place::new(path, &contents.head, contents.blocks);
        let block = place.last_block(key);
        file.write_all(&block).and_then(|()| file.sync_all()).map_err(Error::file(path))?;
    }
    let bytes = std::fs::read(path).map_err(Error::file(path))?;
    let ended = end(&contents.head, contents.samples.len() as u64);
    let finished = Finished { sha256: hex(&Sha256::digest(&bytes)), bytes: bytes.len() as u64, ended };
    Ok((contents.head, finished))
}

fn parse(path: &Path, bytes: &[u8], key: &Key) -> Option<Contents> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let rate = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?);
    let channels = u16::from_le_bytes(rest.get(4..6)?.try_into().ok()?);
    let mut place = Place::of(path, rate, channels, 0);
    let mut rest = &bytes[HEAD_BYTES..];
    let about = serde_json::from_slice(&place.take_block(key, &mut rest)?).ok()?;
    let mut samples = Vec::new();
    let mut complete = false;
    while !complete {
        let before = rest;
        if let Some(plain) = place.take_block(key, &mut rest) {
            samples.extend(plain.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
            continue;
        }
        rest = before;
        complete = place.take_last(key, &mut rest);
        break;
    }
    let head = Head { rate, channels, about };
    Some(Contents { head, samples, complete, whole_bytes: bytes.len() - rest.len(), blocks: place.number })
}

fn head_bytes(rate: u32, channels: u16) -> Vec<u8> {
    [MAGIC.as_slice(), &rate.to_le_bytes(), &channels.to_le_bytes()].concat()
}

fn end(head: &Head, samples: u64) -> UnixMillis {
    let per_second = u64::from(head.rate) * u64::from(head.channels);
    head.about.started + Millis((samples * 1000).checked_div(per_second).unwrap_or(0))
}

/// Where the next block belongs.
struct Place {
    file: String,
    number: u64,
}

impl Place {
    fn new(path: &Path, head: &Head, number: u64) -> Place {
        Place::of(path, head.rate, head.channels, number)
    }

    fn of(path: &Path, rate: u32, channels: u16, number: u64) -> Place {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Place { file: format!("recording/{name}/{rate}/{channels}"), number }
    }

    fn next_block(&mut self, key: &Key, plain: &[u8]) -> Vec<u8> {
        let block = with_length(&key.seal(&format!("{}/{}", self.file, self.number), plain));
        self.number += 1;
        block
    }

    fn last_block(&mut self, key: &Key) -> Vec<u8> {
        with_length(&key.seal(&format!("{}/{}/last", self.file, self.number), &[]))
    }

    fn take_block(&mut self, key: &Key, rest: &mut &[u8]) -> Option<Vec<u8>> {
        let (sealed, after) = without_length(rest)?;
        let plain = key.open(&format!("{}/{}", self.file, self.number), sealed)?;
        self.number += 1;
        *rest = after;
        Some(plain)
    }

    fn take_last(&self, key: &Key, rest: &mut &[u8]) -> bool {
        let Some((sealed, after)) = without_length(rest) else { return false };
        let opens = key.open(&format!("{}/{}/last", self.file, self.number), sealed).is_some();
        if opens && after.is_empty() {
            *rest = after;
        }
        opens && after.is_empty()
    }
}

fn with_length(sealed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(sealed.len()).expect("a block is about a second of audio");
    [&length.to_le_bytes(), sealed].concat()
}

fn without_length(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = rest.split_at_checked(4)?;
    let length = u32::from_le_bytes(length.try_into().ok()?);
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let marks = Marks { software: "Closare".into(), comment: "AI".into() };
        Head { rate: 8000, channels: 1, about: About { started: UnixMillis(1000), marks } }
    }

    fn file(folder: &Path, key: &Key) -> PathBuf {
        let path = folder.join("a-0.rec");
        let mut file = SealedFile::create(path.clone(), head(), key.clone()).unwrap();
        file.write(&[1; 8000]).unwrap();
        file.write(&[2; 4000]).unwrap();
        let finished = file.finish().unwrap();
        assert_eq!(finished.ended, UnixMillis(2500));
        assert_eq!(finished.bytes, std::fs::metadata(&path).unwrap().len());
        path
    }

    #[test]
    fn a_file_that_is_cut_anywhere_keeps_its_whole_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let path = file(folder.path(), &key);
        let whole = std::fs::read(&path).unwrap();
        let first = whole.len() - (4 + 40 + 8000) - (4 + 40);
        for (length, expected) in
            [(whole.len(), 12_000), (whole.len() - 1, 12_000), (first + 1, 8000), (first - 1, 0)]
        {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (_, finished) = repair(&path, &key).unwrap();
            let contents = read(&path, &key).unwrap();
            assert_eq!((contents.samples.len(), contents.complete), (expected, true));
            assert_eq!(finished.sha256, hex(&Sha256::digest(std::fs::read(&path).unwrap())));
        }
    }

    #[test]
    fn a_change_anywhere_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random();
        let path = file(folder.path(), &key);
        let whole = std::fs::read(&path).unwrap();
        for index in (0..whole.len()).step_by(97) {
            let mut changed = whole.clone();
            changed[index] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            assert!(!read(&path, &key).is_ok_and(|contents| contents.complete), "byte {index}");
        }
    }
}
