//! `closare explain`

use super::{Outcome, Ran};
use crate::problem::{Problem, nearest};
use closare_workflow::{codes, explain};

/// Explain a finding: what it is, why it is bad, a bad example and a good one
#[derive(clap::Args)]
pub struct Args {
    /// A code such as `law-1`; without one, all codes are listed
    code: Option<String>,
}

pub fn run(args: &Args) -> Ran {
    let Some(code) = &args.code else {
        codes().for_each(|code| say!("{code:8}  {}", title(explain(code).unwrap_or_default())));
        return Ok(Outcome::Good);
    };
    match explain(code) {
        Some(page) => {
            say!("{}", page.trim_end());
            Ok(Outcome::Good)
        }
        None => {
            let problem = Problem::usage(format!("expected a finding's code, found `{code}`"));
            let near = nearest(code, codes()).map_or_else(String::new, |near| format!("nearest: `{near}`; "));
            Err(problem.hint(format!("{near}`closare explain` lists them all")))
        }
    }
}

/// The page's heading, without the code that it may begin with.
fn title(page: &str) -> &str {
    let heading = page.lines().next().unwrap_or_default().trim_start_matches('#').trim();
    heading.split_once(": ").map_or(heading, |(_, title)| title)
}
