//! `closare calls`

use super::{Outcome, Ran, print_json};
use crate::kept;
use crate::problem::{During, Problem};
use crate::show::moment::Clock;
use crate::show::table::{print, table};
use closare_runtime::Config;
use closare_store::{CallSummary, Filter};

/// List calls, the latest first
#[derive(clap::Args)]
pub struct Args {
    /// How many
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: u64,
    /// Only those of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, config: Config) -> Ran {
    let reader = kept::reader(&config).await?;
    let filter = Filter { agent: args.agent, ..Filter::default() };
    let calls = reader.calls(args.limit, &filter).await.during("can't list the calls")?;
    if args.json {
        print_json(&calls)?;
    } else {
        show(&calls, &Clock::new(&config.timezone));
    }
    Ok::<_, Problem>(Outcome::Good)
}

fn show(calls: &[CallSummary], clock: &Clock) {
    if calls.is_empty() {
        say!("No calls yet.");
        return;
    }
    let mut rows = table(&["call", "began", "lasted", "agent", "from", "intent", "route", "ended"]);
    for call in calls {
        rows.add_row([
            call.id.to_string(),
            clock.moment(call.started),
            lasted(call),
            call.agent.clone(),
            call.from.as_ref().map_or("withheld", |from| from.as_str()).to_owned(),
            call.intent.clone().unwrap_or_default(),
            call.route.clone().unwrap_or_default(),
            call.end_reason.clone().unwrap_or_else(|| call.status.as_str().to_owned()),
        ]);
    }
    print(&rows);
}

fn lasted(call: &CallSummary) -> String {
    match (call.answered, call.ended) {
        (Some(answered), Some(ended)) => format!("{} s", (ended.0 - answered.0).max(0) / 1_000),
        (None, _) | (_, None) => String::new(),
    }
}
