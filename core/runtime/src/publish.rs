//! A workflow file becomes a version that calls can run on: checked, its vendors resolved, its fixed phrases rendered.

use crate::config::Config;
use crate::phrases::{Key, Phrases, Voice};
use crate::plugins::{Plugins, vendor};
use closare_call::{Chain, Vendors, Wording};
use closare_egress::Egress;
use closare_host::Plugin;
use closare_terms::{Language, Role};
use closare_workflow::{Catalog, Do, Finding, Phrase, Severity, Use, Workflow};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A version: what a call holds for its whole life.
pub struct Published {
    pub workflow: Arc<Workflow>,
    pub phrases: Phrases,
    pub vendors: Vendors,
    pub stt: Vec<Chosen>,
    pub llm: Vec<Chosen>,
    pub tts: Vec<Chosen>,
}

/// A plugin of a chain, with its options.
#[derive(Clone)]
pub struct Chosen {
    pub plugin: Arc<Plugin>,
    pub options: serde_json::Value,
}

impl Published {
    /// Who stands at this place of a role's chain.
    pub fn chosen(&self, role: Role, index: usize) -> Option<&Chosen> {
        let chain = match role {
            Role::SpeechToText => &self.stt,
            Role::TextToSpeech => &self.tts,
            Role::LanguageModel | Role::Tool => &self.llm,
        };
        chain.get(index)
    }
}

impl Chosen {
    pub fn has_vendor(&self) -> bool {
        !self.plugin.manifest().network.is_empty()
    }

