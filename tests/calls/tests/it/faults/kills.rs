//! `kill -9` at random moments, on one data folder, with calls in every phase: also where a call ends, and its summary is made.
//!
//! What is done after a call today is its summary; notifications come with a later version, and what is to be deleted when
//! stands on each row from its begin.

use super::{chance, millis, soak, trusting};
use crate::house::{Peer, Phone, Setup, Sipp, python};
use closare_store::{CallDetail, EntryKind, Filter, LogEntry, OperatorKey, Reader, Status};
use closare_terms::PhoneNumber;
use closare_test_vendors::{Answer, Api, Emulator, Fault};
use rand::rngs::StdRng;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const CALLS: usize = 5;
/// Of a log: what may be lost, in ms.
const LOST_MAX: i64 = 1_000;

/// Wants its summary from the begin, so that one is made wherever the call ends.
fn line(vendor: &str) -> String {
    format!(
        r#"
closare: 1
name: line
languages: [en]
use: {{llm: {{plugin: anthropic, base_url: "{vendor}"}}}}
data: {{transcript: always, summary: always, fields: always}}
steps:
  - disclose
  - summarize
  - ask: {{say: "What happened?", as: story}}
  - ask: {{say: "And then?", as: more}}
  - hangup: "Good-bye."
"#
    )
}

/// What a vendor takes for a summary: so long there is a call that is over and not yet done.
const SUMMARY: Duration = Duration::from_millis(1_200);

/// All summaries of a round that its process owed, and a slow machine.
const SUMMARIES_MAX: Duration = Duration::from_secs(20);

const KEY_EVERY: Duration = Duration::from_millis(200);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A caller who presses keys all the time: so the log has something to say in every moment.
struct Caller {
    number: String,
    sipp: Peer,
    phone: Phone,
    up: Option<i64>,
    gone: Option<i64>,
}

/// What a caller can swear to about a call that was killed.
struct Witness {
    number: String,
    up: i64,
    gone: Option<i64>,
    killed: i64,
}

#[derive(Default, Debug)]
struct Found {
    calls: usize,
    unknown: usize,
    interrupted: usize,
    ended: usize,
    /// Calls of which the log was cut while the leg was up, and the most that it lacks, in ms.
    cut: usize,
    lacks_most: i64,
    /// Logs that lack more than they may.
    too_much: usize,
    summaries: usize,
    /// Of these, the ones that the next process made.
    summaries_late: usize,
    /// Calls that were over before the kill, and have no summary.
    summaries_lost: usize,
    /// Summaries of which it isn't known that a vendor was asked for them.
    uncounted: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments() {
    let mut chance = chance("kills");
    let kills = if soak() { 50 } else { 3 };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kept");
    let vendor = Emulator::start().await.unwrap();
    vendor.script().answer_always(Answer::text("The caller pressed keys."));
    vendor.fail_always(Api::AnthropicMessages, Fault::Slow(SUMMARY));
    let mut found = Found::default();
    let mut rounds: Vec<Vec<Witness>> = Vec::new();
    for round in 0..=kills {
        let home = tempfile::tempdir().unwrap();
        let kept = data.clone();
        // Alone on the machine: what is judged is time.
        let setup = Setup::new().answers("100", &line(&vendor.https)).plugin("anthropic");
        let setup = trusting(setup, [&vendor], home.path()).set(move |config| config.data = kept);
        let Some(served) = setup.serve_apart(home.path()).await else { return };
        if let Some(last) = rounds.last() {
            look(&data, last, &mut found).await;
        }
        if round == kills {
            served.kill().await;
            break;
        }
        let Some(mut callers) = calls(served.addr, home.path(), round, &mut chance).await else { return };
        let held = match round % 3 {
            2 => talk_while(&mut callers, hold(&data, home.path())).await,
            _ => None,
        };
        talk_until(&mut callers, round, &mut chance).await;
        let killed = now();
        served.kill().await;
        if let Some(mut held) = held {
            held.kill().await;
        }
        rounds.push(witnesses(callers, killed).await);
    }
    println!("FIGURES: after {kills} kills: {found:?}");
    // What was found after one kill stands after all others: nothing is written twice, nothing goes.
    let mut again = Found::default();
    for round in &rounds {
        look(&data, round, &mut again).await;
    }
    assert_eq!(format!("{found:?}"), format!("{again:?}"));
    assert_eq!((found.too_much, found.uncounted), (0, 0), "{found:?}");
    assert!(found.interrupted > 0 && found.summaries_lost == 0, "{found:?}");
}

/// In every third round the database is away, too.
async fn hold(data: &Path, folder: &Path) -> Option<Peer> {
    let mut hold = python("hold-database.py");
    hold.arg(data.join("closare.db"));
    let hold = Peer::start(hold, "hold", folder, "install Python 3")?;
    hold.says("held").await;
    Some(hold)
}

/// The callers of a round, each with a number of its own.
async fn calls(
    to: std::net::SocketAddr,
    folder: &Path,
    round: usize,
    chance: &mut StdRng,
) -> Option<Vec<Caller>> {
    let mut callers = Vec::new();
    for index in 0..CALLS {
        let number = format!("+493012{round:03}{index:02}");
        let phone = Phone::new().await;
        let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port).with("+4930123456", &number);
        let sipp = sipp.start(to, folder)?;
        callers.push(Caller { number, sipp, phone, up: None, gone: None });
        // Two peers that start at once may take each other's port.
        talk_while(&mut callers, tokio::time::sleep(millis(chance, 100..700))).await;
    }
    Some(callers)
}

