//! Looks a component over before it runs: what it exports, what it imports, for which version of the contract.

use crate::Error;
use crate::contract::v0_1::{llm, stt, tool, tts};
use crate::contract::{PACKAGE, VERSION};
use crate::error::shared;
use crate::limits::Watch;
use crate::manifest::Manifest;
use crate::plugin::Roles;
use closare_terms::Role;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre, Linker};

/// The component, ready to be instantiated without looking anything up.
pub(crate) fn ready(
    engine: &Engine,
    component: &Component,
    manifest: &Manifest,
) -> Result<(InstancePre<Watch>, Roles), Error> {
    imports(engine, component, manifest)?;
    exports(engine, component, manifest)?;
    let broken = |error| Error::Component { plugin: manifest.name.clone(), source: shared(error) };
    let ready = Linker::new(engine).instantiate_pre(component).map_err(broken)?;
    let misfit = |error| Error::Misfit { plugin: manifest.name.clone(), what: format!("{error:#}") };
    let roles = roles(&ready, manifest).map_err(misfit)?;
    Ok((ready, roles))
}

/// The same roles as in the manifest, each of this contract's version.
fn exports(engine: &Engine, component: &Component, manifest: &Manifest) -> Result<(), Error> {
    let plugin = &manifest.name;
    let mut found = Vec::new();
    for (name, _) in component.component_type().exports(engine) {
        let Some((role, version)) = interface(name) else { continue };
        if version != VERSION {
            let found = version.to_owned();
            return Err(Error::Version { plugin: plugin.clone(), expected: VERSION, found });
        }
        found.extend(Role::ALL.into_iter().find(|known| known.as_str() == role));
    }
    if let Some(&role) = manifest.roles.iter().find(|role| !found.contains(role)) {
        return Err(Error::Missing { plugin: plugin.clone(), role });
    }
    match found.into_iter().find(|role| !manifest.roles.contains(role)) {
        Some(role) => Err(Error::Unnamed { plugin: plugin.clone(), role }),
        None => Ok(()),
    }
}

/// Of `closare:plugin/speech-to-text@0.1.0`, the interface and the version.
fn interface(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')
}

/// Nothing but interfaces that hold types alone: so a plugin can do nothing but answer.
fn imports(engine: &Engine, component: &Component, manifest: &Manifest) -> Result<(), Error> {
    for (name, import) in component.component_type().imports(engine) {
        let only_types = match import.ty {
            ComponentItem::ComponentInstance(instance) => {
                instance.exports(engine).all(|(_, item)| matches!(item.ty, ComponentItem::Type(_)))
            }
            _ => false,
        };
        if !only_types {
            return Err(Error::Import { plugin: manifest.name.clone(), import: name.to_owned() });
        }
    }
    Ok(())
}

fn roles(ready: &InstancePre<Watch>, manifest: &Manifest) -> wasmtime::Result<Roles> {
    let mut roles = Roles::default();
    for role in &manifest.roles {
        match role {
            Role::SpeechToText => roles.stt = Some(stt::GuestIndices::new(ready)?),
            Role::TextToSpeech => roles.tts = Some(tts::GuestIndices::new(ready)?),
            Role::LanguageModel => roles.llm = Some(llm::GuestIndices::new(ready)?),
            Role::Tool => roles.tool = Some(tool::GuestIndices::new(ready)?),
        }
    }
    Ok(roles)
}
