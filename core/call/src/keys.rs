//! A key: for an anytime branch, for the step that listens, or for the next one that does.

use crate::call::Call;
use crate::steps::{Active, Input};

/// Keys that wait for a step that takes them.
const EARLY_KEYS_MAX: usize = 32;

impl Call {
    pub(crate) fn key(&mut self, key: char) {
        let listener = self.context.state.floor.listener.clone();
        let numbers =
            listener.as_ref().is_some_and(|l| matches!(l.wants.keys, crate::floor::TakeKeys::Many { .. }));
        let disclosing = matches!(self.flow.active, Some(Active::Disclose(_)));
        let consenting = matches!(self.flow.active, Some(Active::Consent(_))) && matches!(key, '1' | '2');
        let connecting = self.flow.active.as_ref().is_some_and(crate::steps::connects);
        let anytime = self.context.workflow.anytime.keys.get(&key).copied();
        if let Some(block) = anytime.filter(|_| !(numbers || disclosing || consenting || connecting)) {
            self.context.interrupt_for_branch();
            let went = self.flow.detour(&mut self.context, block);
            return self.went(went);
        }
        if listener.is_none() {
            let early = &mut self.context.state.floor.early_keys;
            if early.len() < EARLY_KEYS_MAX {
                early.push(key);
            }
            return;
        }
        if self.context.interrupt() {
            self.input(Input::Interrupted);
        }
        if let Some(keys) = self.context.take_key(key) {
            self.keys(keys);
        }
    }

    pub(crate) fn keys(&mut self, keys: String) {
        self.context.record_key_latency();
        self.context.drop_cut();
        self.input(Input::Keys(keys));
    }
}
