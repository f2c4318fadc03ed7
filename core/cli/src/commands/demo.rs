//! `closare demo`

use super::call::export;
use super::dial::{self, Own, failed};
use super::{Outcome, Ran};
use crate::kept;
use crate::problem::{During, Problem};
use crate::show;
use crate::show::moment::Clock;
use crate::starting::{self, step};
use crate::talk::{self, Tape};
use closare_runtime::{Config, Live, Runtime};
use closare_terms::CallId;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// Take a spoken call over loopback, start to end, with no key and no network
///
/// The engine answers a real SIP call with the offline plugins; the caller's lines are those of a test call, spoken by the
/// offline voice. Exit 1 if the call failed.
#[derive(clap::Args)]
pub struct Args {
    /// The workflow that answers
    #[arg(long, value_name = "FILE", default_value = "workflows/booking.yaml")]
    workflow: PathBuf,
    /// What the caller says; without it, the first of the workflow's own test calls
    #[arg(long, value_name = "FILE")]
    talk: Option<PathBuf>,
}

const NUMBER: &str = "1000";
/// After the caller has hung up: the summary, the last rows.
const KEPT_MAX: Duration = Duration::from_secs(40);

pub async fn run(args: Args, config: Config) -> Ran {
    let talk = args.talk.clone().unwrap_or_else(|| args.workflow.with_extension("test.yaml"));
    let script = talk::read(&talk, None)?;
    let config = demo_config(config, &args.workflow);
    let (data, zone) = (config.data.clone(), config.timezone.clone());
    say!(
        "Starting the engine on {} with the offline plugins, for {}",
        data.display(),
        args.workflow.display()
    );
    let own = Own::load(&config)?;
    let lines = step("the caller's lines are spoken", own.lines(&script.talk, &config.cache)).await?;
    let (runtime, calls) = starting::start(config).await?;
    let uri = format!("sip:{NUMBER}@{}", runtime.telephony.local_addr());
    say!("\nCalling {uri} over UDP, as \"{}\"\n", script.name);
    let watched = tokio::spawn(watch(runtime.live.watch()));
    let serving = tokio::spawn(runtime.clone().serve(calls, |_, _| {}));
    let telephony = dial::telephony(&uri, 0).await?;
    let tape = Tape::default();
    let call = talk::Call {
        telephony: &telephony,
        uri: &uri,
        from: script.from.as_deref().unwrap_or("caller"),
        talk: &script.talk,
        lines,
        ear: own.ear(),
        tape,
    };
    // What the engine tells is printed; of what the caller's own ear made out, only the waits count.
    let played = talk::call(call, &mut |_| {}).await.map_err(|error| failed(&uri, error))?;
    telephony.shutdown().await;
    let id = tokio::time::timeout(KEPT_MAX, watched).await.ok().and_then(Result::ok).flatten();
    serving.abort();
    let id = id.ok_or_else(|| Problem::new("the call was not kept to its end"))?;
    after(&runtime, &id, &data, &zone).await?;
    if let Some(waits) = dial::waits(&played) {
        say!("\n{waits}");
    }
    runtime.shutdown().await;
    if let Some(missed) = &played.missed {
        say!("\nThe caller waited in vain for this: {missed}");
    }
    what_next(&id, &data);
    Ok(Outcome::good_if(played.missed.is_none()))
}

/// Free ports on loopback, data of its own.
fn demo_config(config: Config, workflow: &Path) -> Config {
    Config {
        data: config.data.join("demo"),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        numbers: BTreeMap::from([(NUMBER.to_owned(), workflow.to_owned())]),
        register: Vec::new(),
        ..config
    }
}

/// Prints the call as it goes on; gives its id once everything of it is kept.
async fn watch(mut live: broadcast::Receiver<Live>) -> Option<CallId> {
    use broadcast::error::RecvError;
    loop {
        match live.recv().await {
            Ok(Live::Kept { call }) => return Some(call),
            Ok(live) => {
                if let Some(line) = show::live::line(&live) {
                    say!("{line}");
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Everything of the call, and its recording as a file that any player plays.
async fn after(runtime: &Arc<Runtime>, id: &CallId, data: &Path, zone: &str) -> Result<(), Problem> {
    let call = kept::call(&runtime.store, id.as_str()).await?;
    let dates = runtime.store.dates(id).await.during("can't read the call's dates")?;
    say!();
    let requests = runtime.store.requests(id).await.during("can't read the call's requests")?;
    show::call::print(&call, dates.as_ref(), &requests, &Clock::new(zone), data);
    if !call.recordings.is_empty() {
        let written = export(&runtime.store, id, &data.join(format!("{id}.wav"))).await?;
        say!(
            "\nTo listen to it: {}",
            written.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}

fn what_next(id: &CallId, data: &Path) {
    say!("\nWhat to try next");
    say!("  make call                         keep it up, and call it with a softphone");
    say!(
        "  edit workflows/booking.yaml       the next call hears it; `closare check FILE` says what is wrong"
    );
    say!("  closare --data {} call {id}", data.display());
    say!("                                    this call again, also as --json");
}
