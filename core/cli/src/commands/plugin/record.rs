//! `closare plugin record`

use super::loaded;
use crate::cassette::{Cassette, Error, Recording, Secrets, given, in_frames, record, sound_beside};
use crate::commands::{Outcome, Ran};
use crate::problem::{During, Problem};
use closare_egress::Egress;
use closare_host::{Manifest, Plugin};
use closare_runtime::Config;
use closare_terms::{Language, Millis, Role, UnixMillis};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Record an exchange of a plugin with its vendor, as a cassette
///
/// The plugin runs as in a call, its vendor is asked for real, with the keys of `closare key set`. What is handed in is written on
/// this line or lies in a file; a live call can't be recorded. Secrets aren't in the cassette.
#[derive(clap::Args)]
pub struct Args {
    /// The plugin's folder, with plugin.yaml and the component
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// What a caller says to a language model, or what a voice is to say
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["wav", "tool"])]
    say: Option<String>,
    /// What speech-to-text is to hear
    #[arg(long, value_name = "FILE", conflicts_with = "say")]
    wav: Option<PathBuf>,
    /// The tool that is invoked
    #[arg(long, value_name = "NAME", conflicts_with_all = ["say", "wav"])]
    tool: Option<String>,
    /// The tool's arguments, as JSON
    #[arg(long, value_name = "JSON", default_value = "{}", requires = "tool")]
    arguments: String,
    /// Where the plugin has several that fit
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// An option of the plugin, as a workflow would set it; may be given more than once
    #[arg(long = "option", value_name = "KEY=VALUE")]
    options: Vec<String>,
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// The voice, as a workflow would name it
    #[arg(long, value_name = "NAME")]
    voice: Option<String>,
    /// Where the cassette goes, from the plugin's folder
    #[arg(long, value_name = "FILE", default_value = "cassettes/recorded.yaml")]
    out: PathBuf,
    /// How many seconds to wait for the vendor
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    wait: u64,
}

pub async fn run(args: Args, config: Config) -> Ran {
    let plugin = loaded(&args.folder, &config)?;
    let role = role(&args, plugin.manifest())?;
    let out = args.folder.join(&args.out);
    let folder = out.parent().unwrap_or(&args.folder).to_owned();
    std::fs::create_dir_all(&folder).during(format!("can't make `{}`", folder.display()))?;
    let what = recording(&args, role, &plugin, &out)?;
    let (egress, secrets) = door(&config)?;
    let recorded = record(&plugin, &egress, &secrets, what, &folder).await;
    let cassette = recorded.map_err(|error| because(error, plugin.manifest()))?;
    cassette.write(&out).during("the cassette can't be kept")?;
    show(&cassette, &out);
    Ok(Outcome::Good)
}

fn because(error: Error, manifest: &Manifest) -> Problem {
    let mut problem = Problem::new(format!("`{}` can't be recorded", manifest.name));
    if matches!(error, Error::NotSent) {
        for name in manifest.secrets.keys() {
            problem = problem
                .hint(format!("`closare key set {name} --for ORIGIN`, with the vendor's key and origin"));
        }
        problem = problem
            .hint("a server on this machine or its network: `allow_private: [ORIGIN]` in closare.yaml");
    }
    problem.because(error)
}

fn recording(args: &Args, role: Role, plugin: &Plugin, out: &Path) -> Result<Recording, Problem> {
    let (mut sound, mut handed) = (None, Vec::new());
    match role {
        Role::SpeechToText => {
            let file = args.wav.as_ref().ok_or_else(|| Problem::usage("expected --wav FILE for an ear"))?;
            let beside = out.with_extension("wav");
            let length = sound_beside(file, &beside, plugin).during("there is nothing to hear")?;
            sound = beside.file_name().map(|name| name.to_string_lossy().into_owned());
            handed = in_frames(length);
        }
        Role::LanguageModel => {
            handed.push((Millis::ZERO, given::chat(args.say.as_deref().unwrap_or_default())))
        }
        Role::TextToSpeech => {
            handed.push((Millis::ZERO, given::say(args.say.as_deref().unwrap_or_default())))
        }
        Role::Tool => {
            let arguments = serde_json::from_str(&args.arguments)
                .map_err(|error| Problem::usage("expected --arguments as JSON").because(error))?;
            handed.push((Millis::ZERO, given::invoke(args.tool.as_deref().unwrap_or_default(), arguments)));
        }
    }
    Ok(Recording {
        about: format!("Recorded with {} {}.", plugin.manifest().name, plugin.manifest().version),
        role,
        options: options(&args.options, plugin.manifest())?,
        languages: vec![Language::from(args.language.as_str())],
        voice: args.voice.clone(),
        sound,
        wall: now(),
        given: handed,
        limit: Duration::from_secs(args.wait),
    })
}

/// What was given fits one of the plugin's roles.
fn role(args: &Args, manifest: &Manifest) -> Result<Role, Problem> {
    let fits: &[Role] = match (&args.wav, &args.tool) {
        (Some(_), _) => &[Role::SpeechToText],
        (_, Some(_)) => &[Role::Tool],
        _ => &[Role::LanguageModel, Role::TextToSpeech],
    };
    let wanted = |role: &&Role| {
        args.role.as_deref().is_none_or(|word| role.as_str() == word || role.key() == Some(word))
    };
    let left: Vec<Role> =
        fits.iter().filter(|role| manifest.roles.contains(role)).filter(wanted).copied().collect();
    let names =
        |roles: &[Role]| roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or ");
    match left.as_slice() {
        [role] => Ok(*role),
        [] => Err(Problem::usage(format!("expected a plugin with the role {} for this", names(fits)))
            .hint(format!("`{}` has {}", manifest.name, names(&manifest.roles)))),
        several => Err(Problem::usage(format!("expected --role, found {} in the plugin", names(several)))),
    }
}

/// A text is a text; whatever else is JSON.
fn options(given: &[String], manifest: &Manifest) -> Result<Map<String, Value>, Problem> {
    let one = |given: &String| {
        let (key, value) = given
            .split_once('=')
            .ok_or_else(|| Problem::usage(format!("expected --option KEY=VALUE, found `{given}`")))?;
        let is_text = manifest.options.get(key).is_none_or(|schema| schema["type"] == "string");
        let json = if is_text { None } else { serde_json::from_str(value).ok() };
        Ok((key.to_owned(), json.unwrap_or_else(|| Value::from(value))))
    };
    given.iter().map(one).collect()
}

/// The way out, with the operator's keys, and what must not come back by it.
fn door(config: &Config) -> Result<(Egress, Secrets), Problem> {
    let secrets = Secrets::read(&config.key_book()).during("the keys can't be read")?;
    Ok((closare_runtime::egress(config).during("nothing can be sent")?, secrets))
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn show(cassette: &Cassette, out: &Path) {
    say!("{}: {} entries", out.display(), cassette.tape.len());
    for told in &cassette.told {
        let line = told.to_string();
        let short: String = line.chars().take(100).collect();
        say!("  {short}{}", if short.len() < line.len() { "…" } else { "" });
    }
}
