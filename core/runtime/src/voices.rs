//! What the agent says: phrases that were rendered before, and a plugin's voice for all else.

mod mouth;
mod pace;

use crate::clock::Clock;
use crate::phrases::{Marks, Rendered, SLOW_PACE, voice_option};
use crate::plugged::{Plugged, grant, plug};
use crate::publish::{Chosen, Published};
use crate::tell::Tell;
use closare_call::Event as CallEvent;
use closare_egress::Egress;
use closare_host::words::{AudioFormat, Opening, Said};
use closare_host::{TtsInput, TtsOutput};
use closare_media::Resampler;
use closare_telephony::Voice;
use closare_terms::{Language, Millis, Role};
use mouth::Mouth;
use pace::Pace;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub struct Voices {
    published: Arc<Published>,
    egress: Egress,
    clock: Clock,
    seed: u64,
    line: Voice,
    tell: Tell,
    sessions: BTreeMap<usize, Session>,
    /// Utterances that are open at the pacer, and how their audio comes.
    open: BTreeMap<u32, Source>,
}

struct Session {
    plugged: Plugged<TtsInput>,
    texts: Texts,
    pace: Pace,
}

/// The text of each utterance, for the words that the voice tells.
type Texts = Arc<Mutex<BTreeMap<u32, Marks>>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// So far only rendered phrases: this many samples, and characters of text.
    Rendered {
        samples: u64,
        chars: u32,
    },
    Live(usize),
}

/// One piece of an utterance.
pub struct Say<'a> {
    pub voice: usize,
    pub utterance: u32,
    pub text: &'a str,
    pub language: Language,
    pub slow: bool,
    pub pause_after: Millis,
    pub last: bool,
}

impl Voices {
    pub fn new(
        published: Arc<Published>,
        egress: Egress,
        clock: Clock,
        seed: u64,
        line: Voice,
        tell: Tell,
    ) -> Voices {
        let (sessions, open) = (BTreeMap::new(), BTreeMap::new());
        Voices { published, egress, clock, seed, line, tell, sessions, open }
    }

    pub fn say(&mut self, say: Say<'_>) {
        let source = *self.open.entry(say.utterance).or_insert_with(|| {
            self.line.begin(say.utterance);
            Source::Rendered { samples: 0, chars: 0 }
        });
        let rendered = self.published.phrases.get(say.text, &say.language, say.slow);
        match (source, rendered) {
            (Source::Rendered { samples, chars }, Some(rendered)) => {
                self.play(&say, samples, chars, &rendered)
            }
            (Source::Rendered { samples, .. }, None) if say.text.is_empty() => self.close(&say, samples),
            (Source::Rendered { .. } | Source::Live(_), _) => self.speak(&say),
        }
    }

    /// A tone as an utterance of its own.
    pub fn beep(&mut self, utterance: u32) {
        let rate = self.line.rate();
        self.line.begin(utterance);
        self.line.append(utterance, closare_media::tone::beep(rate, 1_000.0, 300));
        self.line.finish(utterance);
    }

    pub fn stop(&mut self, up_to: u32) {
        self.line.stop(up_to);
        let stopped: Vec<(u32, Source)> =
            self.open.range(..=up_to).map(|(id, source)| (*id, *source)).collect();
        for (utterance, source) in stopped {
            self.open.remove(&utterance);
            if let Source::Live(voice) = source
                && let Some(session) = self.sessions.get(&voice)
            {
                let at = self.clock.now();
                let _ = session.plugged.send(TtsInput::Cancel { at, utterance });
                session.pace.release();
                lock(&session.texts).remove(&utterance);
            }
        }
    }

    /// The call is over. What the sessions tell last is on its way.
    pub fn finish(self) {
        for session in self.sessions.into_values() {
            session.plugged.finish(TtsInput::Finish { at: self.clock.now() });
        }
    }

    fn play(&mut self, say: &Say<'_>, samples: u64, chars: u32, rendered: &Rendered) {
        let rate = self.line.rate();
        let mut audio = Vec::new();
        if rendered.rate == rate {
            audio.extend_from_slice(&rendered.samples);
        } else {
            let mut resampler = Resampler::new(rendered.rate, rate);
            resampler.process_into(&rendered.samples, &mut audio);
            let mut rest = Vec::new();
            resampler.flush(&mut rest);
            audio.extend(rest);
        }
        audio.resize(audio.len() + millis_to_samples(say.pause_after, rate), 0);
        let before = Millis(samples * 1_000 / u64::from(rate));
        if samples == 0 {
            self.tell(CallEvent::FirstAudio { utterance: say.utterance });
        }
        for (mark, ends) in &rendered.marks {
            self.tell(CallEvent::Spoken {
                utterance: say.utterance,
                chars: chars + mark,
                ends: before + *ends,
            });
        }
        let samples = samples + audio.len() as u64;
        let chars = chars + say.text.chars().count() as u32 + 1;
        self.line.append(say.utterance, audio);
        self.open.insert(say.utterance, Source::Rendered { samples, chars });
        if say.last {
            self.close(say, samples);
        }
    }