/// Keys until this is done.
async fn talk_while<T>(callers: &mut [Caller], done: impl Future<Output = T>) -> T {
    let mut tick = tokio::time::interval(KEY_EVERY);
    tokio::pin!(done);
    loop {
        tokio::select! {
            done = &mut done => return done,
            _ = tick.tick() => callers.iter_mut().for_each(|caller| {
                caller.look();
                caller.key();
            }),
        }
    }
}

/// Keys, and answers at random moments, until the kill: in every other round at any moment, else close to the end of a call.
async fn talk_until(callers: &mut [Caller], round: usize, chance: &mut StdRng) {
    let begin = Instant::now();
    let any_moment = millis(chance, 0..9_000);
    let after_end = millis(chance, 0..2_500);
    let mut ended: Option<Instant> = None;
    let mut tick = tokio::time::interval(LOOK_EVERY);
    let mut answers: Vec<Instant> = callers.iter().map(|_| begin + millis(chance, 4_000..7_000)).collect();
    for count in 0.. {
        tick.tick().await;
        for (caller, answer) in callers.iter_mut().zip(&mut answers) {
            caller.look();
            if caller.gone.is_some() {
                ended.get_or_insert_with(Instant::now);
            } else if Instant::now() >= *answer {
                caller.phone.press("#");
                *answer = Instant::now() + millis(chance, 1_500..4_000);
            } else if count % (KEY_EVERY.as_millis() / LOOK_EVERY.as_millis()) == 0 {
                caller.key();
            }
        }
        let over = if round % 2 == 0 {
            begin.elapsed() >= any_moment
        } else {
            ended.is_some_and(|ended| ended.elapsed() >= after_end)
        };
        if over {
            return;
        }
    }
}

impl Caller {
    fn key(&self) {
        if self.gone.is_none() {
            self.phone.press("5");
        }
    }

    fn look(&mut self) {
        if self.up.is_none() && self.phone.last_word().is_some() {
            self.up = Some(now());
        }
        if self.gone.is_none() && self.sipp.is_done() {
            self.gone = Some(now());
        }
    }
}

