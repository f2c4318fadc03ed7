//! What leaves when a plugin's URL is asked: whether it may, the secrets put in, the token where one is asked for.

use crate::credentials::{self, Credential, Filler, without_secrets};
use crate::gate::{self, Passed, Reach};
use crate::oauth::{Ask, Token};
use crate::session::Session;
use crate::trouble::Failed;
use crate::{Error, Origin};
use closare_terms::network::Trouble;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use tokio::time::{Instant, timeout_at};
use url::Url;

/// What a plugin asked for, with its secrets put in.
pub(crate) struct Prepared {
    pub origin: Origin,
    pub reach: Reach,
    pub url: Url,
    pub headers: HeaderMap,
    minted: Option<Minted>,
}

/// The token among the headers.
struct Minted {
    credential: String,
    from: (Ask, Passed),
    token: Option<Token>,
}

impl Session {
    /// Whether a plugin's URL may be asked, and what leaves when it is.
    pub async fn prepare(
        &self,
        url: &str,
        headers: &[(String, String)],
        credential: Option<&str>,
        deadline: Instant,
    ) -> Result<Prepared, Failed> {
        let prepared = self.prepare_or_refuse(url, headers, credential);
        let mut prepared = prepared.inspect_err(|_| self.refused.failure(Trouble::NotAllowed))?;
        self.sign(&mut prepared, deadline).await?;
        Ok(prepared)
    }

    /// Puts in the token, where the credential is one.
    pub async fn sign(&self, prepared: &mut Prepared, deadline: Instant) -> Result<(), Failed> {
        let Some(minted) = &mut prepared.minted else { return Ok(()) };
        let (ask, passed) = minted.from.clone();
        let (tokens, plugin) = (&self.door.tokens, &self.grant.plugin);
        let coming = tokens.get(&self.door, plugin, &minted.credential, ask, passed);
        let token = timeout_at(deadline, coming).await.map_err(|_| Trouble::TimeOut)??;
        prepared.headers.insert(AUTHORIZATION, token.header.clone());
        minted.token = Some(token);
        Ok(())
    }

    /// Of what was refused for its token; whether it had one.
    pub fn forget_token(&self, prepared: &Prepared) -> bool {
        let minted = prepared.minted.as_ref();
        let Some((minted, token)) = minted.and_then(|it| Some((it, it.token.as_ref()?))) else {
            return false;
        };
        self.door.tokens.refused(&self.grant.plugin, &minted.credential, token);
        true
    }

    fn prepare_or_refuse(
        &self,
        url: &str,
        headers: &[(String, String)],
        credential: Option<&str>,
    ) -> Result<Prepared, Error> {
        let passed = gate::admit(&without_secrets(url)?, &self.grant, &self.door.allow_private)?;
        let book = self.door.secrets();
        let filler = Filler { grant: &self.grant, book: &book, origin: &passed.origin };
        let (url, headers) = filler.fill(url, headers, credential)?;
        let origin = Origin::of_url(&url)?;
        if origin != passed.origin {
            return Err(Error::NotDeclared(origin));
        }
        let minted = credential.map(|name| self.minted(name, &filler)).transpose()?.flatten();
        Ok(Prepared { origin, reach: passed.reach, url, headers, minted })
    }

    /// What a token is asked with, where the credential is one. `there` is the filler of where it will go.
    fn minted(&self, credential: &str, there: &Filler<'_>) -> Result<Option<Minted>, Error> {
        let Some(Credential::OauthClient(client)) = self.grant.credentials.get(credential) else {
            return Ok(None);
        };
        if !client.origins.contains(there.origin) {
            there.text(&client.client_secret, str::to_owned)?;
        }
        let url = credentials::parse(&client.token_url)?;
        let passed = gate::admit_token(&url, &self.door.allow_private)?;
        let ask = client.asks(url, &Filler { origin: &passed.origin, ..*there })?;
        Ok(Some(Minted { credential: credential.to_owned(), from: (ask, passed), token: None }))
    }
}
