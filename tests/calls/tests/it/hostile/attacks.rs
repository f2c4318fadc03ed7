//! What the plugin `hostile` does, and by which words it is to be found.

use super::servers::Servers;

pub struct Attack {
    /// Its option `does`.
    pub name: &'static str,
    /// No other plugin is in the chain: the step's `failed` speaks.
    pub alone: bool,
    /// Of the call's own log: why the plugin was given up.
    pub reason: Option<&'static str>,
    /// Of the log, in a line that names the plugin.
    pub line: Option<&'static str>,
}

const fn limit(name: &'static str, words: &'static str) -> Attack {
    Attack { name, alone: false, reason: Some(words), line: Some(words) }
}

const fn outside(name: &'static str, line: &'static str) -> Attack {
    Attack { name, alone: false, reason: Some("broken"), line: Some(line) }
}

pub const ATTACKS: &[Attack] = &[
    Attack { alone: true, ..limit("trap", "it trapped") },
    limit("loop", "expected an answer within 60 ms, found none (limits.call)"),
    limit("recursion", "expected at most 524288 bytes of stack, it wanted more"),
    limit("memory", "expected at most 50331648 bytes of memory, it wanted more (limits.memory)"),
    limit("outputs", "expected at most 64 outputs, found 1000 (limits.outputs)"),
    limit("notes", "expected at most 64 outputs, found 1000 (limits.outputs)"),
    limit("giant", "expected at most 65536 bytes of text in an output, found 8388608"),
    limit("freight", "expected at most 16777216 bytes in the outputs for an input, it gave more"),
    outside("closed", "expected an open ticket, found a closed one: nothing is sent"),
    outside("undeclared", "expected an origin that the manifest declares, found `https://elsewhere.example`"),
    outside("private", "expected a public address, found a private one at `http://localhost:"),
    outside("redirect", "secret `HOSTILE_KEY` may not go to `http://127.0.0.1:"),
    outside("secret", "secret `HOSTILE_KEY` may not go to `http://127.0.0.1:"),
    // It is slowed down; that it doesn't answer is what ends it.
    Attack {
        name: "notes on and on",
        alone: false,
        reason: None,
        line: Some("expected at most 500 wake-ups a second, found more"),
    },
];

/// As many calls of it are made as of all attacks: it takes the way out that the workflow offers.
pub const PEACE: Attack = Attack { name: "leave", alone: true, reason: None, line: None };

/// The agent's name in an attack's workflow.
pub fn agent(name: &str) -> String {
    format!("does-{}", name.replace(' ', "-"))
}

/// The model opens the talk; the one after the attacker takes the way out that the workflow offers.
pub fn workflow(attack: &Attack, servers: &Servers) -> String {
    let name = attack.name;
    let next = if attack.alone { "" } else { ", hostile" };
    let (home, other, inside) = (&servers.home.origin, &servers.other.origin, servers.inside());
    let places = match name {
        "closed" | "freight" => format!(", home: \"{home}\""),
        "redirect" | "secret" => format!(", home: \"{home}\", other: \"{other}\""),
        "private" => format!(", inside: \"{inside}\""),
        _ => String::new(),
    };
    format!(
        r#"
closare: 1
name: {agent}
languages: [en]
use: {{stt: hostile, llm: [{{plugin: hostile, does: "{name}"{places}}}{next}], tts: offline}}
steps:
  - disclose
  - converse:
      goal: "Get the call to its end."
      exits: {{done: {{about: "all is said", do: [{{hangup: "I take it from here. Good-bye."}}]}}}}
      failed: [{{hangup: "Nobody is left to talk to you. Good-bye."}}]
"#,
        agent = agent(name)
    )
}
