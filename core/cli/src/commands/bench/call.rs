//! `closare bench call`

use super::{Outcome, Ran};
use crate::bench::engine::{Engine, PAUSE_MS};
use crate::bench::figures::{Figure, quantile, report};
use crate::bench::machine;
use crate::bench::phone::frames;
use crate::bench::round::{Lines, Round, round};
use crate::bench::vendor::Vendor;
use crate::commands::dial::Own;
use crate::installed;
use crate::problem::{During, Problem};
use crate::starting::step;
use crate::talk::Spoken;
use closare_call::Latency;
use closare_media::Resampler;
use closare_policy::Policies;
use closare_runtime::Config;
use closare_simulate::{Scenarios, speed};
use std::sync::Arc;
use std::time::Instant;

/// What the engine itself adds to a caller's wait, alone and with many calls at once
///
/// Places real SIP calls with speech over loopback, on a whole engine with policies and call log on. Its vendor is a stand-in that
/// speaks OpenAI's API and answers at once, so that what a caller waits beside the pause that ends a turn is the engine's own. Times are
/// taken at the packets. The calls, their callers and the vendor share the machine's cores.
#[derive(clap::Args)]
pub struct Args {
    /// Calls at once
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    calls: usize,
    /// Of the caller, in each call; every fifth answer is interrupted
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    turns: usize,
    /// What was measured, as JSON
    #[arg(long)]
    json: bool,
}

const FIRST_NUMBER: usize = 2_000;

/// Without a pause in them that could be taken for their end.
const SAID: [&str; 4] = [
    "I would like to book a table for two tomorrow evening.",
    "Could we sit near the window if there is still one free?",
    "My brother will come as well so please make it three.",
    "Do you have anything for people who eat no meat?",
];

const WORKFLOW: &str = include_str!("../../../../../workflows/front-desk.yaml");
const TEST_CALLS: &str = include_str!("../../../../../workflows/front-desk.test.yaml");
const SIMULATED: u32 = 500;

pub async fn run(args: Args, config: Config) -> Ran {
    if args.calls == 0 || args.turns == 0 {
        return Err(Problem::usage("expected at least one call with one turn"));
    }
    let simulated = simulated(&config)?;
    let lines = lines(&config).await?;
    let vendor = Vendor::start().await?;
    let numbers: Vec<String> = (FIRST_NUMBER..).take(args.calls).map(|number| number.to_string()).collect();
    let engine = Engine::start(config, &vendor, &numbers).await?;
    // The first call touches what all others share.
    step("a first call", round(&engine, &numbers[..1], 1, &lines)).await?;
    engine.take_latencies();
    let alone = measured(&engine, &numbers[..1], args.turns, &lines).await?;
    let together = measured(&engine, &numbers, args.turns, &lines).await?;
    engine.end().await;
    let figures = figures(&args, &alone, &together, simulated);
    let outcome = report(&figures, &machine::description(), args.json)?;
    let whole = together.round.unanswered + together.round.spoke_over == 0;
    Ok(if whole { outcome } else { Outcome::Findings })
}

struct Measured {
    round: Round,
    latencies: Vec<Latency>,
    late_frames: u64,
    /// Seconds, and those of the processor.
    took: f64,
    processor: Option<f64>,
}

async fn measured(
    engine: &Engine,
    numbers: &[String],
    turns: usize,
    lines: &Lines,
) -> Result<Measured, Problem> {
    let late = || engine.runtime.telephony.counters().late_frames;
    let (began, before, late_before) = (Instant::now(), machine::processor_time(), late());
    let what = format!("calls at once: {}, turns in each: {turns}", numbers.len());
    let round = step(&what, round(engine, numbers, turns, lines)).await?;
    let used = machine::processor_time().zip(before).map(|(now, before)| now.saturating_sub(before));
    Ok(Measured {
        round,
        latencies: engine.take_latencies(),
        late_frames: late() - late_before,
        took: began.elapsed().as_secs_f64(),
        processor: used.map(|used| used.as_secs_f64()),
    })
}

