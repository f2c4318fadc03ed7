//! A component that runs: a store with its limits. Whatever goes wrong inside is told apart here.

use crate::error::Cause;
use crate::limits::{BYTES_MAX, STACK_MAX, Watch};
use crate::plugin::Loaded;
use std::sync::Arc;
use wasmtime::component::Instance as Component;
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

pub struct Instance {
    pub(crate) plugin: Arc<Loaded>,
    pub(crate) component: Component,
    store: Store<Watch>,
}

impl Instance {
    pub(crate) fn new(plugin: &Arc<Loaded>) -> Result<Instance, Cause> {
        let mut store = Store::new(&plugin.engine, Watch::new(plugin.limits));
        store.limiter(|watch| watch);
        store.set_hostcall_fuel(BYTES_MAX);
        store.epoch_deadline_callback(|mut store| Ok(store.data_mut().at_epoch()));
        begin(&mut store);
        match plugin.ready.instantiate(&mut store) {
            Ok(component) => Ok(Instance { plugin: plugin.clone(), component, store }),
            Err(error) => Err(cause(plugin, store.data(), error)),
        }
    }

    /// One call into the plugin, under its limits. After an error the instance must not be entered again.
    pub(crate) fn enter<T>(
        &mut self,
        call: impl FnOnce(&mut Store<Watch>, &Component) -> wasmtime::Result<T>,
    ) -> Result<T, Cause> {
        begin(&mut self.store);
        call(&mut self.store, &self.component).map_err(|error| cause(&self.plugin, self.store.data(), error))
    }
}

fn begin(store: &mut Store<Watch>) {
    store.data_mut().begin();
    // The tick under way may be nearly over.
    store.set_epoch_deadline(2);
}

fn cause(plugin: &Loaded, watch: &Watch, error: wasmtime::Error) -> Cause {
    if matches!(error.downcast_ref(), Some(Trap::Interrupt)) {
        return Cause::TimeOut { limit: plugin.limits.call };
    }
    if watch.refused_memory {
        return Cause::Memory { limit: plugin.limits.memory };
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return Cause::Crowded;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => Cause::Stack { limit: STACK_MAX },
        Some(trap) => Cause::Trap(trap.to_string()),
        None if is_too_much(&error) => Cause::Bytes { limit: BYTES_MAX },
        None => Cause::Trap(error.root_cause().to_string()),
    }
}

/// wasmtime's error for it has no type that can be asked for.
fn is_too_much(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls")
}
