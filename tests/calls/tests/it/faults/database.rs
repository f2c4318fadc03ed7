//! The database is away under twenty calls: another process holds it. All go on, one begins, one ends, and all is written
//! afterwards.

use super::{agent_is_heard, agent_is_quiet, soak};
use crate::house::{Engine, Peer, Phone, Setup, Sipp, python};
use closare_store::{EntryKind, Filter, Kept, Speaker, Status};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const CALLS: usize = 20;
/// A question that is there as audio, after the key that answers the one before.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// So many questions that no call runs out of them.
fn workflow(questions: usize) -> String {
    let mut text = r#"
closare: 1
name: line
languages: [en]
data: {transcript: always, summary: always}
steps:
  - disclose
  - summarize
"#
    .to_owned();
    for index in 0..questions {
        text += if index % 2 == 0 { "  - ask: \"What happened?\"\n" } else { "  - ask: \"And then?\"\n" };
    }
    text + "  - hangup: \"Good-bye.\"\n"
}

struct Caller {
    phone: Phone,
    sipp: Peer,
}

impl Caller {
    async fn start(engine: &Engine) -> Option<Caller> {
        let phone = Phone::new().await;
        let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port).args(&["-timeout", "300"]);
        let sipp = sipp.start(engine.addr(), engine.folder.path())?;
        Some(Caller { phone, sipp })
    }

    /// Presses, and hears the next question: once.
    async fn turn(&self) -> Duration {
        agent_is_quiet(&self.phone).await;
        let pressed = Instant::now();
        self.phone.press("5#");
        let answer = agent_is_heard(&self.phone, pressed, ANSWER_MAX).await;
        answer.expect("the agent answers the caller's key")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn away_under_twenty_calls() {
    let away = Duration::from_secs(if soak() { 60 } else { 8 });
    let setup = Setup::new().answers("100", &workflow(80)).shares_the_machine();
    let Some(mut engine) = setup.start().await else { return };
    let mut callers = Vec::new();
    for number in 1..=CALLS {
        let Some(caller) = Caller::start(&engine).await else { return };
        callers.push(caller);
        // One after the other, as the door lets them in.
        let id = engine.call(number).await;
        engine.answered(&id).await;
    }
    let mut lock = python("hold-database.py");
    lock.arg(engine.folder.path().join("kept/closare.db"));
    let Some(mut lock) = Peer::start(lock, "hold", engine.folder.path(), "install Python 3") else { return };
    lock.says("held").await;
    let began = Instant::now();

    // One comes and stays, one comes and goes.
    let Some(late) = Caller::start(&engine).await else { return };
    engine.call(CALLS + 1).await;
    callers.push(late);
    let brief = Sipp::new("uac-load").calls("100").pauses(6_000);
    let Some(mut brief) = brief.start(engine.addr(), engine.folder.path()) else { return };

    let turns = Arc::new(AtomicUsize::new(0));
    let mut talks = JoinSet::new();
    for caller in callers {
        let turns = turns.clone();
        talks.spawn(async move {
            let mut longest = Duration::ZERO;
            while began.elapsed() < away {
                longest = longest.max(caller.turn().await);
                turns.fetch_add(1, Ordering::Relaxed);
            }
            (caller, longest)
        });
    }
    let mut callers = Vec::new();
    let mut longest = Duration::ZERO;
    while let Some(talk) = talks.join_next().await {
        let (caller, took) = talk.unwrap();
        longest = longest.max(took);
        callers.push(caller);
    }
    brief.succeeds().await;
    let health = engine.runtime.store.writer().health();
    assert_eq!(health.kept, Kept::Spool, "{health:?}");
    lock.kill().await;
    println!(
        "FIGURES: away for {:.1} s: {} turns on {} calls, the slowest answer after {longest:?}; {health:?}",
        began.elapsed().as_secs_f64(),
        turns.load(Ordering::Relaxed),
        callers.len()
    );

    // Back again, and one more turn each.
    for caller in &callers {
        caller.turn().await;
    }
    engine.runtime.stop("line");
    for caller in &mut callers {
        caller.sipp.succeeds().await;
    }
    let mut look = tokio::time::interval(Duration::from_millis(50));
    while engine.runtime.live.count() > 0 {
        look.tick().await;
    }
    all_is_written(&engine, turns.load(Ordering::Relaxed)).await;
    engine.stop().await;
}

async fn all_is_written(engine: &Engine, turns: usize) {
    let store = &engine.runtime.store;
    assert_eq!(store.flush().await, Kept::Database);
    let health = store.writer().health();
    assert_eq!((health.lost_rows, health.queued_bytes), (0, 0), "{health:?}");
    let spool = engine.folder.path().join("kept/spool");
    assert_eq!(std::fs::read_dir(spool).unwrap().count(), 0);
    let calls = store.calls(100, &Filter::default()).await.unwrap();
    assert_eq!(calls.len(), CALLS + 2);
    let mut said = 0;
    for call in calls {
        let detail = store.call(&call.id).await.unwrap().unwrap();
        assert!(call.status == Status::Ended && call.ended.is_some() && detail.summary.is_some(), "{call:?}");
        let log = store.log(&call.id).await.unwrap();
        assert!(log.iter().enumerate().all(|(index, entry)| entry.seq == index as u64), "a log has a gap");
        let last = log.last().unwrap();
        assert!(last.kind == EntryKind::Effect && last.name == "closed", "{}", last.name);
        said += detail.turns.iter().filter(|turn| turn.speaker == Speaker::Agent).count();
    }
    assert!(said >= turns, "{turns} questions were heard, {said} are written");
}
