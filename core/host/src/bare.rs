//! A component in wasmtime alone, with nothing of what the host puts around it: no limits, no epochs, no pool, no words of
//! ours. What `closare bench plugin` holds the host against.

use crate::Error;
use crate::contract::v0_1::stt;
use crate::manifest::Manifest;
use crate::words::{AudioFormat, Listening, Opening};
use closare_terms::{Millis, PluginName};
use std::path::Path;
use wasmtime::component::{Component, InstancePre, Linker, ResourceAny};
use wasmtime::{Engine, Store};

/// A plugin's `speech-to-text` role.
pub struct Bare {
    engine: Engine,
    ready: InstancePre<()>,
    role: stt::GuestIndices,
    plugin: PluginName,
}

pub struct BareEar {
    store: Store<()>,
    guest: stt::Guest,
    session: ResourceAny,
    plugin: PluginName,
}

impl Bare {
    /// Compiles what [`crate::Host::load`] would load, by wasmtime's own defaults and without a cache.
    ///
    /// # Errors
    /// What the manifest or the component has wrong, or that it doesn't hear.
    pub fn load(folder: &Path) -> Result<Bare, Error> {
        let manifest = Manifest::load(&folder.join("plugin.yaml"))?;
        let plugin = manifest.name;
        let path = folder.join(format!("{plugin}.wasm"));
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let engine = Engine::default();
        let load = || {
            let component = Component::from_binary(&engine, &bytes)?;
            let ready = Linker::new(&engine).instantiate_pre(&component)?;
            let role = stt::GuestIndices::new(&ready)?;
            Ok((ready, role))
        };
        let (ready, role) = load().map_err(|error| broken(&plugin, error))?;
        Ok(Bare { engine, ready, role, plugin })
    }

    /// # Errors
    /// The plugin's refusal, or a trap.
    pub fn open(&self, opening: Opening, format: AudioFormat, what: Listening) -> Result<BareEar, Error> {
        let mut store = Store::new(&self.engine, ());
        let open = || {
            let instance = self.ready.instantiate(&mut store)?;
            let guest = self.role.load(&mut store, &instance)?;
            let opened =
                guest.session().call_open(&mut store, &opening.into(), format.into(), &what.into())?;
            let (session, _) = opened.map_err(|failure| wasmtime::Error::msg(format!("{failure:?}")))?;
            Ok((guest, session))
        };
        let (guest, session) = open().map_err(|error| broken(&self.plugin, error))?;
        Ok(BareEar { store, guest, session, plugin: self.plugin.clone() })
    }
}

impl BareEar {
    /// How many outputs came of it.
    ///
    /// # Errors
    /// A trap.
    pub fn audio(&mut self, at: Millis, bytes: &[u8]) -> Result<usize, Error> {
        let outputs = self.guest.session().call_audio(&mut self.store, self.session, at.0, bytes);
        outputs.map(|outputs| outputs.len()).map_err(|error| broken(&self.plugin, error))
    }
}

fn broken(plugin: &PluginName, error: wasmtime::Error) -> Error {
    Error::Misfit { plugin: plugin.clone(), what: format!("{error:#}") }
}
