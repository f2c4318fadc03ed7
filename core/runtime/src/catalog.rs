//! What the check of a workflow must know: what is installed, and what the policies say of it.

use crate::config::Config;
use crate::plugins::{chats, vendor};
use closare_call::Basis;
use closare_egress::Origin;
use closare_host::Manifest;
use closare_host::manifest::{OriginRule, Processing};
use closare_policy::{Fact, Facts, Policies, Verdict};
use closare_terms::{Point, Purpose, Role};
use closare_workflow::{Catalog, Elsewhere, Holds, Installed, Rule};
use std::collections::BTreeMap;

/// Goes by the manifests alone, so that a check needs no component.
pub fn catalog<'a>(
    config: &Config,
    plugins: impl Iterator<Item = &'a Manifest>,
    policies: &Policies,
) -> Catalog {
    let installed = plugins.map(|manifest| {
        let local = !vendor(manifest, &serde_json::json!({}), config).networked;
        let installed = Installed {
            roles: manifest.roles.clone(),
            languages: manifest.languages.clone(),
            chats: chats(manifest),
            rule: plugin_rule(config, manifest, policies, &serde_json::json!({})),
            elsewhere: elsewhere(config, manifest, policies),
            local,
            options: manifest.options.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect(),
        };
        (manifest.name.to_string(), installed)
    });
    let recording = BTreeMap::from([
        ("channels".to_owned(), Fact::from(2i64)),
        ("purpose".to_owned(), Fact::from("recording")),
    ]);
    Catalog {
        plugins: installed.collect(),
        sets: BTreeMap::from([("offline".to_owned(), offline())]),
        recording: rule(config, policies, Point::Record, recording, Purpose::Recording),
        plan_days: config.plan_days,
        timezone: config.timezone.clone(),
    }
}

/// What the policies say of a plugin with these options.
fn plugin_rule(
    config: &Config,
    manifest: &Manifest,
    policies: &Policies,
    options: &serde_json::Value,
) -> Rule {
    let facts = vendor(manifest, options, config);
    let point = if facts.networked { Point::Send } else { Point::Understand };
    let asked = BTreeMap::from([
        ("vendor".to_owned(), Fact::from(facts.plugin.as_str())),
        ("region".to_owned(), Fact::from(facts.region.as_str())),
        ("trains_on_data".to_owned(), Fact::from(facts.trains_on_data)),
        ("retention".to_owned(), Fact::from(facts.retention.as_str())),
        ("contract".to_owned(), Fact::from(facts.contract.as_str())),
        ("outside_eu".to_owned(), Fact::from(facts.outside_eu.as_str())),
        ("role".to_owned(), Fact::from(manifest.roles.first().map_or("", |role| role.as_str()))),
        ("kinds".to_owned(), Fact::from(vec!["audio".to_owned()])),
    ]);
    rule(config, policies, point, asked, Purpose::Vendor)
}

/// The servers in the house that the operator has allowed, for each option that may name one; then the options under which
/// the manifest says other things of its vendor.
fn elsewhere(config: &Config, manifest: &Manifest, policies: &Policies) -> Vec<Elsewhere> {
    let options = manifest.network.iter().filter_map(|rule| match rule {
        OriginRule::Option(option) => Some(option),
        OriginRule::Origin(_) => None,
    });
    let spellings: Vec<String> = config.allow_private.iter().flat_map(Origin::spellings).collect();
    let at = |option: &String, origin: &String| {
        let options = serde_json::json!({ option: origin });
        let rule = plugin_rule(config, manifest, policies, &options);
        Elsewhere { when: BTreeMap::from([(option.clone(), Holds::Origin(origin.clone()))]), rule }
    };
    let in_house = options.flat_map(|option| spellings.iter().map(move |origin| at(option, origin)));
    let others = manifest.processing.iter().flat_map(Processing::others).map(|when| {
        let rule = plugin_rule(config, manifest, policies, &serde_json::json!(when));
        let holds = |(option, text): (&String, &String)| (option.clone(), Holds::Text(text.clone()));
        Elsewhere { when: when.iter().map(holds).collect(), rule }
    });
    in_house.chain(others).collect()
}

pub fn offline() -> BTreeMap<Role, String> {
    BTreeMap::from([
        (Role::SpeechToText, "offline-stt".to_owned()),
        (Role::TextToSpeech, "offline-tts".to_owned()),
        (Role::LanguageModel, "offline-nlu".to_owned()),
    ])
}

/// What the policies say over every state of the caller's consent: always, only once it was given, or never.
fn rule(config: &Config, policies: &Policies, point: Point, asked: Facts, purpose: Purpose) -> Rule {
    let verdict = |consent: &str| {
        let mut facts = common(config, purpose, consent);
        facts.extend(asked.clone());
        policies.ask(point, &facts).verdict
    };
    match (verdict("not_asked"), verdict("granted")) {
        (Verdict::Allow | Verdict::Redact { .. }, _) => Rule::Allowed,
        (_, Verdict::Allow | Verdict::Redact { .. }) => Rule::Needs(purpose),
        (_, Verdict::Deny { reason }) => Rule::Denied(reason),
        (_, Verdict::First { duty }) => Rule::Denied(format!("`{duty}` comes first")),
    }
}

fn common(config: &Config, purpose: Purpose, consent: &str) -> Facts {
    let text = |text: &str| Fact::Text(text.to_owned());
    let of = |value: &dyn Fn(Purpose) -> String| {
        Fact::Map(
            Purpose::ALL
                .iter()
                .map(|&purpose| (purpose.as_str().to_owned(), Fact::Text(value(purpose))))
                .collect(),
        )
    };
    let call = ["id", "from_country", "to_country", "language", "direction"];
    BTreeMap::from([
        ("call".to_owned(), Fact::Map(call.iter().map(|name| ((*name).to_owned(), text(""))).collect())),
        ("tenant".to_owned(), text("default")),
        ("agent".to_owned(), text("")),
        ("workflow".to_owned(), text("")),
        ("workflow_version".to_owned(), text("")),
        ("plan_days".to_owned(), Fact::Int(i64::from(config.plan_days))),
        ("disclosed".to_owned(), Fact::Bool(true)),
        (
            "consents".to_owned(),
            of(&|other| if other == purpose { consent.to_owned() } else { "not_asked".to_owned() }),
        ),
        (
            "basis".to_owned(),
            of(&|purpose| config.basis.get(&purpose).copied().unwrap_or(Basis::Consent).as_str().to_owned()),
        ),
        ("consent".to_owned(), text(consent)),
        ("minor".to_owned(), Fact::Bool(false)),
        ("topic".to_owned(), text("")),
        ("now".to_owned(), Fact::Int(0)),
    ])
}