fn figures(args: &Args, alone: &Measured, together: &Measured, simulated: f64) -> Vec<Figure> {
    let share =
        |measured: &Measured, quantile: f64| self::quantile(&measured.round.waits, quantile) - PAUSE_MS;
    let call_minutes = args.calls as f64 * together.took / 60.0;
    let frames = call_minutes * 60.0 * 50.0;
    let mut figures = vec![
        Figure::new("engine's own share of a turn, p50", share(together, 0.5), "ms"),
        Figure::new("engine's own share of a turn, p99", share(together, 0.99), "ms").at_most(25.0),
        Figure::new("the same with one call, p50", share(alone, 0.5), "ms"),
        Figure::new("the same with one call, p99", share(alone, 0.99), "ms"),
        Figure::new("added by load, p99", share(together, 0.99) - share(alone, 0.99), "ms"),
        Figure::new(
            "speech noticed to silent on the wire, p50",
            quantile(&together.round.silences, 0.5),
            "ms",
        ),
        Figure::new(
            "speech noticed to silent on the wire, most",
            quantile(&together.round.silences, 1.0),
            "ms",
        )
        .at_most(40.0),
        Figure::new("frames of the engine over 2 ms late", 100.0 * together.late_frames as f64 / frames, "%"),
        Figure::new("frames of the callers late, p99", quantile(&together.round.late, 0.99), "ms"),
    ];
    figures.extend(together.processor.map(|seconds| {
        Figure::new("processor for a call-minute, callers and vendor included", seconds / call_minutes, "s")
    }));
    figures
        .push(Figure::new("calls simulated, times real time on one core", simulated, "").at_least(1_000.0));
    let round = &together.round;
    figures.push(Figure::new("turns", round.waits.len() as f64, "").note(stages(&together.latencies)));
    figures.push(Figure::new("turns without an answer", round.unanswered as f64, "").at_most(0.0));
    figures.push(Figure::new("turns over which the agent spoke", round.spoke_over as f64, "").at_most(0.0));
    figures
}

/// The engine's own record of the same turns.
fn stages(latencies: &[Latency]) -> String {
    let of = |name: &str| -> Vec<f64> {
        let stages = latencies.iter().flat_map(Latency::stages);
        stages.filter(|(stage, _)| *stage == name).map(|(_, took)| took.0 as f64).collect()
    };
    let mut parts: Vec<String> = Latency::STAGES
        .into_iter()
        .map(|stage| (stage, of(stage)))
        .filter(|(_, spans)| !spans.is_empty())
        .map(|(stage, spans)| format!("{stage} {}/{}", quantile(&spans, 0.5), quantile(&spans, 0.99)))
        .collect();
    let totals: Vec<f64> = latencies.iter().map(|latency| latency.total().0 as f64).collect();
    parts.push(format!("total {}/{}", quantile(&totals, 0.5), quantile(&totals, 0.99)));
    format!("\nStages by the engine's own record, p50/p99 in ms: {}", parts.join(", "))
}

/// How many times faster than real time.
fn simulated(config: &Config) -> Result<f64, Problem> {
    let catalog = installed::catalog(config).during("the policies can't be read")?;
    let workflow = closare_workflow::read(WORKFLOW, &catalog).workflow;
    let workflow =
        workflow.ok_or_else(|| Problem::new("the front desk's workflow can't be read with these plugins"))?;
    let scenarios = Scenarios::read(TEST_CALLS).map_err(|error| Problem::new(error.to_string()))?;
    let layers = closare_runtime::policies(config).during("the policies can't be read")?;
    let (workflow, policies) = (Arc::new(workflow), Policies::new(layers));
    let began = Instant::now();
    let done = speed(SIMULATED, &scenarios.calls, &workflow, &policies);
    Ok(done.simulated.0 as f64 / (began.elapsed().as_secs_f64() * 1_000.0))
}

async fn lines(config: &Config) -> Result<Lines, Problem> {
    let own = Own::load(config)?;
    let spoken = step("the callers' lines are spoken", own.say(&SAID, &config.cache)).await?;
    Ok(Arc::new(spoken.iter().map(line).collect()))
}

/// For the wire, and cut where it is loud: the end of speech is then no matter of opinion.
fn line(spoken: &Spoken) -> Vec<Vec<u8>> {
    let mut resampler = Resampler::new(spoken.rate, 8_000);
    let (mut samples, mut rest) = (Vec::new(), Vec::new());
    resampler.process_into(&spoken.samples, &mut samples);
    resampler.flush(&mut rest);
    samples.extend(rest);
    let loudest = samples.chunks(160).map(closare_media::rms).fold(0.0, f64::max);
    let last = samples.chunks_exact(160).rposition(|frame| closare_media::rms(frame) > loudest / 3.0);
    let end = last.map_or(samples.len(), |last| (last + 1) * 160);
    frames(&samples[..end])
}
