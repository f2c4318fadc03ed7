//! The caller's audio, off the audio thread: to speech-to-text in small batches, to the recorder, and a few seconds kept in
//! memory, so that a session which opens late hears what was just said.

use crate::clock::Clock;
use crate::plugged::Plugged;
use closare_host::SttInput;
use closare_host::words::{AudioFormat, Encoding, Listening};
use closare_media::recorder::StereoMixer;
use closare_media::{Codec, Encoder, Resampler};
use closare_store::RecordingWriter;
use closare_telephony::{Frame, Tap};
use closare_terms::Millis;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Frames that may wait for this task: two seconds. More are lost, and counted.
const FRAMES_MAX: usize = 100;
/// What is kept for a session that opens late: a turn's begin, at most.
const HISTORY_FRAMES: usize = 400;
/// Frames in a batch for the plugin.
const BATCH_FRAMES: usize = 3;
/// Samples of a frame at the highest rate that a leg has.
const FRAME_SAMPLES_MAX: usize = 320;

/// A frame as it leaves the audio thread: no allocation, no pointer.
#[derive(Clone, Copy)]
pub struct EarFrame {
    at: Millis,
    rate: u32,
    len: usize,
    caller: [i16; FRAME_SAMPLES_MAX],
    agent: [i16; FRAME_SAMPLES_MAX],
    wide: [i16; FRAME_SAMPLES_MAX],
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
    frames: mpsc::Sender<EarFrame>,
    lost: Arc<AtomicU64>,
}

