//! What vendors count of a call, and what they call its requests.

use super::CallLog;
use closare_call::Event;
use closare_store::Usage;

impl CallLog {
    /// Counts what a vendor told, if it did. Its plugin's name, which stands in the log, too: a place in a chain says nothing once the
    /// workflow has another version.
    pub fn count(&mut self, event: &Event) -> Option<String> {
        let (role, index) = match event {
            Event::Used { role, index, .. } | Event::Requested { role, index, .. } => (*role, *index),
            _ => return None,
        };
        let chosen = self.published.chosen(role, index)?;
        let plugin = chosen.plugin.manifest().name.as_str();
        match event {
            Event::Used { unit, amount, .. } => {
                let cost = self.tally.add(role, chosen, *unit, *amount);
                let (micros, currency) = cost.map(|cost| (cost.micros, cost.currency)).unzip();
                tracing::debug!(call = %self.call, plugin, %role, %unit, amount, micros, currency, "used");
            }
            // The id leads to the caller's words, and a log file has no date to go: how long it is has to do.
            Event::Requested { id, .. } => {
                tracing::debug!(call = %self.call, plugin, %role, ?id, "requested")
            }
            _ => {}
        }
        Some(plugin.to_owned())
    }

    /// What stands in the call's rows already.
    pub fn count_on(&mut self, kept: &[Usage]) {
        self.tally.add_kept(kept);
    }

    pub fn sum_up(&self) {
        for row in self.tally.rows() {
            self.writer.put(&self.call, row);
        }
    }
}

/// The event with its plugin's name.
pub fn with_plugin(event: &Event, plugin: String) -> Result<String, serde_json::Error> {
    let mut skeleton = serde_json::to_value(event)?;
    if let Some(told) = skeleton.as_object_mut().and_then(|event| event.values_mut().next()) {
        told["plugin"] = plugin.into();
    }
    Ok(skeleton.to_string())
}
