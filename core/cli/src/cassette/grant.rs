//! What a plugin may do outside while it is recorded: what its manifest declares, and nothing that a call would add.

use closare_egress::{Credential, Grant, Origin};
use closare_host::Plugin;
use closare_terms::PluginName;
use serde_json::Value;

/// With these options.
pub fn grant(plugin: &Plugin, options: &Value) -> Grant {
    let manifest = plugin.manifest();
    let credential = |credential: &closare_host::manifest::Credential| {
        let kind = serde_json::to_value(credential.kind).unwrap_or_default();
        Credential::of(
            kind.as_str().unwrap_or_default(),
            credential.name.as_deref(),
            credential.value.as_deref(),
        )
    };
    Grant {
        plugin: PluginName(manifest.name.to_string()),
        origins: manifest.origins(options).iter().filter_map(|url| Origin::of(url).ok()).collect(),
        credentials: manifest.credentials.iter().map(|(name, it)| (name.clone(), credential(it))).collect(),
        secrets: manifest.secrets.keys().cloned().collect(),
        in_first_message: manifest.credentials.values().any(|credential| credential.in_first_message),
    }
}
