use crate::entities;
use crate::live::Live;
use serde::Serialize;

/// A plugin that a call used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PluginUse {
    /// A role's name in the contract, such as `speech-to-text`.
    pub role: String,
    pub plugin: String,
    pub version: String,
    /// Of the component, hexadecimal.
    pub sha256: String,
}

impl PluginUse {
    pub(crate) fn seal(self, call: &Live) -> entities::plugin_use::Model {
        entities::plugin_use::Model {
            call: call.id.to_string(),
            role: self.role,
            plugin: self.plugin,
            version: self.version,
            sha256: self.sha256,
            delete_by: call.dates.call.0,
        }
    }

    pub(crate) fn open(row: entities::plugin_use::Model) -> PluginUse {
        PluginUse { role: row.role, plugin: row.plugin, version: row.version, sha256: row.sha256 }
    }
}
