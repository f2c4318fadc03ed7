//! A vendor that is dead, slow, or cut off in mid-word: what the caller hears, measured on the wire. Silence is never longer
//! than the workflow lets it be.

use super::{soak, trusting};
use crate::house::{Engine, Phone, Setup, Sipp, Sound};
use closare_runtime::{Live, Runtime};
use closare_test_vendors::{Answer, Api, Emulator, Fault};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::JoinSet;

const LEAK: &str = "There is water on my kitchen floor.";
const ADVICE: &str = "Please close the main tap under the sink. Then call us again tomorrow morning.";

/// `limits.silence` of the workflow.
const SILENCE: u64 = 6_000;
/// A phrase begins and ends with some silence of its own.
const PHRASE_EDGES: u64 = 700;
/// After the caller's words: by then the answer, an apology or a question has come, and been followed by another.
const WATCHED: Duration = Duration::from_secs(18);
/// Calls at once: more than these, and it's the machine that is tried.
const AT_ONCE: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Ear,
    Mind,
    Voice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Nobody listens there.
    Refused,
    /// Connected, and nothing ever comes.
    Dead,
    /// The first byte after three seconds.
    Slow,
    /// The stream stops in the middle; its connection lives.
    Stalled,
    /// The connection is reset in the middle of an answer, or of a word.
    Cut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Case {
    role: Role,
    trouble: Trouble,
    /// Another vendor follows.
    next: bool,
}

impl Case {
    fn all() -> Vec<Case> {
        let roles = [Role::Ear, Role::Mind, Role::Voice];
        let troubles = [Trouble::Refused, Trouble::Dead, Trouble::Slow, Trouble::Stalled, Trouble::Cut];
        let mut cases = Vec::new();
        for role in roles {
            for trouble in troubles {
                cases.extend([false, true].map(|next| Case { role, trouble, next }));
            }
        }
        cases
    }

    /// One of each kind of harm.
    fn some() -> Vec<Case> {
        vec![
            Case { role: Role::Ear, trouble: Trouble::Dead, next: false },
            Case { role: Role::Mind, trouble: Trouble::Stalled, next: false },
            Case { role: Role::Mind, trouble: Trouble::Cut, next: true },
            Case { role: Role::Voice, trouble: Trouble::Cut, next: false },
            Case { role: Role::Voice, trouble: Trouble::Dead, next: true },
        ]
    }

    fn api(self) -> Api {
        match self.role {
            Role::Ear => Api::DeepgramListen,
            Role::Mind => Api::AnthropicMessages,
            Role::Voice => Api::DeepgramSpeak,
        }
    }

    fn fault(self) -> Option<Fault> {
        let pieces = match self.role {
            Role::Ear => 1,
            Role::Mind => 4,
            Role::Voice => 2,
        };
        match self.trouble {
            Trouble::Refused => None,
            Trouble::Dead => Some(Fault::Slow(Duration::from_secs(300))),
            Trouble::Slow => Some(Fault::Slow(Duration::from_secs(3))),
            Trouble::Stalled => Some(Fault::StallAfter(pieces)),
            Trouble::Cut => Some(Fault::ResetAfter(pieces)),
        }
    }

    fn name(self) -> String {
        let next = if self.next { "then-another" } else { "alone" };
        format!("{:?}-{:?}-{next}", self.role, self.trouble).to_lowercase()
    }