    fn close(&mut self, say: &Say<'_>, samples: u64) {
        if say.last {
            let length = Millis(samples * 1_000 / u64::from(self.line.rate()));
            self.tell(CallEvent::Voiced { utterance: say.utterance, length });
            self.line.finish(say.utterance);
            self.open.remove(&say.utterance);
        }
    }

    /// Hands the words to the plugin clause by clause, so that the first is ready while the rest is made.
    fn speak(&mut self, say: &Say<'_>) {
        let Some(chosen) = self.published.tts.get(say.voice).cloned() else { return };
        let language = say.language.clone();
        if !self.sessions.contains_key(&say.voice) {
            match self.open_session(say.voice, &chosen, &language) {
                Ok(session) => {
                    self.sessions.insert(say.voice, session);
                }
                Err(reason) => return self.tell(failed(say.voice, reason)),
            }
        }
        let at = self.clock.now();
        let mut clauses = closare_call::split_clauses(say.text);
        if clauses.is_empty() {
            clauses.push(String::new());
        }
        let count = clauses.len();
        let Some(session) = self.sessions.get(&say.voice) else { return };
        lock(&session.texts).entry(say.utterance).or_insert_with(|| Marks::new("")).extend(say.text);
        let mut full = false;
        for (index, clause) in clauses.into_iter().enumerate() {
            let end = index + 1 == count;
            let said = Said {
                text: clause,
                language: Some(language.clone()),
                pace: say.slow.then_some(SLOW_PACE),
                pause_after: if end { say.pause_after } else { Millis::ZERO },
            };
            let input = TtsInput::Say { at, utterance: say.utterance, said, last: say.last && end };
            full |= session.plugged.send(input).is_err();
        }
        if say.last {
            session.pace.whole(say.utterance);
        }
        self.open.insert(say.utterance, Source::Live(say.voice));
        if full {
            if let Some(session) = self.sessions.remove(&say.voice) {
                session.plugged.finish(TtsInput::Finish { at });
            }
            self.tell(failed(say.voice, "its queue is full or its session is over".to_owned()));
        }
        if say.last {
            self.open
                .retain(|utterance, source| *utterance != say.utterance || matches!(source, Source::Live(_)));
        }
    }

    fn open_session(&self, voice: usize, chosen: &Chosen, language: &Language) -> Result<Session, String> {
        let options =
            chosen.plugin.options_checked(&chosen.options).map_err(|_| "its options are wrong".to_owned())?;
        let opening = Opening {
            at: self.clock.now(),
            wall: self.clock.wall_at(self.clock.now()),
            seed: self.seed,
            options,
            languages: vec![language.clone()],
        };
        let texts = Texts::default();
        let (pace, pulled) = pace::new();
        let mut mouth =
            Mouth::new(voice, self.line.clone(), self.tell.of(chosen), texts.clone(), pace.clone());
        let (clock, rate) = (self.clock, self.line.rate());
        let plug = || {
            plug(
                &self.egress,
                grant(&chosen.plugin, &chosen.options),
                move |event| TtsInput::Network { at: clock.now(), event },
                |output| match output {
                    TtsOutput::Net(effect) => Ok(effect),
                    other => Err(other),
                },
                move |event, stage| mouth.told(event, stage),
                |out| {
                    // What the line plays: a voice that can't give it says so, and is resampled.
                    let wanted = AudioFormat::pcm(rate);
                    chosen.plugin.open_tts(opening, wanted, voice_option(&chosen.options), out)
                },
            )
        };
        let plugged = self.tell.scope(plug);
        let tell = self.tell.unawaited();
        let stalled = move || tell.event(failed(voice, "it stalled".to_owned()));
        let successors = self.published.tts.len().saturating_sub(voice + 1) as u64;
        let stall_max = closare_call::stall_max(self.published.workflow.limits.silence, successors);
        tokio::spawn(pace::run(pulled, self.line.clone(), stall_max, plugged.holder(), stalled));
        Ok(Session { plugged, texts, pace })
    }

    fn tell(&self, event: CallEvent) {
        self.tell.event(event);
    }
}

fn failed(index: usize, reason: String) -> CallEvent {
    CallEvent::VendorFailed { role: Role::TextToSpeech, index, reason }
}

fn millis_to_samples(span: Millis, rate: u32) -> usize {
    (span.0 * u64::from(rate) / 1_000) as usize
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
