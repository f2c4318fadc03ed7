//! What breaks around calls, and what it may cost them. In small here, at length by `make soak`.

mod database;
mod kills;
mod vendors;

use crate::house::{Phone, Setup};
use closare_test_vendors::{Emulator, Vendor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Whether this is the long run.
fn soak() -> bool {
    std::env::var_os("CLOSARE_SOAK").is_some_and(|value| value == "1")
}

/// A seed of its own each time, or the one of `CLOSARE_SEED`; it is printed, so that a failure can be looked for again.
fn chance(what: &str) -> StdRng {
    let given = std::env::var("CLOSARE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    println!("FIGURES: {what}: CLOSARE_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// With keys for these vendors, and trust in them. The folder keeps them as long as the engine runs.
fn trusting<'a>(setup: Setup, vendors: impl IntoIterator<Item = &'a Emulator>, folder: &Path) -> Setup {
    let (mut origins, mut certificates) = (Vec::new(), Vec::new());
    for (index, emulator) in vendors.into_iter().enumerate() {
        let path = folder.join(format!("ca-{index}.pem"));
        std::fs::write(&path, &emulator.ca_pem).unwrap();
        origins.push(emulator.https.clone());
        certificates.push(path);
    }
    let entry = |vendor: Vendor| serde_json::json!({"value": vendor.key(), "for": origins});
    let book = serde_json::json!({
        "DEEPGRAM_API_KEY": entry(Vendor::Deepgram),
        "ANTHROPIC_API_KEY": entry(Vendor::Anthropic),
    });
    let keys = folder.join("keys.json");
    std::fs::write(&keys, book.to_string()).unwrap();
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    setup.set(move |config| {
        config.keys = Some(keys);
        config.certificates = certificates;
        config.allow_private = origins.iter().map(|origin| origin.parse().unwrap()).collect();
    })
}

fn millis(chance: &mut StdRng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(chance.random_range(range))
}

/// Waits until the agent has been quiet for a moment after a word.
async fn agent_is_quiet(phone: &Phone) {
    const QUIET: Duration = Duration::from_millis(400);
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while phone.last_word().is_none_or(|word| word.elapsed() < QUIET) {
        look.tick().await;
    }
}

/// How long until the agent is heard after this moment; `None` after `at_most`.
async fn agent_is_heard(phone: &Phone, since: Instant, at_most: Duration) -> Option<Duration> {
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while since.elapsed() < at_most {
        if let Some(word) = phone.last_word().filter(|word| *word > since) {
            return Some(word - since);
        }
        look.tick().await;
    }
    None
}
