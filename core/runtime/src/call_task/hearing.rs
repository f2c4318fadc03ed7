//! Opens the ear of a call.

use super::CallTask;
use crate::ears::{self, Command};
use crate::plugged::{grant, plug};
use crate::told::{heard, host_listening};
use closare_call::{Event, Listening};
use closare_host::words::Opening;
use closare_host::{SttInput, SttOutput};
use closare_terms::{Millis, Role};

impl CallTask {
    pub(super) fn hear(&mut self, stt: usize, from: Millis, listening: &Listening) {
        let Some(chosen) = self.published.stt.get(stt).cloned() else { return };
        let Some(line) = &self.leg else { return };
        let format = ears::format(chosen.plugin.manifest().audio, line.rate);
        let at = self.clock.now();
        let Ok(options) = chosen.plugin.options_checked(&chosen.options) else {
            let reason = "its options are wrong".to_owned();
            return self.tell.event(Event::VendorFailed { role: Role::SpeechToText, index: stt, reason });
        };
        let opening = Opening {
            at,
            wall: self.clock.wall_at(at),
            seed: self.seed,
            options,
            languages: vec![self.language.clone()],
        };
        let (tell, clock) = (self.tell.of(&chosen), self.clock);
        let what = host_listening(listening);
        let plug = || {
            plug(
                &self.runtime.egress,
                grant(&chosen.plugin, &chosen.options),
                move |event| SttInput::Network { at: clock.now(), event },
                |output| match output {
                    SttOutput::Net(effect) => Ok(effect),
                    other => Err(other),
                },
                move |event, stage| {
                    if let Some(event) = heard(stt, event) {
                        tell.told(event, stage);
                    }
                },
                |out| chosen.plugin.open_stt(opening, format, what, out),
            )
        };
        let session = self.tell.scope(plug);
        self.ears(Command::Open { session, format, from });
    }
}
