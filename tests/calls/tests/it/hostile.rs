//! Plugins that attack the engine in real calls, all of them at once, and calls beside them that are timed on the wire.
//!
//! An attack ends at most its own session: the next of the chain takes the call over. It is named, with the limit that it broke,
//! in the log and in the call's own. The frames of the calls beside come as they do when as many plugins behave.

mod attacks;
mod pace;
mod servers;

use crate::house::{Engine, Log, Peer, Setup, Sipp, project, skip};
use attacks::{ATTACKS, Attack, PEACE, workflow};
use closare_host::build::{self, BuildError};
use closare_runtime::Live;
use closare_terms::CallId;
use pace::{Listener, Paces};
use servers::Servers;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// How often each attack is made at once.
const TIMES: usize = 2;
/// Of the plugins that behave, and of those that attack.
const CALLS: usize = TIMES * ATTACKS.len();
/// Calls beside.
const BESIDE: usize = 2;
/// By how much a frame may come later than it did without an attack, at the 99th percentile. The machine may be shared.
const LATER_MAX: Duration = Duration::from_millis(20);

/// What the callers beside listen to, over and over.
const SENTENCE: &str = "This is what a caller hears while others are attacked: one sentence after another.";
/// More of it than the attacks last.
const SENTENCES: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_ends_itself_alone() {
    let Some(plugins) = hostile_plugin() else { return };
    let servers = Servers::start().await;
    let Some(mut engine) = setup(plugins.path(), &servers).start().await else { return };
    Log::clear();
    let listeners: Vec<Listener> = (0..BESIDE).map(|_| Listener::start()).collect();
    let mut beside = Vec::new();
    for listener in &listeners {
        let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(listener.port);
        let Some(caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
        beside.push(caller);
    }
    for number in 1..=BESIDE {
        let id = engine.call(number).await;
        engine.agent_said(&id, "one sentence after another").await;
    }

    // As many calls, of plugins that behave.
    let began = pace::now();
    let Some(peaceful) = callers(&engine, "peaceful.csv", 199..200) else { return };
    finished(&mut engine, peaceful, BESIDE).await;
    let attacked = pace::now();
    let Some(attackers) = callers(&engine, "attackers.csv", 200..200 + ATTACKS.len()) else { return };
    finished(&mut engine, attackers, BESIDE + CALLS).await;
    let over = pace::now();

    let log = Log::text();
    let told = Told::by(&mut engine).await;
    for attack in ATTACKS {
        told.is_contained(attack, &log);
    }
    servers.got_no_secret();
    let before = Paces::between(&listeners, began, attacked);
    let during = Paces::between(&listeners, attacked, over);
    println!("frames beside plugins that behave: {before}\nframes beside plugins that attack: {during}");
    assert!(during.late(99.0) <= before.late(99.0) + LATER_MAX, "{before}; {during}");
    engine.runtime.stop("steady");
    for caller in &mut beside {
        caller.succeeds().await;
    }
    engine.stop().await;
}

/// The attacker in a folder of its own.
fn hostile_plugin() -> Option<TempDir> {
    let source = project().join("tests/plugins/hostile").canonicalize().unwrap();
    let target = project().canonicalize().unwrap().join("target/plugins-test");
    match build::plugin(&source, Some(&target), &mut |_| ()) {
        Ok(_) => {}
        Err(closare_host::Error::Build(error @ (BuildError::Compiler { .. } | BuildError::Linker))) => {
            skip("the plugin `hostile` can't be built", &error.to_string());
            return None;
        }
        Err(error) => panic!("{error}"),
    }
    let plugins = tempfile::tempdir().unwrap();
    let place = plugins.path().join("hostile");
    std::fs::create_dir(&place).unwrap();
    for file in ["plugin.yaml", "hostile.wasm"] {
        std::fs::copy(source.join(file), place.join(file)).unwrap();
    }
    Some(plugins)
}

fn setup(plugins: &Path, servers: &Servers) -> Setup {
    let mut setup = Setup::new().answers("100", &steady()).answers("199", &workflow(&PEACE, servers));
    for (number, attack) in (200..).zip(ATTACKS) {
        setup = setup.answers(&number.to_string(), &workflow(attack, servers));
    }
    let plugins = plugins.to_owned();
    let allowed = [&servers.home.origin, &servers.other.origin].map(|origin| origin.parse().unwrap());
    let book = servers.keys();
    setup.set(move |config| {
        config.plugins.push(plugins);
        config.allow_private = allowed.to_vec();
        config.keys = Some(book);
        config.contracts.insert("hostile".to_owned(), "none but this test's".to_owned());
        config.invites_per_second = 200;
    })
}

fn steady() -> String {
    let begin = "closare: 1\nname: steady\nlanguages: [en]\nsteps:\n  - disclose\n";
    format!("{begin}{}  - hangup\n", format!("  - say: {SENTENCE:?}\n").repeat(SENTENCES))
}

/// So many callers of these numbers, all at once. One SIPp is them all: of many, two may choose the same port.
fn callers(engine: &Engine, name: &str, numbers: std::ops::Range<usize>) -> Option<Peer> {
    let lines: String = numbers.map(|number| format!("{number}\n")).collect();
    let file = engine.folder.path().join(name);
    std::fs::write(&file, format!("SEQUENTIAL\n{lines}")).unwrap();
    let (file, count) = (file.display().to_string(), CALLS.to_string());
    let args = ["-inf", &file, "-m", &count, "-l", &count, "-r", &count];
    let sipp = Sipp::new("uac-until-bye").with("[service]", "[field0]").args(&args);
    sipp.start(engine.addr(), engine.folder.path())
}

/// Waits for the ends of the callers, and until their calls are kept: those after so many others.
async fn finished(engine: &mut Engine, mut callers: Peer, others: usize) {
    callers.succeeds().await;
    for number in others + 1..=others + CALLS {
        let id = engine.call(number).await;
        engine.kept(&id).await;
    }
}

/// What became of each call, by the agent's name.
#[derive(Default)]
struct Told(BTreeMap<String, Vec<Call>>);

#[derive(Debug, Default)]
struct Call {
    said: String,
    ended: String,
    /// Why a plugin was given up, from the call's own log.
    failed: Vec<String>,
}

impl Told {
    async fn by(engine: &mut Engine) -> Told {
        let mut calls: BTreeMap<CallId, (String, Call)> = BTreeMap::new();
        let _ = engine.runtime.store.flush().await;
        engine
            .until("all that was told", |live| {
                match live {
                    Live::Began { call, agent, .. } => {
                        calls.insert(call.clone(), (agent.clone(), Call::default()));
                    }
                    Live::Turn { call, heard, .. } => {
                        if let Some((_, told)) = calls.get_mut(call) {
                            told.said.push_str(heard);
                        }
                    }
                    Live::Ended { call, ended, .. } => {
                        if let Some((_, told)) = calls.get_mut(call) {
                            told.ended.clone_from(ended);
                        }
                    }
                    Live::Answered { .. } | Live::Words { .. } | Live::Latency { .. } | Live::Kept { .. } => {
                    }
                }
                let ended = calls.values().filter(|(_, call)| !call.ended.is_empty()).count();
                (ended == 2 * CALLS).then_some(())
            })
            .await;
        let mut told = Told::default();
        for (id, (agent, mut call)) in calls {
            let log = engine.runtime.store.log(&id).await.unwrap();
            let failed = log.iter().filter(|entry| entry.name == "vendor_failed");
            call.failed = failed.map(|entry| entry.skeleton["vendor_failed"]["reason"].to_string()).collect();
            told.0.entry(agent).or_default().push(call);
        }
        told
    }

    /// Each call with it went on to its end, and the attack is named in the log and in the call's.
    fn is_contained(&self, attack: &Attack, log: &str) {
        let name = attack.name;
        let calls = &self.0[&attacks::agent(name)];
        assert_eq!(calls.len(), TIMES, "{name}");
        for call in calls {
            let words = if attack.alone { "Nobody is left" } else { "I take it from here" };
            assert!(call.said.contains(words) && call.ended == "hung_up", "{name}: {call:?}");
            if let Some(reason) = attack.reason {
                assert!(call.failed.iter().any(|failed| failed.contains(reason)), "{name}: {call:?}");
            }
        }
        if let Some(line) = attack.line {
            let named = |told: &&str| told.contains("plugin=hostile") && told.contains(line);
            let lines = log.lines().filter(named).count();
            assert!(lines >= TIMES, "{name}: expected a line of the log with `{line}`, found:\n{log}");
        }
    }
}
