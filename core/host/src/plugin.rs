//! A loaded plugin: its manifest, its component ready to be instantiated, and the sessions that it opens.

use crate::engine::Engines;
use crate::error::{Cause, Error, SessionError};
use crate::inbox::Inbox;
use crate::instance::Instance;
use crate::limits::{Limits, Watch};
use crate::manifest::{Instances, Manifest};
use crate::options;
use crate::outlet::Out;
use crate::roles::{
    Enter, Input, LlmInput, LlmOpen, LlmOutput, SttInput, SttOpen, SttOutput, ToolInput, ToolOpen,
    ToolOutput, TtsInput, TtsOpen, TtsOutput,
};
use crate::session::{Event, Opened, Session, SyncSession};
use crate::threads::{Lone, Shared, Threads, Trust, Wake};
use crate::words::{AudioFormat, Listening, Opening};
use closare_terms::Role;
use std::sync::Arc;
use wasmtime::Engine;
use wasmtime::component::InstancePre;

/// Shared by all sessions; what it is built from stays in memory until the last of them has ended.
pub struct Plugin {
    loaded: Arc<Loaded>,
    keep: Arc<Keep>,
}

/// Everything that an instance needs.
pub struct Loaded {
    /// This loading's own: the same plugin loaded again has another.
    pub(crate) id: u64,
    pub(crate) manifest: Manifest,
    pub(crate) sha256: String,
    pub(crate) engine: Engine,
    pub(crate) ready: InstancePre<Watch>,
    pub(crate) roles: Roles,
    pub(crate) limits: Limits,
    pub(crate) trust: Trust,
    /// Their ticker must go on as long as a session can loop.
    pub(crate) _engines: Arc<Engines>,
}

/// Where each role's exports lie in the component.
#[derive(Default)]
pub(crate) struct Roles {
    pub(crate) stt: Option<crate::contract::v0_1::stt::GuestIndices>,
    pub(crate) tts: Option<crate::contract::v0_1::tts::GuestIndices>,
    pub(crate) llm: Option<crate::contract::v0_1::llm::GuestIndices>,
    pub(crate) tool: Option<crate::contract::v0_1::tool::GuestIndices>,
}

/// Held by the plugin and its sessions; the last one to go drops the plugin's shared instances.
pub(crate) struct Keep {
    threads: Arc<Threads>,
    plugin: u64,
}

impl Drop for Keep {
    fn drop(&mut self) {
        self.threads.forget(self.plugin);
    }
}

/// A synchronous session with its first outputs.
type Sync<I> = (SyncSession<I>, Opened, Vec<<I as Enter>::Output>);

impl Plugin {
    pub(crate) fn new(loaded: Arc<Loaded>, threads: Arc<Threads>) -> Plugin {
        let keep = Arc::new(Keep { threads, plugin: loaded.id });
        Plugin { loaded, keep }
    }

    pub fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    /// Of the component's bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.loaded.sha256
    }

    /// The manifest's limits, lowered to the operator's.
    pub fn limits(&self) -> Limits {
        self.loaded.limits
    }

    /// A workflow's options as the plugin gets them: checked, and with the manifest's defaults.
    ///
    /// # Errors
    /// [`Error::Options`] with every problem.
    pub fn options_checked(&self, given: &serde_json::Value) -> Result<String, Error> {
        let manifest = self.manifest();
        options::checked(&manifest.options, given)
            .map(|options| serde_json::Value::Object(options).to_string())
            .map_err(|problems| Error::Options { plugin: manifest.name.clone(), problems })
    }

    /// Opens a session on the host's threads and returns at once. `out` is called there, or by who sends to the session, in order, and
    /// must not wait.
    pub fn open_stt(
        &self,
        opening: Opening,
        format: AudioFormat,
        what: Listening,
        out: impl FnMut(Event<SttOutput>) + Send + 'static,
    ) -> Session<SttInput> {
        self.open(SttOpen { opening, format, what }, Box::new(out))
    }

    /// As [`Plugin::open_stt`]; `Opened` says in which format the audio will be.
    pub fn open_tts(
        &self,
        opening: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
        out: impl FnMut(Event<TtsOutput>) + Send + 'static,
    ) -> Session<TtsInput> {
        self.open(TtsOpen { opening, wanted, voice }, Box::new(out))
    }

    /// As [`Plugin::open_stt`].
    pub fn open_llm(
        &self,
        opening: Opening,
        out: impl FnMut(Event<LlmOutput>) + Send + 'static,
    ) -> Session<LlmInput> {
        self.open(LlmOpen(opening), Box::new(out))
    }

    /// As [`Plugin::open_stt`].
    pub fn open_tool(
        &self,
        opening: Opening,
        out: impl FnMut(Event<ToolOutput>) + Send + 'static,
    ) -> Session<ToolInput> {
        self.open(ToolOpen(opening), Box::new(out))
    }

    /// A session in an instance of its own, on the caller's thread.
    ///
    /// # Errors
    /// The plugin's refusal, or the limit that it broke.
    pub fn stt_sync(
        &self,
        opening: Opening,
        format: AudioFormat,
        what: Listening,
    ) -> Result<Sync<SttInput>, SessionError> {
        self.sync(SttOpen { opening, format, what })
    }

    /// As [`Plugin::stt_sync`].
    pub fn tts_sync(
        &self,
        opening: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<Sync<TtsInput>, SessionError> {
        self.sync(TtsOpen { opening, wanted, voice })
    }

    /// As [`Plugin::stt_sync`].
    pub fn llm_sync(&self, opening: Opening) -> Result<Sync<LlmInput>, SessionError> {
        self.sync(LlmOpen(opening))
    }

    /// As [`Plugin::stt_sync`].
    pub fn tool_sync(&self, opening: Opening) -> Result<Sync<ToolInput>, SessionError> {
        self.sync(ToolOpen(opening))
    }

    fn open<I: Input>(&self, what: I::Open, out: Out<I>) -> Session<I> {
        let inbox = Arc::new(Inbox::new());
        let threads = &self.keep.threads;
        let wake: Arc<dyn Wake> = match self.manifest().instances {
            Instances::PerSession => {
                Arc::new(Lone::new(threads.lane.clone(), self.loaded.clone(), inbox.clone(), what, out))
            }
            Instances::Shared => {
                let model = threads.model().clone();
                Arc::new(Shared::new(model, self.loaded.clone(), inbox.clone(), what, out))
            }
        };
        wake.clone().wake();
        Session::new(inbox, wake, self.keep.clone())
    }

    fn sync<I: Input>(&self, what: I::Open) -> Result<Sync<I>, SessionError> {
        SyncSession::open(&self.loaded, what).map_err(|cause| self.loaded.error(I::ROLE, cause))
    }
}

impl Loaded {
    pub(crate) fn error(&self, role: Role, cause: Cause) -> SessionError {
        SessionError { plugin: self.manifest.name.clone(), role, cause }
    }

    /// Makes an instance and looks every role's functions up, so that what doesn't fit is found before the first call.
    pub(crate) fn try_out(self: &Arc<Self>) -> Result<(), Cause> {
        let Roles { stt, tts, llm, tool } = &self.roles;
        Instance::new(self)?.enter(|store, component| {
            stt.as_ref().map(|role| role.load(&mut *store, component)).transpose()?;
            tts.as_ref().map(|role| role.load(&mut *store, component)).transpose()?;
            llm.as_ref().map(|role| role.load(&mut *store, component)).transpose()?;
            tool.as_ref().map(|role| role.load(&mut *store, component)).transpose()?;
            Ok(())
        })
    }
}
