//! Some callers at once, each with some turns: what each waited, and how long the agent went on when interrupted, by the packets.

use super::engine::Engine;
use super::phone::Phone;
use crate::problem::{During, Problem};
use closare_terms::{CallId, Millis};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// An agent that says nothing for so long won't.
const ANSWER_MAX: Duration = Duration::from_secs(8);
/// The agent is done when it has been silent for so long.
const DONE_AFTER: Duration = Duration::from_millis(600);
const SPEECH_MAX: Duration = Duration::from_secs(30);
/// Before the next thing is said.
const PAUSE: Duration = Duration::from_millis(300);
/// Into the agent's answer, where it is interrupted.
const INTERRUPTS_AFTER: Duration = Duration::from_millis(800);
/// All callers begin within this.
const SPREAD: Duration = Duration::from_secs(4);
/// Every fifth answer is interrupted.
const INTERRUPTED: usize = 5;

/// What a round came to. Spans are in milliseconds.
#[derive(Debug, Default)]
pub struct Round {
    /// From the last frame of a caller's speech to the first sound of the answer.
    pub waits: Vec<f64>,
    /// From the moment at which the engine knew that the caller speaks to the line's silence.
    pub silences: Vec<f64>,
    /// How late the callers' own frames were: a slow harness must not pass for a slow engine.
    pub late: Vec<f64>,
    pub unanswered: usize,
    /// The caller had said all, and the agent was speaking.
    pub spoke_over: usize,
}

/// One caller's.
#[derive(Default)]
struct Talk {
    waits: Vec<f64>,
    /// When an interrupting speech began, and when the line was silent.
    interruptions: Vec<(Instant, Instant)>,
    late: Vec<f64>,
    unanswered: usize,
    spoke_over: usize,
}

/// What the callers say, as frames for the wire.
pub type Lines = Arc<Vec<Vec<Vec<u8>>>>;

/// The callers have a thread of their own.
pub async fn round(
    engine: &Engine,
    numbers: &[String],
    turns: usize,
    lines: &Lines,
) -> Result<Round, Problem> {
    let (at, callers, own) = (engine.address(), numbers.to_vec(), lines.clone());
    let talks = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.during("can't start the callers")?.block_on(talks(at, callers, turns, own))
    });
    let talks = talks.await.during("the callers' thread ended")??;
    let mut round = Round::default();
    for (number, talk) in numbers.iter().zip(talks) {
        round.silences.extend(silences(engine, number, &talk).await?);
        round.waits.extend(talk.waits);
        round.late.extend(talk.late);
        round.unanswered += talk.unanswered;
        round.spoke_over += talk.spoke_over;
    }
    Ok(round)
}

async fn talks(
    at: SocketAddr,
    numbers: Vec<String>,
    turns: usize,
    lines: Lines,
) -> Result<Vec<Talk>, Problem> {
    let each = SPREAD / u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    let callers: Vec<_> = (0u32..)
        .zip(numbers)
        .map(|(place, number)| {
            let lines = lines.clone();
            tokio::spawn(async move {
                tokio::time::sleep(each * place).await;
                talk(&number, at, turns, &lines).await
            })
        })
        .collect();
    let mut talks = Vec::new();
    for caller in callers {
        talks.push(caller.await.during("a caller's task ended")??);
    }
    Ok(talks)
}

async fn talk(number: &str, at: SocketAddr, turns: usize, lines: &Lines) -> Result<Talk, Problem> {
    let mut phone = Phone::call(number, at).await?;
    let mut talk = Talk::default();
    phone.until(SPEECH_MAX, |line| line.silent_for(DONE_AFTER)).await;
    let mut interrupts = false;
    for (turn, line) in (0..turns).zip(lines.iter().cycle()) {
        phone.say(line).await;
        let Some((began, ended)) = phone.line.spoke else { break };
        match phone.line.fell_silent {
            Some(silent) => {
                talk.interruptions.extend(interrupts.then_some((began, silent)));
                phone.until(ANSWER_MAX, |line| line.answered.is_some()).await;
                match phone.line.answered {
                    Some(answered) => talk.waits.push(millis(answered.saturating_duration_since(ended))),
                    None => talk.unanswered += 1,
                }
            }
            None => talk.spoke_over += 1,
        }
        interrupts = turn % INTERRUPTED == INTERRUPTED / 2;
        if interrupts {
            phone.wait(INTERRUPTS_AFTER).await;
        } else {
            phone.until(SPEECH_MAX, |line| line.silent_for(DONE_AFTER)).await;
            phone.wait(PAUSE).await;
        }
    }
    talk.late = std::mem::take(&mut phone.line.late);
    phone.hang_up().await;
    Ok(talk)
}

/// For each interruption, from when the call's log says that voice was noticed to the silence on the wire.
async fn silences(engine: &Engine, number: &str, talk: &Talk) -> Result<Vec<f64>, Problem> {
    let Some(call) = engine.call(number) else { return Ok(Vec::new()) };
    let noticed = noticed(engine, &call).await?;
    let silences = talk.interruptions.iter().filter_map(|(began, silent)| {
        let noticed = noticed.iter().find(|noticed| *noticed >= began)?;
        (noticed <= silent).then(|| millis(silent.saturating_duration_since(*noticed)))
    });
    Ok(silences.collect())
}

async fn noticed(engine: &Engine, call: &CallId) -> Result<Vec<Instant>, Problem> {
    let store = &engine.runtime.store;
    store.flush().await;
    let found = store.call(call).await.during("can't read a call")?;
    let Some(found) = found else { return Ok(Vec::new()) };
    let log = store.log(call).await.during("can't read a call's log")?;
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Instant::now();
    let instant = |at: Millis| {
        let then = Duration::from_millis((found.call.started + at).0.max(0).cast_unsigned());
        now.checked_sub(wall.saturating_sub(then)).unwrap_or(now)
    };
    Ok(log.iter().filter(|entry| entry.name == "voice_started").map(|entry| instant(entry.at)).collect())
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}
