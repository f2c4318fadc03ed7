//! A kind of input, and where examples of it lie.

use std::path::{Path, PathBuf};

/// A function that takes any bytes, and panics where something doesn't hold.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub check: fn(&[u8]),
    /// Random cases of a usual test run, so that all targets take about as long.
    pub cases: u32,
    /// Longer input finds nothing new, and takes time.
    pub length_max: usize,
}

impl Target {
    /// Where its own examples lie, and the inputs that once broke something.
    pub fn corpus(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(self.name)
    }

    /// The files of its corpus and its examples, by name.
    ///
    /// # Errors
    /// A folder can't be read.
    pub fn seeds(&self) -> std::io::Result<Vec<PathBuf>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let elsewhere =
            EXAMPLES.lines().filter_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
                [target, folder, ending] if target == self.name => Some((root.join(folder), ending)),
                _ => None,
            });
        let mut files = Vec::new();
        for (folder, ending) in std::iter::once((self.corpus(), "")).chain(elsewhere) {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_file() && path.to_string_lossy().ends_with(ending) {
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }
}

const EXAMPLES: &str = include_str!("../examples.txt");
