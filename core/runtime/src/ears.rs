//! The caller's audio, off the audio thread: to speech-to-text in small batches, to the recorder, and a few seconds kept in
//! memory, so that a session which opens late hears what was just said.

use crate::clock::Clock;
use crate::plugged::Plugged;
use closare_host::SttInput;
use closare_host::words::{AudioFormat, Encoding, Listening};
use closare_media::recorder::StereoMixer;
use closare_media::{Codec, Decoder, Encoder, Resampler};
use closare_store::RecordingWriter;
use closare_telephony::{Frame, Tap};
use closare_terms::Millis;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Batches that may wait for this task: two seconds. More are lost, and counted.
const BATCHES_MAX: usize = 33;
/// What is kept for a session that opens late: a turn's begin, at most.
const HISTORY_FRAMES: usize = 400;
/// Frames in a batch, the smallest that a plugin is called for.
const BATCH_FRAMES: usize = 3;

/// Frames as they leave the audio thread, one after the other.
#[derive(Default)]
struct Batch {
    rate: u32,
    /// When each frame ends.
    ends: Vec<Millis>,
    caller: Vec<i16>,
    /// As long as `caller`.
    agent: Vec<i16>,
}

impl Batch {
    fn add(&mut self, frame: &Frame<'_>) {
        self.rate = frame.rate;
        self.ends.push(frame.at);
        self.caller.extend_from_slice(frame.caller);
        let agent = &frame.agent[..frame.agent.len().min(frame.caller.len())];
        self.agent.extend_from_slice(agent);
        self.agent.resize(self.caller.len(), 0);
    }

    fn frames(&self) -> impl Iterator<Item = (Millis, &[i16], &[i16])> {
        let length = (self.caller.len() / self.ends.len().max(1)).max(1);
        let sides = self.caller.chunks(length).zip(self.agent.chunks(length));
        self.ends.iter().zip(sides).map(|(at, (caller, agent))| (*at, caller, agent))
    }
}

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

/// The end that the audio thread holds.
pub struct EarTap {
    batches: mpsc::Sender<Batch>,
    batch: Batch,
    lost: Arc<AtomicU64>,
}

impl Tap for EarTap {
    fn frame(&mut self, frame: &Frame<'_>) {
        if self.batch.ends.is_empty() {
            let samples = BATCH_FRAMES * frame.caller.len();
            self.batch.ends.reserve_exact(BATCH_FRAMES);
            self.batch.caller.reserve_exact(samples);
            self.batch.agent.reserve_exact(samples);
        }
        self.batch.add(frame);
        if self.batch.ends.len() == BATCH_FRAMES {
            self.send();
        }
    }
}

impl EarTap {
    fn send(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        let frames = batch.ends.len() as u64;
        if self.batches.try_send(batch).is_err() {
            self.lost.fetch_add(frames, Ordering::Relaxed);
        }
    }
}

impl Drop for EarTap {
    fn drop(&mut self) {
        if !self.batch.ends.is_empty() {
            self.send();
        }
    }
}

/// What speech-to-text gets: what its plugin prefers, else what the telephone has, which is a fourth of the same at 16 kHz.
pub fn format(preferred: Option<AudioFormat>, rate: u32) -> AudioFormat {
    preferred.unwrap_or(match rate {
        8_000 => AudioFormat { encoding: Encoding::Mulaw, sample_rate: rate },
        _ => AudioFormat::pcm(rate),
    })
}

/// Starts the task. It ends when the leg does, and finishes the recording; `recorded` is told once it has.
pub fn listen(clock: Clock, recorded: impl FnOnce() + Send + 'static) -> (Ears, EarTap) {
    let (batches, batches_in) = mpsc::channel(BATCHES_MAX);
    let (commands, commands_in) = mpsc::unbounded_channel();
    let lost = Arc::new(AtomicU64::new(0));
    let task = EarTask { clock, history: History::new(), hearing: None, recording: None, lost: lost.clone() };
    tokio::spawn(async move {
        task.run(batches_in, commands_in).await;
        recorded();
    });
    (Ears { commands }, EarTap { batches, batch: Batch::default(), lost })
}

struct EarTask {
    clock: Clock,
    history: History,
    hearing: Option<Hearing>,
    recording: Option<(RecordingWriter, Option<StereoMixer>)>,
    lost: Arc<AtomicU64>,
}

impl EarTask {
    async fn run(
        mut self,
        mut batches: mpsc::Receiver<Batch>,
        mut commands: mpsc::UnboundedReceiver<Command>,
    ) {
        loop {
            tokio::select! {
                batch = batches.recv() => match batch {
                    Some(batch) => self.take(&batch),
                    None => break,
                },
                Some(command) = commands.recv() => {
                    // What was said before the command was given is on its way already.
                    while let Ok(batch) = batches.try_recv() {
                        self.take(&batch);
                    }
                    self.command(command).await;
                }
            }
        }
        if let Some(hearing) = self.hearing.take() {
            hearing.finish(self.clock.now());
        }
        self.stop_recording().await;
        let lost = self.lost.load(Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(frames = lost, "audio was lost on its way to speech-to-text and recorder");
        }
    }

