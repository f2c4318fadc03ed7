//! Where a running server is and what opens it: a file of its data folder that only its owner can read.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq;

#[derive(Clone, Serialize, Deserialize)]
pub struct Access {
    pub address: SocketAddr,
    /// For the header `Authorization: Bearer`.
    pub token: String,
}

impl Access {
    /// The access of the server that runs on this data folder.
    ///
    /// # Errors
    /// [`Error::NoServer`] where none runs.
    pub fn read(data: &Path) -> Result<Access, Error> {
        let path = place(data);
        let text = std::fs::read(&path).map_err(|source| Error::NoServer { path: path.clone(), source })?;
        serde_json::from_slice(&text).map_err(|source| Error::Malformed { path, source })
    }

    /// With a token of its own for each start.
    pub(crate) fn make(address: SocketAddr) -> Result<Access, Error> {
        Ok(Access { address, token: secret()? })
    }

    /// Beside its place and moved there, so that a reader sees a whole file and nobody else sees any.
    pub(crate) fn write(&self, data: &Path) -> Result<PathBuf, Error> {
        let path = place(data);
        let beside = path.with_extension("new");
        let text = serde_json::to_vec(self).expect("an address and a token are JSON");
        private(&beside)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(|source| Error::Write { path: path.clone(), source })?;
        Ok(path)
    }

    pub(crate) fn opens(&self, token: &str) -> bool {
        same(&self.token, token)
    }
}

/// 256 random bits, hexadecimal.
///
/// # Errors
/// [`Error::Random`] where the system gives none.
pub(crate) fn secret() -> Result<String, Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares in the same time whatever differs.
pub(crate) fn same(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

fn place(data: &Path) -> PathBuf {
    data.join("api.json")
}

fn private(path: &Path) -> std::io::Result<std::fs::File> {
    // A file that was left there keeps its mode: it goes first.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back_and_is_its_owners_alone() {
        let data = tempfile::tempdir().unwrap();
        assert!(matches!(Access::read(data.path()), Err(Error::NoServer { .. })));
        let access = Access::make(([127, 0, 0, 1], 7060).into()).unwrap();
        let path = access.write(data.path()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let read = Access::read(data.path()).unwrap();
        assert_eq!(read.address, access.address);
        assert!(access.opens(&read.token) && read.token.len() == 64);
        assert!(!access.opens("") && !access.opens(&"0".repeat(64)));
    }
}
