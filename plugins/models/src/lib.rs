//! For the build scripts of plugins that carry a model: tells the compiler where its fetched files are.
//!
//! `fetch.py`, in this folder, puts them into `$CLOSARE_MODELS`, or else into `closare/models` under the user's cache
//! folder. A file `encoder_model.onnx` is then included by `include_bytes!(env!("MODEL_ENCODER_MODEL_ONNX"))`.

use std::env;
use std::path::PathBuf;
use std::process::exit;

/// Announces each of `files` in the model's `folder` to the compiler. Ends the build, with what to do about it, where
/// one is missing. `name` is what `fetch.py` calls the model.
pub fn include(name: &str, folder: &str, files: &[&str]) {
    println!("cargo:rerun-if-env-changed=CLOSARE_MODELS");
    println!("cargo:rerun-if-env-changed=XDG_CACHE_HOME");
    for file in files {
        let path = cache().join(folder).join(file);
        println!("cargo:rerun-if-changed={}", path.display());
        if !path.is_file() {
            eprintln!("expected the model's file `{}`, found nothing", path.display());
            eprintln!("fetch it by `python3 plugins/models/fetch.py {name}`");
            exit(1);
        }
        println!("cargo:rustc-env=MODEL_{}={}", variable(file), path.display());
    }
}

fn cache() -> PathBuf {
    if let Some(own) = env::var_os("CLOSARE_MODELS").filter(|own| !own.is_empty()) {
        return PathBuf::from(own);
    }
    let user = match env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir().unwrap_or_default().join(".cache"),
    };
    user.join("closare").join("models")
}

fn variable(file: &str) -> String {
    file.to_ascii_uppercase().replace(['.', '-'], "_")
}
