//! A server that speaks as /v1/speak does, and a host that says and cancels at random: whatever comes when, audio belongs to
//! its utterance, in order, once.

use crate::server::{closed, opened, text};
use closare_plugin::network::{Effect, Event, Ticket};
use closare_plugin::test::{Session, opening};
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Said};
use deepgram::Speaking;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Audio is the text itself, a letter a sample.
struct Server {
    ticket: Ticket,
    is_open: bool,
    received: VecDeque<String>,
    text: String,
    to_come: VecDeque<Event>,
}

impl Server {
    fn work(&mut self, dice: &mut Dice) {
        let Some(message) = self.received.pop_front() else { return };
        let message: Value = serde_json::from_str(&message).unwrap();
        match message["type"].as_str().unwrap() {
            "Speak" => self.text += message["text"].as_str().unwrap(),
            "Flush" => {
                for letter in std::mem::take(&mut self.text).bytes() {
                    self.to_come.push_back(Event::Binary((self.ticket, vec![letter, 0])));
                }
                self.to_come.push_back(self.control("Flushed"));
            }
            "Clear" => {
                self.text.clear();
                let kept = dice.below(self.to_come.len() as u64 + 1) as usize;
                let flushed = self.control("Flushed");
                let gone: Vec<Event> = self.to_come.drain(kept..).filter(|event| *event == flushed).collect();
                // Whether a flush that was cleared is confirmed, and when, isn't documented.
                match dice.below(3) {
                    0 => self.to_come.extend(gone.into_iter().chain([self.control("Cleared")])),
                    1 => self.to_come.extend([self.control("Cleared")].into_iter().chain(gone)),
                    _ => self.to_come.push_back(self.control("Cleared")),
                }
            }
            other => panic!("expected a message of /v1/speak, found {other}"),
        }
    }

    fn control(&self, name: &str) -> Event {
        text(self.ticket, &json!({"type": name, "sequence_id": 0}).to_string())
    }
}

struct World {
    mouth: Session<Speaking, Output>,
    server: Server,
    dice: Dice,
    said: BTreeMap<Utterance, String>,
    heard: BTreeMap<Utterance, String>,
    done: Vec<Utterance>,
    given_up: BTreeSet<Utterance>,
    wakes: Vec<Ticket>,
}

impl World {
    fn new(seed: u64) -> World {
        let (mouth, _) = Session::speak(opening(json!({})), AudioFormat::pcm(8_000), None).unwrap();
        let server = Server {
            ticket: 0,
            is_open: false,
            received: VecDeque::new(),
            text: String::new(),
            to_come: VecDeque::new(),
        };
        let (said, heard, done, given_up, wakes) = Default::default();
        World { mouth, server, dice: Dice(seed), said, heard, done, given_up, wakes }
    }

    fn take(&mut self) {
        for output in std::mem::take(&mut self.mouth.outputs) {
            match output {
                Output::Net(Effect::Open(socket)) => {
                    let ticket = socket.ticket;
                    let to_come = VecDeque::from([opened(ticket)]);
                    self.server = Server {
                        ticket,
                        is_open: false,
                        received: VecDeque::new(),
                        text: String::new(),
                        to_come,
                    };
                }
                Output::Net(Effect::Text((ticket, text))) if ticket == self.server.ticket => {
                    self.server.received.push_back(text);
                }
                Output::Net(Effect::Wake((ticket, _))) => self.wakes.push(ticket),
                Output::Audio((utterance, bytes)) => {
                    let letters = bytes.chunks(2).map(|sample| char::from(sample[0]));
                    self.heard.entry(utterance).or_default().extend(letters);
                }
                Output::Done(utterance) => self.done.push(utterance),
                Output::Failed((Some(utterance), _)) => drop(self.given_up.insert(utterance)),
                Output::Failed((None, failure)) => panic!("{failure:?}"),
                _ => {}
            }
        }
    }

    fn step(&mut self, utterance: &mut Utterance) {
        match self.dice.below(20) {
            0..4 => {
                let last = self.dice.below(2) == 0;
                let letter = char::from(b'a' + (*utterance % 26) as u8);
                let words = format!("{letter}{}.", self.dice.below(10));
                let said = Said { text: words.clone(), language: None, pace: None, pause_after: 0 };
                self.mouth.outputs = self.mouth.plugin.say(self.mouth.at, *utterance, said, last);
                self.said.entry(*utterance).or_default().push_str(&words);
                *utterance += Utterance::from(last);
            }
            4 => {
                let last = (*utterance).saturating_sub(self.dice.below(2) as Utterance);
                self.mouth.cancel(last);
                self.given_up.insert(last);
            }
            5 if self.dice.below(4) == 0 && self.server.is_open => {
                self.server.to_come.clear();
                self.server.received.clear();
                self.mouth.network(closed(self.server.ticket, 1006, ""));
            }
            6..12 => self.server.work(&mut self.dice),
            _ => {
                self.deliver();
            }
        }
        self.take();
        // The host says no more of an utterance that failed or was cancelled.
        *utterance += Utterance::from(self.given_up.contains(utterance));
    }

    fn deliver(&mut self) {
        if let Some(event) = self.server.to_come.pop_front() {
            self.server.is_open = true;
            self.mouth.network(event);
        }
    }

    fn settle(&mut self) {
        for _ in 0..100 {
            while !self.server.received.is_empty() || !self.server.to_come.is_empty() {
                self.server.work(&mut self.dice);
                self.deliver();
                self.take();
            }
            self.mouth.at += 60_000;
            for ticket in std::mem::take(&mut self.wakes) {
                self.mouth.network(Event::Woke(ticket));
                self.take();
            }
        }
    }
}

#[test]
fn utterances_never_mix() {
    for seed in 0..3_000 {
        let mut world = World::new(seed);
        world.take();
        let mut utterance = 1;
        for _ in 0..80 {
            world.step(&mut utterance);
            world.mouth.at += 200;
        }
        let end = Said { text: String::new(), language: None, pace: None, pause_after: 0 };
        world.mouth.outputs = world.mouth.plugin.say(world.mouth.at, utterance, end, true);
        world.take();
        world.settle();
        let plain = |words: &str| words.replace(' ', "");
        for (utterance, said) in &world.said {
            let heard = plain(world.heard.get(utterance).map_or("", String::as_str));
            if world.given_up.contains(utterance) {
                assert!(plain(said).starts_with(&heard), "seed {seed}: of {said:?} was heard {heard:?}");
            } else {
                assert_eq!(plain(said), heard, "seed {seed}");
                let count = world.done.iter().filter(|done| *done == utterance).count();
                assert_eq!(count, 1, "seed {seed}: utterance {utterance}");
            }
        }
    }
}
