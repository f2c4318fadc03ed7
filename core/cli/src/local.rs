//! The server that runs on this machine, as other commands ask it.

use crate::problem::{During, Problem};
use closare_runtime::Config;
use closare_server::Access;
use serde::de::DeserializeOwned;
use std::time::Duration;

pub struct LocalServer {
    access: Access,
    client: reqwest::Client,
}

impl LocalServer {
    /// The one on this configuration's data.
    pub fn of(config: &Config) -> Result<LocalServer, Problem> {
        let access = Access::read(&config.data).map_err(|error| none_runs(config).because(error))?;
        Ok(LocalServer { access, client: client()? })
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.send(self.client.get(self.url(path))).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
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

pub fn none_runs(config: &Config) -> Problem {
    Problem::new(format!("expected a running server on `{}`, found none", config.data.display()))
        .hint("`closare serve` starts one; if it has another configuration, name it with --config or --data")
}
