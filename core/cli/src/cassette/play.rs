//! Plays a cassette back through the real host: the component, its limits, and no network.

use super::diff::{self, differences};
use super::file::{Entry, What};
use super::place::named;
use super::session::{Put, Session, open};
use super::told::{Out, Told};
use super::{Cassette, Error, effect};
use closare_host::Plugin;
use closare_terms::Millis;
use closare_terms::network::NetEvent;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// What came of it.
pub struct Played {
    /// The first thing that isn't as it was.
    pub differs: Option<Difference>,
    /// The cassette as the plugin does it now.
    pub now: Cassette,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What differs, and where: a sentence.
    pub what: String,
    pub fields: Vec<diff::Difference>,
}

/// The tape is played to its first difference, or, if it isn't to be `whole`, no further: what a vendor answered to something else
/// says little about what the plugin does then.
///
/// # Errors
/// The cassette doesn't fit the plugin at all: its role, its options, its sound.
pub fn play(plugin: &Plugin, cassette: &Cassette, folder: &Path, whole: bool) -> Result<Played, Error> {
    let tape = cassette.tape.iter().filter(|entry| !matches!(entry.what, What::Asks(_)));
    let (session, outputs) = open(plugin, cassette, folder)?;
    let mut now =
        Now { cassette, session, tape: Vec::new(), told: Told::default(), compared: 0, differs: None };
    now.outputs(Millis::ZERO, outputs);
    for entry in tape {
        if !now.goes_on(whole) {
            break;
        }
        now.put(entry)?;
    }
    if now.goes_on(whole) {
        now.compare_asks();
    }
    Ok(now.over(whole))
}

struct Now<'a> {
    cassette: &'a Cassette,
    /// None once it is over.
    session: Option<Box<dyn Session>>,
    tape: Vec<Entry>,
    told: Told,
    /// Entries of the new tape that are compared.
    compared: usize,
    differs: Option<Difference>,
}

impl Now<'_> {
    fn goes_on(&self, whole: bool) -> bool {
        self.differs.is_none() || whole
    }

    fn put(&mut self, entry: &Entry) -> Result<(), Error> {
        self.compare_asks();
        self.told.upon(self.tape.len());
        self.tape.push(entry.clone());
        let put = match &entry.what {
            What::Given(given) => Put::Given(given.clone()),
            What::Comes(came) => Put::Came(NetEvent::from(came.clone())),
            What::Asks(_) => return Ok(()),
        };
        if let Some(session) = &mut self.session {
            let outputs = session.put(entry.at, put)?;
            self.outputs(entry.at, outputs);
        }
        Ok(())
    }

    fn outputs(&mut self, at: Millis, outputs: Vec<Out>) {
        for out in outputs {
            match &out {
                Out::Net(net) => self.tape.push(Entry { at, what: What::Asks(effect::shown(net)) }),
                // A session that has said that it is over isn't called again.
                Out::Failed(_) => self.session = None,
                Out::Token { .. } | Out::Audio { .. } | Out::Other(_) | Out::Answer(_) => {}
            }
            self.told.add(out);
        }
    }

    /// What is on the new tape since the last time, with the old one. All that is asked follows what was handed in, so both
    /// are alike up to here, or differ in what was asked.
    fn compare_asks(&mut self) {
        if self.differs.is_some() {
            return;
        }
        let (then, now) = (&self.cassette.tape, &self.tape);
        let what = |tape: &[Entry], index: usize| tape.get(index).map(|entry| entry.what.clone());
        self.differs =
            (self.compared..=now.len()).find_map(|index| match (what(then, index), what(now, index)) {
                (Some(What::Asks(expected)), Some(What::Asks(found))) => {
                    asks_else(then, index, &expected, &found)
                }
                (Some(What::Asks(expected)), Some(What::Given(_) | What::Comes(_)) | None) => {
                    Some(asks_not(then, index, &expected))
                }
                (Some(What::Given(_) | What::Comes(_)) | None, Some(What::Asks(found))) => {
                    Some(asks_more(then, index, &found))
                }
                (
                    Some(What::Given(_) | What::Comes(_)) | None,
                    Some(What::Given(_) | What::Comes(_)) | None,
                ) => None,
            });
        self.compared = now.len();
    }

    fn over(self, whole: bool) -> Played {
        let told = self.told.values();
        // What it told after something else was asked for isn't its fault.
        let differs = self.differs.or_else(|| told_else(&self.cassette.told, &told, &self.told, &self.tape));
        let now = match whole {
            true => Cassette { tape: self.tape, told, ..self.cassette.clone() },
            false => self.cassette.clone(),
        };
        Played { differs, now }
    }
}

fn one_field(expected: Option<&Value>, found: Option<&Value>) -> Vec<diff::Difference> {
    vec![diff::Difference { field: String::new(), expected: expected.cloned(), found: found.cloned() }]
}

fn asks_else(tape: &[Entry], index: usize, expected: &Value, found: &Value) -> Option<Difference> {
    let fields = differences(expected, found);
    let what = format!("it asks something else of the network ({})", named(tape, index));
    (!fields.is_empty()).then_some(Difference { what, fields })
}

fn asks_not(tape: &[Entry], index: usize, expected: &Value) -> Difference {
    let what = format!("it doesn't ask something of the network ({})", named(tape, index));
    Difference { what, fields: one_field(Some(expected), None) }
}

fn asks_more(tape: &[Entry], index: usize, found: &Value) -> Difference {
    let what = format!("it asks something more of the network (before {})", named(tape, index));
    Difference { what, fields: one_field(None, Some(found)) }
}

fn told_else(expected: &[Value], found: &[Value], told: &Told, tape: &[Entry]) -> Option<Difference> {
    (0..expected.len().max(found.len())).find_map(|index| {
        let (what, fields) = match (expected.get(index), found.get(index)) {
            (Some(expected), Some(found)) => ("something else", differences(expected, found)),
            (None, Some(found)) => ("something more", one_field(None, Some(found))),
            (expected, None) => ("less", one_field(expected, None)),
        };
        let upon = match told.entries(index) {
            Some((first, last)) if first == last => format!(", upon {}", named(tape, first)),
            Some((first, last)) => format!(", upon entries {} to {} of the tape", first + 1, last + 1),
            None => String::new(),
        };
        let what = format!("it tells {what} (entry {} of `told`{upon})", index + 1);
        (!fields.is_empty()).then_some(Difference { what, fields })
    })
}
