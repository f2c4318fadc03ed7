//! `closare stop`

use super::{Outcome, Ran, print_json};
use crate::problem::{During, Problem, nearest};
use closare_runtime::Config;
use closare_server::{Access, AgentState, Stopped};
use serde::de::DeserializeOwned;
use std::time::Duration;

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
    let access = Access::read(&config.data).map_err(|error| none_runs(&config).because(error))?;
    let server = LocalServer { access, client: client()? };
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
        println!(
            "{} is stopped: {} call(s) are being ended, new ones get a busy signal.",
            stopped.agent, stopped.calls
        );
        println!("It answers again when the server is started anew.");
    }
    Ok(Outcome::Good)
}

struct LocalServer {
    access: Access,
    client: reqwest::Client,
}

impl LocalServer {
    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.send(self.client.get(self.url(path))).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.send(self.client.post(self.url(path))).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.access.address)
    }

    async fn send<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Problem> {
        let answer =
            request.bearer_auth(&self.access.token).send().await.during("the server doesn't answer")?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Problem::new(format!("expected the server to do it, found status `{status}`")));
        }
        let bytes = answer.bytes().await.during("the server's answer breaks off")?;
        serde_json::from_slice(&bytes).during("the server's answer can't be read")
    }
}

fn client() -> Result<reqwest::Client, Problem> {
    /// The server is on this machine.
    const PATIENCE: Duration = Duration::from_secs(5);
    reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().during("can't open a connection")
}

fn none_runs(config: &Config) -> Problem {
    Problem::new(format!("expected a running server on `{}`, found none", config.data.display()))
        .hint("`closare serve` starts one; if it has another configuration, name it with --config or --data")
}

fn unknown(found: &str, agents: &[AgentState]) -> Problem {
    let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
    let near =
        nearest(found, names.iter().copied()).map_or_else(String::new, |near| format!("nearest: `{near}`; "));
    Problem::usage(format!("expected an agent's name or number, found `{found}`"))
        .hint(format!("{near}there are: {}", names.join(", ")))
}
