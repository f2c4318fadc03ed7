//! A key: for an anytime branch, for the step that listens, or for the next one that does.

use crate::call::Call;
use crate::steps::{Active, Input};
use closare_workflow::BlockId;

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
            return self.key_branch(block);
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
        match self.stray(&keys) {
            Some(block) => self.key_branch(block),
            None => self.input(Input::Keys(keys)),
        }
    }

    /// A key alone that can't be the number that is asked for is meant for its anytime branch.
    fn stray(&self, keys: &str) -> Option<BlockId> {
        let mut all = keys.chars();
        let (Some(key), None) = (all.next(), all.next()) else { return None };
        let block = self.context.workflow.anytime.keys.get(&key).copied()?;
        (!self.flow.takes_keys(&self.context, keys)).then_some(block)
    }

    fn key_branch(&mut self, block: BlockId) {
        self.context.interrupt_for_branch();
        let went = self.flow.detour(&mut self.context, block);
        self.went(went);
    }
}
