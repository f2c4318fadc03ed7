//! The caller's audio, off the audio thread: to speech-to-text in small batches, to the recorder, and a few seconds kept in
//! memory.

mod hearing;
mod history;
mod tap;

use crate::clock::Clock;
use crate::plugged::Plugged;
use closare_host::SttInput;
use closare_host::words::{AudioFormat, Listening};
use closare_media::recorder::StereoMixer;
use closare_store::RecordingWriter;
use closare_terms::Millis;
use hearing::Hearing;
use history::History;
use tap::{Batch, Batches};
use tokio::sync::mpsc;

pub use hearing::format;
pub use tap::EarTap;

pub enum Command {
    /// Speech-to-text hears from this moment on.
    Open {
        session: Plugged<SttInput>,
        format: AudioFormat,
        from: Millis,
    },
    Close,
    Listen(Listening),
    Flush,
    Record(RecordingWriter),
    StopRecording,
    /// Whether the caller is asked for a secret, which no recording has.
    Hide(bool),
    /// What the caller said by then is known: no session will be asked to hear it.
    Known(Millis),
}

/// The end that the call's task holds.
#[derive(Clone)]
pub struct Ears {
    commands: mpsc::UnboundedSender<Command>,
}

impl Ears {
    pub fn tell(&self, command: Command) {
        // The task ends after the leg does; then there is nothing left to hear.
        let _ = self.commands.send(command);
    }
}

/// Starts the task. When the leg ends it finishes the recording, and `recorded` is told once it has; what was heard last may be asked
/// for until the call's task closes the session, or is over.
pub fn listen(clock: Clock, recorded: impl FnOnce() + Send + 'static) -> (Ears, EarTap) {
    let (tap, batches) = tap::tap();
    let (commands, commands_in) = mpsc::unbounded_channel();
    let mut task = EarTask { clock, history: History::new(), hearing: None, recording: None, hides: false };
    tokio::spawn(async move {
        task.run(batches, commands_in).await;
        recorded();
    });
    (Ears { commands }, tap)
}

struct EarTask {
    clock: Clock,
    history: History,
    hearing: Option<Hearing>,
    recording: Option<Recording>,
    hides: bool,
}

struct Recording {
    writer: RecordingWriter,
    /// When it was allowed.
    from: Millis,
    mixer: Option<StereoMixer>,
}

impl EarTask {
    async fn run(&mut self, mut batches: Batches, mut commands: mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                batch = batches.filled.recv() => match batch {
                    Some(batch) => self.take(batch, &batches),
                    None => break,
                },
                Some(command) = commands.recv() => {
                    // What was said before the command was given is on its way already, but for the batch that is being filled:
                    // up to 80 ms, which a flush finds after a pause that is longer.
                    while let Ok(batch) = batches.filled.try_recv() {
                        self.take(batch, &batches);
                    }
                    self.command(command).await;
                }
            }
        }
        self.stop_recording().await;
        while self.hearing.is_some()
            && let Some(command) = commands.recv().await
        {
            match command {
                Command::Close => break,
                other => self.command(other).await,
            }
        }
        self.deafen();
        let lost = batches.lost();
        if lost > 0 {
            tracing::warn!(frames = lost, "audio was lost on its way to speech-to-text and recorder");
        }
    }

    fn take(&mut self, batch: Box<Batch>, batches: &Batches) {
        self.history.note(&batch.after(Millis::ZERO));
        if let Some(hearing) = &mut self.hearing {
            let frames = batch.after(hearing.from);
            if let Some(at) = frames.ends.last() {
                hearing.hear(*at, frames.rate, frames.caller);
            }
        }
        if let Some(Recording { writer, from, mixer }) = &mut self.recording {
            let frames = batch.after(*from);
            for frame in frames.each() {
                let mixer = mixer.get_or_insert_with(|| StereoMixer::new(frames.rate, frame.ends));
                // The mixer fills up what is shorter with silence.
                let caller = if self.hides { &[] } else { frame.caller };
                writer.write(mixer.place(frame.ends, caller, frame.agent));
            }
        }
        batches.give_back(batch);
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Open { session, format, from } => {
                self.deafen();
                let mut hearing = Hearing::new(session, format, from);
                self.history.since(from, |at, rate, samples| hearing.hear(at, rate, samples));
                self.hearing = Some(hearing);
            }
            Command::Close => self.deafen(),
            Command::Listen(what) => {
                if let Some(hearing) = &mut self.hearing {
                    hearing.tell(SttInput::Listen { at: self.clock.now(), what });
                }
            }
            Command::Flush => {
                if let Some(hearing) = &mut self.hearing {
                    hearing.tell(SttInput::Flush { at: self.clock.now() });
                }
            }
            Command::Record(writer) => {
                self.stop_recording().await;
                self.recording = Some(Recording { writer, from: self.clock.now(), mixer: None });
            }
            Command::StopRecording => self.stop_recording().await,
            Command::Hide(hides) => self.hides = hides,
            Command::Known(until) => self.history.forget(until),
        }
    }

    fn deafen(&mut self) {
        if let Some(hearing) = self.hearing.take() {
            hearing.finish(self.clock.now());
        }
    }

    async fn stop_recording(&mut self) {
        if let Some(recording) = self.recording.take()
            && let Err(error) = recording.writer.finish().await
        {
            tracing::error!(%error, "a recording could not be finished");
        }
    }
}

#[cfg(test)]
mod tests;
