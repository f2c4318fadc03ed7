//! One call: hands the machine what happened, carries out what it asks, and sleeps until it wants to be woken.

mod closing;
mod hearing;
mod inlets;
mod leaving;
mod recording;

use crate::agents::Agent;
use crate::begin::{call_id, setup};
use crate::call_log::CallLog;
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::ears::{self, Command, EarTap, Ears};
use crate::live::Live;
use crate::minds::Minds;
use crate::publish::Published;
use crate::runtime::Runtime;
use crate::tell::{Tell, Untold};
use crate::told::{host_listening, leg_event};
use crate::voices::{Say, Voices};
use closare_call::{Call, Effect, Ended, Event};
use closare_store::{NewCall, Retention};
use closare_telephony::{Incoming, Leg, LegControl};
use closare_terms::{CallId, Kind, Language, Millis, PhoneNumber, Role};
use inlets::{Came, Inlets};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Events that wait for the call's task. A plugin that fills it loses the rest of its outputs.
const INBOX_MAX: usize = 1_024;

pub struct CallTask {
    runtime: Arc<Runtime>,
    id: CallId,
    clock: Clock,
    call: Call,
    published: Arc<Published>,
    log: CallLog,
    events: mpsc::Sender<Event>,
    tell: Tell,
    untold: Untold,
    incoming: Option<Incoming>,
    /// Of a call whose sound a carrier streams.
    carrier: Option<Carrier>,
    leg: Option<Line>,
    minds: Minds,
    language: Language,
    from: Option<PhoneNumber>,
    seed: u64,
    route: Option<String>,
    intent: Option<String>,
    ended: Option<(Ended, String)>,
}

/// The call's own side of a leg that is up.
struct Line {
    control: LegControl,
    voices: Voices,
    ears: Ears,
    told: recording::Told,
    recorded: Option<oneshot::Receiver<()>>,
    rate: u32,
}

/// Runs a call from its INVITE to its last row.
pub async fn run(runtime: Arc<Runtime>, agent: Arc<Agent>, incoming: Incoming) {
    let (events, inbox) = mpsc::channel(INBOX_MAX);
    let mut inlets = Inlets::new(inbox);
    // A box: a future holds all that is moved into another once more.
    let mut task = Box::new(CallTask::new(runtime.clone(), &agent, incoming, events.clone()));
    let id = task.id.clone();
    runtime.live.add(id.clone(), &agent.name(), &agent.number, events);
    runtime.live.tell(Live::Began { call: id.clone(), agent: agent.name(), number: agent.number.clone() });
    let gone = leaving::Gone { runtime, id };
    task.drive(&mut inlets).await;
    task.finish(inlets).await;
    drop(gone);
}

impl CallTask {
    fn new(
        runtime: Arc<Runtime>,
        agent: &Agent,
        incoming: Incoming,
        events: mpsc::Sender<Event>,
    ) -> CallTask {
        let clock = Clock::start();
        let published = agent.published();
        let seed = rand::random();
        let id = call_id(clock, seed);
        let setup = setup(&runtime, &id, agent, &published, &incoming, clock, seed);
        let language = published.workflow.main_language().clone();
        let log = CallLog::new(
            id.clone(),
            clock,
            &runtime.store,
            runtime.live.clone(),
            published.clone(),
            &runtime.config,
        );
        let days = published.workflow.data.keep_for.unwrap_or(runtime.config.plan_days);
        let begun = runtime.store.begin_call(NewCall {
            id: id.clone(),
            agent: agent.name(),
            workflow: published.workflow.name.clone(),
            workflow_version: published.workflow.version.clone(),
            from: Some(incoming.from.clone()),
            to: incoming.to.clone(),
            language: language.clone(),
            started: clock.wall,
            retention: Retention::plan(&published.workflow.timezone, days.min(runtime.config.plan_days)),
        });
        if let Err(error) = begun {
            tracing::error!(call = %id, %error, "a call's row can't be made; it is served all the same");
        }
        let (tell, untold) = Tell::new(&id, events.clone());
        let minds = Minds::new(
            published.clone(),
            runtime.egress.clone(),
            clock,
            seed,
            language.clone(),
            tell.clone(),
        );
        let from = setup.from.clone();
        let carrier = leaving::carrier(&runtime, &incoming);
        let call = Call::new(published.workflow.clone(), setup);
        CallTask {
            runtime,
            id,
            clock,
            call,
            published,
            log,
            events,
            tell,
            untold,
            carrier,
            incoming: Some(incoming),
            leg: None,
            minds,
            language,
            from,
            seed,
            route: None,
            intent: None,
            ended: None,
        }
    }

    /// Until the machine is closed.
    async fn drive(&mut self, inlets: &mut Inlets) {
        self.happen(self.clock.now(), Event::Offered, inlets).await;
        while !self.call.is_closed() {
            let wake = self.call.wake().map_or(Millis::NEVER, |(at, _)| at);
            let wake = tokio::time::Instant::from_std(self.clock.instant_at(wake));
            let (at, event) = tokio::select! {
                came = inlets.next() => match came {
                    Came::Told(event) => (self.clock.now(), event),
                    Came::OfLeg(event) => {
                        let rate = self.leg.as_ref().map_or(8_000, |line| line.rate);
                        match leg_event(event, rate) {
                            (at, Some(event)) => (at.min(self.clock.now()), event),
                            (_, None) => continue,
                        }
                    }
                },
                () = cancelled(&self.incoming) => {
                    self.incoming = None;
                    (self.clock.now(), Event::LegEnded { by: closare_call::Party::Caller })
                }
                () = tokio::time::sleep_until(wake) => (self.clock.now(), Event::Woke),
            };
            if let Some(first) = self.comes_first(&event) {
                self.happen(at, first, inlets).await;
            }
            self.happen(at, event, inlets).await;
        }
    }

