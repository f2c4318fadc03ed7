//! How far the call is, and how it ends: the polite end, the last exit, and what is left to do when nobody is on the line.

use crate::call::Call;
use crate::effect::{Effect, Ended};
use crate::event::{Ending, Job};
use crate::floor::{Purpose, Speech};
use crate::jobs::Plan;
use crate::steps::Input;
use crate::timers::Reason;
use crate::wording::Wording;
use closare_terms::{Held, Kind, Millis};
use serde::{Deserialize, Serialize};

/// A stopped agent's live call is over by then, whatever is being said.
const STOP_MAX: Millis = Millis(1_800);
/// The apology, and what follows it.
const LAST_EXIT_MAX: Millis = Millis(12_000);
/// What the leg may take to say that it is over.
const HANG_UP_MAX: Millis = Millis(5_000);
/// What a summary may take after the call.
const SUMMARY_MAX: Millis = Millis(30_000);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    New,
    /// Whether to answer is asked.
    Deciding,
    /// Accepted, not up yet.
    Answering,
    /// Up; whether and by which voice the disclosure may be said is asked.
    Preparing,
    Running,
    /// The agent was stopped: a sentence, and the end.
    Stopping,
    /// The way out that needs no vendor, no plugin and no database.
    LastExit,
    /// The leg is to be hung up.
    HangingUp(Ended, String),
    /// Nobody is on the line; the words that the caller said last are owed.
    HearingOut(Ended, String),
    /// Nobody is on the line; a summary is being made.
    Summing(Ended, String, Option<Summing>),
    Closed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summing {
    job: Job,
    model: usize,
    text: String,
}

impl Call {
    /// Ends the call from our side.
    pub(crate) fn end(&mut self, ended: Ended, reason: String) {
        if matches!(
            self.phase,
            Phase::HangingUp(..) | Phase::HearingOut(..) | Phase::Summing(..) | Phase::Closed
        ) {
            return;
        }
        self.quiet();
        self.phase = Phase::HangingUp(ended, reason.clone());
        self.context.emit(Effect::Hangup { reason });
        self.context.after(Reason::Closing, HANG_UP_MAX);
    }

