//! What the last process owed when it died: the sums of what vendors counted, and the summary of a call that was over. What was
//! asked of the model stands in the call's log, and with it the questions that the policies allowed it by. They are asked once more,
//! and it is made anew.

use crate::call_log::CallLog;
use crate::clock::{Clock, wall_now};
use crate::minds::Minds;
use crate::publish::Published;
use crate::runtime::Runtime;
use crate::tell::{Tell, UNTOLD_MAX};
use closare_call::{Event, Line, Speaker, Task};
use closare_policy::{Facts, Verdict};
use closare_store::{CallSummary, EntryKind, Error, Filter, LogEntry, Status};
use closare_terms::{CallId, Held, Kind, Language, Millis, Point, UnixMillis};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How far back calls are looked at: a vendor that was away for longer has had its chances.
const BACK_MILLIS: i64 = 86_400_000;
/// Calls that are looked at.
const CALLS_MAX: u64 = 1_000;
/// What a summary may take.
const SUMMARY_MAX: Duration = Duration::from_secs(30);
/// Words of a model that wait to be taken.
const INBOX_MAX: usize = 1_024;

/// Makes what is owed, one after the other. What can't be made is tried at the next start.
pub async fn finish(runtime: Arc<Runtime>) {
    let since = Some(UnixMillis(wall_now().0 - BACK_MILLIS));
    let filter = Filter { status: Some(Status::Interrupted), since, ..Filter::default() };
    let calls = runtime.store.calls(CALLS_MAX, &filter).await.unwrap_or_else(|error| {
        tracing::error!(%error, "what the last process owed can't be read");
        Vec::new()
    });
    for call in calls {
        if let Err(error) = finish_one(&runtime, &call).await {
            tracing::error!(call = %call.id, %error, "an unfinished call can't be read");
        }
    }
}

async fn finish_one(runtime: &Arc<Runtime>, call: &CallSummary) -> Result<(), Error> {
    let Some(detail) = runtime.store.call(&call.id).await? else { return Ok(()) };
    if detail.summary.is_some() && !detail.usage.is_empty() {
        return Ok(());
    }
    let log = runtime.store.log(&call.id).await?;
    let owed = if detail.summary.is_none() { Owed::find(&log) } else { None };
    let used = if detail.usage.is_empty() { used(&log) } else { Vec::new() };
    if owed.is_none() && used.is_empty() {
        return Ok(());
    }
    let agent = runtime.agents.find(call.to.as_str()).map(|agent| agent.published());
    // Another version may name another vendor, which nobody has allowed for this call.
    let Some(published) = agent.filter(|now| now.workflow.version == call.workflow_version) else {
        tracing::warn!(call = %call.id, "a call was left unfinished by a workflow version that is no longer published");
        return Ok(());
    };
    runtime.store.resume(&call.id).await?;
    let mut kept = CallLog::new(
        call.id.clone(),
        Clock::start(),
        &runtime.store,
        runtime.live.clone(),
        published.clone(),
        &runtime.config,
    );
    kept.count_on(&detail.usage);
    used.iter().for_each(|event| drop(kept.count(event)));
    kept.sum_up();
    if let Some(owed) = owed {
        make_summary(runtime, published, &owed, &mut kept, call).await;
    }
    runtime.store.flush().await;
    Ok(())
}

/// What was counted before the process died.
fn used(log: &[LogEntry]) -> Vec<Event> {
    let named = log.iter().filter(|entry| entry.kind == EntryKind::Event && entry.name == "used");
    named.filter_map(|entry| Event::deserialize(&entry.skeleton).ok()).collect()
}

/// Makes the summary, if the policies still allow it.
async fn make_summary(
    runtime: &Runtime,
    published: Arc<Published>,
    owed: &Owed,
    kept: &mut CallLog,
    call: &CallSummary,
) {
    let at = Millis((wall_now().0 - call.started.0).max(0).cast_unsigned());
    for asked in [&owed.model_asked, &owed.keep_asked] {
        let ruling = runtime.policies.ask(asked.point, &asked.facts);
        kept.verdict(at, asked.point, &ruling);
        if ruling.verdict != asked.verdict {
            tracing::warn!(call = %call.id, "a summary is owed that the policies allow no more");
            return;
        }
    }
    let made = make(runtime, published, owed, kept, &call.id).await;
    // Before the summary: who sees that sees what it cost, too.
    kept.sum_up();
    match made {
        Some(text) => {
            kept.keep(Kind::Summary);
            kept.summary(&Held::new(Kind::Summary, text), &owed.language, owed.model);
            tracing::info!(call = %call.id, "a summary was made that the last process owed");
        }
        None => tracing::warn!(call = %call.id, "a summary that is owed could not be made"),
    }
}

