//! One call: hands the machine what happened, carries out what it asks, and sleeps until it wants to be woken.

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
use crate::plugged::{grant, plug};
use crate::publish::Published;
use crate::runtime::Runtime;
use crate::told::{heard, host_listening, leg_event};
use crate::voices::{Say, Voices};
use closare_call::{Call, Effect, Ended, Event, Listening};
use closare_host::words::Opening;
use closare_host::{SttInput, SttOutput};
use closare_store::{NewCall, Outcome, Retention, Status};
use closare_telephony::{Incoming, Leg, LegControl, LegEvent};
use closare_terms::{CallId, Kind, Language, Millis, PhoneNumber, Role};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Events that wait for the call's task. A plugin that fills it loses the rest of its outputs.
const INBOX_MAX: usize = 1_024;
/// What the recorder may take to end its file.
const RECORDED_MAX: std::time::Duration = std::time::Duration::from_secs(5);

pub struct CallTask {
    runtime: Arc<Runtime>,
    id: CallId,
    clock: Clock,
    call: Call,
    published: Arc<Published>,
    log: CallLog,
    events: mpsc::Sender<Event>,
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
    let mut task = CallTask::new(runtime.clone(), &agent, incoming, events.clone());
    let id = task.id.clone();
    runtime.live.add(id.clone(), &agent.name(), &agent.number, events);
    runtime.live.tell(Live::Began { call: id.clone(), agent: agent.name(), number: agent.number.clone() });
    let gone = leaving::Gone { runtime, id };
    task.drive(inbox).await;
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
            runtime.config.basis.clone(),
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
        let minds = Minds::new(
            published.clone(),
            runtime.egress.clone(),
            clock,
            seed,
            language.clone(),
            events.clone(),
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

    async fn drive(&mut self, mut inbox: mpsc::Receiver<Event>) {
        let mut leg_events: Option<mpsc::Receiver<LegEvent>> = None;
        self.happen(self.clock.now(), Event::Offered, &mut leg_events).await;
        while !self.call.is_closed() {
            let wake = self.call.wake().map_or(Millis::NEVER, |(at, _)| at);
            let wake = tokio::time::Instant::from_std(self.clock.instant_at(wake));
            let (at, event) = tokio::select! {
                Some(event) = next(&mut leg_events) => {
                    let rate = self.leg.as_ref().map_or(8_000, |line| line.rate);
                    match leg_event(event, rate) {
                        (at, Some(event)) => (at.min(self.clock.now()), event),
                        (_, None) => continue,
                    }
                }
                Some(event) = inbox.recv() => (self.clock.now(), event),
                () = cancelled(&self.incoming) => {
                    self.incoming = None;
                    (self.clock.now(), Event::LegEnded { by: closare_call::Party::Caller })
                }
                () = tokio::time::sleep_until(wake) => (self.clock.now(), Event::Woke),
            };
            if let Some(first) = self.comes_first(&event) {
                self.happen(at, first, &mut leg_events).await;
            }
            self.happen(at, event, &mut leg_events).await;
        }
        self.finish(leg_events).await;
    }

    /// Hands the machine one event, and carries out what it asks; what the policies answer at once is handed in first.
    async fn happen(&mut self, at: Millis, event: Event, leg_events: &mut Option<mpsc::Receiver<LegEvent>>) {
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
                    Effect::Accept { .. } => answers.push((at, self.accept(leg_events).await)),
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

    async fn accept(&mut self, leg_events: &mut Option<mpsc::Receiver<LegEvent>>) -> Event {
        let lost = Event::LegEnded { by: closare_call::Party::Network };
        let Some(incoming) = self.incoming.take() else { return lost };
        let (done, recorded) = oneshot::channel();
        let (ears, tap): (Ears, EarTap) = ears::listen(self.clock, move || {
            let _ = done.send(());
        });
        match incoming.answer(self.clock.epoch, Box::new(tap)).await {
            Ok(Leg { events, voice, control, .. }) => {
                *leg_events = Some(events);
                let rate = voice.rate();
                let voices = Voices::new(
                    self.published.clone(),
                    self.runtime.egress.clone(),
                    self.clock,
                    self.seed,
                    voice,
                    self.events.clone(),
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

    fn hear(&mut self, stt: usize, from: Millis, listening: &Listening) {
        let Some(chosen) = self.published.stt.get(stt).cloned() else { return };
        let Some(line) = &self.leg else { return };
        let format = ears::format(chosen.plugin.manifest().audio, line.rate);
        let at = self.clock.now();
        let Ok(options) = chosen.plugin.options_checked(&chosen.options) else {
            let reason = "its options are wrong".to_owned();
            let _ =
                self.events.try_send(Event::VendorFailed { role: Role::SpeechToText, index: stt, reason });
            return;
        };
        let opening = Opening {
            at,
            wall: self.clock.wall_at(at),
            seed: self.seed,
            options,
            languages: vec![self.language.clone()],
        };
        let (events, clock) = (self.events.clone(), self.clock);
        let what = host_listening(listening);
        let session = plug(
            &self.runtime.egress,
            grant(&chosen.plugin, &chosen.options),
            move |event| SttInput::Network { at: clock.now(), event },
            |output| match output {
                SttOutput::Net(effect) => Ok(effect),
                other => Err(other),
            },
            move |event| {
                if let Some(event) = heard(stt, event)
                    && events.try_send(event).is_err()
                {
                    tracing::warn!("a call's inbox is full: an event of its speech-to-text is lost");
                }
            },
            |out| chosen.plugin.open_stt(opening, format, what, out),
        );
        self.ears(Command::Open { session, format, from });
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

    /// The call is closed: its recording is ended, its last rows are on their way.
    async fn finish(&mut self, leg_events: Option<mpsc::Receiver<LegEvent>>) {
        let recorded = self.leg.as_mut().and_then(|line| line.recorded.take());
        if let Some(line) = &self.leg {
            line.ears.tell(Command::StopRecording);
            line.control.hangup("the call is over");
        }
        drop(leg_events);
        drop(self.leg.take());
        if let Some(recorded) = recorded
            && tokio::time::timeout(RECORDED_MAX, recorded).await.is_err()
        {
            tracing::warn!(call = %self.id, "the leg's audio has not ended");
        }
        self.log.finish();
        let (ended, reason) =
            self.ended.take().unwrap_or((Ended::Failed, "the call's task ended".to_owned()));
        let word = serde_json::to_value(ended)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        let status = if ended == Ended::Refused { Status::Refused } else { Status::Ended };
        self.runtime.store.finish_call(
            &self.id,
            Outcome {
                ended: self.clock.wall_at(self.clock.now()),
                status,
                reason: word.clone(),
                route: self.route.take(),
                intent: self.intent.take(),
            },
        );
        self.runtime.live.tell(Live::Ended { call: self.id.clone(), ended: word, reason });
        self.runtime.store.flush().await;
    }
}

async fn next(events: &mut Option<mpsc::Receiver<LegEvent>>) -> Option<LegEvent> {
    match events {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

async fn cancelled(incoming: &Option<Incoming>) {
    match incoming {
        Some(incoming) => incoming.cancelled().await,
        None => std::future::pending().await,
    }
}
