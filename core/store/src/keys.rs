use crate::Error;
use crate::seal::Key;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// The key that wraps the tenants' keys. Without it nothing in the store can be read, and no backup of the store
/// holds it.
#[derive(Clone)]
pub struct OperatorKey(pub(crate) Key);

impl OperatorKey {
    pub fn new(bytes: [u8; 32]) -> OperatorKey {
        OperatorKey(Key::new(bytes))
    }

    /// Reads the key from a file of 32 bytes, or makes one that only its owner can read (mode 0600).
    ///
    /// # Errors
    /// A file that can't be read or made, has another length, or can be read by others.
    pub fn load_or_create(path: &Path) -> Result<OperatorKey, Error> {
        match File::open(path) {
            Ok(file) => load(path, file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path),
            Err(source) => Err(Error::File { path: path.to_owned(), source }),
        }
    }
}

fn load(path: &Path, mut file: File) -> Result<OperatorKey, Error> {
    refuse_exposed(path, &file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(Error::file(path))?;
    let found = bytes.len();
    let bytes = bytes.try_into().map_err(|_| Error::KeyLength { path: path.to_owned(), bytes: found })?;
    Ok(OperatorKey::new(bytes))
}

fn create(path: &Path) -> Result<OperatorKey, Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let key = Key::random();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(Error::file(path))?;
    file.write_all(key.bytes()).and_then(|()| file.sync_all()).map_err(Error::file(path))?;
    Ok(OperatorKey(key))
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(Error::file(path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Error::KeyExposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &File) -> Result<(), Error> {
    Ok(())
}
