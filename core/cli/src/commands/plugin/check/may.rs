//! What a plugin may do, in the words of somebody who decides whether to install it.

use closare_host::Manifest;
use closare_host::manifest::{Credential, CredentialKind, Instances, OriginRule, Processing};
use serde_json::Value;

pub fn sentences(manifest: &Manifest) -> Vec<String> {
    let mut said = roles(manifest);
    said.push(hosts(manifest));
    said.extend(secrets(manifest));
    said.extend(manifest.processing.iter().flat_map(data));
    said.push(
        "never touches files, never opens a socket, has no clock and no randomness of its own".to_owned(),
    );
    said.push(limits(manifest));
    said
}

/// `is a language-model, in any language`
fn roles(manifest: &Manifest) -> Vec<String> {
    let of = |role: &closare_terms::Role| {
        let languages: Vec<&str> =
            manifest.languages.get(role).into_iter().flatten().map(|language| language.as_str()).collect();
        let languages = if languages.is_empty() { "any language".to_owned() } else { languages.join(", ") };
        format!("is used for {role}, in {languages}")
    };
    manifest.roles.iter().map(of).collect()
}

fn hosts(manifest: &Manifest) -> String {
    let mut places: Vec<String> = Vec::new();
    for rule in &manifest.network {
        let place = match rule {
            OriginRule::Origin(origin) => host(origin),
            OriginRule::Option(option) => {
                let usual = usual(manifest, option).filter(|usual| !places.contains(usual));
                let usual = usual.map_or_else(String::new, |usual| format!(" (by default {usual})"));
                format!("the host that a workflow sets as `{option}`{usual}")
            }
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    match places.is_empty() {
        true => "talks to nobody: what it is given stays on this machine".to_owned(),
        false => format!("may talk to {}, and to nobody else", places.join(", ")),
    }
}

fn usual(manifest: &Manifest, option: &str) -> Option<String> {
    manifest.options.get(option)?["default"].as_str().map(host)
}

/// Without the scheme where it is the one that everybody expects.
fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let host = rest.split('/').next().unwrap_or(rest);
    match scheme {
        "http" | "ws" => format!("{host} (unencrypted)"),
        _ => host.to_owned(),
    }
}

fn secrets(manifest: &Manifest) -> Vec<String> {
    let count = manifest.secrets.len();
    let (secrets, them) = if count == 1 { ("secret", "it") } else { ("secrets", "them") };
    if count == 0 {
        return vec!["uses no secret".to_owned()];
    }
    let mut said = vec![format!(
        "may use {count} {secrets} and sees none: the host puts {them} in as the bytes leave, only for hosts that you name"
    )];
    for (name, about) in &manifest.secrets {
        let marked = format!("{{{{secret:{name}}}}}");
        let holds = |credential: &&Credential| {
            let more = credential.more.values().map(String::as_str);
            credential
                .value
                .as_deref()
                .into_iter()
                .chain(more)
                .any(|text| text.contains(&marked) || text == name)
        };
        let places: Vec<String> = manifest.credentials.values().filter(holds).map(place).collect();
        let goes = if places.is_empty() { "where the plugin names it".to_owned() } else { places.join(", ") };
        let about = if about.is_empty() { String::new() } else { format!(": {about}") };
        said.push(format!("  {name}, in {goes}{about}"));
    }
    said
}

/// Where in a request a credential goes.
fn place(credential: &Credential) -> String {
    let name = credential.name.as_deref().unwrap_or_default();
    match credential.kind {
        CredentialKind::Header => format!("the header `{name}`"),
        CredentialKind::Bearer | CredentialKind::Basic => "the header `Authorization`".to_owned(),
        CredentialKind::Query => format!("the address, as `{name}`"),
        CredentialKind::Sigv4 => "no request: it signs them".to_owned(),
        CredentialKind::GoogleServiceAccount => "no request: it gets a token, which is sent".to_owned(),
        CredentialKind::OauthClient => {
            let to = credential.more.get("token_url").map(|url| host(url)).unwrap_or_default();
            format!(
                "no request of the plugin's: the host sends it to {to} for a token, and puts that in the header `Authorization`"
            )
        }
    }
}

fn data(processing: &Processing) -> Vec<String> {
    let facts = processing.facts(&Value::Null);
    let contract =
        facts.contract.as_ref().map_or_else(String::new, |contract| format!("; contract: {contract}"));
    let mut said = vec![format!(
        "its vendor works in {}; trains on data: {}; keeps it: {}{contract}",
        facts.region, facts.trains_on_data, facts.retention
    )];
    // Which options change that stands nowhere else than in the manifest's own form.
    let shown = serde_json::to_value(processing).unwrap_or_default();
    for other in shown["or"].as_array().into_iter().flatten() {
        let options: Vec<String> = other[0]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("`{name}` is {}", value.as_str().unwrap_or_default()))
            .collect();
        let (region, trains, keeps) =
            (&other[1]["region"], &other[1]["trains_on_data"], &other[1]["retention"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        said.push(format!(
            "  where {}: in {}; trains on data: {}; keeps it: {}",
            options.join(" and "),
            text(region),
            text(trains),
            text(keeps)
        ));
    }
    said
}

fn limits(manifest: &Manifest) -> String {
    let limits = &manifest.limits;
    let each = match manifest.instances {
        Instances::PerSession => "each call has an instance of its own",
        Instances::Shared => "calls share an instance, so it has no network",
    };
    format!(
        "gets at most {} MiB of memory, {} of processor for each thing handed in, {} outputs for it; {each}",
        limits.memory >> 20,
        limits.call,
        limits.outputs
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_clients_secret_goes_is_told() {
        let text = r#"
plugin: 1
name: vendor
version: 0.1.0
about: A vendor with tokens.
license: Apache-2.0
roles: [language-model]
network: ["https://api.example.com"]
processing: {region: EU, trains_on_data: no, retention: none}
secrets: {ID: "", SECRET: console}
credentials:
  api:
    kind: oauth_client
    token_url: https://auth.example.com/oauth/token
    client_id: "{{secret:ID}}"
    client_secret: "{{secret:SECRET}}"
"#;
        let said = secrets(&Manifest::parse(text).unwrap());
        assert_eq!(
            said[2],
            "  SECRET, in no request of the plugin's: the host sends it to auth.example.com for a token, and puts that \
             in the header `Authorization`: console"
        );
        assert!(said[1].starts_with("  ID, in no request of the plugin's"), "{}", said[1]);
    }
}
