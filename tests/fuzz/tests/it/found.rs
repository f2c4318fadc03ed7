//! An input that broke something is kept.

use closare_test_fuzz::Target;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Writes it below `target/`; says where, and what to do with it.
pub fn kept(target: &Target, bytes: &[u8]) -> String {
    let folder = root().join("target/fuzz/found").join(target.name);
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let file = folder.join(format!("{:016x}", hasher.finish()));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, bytes));
    match written {
        Ok(()) => format!(
            "the input is {}; once it is mended: cp {} tests/fuzz/corpus/{}/WHAT-IT-BROKE",
            file.display(),
            file.display(),
            target.name
        ),
        Err(error) => format!("the input can't be kept ({error}): {bytes:?}"),
    }
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}