    fn workflow(self, ill: &str, well: &str) -> String {
        let at = |role: Role| {
            let (name, path) = match role {
                Role::Ear | Role::Voice => ("deepgram", ""),
                Role::Mind => ("anthropic", ""),
            };
            let vendor = |origin: &str| format!("{{plugin: {name}, base_url: \"{origin}{path}\"}}");
            match (role == self.role, self.next) {
                (false, _) => vendor(well),
                (true, false) => vendor(ill),
                (true, true) => format!("[{}, {}]", vendor(ill), vendor(well)),
            }
        };
        format!(
            r#"
closare: 1
name: {name}
languages: [en]
use: {{stt: {stt}, llm: {llm}, tts: {tts}}}
limits: {{silence: {silence}s}}
steps:
  - disclose
  - greet: "This is the night line. What happened?"
  - converse:
      goal: "Find out what is broken."
      turns: 3
      exits: {{later: {{about: "it can wait", do: [hangup]}}}}
      failed: [{{hangup: "I'm sorry, something is wrong here. Good-bye."}}]
"#,
            name = self.name(),
            stt = at(Role::Ear),
            llm = at(Role::Mind),
            tts = at(Role::Voice),
            silence = SILENCE / 1_000,
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_silence_is_too_long() {
    let cases = match std::env::var("CLOSARE_CASE") {
        // One kind alone, for whoever looks into it: `voice-dead`.
        Ok(name) => Case::all().into_iter().filter(|case| case.name().contains(&name)).collect(),
        Err(_) if soak() => Case::all(),
        Err(_) => Case::some(),
    };
    let mut wrong = Vec::new();
    for batch in cases.chunks(AT_ONCE) {
        let Some(mut harms) = together(batch).await else { return };
        wrong.append(&mut harms);
    }
    println!("FIGURES: {} vendor cases, {} wrong", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs cases at once on one engine; those in which a caller was left in silence, or heard something twice.
async fn together(cases: &[Case]) -> Option<Vec<String>> {
    let well = emulator().await;
    let mut ills = Vec::new();
    let mut setup =
        Setup::new().shares_the_machine().caller_says(LEAK).plugin("deepgram").plugin("anthropic");
    for (index, case) in cases.iter().enumerate() {
        let ill = emulator().await;
        setup = setup.answers(&format!("{}", 200 + index), &case.workflow(&ill.https, &well.https));
        ills.push(ill);
    }
    let keys = tempfile::tempdir().unwrap();
    let engine = trusting(setup, ills.iter().chain([&well]), keys.path()).start().await?;
    for (case, ill) in cases.iter().zip(ills.iter()) {
        if let Some(fault) = case.fault() {
            ill.fail_always(case.api(), fault);
        }
    }
    // Whoever is refused is gone by the time of the call.
    let kept: Vec<Emulator> = ills
        .into_iter()
        .zip(cases)
        .filter_map(|(ill, case)| (case.trouble != Trouble::Refused).then_some(ill))
        .collect();
    let wrong = calls(&engine, cases).await;
    engine.stop().await;
    drop((kept, well));
    wrong
}

async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.script().hear_always(LEAK);
    emulator.script().answer_always(Answer::text(ADVICE));
    emulator
}

async fn calls(engine: &Engine, cases: &[Case]) -> Option<Vec<String>> {
    let mut talks = JoinSet::new();
    for (index, case) in cases.iter().enumerate() {
        let number = format!("{}", 200 + index);
        let watch = engine.runtime.live.watch();
        let phone = Phone::new().await;
        let sipp = Sipp::new("uac-until-bye").calls(&number).sound_at(phone.port);
        let mut sipp = sipp.start(engine.addr(), engine.folder.path())?;
        let (runtime, words, case) = (engine.runtime.clone(), engine.speech(LEAK), *case);
        talks.spawn(async move {
            let harm = one(&runtime, watch, &phone, &words, case, &number).await;
            sipp.end().await;
            harm
        });
    }
    let mut wrong = Vec::new();
    while let Some(harm) = talks.join_next().await {
        wrong.extend(harm.unwrap());
    }
    Some(wrong)
}

/// A call in which the caller says one sentence, and listens. Tells what is wrong with it.
async fn one(
    runtime: &Arc<Runtime>,
    mut watch: broadcast::Receiver<Live>,
    phone: &Phone,
    words: &Sound,
    case: Case,
    number: &str,
) -> Option<String> {
    let id = loop {
        match watch.recv().await.unwrap() {
            Live::Began { call, number: called, .. } if called == number => break call,
            _ => {}
        }
    };
    let mut story = Vec::new();
    let asked = async {
        loop {
            match watch.recv().await.unwrap() {
                Live::Turn { call, heard, .. } if call == id && heard.contains("What happened?") => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asked).await.expect("the greeting");
    phone.say(words);
    let begin = phone.heard().samples.len();
    let spoke = begin..begin + words.samples.len();
    let ended = async {
        loop {
            match watch.recv().await.unwrap() {
                Live::Turn { call, speaker, heard, .. } if call == id => {
                    story.push(format!("{speaker:?}: {heard}"));
                }
                Live::Ended { call, ended, reason } if call == id => return format!("{ended}, {reason}"),
                _ => {}
            }
        }
    };
    let ended = tokio::time::timeout(WATCHED, ended).await.unwrap_or_else(|_| "goes on".to_owned());
    let longest = longest_silence(&phone.heard(), &spoke);
    runtime.stop(&case.name());
    let told = format!("{:28} {longest:5} ms  {ended}; {}", case.name(), story.join(" / "));
    println!("FIGURES: {told}");
    // What a vendor began and did not end isn't put before what the next one says.
    let twice = told.contains("PleasePlease");
    (twice || longest > SILENCE + PHRASE_EDGES).then_some(told)
}

/// Ms in which neither the agent nor the caller said anything, from the agent's first word to the line's last packet.
fn longest_silence(heard: &Sound, spoke: &Range<usize>) -> u64 {
    let frame = heard.rate as usize / 50;
    let audible = |index: usize| {
        let place = index * frame..(index + 1) * frame;
        let agent = Sound { rate: heard.rate, samples: heard.samples[place.clone()].to_vec() };
        !agent.is_silent() || (place.start < spoke.end && spoke.start < place.end)
    };
    let (mut longest, mut since) = (0, None::<usize>);
    for index in 0..heard.samples.len() / frame {
        if audible(index) {
            since = Some(index);
        } else if let Some(since) = since {
            longest = longest.max(index - since);
        }
    }
    longest as u64 * 20
}
