//! From YAML to a manifest. Never stops at the first problem.

use super::reader::{Reader, plain};
use super::{Credential, CredentialKind, Facts, Instances, Manifest, OriginRule, Processing};
use crate::limits::Limits;
use crate::options;
use crate::words::AudioFormat;
use closare_terms::{Language, Millis, PluginName, Role};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub(super) fn manifest(text: &str) -> Result<Manifest, Vec<String>> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| vec![format!("YAML: {error}")])?;
    let Value::Object(map) = value else { return Err(vec!["expected a map of keys".to_owned()]) };
    let mut reader = Reader::new(&map, "");
    let manifest = whole(&mut reader);
    reader.refuse_the_rest();
    let problems = reader.done();
    if problems.is_empty() { Ok(manifest) } else { Err(problems) }
}

fn whole(reader: &mut Reader<'_>) -> Manifest {
    if reader.required("plugin").is_some_and(|version| version.as_u64() != Some(1)) {
        reader.problem("plugin", "expected 1, the manifest's only version");
    }
    let manifest = Manifest {
        name: name(reader),
        version: version(reader),
        about: reader.required_text("about"),
        license: reader.required_text("license"),
        roles: roles(reader),
        languages: languages(reader),
        options: options(reader),
        network: network(reader),
        secrets: secrets(reader),
        credentials: credentials(reader),
        processing: None,
        limits: limits(reader),
        instances: reader
            .word("instances", &[("per-session", Instances::PerSession), ("shared", Instances::Shared)])
            .unwrap_or(Instances::PerSession),
        audio: audio(reader),
    };
    let processing = processing(reader, &manifest.options);
    let manifest = Manifest { processing, ..manifest };
    check(reader, &manifest);
    manifest
}

/// What one key can't say by itself.
fn check(reader: &mut Reader<'_>, manifest: &Manifest) {
    if !manifest.network.is_empty() && manifest.processing.is_none() {
        reader.problem("processing", "expected what the vendor does with data, since `network` isn't empty");
    }
    if manifest.instances == Instances::Shared && !manifest.network.is_empty() {
        reader.problem(
            "network",
            "expected none, since calls share an instance's memory (`instances: shared`)",
        );
    }
    if manifest.instances == Instances::Shared && !manifest.credentials.is_empty() {
        reader.problem(
            "credentials",
            "expected none, since calls share an instance's memory (`instances: shared`)",
        );
    }
    for rule in &manifest.network {
        if let OriginRule::Option(name) = rule
            && !manifest.options.contains_key(name)
        {
            reader.problem("network", format_args!("expected an option of the manifest, found `{name}`"));
        }
    }
    for (name, credential) in &manifest.credentials {
        let texts = credential.value.iter().chain(credential.more.values());
        for secret in texts.flat_map(|text| secrets_in(text)) {
            if !manifest.secrets.contains_key(secret) {
                let key = format!("credentials.{name}");
                reader
                    .problem(&key, format_args!("expected a secret that `secrets` names, found `{secret}`"));
            }
        }
    }
}

fn name(reader: &mut Reader<'_>) -> PluginName {
    let name = reader.required_text("name");
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && !name.chars().all(fits) {
        reader.problem("name", format_args!("expected a-z, 0-9 and `-`, found `{name}`"));
    }
    PluginName(name)
}

fn version(reader: &mut Reader<'_>) -> String {
    let version = reader.required_text("version");
    let numbers = version.split(['-', '+']).next().unwrap_or("").split('.');
    let fits =
        numbers.clone().count() == 3 && numbers.into_iter().all(|number| number.parse::<u32>().is_ok());
    if !version.is_empty() && !fits {
        reader.problem("version", format_args!("expected three numbers such as 0.3.0, found `{version}`"));
    }
    version
}

fn role(word: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == word)
}

fn roles(reader: &mut Reader<'_>) -> Vec<Role> {
    let list = reader.list("roles");
    if list.is_empty() {
        reader.problem("roles", "expected at least one role");
    }
    let mut roles = Vec::new();
    for value in list {
        match value.as_str().and_then(role) {
            Some(role) if !roles.contains(&role) => roles.push(role),
            Some(role) => {
                reader.problem("roles", format_args!("expected each role once, found `{role}` twice"))
            }
            None => {
                let known: Vec<_> = Role::ALL.iter().map(|role| format!("`{role}`")).collect();
                reader
                    .problem("roles", format_args!("expected one of {}, found `{value}`", known.join(", ")));
            }
        }
    }
    roles
}