async fn witnesses(callers: Vec<Caller>, killed: i64) -> Vec<Witness> {
    let mut witnesses = Vec::new();
    for mut caller in callers {
        caller.sipp.kill().await;
        let (number, gone) = (caller.number, caller.gone);
        witnesses.extend(caller.up.map(|up| Witness { number, up, gone, killed }));
    }
    witnesses
}

/// Reads what is left of a round beside the process that has the store.
async fn look(data: &Path, round: &[Witness], found: &mut Found) {
    let key = OperatorKey::load_or_create(&data.join("operator.key")).unwrap();
    let reader = Reader::open(data, &key).await.unwrap();
    for witness in round {
        let from = Some(PhoneNumber::from(witness.number.as_str()));
        let calls = reader.calls(10, &Filter { from, ..Filter::default() }).await.unwrap();
        assert!(calls.len() <= 1, "one call, {} rows", calls.len());
        let Some(call) = calls.first() else {
            assert!(
                witness.killed - witness.up < LOST_MAX,
                "a call of {} ms is unknown",
                witness.killed - witness.up
            );
            found.unknown += 1;
            continue;
        };
        let log = reader.log(&call.id).await.unwrap();
        let over = log.iter().any(|entry| entry.name == "leg_ended");
        let mut detail = reader.call(&call.id).await.unwrap().unwrap();
        // What was owed is made by the process that has the store now.
        let (asked, mut tick) = (Instant::now(), tokio::time::interval(Duration::from_millis(100)));
        let finished = |detail: &CallDetail| detail.summary.is_some() && is_counted(detail);
        while over && !finished(&detail) && asked.elapsed() < SUMMARIES_MAX {
            tick.tick().await;
            detail = reader.call(&call.id).await.unwrap().unwrap();
        }
        judge(witness, &detail, &log, found);
    }
}

fn is_counted(detail: &CallDetail) -> bool {
    detail.usage.iter().any(|row| row.plugin == "anthropic" && row.unit == "requests" && row.amount > 0)
}

fn judge(witness: &Witness, detail: &CallDetail, log: &[LogEntry], found: &mut Found) {
    let call = &detail.call;
    found.calls += 1;
    let whole = log.iter().enumerate().all(|(index, entry)| entry.seq == index as u64);
    assert!(whole, "the log has a gap");
    let last = log.last().map_or(0, |entry| call.started.0 + entry.at.0 as i64);
    let has = |kind: EntryKind, name: &str| log.iter().filter(|e| e.kind == kind && e.name == name).count();
    let over = has(EntryKind::Event, "leg_ended") > 0;
    let made = has(EntryKind::Effect, "summary");
    assert!(made <= 1, "{made} summaries were made");
    found.summaries += usize::from(detail.summary.is_some());
    found.uncounted += usize::from(detail.summary.is_some() && !is_counted(detail));
    assert!(call.ended.is_some_and(|ended| ended.0 <= witness.killed + 100), "{:?}", call.ended);
    match call.status {
        Status::Ended => {
            found.ended += 1;
            assert!(has(EntryKind::Effect, "closed") == 1 && made == 1 && detail.summary.is_some());
        }
        Status::Interrupted => {
            found.interrupted += 1;
            assert_eq!(call.end_reason.as_deref(), Some("process_ended"));
            let until = witness.gone.unwrap_or(witness.killed).min(witness.killed);
            let lacks = until - last;
            found.cut += usize::from(!over);
            found.lacks_most = found.lacks_most.max(lacks);
            if lacks >= LOST_MAX {
                found.too_much += 1;
                let (gone, tail) =
                    (witness.gone.map(|gone| witness.killed - gone), log.last().map(|last| &last.name));
                println!("FIGURES: a log lacks {lacks} ms: gone {gone:?} ms before the kill, after {tail:?}");
            }
            found.summaries_late += usize::from(detail.summary.is_some());
            found.summaries_lost += usize::from(over && detail.summary.is_none());
        }
        status => panic!("the call is {status:?}"),
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}