    fn take(&mut self, batch: &Batch) {
        self.history.note(batch);
        if let (Some(hearing), Some(at)) = (&mut self.hearing, batch.ends.last()) {
            hearing.hear(*at, batch.rate, &batch.caller);
        }
        if let Some((writer, mixer)) = &mut self.recording {
            for (at, caller, agent) in batch.frames() {
                let mixer = mixer.get_or_insert_with(|| StereoMixer::new(batch.rate, at));
                writer.write(mixer.place(at, caller, agent));
            }
        }
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Open { session, format, from } => {
                let mut hearing = Hearing::new(session, format);
                self.history.since(from, |at, rate, samples| hearing.hear(at, rate, samples));
                self.hearing = Some(hearing);
            }
            Command::Close => self.hearing = None,
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
                self.recording = Some((writer, None));
            }
            Command::StopRecording => self.stop_recording().await,
        }
    }

    async fn stop_recording(&mut self) {
        if let Some((writer, _)) = self.recording.take() {
            if let Err(error) = writer.finish().await {
                tracing::error!(%error, "a recording could not be finished");
            }
        }
    }
}

/// The caller's last seconds, at the leg's rate.
struct History {
    rate: u32,
    ends: VecDeque<Millis>,
    /// As µ-law, whatever the rate: what a telephone brought loses nothing by it.
    sound: VecDeque<u8>,
    law: Encoder,
    frame: Vec<u8>,
}

impl History {
    fn new() -> History {
        let (ends, sound) = (VecDeque::new(), VecDeque::new());
        History { rate: 0, ends, sound, law: Encoder::new(Codec::Pcmu), frame: Vec::new() }
    }

    fn note(&mut self, batch: &Batch) {
        self.rate = batch.rate;
        for (at, caller, _) in batch.frames() {
            if self.ends.len() == HISTORY_FRAMES {
                self.ends.pop_front();
                self.sound.drain(..caller.len().min(self.sound.len()));
            }
            self.ends.push_back(at);
            self.law.encode_into(caller, &mut self.frame);
            self.sound.extend(&self.frame);
        }
    }

    /// What was heard after this moment, frame by frame.
    fn since(&mut self, from: Millis, mut hear: impl FnMut(Millis, u32, &[i16])) {
        let length = self.sound.len() / self.ends.len().max(1);
        let first = self.ends.iter().take_while(|at| **at <= from).count();
        let mut decoder = Decoder::new(Codec::Pcmu);
        let mut samples = Vec::with_capacity(length);
        let frames = self.sound.make_contiguous().chunks(length.max(1));
        for (at, frame) in self.ends.iter().zip(frames).skip(first) {
            decoder.decode_into(frame, &mut samples);
            hear(*at, self.rate, &samples);
        }
    }
}

/// Audio on its way to one session.
struct Hearing {
    session: Plugged<SttInput>,
    encode: Encode,
}

/// From the leg's rate to what the plugin prefers.
struct Encode {
    rate: u32,
    /// Made with the first frame, which knows the leg's rate.
    resampler: Option<Resampler>,
    law: Option<Encoder>,
    samples: Vec<i16>,
}

impl Hearing {
    fn new(session: Plugged<SttInput>, format: AudioFormat) -> Hearing {
        let law = match format.encoding {
            Encoding::PcmS16le => None,
            Encoding::Mulaw => Some(Encoder::new(Codec::Pcmu)),
            Encoding::Alaw => Some(Encoder::new(Codec::Pcma)),
        };
        let rate = format.sample_rate;
        let encode = Encode { rate, resampler: None, law, samples: Vec::new() };
        Hearing { session, encode }
    }

    fn hear(&mut self, at: Millis, rate: u32, samples: &[i16]) {
        let bytes = self.encode.bytes(rate, samples);
        self.tell(SttInput::Audio { at, bytes });
    }

    /// A session that is full or over says so by its own end; audio for it has nowhere to go.
    fn tell(&self, input: SttInput) {
        let _ = self.session.send(input);
    }

    fn finish(self, at: Millis) {
        self.tell(SttInput::Finish { at });
    }
}

impl Encode {
    fn bytes(&mut self, rate: u32, samples: &[i16]) -> Vec<u8> {
        let samples: &[i16] = if rate == self.rate {
            samples
        } else {
            let resampler = self.resampler.get_or_insert_with(|| Resampler::new(rate, self.rate));
            resampler.process_into(samples, &mut self.samples);
            &self.samples
        };
        match &mut self.law {
            Some(law) => {
                let mut bytes = Vec::with_capacity(samples.len());
                law.encode_into(samples, &mut bytes);
                bytes
            }
            None => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        }
    }
}