fn languages(reader: &mut Reader<'_>) -> BTreeMap<Role, Vec<Language>> {
    let mut languages = BTreeMap::new();
    for (word, list) in reader.map("languages").into_iter().flatten() {
        // To YAML, Norwegian is a no: `plain` gives the word back.
        let tag = |tag: &Value| plain(tag).map(|tag| Language::from(tag.as_str()));
        let tags = list.as_array().and_then(|tags| tags.iter().map(tag).collect::<Option<Vec<_>>>());
        match (role(word), tags) {
            (Some(role), Some(tags)) => drop(languages.insert(role, tags)),
            _ => reader
                .problem("languages", format_args!("expected a list for each role, found `{word}: {list}`")),
        }
    }
    languages
}

fn options(reader: &mut Reader<'_>) -> Map<String, Value> {
    let options = reader.map("options").cloned().unwrap_or_default();
    for (name, schema) in &options {
        for problem in options::schema_problems(schema) {
            reader.problem(&format!("options.{name}"), problem);
        }
    }
    options
}

fn network(reader: &mut Reader<'_>) -> Vec<OriginRule> {
    let mut rules = Vec::new();
    for value in reader.list("network") {
        let rule = match value {
            Value::String(text) => {
                origin(text).filter(|origin| origin == text.trim_end_matches('/')).map(OriginRule::Origin)
            }
            Value::Object(map) if map.len() == 1 => {
                map.get("option").and_then(Value::as_str).map(|name| OriginRule::Option(name.to_owned()))
            }
            _ => None,
        };
        match rule {
            Some(rule) => rules.push(rule),
            None => reader.problem(
                "network",
                format_args!("expected an origin such as `https://api.example.com` or {{option: NAME}}, found `{value}`"),
            ),
        }
    }
    rules
}

/// Scheme, host and port of a URL, in lower case, without path, user or query.
pub(super) fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if !["https", "http", "wss", "ws"].contains(&scheme.as_str()) {
        return None;
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    (!host.is_empty() && host.chars().all(fits)).then(|| format!("{scheme}://{}", host.to_ascii_lowercase()))
}

fn secrets(reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let map = reader.map("secrets").into_iter().flatten();
    map.map(|(name, about)| (name.clone(), plain(about).unwrap_or_default())).collect()
}

fn credentials(reader: &mut Reader<'_>) -> BTreeMap<String, Credential> {
    let mut credentials = BTreeMap::new();
    for (name, value) in reader.map("credentials").into_iter().flatten() {
        let place = format!("credentials.{name}");
        match value.as_object() {
            Some(map) => {
                if let Some(credential) = reader.inside(&place, map, credential) {
                    credentials.insert(name.clone(), credential);
                }
            }
            None => reader.problem(&place, format_args!("expected a map, found `{value}`")),
        }
    }
    credentials
}

const KINDS: &[(&str, CredentialKind)] = &[
    ("header", CredentialKind::Header),
    ("bearer", CredentialKind::Bearer),
    ("basic", CredentialKind::Basic),
    ("query", CredentialKind::Query),
    ("sigv4", CredentialKind::Sigv4),
    ("google_service_account", CredentialKind::GoogleServiceAccount),
    ("oauth_client", CredentialKind::OauthClient),
];

fn credential(reader: &mut Reader<'_>) -> Option<Credential> {
    reader.required("kind");
    let kind = reader.word("kind", KINDS)?;
    if kind == CredentialKind::OauthClient {
        return Some(oauth_client(reader));
    }
    let (name, value) = (reader.text("name"), reader.text("value"));
    let named = matches!(kind, CredentialKind::Header | CredentialKind::Query);
    let valued = named || matches!(kind, CredentialKind::Bearer | CredentialKind::Basic);
    if named && name.is_none() {
        reader.problem("name", "expected the header's or the query's name, found none");
    }
    if valued && value.is_none() {
        reader.problem("value", "expected a value with {{secret:NAME}}, found none");
    }
    let in_first_message = reader.word("in_first_message", &[("yes", true), ("no", false)]).unwrap_or(false);
    if valued {
        reader.refuse_the_rest();
    }
    let more = reader.rest().map(|(key, value)| (key.clone(), joined(value))).collect();
    Some(Credential { kind, name, value, in_first_message, more })
}

/// A token that the host asks for (RFC 6749, 4.4).
fn oauth_client(reader: &mut Reader<'_>) -> Credential {
    let token_url = reader.required_text("token_url");
    let plain_url =
        origin(&token_url).is_some() && token_url.starts_with("http") && !token_url.contains("{{");
    if !token_url.is_empty() && !plain_url {
        reader.problem(
            "token_url",
            format_args!("expected such as `https://auth.example.com/token`, found `{token_url}`"),
        );
    }
    let (client_id, client_secret) =
        (reader.required_text("client_id"), reader.required_text("client_secret"));
    if !client_secret.is_empty() && secrets_in(&client_secret).next().is_none() {
        // What stands there may be the secret itself: it isn't shown.
        reader.problem("client_secret", "expected {{secret:NAME}}, found none");
    }
    let auth = reader.word("auth", &[("basic", "basic"), ("body", "body")]).unwrap_or("basic");
    let scopes = reader.get("scopes").map(joined).unwrap_or_default();
    reader.refuse_the_rest();
    let more = [
        ("token_url", token_url),
        ("client_id", client_id),
        ("client_secret", client_secret),
        ("auth", auth.to_owned()),
        ("scopes", scopes),
    ];
    Credential {
        kind: CredentialKind::OauthClient,
        name: None,
        value: None,
        in_first_message: false,
        more: more.map(|(key, text)| (key.to_owned(), text)).into(),
    }
}

