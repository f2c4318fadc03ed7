//! What language models are asked to do, and what becomes of it when one fails: the next of the chain gets the same task.

use crate::context::Context;
use crate::effect::{Effect, FieldAsked, IntentAsked, Task, ToolOffer};
use crate::event::Job;
use crate::gate::{Standing, Want};
use crate::timers::Reason;
use closare_terms::{Held, Kind, Language, Millis, Role};
use serde::{Deserialize, Serialize};

/// A model that has said nothing for this long has failed.
const MODEL_SILENCE_MAX: Millis = Millis(8_000);
/// A caller who hears nothing for this long while a model works is asked for a moment.
const FILLER_AFTER: Millis = Millis(2_000);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Jobs {
    last: Job,
    running: Vec<Running>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Running {
    pub job: Job,
    pub plan: Plan,
    model: usize,
    /// Its verdict has come, and it is with the plugin.
    pub started: bool,
    /// The models that could not do it.
    tried: Vec<usize>,
    /// When it is given up on.
    due: Millis,
    /// Words of it have been said: another model can't begin again.
    pub spoken: bool,
}

/// A task, as it is built anew for each model that tries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    Chat { instructions: String, tools: Vec<(String, String, serde_json::Value)>, longest_tokens: u32 },
    Extract { intents: Vec<(String, Vec<String>)>, fields: Vec<(String, String, serde_json::Value)> },
    Summarize { style: String, language: Language, longest_words: u32 },
}

impl Context {
    /// Starts a task on the first model of the chain that may and can do it. `None` where there is none.
    pub fn start_job(&mut self, plan: Plan) -> Option<Job> {
        self.state.jobs.last += 1;
        let job = self.state.jobs.last;
        let model = self.next_model(&plan, &[])?;
        let due = self.now + MODEL_SILENCE_MAX;
        self.state.jobs.running.push(Running {
            job,
            plan,
            model,
            started: false,
            tried: vec![model],
            due,
            spoken: false,
        });
        self.launch(job);
        Some(job)
    }

    pub fn job(&self, job: Job) -> Option<&Running> {
        self.state.jobs.running.iter().find(|running| running.job == job)
    }

    pub fn job_model(&self, job: Job) -> Option<usize> {
        self.job(job).map(|running| running.model)
    }

    /// The model has said something: it is alive.
    pub fn job_progress(&mut self, job: Job, spoken: bool) {
        let due = self.now + MODEL_SILENCE_MAX;
        if let Some(running) = self.state.jobs.running.iter_mut().find(|running| running.job == job) {
            running.due = due;
            running.spoken |= spoken;
        }
        self.set_model_timer();
    }

    pub fn finish_job(&mut self, job: Job) {
        self.state.jobs.running.retain(|running| running.job != job);
        self.set_model_timer();
    }

    pub fn cancel_job(&mut self, job: Job) {
        if let Some(running) = self.job(job).filter(|running| running.started) {
            let model = running.model;
            self.emit(Effect::Cancel { model, job });
        }
        self.finish_job(job);
    }

    pub fn cancel_all_jobs(&mut self) {
        let jobs: Vec<Job> = self.state.jobs.running.iter().map(|running| running.job).collect();
        for job in jobs {
            self.cancel_job(job);
        }
    }

    /// Tries the next model; false where there is none, and the job is over.
    pub fn retry_job(&mut self, job: Job) -> bool {
        let Some(running) = self.job(job).cloned() else { return false };
        let next = if running.spoken { None } else { self.next_model(&running.plan, &running.tried) };
        let Some(model) = next else {
            self.finish_job(job);
            return false;
        };
        let due = self.now + MODEL_SILENCE_MAX;
        if let Some(running) = self.state.jobs.running.iter_mut().find(|running| running.job == job) {
            running.model = model;
            running.tried.push(model);
            running.started = false;
            running.due = due;
        }
        self.launch(job);
        true
    }

    /// The jobs that this model had, or was to have.
    pub fn jobs_of(&self, model: usize) -> Vec<Job> {
        self.state
            .jobs
            .running
            .iter()
            .filter(|running| running.model == model)
            .map(|running| running.job)
            .collect()
    }

