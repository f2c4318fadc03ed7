//! `closare dial`

use super::{Outcome, Ran, print_json};
use crate::installed;
use crate::problem::{During, Problem};
use crate::show::live::clock;
use crate::starting::step;
use crate::talk::{self, Ear, Played, Reaction, Script, Spoken, Tape};
use closare_host::{Host, Plugin};
use closare_runtime::Config;
use closare_simulate::{Act, Talk};
use closare_telephony::Telephony;
use closare_terms::Language;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Call a number over SIP and play a test call on the real line
///
/// The lines are spoken by this machine's own voice; what the agent answers is written down by its own speech-to-text and
/// compared with what the test call waits to hear, loosely. Prints how long the caller waited for each answer.
///
/// Exit 1 if the call doesn't come about, or something that it waits to hear never comes.
#[derive(clap::Args)]
pub struct Args {
    /// Such as `sip:1000@127.0.0.1`
    #[arg(value_name = "SIP-URI")]
    uri: String,
    /// Test calls (`*.test.yaml`), or a file that is a list of acts such as `- say: "Hello"`
    #[arg(long, value_name = "FILE")]
    talk: PathBuf,
    /// Which of the test calls; without it, the first
    #[arg(long, value_name = "NAME")]
    call: Option<String>,
    /// Write both sides as WAV: the caller on channel 1, the agent on channel 2
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// The port to call from; without it, a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    listen: u16,
    /// What the call came to, as JSON
    #[arg(long)]
    json: bool,
}

/// The language of the caller's voice and ear: that of the models that come with Closare.
const LANGUAGE: &str = "en";

pub async fn run(args: Args, config: Config) -> Ran {
    let script = talk::read(&args.talk, args.call.as_deref())?;
    let own = Own::load(&config)?;
    let lines = step("speaking the caller's lines", own.lines(&script.talk, &config.cache)).await?;
    let telephony = telephony(&args.uri, args.listen).await?;
    let tape = Tape::default();
    let call = talk::Call {
        telephony: &telephony,
        uri: &args.uri,
        from: script.from.as_deref().unwrap_or("caller"),
        talk: &script.talk,
        lines,
        ear: own.ear(),
        tape: tape.clone(),
    };
    let quiet = args.json;
    if !quiet {
        say!("Calling {} as \"{}\"", args.uri, script.name);
    }
    let played = talk::call(call, &mut |reaction| {
        if !quiet {
            say!("{}", line(&reaction));
        }
    })
    .await;
    telephony.shutdown().await;
    let played = played.map_err(|error| failed(&args.uri, error))?;
    if let Some(file) = &args.record {
        std::fs::write(file, tape.wav()).during(format!("can't write `{}`", file.display()))?;
    }
    report(&args, &script, &played)
}

fn report(args: &Args, script: &Script, played: &Played) -> Ran {
    if args.json {
        print_json(played)?;
        return Ok(Outcome::good_if(played.missed.is_none()));
    }
    say!("\nThe {} hung up after {:.1} s.", played.ended_by, played.lasted.0 as f64 / 1_000.0);
    if let Some(waits) = waits(played) {
        say!("{waits}");
    }
    if let Some(file) = &args.record {
        say!("Both sides: {}", file.display());
    }
    if let Some(missed) = &played.missed {
        say!("\n\"{}\" failed: this never came, {missed}", script.name);
    }
    Ok(Outcome::good_if(played.missed.is_none()))
}

/// The middle and the longest wait.
pub fn waits(played: &Played) -> Option<String> {
    let mut waits = played.waits.clone();
    waits.sort_unstable();
    let (middle, longest) = (waits.get(waits.len() / 2)?, waits.last()?);
    Some(format!(
        "Waited for an answer, at the caller's ear: {middle} in the middle, {longest} at most ({} answers)",
        waits.len()
    ))
}

