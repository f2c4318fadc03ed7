//! Lives where the plugin runs: takes its audio to the pacer, and tells the call what it tells.

use super::pace::Pace;
use super::{Texts, failed, lock};
use crate::plugged::Stage;
use crate::sound;
use crate::tell::Tell;
use crate::told::{requested, used};
use closare_call::Event as CallEvent;
use closare_host::words::AudioFormat;
use closare_host::{Event, TtsOutput};
use closare_media::Resampler;
use closare_telephony::Voice;
use closare_terms::{Millis, Role};
use std::collections::BTreeMap;

pub struct Mouth {
    voice: usize,
    line: Voice,
    tell: Tell,
    texts: Texts,
    pace: Pace,
    /// Of the plugin's audio.
    format: AudioFormat,
    open: BTreeMap<u32, Flow>,
}

struct Flow {
    resampler: Option<Resampler>,
    samples: u64,
}

impl Mouth {
    pub fn new(voice: usize, line: Voice, tell: Tell, texts: Texts, pace: Pace) -> Mouth {
        Mouth { voice, line, tell, texts, pace, format: sound::USUAL, open: BTreeMap::new() }
    }

    pub fn told(&mut self, event: Event<TtsOutput>, stage: Stage) {
        match event {
            Event::Output(TtsOutput::Used(usage)) => self.tell(used(Role::TextToSpeech, self.voice, usage)),
            Event::Output(TtsOutput::RequestId(id)) => {
                self.tell(requested(Role::TextToSpeech, self.voice, id));
            }
            // Nobody listens any more.
            _ if stage == Stage::Last => {}
            Event::Opened(opened) => self.format = opened.format.unwrap_or(self.format),
            Event::Output(TtsOutput::Audio { utterance, bytes }) => self.audio(utterance, &bytes),
            Event::Output(TtsOutput::Spoken(spoken)) => {
                let mark = lock(&self.texts)
                    .get_mut(&spoken.utterance)
                    .map(|marks| marks.mark(&spoken.text, spoken.ends));
                if let Some((chars, ends)) = mark {
                    self.tell(CallEvent::Spoken { utterance: spoken.utterance, chars, ends });
                }
            }
            Event::Output(TtsOutput::Done { utterance }) => self.done(utterance),
            Event::Output(TtsOutput::Failed { failure, .. }) => {
                self.tell(failed(self.voice, crate::failure::failure_word(&failure).to_owned()));
            }
            Event::Ended(Err(error)) => {
                self.tell(failed(self.voice, crate::failure::cause_word(&error.cause)))
            }
            Event::Ended(Ok(())) | Event::Output(_) => {}
        }
    }

    fn audio(&mut self, utterance: u32, bytes: &[u8]) {
        let (rate, out) = (self.format.sample_rate, self.line.rate());
        let first = !self.open.contains_key(&utterance);
        let flow = self.open.entry(utterance).or_insert_with(|| Flow {
            resampler: (rate != out).then(|| Resampler::new(rate, out)),
            samples: 0,
        });
        let plain = sound::samples(self.format, bytes);
        let audio = match &mut flow.resampler {
            Some(resampler) => {
                let mut audio = Vec::new();
                resampler.process_into(&plain, &mut audio);
                audio
            }
            None => plain,
        };
        flow.samples += audio.len() as u64;
        // Before the pacer has it, which may tell at once that it is on the wire.
        if first {
            self.tell(CallEvent::FirstAudio { utterance });
        }
        self.line.append(utterance, audio);
        self.pace.appended(utterance);
    }

    fn done(&mut self, utterance: u32) {
        self.pace.release();
        let mut samples = 0;
        if let Some(mut flow) = self.open.remove(&utterance) {
            samples = flow.samples;
            if let Some(resampler) = &mut flow.resampler {
                let mut rest = Vec::new();
                resampler.flush(&mut rest);
                samples += rest.len() as u64;
                self.line.append(utterance, rest);
            }
        }
        lock(&self.texts).remove(&utterance);
        let length = Millis(samples * 1_000 / u64::from(self.line.rate()));
        self.tell(CallEvent::Voiced { utterance, length });
        self.line.finish(utterance);
    }

    fn tell(&self, event: CallEvent) {
        self.tell.event(event);
    }
}
