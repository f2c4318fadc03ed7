//! Builds a plugin in Rust into a component. `closare plugin build` and the project's own plugins both go this way.

mod toolchain;

pub use toolchain::Toolchain;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum BuildError {
    #[error(
        "expected a Rust compiler for `{}`, found none{found}; install it with `rustup target add {}`, or on Debian with \
         `apt-get install rustc-web cargo-web rust-web-src`",
        toolchain::TARGET,
        toolchain::TARGET
    )]
    Compiler { found: String },
    #[error(
        "expected a linker for WASM (`rust-lld` of a rustup toolchain, or Debian's package `lld`), found none"
    )]
    Linker,
    #[error("expected a plugin's folder with `{missing}`, found none in `{}`", folder.display())]
    Folder { folder: PathBuf, missing: &'static str },
    #[error("`{program}` can't be run")]
    Run { program: String, source: std::io::Error },
    #[error("`{}` doesn't build: {}", folder.display(), output)]
    Compile { folder: PathBuf, output: String },
    #[error("expected `crate-type = [\"cdylib\"]` in `{}`, since nothing came out of it", folder.join("Cargo.toml").display())]
    NoModule { folder: PathBuf },
    #[error("expected a module made with the contract's bindings: {0}")]
    Module(String),
    #[error("can't write `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

/// Makes a component of a core module that holds the contract's type information, as the SDK puts it there.
///
/// # Errors
/// [`BuildError::Module`] where the module has no such information or doesn't fit it.
pub fn component(core_module: &[u8]) -> Result<Vec<u8>, BuildError> {
    /// How the name of wit-bindgen's sections begins.
    const SECTION: &[u8] = b"component-type:";
    if !core_module.windows(SECTION.len()).any(|name| name == SECTION) {
        return Err(BuildError::Module("no type information in it; is a role exported?".to_owned()));
    }
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(core_module)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| BuildError::Module(format!("{error:#}")))
}

/// Builds the plugin in `folder` and writes `NAME.wasm` there, where NAME is the manifest's. `target` is the folder for what
/// is built on the way; without one, `target/plugins` of the outermost Cargo workspace around. `progress` gets cargo's lines.
///
/// # Errors
/// What to install, or what the compiler says.
pub fn plugin(
    folder: &Path,
    target: Option<&Path>,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, crate::Error> {
    let folder = std::path::absolute(folder)
        .map_err(|source| crate::Error::Read { path: folder.to_owned(), source })?;
    for missing in ["plugin.yaml", "Cargo.toml"] {
        if !folder.join(missing).is_file() {
            return Err(BuildError::Folder { folder, missing }.into());
        }
    }
    let manifest = crate::Manifest::load(&folder.join("plugin.yaml"))?;
    let target = target.map_or_else(|| usual_target(&folder), Path::to_owned);
    let module = compile(&Toolchain::find()?, &folder, &target, progress)?;
    let bytes = std::fs::read(&module).map_err(|source| crate::Error::Read { path: module, source })?;
    let path = folder.join(format!("{}.wasm", manifest.name));
    write(&path, &component(&bytes)?)?;
    Ok(path)
}

fn usual_target(folder: &Path) -> PathBuf {
    let outermost = folder.ancestors().filter(|folder| folder.join("Cargo.toml").is_file()).last();
    outermost.unwrap_or(folder).join("target/plugins")
}

/// Runs cargo and gives the core module that came out.
fn compile(
    toolchain: &Toolchain,
    folder: &Path,
    target: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, BuildError> {
    let mut command = toolchain.cargo_build(folder, target);
    let run = |source| BuildError::Run { program: toolchain.cargo().display().to_string(), source };
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(run)?;
    let stdout = child.stdout.take();
    let messages = thread::spawn(move || stdout.map(lines).into_iter().flatten().collect::<Vec<_>>());
    let mut said = Vec::new();
    for line in child.stderr.take().map(lines).into_iter().flatten() {
        progress(&line);
        said.push(line);
    }
    let status = child.wait().map_err(run)?;
    let messages = messages.join().unwrap_or_default();
    if !status.success() {
        return Err(BuildError::Compile { folder: folder.to_owned(), output: last(&said) });
    }
    module(&messages, folder).ok_or_else(|| BuildError::NoModule { folder: folder.to_owned() })
}

fn lines(stream: impl std::io::Read) -> impl Iterator<Item = String> {
    BufReader::new(stream).lines().map_while(Result::ok)
}

/// What the compiler says from its first error on, as much as a person reads at once.
fn last(said: &[String]) -> String {
    const LINES: usize = 60;
    let first = said.iter().position(|line| line.starts_with("error")).unwrap_or(0);
    said[first..].iter().take(LINES).map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The `.wasm` among cargo's JSON messages that belongs to this folder's package.
fn module(messages: &[String], folder: &Path) -> Option<PathBuf> {
    let here = folder.join("Cargo.toml");
    messages.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find_map(
        |message| {
            let manifest = Path::new(message.get("manifest_path")?.as_str()?);
            let files = message.get("filenames")?.as_array()?;
            let wasm = files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".wasm"))?;
            (manifest == here || manifest.canonicalize().ok() == here.canonicalize().ok())
                .then(|| PathBuf::from(wasm))
        },
    )
}

/// In one step, so that nobody reads half a component.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let unfinished = path.with_extension(format!("wasm.{}", std::process::id()));
    std::fs::write(&unfinished, bytes)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(|source| BuildError::Write { path: path.to_owned(), source })
}
