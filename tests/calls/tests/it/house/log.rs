//! What the engine logs while a call is up, so that it can be searched for what must not be there.

use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// All lines at `debug` of the engine's own crates, and what the program's own filter lets through of others.
pub struct Log;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ONCE: Once = Once::new();

impl Log {
    /// Once for the process; a second call does nothing.
    pub fn start() {
        ONCE.call_once(|| {
            let own = [
                "call",
                "egress",
                "host",
                "media",
                "policy",
                "runtime",
                "slots",
                "store",
                "telephony",
                "terms",
                "workflow",
            ];
            let own: String = own.iter().map(|name| format!(",closare_{name}=debug")).collect();
            let filter = EnvFilter::new(format!("info,{}{own}", closare_telephony::QUIET));
            tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Lines).init();
        });
    }

    /// Forgets what was logged before.
    pub fn clear() {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn text() -> String {
        String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

struct Lines;

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
