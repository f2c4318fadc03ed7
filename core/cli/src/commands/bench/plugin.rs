//! `closare bench plugin`

use super::Ran;
use crate::bench::figures::{Figure, quantile, report};
use crate::bench::machine;
use crate::installed;
use crate::problem::{During, Problem};
use crate::starting::Steps;
use closare_host::words::{AudioFormat, Listening, Opening};
use closare_host::{Bare, BareEar, Host, HostConfig, Plugin, SttInput, SyncSession};
use closare_runtime::Config;
use closare_terms::{Language, Millis, Role, UnixMillis};
use std::time::{Duration, Instant};

/// What a plugin's session costs to start and to keep, and what the host adds to a call into it
///
/// The same component is run by the host and by wasmtime alone, in turns; the ratio is what limits, clocks and words of the
/// contract cost.
#[derive(clap::Args)]
pub struct Args {
    /// A plugin that hears and has an instance for each session
    #[arg(value_name = "PLUGIN", default_value = "openai")]
    plugin: String,
    /// What was measured, as JSON
    #[arg(long)]
    json: bool,
}

/// Sessions that are up at once while their memory is counted.
const SESSIONS: usize = 1_000;
/// Calls with a frame in a row, then it is the other's turn.
const FRAMES: u32 = 500;
const TURNS: u32 = 100;
/// 20 ms at 16 kHz.
const FRAME_BYTES: usize = 640;

pub fn run(args: &Args, config: &Config) -> Ran {
    let installed = installed::named(config, &args.plugin).ok_or_else(|| {
        Problem::new(format!("expected an installed plugin, found no `{}` that is built", args.plugin)).hint(
            "`closare plugin list` names those that are; `make plugins` builds those that come with Closare",
        )
    })?;
    let host = HostConfig::new(config.cache.join("compiled"));
    let host = Host::new(host).during("the plugins can't be run")?;
    let mut steps = Steps::new();
    steps.begin(format!("compiling {} twice, for the host and for wasmtime alone", args.plugin));
    let plugin = host.load(&installed.folder).during(format!("`{}` can't be loaded", args.plugin))?;
    hears(&plugin)?;
    let bare = Bare::load(&installed.folder).during(format!("`{}` can't be loaded", args.plugin))?;
    let bench = Bench { plugin: &plugin, bare: &bare, opening: opening(&plugin)? };
    steps.begin(format!("{} calls with a frame, in turns", 2 * TURNS * FRAMES));
    let frames = bench.frames()?;
    steps.begin(format!("{SESSIONS} sessions at once"));
    let (starts, memory) = bench.sessions()?;
    steps.end();
    report(&figures(&frames, &starts, memory), &machine::description(), args.json)
}

fn hears(plugin: &Plugin) -> Result<(), Problem> {
    use closare_host::manifest::Instances;
    let manifest = plugin.manifest();
    if manifest.roles.contains(&Role::SpeechToText) && manifest.instances == Instances::PerSession {
        return Ok(());
    }
    Err(Problem::usage(format!(
        "expected a plugin that hears and has an instance for each session, found `{}`",
        manifest.name
    )))
}

fn opening(plugin: &Plugin) -> Result<Opening, Problem> {
    let options = plugin.options_checked(&serde_json::json!({})).during("the plugin needs options")?;
    let languages = vec![Language::from("en")];
    Ok(Opening { at: Millis::ZERO, wall: UnixMillis(0), seed: 1, options, languages })
}

struct Bench<'a> {
    plugin: &'a Plugin,
    bare: &'a Bare,
    opening: Opening,
}

/// The mean of a call in each turn.
#[derive(Default)]
struct Frames {
    host: Vec<f64>,
    bare: Vec<f64>,
}

impl Bench<'_> {
    /// A session of each for each turn, so that neither's memory grows beyond some seconds of audio.
    fn frames(&self) -> Result<Frames, Problem> {
        let mut frames = Frames::default();
        for _ in 0..TURNS {
            let mut ear = self.ear()?;
            let each = each(|at| {
                let frame = SttInput::Audio { at, bytes: vec![0; FRAME_BYTES] };
                ear.call(frame).map(|outputs| outputs.len()).during("a call failed")
            })?;
            frames.host.push(each);
            let mut ear = self.bare_ear()?;
            let each = self::each(|at| {
                let frame = vec![0; FRAME_BYTES];
                ear.audio(at, &frame).during("a call failed")
            })?;
            frames.bare.push(each);
        }
        Ok(frames)
    }

    /// How long each took to start, and the bytes that each keeps.
    fn sessions(&self) -> Result<(Vec<f64>, Option<f64>), Problem> {
        // The first ones touch what all share.
        let first = (0..10).map(|_| self.ear()).collect::<Result<Vec<_>, _>>()?;
        let before = machine::resident();
        let mut up = Vec::with_capacity(SESSIONS);
        let mut starts = Vec::with_capacity(SESSIONS);
        for _ in 0..SESSIONS {
            let began = Instant::now();
            up.push(self.ear()?);
            starts.push(micros(began.elapsed()));
        }
        let grown = machine::resident().zip(before).map(|(now, before)| now.saturating_sub(before));
        drop((first, up));
        Ok((starts, grown.map(|grown| grown as f64 / SESSIONS as f64)))
    }

    fn ear(&self) -> Result<SyncSession<SttInput>, Problem> {
        let opened = self.plugin.stt_sync(self.opening.clone(), format(), Listening::default());
        opened.map(|(ear, _, _)| ear).during("a session can't be opened")
    }

    fn bare_ear(&self) -> Result<BareEar, Problem> {
        let opened = self.bare.open(self.opening.clone(), format(), Listening::default());
        opened.during("a session can't be opened")
    }
}

fn figures(frames: &Frames, starts: &[f64], memory: Option<f64>) -> Vec<Figure> {
    let (host, bare) = (quantile(&frames.host, 0.5), quantile(&frames.bare, 0.5));
    let mut figures = vec![
        Figure::new("a 20 ms frame handed in, by the host", host, "µs"),
        Figure::new("the same by wasmtime alone", bare, "µs"),
        Figure::new("ratio", host / bare.max(f64::MIN_POSITIVE), "").at_most(2.0),
        Figure::new("a session started, p50", quantile(starts, 0.5), "µs").at_most(100.0),
        Figure::new("a session started, p99", quantile(starts, 0.99), "µs"),
    ];
    figures
        .extend(memory.map(|bytes| Figure::new("a session resident", bytes / 1024.0, "KiB").at_most(64.0)));
    figures
}

fn each(mut call: impl FnMut(Millis) -> Result<usize, Problem>) -> Result<f64, Problem> {
    let began = Instant::now();
    for number in 1..=FRAMES {
        call(Millis(u64::from(number) * 20))?;
    }
    Ok(micros(began.elapsed()) / f64::from(FRAMES))
}

fn format() -> AudioFormat {
    AudioFormat::pcm(16_000)
}

fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}