    /// Hands the machine one event, and carries out what it asks; what the policies answer at once is handed in first.
    async fn happen(&mut self, at: Millis, event: Event, inlets: &mut Inlets) {
        let mut queue = VecDeque::from([(at, event)]);
        let mut effects = Vec::new();
        while let Some((at, event)) = queue.pop_front() {
            let secret = match event {
                Event::Key { .. } => self.call.hides_keys(),
                Event::Interim { .. } | Event::Final { .. } => self.call.hides_speech(),
                _ => false,
            };
            self.log.event(at, &event, secret);
            self.log.watch(&event, self.call.hides_words());
            self.call.handle(at, event, &mut effects);
            let mut answers = Vec::new();
            for effect in effects.drain(..) {
                self.log.effect(at, &effect);
                match effect {
                    Effect::Ask { ask, point, facts } => {
                        let ruling = self.runtime.policies.ask(point, &facts);
                        self.log.verdict(at, point, &ruling);
                        answers.push((at, Event::Verdict { ask, verdict: ruling.verdict }));
                    }
                    Effect::Accept { .. } => answers.push((at, self.accept(inlets).await)),
                    other => self.carry_out(other),
                }
            }
            for answer in answers.into_iter().rev() {
                queue.push_front(answer);
            }
        }
        self.log.tell_spoken(at, self.call.caller_has_turn());
        self.tell_ears();
    }

    async fn accept(&mut self, inlets: &mut Inlets) -> Event {
        let lost = Event::LegEnded { by: closare_call::Party::Network };
        let Some(incoming) = self.incoming.take() else { return lost };
        let (done, recorded) = oneshot::channel();
        let (ears, tap): (Ears, EarTap) = ears::listen(self.clock, move || {
            let _ = done.send(());
        });
        match incoming.answer(self.clock.epoch, Box::new(tap)).await {
            Ok(Leg { events, voice, control, .. }) => {
                inlets.leg = Some(events);
                let rate = voice.rate();
                let voices = Voices::new(
                    self.published.clone(),
                    self.runtime.egress.clone(),
                    self.clock,
                    self.seed,
                    voice,
                    self.tell.clone(),
                );
                self.leg = Some(Line {
                    control,
                    voices,
                    ears,
                    told: recording::Told::default(),
                    recorded: Some(recorded),
                    rate,
                });
                self.runtime.store.answered(&self.id, self.clock.wall_at(self.clock.now()));
                self.runtime.live.tell(Live::Answered { call: self.id.clone() });
                Event::Answered
            }
            Err(error) => {
                tracing::warn!(call = %self.id, %error, "a call could not be answered");
                lost
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Ask { .. } | Effect::Accept { .. } => {}
            Effect::Refuse { status, reason } => {
                if let Some(incoming) = self.incoming.take() {
                    incoming.refuse(status, &reason, None);
                }
            }
            Effect::Hangup { reason } => self.hang_up(reason),
            Effect::Transfer { to, .. } => self.transfer(to.words()),
            Effect::Beep { utterance } => self.voices(|voices| voices.beep(utterance)),
            Effect::Say { voice, utterance, text, language, slow, pause_after, last, .. } => {
                let text = text.words();
                self.log.using(Role::TextToSpeech, voice);
                self.voices(|voices| {
                    voices.say(Say { voice, utterance, text, language, slow, pause_after, last })
                });
            }
            Effect::StopSpeaking { up_to } => self.voices(|voices| voices.stop(up_to)),
            Effect::Hear { stt, from, listening, .. } => self.hear(stt, from, &listening),
            Effect::Listen { listening } => self.ears(Command::Listen(host_listening(&listening))),
            Effect::Flush => self.ears(Command::Flush),
            Effect::Deafen => self.ears(Command::Close),
            Effect::Generate { model, job, task, .. } => {
                self.log.using(Role::LanguageModel, model);
                self.minds.start(model, job, &task);
            }
            Effect::Cancel { model, job } => self.minds.cancel(model, job),
            Effect::Record { purpose, .. } => self.record(purpose),
            Effect::StopRecording => self.ears(Command::StopRecording),
            Effect::Keep { kind, .. } => {
                self.log.keep(kind);
                if let Some(from) = self.from.as_ref().filter(|_| kind == Kind::Number) {
                    self.runtime.store.keep_caller(&self.id, from);
                }
            }
            Effect::Forget { kind } => self.log.forget(kind),
            Effect::Turn(turn) => self.log.turn(&turn),
            Effect::Latency(latency) => self.log.latency(&latency),
            Effect::Understood { intent, confidence, fields, model } => {
                self.intent.clone_from(&intent);
                self.log.understood(intent.as_ref(), confidence, &fields, model);
            }
            Effect::Routed { route, .. } => self.route = Some(route),
            Effect::Summary { text, language, model } => self.log.summary(&text, &language, model),
            Effect::Consented(record) => self.log.consent(&record),
            Effect::Disclosed { .. } => {}
            Effect::Using { role, index } => self.log.using(role, index),
            Effect::Closed { ended, reason } => self.ended = Some((ended, reason)),
        }
    }

    fn voices(&mut self, work: impl FnOnce(&mut Voices)) {
        if let Some(line) = &mut self.leg {
            work(&mut line.voices);
        }
    }

    fn ears(&self, command: Command) {
        if let Some(line) = &self.leg {
            line.ears.tell(command);
        }
    }
}

async fn cancelled(incoming: &Option<Incoming>) {
    match incoming {
        Some(incoming) => incoming.cancelled().await,
        None => std::future::pending().await,
    }
}
