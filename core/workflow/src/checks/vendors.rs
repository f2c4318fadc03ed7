//! Plugins: installed, of the role, speaking the file's languages, allowed.

use crate::catalog::Rule;
use crate::finding::{Finding, Place};
use crate::reader::Reader;
use crate::scalar;
use crate::source::{Key, Node};
use crate::workflow::{Do, Use, Workflow};
use closare_terms::Role;

/// `use-5`: an open dialogue with language models of which none chats.
pub(super) fn dialogue(workflow: &Workflow, reader: &mut Reader) {
    let chats = workflow
        .uses
        .llm
        .iter()
        .any(|used| reader.catalog.plugins.get(&used.plugin).is_some_and(|one| one.chats));
    if chats || workflow.uses.llm.is_empty() {
        return;
    }
    let names: Vec<String> = workflow.uses.llm.iter().map(|used| format!("`{}`", used.plugin)).collect();
    for step in workflow.steps().filter(|step| matches!(step.does, Do::Converse(_))) {
        let sentence = format!(
            "`converse` needs a language model that holds a dialogue, and {} doesn't",
            names.join(", ")
        );
        reader.error(
            "use-5",
            step.place,
            sentence,
            "name one below `use.llm`, such as `{plugin: openai, model: …}`",
        );
    }
}

impl Reader<'_> {
    /// `use-1`, `law-6`.
    pub fn plugin_fits(&mut self, name: &str, options: &serde_json::Value, place: Place, role: Role) -> bool {
        let catalog = self.catalog;
        let Some(plugin) = catalog.plugins.get(name) else {
            let names = || catalog.plugins.keys().chain(catalog.sets.keys()).map(String::as_str);
            let help = match scalar::nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if catalog.plugins.is_empty() => {
                    "no plugin is installed: `plugins:` in closare.yaml says in which folders they are"
                        .to_owned()
                }
                None => format!("install it, or use one of {}", names().collect::<Vec<_>>().join(", ")),
            };
            self.error(
                "use-1",
                place,
                format!("the plugin `{}` is not installed", crate::source::short(name)),
                help,
            );
            return false;
        };
        if !plugin.roles.contains(&role) {
            let roles: Vec<&str> = plugin.roles.iter().map(|role| role.as_str()).collect();
            let sentence =
                format!("expected a plugin for {role}, found `{name}`, which is for {}", roles.join(", "));
            let others: Vec<&str> = catalog
                .plugins
                .iter()
                .filter(|(_, one)| one.roles.contains(&role))
                .map(|(name, _)| name.as_str())
                .collect();
            self.error("use-1", place, sentence, format!("use one of {}", others.join(", ")));
            return false;
        }
        if let Rule::Denied(reason) = plugin.rule_with(options) {
            let sentence = format!("the policies deny `{name}` whatever the caller says: {reason}");
            self.error(
                "law-6",
                place,
                sentence,
                "tell the policies more of it, or use another plugin: see `closare explain law-6`",
            );
        }
        true
    }

    /// `use-2`: each language of the file needs one plugin in the chain that speaks it.
    pub fn chain_speaks(&mut self, chain: &[Use], role: Role, place: Place) {
        for language in self.languages.clone() {
            let speaks = chain.iter().any(|used| {
                let languages =
                    self.catalog.plugins.get(&used.plugin).and_then(|plugin| plugin.languages.get(&role));
                languages.is_none_or(|all| {
                    all.is_empty() || all.iter().any(|one| one.primary() == language.primary())
                })
            });
            if speaks || chain.is_empty() {
                continue;
            }
            let names: Vec<String> = chain.iter().map(|used| format!("`{}`", used.plugin)).collect();
            let sentence = format!("for {role}, {} doesn't speak `{language}`", names.join(", "));
            let key = role.key().unwrap_or("tool");
            let help = format!("name a plugin that does below `use.{key}`");
            self.findings.push(Finding::error("use-2", place, sentence).help(help));
        }
    }

    /// `read-6`, `read-5`: an option that the plugin doesn't have, or of another type.
    pub fn option_fits(&mut self, plugin: &str, key: &Key, node: &Node) {
        let Some(installed) = self.catalog.plugins.get(plugin) else { return };
        let Some(schema) = installed.options.get(&key.text) else {
            let names: Vec<&str> = installed.options.keys().map(String::as_str).collect();
            if !names.is_empty() {
                self.unknown_key(key, &format!("the plugin `{plugin}`"), &names);
            }
            return;
        };
        let number = |text: &str| text.parse::<f64>().is_ok();
        let text = node.scalar().unwrap_or("");
        let (fits, expected) = match schema.get("type").and_then(|kind| kind.as_str()) {
            Some("string") => (node.scalar().is_some(), "a text"),
            Some("number") => (number(text), "a number"),
            Some("integer") => (text.parse::<i64>().is_ok(), "a whole number"),
            Some("boolean") => (scalar::yes_no(text).is_some(), "`yes` or `no`"),
            Some("array") => (matches!(node.is, crate::source::Is::Sequence(_)), "a list"),
            Some("object") => (matches!(node.is, crate::source::Is::Map(_)), "a map"),
            _ => (true, ""),
        };
        if !fits {
            self.wrong(node, expected);
        }
    }
}
