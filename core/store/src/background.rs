//! Threads that write to the disk, and let whoever serves a call go first.

use std::io;

/// The most there is. A core that a call and the log both want gives the log a seventieth of it; what is idle it has in full.
#[cfg(target_os = "linux")]
const STEP_BACK: i32 = 19;

/// # Errors
/// A thread that the system doesn't give.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let run = move || {
        step_back();
        run();
    };
    std::thread::Builder::new().name(name.into()).spawn(run).map(drop)
}

/// Linux keeps a priority for each thread, and those that it starts inherit it.
#[cfg(target_os = "linux")]
fn step_back() {
    if let Err(error) = rustix::process::nice(STEP_BACK) {
        tracing::warn!(%error, "a thread that writes goes on at the priority of a call");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}
