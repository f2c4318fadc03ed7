//! N callers at once, for each N of a ramp, and what the engine's processes cost meanwhile.
use crate::{audio, call, process, vendors};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value = "ws://127.0.0.1:7702/")]
    url: String,
    /// Numbers of calls, one run each. The first, a few calls that don't crowd the engine, is the base that
    /// the later ones are compared with.
    #[arg(long, default_value = "4,8,12", value_delimiter = ',')]
    calls: Vec<usize>,
    #[arg(long, default_value_t = 10)]
    turns: usize,
    /// The engine's root process; its children count too.
    #[arg(long)]
    engine_pid: u32,
    #[arg(long)]
    vendors_pid: u32,
    #[arg(long, default_value = "127.0.0.1:7701")]
    vendors: String,
    #[arg(long, default_value = "speech")]
    speech: PathBuf,
    /// Calls begin evenly over these seconds, about one turn, so that their turns don't coincide.
    #[arg(long, default_value_t = 8.0)]
    spread: f64,
    /// Only echo frames, for this many seconds.
    #[arg(long)]
    echo: Option<u64>,
    /// Stop the ramp after the first run whose p99 is this much above the base's.
    #[arg(long, default_value_t = 400.0)]
    stop_above_ms: f64,
    #[arg(long, default_value = "engine")]
    name: String,
    /// Sign each call with this key, as Twilio does.
    #[arg(long)]
    sign: Option<String>,
}

struct Spread(Vec<f64>);

impl Spread {
    fn of(parts: impl Iterator<Item = Vec<f64>>) -> Self {
        let mut all: Vec<f64> = parts.flatten().collect();
        all.sort_by(f64::total_cmp);
        Self(all)
    }
    fn at(&self, q: f64) -> Option<f64> {
        let i = ((self.0.len() as f64 * q).ceil() as usize).clamp(1, self.0.len().max(1)) - 1;
        self.0.get(i).map(|v| (v * 100.0).round() / 100.0)
    }
    fn json(&self) -> Value {
        json!({"n": self.0.len(), "p50": self.at(0.5), "p95": self.at(0.95), "p99": self.at(0.99), "max": self.at(1.0)})
    }
}

pub async fn run(o: Options) -> anyhow::Result<()> {
    let encode = |frames: &Vec<Vec<u8>>| frames.iter().map(|f| STANDARD.encode(f)).collect::<Vec<_>>();
    let utterances: Vec<_> = audio::speech(&o.speech)?.iter().map(encode).collect();
    anyhow::ensure!(!utterances.is_empty(), "no speech in {}: run make_speech.py", o.speech.display());
    let noise = encode(&audio::line_noise());
    let script = |turns| call::Script { sign: o.sign.clone(), utterances: utterances.clone(), noise: noise.clone(), turns, counted_from: Instant::now() };

    let mut base = None;
    if o.echo.is_none() {
        // One short call first, so that what an engine loads once isn't counted as a call's.
        call::run(&o.url, 99_999, Arc::new(script(1))).await;
    }
    sleep(Duration::from_secs(2)).await;
    let idle = [process::tree(o.engine_pid).resident_mb, process::own_mb(o.engine_pid)];
    for &calls in &o.calls {
        let line = step(&o, calls, script(o.turns), idle, &mut base).await?;
        println!("{line}");
        let worst = line["added_ms"]["p99"].as_f64().unwrap_or(0.0);
        if worst > o.stop_above_ms || line["failed_turns_pct"].as_f64().unwrap_or(0.0) > 5.0 {
            eprintln!("stopped: {calls} calls are too many");
            break;
        }
        sleep(Duration::from_secs(2)).await; // let the engine tidy up
    }
    Ok(())
}

