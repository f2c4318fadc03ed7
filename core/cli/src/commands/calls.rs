//! `closare calls`

use super::{Outcome, Ran, print_json};
use crate::kept;
use crate::problem::{During, Problem};
use crate::show::moment::Clock;
use crate::show::table::{print, table};
use crate::show::usage::joined;
use closare_runtime::Config;
use closare_store::{CallSummary, Cost, Filter};
use closare_terms::CallId;
use std::collections::BTreeMap;

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
        let ids: Vec<_> = calls.iter().map(|call| call.id.clone()).collect();
        let costs = reader.costs(&ids).await.during("can't read what the calls cost")?;
        show(&calls, &costs, &Clock::new(&config.timezone));
    }
    Ok::<_, Problem>(Outcome::Good)
}

fn show(calls: &[CallSummary], costs: &BTreeMap<CallId, Vec<Cost>>, clock: &Clock) {
    if calls.is_empty() {
        say!("No calls yet.");
        return;
    }
    let mut head = vec!["call", "began", "lasted", "agent", "from", "intent", "route", "ended"];
    if !costs.is_empty() {
        head.push("cost");
    }
    let mut rows = table(&head);
    for call in calls {
        let mut cells = vec![
            call.id.to_string(),
            clock.moment(call.started),
            lasted(call),
            call.agent.clone(),
            call.from.as_ref().map_or("withheld", |from| from.as_str()).to_owned(),
            call.intent.clone().unwrap_or_default(),
            call.route.clone().unwrap_or_default(),
            call.end_reason.clone().unwrap_or_else(|| call.status.as_str().to_owned()),
        ];
        if !costs.is_empty() {
            cells.push(costs.get(&call.id).map(|costs| joined(costs)).unwrap_or_default());
        }
        rows.add_row(cells);
    }
    print(&rows);
}

fn lasted(call: &CallSummary) -> String {
    match (call.answered, call.ended) {
        (Some(answered), Some(ended)) => format!("{} s", (ended.0 - answered.0).max(0) / 1_000),
        (None, _) | (_, None) => String::new(),
    }
}
