use crate::Origin;
use std::path::PathBuf;

/// What this crate's callers and operators can get wrong. What the network does wrong is a
/// [`Trouble`](closare_terms::network::Trouble), told to the session that asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("expected an origin such as https://api.example.com, found `{0}`")]
    Origin(String),
    #[error("expected an origin that the manifest declares, found `{0}`")]
    NotDeclared(Origin),
    #[error("expected a public address, found a private one at `{0}`; the operator may allow this origin")]
    Private(Origin),
    #[error("expected no user or password in a URL to `{0}`; name a credential")]
    UserInUrl(Origin),
    #[error("expected a credential of the manifest, found `{0}`")]
    CredentialUnknown(String),
    #[error(
        "expected a credential of kind header, bearer, basic, query or oauth_client, found `{0}`, which isn't supported"
    )]
    CredentialKind(String),
    #[error("expected a token endpoint over https, found `{0}`; the operator may allow this origin")]
    TokenUnencrypted(Origin),
    #[error("expected a token of `{origin}`, found {why}")]
    Token { origin: Origin, why: String },
    #[error("expected a secret that the manifest declares, found `{0}`")]
    SecretNotDeclared(String),
    #[error("expected a value for secret `{name}`: closare key set {name} --for {origin}")]
    SecretMissing { name: String, origin: Origin },
    #[error("secret `{name}` may not go to `{origin}`: closare key set {name} --for {origin}")]
    SecretElsewhere { name: String, origin: Origin },
    #[error("expected `{{{{secret:NAME}}}}`, found `{{{{` without its end")]
    Template,
    #[error("expected a header that HTTP allows, found name `{0}` or a value with control characters")]
    Header(String),
    #[error("expected an HTTP method, found `{0}`")]
    Method(String),
    #[error("expected a file of secrets at `{path}`")]
    SecretFile { path: PathBuf, source: std::io::Error },
    #[error("expected a file that only its owner can read at `{path}`, found mode `{mode:o}`: chmod 600")]
    SecretFileMode { path: PathBuf, mode: u32 },
    #[error("expected JSON of secrets at `{path}`")]
    SecretFileJson { path: PathBuf, source: serde_json::Error },
    #[error("expected `value` or `env` for secret `{0}`, found both or none")]
    SecretFileEntry(String),
    #[error("expected a root certificate in PEM or DER, found none")]
    RootNone,
    #[error("expected a root certificate in PEM or DER, found what can't be read")]
    Root(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the HTTP client can't be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}
