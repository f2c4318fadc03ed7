//! `closare page`

use super::{Outcome, Ran};
use crate::local::{LocalServer, none_runs};
use closare_runtime::Config;
use closare_server::Link;

/// A link to the running server's page: calls as they go on, and those that ended
///
/// It lets one browser of this machine in, once.
#[derive(clap::Args)]
pub struct Args {}

pub async fn run(_args: Args, config: Config) -> Ran {
    let server = LocalServer::of(&config)?;
    let link: Link = server.post("/v1/page").await.map_err(|error| none_runs(&config).because(error))?;
    say!("{}", link.url);
    Ok(Outcome::Good)
}