/// A list as it is sent: with a space between its words.
fn joined(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().filter_map(plain).collect::<Vec<_>>().join(" "),
        other => plain(other).unwrap_or_default(),
    }
}

/// The names in `{{secret:NAME}}`.
fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{secret:").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name)
}

fn processing(reader: &mut Reader<'_>, options: &Map<String, Value>) -> Option<Processing> {
    let map = reader.map("processing")?;
    Some(reader.inside("processing", map, |reader| {
        let facts = Facts {
            region: reader.required_text("region"),
            trains_on_data: reader.required_text("trains_on_data"),
            retention: reader.required_text("retention"),
            contract: reader.text("contract"),
        };
        let others: Vec<&Map<String, Value>> = match reader.get("or_options") {
            Some(Value::Object(map)) => vec![map],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).collect(),
            _ => Vec::new(),
        };
        let or =
            others.into_iter().map(|map| reader.inside("or_options", map, |it| other(it, options, &facts)));
        let or = or.collect();
        reader.refuse_the_rest();
        Processing { facts, or }
    }))
}

/// Facts of which some differ, and the options that make them so.
fn other(
    reader: &mut Reader<'_>,
    options: &Map<String, Value>,
    usual: &Facts,
) -> (BTreeMap<String, String>, Facts) {
    let facts = Facts {
        region: reader.text("region").unwrap_or_else(|| usual.region.clone()),
        trains_on_data: reader.text("trains_on_data").unwrap_or_else(|| usual.trains_on_data.clone()),
        retention: reader.text("retention").unwrap_or_else(|| usual.retention.clone()),
        contract: reader.text("contract").or_else(|| usual.contract.clone()),
    };
    let when: BTreeMap<String, String> =
        reader.rest().map(|(name, value)| (name.clone(), plain(value).unwrap_or_default())).collect();
    for name in when.keys().filter(|name| !options.contains_key(*name)) {
        reader.problem(name, "expected an option of the manifest or one of its facts");
    }
    if when.is_empty() {
        reader.problem("", "expected the options under which the facts differ");
    }
    (when, facts)
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    let Some(map) = reader.map("limits") else { return Limits::USUAL };
    reader.inside("limits", map, |reader| limits_or(reader, Limits::USUAL))
}

/// An operator's, in a manifest's words: what isn't set lowers nothing.
pub(crate) fn operators_limits(map: &Map<String, Value>) -> Result<Limits, Vec<String>> {
    let mut reader = Reader::new(map, "limits.");
    let limits = limits_or(&mut reader, Limits::NONE);
    let problems = reader.done();
    if problems.is_empty() { Ok(limits) } else { Err(problems) }
}

fn limits_or(reader: &mut Reader<'_>, other: Limits) -> Limits {
    let memory = measure(reader, "memory", &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)], 4 << 30);
    let call = measure(reader, "call", &[("ms", 1), ("s", 1_000)], 60_000);
    let outputs = measure(reader, "outputs", &[("", 1)], 100_000);
    reader.refuse_the_rest();
    Limits {
        memory: memory.unwrap_or(other.memory),
        call: call.map_or(other.call, Millis),
        outputs: outputs.and_then(|count| usize::try_from(count).ok()).unwrap_or(other.outputs),
    }
}

/// A whole number with a unit, from 1 to `most` of the smallest.
fn measure(reader: &mut Reader<'_>, key: &'static str, units: &[(&str, u64)], most: u64) -> Option<u64> {
    let text = reader.text(key)?;
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text[digits.len()..].trim();
    let scale = units.iter().find(|(name, _)| *name == unit).map(|(_, scale)| *scale);
    let amount = digits.parse::<u64>().ok().zip(scale).and_then(|(number, scale)| number.checked_mul(scale));
    let fits = amount.filter(|amount| (1..=most).contains(amount));
    if fits.is_none() {
        let names: Vec<_> = units.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
        let with = if names.is_empty() { String::new() } else { format!(" with {}", names.join(" or ")) };
        reader.problem(key, format_args!("expected a number{with}, at most {most}, found `{text}`"));
    }
    fits
}

fn audio(reader: &mut Reader<'_>) -> Option<AudioFormat> {
    let text = reader.text("audio")?;
    let format = AudioFormat::parse(&text);
    if format.is_none() {
        reader.problem("audio", format_args!("expected such as `pcm_s16le/16000`, found `{text}`"));
    }
    format
}