    /// The leg is over. An end that was under way keeps its name.
    pub(crate) fn over(&mut self, (ended, reason): (Ended, &str)) {
        let (ended, reason) = match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::HangingUp(ended, reason) => (ended, reason),
            Phase::Stopping => (Ended::Stopped, "the agent was stopped".to_owned()),
            over @ (Phase::HearingOut(..) | Phase::Summing(..) | Phase::Closed) => {
                self.phase = over;
                return;
            }
            Phase::New | Phase::Deciding | Phase::Answering => {
                return self.close(ended, reason.to_owned());
            }
            Phase::Preparing | Phase::Running | Phase::LastExit => {
                return self.hear_out(ended, reason.to_owned());
            }
        };
        self.context.take_turn();
        self.quiet();
        self.sum_up(ended, reason);
    }

    /// What is known is told, and a summary made where one is wanted.
    pub(crate) fn sum_up(&mut self, ended: Ended, reason: String) {
        self.context.tell_understood();
        let wanted =
            self.context.state.summary_wanted.clone().filter(|_| !self.context.state.memory.talk.is_empty());
        let Some(wanted) = wanted else { return self.close(ended, reason) };
        self.context.after(Reason::Closing, SUMMARY_MAX);
        self.phase = Phase::Summing(ended, reason.clone(), None);
        let plan = Plan::Summarize {
            style: wanted.style,
            language: wanted.language,
            longest_words: wanted.longest_words,
        };
        match self.context.start_job(plan) {
            Some(job) => {
                let model = self.context.job_model(job).unwrap_or_default();
                self.phase = Phase::Summing(ended, reason, Some(Summing { job, model, text: String::new() }));
            }
            None => self.close(ended, reason),
        }
    }

    pub(crate) fn token(&mut self, job: Job, text: &str) {
        match &mut self.phase {
            Phase::Summing(_, _, Some(summing)) if summing.job == job => summing.text.push_str(text),
            _ => self.input(Input::Token { job, text: text.to_owned() }),
        }
    }

    /// Another model has the job: what the one before had made of it counts no more.
    pub(crate) fn begun_again(&mut self, job: Job) {
        match &mut self.phase {
            Phase::Summing(_, _, Some(summing)) if summing.job == job => summing.text.clear(),
            _ => self.input(Input::JobBegunAgain { job }),
        }
    }

    pub(crate) fn job_done(&mut self, job: Job, ending: Ending) {
        if !matches!(&self.phase, Phase::Summing(_, _, Some(summing)) if summing.job == job) {
            return self.input(Input::JobDone { job, ending });
        }
        let model = self.context.job_model(job);
        self.context.finish_job(job);
        let Phase::Summing(ended, reason, Some(summing)) = std::mem::replace(&mut self.phase, Phase::Closed)
        else {
            return;
        };
        let text = summing.text.trim();
        if let (false, Some(wanted)) = (text.is_empty(), self.context.state.summary_wanted.clone()) {
            self.context.emit(Effect::Summary {
                text: Held::new(Kind::Summary, text),
                language: wanted.language,
                model: model.unwrap_or(summing.model),
            });
        }
        self.close(ended, reason);
    }

    /// No model could make the summary: the call closes without.
    pub(crate) fn summary_failed(&mut self, job: Job) -> bool {
        let Phase::Summing(ended, reason, summing) = &self.phase else { return false };
        if summing.as_ref().is_some_and(|summing| summing.job != job) {
            return false;
        }
        let (ended, reason) = (*ended, reason.clone());
        self.close(ended, reason);
        true
    }

    pub(crate) fn close(&mut self, ended: Ended, reason: String) {
        self.context.state.timers.clear_all();
        self.phase = Phase::Closed;
        self.context.emit(Effect::Closed { ended, reason });
    }

    /// The way out that needs nothing: a stored apology, a person where there is one, the end.
    pub(crate) fn last_exit(&mut self, reason: String) {
        if self.phase == Phase::LastExit {
            return self.end(Ended::Failed, reason);
        }
        if !self.talks() {
            return;
        }
        if !self.context.state.dues.disclosed {
            // Not one word may come before the disclosure, not even this one.
            return self.end(Ended::Failed, reason);
        }
        self.context.stop_listening();
        self.context.cancel_all_jobs();
        if self.context.state.floor.agent_speaks() {
            self.context.stop_speaking();
        }
        self.flow.active = None;
        self.phase = Phase::LastExit;
        self.context.say_wording(Wording::Apology, Purpose::LastExit);
        self.context.after(Reason::Closing, LAST_EXIT_MAX);
    }

    /// The last exit's sentence, or the stopped agent's, was said.
    pub(crate) fn exit_spoken(&mut self, speech: &Speech) {
        if speech.purpose != Purpose::LastExit {
            return;
        }
        match self.phase {
            Phase::Stopping => self.end(Ended::Stopped, "the agent was stopped".to_owned()),
            Phase::LastExit => match self.flow.last_contact(&mut self.context) {
                Some(went) => {
                    // Ringing takes its own time, and has its own timer.
                    self.context.clear(Reason::Closing);
                    self.went(went);
                }
                None => self.end(Ended::Failed, "the last exit was taken".to_owned()),
            },
            _ => {}
        }
    }

    pub(crate) fn stop(&mut self) {
        match self.phase {
            Phase::New | Phase::Deciding | Phase::Answering => {
                self.context.emit(Effect::Refuse { status: 480, reason: "the agent was stopped".to_owned() });
                self.close(Ended::Stopped, "the agent was stopped".to_owned());
            }
            Phase::Preparing | Phase::Running | Phase::LastExit => {
                self.context.stop_listening();
                self.context.cancel_all_jobs();
                self.context.stop_speaking();
                self.flow.active = None;
                self.phase = Phase::Stopping;
                self.context.after(Reason::Closing, STOP_MAX);
                if self.context.state.dues.disclosed {
                    self.context.say_wording(Wording::Stopped, Purpose::LastExit);
                } else {
                    self.end(Ended::Stopped, "the agent was stopped".to_owned());
                }
            }
            Phase::Stopping
            | Phase::HangingUp(..)
            | Phase::HearingOut(..)
            | Phase::Summing(..)
            | Phase::Closed => {}
        }
    }

    pub(crate) fn limit_reached(&mut self) {
        match self.phase {
            Phase::New | Phase::Deciding | Phase::Answering => {
                self.context.emit(Effect::Refuse { status: 480, reason: "nobody decided".to_owned() });
                self.close(Ended::Failed, "the call was never answered".to_owned());
            }
            Phase::Preparing | Phase::Running => self.last_exit("the call lasted too long".to_owned()),
            Phase::LastExit => self.end(Ended::Failed, "the call lasted too long".to_owned()),
            Phase::Stopping
            | Phase::HangingUp(..)
            | Phase::HearingOut(..)
            | Phase::Summing(..)
            | Phase::Closed => {}
        }
    }

    pub(crate) fn closing_due(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Stopping => {
                self.phase = Phase::Stopping;
                self.end(Ended::Stopped, "the agent was stopped".to_owned());
            }
            Phase::LastExit => {
                self.phase = Phase::LastExit;
                self.end(Ended::Failed, "the last exit took too long".to_owned());
            }
            Phase::HangingUp(ended, reason) => {
                self.quiet();
                self.sum_up(ended, reason);
            }
            Phase::HearingOut(ended, reason) => {
                self.phase = Phase::HearingOut(ended, reason);
                self.heard_out();
            }
            Phase::Summing(ended, reason, _) => {
                self.context.cancel_all_jobs();
                self.close(ended, reason);
            }
            other => self.phase = other,
        }
    }

    /// Nobody listens any more, nobody speaks.
    pub(crate) fn quiet(&mut self) {
        self.stop_talk();
        if self.context.state.hearing.take().is_some() {
            self.context.emit(Effect::Deafen);
        }
        self.stop_recording();
        self.context.state.timers.clear_all();
    }

    /// The workflow is over, and the agent says no more.
    pub(crate) fn stop_talk(&mut self) {
        let context = &mut self.context;
        context.cancel_all_jobs();
        context.state.floor.listener = None;
        if let Some(last) = context.state.floor.queue.back().map(|speech| speech.utterance) {
            context.emit(Effect::StopSpeaking { up_to: last });
        }
        context.tell_unsaid();
        self.flow.active = None;
    }

    pub(crate) fn stop_recording(&mut self) {
        if std::mem::take(&mut self.context.state.recording) {
            self.context.emit(Effect::StopRecording);
        }
    }
}
