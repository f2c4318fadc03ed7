//! `closare stop`

use super::{Outcome, Ran, print_json};
use crate::local::{LocalServer, none_runs};
use crate::problem::{During, Problem, nearest};
use closare_runtime::Config;
use closare_server::{AgentState, Stopped};

/// Stop an agent of the running server: its calls end politely, and new ones are refused
#[derive(clap::Args)]
pub struct Args {
    /// The workflow's name, or a number
    agent: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, config: Config) -> Ran {
    let server = LocalServer::of(&config)?;
    let agents: Vec<AgentState> =
        server.get("/v1/agents").await.map_err(|error| none_runs(&config).because(error))?;
    if !agents.iter().any(|agent| agent.name == args.agent || agent.number == args.agent) {
        return Err(unknown(&args.agent, &agents));
    }
    let path = format!("/v1/agents/{}/stop", args.agent);
    let stopped: Stopped = server.post(&path).await.during("the server didn't do it")?;
    if args.json {
        print_json(&stopped)?;
    } else {
        say!(
            "{} is stopped: {} call(s) are being ended, new ones get a busy signal.",
            stopped.agent,
            stopped.calls
        );
        say!("It answers again when the server is started anew.");
    }
    Ok(Outcome::Good)
}

fn unknown(found: &str, agents: &[AgentState]) -> Problem {
    let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
    let near =
        nearest(found, names.iter().copied()).map_or_else(String::new, |near| format!("nearest: `{near}`; "));
    Problem::usage(format!("expected an agent's name or number, found `{found}`"))
        .hint(format!("{near}there are: {}", names.join(", ")))
}