    pub fn jobs_due(&self) -> Vec<Job> {
        self.state
            .jobs
            .running
            .iter()
            .filter(|running| running.due <= self.now)
            .map(|running| running.job)
            .collect()
    }

    pub fn jobs_running(&self) -> bool {
        !self.state.jobs.running.is_empty()
    }

    /// A verdict for this model has come: what waited for it goes on.
    pub fn launch_waiting(&mut self, model: usize) {
        let waiting: Vec<Job> = self
            .state
            .jobs
            .running
            .iter()
            .filter(|r| r.model == model && !r.started)
            .map(|r| r.job)
            .collect();
        for job in waiting {
            self.launch(job);
        }
    }

    fn launch(&mut self, job: Job) {
        let Some(running) = self.job(job).cloned() else { return };
        let want = Want::Model(running.model);
        match self.state.gate.standing(&want) {
            None => self.ask(want),
            Some(Standing::Asked) => {}
            Some(Standing::NotYet(_) | Standing::Denied(_)) => {}
            Some(Standing::Allowed(_)) => {
                if let Some(permit) = self.state.gate.permit(&want) {
                    let task = self.task(&running.plan);
                    if let Some(running) =
                        self.state.jobs.running.iter_mut().find(|running| running.job == job)
                    {
                        running.started = true;
                    }
                    self.emit(Effect::Generate { permit, model: running.model, job, task });
                }
            }
        }
        self.set_model_timer();
        if !matches!(running.plan, Plan::Summarize { .. }) {
            self.after(Reason::Filler, FILLER_AFTER);
        }
    }

    /// The next model that is alive, isn't refused, and can do this.
    fn next_model(&self, plan: &Plan, tried: &[usize]) -> Option<usize> {
        let chain = self.state.vendors.chain(Role::LanguageModel);
        chain.alive().find(|index| {
            let refused = matches!(
                self.state.gate.standing(&Want::Model(*index)),
                Some(Standing::Denied(_) | Standing::NotYet(_))
            );
            let able =
                chain.get(*index).is_some_and(|vendor| vendor.chats || !matches!(plan, Plan::Chat { .. }));
            !tried.contains(index) && !refused && able
        })
    }

    fn task(&self, plan: &Plan) -> Task {
        let history = self.state.memory.history();
        match plan.clone() {
            Plan::Chat { instructions, tools, longest_tokens } => Task::Chat {
                instructions: Held::new(Kind::Transcript, instructions),
                history,
                tools: tools
                    .into_iter()
                    .map(|(name, about, schema)| ToolOffer { name, about, schema })
                    .collect(),
                longest_tokens,
            },
            Plan::Extract { intents, fields } => Task::Extract {
                history,
                intents: intents.into_iter().map(|(name, examples)| IntentAsked { name, examples }).collect(),
                fields: fields
                    .into_iter()
                    .map(|(name, about, schema)| FieldAsked { name, about, schema })
                    .collect(),
                today: crate::scope::local_now(self).to_string(),
                timezone: self.workflow.timezone.clone(),
            },
            Plan::Summarize { style, language, longest_words } => {
                Task::Summarize { history, facts: self.summary_facts(), language, style, longest_words }
            }
        }
    }

    fn summary_facts(&self) -> Vec<(String, Held)> {
        let memory = &self.state.memory;
        let mut facts = Vec::new();
        if let Some((intent, _)) = &memory.intent {
            facts.push(("intent".to_owned(), Held::new(Kind::Field, intent.as_str())));
        }
        let language = self.language();
        for name in &memory.fields {
            if let Some(closare_workflow::Datum::Slot(value)) = memory.variables.get(name) {
                let said = closare_slots::speak(value, closare_slots::Form::Plain, &language);
                facts.push((name.clone(), Held::new(Kind::Field, said)));
            }
        }
        if let Some(route) = memory.routes.last() {
            facts.push(("outcome".to_owned(), Held::new(Kind::Field, route.as_str())));
        }
        facts
    }

    fn set_model_timer(&mut self) {
        match self.state.jobs.running.iter().map(|running| running.due).min() {
            Some(due) => self.state.timers.set(Reason::ModelDue, due),
            None => {
                self.clear(Reason::ModelDue);
                self.clear(Reason::Filler);
            }
        }
    }
}
