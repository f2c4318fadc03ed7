//! What a person is told while the engine starts: each step, and how long it took. It goes to the standard error, so that a
//! command's result stands alone.

use crate::problem::{During, Problem};
use crate::show::took;
use closare_runtime::{Config, PublishError, Runtime, Starting};
use closare_telephony::Incoming;
use closare_workflow::render;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

pub async fn start(config: Config) -> Result<(Arc<Runtime>, mpsc::Receiver<Incoming>), Problem> {
    let cache = config.cache.clone();
    let (data, listen) = (config.data.display().to_string(), config.listen);
    let mut steps = Steps::new();
    let started = Runtime::start(config, |starting| match starting {
        Starting::Plugin(name) => {
            let first = if cache.join("compiled").is_dir() {
                ""
            } else {
                "; the first time it is compiled, which takes a while"
            };
            steps.begin(format!("plugin {name}{first}"));
        }
        Starting::Broken { folder, reason } => {
            steps.end();
            complain!("  left out  {}: {reason}", folder.display());
        }
        Starting::Publishing => {
            steps.begin("workflows: checking, and speaking their fixed sentences".to_owned())
        }
        Starting::NotPublished(error) => {
            steps.end();
            complain!("{}", not_published(error));
        }
    })
    .await;
    steps.end();
    started.map_err(|error| because(error, &data, listen))
}

/// Findings are shown in full.
pub fn not_published(error: &PublishError) -> String {
    match error {
        PublishError::Findings { path, text, findings } => {
            let file = path.display().to_string();
            findings.iter().map(|finding| render(finding, text, &file)).collect::<Vec<_>>().join("\n")
        }
        PublishError::Read { source, .. } => format!("error: {error}: {source}"),
        PublishError::Voice { .. } => format!("error: {error}"),
    }
}

fn because(error: closare_runtime::Error, data: &str, listen: std::net::SocketAddr) -> Problem {
    use closare_runtime::Error;
    let hint = match &error {
        Error::NoAgent(_) => Some(
            "`closare doctor` looks at what a call needs: plugins that are built (`closare plugin build`), and a workflow in \
             `workflows/` or under `numbers:` of closare.yaml"
                .to_owned(),
        ),
        Error::Telephony(_) => Some(format!("another program has {listen}; set another `listen:` in closare.yaml")),
        Error::Store(closare_store::Error::InUse(_)) => {
            Some(format!("another `closare` runs on `{data}`; give this one a folder of its own with --data"))
        }
        Error::Config(_)
        | Error::Host(_)
        | Error::Store(_)
        | Error::Egress(_)
        | Error::Policy { .. }
        | Error::Read { .. } => None,
    };
    let problem = Problem::new("the engine can't start").because(error);
    match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// Steps that follow one another; a step's line is printed when it is over.
#[derive(Default)]
pub struct Steps {
    under_way: Option<(String, Instant)>,
}

impl Steps {
    pub fn new() -> Steps {
        Steps::default()
    }

    pub fn begin(&mut self, what: String) {
        self.end();
        self.under_way = Some((what, Instant::now()));
    }

    pub fn end(&mut self) {
        if let Some((what, since)) = self.under_way.take() {
            complain!("  {:>8}  {what}", took(since.elapsed()));
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.end();
    }
}

/// One step.
pub async fn step<T>(what: &str, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let mut steps = Steps::new();
    steps.begin(what.to_owned());
    work.await
}

/// Waits for Ctrl-C, or a supervisor's SIGTERM.
pub async fn told_to_stop() -> Result<(), Problem> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).during("can't listen for signals")?;
        tokio::select! {
            heard = tokio::signal::ctrl_c() => heard.during("can't listen for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.during("can't listen for Ctrl-C")
}
