//! `closare call`

use super::{Outcome, Ran, print_json};
use crate::kept;
use crate::problem::{During, Problem};
use crate::show;
use crate::show::moment::Clock;
use closare_runtime::Config;
use closare_store::Reader;
use closare_terms::CallId;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Show a call: what was said, what came of it, what was kept and until when, why, how fast, and what it cost
#[derive(clap::Args)]
pub struct Args {
    /// A call's id, the begin of one, or `last`
    #[arg(value_name = "ID")]
    id: String,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Write the recording, unsealed, as WAV: the caller on channel 1, the agent on channel 2
    #[arg(long, value_name = "FILE")]
    audio: Option<PathBuf>,
}

pub async fn run(args: Args, config: Config) -> Ran {
    let reader = kept::reader(&config).await?;
    let call = kept::call(&reader, &args.id).await?;
    let dates = reader.dates(&call.call.id).await.during("can't read the call's dates")?;
    let requests = reader.requests(&call.call.id).await.during("can't read the call's requests")?;
    if args.json {
        let detail = serde_json::to_value(&call).during("can't write JSON")?;
        print_json(&Whole { detail, dates, requests })?;
    } else {
        let clock = Clock::new(&config.timezone);
        show::call::print(&call, dates.as_ref(), &requests, &clock, &config.data);
    }
    if let Some(file) = &args.audio {
        let written = export(&reader, &call.call.id, file).await?;
        if !args.json {
            say!(
                "\nWritten: {}",
                written.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
            );
        }
    }
    Ok(Outcome::Good)
}

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    detail: serde_json::Value,
    dates: Option<closare_store::Dates>,
    requests: Vec<closare_store::Request>,
}

/// Writes the call's recordings: the first to `file`, later ones beside it with a number.
pub async fn export(reader: &Reader, call: &CallId, file: &Path) -> Result<Vec<PathBuf>, Problem> {
    let recordings = reader.recordings(call).await.during("can't open the recording")?;
    if recordings.is_empty() {
        return Err(Problem::new("expected a recording of this call, found none").hint(
            "a call is recorded only once the policies allow it; its verdicts for `record` say why it wasn't",
        ));
    }
    let mut written = Vec::new();
    for (index, recording) in recordings.iter().enumerate() {
        let path =
            if index == 0 { file.to_owned() } else { file.with_extension(format!("{}.wav", index + 1)) };
        std::fs::write(&path, recording.wav()).during(format!("can't write `{}`", path.display()))?;
        written.push(path);
    }
    Ok(written)
}