/// The log of a call that is over ends where it ended: what this costs is counted, and not written there.
async fn make(
    runtime: &Runtime,
    published: Arc<Published>,
    owed: &Owed,
    kept: &mut CallLog,
    call: &CallId,
) -> Option<String> {
    const JOB: u32 = 1;
    let (events, mut told) = mpsc::channel(INBOX_MAX);
    let (tell, mut untold) = Tell::new(call, events);
    let language = owed.language.clone();
    let egress = runtime.egress.clone();
    let mut minds = Minds::new(published, egress, Clock::start(), rand::random(), language, tell);
    minds.start(owed.model, JOB, &owed.task);
    let answer = async {
        let mut text = String::new();
        loop {
            match told.recv().await? {
                Event::Token { text: more, .. } => text.push_str(more.words()),
                Event::JobDone { .. } => return Some(text),
                Event::JobFailed { .. } | Event::VendorFailed { .. } => return None,
                event => drop(kept.count(&event)),
            }
        }
    };
    let text = tokio::time::timeout(SUMMARY_MAX, answer).await.ok().flatten();
    minds.finish();
    let _ = tokio::time::timeout(UNTOLD_MAX, untold.ends()).await;
    while let Ok(event) = told.try_recv() {
        kept.count(&event);
    }
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A summary that was asked for.
struct Owed {
    model: usize,
    task: Task,
    language: Language,
    model_asked: Asked,
    keep_asked: Asked,
}

/// A question to the policies, and what they said.
struct Asked {
    point: Point,
    facts: Facts,
    verdict: Verdict,
}

impl Owed {
    /// `None` where none was asked for, none may be kept, or the words that it is made of were not kept.
    fn find(log: &[LogEntry]) -> Option<Owed> {
        let (entry, generate) = effects::<Generated>(log, "generate").last()?;
        let Logged::Summarize { history, facts, language, style, longest_words } = generate.generate.task;
        let mut words = entry.contents.iter().map(|content| (content.index, &content.text));
        let mut index = 0..;
        let mut fill = |held: &mut Held| {
            let index = index.next()?;
            let (_, text) = words.find(|(place, _)| *place == index)?;
            held.fill(text.as_str());
            Some(())
        };
        let mut history: Vec<Line> =
            history.into_iter().map(|Said { speaker, text }| Line { speaker, text }).collect();
        let mut facts = facts;
        history.iter_mut().try_for_each(|line| fill(&mut line.text))?;
        facts.iter_mut().try_for_each(|(_, value)| fill(value))?;
        let of_summary = |keep: &Of| keep.kind == Kind::Summary;
        let (kept_at, kept) =
            effects::<Kept>(log, "keep").filter(|(_, kept)| of_summary(&kept.keep)).last()?;
        let forgotten = effects::<Forgotten>(log, "forget").filter(|(_, gone)| of_summary(&gone.forget));
        if forgotten.last().is_some_and(|(entry, _)| entry.seq > kept_at.seq) {
            return None;
        }
        Some(Owed {
            model: generate.generate.model,
            model_asked: Asked::find(log, generate.generate.permit.ask)?,
            keep_asked: Asked::find(log, kept.keep.permit?.ask)?,
            language: language.clone(),
            task: Task::Summarize { history, facts, language, style, longest_words },
        })
    }
}

impl Asked {
    fn find(log: &[LogEntry], ask: u32) -> Option<Asked> {
        let (_, Question { ask: question }) =
            effects::<Question>(log, "ask").find(|(_, question)| question.ask.ask == ask)?;
        let answers = log.iter().filter(|entry| entry.kind == EntryKind::Event && entry.name == "verdict");
        let mut answers = answers.filter_map(|entry| Answer::deserialize(&entry.skeleton).ok());
        let verdict = answers.find(|answer| answer.verdict.ask == ask)?.verdict.verdict;
        Some(Asked { point: question.point, facts: question.facts, verdict })
    }
}

/// The effects of this name that have this form, in order.
fn effects<'a, T: DeserializeOwned>(
    log: &'a [LogEntry],
    name: &'a str,
) -> impl DoubleEndedIterator<Item = (&'a LogEntry, T)> {
    let named = log.iter().filter(move |entry| entry.kind == EntryKind::Effect && entry.name == name);
    named.filter_map(|entry| Some((entry, T::deserialize(&entry.skeleton).ok()?)))
}

// What is read of the log's skeleton: the machine's own words for its effects.

#[derive(Deserialize)]
struct Generated {
    generate: Generate,
}

#[derive(Deserialize)]
struct Generate {
    permit: Permitted,
    model: usize,
    task: Logged,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Logged {
    Summarize {
        history: Vec<Said>,
        facts: Vec<(String, Held)>,
        language: Language,
        style: String,
        longest_words: u32,
    },
}

#[derive(Deserialize)]
struct Said {
    speaker: Speaker,
    text: Held,
}

#[derive(Deserialize)]
struct Permitted {
    ask: u32,
}

#[derive(Deserialize)]
struct Kept {
    keep: Of,
}

#[derive(Deserialize)]
struct Forgotten {
    forget: Of,
}

#[derive(Deserialize)]
struct Of {
    kind: Kind,
    permit: Option<Permitted>,
}

#[derive(Deserialize)]
struct Question {
    ask: Questioned,
}

#[derive(Deserialize)]
struct Questioned {
    ask: u32,
    point: Point,
    facts: Facts,
}

#[derive(Deserialize)]
struct Answer {
    verdict: Answered,
}

#[derive(Deserialize)]
struct Answered {
    ask: u32,
    verdict: Verdict,
}