async fn step(o: &Options, calls: usize, mut script: call::Script, [idle, idle_own]: [f64; 2], base: &mut Option<[f64; 3]>) -> anyhow::Result<Value> {
    let lateness = format!("http://{}/lateness", o.vendors);
    let _ = reqwest::get(&lateness).await?.bytes().await?; // starts it anew
    let gap = Duration::from_secs_f64(if o.echo.is_some() { 1.0 } else { o.spread } / calls as f64);
    let begin = Instant::now();
    let all_up = begin + gap * calls as u32 + Duration::from_secs(1);
    script.counted_from = all_up;
    let script = Arc::new(script);
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..calls {
        let (url, script, echo) = (o.url.clone(), script.clone(), o.echo);
        tasks.spawn(async move {
            sleep_until(begin + gap * i as u32).await;
            match echo {
                Some(seconds) => call::echo(&url, i, script, seconds).await,
                None => call::run(&url, i, script).await,
            }
        });
    }
    // The cost is counted while all calls are up: from the last one's start to the first one's end.
    sleep_until(all_up).await;
    let sample = || (Instant::now(), process::tree(o.engine_pid), process::tree(o.vendors_pid), process::tree(std::process::id()), process::machine());
    let from = sample();
    let mut records = Vec::new();
    let mut to = None;
    let mut own = 0.0;
    let mut resident: f64 = from.1.resident_mb;
    while !tasks.is_empty() {
        tokio::select! {
            Some(done) = tasks.join_next() => {
                if to.is_none() {
                    to = Some(sample());
                    own = process::own_mb(o.engine_pid);
                }
                records.push(done?);
            }
            () = sleep(Duration::from_secs(1)), if to.is_none() => resident = resident.max(process::tree(o.engine_pid).resident_mb),
        }
    }
    let to = to.unwrap_or_else(sample);

    let seconds = (to.0 - from.0).as_secs_f64();
    let [engine, vendors, load] = [to.1.cpu_s - from.1.cpu_s, to.2.cpu_s - from.2.cpu_s, to.3.cpu_s - from.3.cpu_s];
    let others = (to.4.0 - from.4.0) - engine - vendors - load;
    let all = |pick: fn(&call::Record) -> &Vec<f64>| Spread::of(records.iter().map(|r| pick(r).clone()));
    let sum = |pick: fn(&call::Record) -> u32| records.iter().map(pick).sum::<u32>();
    let overhead = Spread(all(|r| &r.gap).0.iter().map(|g| g - vendors::FIXED_MS).collect());
    let at = [0.5, 0.95, 0.99].map(|q| overhead.at(q).unwrap_or(0.0));
    let base = *base.get_or_insert(at);
    let failed = sum(|r| r.no_answer) + sum(|r| r.early) + sum(|r| r.not_silenced) + sum(|r| r.lost) * o.turns as u32;
    let vendors_late: Value = serde_json::from_slice(&reqwest::get(&lateness).await?.bytes().await?)?;
    let round = |v: f64| (v * 1000.0).round() / 1000.0;
    let mut line = json!({
        "name": o.name, "calls": calls, "turns": o.turns,
        "cpu_s_per_call_minute": round(engine / (calls as f64 * seconds / 60.0)),
        "engine_cores": round(engine / seconds), "vendors_cores": round(vendors / seconds), "load_cores": round(load / seconds),
        "others_cores": round(others / seconds), "stolen_cores": round((to.4.1 - from.4.1) / seconds),
        "resident_mb": round(resident), "mb_per_call": round((resident - idle) / calls as f64),
        "own_mb_per_call": round((own - idle_own) / calls as f64),
        "caller_late_ms": all(|r| &r.late).json(), "vendors_late_ms": vendors_late, "lost_calls": sum(|r| r.lost),
    });
    if o.echo.is_some() {
        line["round_trip_ms"] = all(|r| &r.round_trip).json();
    } else {
        line["overhead_ms"] = overhead.json();
        line["added_ms"] = json!({"p50": round(at[0] - base[0]), "p95": round(at[1] - base[1]), "p99": round(at[2] - base[2])});
        line["starting_overhead_ms"] = Spread(all(|r| &r.gap_starting).0.iter().map(|g| g - vendors::FIXED_MS).collect()).json();
        line["barge_in_ms"] = all(|r| &r.barge_in).json();
        line["pacing_ms"] = Spread::of(records.iter().map(|r| r.pacing.iter().map(|p| p.abs()).collect())).json();
        line["frame_ms"] = json!(records.iter().map(|r| r.frame_ms).fold(0.0, f64::max));
        line["lead_max_ms"] = json!(round(records.iter().map(|r| r.lead_max).fold(0.0, f64::max)));
        line["holes_ms_per_call"] = json!(round(records.iter().map(|r| r.holes).sum::<f64>() / calls as f64));
        line["failed_turns_pct"] = json!(round(f64::from(failed) * 100.0 / (calls * o.turns) as f64));
        line["no_answer"] = json!(sum(|r| r.no_answer));
        line["early"] = json!(sum(|r| r.early));
        line["not_silenced"] = json!(sum(|r| r.not_silenced));
    }
    Ok(line)
}
