//! `closare key`

use super::{Outcome, Ran};
use crate::problem::{During, Problem};
use clap::Subcommand;
use closare_egress::{Origin, SecretBook};
use closare_runtime::Config;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;

/// Keep vendors' keys, and say where each may go
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set a key; its value is read from standard input
    Set {
        /// As a plugin's manifest names it, such as `OPENAI_API_KEY`
        name: String,
        /// The origin that may get it, such as `https://api.openai.com`; it goes nowhere else
        #[arg(long = "for", value_name = "ORIGIN", required = true)]
        origins: Vec<String>,
    },
    /// List the names, and where each may go
    List,
    /// Forget a key
    Remove { name: String },
}

pub fn run(args: Args, config: &Config) -> Ran {
    let path = config.key_book();
    let mut book = SecretBook::read(&path).during("the keys can't be read")?;
    match args.command {
        Command::Set { name, origins } => set(&mut book, &name, &origins)?,
        Command::List => {
            for (name, origins) in book.names() {
                let origins: Vec<String> = origins.iter().map(ToString::to_string).collect();
                say!("{name}  for {}", origins.join(", "));
            }
            return Ok(Outcome::Good);
        }
        Command::Remove { name } => {
            if !book.remove(&name) {
                return Err(Problem::usage(format!("expected a key that is set, found `{name}`"))
                    .hint("`closare key list`"));
            }
        }
    }
    write(&book, &path)?;
    say!("Written to {}. A running server reads it at its next start.", path.display());
    Ok(Outcome::Good)
}

fn set(book: &mut SecretBook, name: &str, origins: &[String]) -> Result<(), Problem> {
    let origins: Vec<Origin> = origins
        .iter()
        .map(|origin| Origin::of(origin).map_err(|error| Problem::usage("expected an origin").because(error)))
        .collect::<Result<_, _>>()?;
    if std::io::stdin().is_terminal() {
        complain!("The value of {name}, then Ctrl-D:");
    }
    let mut value = String::new();
    std::io::stdin().read_to_string(&mut value).during("can't read the value")?;
    let value = value.trim();
    if value.is_empty() {
        return Err(Problem::usage("expected a value on standard input, found nothing"));
    }
    book.set(name, value, origins);
    Ok(())
}

fn write(book: &SecretBook, path: &PathBuf) -> Result<(), Problem> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).during(format!("can't make `{}`", folder.display()))?;
    }
    book.write(path).during("the keys can't be written")
}
