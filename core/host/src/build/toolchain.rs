//! Finds a compiler that can build for WASM: one that has the target's standard library, or one that has the library's
//! source and builds it on the way (about a minute, once for a target folder).

use super::BuildError;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// Without relaxed SIMD, whose results differ by processor.
const FLAGS: &str = "-C target-feature=+simd128";

#[derive(Debug)]
pub struct Toolchain {
    rustc: PathBuf,
    cargo: PathBuf,
    /// The standard library has to be built too.
    from_source: bool,
    /// Where the linker lies, if the compiler doesn't find it by itself.
    linker: Option<PathBuf>,
}

impl Toolchain {
    /// The first that fits: the compiler in the search path, then a distribution's.
    ///
    /// # Errors
    /// What to install.
    pub fn find() -> Result<Toolchain, BuildError> {
        let candidates = [("rustc", "cargo"), ("/usr/bin/rustc", "/usr/bin/cargo")];
        let roots: Vec<_> = candidates.map(|(rustc, cargo)| (rustc, cargo, sysroot(rustc))).into();
        for (rustc, cargo, root) in &roots {
            let has = |path: &str| root.as_ref().is_some_and(|root| root.join(path).is_dir());
            let ready = has(&format!("lib/rustlib/{TARGET}/lib"));
            if !ready && !has("lib/rustlib/src/rust/library/std") {
                continue;
            }
            let (rustc, cargo) = (PathBuf::from(rustc), PathBuf::from(cargo));
            let linker = if ready {
                None
            } else {
                Some(linker(&roots.iter().flat_map(|it| &it.2).collect::<Vec<_>>())?)
            };
            return Ok(Toolchain { rustc, cargo, from_source: !ready, linker });
        }
        let there: Vec<_> =
            roots.iter().filter(|it| it.2.is_some()).map(|it| format!("`{}`", it.0)).collect();
        let found = if there.is_empty() { String::new() } else { format!(" ({} can't)", there.join(", ")) };
        Err(BuildError::Compiler { found })
    }

    pub(super) fn cargo(&self) -> &Path {
        &self.cargo
    }

    pub(super) fn cargo_build(&self, folder: &Path, target: &Path) -> Command {
        let mut command = Command::new(&self.cargo);
        for name in inherited() {
            command.env_remove(name);
        }
        command
            .args([
                "build",
                "--release",
                "--lib",
                "--target",
                TARGET,
                "--message-format",
                "json-render-diagnostics",
            ])
            .current_dir(folder)
            .env("RUSTC", &self.rustc)
            .env("RUSTFLAGS", FLAGS)
            .env("CARGO_TARGET_DIR", target);
        if self.from_source {
            // Building the library is not a stable feature of cargo.
            command.args(["-Z", "build-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
        }
        if let Some(folder) = &self.linker {
            let path = env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(folder.clone()).chain(env::split_paths(&path));
            command.env("PATH", env::join_paths(folders).unwrap_or(path));
        }
        command
    }
}

/// What cargo sets for what it runs, and what is meant for the host's own build.
fn inherited() -> impl Iterator<Item = OsString> {
    const KEPT: [&str; 6] =
        ["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_TERM_"];
    const MEANT: [&str; 4] = ["CARGO", "RUSTC", "RUSTFLAGS", "__CARGO"];
    let begins = |name: &OsString, words: &[&str]| {
        name.to_str().is_some_and(|name| words.iter().any(|word| name.starts_with(word)))
    };
    env::vars_os().map(|(name, _)| name).filter(move |name| begins(name, &MEANT) && !begins(name, &KEPT))
}

fn sysroot(rustc: &str) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).env_remove("RUSTC").output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// The folder of a `rust-lld`: with a compiler, or in the search path.
fn linker(roots: &[&PathBuf]) -> Result<PathBuf, BuildError> {
    let with_compilers = roots.iter().flat_map(|root| {
        let hosts = std::fs::read_dir(root.join("lib/rustlib")).into_iter().flatten().flatten();
        hosts.map(|host| host.path().join("bin"))
    });
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = with_compilers.chain(env::split_paths(&path).collect::<Vec<_>>());
    folders.find(|folder| folder.join("rust-lld").is_file()).ok_or(BuildError::Linker)
}