    /// The model that serves this role, as far as an option tells. Where a plugin has several roles, it may name the others' models
    /// `stt_model` and `tts_model`; a default of `model` is then the language model's.
    pub fn model(&self, role: Role) -> Option<String> {
        let manifest = self.plugin.manifest();
        let own = match role {
            Role::SpeechToText => "stt_model",
            Role::TextToSpeech => "tts_model",
            Role::LanguageModel | Role::Tool => "model",
        };
        let name = if manifest.options.contains_key(own) { own } else { "model" };
        let sure = name == own || manifest.roles.len() == 1;
        let usual = manifest.options.get(name).filter(|_| sure).and_then(|schema| schema.get("default"));
        self.options.get(name).or(usual)?.as_str().map(str::to_owned)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}` has {} finding(s)", path.display(), findings.len())]
    Findings { path: PathBuf, text: String, findings: Vec<Finding> },
    #[error("`{}`: the disclosure can't be spoken: {reason}", path.display())]
    Voice { path: PathBuf, reason: String },
}

/// What publishing needs.
pub struct Press<'a> {
    pub config: &'a Config,
    pub plugins: &'a Plugins,
    pub catalog: &'a Catalog,
    pub egress: &'a Egress,
}

impl Press<'_> {
    pub async fn publish(&self, path: &Path) -> Result<Published, PublishError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| PublishError::Read { path: path.to_owned(), source })?;
        let reading = closare_workflow::read(&text, self.catalog);
        let errors = reading.findings.iter().any(|finding| finding.severity == Severity::Error);
        let Some(mut workflow) = reading.workflow.filter(|_| !errors) else {
            return Err(PublishError::Findings { path: path.to_owned(), text, findings: reading.findings });
        };
        bring_knowledge(&mut workflow, path)?;
        let (stt, llm, tts) =
            (self.chain(&workflow.uses.stt), self.chain(&workflow.uses.llm), self.chain(&workflow.uses.tts));
        let phrases = self.phrases(&workflow, &tts, path).await?;
        let facts = |chain: &[Chosen]| {
            Chain::new(chain.iter().map(|c| vendor(c.plugin.manifest(), &c.options, self.config)).collect())
        };
        crate::warm::warm_up(&workflow, &llm).await;
        let vendors = Vendors { stt: facts(&stt), llm: facts(&llm), tts: facts(&tts) };
        Ok(Published { workflow: Arc::new(workflow), phrases, vendors, stt, llm, tts })
    }

    fn chain(&self, uses: &[Use]) -> Vec<Chosen> {
        uses.iter()
            .filter_map(|used| {
                let plugin = self.plugins.get(&used.plugin)?.clone();
                Some(Chosen { plugin, options: used.options.clone() })
            })
            .collect()
    }

    /// Renders with the first voice of the chain that can; a later one is for when it fails in a call.
    async fn phrases(
        &self,
        workflow: &Workflow,
        tts: &[Chosen],
        path: &Path,
    ) -> Result<Phrases, PublishError> {
        let keys = keys(workflow);
        let mut reason = "no voice is installed".to_owned();
        for chosen in tts {
            let voice = Voice {
                plugin: &chosen.plugin,
                options: &chosen.options,
                egress: self.egress,
                cache: &self.config.cache,
            };
            match Phrases::render(&voice, keys.clone()).await {
                Ok(phrases) => return Ok(phrases),
                Err(error) => reason = error,
            }
        }
        Err(PublishError::Voice { path: path.to_owned(), reason })
    }
}

/// `know` may name a file beside the workflow: its text takes the name's place.
fn bring_knowledge(workflow: &mut Workflow, path: &Path) -> Result<(), PublishError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    for step in workflow.blocks.iter_mut().flatten() {
        if let Do::Converse(converse) = &mut step.does {
            for known in &mut converse.know {
                if known.ends_with(".md") || known.ends_with(".txt") {
                    let file = folder.join(&*known);
                    *known = std::fs::read_to_string(&file)
                        .map_err(|source| PublishError::Read { path: file, source })?;
                }
            }
        }
    }
    Ok(())
}

/// Each sentence that has no value in it, in each language of the file, and the engine's own.
fn keys(workflow: &Workflow) -> Vec<Key> {
    let mut keys = Vec::new();
    for language in &workflow.languages {
        let mut add = |text: &str| {
            if !text.trim().is_empty() {
                keys.push(Key { text: text.to_owned(), language: language.clone(), slow: false });
            }
        };
        for wording in Wording::ALL {
            add(wording.text(language));
        }
        for step in workflow.steps() {
            for phrase in phrases_of(&step.does) {
                for text in pieces(phrase, language) {
                    add(&text);
                }
            }
        }
    }
    keys
}

/// The pieces of every variant, as the machine hands them to a voice.
fn pieces(phrase: &Phrase, language: &Language) -> Vec<String> {
    struct Nothing;
    impl closare_workflow::Scope for Nothing {
        fn get(&self, _: &str) -> Option<closare_workflow::Datum> {
            None
        }
    }
    if phrase.fixed(language).is_none() {
        return Vec::new();
    }
    (0..phrase.variants(language).len())
        .filter_map(|pick| phrase.render(language, pick, &Nothing).ok())
        .flatten()
        .map(|piece| piece.text)
        .collect()
}

fn phrases_of(does: &Do) -> Vec<&Phrase> {
    match does {
        Do::Disclose(disclose) => vec![&disclose.say],
        Do::Consent(consent) => vec![&consent.ask],
        Do::Greet(phrase) => vec![phrase],
        Do::Say(say) => vec![&say.phrase],
        Do::Ask(ask) => vec![&ask.say],
        Do::Collect(collect) => collect.slots.iter().flat_map(slot_phrases).collect(),
        Do::Extract(extract) => extract.fields.iter().flat_map(slot_phrases).collect(),
        Do::Transfer(transfer) => transfer.say.iter().collect(),
        Do::Voicemail(voicemail) => vec![&voicemail.say],
        Do::Hangup(hangup) => hangup.say.iter().collect(),
        Do::Decide(_)
        | Do::Route(_)
        | Do::Converse(_)
        | Do::Summarize(_)
        | Do::Set(_)
        | Do::Record(_)
        | Do::Wait(_)
        | Do::Flow(_)
        | Do::Goto(_) => Vec::new(),
    }
}

fn slot_phrases(slot: &closare_workflow::Slot) -> impl Iterator<Item = &Phrase> {
    slot.ask.iter().chain(&slot.again).chain(&slot.sorry)
}
