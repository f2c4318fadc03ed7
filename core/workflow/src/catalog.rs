//! What is installed, and what the policies mean: handed to the check, never looked up by it.

use closare_terms::{Language, Purpose, Role};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub plugins: BTreeMap<String, Installed>,
    /// A name that stands for one plugin a role, such as `offline`.
    pub sets: BTreeMap<String, BTreeMap<Role, String>>,
    /// Whether a call may be recorded.
    pub recording: Rule,
    /// The longest that the plan keeps a call, in days.
    pub plan_days: u32,
    /// The operator's time zone, IANA.
    pub timezone: String,
}

#[derive(Clone, Debug, Default)]
pub struct Installed {
    pub roles: Vec<Role>,
    /// An empty list is every language.
    pub languages: BTreeMap<Role, Vec<Language>>,
    /// A language model that holds an open dialogue; one that only extracts and summarizes doesn't.
    pub chats: bool,
    /// What `send` (or, for a plugin on this machine, `understand`) says about a caller's data.
    pub rule: Rule,
    /// Options that lead it to a server of another kind, such as one in the house or in another region: then this is said of
    /// it. The first that holds counts.
    pub elsewhere: Vec<Elsewhere>,
    /// Whether it is on this machine, without a network.
    pub local: bool,
    /// JSON Schema of an option, by name.
    pub options: BTreeMap<String, serde_json::Value>,
}

/// What the policies say of a plugin whose options are all such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    pub when: BTreeMap<String, Holds>,
    pub rule: Rule,
}

/// What an option holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A URL of this origin: scheme, host and port, without a slash at its end.
    Origin(String),
    /// A value that is written like this: `yes` and `no`, a number, a text.
    Text(String),
}

impl Holds {
    fn is(&self, given: &serde_json::Value) -> bool {
        match self {
            Holds::Origin(origin) => {
                let rest = given.as_str().and_then(|url| url.strip_prefix(origin.as_str()));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Holds::Text(text) => match given {
                serde_json::Value::Bool(yes) => text == if *yes { "yes" } else { "no" },
                serde_json::Value::String(given) => given == text,
                other => other.to_string() == *text,
            },
        }
    }
}

impl Installed {
    /// What the policies say of it with these options, a JSON object.
    pub fn rule_with(&self, options: &serde_json::Value) -> &Rule {
        let leads_there = |elsewhere: &&Elsewhere| {
            elsewhere
                .when
                .iter()
                .all(|(option, holds)| options.get(option).is_some_and(|given| holds.is(given)))
        };
        self.elsewhere.iter().find(leads_there).map_or(&self.rule, |elsewhere| &elsewhere.rule)
    }
}

/// What the policies say of a sink, over every state that a call can be in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// Once the disclosure was played.
    #[default]
    Allowed,
    /// Once this purpose was granted.
    Needs(Purpose),
    /// Whatever the caller says.
    Denied(String),
}
