//! The store, opened for reading beside a server that may run.

use crate::problem::{During, Problem};
use closare_runtime::Config;
use closare_store::{CallDetail, Filter, OperatorKey, Reader};
use closare_terms::CallId;

pub async fn reader(config: &Config) -> Result<Reader, Problem> {
    let folder = &config.data;
    if !folder.join("closare.db").is_file() {
        let none = Problem::new(format!("expected calls in `{}`, found none", folder.display()));
        return Err(
            none.hint("`closare serve` keeps them there from its first start; `closare demo` makes one.")
        );
    }
    let cant = || format!("can't read what is kept in `{}`", folder.display());
    let key = OperatorKey::load_or_create(&folder.join("operator.key")).during(cant())?;
    Reader::open(folder, &key).await.during(cant())
}

/// By its id, the begin of its id, or `last`.
pub async fn call(reader: &Reader, wanted: &str) -> Result<CallDetail, Problem> {
    /// How far back a call is found by the begin of its id.
    const RECENT: u64 = 10_000;
    let limit = if wanted == "last" { 1 } else { RECENT };
    let ids = reader.calls(limit, &Filter::default()).await.during("can't list the calls")?;
    let fits = |id: &CallId| wanted == "last" || id.as_str().starts_with(wanted);
    let found: Vec<CallId> = ids.into_iter().map(|call| call.id).filter(fits).collect();
    let id = match found.as_slice() {
        [id] => id.clone(),
        [] => CallId(wanted.to_owned()),
        _ => {
            return Err(Problem::usage(format!(
                "expected the id of one call, found {} that begin with `{wanted}`",
                found.len()
            )));
        }
    };
    let detail = reader.call(&id).await.during("can't read the call")?;
    detail.ok_or_else(|| {
        Problem::usage(format!("expected a call's id or `last`, found `{wanted}`"))
            .hint("`closare calls` lists them.")
    })
}
