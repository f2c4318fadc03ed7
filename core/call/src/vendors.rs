//! The plugin in use for each role, and the next of its chain when it fails.

use closare_terms::Role;
use serde::{Deserialize, Serialize};

/// What is known of a plugin that a call may use: the facts that `send` and `understand` are asked with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vendor {
    pub plugin: String,
    /// Talks to a network; the caller's data leaves the machine.
    pub networked: bool,
    pub region: String,
    pub trains_on_data: bool,
    pub retention: String,
    pub contract: String,
    /// The ground on which data may leave the EU for it (GDPR articles 45 and 46). Empty where there is none.
    #[serde(default)]
    pub outside_eu: String,
    /// A language model that holds an open dialogue.
    pub chats: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Vendors {
    pub stt: Chain,
    pub llm: Chain,
    pub tts: Chain,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chain {
    pub vendors: Vec<Vendor>,
    failed: Vec<usize>,
}

impl Chain {
    pub fn new(vendors: Vec<Vendor>) -> Chain {
        Chain { vendors, failed: Vec::new() }
    }

    /// Those that have not failed on this call, in order.
    pub fn alive(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.vendors.len()).filter(|index| !self.failed.contains(index))
    }

    pub fn get(&self, index: usize) -> Option<&Vendor> {
        self.vendors.get(index)
    }

    pub fn fail(&mut self, index: usize) {
        if !self.failed.contains(&index) {
            self.failed.push(index);
        }
    }
}

impl Vendors {
    pub fn chain(&self, role: Role) -> &Chain {
        match role {
            Role::SpeechToText => &self.stt,
            Role::TextToSpeech => &self.tts,
            Role::LanguageModel | Role::Tool => &self.llm,
        }
    }

    pub fn chain_mut(&mut self, role: Role) -> &mut Chain {
        match role {
            Role::SpeechToText => &mut self.stt,
            Role::TextToSpeech => &mut self.tts,
            Role::LanguageModel | Role::Tool => &mut self.llm,
        }
    }
}