pub fn line(reaction: &Reaction) -> String {
    match reaction {
        Reaction::Answered { after } => format!("         answered after {after}"),
        Reaction::Said { at, text } => format!("{}  caller      {text}", clock(*at)),
        Reaction::Pressed { at, keys } => format!("{}  caller      presses {keys}", clock(*at)),
        Reaction::Waited(wait) => format!("         … waited {wait}"),
        Reaction::FellSilent(after) => {
            format!("         … the agent fell silent {after} after the caller began")
        }
        Reaction::Heard { at, words: Some(words) } => format!("{}  agent (AI)  {words}", clock(*at)),
        Reaction::Heard { at, words: None } => format!("{}  agent (AI)  speaks", clock(*at)),
        Reaction::Note(note) => format!("         {note}"),
    }
}

pub fn failed(uri: &str, error: closare_telephony::Error) -> Problem {
    use closare_telephony::Error;
    let hint = match &error {
        Error::Refused { status: 404 } => {
            "nobody answers this number: `closare serve` prints those that it answers"
        }
        Error::Refused { status: 408 } => {
            "nothing answers there: is `closare serve` running, on this address and port?"
        }
        Error::Refused { status: 480 } => "the agent is stopped, or refused the call",
        Error::Uri => "such as `sip:1000@192.168.1.20:5060`",
        Error::Listen { .. }
        | Error::NoPort { .. }
        | Error::Media(_)
        | Error::Refused { .. }
        | Error::Gone
        | Error::Peer(_)
        | Error::Stopped => "`RUST_LOG=closare_telephony=debug` tells more",
    };
    Problem::new(format!("the call to `{uri}` didn't come about")).because(error).hint(hint)
}

/// Loopback where the callee is on it, since that is the route that packets take.
pub async fn telephony(uri: &str, port: u16) -> Result<Telephony, Problem> {
    let local = uri.contains("@127.") || uri.contains("@localhost") || uri.contains("@[::1]");
    let address = if local { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
    let config = closare_telephony::Config {
        listen: SocketAddr::from((address, port)),
        media_threads: 1,
        // Whoever was called may answer from anywhere; nobody can call us, since what comes in is dropped.
        allow: ["0.0.0.0/0", "::/0"].iter().filter_map(|network| network.parse().ok()).collect(),
        ..closare_telephony::Config::loopback()
    };
    let (telephony, calls) = Telephony::start(config).await.during("can't open a port to call from")?;
    drop(calls);
    Ok(telephony)
}

/// The voice and the ear of this machine.
pub struct Own {
    voice: Arc<Plugin>,
    ear: Option<Arc<Plugin>>,
    _host: Host,
}

impl Own {
    pub fn load(config: &Config) -> Result<Own, Problem> {
        let host = Host::new(config.host().during("the configuration can't be used")?)
            .during("the plugins can't be run")?;
        let voice = load(&host, config, "offline-tts")?
            .ok_or_else(|| {
                Problem::new(
                    "expected the plugin `offline-tts` for the caller's voice, found none that is built",
                )
            })
            .map_err(|problem| problem.hint("`make plugins` builds those that come with Closare"))?;
        let ear = load(&host, config, "offline-stt")?;
        Ok(Own { voice, ear, _host: host })
    }

    pub async fn lines(&self, talk: &Talk, cache: &Path) -> Result<Vec<Spoken>, Problem> {
        self.say(&spoken(talk), cache).await
    }

    pub async fn say(&self, texts: &[&str], cache: &Path) -> Result<Vec<Spoken>, Problem> {
        talk::render(&self.voice, texts, &Language::from(LANGUAGE), cache).await
    }

    pub fn ear(&self) -> Option<Ear> {
        self.ear.clone().map(|plugin| Ear::new(plugin, Language::from(LANGUAGE)))
    }
}

fn load(host: &Host, config: &Config, name: &str) -> Result<Option<Arc<Plugin>>, Problem> {
    let Some(plugin) = installed::named(config, name) else { return Ok(None) };
    host.load(&plugin.folder).map(Some).during(format!("the plugin `{name}` can't be run"))
}

/// What the caller says, in order.
pub fn spoken(talk: &Talk) -> Vec<&str> {
    talk.0
        .iter()
        .filter_map(|(_, act)| match act {
            Act::Say(words) | Act::Interrupt { words, .. } => Some(words.text.as_str()),
            Act::Hear(_) | Act::Press(_) | Act::Silence(_) | Act::Hold(_) | Act::Hangup => None,
        })
        .collect()
}