impl Tap for EarTap {
    fn frame(&mut self, frame: &Frame<'_>) {
        let len = frame.caller.len().min(FRAME_SAMPLES_MAX);
        let mut ear = EarFrame {
            at: frame.at,
            rate: frame.rate,
            len,
            caller: [0; FRAME_SAMPLES_MAX],
            agent: [0; FRAME_SAMPLES_MAX],
            wide: [0; FRAME_SAMPLES_MAX],
        };
        ear.caller[..len].copy_from_slice(&frame.caller[..len]);
        let agent = frame.agent.len().min(len);
        ear.agent[..agent].copy_from_slice(&frame.agent[..agent]);
        let wide = frame.caller_16k.len().min(FRAME_SAMPLES_MAX);
        ear.wide[..wide].copy_from_slice(&frame.caller_16k[..wide]);
        if self.frames.try_send(ear).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Starts the task. It ends when the leg does, and finishes the recording; `recorded` is told once it has.
pub fn listen(clock: Clock, recorded: impl FnOnce() + Send + 'static) -> (Ears, EarTap) {
    let (frames, frames_in) = mpsc::channel(FRAMES_MAX);
    let (commands, commands_in) = mpsc::unbounded_channel();
    let lost = Arc::new(AtomicU64::new(0));
    let task =
        EarTask { clock, history: History::default(), hearing: None, recording: None, lost: lost.clone() };
    tokio::spawn(async move {
        task.run(frames_in, commands_in).await;
        recorded();
    });
    (Ears { commands }, EarTap { frames, lost })
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
        mut frames: mpsc::Receiver<EarFrame>,
        mut commands: mpsc::UnboundedReceiver<Command>,
    ) {
        loop {
            tokio::select! {
                frame = frames.recv() => match frame {
                    Some(frame) => self.frame(&frame),
                    None => break,
                },
                Some(command) = commands.recv() => {
                    // What was said before the command was given is on its way already.
                    while let Ok(frame) = frames.try_recv() {
                        self.frame(&frame);
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

    fn frame(&mut self, frame: &EarFrame) {
        self.history.note(frame);
        if let Some(hearing) = &mut self.hearing {
            hearing.hear(frame.at, &frame.wide);
        }
        if let Some((writer, mixer)) = &mut self.recording {
            let mixer = mixer.get_or_insert_with(|| StereoMixer::new(frame.rate, frame.at));
            writer.write(mixer.place(frame.at, &frame.caller[..frame.len], &frame.agent[..frame.len]));
        }
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Open { session, format, from } => {
                let mut hearing = Hearing::new(session, format);
                self.history.since(from, |at, wide| hearing.hear(at, wide));
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
                    hearing.send_batch();
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

/// The caller's last seconds, at the leg's rate: half of what they take at 16 kHz.
#[derive(Default)]
struct History {
    rate: u32,
    ends: VecDeque<Millis>,
    samples: VecDeque<i16>,
}

impl History {
    fn note(&mut self, frame: &EarFrame) {
        let length = frame.len;
        if self.ends.len() == HISTORY_FRAMES {
            self.ends.pop_front();
            self.samples.drain(..length.min(self.samples.len()));
        }
        self.rate = frame.rate;
        self.ends.push_back(frame.at);
        self.samples.extend(&frame.caller[..length]);
    }

    /// What was heard after this moment, frame by frame at 16 kHz.
    fn since(&self, from: Millis, mut hear: impl FnMut(Millis, &[i16])) {
        if self.ends.is_empty() {
            return;
        }
        let length = (self.rate / 50) as usize;
        let mut resampler = Resampler::new(self.rate, 16_000);
        let (mut frame, mut wide) = (Vec::with_capacity(length), Vec::new());
        let first = self.ends.iter().take_while(|at| **at <= from).count();
        let mut samples = self.samples.iter().copied().skip(first * length);
        for at in self.ends.iter().skip(first) {
            frame.clear();
            frame.extend(samples.by_ref().take(length));
            resampler.process_into(&frame, &mut wide);
            hear(*at, &wide);
        }
    }
}

/// Audio on its way to one session.
struct Hearing {
    session: Plugged<SttInput>,
    encode: Encode,
    batch: Vec<u8>,
    batched: usize,
    at: Millis,
    samples: Vec<i16>,
}

/// From 16 kHz to what the plugin prefers.
struct Encode {
    resampler: Option<Resampler>,
    law: Option<Encoder>,
}

impl Hearing {
    fn new(session: Plugged<SttInput>, format: AudioFormat) -> Hearing {
        let resampler = (format.sample_rate != 16_000).then(|| Resampler::new(16_000, format.sample_rate));
        let law = match format.encoding {
            Encoding::PcmS16le => None,
            Encoding::Mulaw => Some(Encoder::new(Codec::Pcmu)),
            Encoding::Alaw => Some(Encoder::new(Codec::Pcma)),
        };
        let encode = Encode { resampler, law };
        Hearing { session, encode, batch: Vec::new(), batched: 0, at: Millis::ZERO, samples: Vec::new() }
    }

    fn hear(&mut self, at: Millis, wide: &[i16]) {
        self.encode.append(wide, &mut self.samples, &mut self.batch);
        self.at = at;
        self.batched += 1;
        if self.batched == BATCH_FRAMES {
            self.send_batch();
        }
    }

    fn send_batch(&mut self) {
        if self.batched > 0 {
            let bytes = std::mem::take(&mut self.batch);
            self.batched = 0;
            self.tell(SttInput::Audio { at: self.at, bytes });
        }
    }

    /// A session that is full or over says so by its own end; audio for it has nowhere to go.
    fn tell(&self, input: SttInput) {
        let _ = self.session.send(input);
    }

    fn finish(mut self, at: Millis) {
        self.send_batch();
        self.tell(SttInput::Finish { at });
    }
}

impl Encode {
    fn append(&mut self, wide: &[i16], samples: &mut Vec<i16>, out: &mut Vec<u8>) {
        let samples: &[i16] = match &mut self.resampler {
            Some(resampler) => {
                resampler.process_into(wide, samples);
                samples
            }
            None => wide,
        };
        match &mut self.law {
            Some(law) => {
                let mut bytes = Vec::new();
                law.encode_into(samples, &mut bytes);
                out.extend(bytes);
            }
            None => out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes())),
        }
    }
}
