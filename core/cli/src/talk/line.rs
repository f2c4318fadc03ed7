//! The line from the caller's end: who speaks, since when, and whether it is still up.

use closare_media::Resampler;
use closare_telephony::{Leg, LegEvent, Party};
use closare_terms::Millis;
use std::time::{Duration, Instant};

/// The agent's turn is over after so long a pause: its sentences stand closer.
const PAUSE: Millis = Millis(700);
/// What a line may take beyond its own length.
const PLAY_SLACK: Millis = Millis(5_000);
/// A key with the pause after it.
const KEY: Millis = Millis(250);

pub struct Line {
    leg: Leg,
    epoch: Instant,
    utterance: u32,
    played: Option<(u32, Millis)>,
    speaking: bool,
    /// The agent's first word since the caller's last act.
    began: Option<Millis>,
    ended: Millis,
    act: Act,
    over: Option<Over>,
}

/// The caller's last act, as far as it matters for what the agent does on it.
#[derive(Default)]
struct Act {
    began: Option<Millis>,
    ended: Option<Millis>,
    answered: Option<Millis>,
    silenced: Option<Millis>,
}

#[derive(Clone, Debug)]
pub struct Over {
    pub at: Millis,
    pub by: Party,
    pub reason: String,
}

impl Line {
    pub fn new(leg: Leg, epoch: Instant) -> Line {
        Line {
            leg,
            epoch,
            utterance: 0,
            played: None,
            speaking: false,
            began: None,
            ended: Millis::ZERO,
            act: Act::default(),
            over: None,
        }
    }

    pub fn now(&self) -> Millis {
        Millis(self.epoch.elapsed().as_millis() as u64)
    }

    pub fn over(&self) -> Option<&Over> {
        self.over.as_ref()
    }

    /// Waits until the agent has spoken and is silent; from when to when it spoke. `None` if it isn't by `limit`.
    pub async fn turn(&mut self, limit: Millis) -> Option<(Millis, Millis)> {
        loop {
            let silent_at = match self.began {
                Some(_) if self.over.is_some() => return self.take_turn(),
                Some(_) if !self.speaking => Some(self.ended + PAUSE),
                Some(_) | None => None,
            };
            if silent_at.is_some_and(|at| at <= self.now()) {
                return self.take_turn();
            }
            if self.over.is_some() || self.now() >= limit {
                return None;
            }
            self.event(silent_at.map_or(limit, |at| at.min(limit))).await;
        }
    }

    fn take_turn(&mut self) -> Option<(Millis, Millis)> {
        let ended = if self.speaking { self.now() } else { self.ended };
        self.began.take().map(|began| (began, ended))
    }

    /// Waits until the agent speaks; since when it does.
    pub async fn speech(&mut self, limit: Millis) -> Option<Millis> {
        while self.over.is_none() && self.now() < limit {
            if let Some(began) = self.began.filter(|_| self.speaking) {
                return Some(began);
            }
            self.event(limit).await;
        }
        None
    }

    /// Lets time pass.
    pub async fn until(&mut self, at: Millis) {
        while self.over.is_none() && self.now() < at {
            self.event(at).await;
        }
    }

    /// Says a line to its end, or to the call's.
    pub async fn say(&mut self, rate: u32, samples: &[i16]) {
        let samples = resampled(rate, self.leg.voice.rate(), samples);
        let length = Millis(samples.len() as u64 * 1_000 / u64::from(self.leg.voice.rate().max(1)));
        self.begin_act();
        self.utterance += 1;
        let utterance = self.utterance;
        self.leg.voice.begin(utterance);
        self.leg.voice.append(utterance, samples);
        self.leg.voice.finish(utterance);
        let limit = self.now() + length + PLAY_SLACK;
        let played = loop {
            match self.played {
                Some((number, at)) if number == utterance => break at,
                Some(_) | None if self.over.is_some() || self.now() >= limit => break self.now(),
                Some(_) | None => self.event(limit).await,
            }
        };
        self.end_act(played);
    }

    pub async fn press(&mut self, keys: &str) {
        self.begin_act();
        self.leg.voice.send_keys(keys);
        let done = self.now() + Millis(KEY.0 * keys.chars().count() as u64);
        self.until(done).await;
        self.end_act(done);
    }

    pub async fn hang_up(&mut self) {
        self.leg.control.hangup("the caller has said what it had to say");
        let limit = self.now() + Millis::from_secs(3);
        self.until(limit).await;
    }

    /// From the end of the caller's last act to the agent's first word. Told once.
    pub fn take_wait(&mut self) -> Option<Millis> {
        let answered = self.act.answered.take()?;
        self.act.ended.take().map(|ended| answered.since(ended))
    }

    /// From the begin of the caller's last act to where the agent fell silent, if it was speaking. Told once.
    pub fn take_silenced(&mut self) -> Option<Millis> {
        let silenced = self.act.silenced.take()?;
        self.act.began.map(|began| silenced.since(began))
    }

    fn begin_act(&mut self) {
        self.act = Act { began: Some(self.now()), ..Act::default() };
        self.began = None;
    }

    fn end_act(&mut self, at: Millis) {
        self.act.ended = Some(at);
        if self.speaking && self.began.is_none() {
            // It went on over the caller's words.
            self.began = Some(at);
        }
    }

    /// Takes one event, or lets the time come.
    async fn event(&mut self, until: Millis) {
        let until = tokio::time::Instant::from_std(self.epoch + Duration::from_millis(until.0));
        match tokio::time::timeout_at(until, self.leg.events.recv()).await {
            Ok(Some(event)) => self.note(event),
            Ok(None) if self.over.is_none() => {
                let reason = "the line's events ended".to_owned();
                self.over = Some(Over { at: self.now(), by: Party::Network, reason });
            }
            Ok(None) | Err(_) => {}
        }
    }

    fn note(&mut self, event: LegEvent) {
        match event {
            LegEvent::VoiceStarted { at } => {
                self.speaking = true;
                self.began.get_or_insert(at);
                if self.act.ended.is_some() {
                    self.act.answered.get_or_insert(at);
                }
            }
            LegEvent::VoiceEnded { at, .. } => {
                self.speaking = false;
                self.ended = at;
                if self.act.began.is_some_and(|began| began < at) {
                    self.act.silenced.get_or_insert(at);
                }
            }
            LegEvent::Played { utterance, at, .. } => self.played = Some((utterance, at)),
            LegEvent::Ended { at, by, reason } => self.over = Some(Over { at, by, reason }),
            LegEvent::Key { .. }
            | LegEvent::Playing { .. }
            | LegEvent::Hold { .. }
            | LegEvent::Transfer { .. } => {}
        }
    }
}

fn resampled(from: u32, to: u32, samples: &[i16]) -> Vec<i16> {
    let mut resampler = Resampler::new(from, to);
    let (mut all, mut rest) = (Vec::new(), Vec::new());
    resampler.process_into(samples, &mut all);
    resampler.flush(&mut rest);
    all.extend(rest);
    all
}
